import re
from collections.abc import Callable
from uuid import UUID

import pypdfium2
import pytest
from fastapi.testclient import TestClient

from app.kit.db import Database
from tests.conftest import sign_in
from tests.onboarding.conftest import House


@pytest.fixture
def house(client: TestClient) -> House:
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    return House(database)


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def board_of(client: TestClient, onboarding: UUID, house: House) -> str:
    found = client.get("/onboarding")
    match = re.search(rf'href="(/evaluations/[^"]+vendor={onboarding})"', found.text)
    assert match
    return match[1]


def test_an_evaluation_without_a_choice_names_the_next_step(client: TestClient, house: House) -> None:
    sign_in(client)
    evaluation = house.evaluation()
    page = client.get(f"/evaluations/{evaluation}/onboarding")
    assert page.status_code == 200
    assert "Nobody is selected yet" in page.text


def test_start_form_lays_the_tasks_out_and_shows_the_board(client: TestClient, house: House) -> None:
    sign_in(client)
    evaluation = house.evaluation()
    candidate = house.candidate(evaluation)
    assert f"/candidates/{candidate}/onboarding" in client.get(f"/evaluations/{evaluation}/onboarding").text
    form = client.get(f"/candidates/{candidate}/onboarding")
    nonce = field(form.text, "_nonce")
    data = {"_nonce": nonce, "kickoff": "2027-02-01", "tier": "core", "checklist": "onboarding"}
    first = client.post(f"/candidates/{candidate}/onboarding", data=data)
    again = client.post(f"/candidates/{candidate}/onboarding", data=data)  # a double click
    assert (first.status_code, again.headers["location"]) == (303, first.headers["location"])
    board = client.get(first.headers["location"]).text
    assert "12 tasks block the kickoff" in board
    assert "0 of 17 settled" in board
    assert "Mutual confidentiality agreement in force" in board


def test_start_form_comes_back_with_every_fault_and_the_values(client: TestClient, house: House) -> None:
    sign_in(client)
    candidate = house.candidate(house.evaluation())
    data = {"kickoff": "soon", "tier": "core", "holidays": "2027-01-01 Christmas"}
    page = client.post(f"/candidates/{candidate}/onboarding", data=data)
    assert page.status_code == 422
    assert "2 things to correct" in page.text
    assert "2027-01-01 Christmas" in page.text


