"""Tables in and out as CSV and Excel; a cell that looks like a formula stays text."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

from app.core.errors import Invalid, Problem

Cell = str | int | float | Decimal | date | datetime | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Cell) -> Cell:
    """Text that a spreadsheet program would run is shown as text.

    >>> harmless("=1+1"), harmless("-5"), harmless(-5)
    ("'=1+1", '-5', -5)
    """
    if isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """RFC 4180 text with a byte order mark, so that spreadsheet programs read it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if cell is None else harmless(cell) for cell in row])
    return "\ufeff" + out.getvalue()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def write_excel(sheet: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook with one sheet, as `write_workbook`."""
    return write_workbook([Sheet(sheet, header, rows)])


def write_workbook(sheets: Iterable[Sheet]) -> bytes:
    """A workbook: bold frozen headings, filters, texts never formulas."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    book = xlsxwriter.Workbook(out, options)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name[:31])
        page.write_row(0, 0, sheet.header, bold)
        count = 0
        for count, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(count, column, cell, day)
                else:
                    page.write(count, column, cell)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(count, 1), len(sheet.header) - 1)
        page.autofit()
    book.close()
    return out.getvalue()


def read_table(text: str, *, max_rows: int) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Heading and (line number, cells) of a table with comma, semicolon or tab between cells.

    Cells are trimmed, the heading folded to lower case with underscores. Raises `Invalid` at the field `text`
    when there is nothing to read, a line has more cells than the heading, or there are too many.
    """
    text = text.removeprefix("\ufeff").replace("\x00", "")
    first = text.lstrip().splitlines()[:1]
    if not first:
        raise Invalid("table.empty", [Problem("text", "This is empty; the first line names the columns.")])
    delimiter = max(",;\t", key=first[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            trimmed = [cell.strip() for cell in cells]
            if not any(trimmed):
                continue
            if not header:
                header = [cell.lower().replace(" ", "_") for cell in trimmed]
                continue
            rows.append((reader.line_num, trimmed))
            if len(rows) > max_rows:
                message = f"There are more than {max_rows} lines; split the table."
                raise Invalid("table.too_long", [Problem("text", message)])
    except csv.Error as failure:
        raise Invalid("table.broken", [Problem("text", f"line {reader.line_num}: {failure}")]) from None
    wide = [line for line, cells in rows if len(cells) > len(header)]
    if wide:
        message = (
            f"line {wide[0]} has more cells than the heading; put texts with a {delimiter!r} into quotes."
        )
        raise Invalid("table.ragged", [Problem("text", message)])
    return header, rows
