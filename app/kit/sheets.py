"""Spreadsheets from outside as plain texts: xlsx, xls, ods and CSV. To be run by `kit.child`.

Formulas are never computed: what stands in the file as their last result is text. Macros, pictures and styles are not
looked at.
"""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException

from app.core.errors import Invalid, Problem
from app.kit import percents

# what the standard library raises for an archive that is damaged, cut off or protected
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
MEMORY = 1 << 30
SECONDS = 40
MAX_BYTES = 20_000_000
MAX_UNPACKED = 200_000_000
MAX_PARTS = 5_000
MAX_RATIO = 200
SMALL = 5_000_000
MAX_SHEETS = 120
MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_CELL = 20_000
MAX_TEXT = 4_000_000
MOST_PROBLEMS = 20
_REMEDY = "Save it again as .xlsx or as CSV and send that."
_ARCHIVE, _OLE = b"PK", b"\xd0\xcf\x11\xe0"
_OPEN_DOCUMENT = "content.xml"
_BREAK = re.compile(rb"<text:line-break/>|</text:p>\s*<text:p(?: [^>]*)?>")
_XLSX = (
    (
        re.compile(rb'<c\s[^>]*?r="([A-Z]{1,3}[0-9]{1,7})"[^>]*?>\s*<f[\s/>]'),
        "holds a formula; type the answer itself",
    ),
    (
        re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z0-9:]{1,40})"'),
        "are merged; take them apart (Merge cells, off)",
    ),
)
_ODS = (
    (re.compile(rb'table:formula="([^"]{1,60})'), "is a formula; type the answer itself"),
    (
        re.compile(rb'table:number-(columns|rows)-spanned="(?!1")'),
        "are merged in a cell; take them apart (Merge cells, off)",
    ),
)  # fmt: skip


def read(path: str, name: str, *, filled_in: bool = False) -> bytes:
    """`{"sheets": [{"name", "rows"}], "notes": […]}` as JSON: cells as trimmed text, blank rows kept in place.

    `filled_in`: a workbook of ours that comes back; formulas and merged cells are then refused with their places,
    and nothing is cut. Raises `Invalid` at the field `file`: not a spreadsheet, not what its name says, protected,
    or too large.
    """
    data = Path(path).read_bytes()
    notes: list[str] = []
    if data.startswith(_ARCHIVE):
        _check_archive(data)
    if filled_in:
        _require_plain(data)
    data = _as_shown(data)
    sheets = _book(data) if data.startswith((_ARCHIVE, _OLE)) else [("Table", _text_rows(data, name, notes))]
    found = [{"name": title[:100], "rows": _trimmed(rows, title, notes)} for title, rows in sheets]
    found = [sheet for sheet in found if sheet["rows"]]
    if not found:
        _refuse("holds no text. Choose the file that holds the questions")
    if sum(len(cell) for sheet in found for row in sheet["rows"] for cell in row) > MAX_TEXT:
        _refuse("holds more than four million characters. Send the sheet with the questions alone")
    if filled_in and notes:
        raise Invalid("sheet.too_large", [Problem("file", note) for note in notes[:MOST_PROBLEMS]])
    return json.dumps({"sheets": found, "notes": notes}).encode()


def _refuse(what: str) -> None:
    raise Invalid("sheet.unreadable", [Problem("file", f"This file {what}.")])


