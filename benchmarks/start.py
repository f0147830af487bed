"""From a new process to the first page: Assay against a bare FastAPI and SQLModel application.

Both are served by uvicorn from a migrated SQLite file; the clock runs from the start of the process to the last
byte of the page at `/` (redirects followed), so imports count.
"""

import time
from functools import partial
from pathlib import Path

from benchmarks.rows import Figure, Row, side_by_side
from benchmarks.servers import server, store


def measure() -> Figure:
    """Median start times of both applications."""
    with store() as (_, settings):
        folder = settings.data_dir
        return side_by_side(partial(first_page, "assay", folder), partial(first_page, "bare", folder))


def first_page(kind: str, folder: Path) -> float:
    """Seconds until a new server process of `kind` has answered its first page; the process is stopped."""
    began = time.perf_counter()
    with server(kind, folder):
        return time.perf_counter() - began


ROWS = (
    Row(
        name="start",
        work="start to first page",
        peer="a bare FastAPI + SQLModel application",
        at_most=1.5,
        measure=measure,
    ),
)
