"""Spreadsheets from the upload to the draft and to the answers, and whose they are."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
import xlsxwriter
from fastapi.testclient import TestClient

from app.core.errors import Invalid, NotFound
from app.core.permissions import Role
from app.kit.db import Database
from app.questionnaires import service
from app.questionnaires.schemas import ColumnsIn, NewTemplateIn, StartIn
from app.questionnaires.service import own, sheets
from app.questionnaires.service.sheets import ReadSheets
from tests.conftest import make_user, sign_in
from tests.questionnaires.conftest import Scene, build

ROWS = [
    ["Cloud questionnaire"],
    ["Question ID", "Question", "Answer", "Comments", "Domain"],
    ["AC-1", "Is access reviewed?", "Yes", "Quarterly", "Access"],
    ["AC-2", "Are accounts shared?", "No", "", "Access"],
    ["BC-1", "Is there a plan?", "N/A", "", "Continuity"],
]
COLUMNS = ColumnsIn(header=1, id=0, question=1, section=4)
FILLED = ColumnsIn(header=1, id=0, question=1, answer=2, comment=3)


def sheet(rows: list[list[str]] = ROWS) -> ReadSheets:
    return ReadSheets("cloud.xlsx", [{"name": "Sheet1", "rows": rows}], ())


def book(rows: list[list[str]] = ROWS) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as made:
        page = made.add_worksheet("Sheet1")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()


def drafted(scene: Scene) -> None:
    with scene.db.writing() as session:
        row = sheets.keep(session, actor=scene.lead, found=sheet())
        sheets.name_columns(session, actor=scene.lead, import_id=row.id, entry=COLUMNS)
        entry = NewTemplateIn(key="cloud", title="Cloud")
        sheets.make_draft(session, actor=scene.lead, import_id=row.id, entry=entry)


def asked(scene: Scene) -> UUID:
    drafted(scene)
    with scene.db.writing() as session:
        own.publish(session, actor=scene.lead, key="cloud")
        return service.start_response(
            session, actor=scene.lead, candidate_id=scene.candidates[0], entry=StartIn(key="cloud")
        ).id


def sent(scene: Scene, response_id: UUID, rows: list[list[str]] = ROWS) -> UUID:
    with scene.db.writing() as session:
        row = sheets.keep(session, actor=scene.lead, found=sheet(rows), response_id=response_id)
        sheets.name_columns(session, actor=scene.lead, import_id=row.id, entry=FILLED)
        return row.id


def test_file_becomes_a_draft_and_is_then_forgotten(scene: Scene) -> None:
    drafted(scene)
    with scene.db.reading() as session:
        found = service.template(session, actor=scene.lead, key="cloud")
        assert sheets.waiting(session, actor=scene.lead) == []
    assert found.problems == ()
    assert found.questionnaire is not None
    assert [section.title for section in found.questionnaire.sections] == ["Access", "Continuity"]


def test_columns_are_remembered_for_the_next_file_of_the_shape(scene: Scene) -> None:
    drafted(scene)
    other = [
        ["Another title"],
        [],
        ["QUESTION id", "question", "answer", "Comments:", "Domain"],
        ["1", "Why?"],
    ]
    with scene.db.writing() as session:
        row = sheets.keep(session, actor=scene.lead, found=sheet(other))
        chosen = sheets.choose(session, row)
    assert chosen.remembered
    assert (chosen.header, chosen.columns.at()) == (2, {"id": 0, "question": 1, "section": 4})


def test_file_of_somebody_else_is_not_found(scene: Scene, db: Database) -> None:
    with scene.db.writing() as session:
        import_id = sheets.keep(session, actor=scene.lead, found=sheet()).id
    other = make_user(db, "procurement_lead")
    with scene.db.reading() as session, pytest.raises(NotFound):
        sheets.kept(session, actor=other, import_id=import_id)


def test_filled_file_shows_its_changes_before_they_are_written(scene: Scene) -> None:
    response_id = asked(scene)
    import_id = sent(scene, response_id)
    with scene.db.reading() as session:
        row = sheets.kept(session, actor=scene.lead, import_id=import_id)
        found, notes = sheets.proposed(session, actor=scene.lead, row=row)
    assert notes == []
    assert [(each.answer.question, each.before, each.after) for each in found] == [
        ("ac_1", "", "Yes (Quarterly)"),
        ("ac_2", "", "No"),
        ("bc_1", "", "does not apply"),
    ]
    assert scene.held(response_id=response_id).rows == {}


def test_applied_file_writes_answers_and_a_second_one_changes_only_what_differs(scene: Scene) -> None:
    response_id = asked(scene)
    with scene.db.writing() as session:
        import_id = sent(scene, response_id)
        assert sheets.apply_answers(session, actor=scene.lead, import_id=import_id) == 3
    rows = scene.held(response_id=response_id).rows
    assert (rows["ac_1"].value, rows["ac_1"].note) == (True, "Quarterly")
    assert (rows["bc_1"].value, rows["bc_1"].not_applicable) == (None, True)
    again = [*ROWS[:2], ["AC-1", "Is access reviewed?", "", "", ""], ["AC-2", "", "Yes", "", ""]]
    with scene.db.writing() as session:
        import_id = sent(scene, response_id, again)
        assert sheets.apply_answers(session, actor=scene.lead, import_id=import_id) == 1
    rows = scene.held(response_id=response_id).rows
    assert (rows["ac_1"].value, rows["ac_2"].value, rows["bc_1"].not_applicable) == (True, True, True)


def test_file_that_nobody_used_for_thirty_days_is_forgotten(scene: Scene) -> None:
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC), tick=False) as now:
        with scene.db.writing() as session:
            sheets.keep(session, actor=scene.lead, found=sheet())
        now.shift(timedelta(days=20))
        with scene.db.writing() as session:
            younger = sheets.keep(session, actor=scene.lead, found=sheet()).id
        now.shift(timedelta(days=11))
        with scene.db.writing() as session:
            assert sheets.sweep(session) == 1
        with scene.db.reading() as session:
            assert [row.id for row in sheets.waiting(session, actor=scene.lead)] == [younger]


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"id": 0}, "question"),
        ({"id": 0, "question": 0}, "question"),
        ({"question": 59}, "question"),
        ({"question": 1, "header": 99}, "header"),
        ({"question": 1, "sheet": 7}, "sheet"),
    ],
)
def test_wrong_columns_are_refused_at_their_field(scene: Scene, columns: dict[str, Any], field: str) -> None:
    with scene.db.writing() as session:
        row = sheets.keep(session, actor=scene.lead, found=sheet())
        with pytest.raises(Invalid) as caught:
            sheets.name_columns(
                session, actor=scene.lead, import_id=row.id, entry=ColumnsIn(**{"header": 1} | columns)
            )
    assert field in [problem.where for problem in caught.value.problems]


def test_every_sheet_with_the_headings_is_taken(scene: Scene) -> None:
    two = ReadSheets(
        "two.xlsx",
        [
            {"name": "Part one", "rows": ROWS},
            {"name": "Notes", "rows": [["Nothing"]]},
            {"name": "Part two", "rows": [ROWS[1], ["ZZ-9", "And this?"]]},
        ],
        (),
    )
    with scene.db.writing() as session:
        row = sheets.keep(session, actor=scene.lead, found=two)
        entry = ColumnsIn(**COLUMNS.model_dump() | {"every_sheet": True})
        row = sheets.name_columns(session, actor=scene.lead, import_id=row.id, entry=entry)
        body, _ = sheets.draft_of(row)
    assert [section["title"] for section in body["sections"]] == ["Access", "Continuity", "Part two"]


@pytest.fixture
def lead(client: TestClient) -> TestClient:
    sign_in(client, Role.PROCUREMENT_LEAD)
    return client


def upload(
    lead: TestClient, data: bytes, name: str = "cloud.xlsx", url: str = "/questionnaires/sheets"
) -> Any:
    return lead.post(url, files={"file": (name, data)})


def test_person_imports_a_workbook_with_forms_alone(lead: TestClient) -> None:
    url = upload(lead, book()).headers["location"]
    page = lead.get(url).text
    assert "Row 2: Question ID" in page
    columns = {"sheet": "0", "header": "1", "id": "0", "question": "1", "section": "4", "kind": "yes_no"}
    assert lead.post(url, data=columns).headers["location"] == f"{url}/preview"
    preview = lead.get(f"{url}/preview").text
    assert "3 questions in 2 sections" in preview
    made = lead.post(f"{url}/draft", data={"key": "cloud", "title": "Cloud"})
    assert made.headers["location"] == "/questionnaires/cloud/edit"
    assert "Is access reviewed?" in lead.get("/questionnaires/cloud").text
    assert lead.get(url).status_code == 404


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"%PDF-1.7", "really.xlsx", "holds no table"),
        (b"PK\x03\x04junk", "broken.xlsx", "damaged"),
        (b"", "empty.csv", "holds no text"),
    ],
)
def test_bad_file_gives_the_form_back_with_the_reason(
    lead: TestClient, data: bytes, name: str, says: str
) -> None:
    answer = upload(lead, data, name)
    assert answer.status_code == 422
    assert says in answer.text


def test_no_file_is_said(lead: TestClient) -> None:
    answer = lead.post("/questionnaires/sheets", data={"_nonce": "x"})
    assert answer.status_code == 422
    assert "Choose a file" in answer.text


def test_text_of_a_hostile_sheet_is_shown_as_text(lead: TestClient) -> None:
    rows = [["ID", "Question"], ["1", "<script>alert(1)</script>"], ["2", "=cmd|' /C calc'!A0"]]
    url = upload(lead, book(rows)).headers["location"]
    lead.post(url, data={"sheet": "0", "header": "0", "id": "0", "question": "1", "kind": "text"})
    page = lead.get(f"{url}/preview").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "=cmd|" in page


def test_api_takes_a_file_to_a_draft(lead: TestClient) -> None:
    api = "/api/v1/questionnaire-sheets"
    made = upload(lead, book(), url=api)
    assert made.status_code == 201
    url = f"{api}/{made.json()['id']}"
    assert made.json()["columns"]["question"] == 1
    assert lead.get(f"{url}/draft").status_code == 409
    named = lead.put(f"{url}/columns", json=COLUMNS.model_dump())
    assert named.status_code == 200
    assert len(lead.get(f"{url}/draft").json()["body"]["sections"]) == 2
    assert lead.post(f"{url}/draft", json={"key": "cloud", "title": "Cloud"}).status_code == 201
    assert lead.get(url).status_code == 404
    assert upload(lead, b"%PDF", url=api).status_code == 422


def test_api_takes_a_filled_file_to_answers(client: TestClient) -> None:
    scene = build(client.app.state.database)  # type: ignore[attr-defined]
    sign_in(client, Role.PROCUREMENT_LEAD)
    response_id = asked(scene)
    made = upload(client, book(), url=f"/api/v1/responses/{response_id}/sheets").json()
    url = f"/api/v1/questionnaire-sheets/{made['id']}"
    client.put(f"{url}/columns", json=FILLED.model_dump())
    assert len(client.get(f"{url}/answers").json()["answers"]) == 3
    assert client.post(f"{url}/answers").json() == {"applied": 3}


def test_reader_may_send_nothing(client: TestClient) -> None:
    sign_in(client, Role.READER)
    assert upload(client, book()).status_code == 403
    assert client.get("/questionnaires/sheets").status_code == 403
