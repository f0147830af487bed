"""Server processes of the rows about pages: started on a free port, asked, and ended by the one that started them."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.accounts import service as accounts
from app.accounts.models import User
from app.accounts.schemas import UserIn
from app.core.permissions import Role
from app.kit import migrate
from app.kit.actors import SYSTEM
from app.kit.db import Database, open_database
from app.settings import Settings
from benchmarks.rows import Unmeasured

PATIENCE = 60.0  # seconds until a start counts as failed


@contextmanager
def store() -> Iterator[tuple[Database, Settings]]:
    """A migrated, empty SQLite store in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url="", worker_in_web=False)
        settings.prepare()
        migrate.upgrade(settings.url)
        database = open_database(settings.url)
        try:
            yield database, settings
        finally:
            database.close()


@contextmanager
def server(kind: str, folder: Path) -> Iterator[int]:
    """The port of a new process of `benchmarks.serve`; it answers when this is entered and is ended after."""
    port = _free_port()
    environment = {**os.environ, "ASSAY_DATA_DIR": str(folder), "ASSAY_DATABASE_URL": ""}
    command = [sys.executable, "-m", "benchmarks.serve", kind, str(port), str(folder)]
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            while not _answers(f"http://127.0.0.1:{port}/"):
                if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                    log.seek(0)
                    raise Unmeasured(f"{kind} did not start: {log.read().decode(errors='replace')[-2000:]}")
                time.sleep(0.005)
            yield port
        finally:
            process.kill()
            process.wait()


def session_cookie(database: Database) -> str:
    """A cookie header of a new person with every role."""
    roles = [role for role in Role if role is not Role.VENDOR_LINK]
    entry = UserIn(email="bench@example.org", name="Bench", roles=roles)
    with database.writing() as session:
        user = accounts.add_user(session, actor=SYSTEM, entry=entry)
        return f"assay_session={accounts.start_session(session, session.get_one(User, user.id))}"


def requests(port: int, path: str, count: int, cookie: str = "") -> float:
    """Seconds per request of `count` requests over one connection, each read to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    began = time.perf_counter()
    for _ in range(count):
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200 or not body:
            raise Unmeasured(f"{path} answered {answer.status}")
    seconds = time.perf_counter() - began
    connection.close()
    return seconds / count


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as page:
            return bool(page.read())
    except urllib.error.HTTPError as answer:
        raise Unmeasured(f"the first page answered {answer.code} at {answer.url}") from None
    except (urllib.error.URLError, ConnectionError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
