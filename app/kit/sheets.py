"""Spreadsheets from outside as plain texts: xlsx, xls, ods and CSV. To be run by `kit.child`.

Formulas are never computed: what stands in the file as their last result is text. Macros, pictures and styles are not
looked at.
"""

import csv
import io
import json
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from app.core.errors import Invalid, Problem

MEMORY = 1 << 30
SECONDS = 40
MAX_BYTES = 20_000_000
MAX_UNPACKED = 200_000_000
MAX_SHEETS = 40
MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_CELL = 6_000
MAX_TEXT = 4_000_000
_REMEDY = "Save it again as .xlsx or as CSV and send that."


def read(path: str, name: str) -> bytes:
    """`{"sheets": [{"name", "rows"}], "notes": […]}` as JSON: cells as trimmed text, blank rows kept in place.

    Raises `Invalid` at the field `file`: not a spreadsheet, not what its name says, protected, or too large.
    """
    data = Path(path).read_bytes()
    notes: list[str] = []
    if data.startswith(b"PK") or data.startswith(b"\xd0\xcf\x11\xe0"):
        if data.startswith(b"PK"):
            _check_archive(data)
        sheets = _book(data)
    else:
        sheets = [("Table", _text_rows(data, name, notes))]
    found = [{"name": title[:100], "rows": _trimmed(rows, title, notes)} for title, rows in sheets]
    found = [sheet for sheet in found if sheet["rows"]]
    if not found:
        _refuse("holds no text. Choose the file that holds the questions")
    if sum(len(cell) for sheet in found for row in sheet["rows"] for cell in row) > MAX_TEXT:
        _refuse("holds more than four million characters. Send the sheet with the questions alone")
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
    if len(entries) > 5_000 or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        _refuse("unpacks to more than 200 MB. Send the sheet with the questions alone")


def _book(data: bytes) -> list[tuple[str, list[list[str]]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if len(names) > MAX_SHEETS:
            _refuse(f"has {len(names)} sheets. Send at most {MAX_SHEETS}")
        found = []
        for name in names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=MAX_ROWS + 1)
            found.append((name, [[_spell(cell) for cell in row[:MAX_COLUMNS]] for row in rows]))
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


def _spell(cell: Any) -> str:
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    return str(cell)


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
    return text.strip()[:MAX_CELL]
