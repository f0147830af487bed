"""The Excel round trip: what comes back changes what it says, and hostile files change nothing."""

import io
import re
import zipfile
from collections.abc import Callable
from html import unescape

import pytest
import xlsxwriter
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from tests.questionnaires.conftest import Scene, entered

pytestmark = pytest.mark.one_store

SHEET = "xl/worksheets/sheet1.xml"


def rewritten(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same archive with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item.filename)
            new.writestr(item.filename, change(data) if item.filename == part else data)
    return out.getvalue()


def filled(content: bytes, answers: dict[str, str]) -> bytes:
    """The workbook with text in answer cells, as a spreadsheet program would store it."""

    def change(xml: bytes) -> bytes:
        for place, text in answers.items():
            cell = rf'<c r="{place}"([^>]*?)(?:/>|>.*?</c>)'.encode()
            keep = re.search(cell, xml)
            assert keep is not None, place
            style = re.search(rb's="[0-9]+"', keep[1])
            told = f'<c r="{place}" {style[0].decode() if style else ""} t="inlineStr"><is><t>{text}</t></is></c>'
            xml = re.sub(cell, lambda _: told.encode(), xml, count=1)  # noqa: B023
        return xml

    return rewritten(content, SHEET, change)


def row_of(content: bytes, question: str) -> int:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Answers").to_python()
    return next(number for number, row in enumerate(rows, 1) if row[2] == question)


def sent(browser: TestClient, url: str, content: bytes, name: str = "answers.xlsx") -> tuple[int, str]:
    answer = browser.post(f"{url}/workbook", files={"file": (name, io.BytesIO(content))})
    return answer.status_code, unescape(answer.text)


@pytest.fixture
def desk(client: TestClient, site: Scene) -> tuple[TestClient, str, bytes]:
    """A vendor's browser, its address and its workbook."""
    secret, _ = site.send()
    browser, url = entered(client, secret)
    return browser, url, browser.get(f"{url}/workbook.xlsx").content


def text_of(site: Scene, question_id: str) -> str:
    return site.held().access.template.question(question_id).text


def test_workbook_comes_back_as_a_list_of_changes_and_is_saved_when_ticked(
    site: Scene, desk: tuple[TestClient, str, bytes]
) -> None:
    browser, url, content = desk
    ramp, people = (row_of(content, text_of(site, name)) for name in ("ramp", "same_people"))
    chosen = site.held().access.template.question("same_people").options[0]
    back = filled(content, {f"E{ramp}": "5", f"F{ramp}": "after training", f"E{people}": chosen.text.upper()})
    status, page = sent(browser, url, back)
    assert status == 200
    assert "after training" in page
    assert site.held().rows == {}
    raw = browser.post(f"{url}/workbook", files={"file": ("answers.xlsx", io.BytesIO(back))}).text
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', raw)
    hidden = {name: unescape(value) for name, value in found}
    taken = re.findall(r'name="take" value="([^"]+)" checked', raw)
    assert set(taken) == {"same_people", "ramp"}
    saved = browser.post(f"{url}/proposals", data={**hidden, "take": taken})
    assert saved.status_code == 303
    rows = site.held().rows
    assert (rows["ramp"].value, rows["ramp"].comment) == ("5", "after training")
    assert rows["same_people"].value == chosen.id
    again, page = sent(browser, url, back)
    assert (again, "Nothing to change" in page) == (200, True)


def test_cells_that_are_wrong_are_named_and_the_others_offered(
    site: Scene, desk: tuple[TestClient, str, bytes]
) -> None:
    browser, url, content = desk
    ramp, attrition = (row_of(content, text_of(site, name)) for name in ("ramp", "attrition"))
    status, page = sent(browser, url, filled(content, {f"E{ramp}": "soon", f"E{attrition}": "35%"}))
    assert status == 200
    assert f"cell E{ramp}" in page
    assert "Enter a number" in page or "enter a number" in page
    assert re.findall(r'name="take" value="([^"]+)"', page) == ["attrition"]


def test_answer_that_changed_on_the_page_meanwhile_is_not_ticked(
    site: Scene, desk: tuple[TestClient, str, bytes]
) -> None:
    browser, url, content = desk
    site.answer("ramp", "9")
    ramp = row_of(content, text_of(site, "ramp"))
    _, page = sent(browser, url, filled(content, {f"E{ramp}": "5"}))
    assert "changed on the page after" in page
    assert re.findall(r'name="take" value="([^"]+)" checked', page) == []