def test_button_of_the_board_changes_a_task_in_place(client: TestClient, house: House) -> None:
    sign_in(client)
    onboarding = house.started(governance="solo")
    task = house.tasks(onboarding)["nda"]
    data = {"state": "done", "back": "board", "_version": str(task.version)}
    part = client.post(f"/tasks/{task.id}/state", data=data, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "1 of 17 settled" in part.text
    assert 'hx-swap-oob="beforeend:#toasts"' in part.text
    data = {"state": "doing", "back": "board"}
    plain = client.post(f"/tasks/{task.id}/state", data=data)
    assert (plain.status_code, plain.headers["location"]) == (303, board_of(client, onboarding, house))


def test_button_without_proof_leads_to_the_task(client: TestClient, house: House) -> None:
    sign_in(client)
    task = house.tasks(house.started())["nda"]
    data = {"state": "done", "back": "board"}
    answer = client.post(f"/tasks/{task.id}/state", data=data, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, f"/tasks/{task.id}?wanted=done")
    page = client.get(answer.headers["hx-redirect"]).text
    assert re.search(r'value="done" checked', page)


def test_task_form_without_proof_comes_back_at_its_field(client: TestClient, house: House) -> None:
    sign_in(client)
    task = house.tasks(house.started())["nda"]
    page = client.post(f"/tasks/{task.id}/state", data={"state": "done", "evidence": ""})
    assert page.status_code == 422
    assert 'href="#field-evidence"' in page.text


def test_stale_task_form_shows_both_texts(client: TestClient, house: House) -> None:
    sign_in(client)
    task = house.tasks(house.started())["nda"]
    data = {"state": "done", "evidence": "paper in the safe", "_version": str(task.version)}
    assert client.post(f"/tasks/{task.id}/state", data=data).status_code == 303
    page = client.post(f"/tasks/{task.id}/state", data={**data, "evidence": "scan in the archive"})
    assert page.status_code == 409
    assert "paper in the safe" in page.text
    assert "scan in the archive" in page.text


def test_moved_kickoff_says_how_many_dates_moved_and_is_undone(client: TestClient, house: House) -> None:
    sign_in(client)
    onboarding = house.started()
    moved = client.post(f"/onboardings/{onboarding}/kickoff", data={"kickoff": "2027-02-03"})
    board = client.get(moved.headers["location"]).text
    assert "12 due dates went with it" in board  # contacts too, since no date was set by hand
    undo = re.search(r'action="(/onboardings/[^"]+/kickoff/back[^"]+)"', board)
    assert undo
    back = client.post(undo[1].replace("&amp;", "&"))
    assert back.status_code == 303
    assert "1 Feb 2027" in client.get(back.headers["location"]).text


def test_blocked_kickoff_answers_with_what_it_waits_for(client: TestClient, house: House) -> None:
    sign_in(client)
    onboarding = house.started()
    page = client.post(f"/onboardings/{onboarding}/state", data={"state": "started"})
    assert page.status_code == 409
    assert "The kickoff waits for" in page.text


def test_waiver_form_wants_reason_and_date(client: TestClient, house: House) -> None:
    sign_in(client)
    task = house.tasks(house.started())["nda"]
    page = client.post(f"/tasks/{task.id}/waive", data={"reason": ""})
    assert (page.status_code, page.text.count("Fill this in.")) == (
        422,
        4,
    )  # twice in the summary, twice below
    data = {"reason": "terms agreed by mail", "until": "2099-01-01"}
    answer = client.post(f"/tasks/{task.id}/waive", data=data)
    assert "Until 1 Jan 2099: terms agreed by mail" in client.get(answer.headers["location"]).text


def test_own_task_is_added_removed_and_restored(client: TestClient, house: House) -> None:
    sign_in(client)
    onboarding = house.started()
    data = {"title": "Badge", "stage": "access", "due": "2027-01-29", "owner_role": "ml_lead"}
    added = client.post(f"/onboardings/{onboarding}/tasks", data=data)
    assert "Badge" in client.get(added.headers["location"]).text
    task = house.tasks(onboarding)["own_18"]
    removed = client.post(f"/tasks/{task.id}/remove")
    board = client.get(removed.headers["location"]).text
    assert f"/tasks/{task.id}/restore" in board
    assert client.post(f"/tasks/{task.id}/restore").status_code == 303
    assert client.get(f"/tasks/{task.id}").status_code == 200


@pytest.mark.parametrize("path", ["edit", "assign", "waive"])
def test_small_forms_open_with_what_is_stored(client: TestClient, house: House, path: str) -> None:
    sign_in(client)
    task = house.tasks(house.started())["nda"]
    assert f'name="_version" value="{task.version}"' in client.get(f"/tasks/{task.id}/{path}").text


def test_date_and_owner_are_saved_from_their_forms(client: TestClient, house: House) -> None:
    actor = sign_in(client)
    onboarding = house.started()
    task = house.tasks(onboarding)["nda"]
    assert client.post(f"/tasks/{task.id}/edit", data={"due": "2027-01-06"}).status_code == 303
    data = {"owner_id": str(actor.id), "owner_role": "ml_lead"}
    assert client.post(f"/tasks/{task.id}/assign", data=data).status_code == 303
    page = client.get(f"/tasks/{task.id}").text
    assert "set by hand; the checklist says 1 Jan 2027" in page
    assert actor.name in page


def test_reader_sees_the_board_without_buttons(client: TestClient, house: House) -> None:
    sign_in(client, "reader")
    onboarding = house.started()
    board = client.get(board_of(client, onboarding, house)).text
    assert "Mutual confidentiality" in board
    assert "Move kickoff" not in board
    assert 'name="state"' not in board
    task = house.tasks(onboarding)["nda"]
    assert client.post(f"/tasks/{task.id}/state", data={"state": "doing"}).status_code == 403
    assert client.get(f"/tasks/{task.id}/waive").status_code == 403


def test_list_filters_and_exports(client: TestClient, house: House) -> None:
    sign_in(client)
    house.started()
    evaluation = house.evaluation()
    house.start(house.candidate(evaluation, "Harbor"), kickoff="2020-01-06")
    page = client.get("/onboarding").text
    assert page.index("Harbor") < page.index("Northwind")
    assert "Northwind" not in client.get("/onboarding?trouble=late").text
    assert "Nothing matches" in client.get("/onboarding?state=done").text
    assert client.get("/onboarding?sort=-vendor").text.index("Northwind") < page.index("Northwind")
    rows = client.get("/onboarding.csv?q=north").text.splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("Northwind,EV-0001 Shelf detection,planned,2027-02-01,0,17,12,")


@pytest.mark.parametrize(
    ("show", "here", "gone"),
    [
        ("blocking", "Mutual confidentiality", "Purchase order"),
        ("open", "Purchase order", "nothing is hidden"),
        ("late", "No task fits", "Mutual confidentiality agreement in force</a>"),
    ],
)
def test_board_filters_its_tasks(client: TestClient, house: House, show: str, here: str, gone: str) -> None:
    sign_in(client)
    onboarding = house.started()
    page = client.get(board_of(client, onboarding, house) + f"&show={show}").text
    assert here in page
    assert gone not in page


def test_calendar_holds_the_kickoff_and_what_is_open(client: TestClient, house: House) -> None:
    sign_in(client)
    onboarding = house.started(governance="solo")
    client.post(f"/tasks/{house.tasks(onboarding)['nda'].id}/state", data={"state": "done", "evidence": "x"})
    answer = client.get(f"/onboardings/{onboarding}/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = answer.content.decode().split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    text = answer.content.decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 17  # the kickoff and sixteen open tasks
    assert (
        "DTSTART;VALUE=DATE:20270201\r\nDTEND;VALUE=DATE:20270202\r\nSUMMARY:Kickoff with Northwind" in text
    )
    assert "Contract and work order signed: quality floor per batch\\, rework\\," in text
    assert "Mutual confidentiality" not in text


def test_tasks_are_exported_as_a_table(client: TestClient, house: House) -> None:
    sign_in(client)
    onboarding = house.started()
    rows = client.get(f"/onboardings/{onboarding}/tasks.csv").text.splitlines()
    assert len(rows) == 18
    assert "Mutual confidentiality agreement in force,,Procurement lead,2027-01-01,real data,open" in rows[1]


def test_printed_checklist_names_what_blocks_the_kickoff(client: TestClient, house: House) -> None:
    sign_in(client)
    onboarding = house.started()
    answer = client.get(f"/onboardings/{onboarding}/checklist.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    try:
        text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
    text = " ".join(text.replace("\u00a0", " ").split())
    assert "12 tasks block the kickoff." in text
    assert "Northwind: Shelf detection" in text
    assert "no real data before it" in text


def test_library_shows_the_shipped_checklist(client: TestClient) -> None:
    sign_in(client, "reader")
    assert "Onboarding of a labeling vendor" in client.get("/checklists").text
    page = client.get("/checklists/onboarding").text
    assert "42 tasks, 20 of them core" in page
    assert "Only with" in page
    assert "Offboarding" in page
    assert client.get("/checklists/nothing").status_code == 404


def test_notes_hang_on_a_task(client: TestClient, house: House) -> None:
    sign_in(client)
    task = house.tasks(house.started())["nda"]
    data = {"subject_kind": "task", "subject_id": str(task.id), "text": "Legal called", "kind": "call"}
    answer = client.post("/notes", data={**data, "return_to": f"/tasks/{task.id}"})
    assert "Legal called" in client.get(answer.headers["location"]).text


def test_cancelled_onboarding_is_taken_up_again_by_undo(client: TestClient, house: House) -> None:
    sign_in(client)
    onboarding = house.started()
    assert client.post(f"/onboardings/{onboarding}/cancel", data={"reason": ""}).status_code == 422
    gone = client.post(f"/onboardings/{onboarding}/cancel", data={"reason": "vendor withdrew"})
    board = client.get(gone.headers["location"]).text
    assert "vendor withdrew" in board
    undo = f"/onboardings/{onboarding}/state/planned"
    assert undo in board
    assert client.post(undo).status_code == 303


def test_formal_onboarding_is_not_found_off_the_panel(
    client: TestClient, house: House, client_as: Callable[..., TestClient]
) -> None:
    onboarding = house.started(governance="formal")
    task = house.tasks(onboarding)["nda"]
    reader = client_as("reader")
    for path in (f"/tasks/{task.id}", f"/onboardings/{onboarding}/checklist.pdf"):
        assert reader.get(path).status_code == 404
