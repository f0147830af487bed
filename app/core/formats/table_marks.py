"""CSV, TSV and JSONL as the recommended template for deliveries: one row per answer, or one per mark."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, compress, repeat
from typing import Any

import orjson

from app.core.formats.faults import Faults, refuse
from app.core.formats.geometry import add_box, add_polygon, add_span, rings_of
from app.core.formats.marks import REVIEWS, Sheet, Source, number, parse_number, whole
from app.core.formats.table import Table, parse_seconds, read_table
from app.core.formats.written import Written, WrittenAnswer, WrittenItem

_ABOUT = (
    "annotator",
    "seconds",
    "skipped",
    "attempt",
    "submitted_at",
    "stratum",
    "repeat_of",
    "review",
    "guideline",
)
_UNUSED = ("confidence", "comment", "flag_edge_case")
_SHAPES: Mapping[str, tuple[str, ...]] = {
    "labels": ("label",),
    "texts": ("text", "label"),
    "boxes": ("label", "x", "y", "width", "height", "bbox", "boxes"),
    "polygons": ("label", "points", "polygons"),
    "spans": ("label", "start", "end", "spans", "text"),
}
_STRUCTURED = ("label", "bbox", "boxes", "points", "polygons", "spans")
_LISTS = {"boxes": "boxes", "polygons": "polygons", "spans": "spans"}
_FLAGS = {"": False, "false": False, "no": False, "0": False, "true": True, "yes": True, "1": True}

Cells = Mapping[str, Any]


def read_table_marks(source: Source) -> Written:
    """Items, answers and marks of a CSV, TSV or JSONL table; every kind but masks.

    Columns: item (or item_id), and by kind label (several as a|b); text; x, y, width, height, or bbox, or a list
    boxes; points, or a list polygons; start, end, or a list spans (with the item's text under text). Where a row
    is one mark, rows of the same item and annotator are one answer. Also read: annotator, seconds, skipped,
    attempt (the last one counts), submitted_at, stratum, repeat_of (a gold's hidden repeats), review, guideline.
    """
    kind = source.kind
    if kind not in _SHAPES:
        message = "a table cannot hold masks; send COCO JSON with run-length masks or CVAT XML"
        raise refuse("format.wrong_task", source.name, message)
    needed = ("item", "label") if kind == "labels" else ("item",)
    optional = [one for one in dict.fromkeys((*_SHAPES[kind], *_ABOUT, *_UNUSED)) if one not in needed]
    table = read_table(source.data, source.name, needed, optional, () if kind == "texts" else _STRUCTURED)
    sheet = Sheet(source, "table")
    _refuse_without_marks(table, sheet)
    rows = _answers(table, sheet)
    if kind == "labels":
        _labels(table, sheet, rows)
    elif kind == "texts":
        _texts(table, sheet, rows)
    else:
        _shapes(table, sheet, rows)
    sheet.told += table.repairs
    unused = (*table.ignored, *(key for key in _UNUSED if any(table.columns.get(key, ()))))
    if unused:
        sheet.warned.append(f"{source.name}: columns not used: {', '.join(unused)}.")
    return sheet.written()


def _refuse_without_marks(table: Table, sheet: Sheet) -> None:
    groups = {
        "labels": (("label",),),
        "texts": (("text",), ("label",)),
        "boxes": (("x", "y", "width", "height"), ("bbox",), ("boxes",)),
        "polygons": (("points",), ("polygons",)),
        "spans": (("start", "end"), ("spans",), ("label",)),
    }[sheet.kind]
    if not any(all(one in table.columns for one in group) for group in groups):
        ways = ", or ".join(
            " and ".join(filter(None, (", ".join(group[:-1]), group[-1]))) for group in groups
        )
        sheet.faults.add("line 1", f"no column holds {sheet.kind}; name what holds them {ways}")
        sheet.faults.stop()


def _answers(table: Table, sheet: Sheet) -> Sequence[int]:
    """Per row the position of its answer, -1 for a row that does not count."""
    count = len(table.line)

    def column(name: str) -> list[str]:
        return table.columns.get(name) or [""] * count

    seconds = _seconds(table, sheet)
    flags = _looked_up(table, "skipped", _FLAGS, "true or false", sheet)
    reviews = _looked_up(table, "review", {**REVIEWS, "": ""}, "accepted, fixed or rejected", sheet)
    dates = [sheet.moment(one) if one else "" for one in column("submitted_at")]
    latest = _latest(table, sheet)
    _add_items(table, sheet)
    known = {one.keys[0]: at for at, one in enumerate(sheet.items)}
    position = [known.get(item, -1) for item in column("item")]
    codes = {one: sheet.person(one) for one in dict.fromkeys(column("annotator"))}
    places = [f"line {line}" for line in table.line]
    people = map(codes.__getitem__, column("annotator"))
    sources = ["" if math.isnan(one) else "seconds" for one in seconds]
    about = (sources, dates, flags, reviews, column("guideline"))
    answers = map(WrittenAnswer, position, places, people, seconds, *about)
    for place in compress(places, map((-1).__eq__, position)):
        sheet.faults.add(place, "the item is empty; give the id of the item")
    return _counted(
        sheet, answers, [where >= 0 and late for where, late in zip(position, latest, strict=True)]
    )


def _counted(sheet: Sheet, answers: Iterable[WrittenAnswer], counts: Sequence[bool]) -> Sequence[int]:
    """The answers of the rows that count, put on the sheet; per row the position of its answer, -1 for none."""
    if sheet.kind in _LISTS:
        return _grouped(sheet, answers, counts)
    sheet.answers = list(compress(answers, counts))
    if all(counts):
        return range(len(counts))
    return [rank - 1 if one else -1 for rank, one in zip(accumulate(counts), counts, strict=True)]


def _add_items(table: Table, sheet: Sheet) -> None:
    """Every item once, with the stratum and the text of the first row that gives them."""
    names = [one for one in dict.fromkeys(table.columns["item"]) if one]
    texts = _first(table, "text", sheet) if sheet.kind == "spans" else {}
    strata, repeats = _first(table, "stratum", sheet), _first(table, "repeat_of", sheet)
    sheet.items = list(
        map(
            WrittenItem,
            zip(names, strict=False),
            repeat(None),
            repeat(None),
            map(texts.get, names),
            map(strata.get, names, repeat("")),
            map(repeats.get, names, repeat("")),
        )
    )


def _first(table: Table, name: str, sheet: Sheet) -> dict[str, str]:
    """Item -> what a column says about it; two rows must not differ."""
    out: dict[str, str] = {}
    for item, text, line in zip(table.columns["item"], table.columns.get(name, ()), table.line, strict=False):
        if text and out.setdefault(item, text) != text:
            sheet.faults.add(
                f"line {line}", f"item {item!r} has another {name} than on an earlier row; keep one"
            )
    return out


def _grouped(sheet: Sheet, answers: Iterable[WrittenAnswer], counts: Sequence[bool]) -> list[int]:
    """Rows of the same item and annotator as one answer."""
    known: dict[tuple[int, str], int] = {}
    out = []
    for one, counted in zip(answers, counts, strict=True):
        key = (one.item, one.annotator)
        if not counted:
            out.append(-1)
        elif key in known:
            out.append(_joined(sheet, known[key], one.seconds, one.place))
        else:
            known[key] = len(sheet.answers)
            out.append(known[key])
            sheet.answers.append(one)
    return out


def _joined(sheet: Sheet, answer: int, seconds: float, place: str) -> int:
    """Another row of the same answer: its time is the answer's, written once or on every row."""
    before = sheet.answers[answer].seconds
    if not math.isnan(seconds) and seconds != before:
        message = (
            f"seconds {seconds:g} differ from {before:g} of the same item and annotator; give the item's time"
        )
        sheet.faults.add(place, message)
    return answer


def _seconds(table: Table, sheet: Sheet) -> list[float]:
    texts = table.columns.get("seconds")
    if texts is None:
        return [math.nan] * len(table.line)
    found = Faults("", "") if sheet.source.accept else sheet.faults
    seconds, commas = parse_seconds(texts, table.line, found)
    if commas:
        sheet.repaired["seconds with a decimal comma read as a decimal point"] += commas
    if sheet.source.accept and found.count:
        sheet.repaired["impossible times counted as unknown"] += found.count
    return list(map(float, seconds))


def _looked_up(table: Table, name: str, known: Mapping[str, Any], speak: str, sheet: Sheet) -> list[Any]:
    cells = table.columns.get(name)
    if cells is None:
        return [known[""]] * len(table.line)
    for cell, line in zip(cells, table.line, strict=True):
        if cell.casefold() not in known:
            sheet.faults.add(f"line {line}", f"{name} {cell[:40]!r} must be {speak}, or empty")
    return [known.get(cell.casefold(), known[""]) for cell in cells]


def _latest(table: Table, sheet: Sheet) -> list[bool]:
    """Whether a row belongs to the last attempt of its annotator at its item."""
    cells = table.columns.get("attempt")
    if not cells or not any(cells):
        return [True] * len(table.line)
    tries: list[int] = []
    for cell, line in zip(cells, table.line, strict=True):
        attempt = whole(parse_number(cell)) if cell else 1
        if attempt is None or attempt < 1:
            sheet.faults.add(f"line {line}", f"attempt {cell[:40]!r} must be a whole number from 1")
        tries.append(attempt or 1)
    people = table.columns.get("annotator") or [""] * len(tries)
    keys = list(zip(table.columns["item"], people, strict=True))
    last: dict[tuple[str, str], int] = defaultdict(int)
    for key, attempt in zip(keys, tries, strict=True):
        last[key] = max(last[key], attempt)
    kept = [last[key] == attempt for key, attempt in zip(keys, tries, strict=True)]
    if not all(kept):
        sheet.noticed["rows of earlier attempts left out"] += kept.count(False)
    return kept


def _counts(sheet: Sheet, answer: int, marked: bool) -> bool:
    """Whether the marks of a row count: not those of skipped or dropped answers."""
    if answer >= 0 and not sheet.answers[answer].skipped:
        return True
    if answer >= 0 and marked:
        sheet.noticed["marks of skipped items left out"] += 1
    return False


def _labels(table: Table, sheet: Sheet, rows: Sequence[int]) -> None:
    cells = table.columns["label"]
    if (
        all(cells)
        and not any(one[0] == "[" or "|" in one for one in set(cells))
        and not _any_out(sheet, rows)
    ):
        sheet.answer, sheet.label = list(rows), cells
        sheet.place = [one.place for one in sheet.answers]
        sheet.shape, sheet.crowd = [None] * len(cells), [False] * len(cells)
        return
    for cell, answer, line in zip(cells, rows, table.line, strict=True):
        if not _counts(sheet, answer, bool(cell)) or not cell:
            continue
        place = f"line {line}"
        labels = [cell] if cell[0] != "[" else _listed_labels(cell, place, sheet)
        parts = [part.strip() for one in labels for part in (one.split("|") if cell[0] != "[" else [one])]
        sheet.choose(answer, [one for one in parts if one], place)


def _any_out(sheet: Sheet, rows: Sequence[int]) -> bool:
    return len(rows) != len(sheet.answers) or any(one.skipped for one in sheet.answers)


def _listed_labels(cell: str, place: str, sheet: Sheet) -> list[str]:
    """The labels of a JSON list; a label that only begins with a bracket is itself."""
    try:
        found = orjson.loads(cell)
    except orjson.JSONDecodeError:
        return [cell]
    labels = [str(one).strip() for one in found if isinstance(one, str | int) and not isinstance(one, bool)]
    if len(labels) < len(found) or not all(labels):
        sheet.faults.add(place, "label must be one text, or a list of texts")
    return labels


def _texts(table: Table, sheet: Sheet, rows: Sequence[int]) -> None:
    cells = table.columns.get("text") or table.columns["label"]
    for cell, answer, line in zip(cells, rows, table.line, strict=True):
        if _counts(sheet, answer, bool(cell)):
            sheet.mark(answer, "", cell, f"line {line}")


def _shapes(table: Table, sheet: Sheet, rows: Sequence[int]) -> None:
    add = _ADD[sheet.kind]
    names = [one for one in _SHAPES[sheet.kind] if one in table.columns]
    for at, (answer, line) in enumerate(zip(rows, table.line, strict=True)):
        cells = {name: table.columns[name][at] for name in names}
        marked = any(cells[name] for name in names if name != "text")
        if not _counts(sheet, answer, marked) or not marked:
            continue
        place = f"line {line}"
        many = _many(cells, place, sheet)
        if many is None:
            add({key: _value(value) if key in _STRUCTURED[1:] else value for key, value in cells.items()},
                answer, place, sheet)  # fmt: skip
            continue
        for which, one in enumerate(many, start=1):
            if isinstance(one, dict):
                add(one, answer, f"{place}, {sheet.kind} {which}", sheet)
            else:
                sheet.faults.add(f"{place}, {sheet.kind} {which}", "must be an object with a label")


def _many(cells: Mapping[str, str], place: str, sheet: Sheet) -> list[Any] | None:
    """The marks of a row that lists them, None when the row is one mark."""
    text = cells.get(_LISTS[sheet.kind], "")
    if (
        not text
        and sheet.kind == "spans"
        and cells.get("label", "").startswith("[")
        and not cells.get("start")
    ):
        found = _value(cells["label"])  # [[0, 5, "PERSON"], …]
        if isinstance(found, list):
            return [
                {"start": one[0], "end": one[1], "label": one[2]}
                if isinstance(one, list) and len(one) == 3
                else one
                for one in found
            ]
    if not text:
        return None
    value = _value(text)
    if isinstance(value, list):
        return value
    sheet.faults.add(place, f"{_LISTS[sheet.kind]} must be a list of objects with a label")
    return []


def _value(text: str) -> Any:
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return text


def _label(cells: Cells, place: str, sheet: Sheet) -> str:
    value = cells.get("label")
    label = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not label:
        sheet.faults.add(place, "the label is empty; name the class of every mark")
    return label


def _figure(cells: Cells, name: str) -> float:
    value = cells.get(name)
    if isinstance(value, str):
        return parse_number(value.replace(",", ".", 1))
    return number(value)


def _box(cells: Cells, answer: int, place: str, sheet: Sheet) -> None:
    label = _label(cells, place, sheet)
    given = cells.get("bbox")
    if given is None or given == "":
        xywh = [_figure(cells, one) for one in ("x", "y", "width", "height")]
    elif isinstance(given, list) and len(given) == 4:
        xywh = [number(one) for one in given]
    else:
        sheet.faults.add(place, "bbox must be four numbers [x, y, width, height] in pixels")
        return
    add_box(sheet, answer, label, xywh, place)


def _polygon(cells: Cells, answer: int, place: str, sheet: Sheet) -> None:
    label = _label(cells, place, sheet)
    add_polygon(sheet, answer, label, rings_of(cells.get("points")), place)


def _span(cells: Cells, answer: int, place: str, sheet: Sheet) -> None:
    label = _label(cells, place, sheet)
    start, end = whole(_figure(cells, "start")), whole(_figure(cells, "end"))
    add_span(sheet, answer, label, start, end, place)


_ADD: Mapping[str, Callable[[Cells, int, str, Sheet], None]] = {
    "boxes": _box,
    "polygons": _polygon,
    "spans": _span,
}
