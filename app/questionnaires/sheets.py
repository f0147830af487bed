"""Reading a workbook from outside; runs in a child process (`kit.child`), so that a hostile file harms nothing."""

import json
import re
import unicodedata
import zipfile
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from app.core.errors import Invalid, Problem

MOST_PARTS, MOST_UNPACKED, MOST_RATIO = 500, 60_000_000, 200
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, MOST_TEXT = 2_000, 60, 120, 20_000
_FORMULA = re.compile(rb'<c\s[^>]*?r="([A-Z]{1,3}[0-9]{1,7})"[^>]*?>\s*<f[\s/>]')
_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z0-9:]{1,40})"')


def read(path: str) -> bytes:
    """`{"sheets": {name: rows of texts}}` as JSON. Raises `Invalid` with what is wrong and the remedy."""
    parts = _unpacked(path)
    problems = [
        *_found(parts, _FORMULA, "holds a formula; type the answer itself"),
        *_found(parts, _MERGED, "are merged; take them apart (Merge cells, off)"),
    ]
    if problems:
        raise Invalid("workbook.cells", problems[:20])
    try:
        book = CalamineWorkbook.from_path(path)
        names = book.sheet_names
        if len(names) > MOST_SHEETS:
            raise _wrong(
                "workbook.sheets", f"This has {len(names)} sheets; send the workbook you downloaded here."
            )
        sheets = {name: _rows(book, name) for name in names}
    except PasswordError:
        raise _wrong("workbook.password", "This is protected by a password; save it without one.") from None
    except CalamineError as failure:
        message = f"This workbook is damaged ({str(failure)[:100]}). Open it and save it again as .xlsx."
        raise _wrong("workbook.damaged", message) from None
    return json.dumps({"sheets": sheets}).encode()


def _wrong(code: str, message: str) -> Invalid:
    return Invalid(code, [Problem("file", message)])


def _unpacked(path: str) -> dict[str, bytes]:
    """The worksheets as XML by name, once the totals of the archive are within bounds."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _require_small(parts)
            if "xl/workbook.xml" not in archive.namelist():
                raise _wrong("workbook.kind", _KIND)
            wanted = [each for each in parts if each.filename.startswith("xl/worksheets/sheet")]
            return {each.filename: _content(archive, each) for each in wanted}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        with open(path, "rb") as file:
            protected = file.read(4) == b"\xd0\xcf\x11\xe0"
        if protected:
            message = "This is an old .xls file or protected by a password; save it as .xlsx without one."
            raise _wrong("workbook.kind", message) from None
        raise _wrong("workbook.kind", _KIND) from None


_KIND = "This is not an Excel workbook (.xlsx). Fill in the one you downloaded here and save it as .xlsx."


def _require_small(parts: list[zipfile.ZipInfo]) -> None:
    total = sum(each.file_size for each in parts)
    packed = sum(each.compress_size for each in parts) or 1
    if (
        len(parts) > MOST_PARTS
        or total > MOST_UNPACKED
        or (total > 5_000_000 and total / packed > MOST_RATIO)
    ):
        message = "This file unpacks to far more than a filled-in workbook holds. Download yours and fill it in again."
        raise _wrong("workbook.bomb", message)


def _content(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as stream:
        found = stream.read(MOST_UNPACKED + 1)  # the stated size may lie
    if len(found) > MOST_UNPACKED:
        raise _wrong(
            "workbook.bomb",
            "This file unpacks to far more than it says. Download yours and fill it in again.",
        )
    return found


def _found(parts: dict[str, bytes], pattern: re.Pattern[bytes], what: str) -> list[Problem]:
    found = []
    for name, content in sorted(parts.items()):
        number = name.removeprefix("xl/worksheets/sheet").removesuffix(".xml")
        for match in pattern.finditer(content):
            found.append(Problem("file", f"Sheet {number}, {match[1].decode()}: {what}."))
            if len(found) == 20:
                return found
    return found


def _rows(book: CalamineWorkbook, name: str) -> list[list[str]]:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    if len(rows) > MOST_ROWS or any(len(row) > 16_384 for row in rows):
        raise _wrong(
            "workbook.rows", f"Sheet “{name[:40]}” has {len(rows)} rows; take the empty ones below away."
        )
    return [[_text(cell, name) for cell in row[:MOST_COLUMNS]] for row in rows]


def _text(cell: object, sheet: str) -> str:
    """A cell as a person would type it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(round(cell, 6))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, timedelta):
        minutes = int(cell.total_seconds() // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    text = str(cell).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MOST_TEXT:
        raise _wrong(
            "workbook.text", f"A cell of sheet “{sheet[:40]}” holds {len(text)} characters; shorten it."
        )
    if "\ufffd" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        message = f"Sheet “{sheet[:40]}” holds broken characters (“{text[:30]}”). Type them again and save as .xlsx."
        raise _wrong("workbook.encoding", message.encode("utf-8", "replace").decode())
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc")


def folded(text: str) -> str:
    """A text as it is compared: case, spaces and composed letters aside."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
