"""The vendor's workbook through the hands of LibreOffice: opened, typed into, saved, and read back."""

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from app.questionnaires import service
from app.questionnaires.schemas import StartIn
from app.questionnaires.service import own
from tests.questionnaires.conftest import Scene, entered

SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.one_store,
    pytest.mark.skipif(
        SOFFICE is None, reason="LibreOffice is not installed: apt-get install libreoffice-calc-nogui"
    ),
]
FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8"}
BASIC = """Sub Main
Dim o(0) As New com.sun.star.beans.PropertyValue
o(0).Name = "Hidden" : o(0).Value = True
d = StarDesktop.loadComponentFromURL("{source}", "_blank", 0, o())
On Error Resume Next
{edits}
On Error GoTo 0
o(0).Name = "FilterName" : o(0).Value = "{filter}"
d.storeToURL("{target}", o())
d.close(True)
End Sub
"""
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">{code}</script:module>"""


@dataclass(frozen=True, slots=True)
class Office:
    """LibreOffice with a profile of its own; edits are typed as a person types them, protection included."""

    folder: Path

    def run(self, *arguments: str) -> None:
        """Start it without a window and wait until it ended."""
        profile = f"-env:UserInstallation=file://{self.folder}/profile"
        command = [str(SOFFICE), profile, "--headless", "--norestore", *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=120)

    def edit(self, content: bytes, edits: dict[tuple[str, str], str], kind: str = ".xlsx") -> bytes:
        """The workbook after (sheet, cell) -> text was typed, saved as `kind`."""
        source, target = self.folder / "in.xlsx", self.folder / f"out{kind}"
        source.write_bytes(content)
        target.unlink(missing_ok=True)
        typed = [
            f'd.Sheets.getByName("{sheet}").getCellRangeByName("{cell}").FormulaLocal = {_quoted(text)}'
            for (sheet, cell), text in edits.items()
        ]
        code = BASIC.format(
            source=f"file://{source}", target=f"file://{target}", edits="\n".join(typed), filter=FILTERS[kind]
        )
        module = self.folder / "profile/user/basic/Standard/Module1.xba"
        module.write_text(MODULE.format(code=escape(code)))
        self.run("macro:///Standard.Module1.Main")
        return target.read_bytes()


def _quoted(text: str) -> str:
    lines = ['"' + line.replace('"', '""') + '"' for line in text.split("\n")]
    return " & Chr(10) & ".join(lines)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Its first start lays out the profile that macros are kept in."""
    made = Office(tmp_path_factory.mktemp("office"))
    made.run("--terminate_after_init")
    return made


EVERY_KIND = """
format: assay/questionnaire@1
id: every-kind
version: 1
title: Every kind of answer
audience: vendor
sections:
  - id: one
    title: One
    weight: 1
    questions:
      - {id: words, text: In one line?, type: text, scored: false}
      - {id: story, text: In many lines?, type: long_text, scored: false}
      - {id: days, text: How many days?, type: number, unit: days, scored: false}
      - {id: rate, text: Which share?, type: percent, scored: false}
      - {id: fee, text: What does it cost?, type: money, scored: false}
      - {id: start, text: From which day?, type: date, scored: false}
      - {id: hour, text: From which hour?, type: time, scored: false}
      - {id: sure, text: Are you sure?, type: yes_no, scored: false}
      - id: size
        text: Which size?
        type: single
        scored: false
        options: [{id: s, text: Small}, {id: l, text: Large}]
      - id: sites
        text: Which sites?
        type: multiple
        scored: false
        options: [{id: a, text: "Cebu; main"}, {id: b, text: Lagos}]
      - id: level
        text: How well?
        type: scale
        scored: false
        levels: {0: Not at all, 1: Badly, 2: So so, 3: Fairly, 4: Well, 5: Very well}
      - id: people
        text: Who works there?
        type: table
        scored: false
        columns:
          - {id: role, text: Role, type: text}
          - {id: count, text: Count, type: number}
          - {id: own, text: Own staff, type: yes_no}
      - {id: paper, text: Which paper?, type: file, scored: false}
