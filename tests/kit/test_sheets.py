"""Spreadsheets from outside: every shape of good and bad file, read in a process of its own."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from app.core.errors import Invalid
from app.kit import child, sheets


def read(tmp_path: Path, data: bytes, name: str = "file.xlsx") -> dict[str, Any]:
    path = tmp_path / "upload"
    path.write_bytes(data)
    found: dict[str, Any] = json.loads(sheets.read(str(path), name))
    return found


def book(rows: list[list[Any]], *, merge: str = "", formula: tuple[str, str, Any] | None = None) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as made:
        page = made.add_worksheet("Questions")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        if merge:
            page.merge_range(merge, "Merged heading")
        if formula:
            page.write_formula(formula[0], formula[1], None, formula[2])
    return out.getvalue()


def test_cells_become_trimmed_text_and_numbers_lose_their_point_zero(tmp_path: Path) -> None:
    found = read(tmp_path, book([["ID", " Question "], [1.0, "Why?"], [True, 2.5]]))
    assert found["sheets"] == [
        {"name": "Questions", "rows": [["ID", "Question"], ["1", "Why?"], ["Yes", "2.5"]]}
    ]


def test_formula_gives_its_stored_result_and_is_never_run(tmp_path: Path) -> None:
    data = book([["ID"]], formula=("A2", "=1+1", "stored"))
    assert read(tmp_path, data)["sheets"][0]["rows"][1] == ["stored"]


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    data = book([["ID", "Answer"], ["1", '=HYPERLINK("http://x.example")']])
    assert read(tmp_path, data)["sheets"][0]["rows"][1][1].startswith("=HYPERLINK")


def test_merged_cells_hold_their_text_once(tmp_path: Path) -> None:
    rows = read(tmp_path, book([["ID", "Question"]], merge="A3:D4"))["sheets"][0]["rows"]
    assert rows[2] == ["Merged heading"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("Frage;Antwort\nPrüfung?;ja\n".encode("utf-8-sig"), "Prüfung?"),
        ("Frage;Antwort\nPrüfung?;ja\n".encode("utf-16"), "Prüfung?"),
        ("Frage;Antwort\nPrüfung?;ja\n".encode("utf-16-le"), "Prüfung?"),
        ("Frage;Antwort\nPrüfung?;ja\n".encode("utf-16-be"), "Prüfung?"),
        ("Frage;Antwort\nPrüfung?;ja\n".encode("cp1252"), "Prüfung?"),
        (b'Q,A\r\n"Two\nlines",yes\r\n', "Two\nlines"),
    ],
)
def test_csv_is_read_in_every_usual_encoding(tmp_path: Path, data: bytes, expected: str) -> None:
    assert read(tmp_path, data, "file.csv")["sheets"][0]["rows"][1][0] == expected


def test_guessed_encoding_is_said(tmp_path: Path) -> None:
    assert "Windows-1252" in read(tmp_path, "Größe;x\n1;2".encode("cp1252"), "a.csv")["notes"][0]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7\n", "holds no table"),
        (b"<html><table></table></html>", "holds no table"),
        (b"\x7fELF\x00\x00", "is no spreadsheet"),
        (b"PK\x03\x04 and nothing else", "damaged"),
        (b"", "holds no text"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "spreadsheet"),
    ],
)
def test_file_that_is_not_what_it_says_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(tmp_path, data)
    assert says in str(caught.value.problems[0])
    assert caught.value.problems[0].where == "file"


def test_archive_that_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(Invalid, match="no spreadsheet"):
        read(tmp_path, out.getvalue())


def test_archive_that_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.MAX_UNPACKED + 1))
    with pytest.raises(Invalid, match="200 MB"):
        read(tmp_path, out.getvalue())


def test_sheet_of_a_million_rows_is_stopped_by_the_child(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book([["a"]]))) as source, zipfile.ZipFile(out, "w") as archive:
        for item in source.namelist():
            data = source.read(item)
            if item == "xl/worksheets/sheet1.xml":
                far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", far)
            archive.writestr(item, data)
    path = tmp_path / "far.xlsx"
    path.write_bytes(out.getvalue())
    with pytest.raises(Invalid) as caught:
        child.run("app.kit.sheets:read", {"path": str(path), "name": "far.xlsx"}, memory=sheets.MEMORY)
    assert caught.value.code in ("file.too_heavy", "sheet.unreadable")


def test_too_many_rows_are_cut_and_said(tmp_path: Path) -> None:
    data = "Question,x\n" + "why?,1\n" * (sheets.MAX_ROWS + 5)
    found = read(tmp_path, data.encode(), "long.csv")
    assert len(found["sheets"][0]["rows"]) == sheets.MAX_ROWS
    assert "5,000" in found["notes"][0]