def test_rows_that_were_sorted_keep_their_answers_and_a_missing_row_is_named(
    site: Scene, desk: tuple[TestClient, str, bytes]
) -> None:
    browser, url, content = desk
    ramp, attrition = (row_of(content, text_of(site, name)) for name in ("ramp", "attrition"))
    moved = {f"A{ramp}": str(attrition - 1), f"C{ramp}": text_of(site, "attrition"), f"E{ramp}": "35"}
    swapped = {f"A{attrition}": str(ramp - 1), f"C{attrition}": text_of(site, "ramp"), f"E{attrition}": "5"}
    _, page = sent(browser, url, filled(content, moved | swapped))
    shown = dict(
        re.findall(r'name="(\w+)-plain" value="&?([^"]*)"', page.replace('"35"', "35").replace('"5"', "5"))
    )
    assert shown == {"attrition": "35", "ramp": "5"}
    _, page = sent(browser, url, filled(content, moved))
    assert "the row of this question is gone" in page
    assert f"cell E{ramp} ({text_of(site, 'ramp')})" in page


def test_workbook_of_another_vendor_is_refused(
    client: TestClient, site: Scene, desk: tuple[TestClient, str, bytes]
) -> None:
    _, _, content = desk
    secret, _ = site.send(site.start(1))
    rival, url = entered(client, secret)
    status, page = sent(rival, url, content)
    assert (status, "belongs to another questionnaire" in page) == (422, True)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr(SHEET, b" " * 80_000_000)
    return out.getvalue()


def stranger() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("Answers").write(0, 0, "hello")
    book.close()
    return out.getvalue()


def formula(content: bytes) -> bytes:
    cell = rb'<c r="E2"[^>]*?(?:/>|>.*?</c>)'
    bad = b'<c r="E2"><f>HYPERLINK("http://evil.example","x")</f><v>1</v></c>'
    return rewritten(content, SHEET, lambda xml: re.sub(cell, lambda _: bad, xml, count=1))


def merged(content: bytes) -> bytes:
    cells = b'</sheetData><mergeCells count="1"><mergeCell ref="E2:E4"/></mergeCells>'
    return rewritten(content, SHEET, lambda xml: xml.replace(b"</sheetData>", cells, 1))