"""
NAMES = ("words", "story", "days", "rate", "fee", "start", "hour", "sure", "size", "sites", "level", "people")
TYPED = {
    "words": "=cmd|' /C calc'!A0",
    "story": 'First "line"\nSecond & last',
    "days": "12.5",
    "rate": "45%",
    "fee": "1200.50 usd",
    "start": "2027-03-31",
    "hour": "09:30",
    "sure": "Yes",
    "size": "large",
    "sites": "Cebu; main\nLagos",
    "level": "5: Very well",
}
STORED = {
    "words": "=cmd|' /C calc'!A0",
    "story": 'First "line"\nSecond & last',
    "days": "12.5",
    "rate": "45",
    "fee": {"amount": "1200.50", "currency": "USD"},
    "start": "2027-03-31",
    "hour": "09:30",
    "sure": True,
    "size": "l",
    "sites": ["a", "b"],
    "level": 5,
    "people": [{"role": "Reviewer", "count": "3", "own": True}, {"role": "Lead", "count": "1"}],
}


def xlsx_with_formula() -> bytes:
    """A workbook that computes a cell and merges others."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("Answers")
        page.write_formula("E2", "=1+1")
        page.merge_range("A4:C4", "Merged")
    return out.getvalue()


@pytest.fixture
def desk(client: TestClient, site: Scene) -> tuple[TestClient, str]:
    """A vendor that was asked for every kind of answer: its browser and its address."""
    with site.db.writing() as session:
        own.import_text(session, actor=site.lead, text=EVERY_KIND)
        own.publish(session, actor=site.lead, key="every-kind")
        response_id = service.start_response(
            session, actor=site.lead, candidate_id=site.candidates[0], entry=StartIn(key="every-kind")
        ).id
    secret, _ = site.send(response_id)
    return entered(client, secret)


def _typed() -> dict[tuple[str, str], str]:
    edits = {("Answers", f"E{NAMES.index(name) + 2}"): text for name, text in TYPED.items()}
    edits[("Answers", "F2")] = "as agreed"
    table = f"{NAMES.index('people') + 1} table"
    cells = {"A2": "Reviewer", "B2": "3", "C2": "Yes", "A4": "Lead", "B4": "1"}
    edits |= {(table, cell): text for cell, text in cells.items()}
    return edits | {
        ("Answers", "C2"): "Another question?",
        ("Answers", "A1"): "Nothing",
        (table, "A1"): "Heading",
    }


@pytest.mark.parametrize("kind", FILTERS)
def test_workbook_typed_into_and_saved_by_libreoffice_comes_back_as_it_was_meant(
    site: Scene, desk: tuple[TestClient, str], office: Office, kind: str
) -> None:
    browser, url = desk
    content = browser.get(f"{url}/workbook.xlsx").content
    back = office.edit(content, _typed(), kind)
    if kind == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(back)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert '<sheetProtection sheet="true"' in sheet
        assert set(re.findall(r'sqref="(E\d+)" type="list"', sheet)) == {"E9", "E10", "E12"}
    rows = CalamineWorkbook.from_filelike(io.BytesIO(back)).get_sheet_by_name("Answers").to_python()
    assert (rows[0][0], rows[1][2]) == ("No.", "In one line?")  # protected: typing there changed nothing
    answer = browser.post(f"{url}/workbook", files={"file": (f"answers{kind}", back)})
    assert answer.status_code == 200, answer.text
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    taken = re.findall(r'name="take" value="([^"]+)" checked', answer.text)
    fields = {name: unescape(value) for name, value in hidden}
    assert browser.post(f"{url}/proposals", data={**fields, "take": taken}).status_code == 303
    response_id = UUID(url.rpartition("/")[2])
    stored = site.held(response_id=response_id).rows
    assert {name: row.value for name, row in stored.items()} == STORED
    assert stored["words"].comment == "as agreed"
    again = browser.post(f"{url}/workbook", files={"file": (f"answers{kind}", back)})
    assert "Nothing to change" in again.text


def test_formula_that_libreoffice_computes_is_refused_where_it_stands(
    site: Scene, desk: tuple[TestClient, str], office: Office
) -> None:
    browser, url = desk
    made = xlsx_with_formula()
    for kind in FILTERS:
        answer = browser.post(f"{url}/workbook", files={"file": (f"a{kind}", office.edit(made, {}, kind))})
        assert answer.status_code == 422
        assert "formula; type the answer itself" in answer.text
        assert "merged" in answer.text
