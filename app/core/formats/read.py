"""The one door for files of labels: any format, packed or not, to what the file says."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from app.core.formats.coco_marks import read_coco
from app.core.formats.content import check_bytes, detect
from app.core.formats.faults import refuse
from app.core.formats.marks import Source
from app.core.formats.shapes import Kind
from app.core.formats.table_marks import read_table_marks
from app.core.formats.written import Written

Reader = Callable[[Source], Written]

READERS: Mapping[str, Reader] = {
    "coco": read_coco,
    "table": read_table_marks,
}


def read(data: bytes, name: str, kind: Kind, format: str | None = None, accept: bool = False) -> Written:
    """What a file of labels says about one kind of mark, whatever format it is in.

    The format is found from the content unless `format` names it; archives are unpacked within bounds. `accept`
    applies the repairs that change data (each problem that has one says so); harmless ones are always applied.
    Raises `Invalid` with every problem: the first 50 with their places and the count of the rest.
    """
    source = Source(check_bytes(data, name), name, kind, accept)
    found = format or detect(source.data)
    if found not in READERS:
        raise refuse(
            "format.unknown", name, f"format {found!r} is not known; use one of {', '.join(READERS)}"
        )
    with _without_collector():
        return READERS[found](source)


@contextmanager
def _without_collector() -> Iterator[None]:
    """No garbage collection: readers make many small objects and no cycles, and looking for some doubles the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