def _check_archive(data: bytes) -> None:
    """Refuse an archive that says it unpacks to too much; one that lies about it is stopped by the memory limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        _refuse(f"is damaged. {_REMEDY[:-1]}")
        return
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if len(entries) > MAX_PARTS or total > MAX_UNPACKED or (total > SMALL and total > MAX_RATIO * packed):
        _refuse("unpacks to far more than a table holds (over 200 MB, or 200 times its size). "
                "Copy the sheet with the texts into a new file and send that")  # fmt: skip


def _require_plain(data: bytes) -> None:
    """Refuse what is no workbook, and the formulas and merged cells of one, each with its place."""
    if data.startswith(_OLE):
        _refuse("is an old .xls or protected by a password. Save it as .xlsx without one")
    if not data.startswith(_ARCHIVE):
        _refuse(
            "is not an Excel workbook (.xlsx) or an OpenDocument one (.ods). Fill in the one you downloaded"
        )
    problems = [
        Problem("file", message) for _, message in zip(range(MOST_PROBLEMS), _odd_cells(data), strict=False)
    ]
    if problems:
        raise Invalid("sheet.cells", problems)


def _odd_cells(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            for entry in archive.infolist():
                number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", entry.filename)
                if number is None and entry.filename != _OPEN_DOCUMENT:
                    continue
                content = archive.read(entry)
                for pattern, what in _XLSX if number else _ODS:
                    for match in pattern.finditer(content):
                        place = f"Sheet {number[1]}, " if number else ""
                        yield f"{place}{match[1].decode(errors='replace')}: {what}."
        except _BROKEN:
            _refuse(f"is damaged or protected. {_REMEDY[:-1]}")


def _as_shown(data: bytes) -> bytes:
    """An OpenDocument workbook with plain line breaks in its cells, because the reader joins lines without a sign of
    where one ended, and with percentages as text."""
    if not data.startswith(_ARCHIVE):
        return data
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            if _OPEN_DOCUMENT not in old.namelist():
                return data
            with zipfile.ZipFile(out, "w") as new:
                for entry in old.infolist():
                    part = old.read(entry)
                    if entry.filename == _OPEN_DOCUMENT:
                        part = percents.in_open_document(_BREAK.sub(b"\n", part))
                    new.writestr(entry.filename, part)
    except _BROKEN:
        _refuse(f"is damaged or protected. {_REMEDY[:-1]}")
    return out.getvalue()


def _book(data: bytes) -> list[tuple[str, list[list[str]]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if len(names) > MAX_SHEETS:
            _refuse(f"has {len(names)} sheets. Send at most {MAX_SHEETS}")
        found, shown = [], _percents(data)
        for name in names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=MAX_ROWS + 1)
            shares = shown.get(name, frozenset())
            found.append((name, [_spelled(row[:MAX_COLUMNS], i, shares) for i, row in enumerate(rows)]))
        return found
    except CalamineError as failure:
        said = str(failure).lower()
        why = (
            "is protected by a password. Send it without"
            if "password" in said
            else f"is no spreadsheet. {_REMEDY[:-1]}"
        )
        _refuse(why)
        return []


def _percents(data: bytes) -> Mapping[str, frozenset[percents.Place]]:
    """Cells that are shown as percentages; none where the workbook does not say so in a way that can be read."""
    if not data.startswith(_ARCHIVE):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return percents.in_excel(archive)
    except (*_BROKEN, ParseError, DefusedXmlException):
        _refuse(f"is damaged or protected. {_REMEDY[:-1]}")
        return {}


def _spelled(row: list[Any], number: int, shares: frozenset[percents.Place]) -> list[str]:
    return [
        percents.spell(cell) if (number, i) in shares and isinstance(cell, float) else _spell(cell)
        for i, cell in enumerate(row)
    ]


def _spell(cell: Any) -> str:
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, timedelta):
        hours, minutes = divmod(int(cell.total_seconds()) // 60, 60)
        return f"{hours:02d}:{minutes:02d}"
    return str(cell).replace("\r\n", "\n").replace("\r", "\n")


def _text_rows(data: bytes, name: str, notes: list[str]) -> list[list[str]]:
    text = _decoded(data, name, notes).removeprefix("\ufeff")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lstrip()[:1] in "<{%" and first.strip():
        _refuse(f"is called {name[:60]}, but holds no table. {_REMEDY[:-1]}")
    delimiter = max(",;\t", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [row[:MAX_COLUMNS] for _, row in zip(range(MAX_ROWS + 1), rows, strict=False)]
    except csv.Error as failure:
        _refuse(f"is no CSV that can be read ({failure}). {_REMEDY[:-1]}")
        return []


def _decoded(data: bytes, name: str, notes: list[str]) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding, zeros in (("utf-16-le", data[1:400:2]), ("utf-16-be", data[:400:2])):
        if len(zeros) > 3 and zeros.count(0) > 0.8 * len(zeros):
            notes.append("The text does not say how it is encoded; it was read as UTF-16.")
            return data.decode(encoding, errors="replace")
    if b"\x00" in data:
        _refuse(f"is called {name[:60]}, but is no spreadsheet. {_REMEDY[:-1]}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        notes.append("The text is not UTF-8; it was read as Windows-1252. Look at umlauts and dashes.")
        return data.decode("cp1252", errors="replace")


def _trimmed(rows: list[list[str]], title: str, notes: list[str]) -> list[list[str]]:
    if len(rows) > MAX_ROWS:
        notes.append(f"{title}: only the first {MAX_ROWS:,} rows were read.")
    found = [[_clean(cell) for cell in row] for row in rows[:MAX_ROWS]]
    for number, row in enumerate(found, 1):
        for column, cell in enumerate(row):
            if len(cell) > MAX_CELL:
                notes.append(
                    f"{title}, row {number}: a cell of {len(cell):,} characters was cut at {MAX_CELL:,}."
                )
                row[column] = cell[:MAX_CELL]
            if "\ufffd" in cell:
                notes.append(f"{title}, row {number}: broken characters (“{cell[:30]}”). Type them again.")
    for row in found:
        while row and not row[-1]:
            row.pop()
    while found and not found[-1]:
        found.pop()
    return found


def _clean(cell: str) -> str:
    text = "".join(
        letter
        for letter in cell
        if letter in "\n\t" or (letter >= " " and not "\ud800" <= letter <= "\udfff")
    )
    return text.strip()
