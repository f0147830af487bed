"""What a file is, by its first bytes and keys, and whether it can be read at all."""

import re
from typing import Any

import orjson

from app.core.formats.faults import refuse

MAX_BYTES = 256_000_000
_MAGIC = {
    b"PK\x03\x04": "a zip archive or a spreadsheet; unpack it, or save the sheet as CSV (UTF-8)",
    b"%PDF": "a PDF; export the labels as data",
    b"\x1f\x8b": "gzip-compressed; unpack it first",
    b"SQLite format 3": "a database; export the labels as data",
}
_HEAD = 65_536  # enough to see the keys of the first task, whatever data it carries
_STUDIO_CSV = {"annotation_id", "annotator", "lead_time"}
_TAG = re.compile(r"O|[BIESLU]-\S+")
_YOLO_LINE = re.compile(r"\d+(\s+\d*\.?\d+(e-?\d+)?){4,}", re.IGNORECASE)
_OWN = re.compile(rb'"schema"\s*:\s*"assay/gold@')
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def check_bytes(data: bytes, name: str) -> bytes:
    """The bytes without a UTF-8 byte order mark; raises `Invalid` for what is no text at all.

    Refused: over 256 MB, empty, archives and other known binaries, UTF-16, NUL bytes, not UTF-8.
    """
    if len(data) > MAX_BYTES:
        message = f"larger than {MAX_BYTES // 1_000_000} MB; split the pilot into smaller files"
        raise refuse("file.too_large", name, message)
    for magic, message in _MAGIC.items():
        if data.startswith(magic):
            raise refuse("file.wrong_type", name, f"this is {message}")
    if data.startswith(_UTF16):
        raise refuse("file.not_utf8", name, "encoded as UTF-16; save the file as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise refuse("file.empty", name, "the file is empty; export it again")
    if b"\x00" in data:
        message = "binary, not text; export the labels as COCO JSON, CSV or JSONL in UTF-8"
        raise refuse("file.binary", name, message)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as failure:
        line = data.count(b"\n", 0, failure.start) + 1
        message = (
            f"not UTF-8 text (byte {failure.start}){_meant(data, failure.start)}; save the file as UTF-8"
        )
        raise refuse("file.not_utf8", f"{name}, line {line}", message) from None
    return data


def _meant(data: bytes, at: int) -> str:
    """What the bytes around the fault would say in Windows-1252, which is what they mostly are."""
    around = re.findall(rb"[^\s,;\"]*", data[max(0, at - 15) : at])[-2:]
    word = b"".join(around) + re.match(rb"[^\s,;\"]*", data[at : at + 15])[0]  # type: ignore[index]
    try:
        return f", in Windows-1252 it would read {word.decode('cp1252')!r}"
    except UnicodeDecodeError:
        return ""


def parse_json(data: bytes, name: str) -> Any:
    """The plain values of one JSON document; raises `Invalid` naming line and column."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as failure:
        where = f"{name}, line {failure.lineno}, column {failure.colno}"
        raise refuse("file.broken_json", where, _json_fault(data, failure)) from None


def _json_fault(data: bytes, failure: orjson.JSONDecodeError) -> str:
    if "depth" in failure.msg or "recursion" in failure.msg.lower():
        return "nested too deeply; no labeling tool writes this, export the file again"
    around = data.decode("utf-8")[max(0, failure.pos - 12) : failure.pos + 12]
    if re.search(r"NaN|Infinity", around):
        return "NaN and Infinity are not JSON and not a number; give a real number or leave the entry out"
    if failure.pos >= len(data.decode("utf-8").rstrip()) - 1:
        return "the file ends in the middle (truncated); export or transfer it again"
    return f"not valid JSON ({failure.msg}); export the file again"


def detect(data: bytes) -> str:
    """The name of the format that `data` (already checked) is written in, from its content.

    One of `coco`, `label_studio`, `cvat`, `labelbox`, `yolo`, `voc`, `conll`, `own` and `table`; what looks like none
    of the others is taken for a table.
    """
    head = data.lstrip()[:_HEAD]
    if head.startswith(b"<"):
        root = re.search(rb"<(annotations?)[\s>/]", head)
        return "voc" if root and root[1] == b"annotation" else "cvat"
    if head.startswith((b"{", b"[")):
        return _detect_json(head)
    lines = [line for line in head.decode("utf-8", "ignore").splitlines() if line.strip()][:30]
    first = lines[0] if lines else ""
    if {one.strip().strip('"').casefold() for one in re.split(r"[,;\t]", first)} >= _STUDIO_CSV:
        return "label_studio"
    if first.startswith("-DOCSTART-") or _is_conll(lines):
        return "conll"
    if lines and all(_YOLO_LINE.fullmatch(line.strip()) for line in lines):
        return "yolo"
    return "table"


def _is_conll(lines: list[str]) -> bool:
    """Whether the first line ends in a tag of IOB or BIOES, and most others do: its reader names those that do not."""
    rows = [line.split() for line in lines if not line.startswith("#")]
    tagged = [len(row) > 1 and _TAG.fullmatch(row[-1]) is not None for row in rows]
    return bool(rows) and tagged[0] and 2 * sum(tagged) > len(tagged)


def _detect_json(head: bytes) -> str:
    """By the keys at the beginning: parsing a large file twice to name it would double the work."""

    def has(keys: bytes) -> bool:
        return re.search(rb'"(' + keys + rb')"\s*:', head) is not None

    if _OWN.search(head.split(b"\n", 1)[0]):
        return "own"
    if has(rb"data_row"):
        return "labelbox"
    if has(rb"completed_by|lead_time|was_cancelled|completions"):
        return "label_studio"
    if has(rb"image_id|images|categories"):
        return "coco"
    if has(rb"annotation_id") or (has(rb"data") and not has(rb"item|item_id")):
        return "label_studio"
    if head.startswith(b"["):
        return "coco"
    return "table" if has(rb"item|item_id") or not has(rb"annotations") else "coco"
