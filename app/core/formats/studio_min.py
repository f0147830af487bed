"""Label Studio's JSON-MIN and CSV: flat rows, one per annotation, turned back into tasks."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from app.core.formats.faults import Faults, refuse
from app.core.formats.marks import Sheet, Source

_ABOUT = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time")
_USUAL = {
    "labels": ("choice", "choices", "label", "labels", "class", "category", "sentiment", "topic"),
    "texts": ("transcription", "translation", "answer", "textarea", "caption"),
}
_REGION = {"boxes", "polygons", "masks", "spans"}


def csv_rows(source: Source) -> list[dict[str, Any]]:
    """The rows of the CSV or TSV export; cells that hold JSON are parsed."""
    text = source.data.decode("utf-8")
    first = text.lstrip("\r\n").split("\n", 1)[0]
    faults = Faults("file.broken", source.name)
    rows: list[dict[str, Any]] = []
    limit = csv.field_size_limit(1 << 28)  # polygons and brush masks are long
    try:
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
        )
        header = [one.strip() for one in next(reader, [])]
        for row in reader:
            if row and len(row) != len(header):
                message = f"{len(row)} values under {len(header)} columns; export the project again"
                faults.add(f"line {reader.line_num}", message)
            elif row:
                rows.append({key: _cell(value) for key, value in zip(header, row, strict=True) if value})
    except csv.Error as failure:
        faults.add(f"line {reader.line_num}", f"not readable as CSV ({failure}); the file may be cut off")
    finally:
        csv.field_size_limit(limit)
    faults.stop()
    if not rows:
        raise refuse("file.empty", source.name, "the file has a header but no rows; export it again")
    return rows


def _cell(value: str) -> Any:
    if not value.startswith(("[", "{")):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def tasks_of(rows: Sequence[Mapping[str, Any]], sheet: Sheet) -> list[dict[str, Any]]:
    """The rows as tasks with annotations, those of one id together."""
    fields = _fields(rows, sheet)
    if not fields:
        columns = list(dict.fromkeys(key for row in rows for key in row if key not in _ABOUT))
        message = (
            f"cannot tell which of {', '.join(columns[:12])} holds the labels; export the project as JSON"
        )
        sheet.faults.add("", message)
        return []
    tasks: dict[str, dict[str, Any]] = {}
    for at, row in enumerate(rows):
        data = {key: value for key, value in row.items() if key not in (*_ABOUT, *fields)}
        identity = row.get("id", f"row {at + 1}")
        task = tasks.setdefault(str(identity), {"id": identity, "data": data, "annotations": []})
        if row.get("annotation_id") is None and row.get("annotator") is None:
            continue
        annotation = {
            "id": row.get("annotation_id", at + 1),
            "completed_by": row.get("annotator"),
            "created_at": row.get("created_at"),
            "lead_time": row.get("lead_time"),
            "result": [one for field in fields for one in _results(field, row.get(field), sheet)],
        }
        task["annotations"].append(annotation)
    return list(tasks.values())


def _fields(rows: Sequence[Mapping[str, Any]], sheet: Sheet) -> list[str]:
    """The fields that hold labels: regions tell themselves apart, single choices and texts look like data."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    rest = [one for one in columns if one not in _ABOUT]
    structured = [one for one in rest if any(_is_result(row.get(one)) for row in rows)]
    if sheet.kind in _REGION or structured:
        return structured or [one for one in rest if one.casefold() in ("label", "labels", "bbox", "tag")]
    if "id" in columns and "annotator" in columns and columns.index("id") < columns.index("annotator"):
        between = columns[columns.index("id") + 1 : columns.index("annotator")]
        if found := [one for one in between if one not in _ABOUT]:
            return found
    usual = [one for one in rest if one.casefold() in _USUAL.get(sheet.kind, ())]
    plain = [one for one in rest if all(_is_choice(row.get(one)) for row in rows)]
    return usual[:1] or (plain if len(plain) == 1 else [])


def _is_result(value: Any) -> bool:
    if isinstance(value, dict):
        return "choices" in value
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) for one in value)
        and any(key.endswith("labels") or key in ("rle", "points") for one in value for key in one)
    )


def _is_choice(value: Any) -> bool:
    return value is None or (isinstance(value, str) and len(value) < 100 and not re.search(r"[/\\]", value))


def _results(field: str, value: Any, sheet: Sheet) -> list[dict[str, Any]]:
    """One field of a row as results in the form of the full export."""
    if value is None or value == "":
        return []
    if isinstance(value, dict) and isinstance(value.get("choices"), list):
        return [{"type": "choices", "from_name": field, "value": value}]
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return [{"from_name": field, "value": one} for one in value]
    parts = value if isinstance(value, list) else [value]
    words = [str(one) for one in parts if isinstance(one, str | int | float) and not isinstance(one, bool)]
    if sheet.kind == "labels":
        return [{"type": "choices", "from_name": field, "value": {"choices": words}}]
    return [{"type": "textarea", "from_name": field, "value": {"text": words}}]
