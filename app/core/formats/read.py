"""The one door for files of labels: any format, packed or not, to what the file says."""

import gc
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from app.core.errors import Invalid
from app.core.formats.archives import Pack, gunzipped, is_gzip, is_zip, unzipped
from app.core.formats.coco import read_coco
from app.core.formats.conll import read_conll
from app.core.formats.content import MAX_BYTES, check_bytes, detect
from app.core.formats.cvat import read_cvat
from app.core.formats.faults import Faults, refuse
from app.core.formats.label_studio import read_label_studio
from app.core.formats.labelbox import read_labelbox
from app.core.formats.marks import Source, merged
from app.core.formats.own import read_own
from app.core.formats.shapes import Kind
from app.core.formats.table_marks import read_table_marks
from app.core.formats.voc import read_voc
from app.core.formats.written import Written
from app.core.formats.yolo import is_yolo, read_yolo

READERS: Mapping[str, Callable[[Source], Written]] = {
    "coco": read_coco,
    "conll": read_conll,
    "cvat": read_cvat,
    "label_studio": read_label_studio,
    "labelbox": read_labelbox,
    "own": read_own,
    "table": read_table_marks,
    "voc": read_voc,
}
FORMATS = (*READERS, "yolo")
_VOC_LISTS = re.compile(r"(^|/)(ImageSets/.*\.txt|labelmap\.txt)$")
_ALIASES = {
    "csv": "table",
    "tsv": "table",
    "jsonl": "table",
    "labelstudio": "label_studio",
    "pascal_voc": "voc",
}


def read(data: bytes, name: str, kind: Kind, format: str | None = None, accept: bool = False) -> Written:
    """What a file of labels says about one kind of mark, whatever format it is in.

    The format is found from the content unless `format` names it (one of `FORMATS`); zip and gzip are unpacked
    within bounds, many files of one format become one. `accept` applies the repairs that change data (each
    problem that has one says so); harmless ones are always applied and noted. Raises `Invalid` with every
    problem: the first 50 with their places and the count of the rest.
    """
    wanted = _named(format, name)
    if len(data) > MAX_BYTES:
        message = f"larger than {MAX_BYTES // 1_000_000} MB; split the pilot into smaller files"
        raise refuse("file.too_large", name, message)
    if is_gzip(data):
        data = gunzipped(data, name)
    try:
        with _without_collector():
            if is_zip(data):
                return _packed(unzipped(data, name), name, kind, wanted, accept)
            return _plain(data, name, kind, wanted, accept)
    except RecursionError:
        message = "nested too deeply; no labeling tool writes this, export the file again"
        raise refuse("file.nested", name, message) from None


def _named(format: str | None, name: str) -> str | None:
    if format is None:
        return None
    plain = format.strip().casefold().replace("-", "_").replace(" ", "_")
    plain = _ALIASES.get(plain, plain)
    if plain not in FORMATS:
        raise refuse(
            "format.unknown", name, f"format {format!r} is not known; use one of {', '.join(FORMATS)}"
        )
    return plain


def _plain(data: bytes, name: str, kind: Kind, wanted: str | None, accept: bool) -> Written:
    text, repairs = _text(data, name, accept)
    found = wanted or detect(text)
    if found == "yolo":
        message = (
            "one file of YOLO lines names neither its image nor its classes; send the zip of the whole export"
        )
        raise refuse("format.yolo_alone", name, message)
    written = READERS[found](Source(text, name, kind, accept))
    return written if not repairs else merged([written], name, repairs)


def _text(data: bytes, name: str, accept: bool) -> tuple[bytes, tuple[str, ...]]:
    """The checked bytes; text in Windows-1252 is turned into UTF-8 when repairs are accepted."""
    try:
        return check_bytes(data, name), ()
    except Invalid as failure:
        if not accept or failure.code != "file.not_utf8":
            raise
        try:
            turned = data.decode("cp1252").encode()
        except UnicodeDecodeError:
            raise failure from None
        return check_bytes(turned, name), (f"{name}: text in Windows-1252 turned into UTF-8",)


def _packed(pack: Pack, name: str, kind: Kind, wanted: str | None, accept: bool) -> Written:
    """The labels of an archive: YOLO as a whole, else one file, or many of the same format."""
    if wanted == "yolo" or (wanted is None and is_yolo(pack)):
        return read_yolo(pack, name, kind, accept)
    texts: dict[str, bytes] = {}
    faults = Faults("file.broken", name)
    # Pascal VOC repeats the names of its images in lists and its classes in a colour table.
    telling = {path: data for path, data in pack.files.items() if not _VOC_LISTS.search(path)}
    for path, data in (telling or pack.files).items():
        try:
            texts[path] = check_bytes(data, path)
        except Invalid as failure:
            _gather(failure, faults)
    formats = {path: wanted or detect(text) for path, text in texts.items()}
    if len(set(formats.values())) > 1:
        shown = ", ".join(f"{path!r} ({found})" for path, found in list(formats.items())[:6])
        faults.add("", f"holds files of several formats: {shown}; pack only the labels of one export")
    faults.stop()
    parts = []
    for path, text in sorted(texts.items()):
        try:
            parts.append(_plain(text, path, kind, formats[path], accept))
        except Invalid as failure:
            _gather(failure, faults)
    faults.stop()
    return merged(parts, name)


def _gather(failure: Invalid, faults: Faults) -> None:
    for problem in failure.problems:
        faults.add(problem.where, problem.message)


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
