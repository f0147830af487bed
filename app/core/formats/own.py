"""Our own form of reference labels, for every task: one line of JSON per item, the same bytes for the same gold.

The first line names schema, task and classes; every other line is an item with its one answer. Gold that was made
here is kept in this form and known by the SHA-256 of its bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from app.core.formats.content import parse_json
from app.core.formats.faults import refuse
from app.core.formats.geometry import MAX_PIXELS, add_box, add_mask, add_polygon, add_span, rings_of
from app.core.formats.marks import Sheet, Source, number, whole
from app.core.formats.resolve import KINDS
from app.core.formats.rows import Rows
from app.core.formats.shapes import Ints, Mask
from app.core.formats.written import Written

SCHEMA = "assay/gold@1"
Answer = Sequence[Mapping[str, Any]]  # the marks of one item as plain values, see `answers_of`
_SHAPE = {"boxes": "box", "polygons": "rings", "masks": "mask", "spans": "span", "texts": "text"}


def answers_of(rows: Rows) -> list[list[dict[str, Any]]]:
    """Per item its marks as plain values, in the order of the rows.

    A mark has `label`, or for texts `text`; and by kind `box` [x, y, width, height], `rings` [[[x, y], …], …],
    `mask` {left, top, width, height, runs} with runs row by row and zeros first, or `span` [start, end]. `crowd`
    is there and true for a region to ignore.
    """
    out: list[list[dict[str, Any]]] = [[] for _ in rows.items]
    for at, item in enumerate(rows.item.tolist()):
        out[item].append(_mark(rows, at))
    return out


def marks_of_answer(rows: Rows, answer: int) -> list[dict[str, Any]]:
    """The marks of one answer as plain values, as `answers_of` has them."""
    return [_mark(rows, at) for at in np.nonzero(rows.answer == answer)[0].tolist()]


def _mark(rows: Rows, at: int) -> dict[str, Any]:
    key = _SHAPE.get(rows.kind)
    if rows.shape is None or key is None:
        return {"label": rows.classes[rows.label[at]]}
    if rows.kind == "texts":
        return {"text": rows.shape[at]}
    crowd = {"crowd": True} if rows.crowd[at] else {}
    return {"label": rows.classes[rows.label[at]], key: _plain(rows.shape[at]), **crowd}


def _plain(shape: Any) -> Any:
    if isinstance(shape, Mask):
        place = {"left": shape.left, "top": shape.top, "width": shape.width, "height": shape.height}
        return {**place, "runs": shape.runs.tolist()}
    if isinstance(shape, tuple):
        return [ring.tolist() for ring in shape]
    return shape.tolist()


def written_own(rows: Rows, answers: Mapping[str, Answer] | None = None) -> bytes:
    """A gold as bytes that depend on nothing but its content; `answers` (item -> marks) stand in place of its own.

    Reading them gives the same gold: names, ids, classes with their numbers, sizes, texts, strata, repeats.
    """
    head: dict[str, Any] = {"schema": SCHEMA, "task": rows.task, "classes": list(rows.classes)}
    if rows.class_ids:
        head["class_ids"] = list(rows.class_ids)
    lines = [orjson.dumps(head)]
    for at, (item, own) in enumerate(zip(rows.items, answers_of(rows), strict=True)):
        marks = (answers or {}).get(item, own)
        line = {**_about(rows, at), "marks": [dict(one) for one in marks]}
        lines.append(orjson.dumps(line, option=orjson.OPT_SORT_KEYS))
    return b"\n".join(lines) + b"\n"


def _about(rows: Rows, at: int) -> dict[str, Any]:
    out: dict[str, Any] = {"item": rows.items[at]}
    if rows.ids[at] != rows.items[at]:
        out["id"] = rows.ids[at]
    if len(rows.sizes) == len(rows.items) and np.isfinite(rows.sizes[at]).all():
        out["width"], out["height"] = rows.sizes[at].tolist()
    for name, column in (("text", rows.texts), ("stratum", rows.stratum), ("repeat_of", rows.repeat_of)):
        if column and column[at]:
            out[name] = column[at]
    return out


def read_own(source: Source) -> Written:
    """Items, answers and marks of our own form; raises `Invalid` with every line that is not of it."""
    sheet = Sheet(source, "own")
    first, _, rest = source.data.partition(b"\n")
    head = parse_json(first, source.name)
    classes, numbers = _declared(head, sheet)
    for at, text in enumerate(rest.split(b"\n"), start=2):
        if text.strip():
            _line(text, f"line {at}", sheet)
    return sheet.written(classes=classes, class_ids=numbers)


def _declared(head: Any, sheet: Sheet) -> tuple[list[str], list[int]]:
    if not isinstance(head, dict) or head.get("schema") != SCHEMA:
        raise refuse("file.broken", f"{sheet.source.name}, line 1", f"must name the schema {SCHEMA!r}")
    kind = KINDS.get(str(head.get("task")))
    if kind != sheet.kind:
        message = f"is gold of the task {str(head.get('task'))[:40]!r}, and {sheet.kind} are asked for"
        raise refuse("file.other_task", sheet.source.name, message)
    classes, numbers = head.get("classes", []), head.get("class_ids", [])
    sound = isinstance(classes, list) and all(isinstance(one, str) and one for one in classes)
    if not sound or len(set(classes)) < len(classes):
        sheet.faults.add("line 1", "classes must be a list of different names")
        return [], []
    if not isinstance(numbers, list) or (numbers and len(numbers) != len(classes)):
        sheet.faults.add("line 1", "class_ids must give every class its whole number, or be left out")
        return classes, []
    whole_ids = [whole(one) for one in numbers]
    if None in whole_ids or len(set(whole_ids)) < len(whole_ids):
        sheet.faults.add("line 1", "class_ids must be different whole numbers")
        return classes, []
    return classes, [one for one in whole_ids if one is not None]


def _line(text: bytes, place: str, sheet: Sheet) -> None:
    row = parse_json(text, f"{sheet.source.name}, {place}")
    marks = row.get("marks") if isinstance(row, dict) else None
    name = row.get("item") if isinstance(row, dict) else None
    if not isinstance(marks, list) or not isinstance(name, str) or not name.strip():
        sheet.faults.add(place, "must be an item with its marks")
        return
    words = {key: row.get(key, "") for key in ("text", "stratum", "repeat_of", "id")}
    if not all(isinstance(one, str) for one in words.values()):
        sheet.faults.add(place, "id, text, stratum and repeat_of must be texts")
        return
    before = len(sheet.items)
    size = (number(row["width"]), number(row["height"])) if {"width", "height"} <= row.keys() else None
    if size is not None and not min(size) > 0:
        sheet.faults.add(place, "width and height must be numbers above 0")
        return
    item = sheet.item(
        (name, words["id"]),
        width=size[0] if size else None,
        height=size[1] if size else None,
        text=words["text"] if sheet.kind == "spans" else None,
        stratum=words["stratum"],
        repeat_of=words["repeat_of"],
    )
    if item < before:
        sheet.faults.add(place, f"item {name[:60]!r} stands twice; keep one line")
        return
    add_answer(sheet, item, marks, place)


def add_answer(sheet: Sheet, item: int, marks: Sequence[object], place: str) -> None:
    """Put an answer with its marks on the sheet; every mark that is none is a problem."""
    answer = sheet.respond(item, place)
    for which, one in enumerate(marks, start=1):
        where = f"{place}, mark {which}"
        if not isinstance(one, Mapping):
            sheet.faults.add(where, "must be an object with a label")
        elif sheet.kind == "texts":
            _add_text(one, answer, where, sheet)
        else:
            _add(one, answer, where, sheet)


def _add_text(mark: Mapping[str, Any], answer: int, place: str, sheet: Sheet) -> None:
    if isinstance(mark.get("text"), str):
        sheet.mark(answer, "", mark["text"], place)
    else:
        sheet.faults.add(place, "must have a text")


def _add(mark: Mapping[str, Any], answer: int, place: str, sheet: Sheet) -> None:
    label = mark.get("label")
    if not isinstance(label, str) or not label.strip():
        sheet.faults.add(place, "the label is empty; name the class of every mark")
        return
    label, crowd = label.strip(), mark.get("crowd") is True
    value = mark.get(_SHAPE.get(sheet.kind, ""))
    if sheet.kind == "labels":
        sheet.mark(answer, label, None, place)
    elif sheet.kind == "boxes":
        xywh = [number(one) for one in value] if isinstance(value, list) else []
        add_box(sheet, answer, label, xywh if len(xywh) == 4 else [np.nan] * 4, place, crowd)
    elif sheet.kind == "polygons":
        add_polygon(sheet, answer, label, rings_of(value), place, crowd)
    elif sheet.kind == "masks":
        add_mask(sheet, answer, label, _mask(value), place, crowd)
    else:
        ends = [whole(one) for one in value] if isinstance(value, list) and len(value) == 2 else [None, None]
        add_span(sheet, answer, label, ends[0], ends[1], place)


def _mask(value: object) -> Mask | str:
    """The mask of plain values, or what is wrong with it."""
    wrong = "the mask must have left, top, width, height and runs that add up to its pixels"
    if not isinstance(value, Mapping):
        return wrong
    place = [whole(value.get(key)) for key in ("left", "top", "width", "height")]
    runs = _runs(value.get("runs"))
    if None in place or runs is None:
        return wrong
    left, top, width, height = (one or 0 for one in place)
    fits = left >= 0 and top >= 0 and width > 0 and height > 0 and width * height <= MAX_PIXELS
    if not fits or (runs < 0).any() or int(runs.sum()) != width * height:
        return wrong
    return Mask(left, top, width, height, runs)


def _runs(value: object) -> Ints | None:
    if not isinstance(value, list) or not value or not _counts(value):
        return None
    return np.array(value, np.int64)


def _counts(values: Iterable[object]) -> bool:
    return all(type(one) is int and 0 <= one <= MAX_PIXELS for one in values)
