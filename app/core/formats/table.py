"""CSV, TSV and JSONL tables: rows of plain text under named columns, and the labels read from them."""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import orjson

from app.core.formats.content import check_bytes
from app.core.formats.faults import Faults, refuse
from app.core.formats.rows import Times
from app.core.formats.shapes import Floats

MAX_ROWS = 2_000_000
_TOO_MANY = f"more than {MAX_ROWS} rows; split the pilot into smaller files"
MAX_SECONDS = 86_400.0
MAX_CLASSES = 2_000
_MOMENTS = ("started_at", "ended_at")
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
        if is_json:
            faults.add("", f"no object has the key {', '.join(absent)}; give it on every line")
        else:
            told = f"column missing: {', '.join(absent)}; the first line must name the columns"
            faults.add("line 1", told)
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
            elif len(lines) == MAX_ROWS:
                faults.add(f"line {reader.line_num}", _TOO_MANY)
                break
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
        if number > MAX_ROWS:
            faults.add(f"line {number}", _TOO_MANY)
            return
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as failure:
            faults.add(
                f"line {number}",
                f"not valid JSON ({failure.msg}); give one object per line, the file may be cut off",
            )
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


def read_times(data: bytes, name: str, vendor: str = "") -> Times:
    """The side file of times: columns vendor, item_id, annotator, seconds, and started_at, ended_at where known.

    With `vendor` all rows are that vendor's, and the columns vendor and annotator may be left out. Raises
    `Invalid` with every empty vendor, item or time and every row that stands twice.
    """
    needed = ("item", "seconds") if vendor else ("vendor", "item", "annotator", "seconds")
    table = read_table(data, name, needed, ("vendor", "annotator", *_MOMENTS))
    count = len(table.line)
    columns = {one: [""] * count for one in ("annotator", *_MOMENTS)} | dict(table.columns)
    if vendor and len(several := sorted({one for one in columns.get("vendor", ()) if one})) > 1:
        message = f"the column vendor names {', '.join(several[:4])}; send the times of one delivery alone"
        raise refuse("times.several", name, message)
    columns |= {"vendor": [vendor] * count} if vendor else {}
    faults = Faults("times.broken", name)
    seconds, commas = parse_seconds(columns["seconds"], table.line, faults)
    started, ended = (_moments(one, columns[one], table.line, faults) for one in _MOMENTS)
    for at in np.nonzero(ended < started)[0].tolist():
        faults.add(f"line {table.line[at]}", "ended_at lies before started_at; check the time zones")
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
        started=started,
        ended=ended,
        line=np.array(table.line, np.int64),
        repairs=(*table.repairs, *_comma_repair(name, commas)),
    )


def _moments(name: str, texts: Sequence[str], lines: Sequence[int], faults: Faults) -> Floats:
    """Moments as seconds since 1970, NaN where the text is empty; UTC where no time zone is given."""
    out = np.full(len(texts), np.nan)
    for at, text in enumerate(texts):
        if not text:
            continue
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            faults.add(
                f"line {lines[at]}", f"{name} {text[:40]!r} must be a moment such as 2026-03-01T09:30:00Z"
            )
            continue
        out[at] = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    return out


def _comma_repair(name: str, commas: int) -> tuple[str, ...]:
    return (f"{name}: {commas} seconds with a decimal comma read as a decimal point",) if commas else ()
