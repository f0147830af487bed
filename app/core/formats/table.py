"""CSV, TSV and JSONL tables: rows of plain text under named columns, and the labels read from them."""

import csv
import difflib
import io
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import orjson

from app.core.formats.content import check_bytes
from app.core.formats.faults import SHOWN, Faults
from app.core.formats.rows import Labels, Times
from app.core.formats.shapes import Floats, Ints

MAX_SECONDS = 86_400.0
MAX_CLASSES = 2_000
_ALIASES = {"item_id": "item"}
_SPOKEN = {"item": "item (or item_id)"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as text: `columns` holds one list per known column, all as long as `line`."""

    name: str
    columns: Mapping[str, list[str]]
    line: list[int]
    ignored: tuple[str, ...]
    repairs: tuple[str, ...]


def read_table(
    data: bytes, name: str, needed: Sequence[str], optional: Sequence[str], structured: Sequence[str] = ()
) -> Table:
    """Rows of a CSV (`,` `;` or tab), or JSONL file with the needed and the optional columns.

    Lists and objects of JSONL are refused except under the `structured` columns, where they stay JSON text.
    Values are stripped of surrounding spaces (noted as a repair); an absent optional column is missing from
    `columns`. Raises `Invalid` with every unreadable line, ragged row and missing column.
    """
    data = check_bytes(data, name)
    faults = Faults("table.broken", name)
    known = (*needed, *optional)
    text = data.decode("utf-8")
    is_json = text.lstrip().startswith("{")
    header, lines, values = (
        _json_rows(text, known, structured, faults) if is_json else _csv_rows(text, faults)
    )
    absent = [_SPOKEN.get(one, one) for one in needed if one not in header]
    if absent and not (faults.count and not header):
        faults.add("line 1", f"column missing: {', '.join(absent)}; the first line must name the columns")
    if not lines and not faults.count:
        faults.add("", "the file has a header but no rows; export it again")
    faults.stop()
    columns = {one: [row[at] for row in values] for at, one in enumerate(header) if one in known}
    ignored = tuple(one for one in header if one and one not in known)
    return _stripped(Table(name, columns, lines, ignored, ()))


def _stripped(table: Table) -> Table:
    clean = {key: [value.strip() for value in column] for key, column in table.columns.items()}
    changed = [(column, clean[key]) for key, column in table.columns.items() if column != clean[key]]
    touched = sum(a != b for before, after in changed for a, b in zip(before, after, strict=True))
    repairs = (f"{table.name}: spaces around {touched} values removed",) if touched else ()
    return replace(table, columns=clean, repairs=repairs)


def _csv_rows(text: str, faults: Faults) -> tuple[list[str], list[int], list[list[str]]]:
    """Header, line numbers and rows of a delimited text."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        for row in reader:
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if not header:
                header = _header(row, faults)
            elif len(row) != len(header):
                message = (
                    f"{len(row)} values under {len(header)} columns; quote values that hold the delimiter"
                )
                faults.add(f"line {reader.line_num}", message)
            else:
                lines.append(reader.line_num)
                rows.append(row)
    except csv.Error as failure:
        message = f"not readable as CSV ({failure}); check the quotes, the file may be cut off"
        faults.add(f"line {reader.line_num}", message)
    return header, lines, rows


def _header(row: list[str], faults: Faults) -> list[str]:
    names = [_ALIASES.get(one.strip().casefold(), one.strip().casefold()) for one in row]
    for one, count in Counter(names).items():
        if one and count > 1:
            faults.add("line 1", f"column {_SPOKEN.get(one, one)!r} stands {count} times; keep one")
    return names


def _json_rows(
    text: str, known: Sequence[str], structured: Sequence[str], faults: Faults
) -> tuple[list[str], list[int], list[list[str]]]:
    """Keys, line numbers and rows of a JSONL text; an absent or null value is empty text."""
    keys: dict[str, None] = {}
    lines: list[int] = []
    objects: list[dict[str, str]] = []
    for number, row in _json_objects(text, faults):
        named = {_ALIASES.get(key, key): value for key, value in row.items()}
        plain = (key for key in known if key not in structured)
        if bad := [key for key in plain if isinstance(named.get(key), dict | list)]:
            faults.add(f"line {number}", f"{', '.join(bad)} must be one text or number, not a list or object")
            continue
        keys.update(dict.fromkeys(named))
        objects.append({key: _as_text(named[key]) for key in known if key in named})
        lines.append(number)
    header = list(keys)
    return header, lines, [[one.get(key, "") for key in header] for one in objects]


def _json_objects(text: str, faults: Faults) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as failure:
            faults.add(f"line {number}", f"not valid JSON ({failure.msg}); one object per line is expected")
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            faults.add(f"line {number}", 'must be an object like {"item": …, "label": …}')


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def parse_seconds(texts: Sequence[str], lines: Sequence[int], faults: Faults) -> tuple[Floats, int]:
    """Seconds as floats, NaN where the text is empty, and how many used a decimal comma.

    A time must be a number above 0 and at most 24 hours; every other value is noted in `faults`.
    """
    out = np.full(len(texts), np.nan)
    commas = 0
    for at, text in enumerate(texts):
        if not text:
            continue
        number = text.replace(",", ".", 1)
        commas += number != text
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if 0 < value <= MAX_SECONDS:
            out[at] = value
        else:
            message = (
                f"seconds {text!r} must be a number above 0 and at most 86400; leave it empty when unknown"
            )
            faults.add(f"line {lines[at]}", message)
    return out, commas


def read_gold_labels(data: bytes, name: str) -> Labels:
    """The gold of a classification pilot: one row per item with columns item, label[, stratum].

    Raises `Invalid` with every empty value and every item that stands twice.
    """
    table = read_table(data, name, ("item", "label"), ("stratum", "annotator", "seconds"))
    faults = Faults("gold.broken", name)
    items, labels = table.columns["item"], table.columns["label"]
    _refuse_empty(table, faults)
    seen: dict[str, int] = {}
    for item, line in zip(items, table.line, strict=True):
        if item in seen and item:
            message = f"item {item!r} already stands on line {seen[item]}; the gold has one label per item"
            faults.add(f"line {line}", message)
        seen.setdefault(item, line)
    if (count := len(set(labels))) > MAX_CLASSES:
        faults.add(
            "", f"{count} different labels, at most {MAX_CLASSES} can be compared; is it the right column?"
        )
    faults.stop()
    order = sorted(range(len(items)), key=items.__getitem__)
    classes = tuple(sorted(set(labels)))
    code = {one: at for at, one in enumerate(classes)}
    strata = table.columns.get("stratum")
    return Labels(
        source=name,
        format="table",
        items=tuple(items[at] for at in order),
        classes=classes,
        item=np.arange(len(items)),
        label=np.array([code[labels[at]] for at in order], np.int64),
        annotator=np.full(len(items), -1, np.int64),
        annotators=(),
        seconds=np.full(len(items), np.nan),
        line=np.array([table.line[at] for at in order], np.int64),
        stratum=tuple(strata[at] for at in order) if strata and any(strata) else (),
        repairs=table.repairs,
        warnings=_ignored(table),
    )


def read_delivered_labels(data: bytes, name: str, gold: Labels) -> Labels:
    """One vendor's labels for the items of `gold`: columns item, label[, annotator, seconds].

    Several annotators may label one item; one annotator may not label it twice. Raises `Invalid` with every
    unknown item, unknown label, duplicate and impossible time.
    """
    table = read_table(data, name, ("item", "label"), ("annotator", "seconds", "stratum"))
    faults = Faults("delivery.broken", name)
    count = len(table.line)
    people = table.columns.get("annotator", [""] * count)
    seconds, commas = parse_seconds(table.columns.get("seconds", [""] * count), table.line, faults)
    _refuse_empty(table, faults)
    item = _codes(table, "item", gold.items, faults, _unknown_item(gold))
    label = _codes(table, "label", gold.classes, faults, _unknown_label(gold))
    _refuse_repeats(table, people, faults)
    faults.stop()
    annotators = tuple(sorted({one for one in people if one}))
    person = {"": -1} | {one: at for at, one in enumerate(annotators)}
    return Labels(
        source=name,
        format="table",
        items=gold.items,
        classes=gold.classes,
        item=item,
        label=label,
        annotator=np.array([person[one] for one in people], np.int64),
        annotators=annotators,
        seconds=seconds,
        line=np.array(table.line, np.int64),
        repairs=(*table.repairs, *_comma_repair(name, commas)),
        warnings=_ignored(table),
    )


def read_times(data: bytes, name: str, vendor: str = "") -> Times:
    """The side file of times: columns vendor, item_id, annotator, seconds.

    With `vendor` all rows are that vendor's, and the columns vendor and annotator may be left out. Raises
    `Invalid` with every empty vendor, item or time and every row that stands twice.
    """
    needed = ("item", "seconds") if vendor else ("vendor", "item", "annotator", "seconds")
    table = read_table(data, name, needed, ("annotator",) if vendor else ())
    count = len(table.line)
    columns = {"annotator": [""] * count, **table.columns} | ({"vendor": [vendor] * count} if vendor else {})
    faults = Faults("times.broken", name)
    seconds, commas = parse_seconds(columns["seconds"], table.line, faults)
    seen: dict[tuple[str, str, str], int] = {}
    rows = zip(*(columns[one] for one in ("vendor", "item", "annotator")), strict=True)
    for at, (row, line) in enumerate(zip(rows, table.line, strict=True)):
        if not (row[0] and row[1] and columns["seconds"][at]):
            faults.add(
                f"line {line}", "vendor, item_id and seconds must not be empty; leave unknown rows out"
            )
        elif row in seen:
            message = (
                f"{row[0]}, {row[1]}, {row[2] or 'no annotator'} already stands on line {seen[row]}; keep one"
            )
            faults.add(f"line {line}", message)
        seen.setdefault(row, line)
    faults.stop()
    return Times(
        source=name,
        vendor=tuple(columns["vendor"]),
        item=tuple(columns["item"]),
        annotator=tuple(columns["annotator"]),
        seconds=seconds,
        line=np.array(table.line, np.int64),
        repairs=(*table.repairs, *_comma_repair(name, commas)),
    )


def _comma_repair(name: str, commas: int) -> tuple[str, ...]:
    return (f"{name}: {commas} seconds with a decimal comma read as a decimal point",) if commas else ()


def _ignored(table: Table) -> tuple[str, ...]:
    if not table.ignored:
        return ()
    return (f"{table.name}: columns not used: {', '.join(table.ignored)}.",)


def _refuse_empty(table: Table, faults: Faults) -> None:
    remedy = {
        "item": "the item is empty; give the id of the item",
        "label": "the label is empty; leave the row out when the item was not labelled",
    }
    for column, message in remedy.items():
        for value, line in zip(table.columns[column], table.line, strict=True):
            if not value:
                faults.add(f"line {line}", message)


def _codes(
    table: Table, column: str, known: tuple[str, ...], faults: Faults, explain: Callable[[str], str]
) -> Ints:
    code = {one: at for at, one in enumerate(known)}
    values = table.columns[column]
    for value, line in zip(values, table.line, strict=True):
        if value and value not in code:
            faults.add(f"line {line}", explain(value) if faults.count < SHOWN else "")
    return np.array([code.get(value, -1) for value in values], np.int64)


def _unknown_item(gold: Labels) -> Callable[[str], str]:
    return lambda item: (
        f"item {item!r} is not in the gold ({gold.source}); correct the id, or is this a delivery for "
        "another pilot?"
    )


def _unknown_label(gold: Labels) -> Callable[[str], str]:
    def explain(label: str) -> str:
        near = difflib.get_close_matches(label, gold.classes, n=1, cutoff=0.6)
        known = ", ".join(gold.classes[:8]) + (", …" if len(gold.classes) > 8 else "")
        hint = f"did you mean {near[0]!r}?" if near else f"use one of {known}"
        return f"label {label!r} is not a class of the gold; {hint}"

    return explain


def _refuse_repeats(table: Table, people: list[str], faults: Faults) -> None:
    seen: dict[tuple[str, str], int] = {}
    for key, line in zip(zip(table.columns["item"], people, strict=True), table.line, strict=True):
        if key in seen and key[0]:
            who = f"by annotator {key[1]!r} " if key[1] else ""
            before = f"item {key[0]!r} {who}already stands on line {seen[key]}"
            message = f"{before}; keep one row, or name the annotators"
            faults.add(f"line {line}", message)
        seen.setdefault(key, line)
