"""From a new process to the first page: Assay against a bare FastAPI and SQLModel application.

Both are served by uvicorn from a migrated SQLite file; the clock runs from the start of the process to the last
byte of the page at `/` (redirects followed), so imports count.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

from benchmarks.rows import Figure, Row, Unmeasured, side_by_side

PATIENCE = 60.0  # seconds until a start counts as failed


def measure() -> Figure:
    """Median start times of both applications."""
    from app.kit import migrate
    from app.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url="")
        settings.prepare()
        migrate.upgrade(settings.url)
        return side_by_side(partial(first_page, "assay", folder), partial(first_page, "bare", folder))


def first_page(kind: str, folder: str) -> float:
    """Seconds until a new server process of `kind` has answered its first page; the process is stopped."""
    port = _free_port()
    environment = {**os.environ, "ASSAY_DATA_DIR": folder, "ASSAY_DATABASE_URL": ""}
    command = [sys.executable, "-m", "benchmarks.serve", kind, str(port), folder]
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            while not _answers(f"http://127.0.0.1:{port}/"):
                if server.poll() is not None or time.perf_counter() - began > PATIENCE:
                    log.seek(0)
                    raise Unmeasured(f"{kind} did not start: {log.read().decode(errors='replace')[-2000:]}")
                time.sleep(0.005)
            return time.perf_counter() - began
        finally:
            server.kill()
            server.wait()


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


ROWS = (
    Row(
        name="start",
        work="start to first page",
        peer="a bare FastAPI + SQLModel application",
        at_most=1.5,
        measure=measure,
    ),
)
