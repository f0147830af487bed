"""Percentages of spreadsheets: what is shown as 45 % is read as 45 %, and a bare 0.45 stays 0.45."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from app.core.errors import Invalid
from app.kit import sheets

SHARES = [
    ("0%", 0.45),
    ("0.00%", 0.12345),
    ("0 %", 1.5),
    ('0.0"%"', 7),
    ("General", 0.45),
    ("0.00", 0.07),
    ("0%", 0),
]


def book(name: str = "Answers") -> bytes:
    """Shares in every format, on a second sheet, below a blank row and right of a blank column."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        made.add_worksheet("First").write(0, 0, "nothing here")
        page = made.add_worksheet(name)
        for row, (form, value) in enumerate(SHARES, 2):
            page.write_number(row, 3, value, made.add_format({"num_format": form}))
        page.write_string(12, 3, "0.45", made.add_format({"num_format": "0%"}))
    return out.getvalue()


def column(path: Path, data: bytes) -> list[str]:
    (path / "upload").write_bytes(data)
    found: dict[str, Any] = json.loads(sheets.read(str(path / "upload"), "file.xlsx"))
    return [row[3] for row in found["sheets"][-1]["rows"] if len(row) > 3]


def rewritten(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


READ = ["45%", "12.345%", "150%", "7", "0.45", "0.07", "0%", "0.45"]


def test_percent_formats_are_read_as_people_see_them(tmp_path: Path) -> None:
    assert column(tmp_path, book("Anteile & «Ä»")) == READ


def test_cells_without_a_reference_are_counted(tmp_path: Path) -> None:
    def bare(xml: bytes) -> bytes:
        xml = re.sub(rb'<row r="3"[^>]*>', b'<row r="3"><c/><c/><c/>', xml)
        return re.sub(rb'<c r="D3"', b"<c", xml)

    assert column(tmp_path, rewritten(book(), "xl/worksheets/sheet2.xml", bare)) == READ


@pytest.mark.parametrize(
    "broken",
    [
        b"<styleSheet><numFmts>",
        b'<!DOCTYPE a [<!ENTITY e "x">]><styleSheet>&e;</styleSheet>',
        b"",
    ],
)
def test_damaged_styles_are_refused_with_a_remedy(tmp_path: Path, broken: bytes) -> None:
    with pytest.raises(Invalid, match="Save it again"):
        column(tmp_path, rewritten(book(), "xl/styles.xml", lambda _: broken))


def test_open_document_percentages_are_read_as_people_see_them(tmp_path: Path) -> None:
    cells = (
        '<table:table-cell office:value-type="percentage" office:value="0.45"><text:p>45%</text:p></table:table-cell>'
        '<table:table-cell office:value="0.123456" calcext:value-type="percentage" office:value-type="percentage">'
        "<text:p>12%</text:p></table:table-cell>"
        '<table:table-cell office:value-type="float" office:value="0.45"><text:p>0.45</text:p></table:table-cell>'
        '<table:table-cell office:value-type="percentage" office:value="0.5"/>'
    )
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:calcext="urn:x">'
        f'<office:body><office:spreadsheet><table:table table:name="A"><table:table-row>{cells}</table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", content)
        made.writestr("META-INF/manifest.xml", "<x/>")
    (tmp_path / "upload").write_bytes(out.getvalue())
    found: dict[str, Any] = json.loads(sheets.read(str(tmp_path / "upload"), "file.ods"))
    assert found["sheets"][0]["rows"] == [["45%", "12.3456%", "0.45", "50%"]]


def test_a_sheet_that_is_damaged_within_its_archive_is_refused_with_a_remedy(tmp_path: Path) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page, share = book.add_worksheet(), book.add_format({"num_format": "0%"})
    for row in range(300):
        page.write_number(row, 0, row / 300, share)
    book.close()
    data, name = bytearray(out.getvalue()), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        start = archive.getinfo(name).header_offset + 30 + len(name) + 20
    data[start : start + 20] = b"\xff" * 20
    (tmp_path / "cut.xlsx").write_bytes(data)
    with pytest.raises(Invalid, match="damaged or protected"):
        sheets.read(str(tmp_path / "cut.xlsx"), "cut.xlsx")
