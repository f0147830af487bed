"""The library, the editor and the preview as people use them, without JavaScript."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.core.permissions import Role
from app.kit import library
from app.questionnaires.views import drafting
from tests.conftest import sign_in


@pytest.fixture
def lead(client: TestClient) -> TestClient:
    sign_in(client, Role.PROCUREMENT_LEAD)
    return client


def begun(lead: TestClient, key: str = "short-call") -> str:
    answer = lead.post("/questionnaires/new", data={"key": key, "title": "Short call"})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def version(lead: TestClient, url: str) -> str:
    return re.findall(r'name="_version" value="([0-9]+)"', lead.get(url).text)[0]


def add_section(lead: TestClient, base: str, name: str = "people") -> None:
    data = {"id": name, "title": name.title(), "weight": "10"}
    assert lead.post(f"{base}/sections/new", data=data).status_code == 303


CHOICE = {
    "id": "team",
    "text": "Who works?",
    "type": "single",
    "weight": "3",
    "option.0.id": "own",
    "option.0.text": "Our own people",
    "option.0.points": "100",
    "option.1.id": "others",
    "option.1.text": "Somebody else",
    "option.1.points": "0",
    "option.1.knock_out": "yes",
    "option.1.ask_why": "yes",
}


def test_list_shows_shipped_and_own_and_filters_by_words(lead: TestClient) -> None:
    begun(lead)
    page = lead.get("/questionnaires").text
    assert page.count(">shipped<") == len(library.ids("questionnaires"))
    assert ">draft<" in page
    narrowed = lead.get("/questionnaires?q=gdpr").text
    assert "GDPR" in narrowed
    assert "Short call" not in narrowed
    assert "Short call,short-call,draft" in lead.get("/questionnaires.csv").text


def test_questionnaire_is_made_and_published_with_forms_alone(lead: TestClient) -> None:
    base = begun(lead)
    add_section(lead, base)
    assert "questions" in lead.get(base).text
    assert lead.post(f"{base}/sections/people/questions/new", data=CHOICE).status_code == 303
    assert "Before it can be published" not in lead.get(base).text
    done = lead.post("/questionnaires/short-call/publish", data={"_version": version(lead, base)})
    assert done.headers["location"] == "/questionnaires/short-call"
    page = lead.get("/questionnaires/short-call").text
    assert "Who works?" in page
    assert "Asks why." in page
    assert "knock-out" in page


def test_faults_of_a_question_give_its_form_back_with_everything_typed(lead: TestClient) -> None:
    base = begun(lead)
    add_section(lead, base)
    data = CHOICE | {"option.0.points": "many", "weight": "heavy", "help": "Please be short."}
    answer = lead.post(f"{base}/sections/people/questions/new", data=data)
    assert answer.status_code == 422
    assert "Choice 1, points: must be a whole number" in answer.text
    assert 'value="heavy"' in answer.text
    assert "Please be short." in answer.text
    assert "Who works?" not in lead.get(base).text


def test_publishing_a_faulty_draft_says_so_and_leaves_it_a_draft(lead: TestClient) -> None:
    base = begun(lead)
    add_section(lead, base)
    answer = lead.post("/questionnaires/short-call/publish", data={})
    assert answer.headers["location"] == base
    assert "Before it can be published" in lead.get(base).text


def test_condition_rows_become_a_condition_and_come_back(lead: TestClient) -> None:
    base = begun(lead)
    add_section(lead, base)
    lead.post(f"{base}/sections/people/questions/new", data=CHOICE)
    data = {
        "id": "who",
        "text": "Who are they?",
        "type": "text",
        "when.how": "any",
        "when.0.subject": "answer:team",
        "when.0.test": "equals",
        "when.0.value": "others",
        "when.1.subject": "answer:team",
        "when.1.test": "is empty",
    }
    assert lead.post(f"{base}/sections/people/questions/new", data=data).status_code == 303
    text = lead.get("/questionnaires/short-call.yaml").text
    assert "any:\n" in text
    assert "is: empty" in text
    form = lead.get(f"{base}/questions/who").text
    assert 'value="answer:team" selected' in form
    assert 'value="others"' in form


@pytest.mark.parametrize("name", library.ids("questionnaires"))
def test_every_shipped_question_survives_its_form(name: str) -> None:
    body: dict[str, Any] = library.load("questionnaires", name)
    asked = {q["id"]: q for section in body["sections"] for q in section["questions"]}
    for section in body["sections"]:
        for question in section["questions"]:
            sent = _as_form(drafting.question_fields(question))
            assert drafting.read_question(sent, question, asked) == question, question["id"]
        kept = {key: value for key, value in section.items() if key != "questions"}
        assert drafting.read_section(_as_form(drafting.section_fields(section)), asked) == kept
    assert drafting.read_head(_as_form(drafting.head_fields(body)), body) == body


def _as_form(values: dict[str, object]) -> dict[str, tuple[str, ...]]:
    """What a browser sends for a form that shows these values."""
    sent: dict[str, tuple[str, ...]] = {}
    for name, value in values.items():
        if isinstance(value, bool):
            sent[name] = ("yes",) if value else ()
        elif isinstance(value, list):
            sent[name] = tuple(map(str, value))
        else:
            sent[name] = (str(value).strip(),)
    return sent


def test_moving_and_removing_work_by_buttons(lead: TestClient) -> None:
    base = begun(lead)
    for name in ("people", "prices"):
        add_section(lead, base, name)
    lead.post(f"{base}/sections/prices/move/up", data={"_version": version(lead, base)})
    page = lead.get(base).text
    assert page.index('id="s-prices"') < page.index('id="s-people"')
    lead.post(f"{base}/sections/prices/remove", data={"_version": version(lead, base)})
    assert 'id="s-prices"' not in lead.get(base).text


def test_old_page_of_the_editor_does_not_overwrite(lead: TestClient) -> None:
    base = begun(lead)
    old = version(lead, base)
    add_section(lead, base)
    answer = lead.post(f"{base}/sections/people/remove", data={"_version": old})
    assert answer.status_code == 409


def test_preview_shows_what_the_vendor_sees_and_stores_nothing(lead: TestClient) -> None:
    page = lead.get("/questionnaires/security-mvsp/preview").text
    assert "listen" not in page.lower().split("<main")[1].split("</main")[0].replace("listened", "")
    assert "Why we ask" not in page
    tried = lead.post(
        "/questionnaires/security-mvsp/preview",
        data={"external_test": "never", "external_test-revision": "0", "data_class": "public"},
    )
    assert tried.status_code == 200
    assert 'id="field-external_test_why"' in tried.text
    assert 'id="field-external_test_why"' not in lead.get("/questionnaires/security-mvsp/preview").text


def test_preview_follows_the_data_of_the_project(lead: TestClient) -> None:
    url = "/questionnaires/workforce-ethics/preview"
    assert "Can anybody stop at once" not in lead.get(url).text
    assert "Can anybody stop at once" in lead.get(f"{url}?data_class=disturbing").text


def test_preview_takes_rows_of_a_table_out_and_adds_some(lead: TestClient) -> None:
    url = "/questionnaires/security-mvsp/preview"
    rows = {"data_location-revision": "0", "data_location.0.country": "DE", "data_location.1.country": "FR"}
    more = lead.post(url, data=rows | {"_more": "data_location"}).text
    assert 'name="data_location.5.country"' in more
    less = lead.post(url, data=rows | {"_remove": "data_location.0"}).text
    assert 'value="FR"' in less
    assert 'value="DE"' not in less


def test_preview_gives_wrong_answers_back(lead: TestClient) -> None:
    sent = {"fix_time": "soon", "fix_time-revision": "0"}
    answer = lead.post("/questionnaires/security-mvsp/preview", data=sent)
    assert answer.status_code == 422
    assert 'value="soon"' in answer.text


def test_yaml_import_lists_faults_with_their_paths(lead: TestClient) -> None:
    text = (
        "format: assay/questionnaire@1\nid: mine\nversion: 1\ntitle: Mine\naudience: vendor\nsections: []\n"
    )
    answer = lead.post("/questionnaires/import", data={"text": text})
    assert answer.status_code == 422
    assert "sections: needs at least 1 entry" in answer.text


def test_shipped_file_is_copied_not_edited(lead: TestClient) -> None:
    assert lead.get("/questionnaires/discovery-call/edit").status_code == 404
    copied = lead.post("/questionnaires/discovery-call/fork", data={"key": "ours", "title": "Our call"})
    assert copied.headers["location"] == "/questionnaires/ours/edit"
    assert "Before it can be published" not in lead.get("/questionnaires/ours/edit").text


def test_reader_sees_the_library_and_no_editing(client: TestClient) -> None:
    sign_in(client, Role.READER)
    assert "New questionnaire" not in client.get("/questionnaires").text
    assert client.get("/questionnaires/new").status_code == 403
    assert client.post("/questionnaires/new", data={"key": "a", "title": "A"}).status_code == 403


def test_api_offers_every_verb_of_the_editor(lead: TestClient) -> None:
    api = "/api/v1/questionnaires"
    made = lead.post(f"{api}/security-mvsp/fork", json={"key": "ours", "title": "Ours"})
    assert made.status_code == 201
    draft = lead.get(f"{api}/ours/draft")
    body = draft.json()["body"]
    body["sections"][0]["title"] = "Scope"
    replaced = lead.put(f"{api}/ours/draft", json={"body": body}, headers={"If-Match": draft.headers["ETag"]})
    assert replaced.status_code == 200
    stale = lead.put(f"{api}/ours/draft", json={"body": body}, headers={"If-Match": draft.headers["ETag"]})
    assert stale.status_code == 409
    assert lead.put(f"{api}/ours/draft", json={"body": {"sections": 3}}).status_code == 422
    assert lead.post(f"{api}/ours/publish").json()["state"] == "published"
    assert lead.post(f"{api}/ours/versions").json()["number"] == 2
    changes = lead.get(f"{api}/ours/changes?before=1&after=2").json()["items"]
    assert changes == []
    assert lead.delete(f"{api}/ours/draft").status_code == 204
    assert [each["version"] for each in lead.get(f"{api}/ours/versions").json()["items"]] == [1]
    found = {each["key"]: each["source"] for each in lead.get(api).json()["items"]}
    assert (found["ours"], found["security-mvsp"]) == ("own", "shipped")


def test_own_title_from_outside_is_shown_as_text(lead: TestClient) -> None:
    lead.post("/questionnaires/new", data={"key": "x", "title": "<script>alert(1)</script>"})
    assert "<script>alert(1)" not in lead.get("/questionnaires").text
    assert "&lt;script&gt;alert(1)" in lead.get("/questionnaires").text


def test_question_that_can_never_be_shown_is_marked_in_the_draft(lead: TestClient) -> None:
    text = """
format: assay/questionnaire@1
id: riddle
version: 1
title: Riddle
audience: vendor
sections:
  - id: one
    title: One
    weight: 1
    questions:
      - {id: a, text: A?, type: yes_no, scored: false}
      - id: b
        text: B?
        type: text
        scored: false
        when: {all: [{answer: a, equals: true}, {answer: a, equals: false}]}
"""
    assert lead.post("/questionnaires/import", data={"text": text}).status_code == 303
    page = lead.get("/questionnaires/riddle/edit").text
    assert "1 question is never shown" in page
    assert page.count("never shown</span>") == 1
    made = lead.post("/api/v1/questionnaires/import", json={"text": text.replace("riddle", "other")})
    assert made.json()["never_shown"] == ["b"]