HOSTILE: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("a text file", lambda _: b"question;answer\nramp;5\n", "not an Excel workbook"),
    ("an old file", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old .xls or protected"),
    ("a bomb", lambda _: bomb(), "unpacks to far more"),
    ("a stranger", lambda _: stranger(), "not a workbook of this page"),
    ("a formula", formula, "E2: holds a formula"),
    ("merged cells", merged, "E2:E4: are merged"),
    ("half a file", lambda content: content[: len(content) // 2], "is damaged"),
    (
        "broken letters",
        lambda content: rewritten(
            content, SHEET, lambda xml: xml.replace(b"<sheetData>", b"<sheetData>\xff\xfe", 1)
        ),
        "no spreadsheet",
    ),
    ("nothing", lambda _: b"", "not an Excel workbook"),
]


@pytest.mark.parametrize(("make", "told"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_hostile_workbook_is_refused_with_a_remedy(
    site: Scene, desk: tuple[TestClient, str, bytes], make: Callable[[bytes], bytes], told: str
) -> None:
    browser, url, content = desk
    status, page = sent(browser, url, make(content))
    assert status == 422, page[:2000]
    assert told in page
    assert site.held().rows == {}


def test_upload_without_a_file_says_so(desk: tuple[TestClient, str, bytes]) -> None:
    browser, url, _ = desk
    answer = browser.post(f"{url}/workbook", data={"x": "y"})
    assert (answer.status_code, "Choose the workbook" in answer.text) == (422, True)


def test_workbook_holds_no_formula_and_keeps_answers_as_text(
    site: Scene, desk: tuple[TestClient, str, bytes]
) -> None:
    browser, url, _ = desk
    site.answer("bad_week", "=cmd|' /C calc'!A0")
    content = browser.get(f"{url}/workbook.xlsx").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in archive.read(name) for name in sheets)
    status, page = sent(browser, url, content)
    assert (status, "Nothing to change" in page) == (200, True)


def test_delegates_workbook_holds_its_section_alone(client: TestClient, site: Scene) -> None:
    secret, _ = site.send()
    browser, url = entered(client, secret)
    made = browser.post(f"{url}/colleagues", data={"section_id": "flexibility", "holder_name": "Ben"})
    link = re.search(r"/vendor-link/([\w-]+)", made.text)
    assert link is not None
    ben, where = entered(client, link[1])
    book = CalamineWorkbook.from_filelike(io.BytesIO(ben.get(f"{where}/workbook.xlsx").content))
    rows = book.get_sheet_by_name("Answers").to_python()[1:]
    sections = site.held().access.template.sections
    title = next(each.title for each in sections if each.id == "flexibility")
    assert {row[1] for row in rows} == {title}


def test_lead_reads_the_workbook_that_came_back_by_mail_with_the_vendors_comments(
    client: TestClient, site: Scene
) -> None:
    site.answer("ramp", "5", note="sounds optimistic")
    site.answer("attrition", "35", note="ours alone")
    url = f"/responses/{site.response_id}"
    content = client.get(f"{url}/workbook.xlsx").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not any(b"optimistic" in archive.read(name) for name in archive.namelist())
    ramp, story = (row_of(content, text_of(site, name)) for name in ("ramp", "bad_week"))
    back = filled(content, {f"F{ramp}": "after training", f"E{story}": "We lost a batch."})
    shown = client.post(f"{url}/sheets", files={"file": ("back.xlsx", io.BytesIO(back))})
    assert "What the workbook changes" in shown.text
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown.text)
    taken = re.findall(r'name="take" value="([^"]+)" checked', shown.text)
    assert set(taken) == {"ramp", "bad_week"}
    action = re.search(r'action="(/responses/[^"]+/proposals[^"]*)"', shown.text)
    assert action is not None
    fields = {name: unescape(value) for name, value in found}
    saved = client.post(unescape(action[1]), data={**fields, "take": taken})
    assert saved.headers["location"] == url
    rows = site.held().rows
    told = (rows["ramp"].value, rows["ramp"].comment, rows["ramp"].note)
    assert told == ("5", "after training", "sounds optimistic")
    assert rows["bad_week"].value == "We lost a batch."
    again = client.post(f"{url}/sheets", files={"file": ("back.xlsx", io.BytesIO(back))})
    assert "Nothing to change" in again.text


def test_api_reads_a_workbook_and_saves_what_it_proposes(client: TestClient, site: Scene) -> None:
    url = f"/api/v1/responses/{site.response_id}"
    content = client.get(f"{url}/workbook").content
    ramp, story = (row_of(content, text_of(site, name)) for name in ("ramp", "bad_week"))
    cells = {f"E{ramp}": "5", f"F{ramp}": "after training", f"E{story}": "We lost a batch."}
    sent = {"file": ("back.xlsx", io.BytesIO(filled(content, cells)))}
    read = client.post(f"{url}/workbook", files=sent).json()
    assert read["problems"] == []
    answers = [
        {name: each[name] for name in each if name not in ("is_old", "doubt")} for each in read["answers"]
    ]
    site.answer("bad_week", "Nothing happened.")
    assert client.post(f"{url}/proposals", json={"answers": answers}).status_code == 409
    assert "ramp" not in site.held().rows
    fresh = [each for each in answers if each["question_id"] == "ramp"]
    assert client.post(f"{url}/proposals", json={"answers": fresh}).json() == {"applied": 1}
    assert (site.held().rows["ramp"].value, site.held().rows["ramp"].comment) == ("5", "after training")


def as_percent(content: bytes, cell: str, value: str) -> bytes:
    """The workbook with a number in a cell that somebody formatted as a percentage."""
    formats = len(re.findall(rb"<xf ", zipped(content, "xl/styles.xml").partition(b"<cellXfs")[2]))

    def style(xml: bytes) -> bytes:
        more = (
            b'<xf numFmtId="9" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        )
        return xml.replace(b"</cellXfs>", more)

    def put(xml: bytes) -> bytes:
        told = f'<c r="{cell}" s="{formats}"><v>{value}</v></c>'.encode()
        return re.sub(rf'<c r="{cell}"[^>]*?(?:/>|>.*?</c>)'.encode(), told, xml, count=1)

    return rewritten(rewritten(content, "xl/styles.xml", style), SHEET, put)


def zipped(content: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(part)


def test_percent_formatted_cell_says_what_people_see_and_a_bare_fraction_is_asked_about(
    site: Scene, desk: tuple[TestClient, str, bytes]
) -> None:
    browser, url, content = desk
    row = row_of(content, text_of(site, "attrition"))
    status, page = sent(browser, url, as_percent(content, f"E{row}", "0.45"))
    assert status == 200
    assert re.search(r'value="attrition" checked.*?<dt>New</dt><dd class="lines">45\s%', page, re.DOTALL)
    status, page = sent(browser, url, filled(content, {f"E{row}": "0.5"}))
    assert "0.5 % is less than one per cent. If 50 % is meant, enter 50." in page
    assert 'value="attrition" checked' not in page
    raw = browser.post(f"{url}/answers/attrition", data={"attrition": "0.5"}, headers={"hx-request": "true"})
    assert "less than one per cent" in raw.text
    assert site.held().rows["attrition"].value == "0.5"
    saved = browser.post(f"{url}/answers/attrition", data={"attrition": "50%", "attrition-revision": "1"},
                         headers={"hx-request": "true"})  # fmt: skip
    assert "less than one per cent" not in saved.text
