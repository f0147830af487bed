"""The store: one engine, a reading and a writing mode, and the two session classes.

A writer may do all a reader may; the other way round is a type error. Nobody but the frame (request, job,
command) commits. The recipe behind the modes: SQLite's driver default loses updates silently, `BEGIN
IMMEDIATE` does not; readers get `query_only`, so that a forgotten mark fails loudly.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from app.core.errors import Conflict
from app.kit.columns import Versioned

try:
    from pysqlite3 import dbapi2 as sqlite_driver
except ImportError:  # no wheel for this platform
    sqlite_driver = sqlite3

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "busy_timeout=10000",
)
# At least the 40 threads of the web server: nobody waits for a connection while holding the write lock.
POOL = 45
LIFTED_WAL_RESET = (3, 51, 3)  # first SQLite release without the WAL-reset corruption bug


class ReadSession(Session):
    """A session that can only read; the database refuses writes."""


class WriteSession(ReadSession):
    """A session whose one commit is made by the frame that opened it."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open store: `read` and `write` are two modes over one pool."""

    engine: Engine
    read: Engine
    write: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[ReadSession]:
        """A short session for looking things up."""
        with ReadSession(self.read) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[WriteSession]:
        """One write, one commit: commits when the block ends, rolls back when it raises."""
        with WriteSession(self.write) as session:
            yield session
            commit(session)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open the store at an SQLAlchemy URL (`sqlite:///file` or `postgresql+psycopg://…`)."""
    engine = _open_sqlite(url) if url.startswith("sqlite") else _open_postgres(url)
    return Database(
        engine=engine,
        read=engine.execution_options(assay_mode="read"),
        write=engine.execution_options(assay_mode="write"),
    )


def _open_sqlite(url: str) -> Engine:
    engine = sa.create_engine(url, module=sqlite_driver, pool_size=POOL, max_overflow=0)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("assay_mode") == "write"
        connection.exec_driver_sql(f"PRAGMA query_only={int(not write)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _open_postgres(url: str) -> Engine:
    engine = sa.create_engine(
        url,
        pool_size=20,
        max_overflow=25,
        pool_pre_ping=True,
        connect_args={"options": "-c lock_timeout=10s -c timezone=utc"},
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("assay_mode") != "write":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    return engine


def commit(session: WriteSession) -> None:
    """Commit for the frame; a lost race becomes a `Conflict` the user can act on."""
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise Conflict("row.stale", "Somebody changed this a moment ago. Load the page again.") from None


def unchanged(
    row: Versioned,
    seen: int | None,
    yours: Mapping[str, object],
    *,
    stored: Mapping[str, object] | None = None,
) -> None:
    """Refuse an edit of a row that changed since it was read.

    `seen` is the version the form or `If-Match` carried. Raises `Conflict` with both texts of every field
    that differs; `stored` gives the present values where they are not attributes of the row (a document).
    The comparison is by hand because assigning `seen` to the row would switch the lock off.
    """
    if seen is None or row.version == seen:
        return
    theirs = {name: spell(stored[name] if stored else getattr(row, name, "")) for name in yours}
    texts = {name: spell(value) for name, value in yours.items()}
    differing = [name for name in texts if texts[name] != theirs[name]]
    message = "Somebody else changed this while you were editing. Compare both texts and load the page again."
    if not differing:
        message = "This was saved meanwhile, perhaps in another window of yours. Load the page to see it."
    raise Conflict(
        "row.stale",
        message,
        theirs={name: theirs[name] for name in differing},
        yours={name: texts[name] for name in differing},
    )


def spell(value: object) -> str:
    """A field's value as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(str(item) for item in value))
    return str(value)


def sqlite_warning() -> str:
    """A sentence when the SQLite in use can corrupt a WAL file, else nothing."""
    version = tuple(int(part) for part in sqlite_driver.sqlite_version.split("."))
    if version >= LIFTED_WAL_RESET:
        return ""
    found = sqlite_driver.sqlite_version
    return f"SQLite {found} has the WAL-reset bug; install the pysqlite3 wheel or use PostgreSQL."
