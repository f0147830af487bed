"""Points down to the answers, and the three ways of having none: open, does not apply, zero."""

import csv
import io
import re
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.core.questionnaire import QuestionScore
from app.questionnaires import service
from app.questionnaires.schemas import StartIn
from app.questionnaires.service import own
from app.questionnaires.views import points
from tests.questionnaires.conftest import Scene, base, entered
from tests.questionnaires.test_workbook import filled, row_of

pytestmark = pytest.mark.one_store

NIGHT = """
format: assay/questionnaire@1
id: night
version: 1
title: Night shift
audience: vendor
sections:
  - id: one
    title: One
    weight: 2
    questions:
      - id: lead
        text: Is a lead there?
        type: single
        weight: 1
        options: [{id: y, text: Always, points: 100}, {id: n, text: Never, points: 0}]
      - id: crowd
        text: Is it a crowd?
        type: single
        weight: 1
        options: [{id: y, text: "Yes, a crowd", points: 0}, {id: n, text: "No crowd", points: 50}]
      - id: vetted
        text: Are they vetted?
        type: single
        weight: 1
        when: {answer: crowd, equals: y}
        options:
          - {id: y, text: All of them, points: 100}
          - {id: n, text: None of them, points: 0, knock_out: true}
  - id: two
    title: Two
    weight: 1
    questions:
      - id: pay
        text: Is the night paid more?
        type: yes_no
        weight: 7
        options: [{id: "yes", text: "Yes", points: 100}, {id: "no", text: "No", points: 33}]
"""


@pytest.fixture
def night(site: Scene) -> UUID:
    """A response to a short questionnaire with a knock-out behind a condition."""
    with site.db.writing() as session:
        own.import_text(session, actor=site.lead, text=NIGHT)
        own.publish(session, actor=site.lead, key="night")
        entry = StartIn(key="night")
        return service.start_response(
            session, actor=site.lead, candidate_id=site.candidates[0], entry=entry
        ).id


def points_of(client: TestClient, response_id: UUID) -> dict[str, tuple[str, ...]]:
    """Question -> its standing, points and what it adds, from the page."""
    page = client.get(f"/responses/{response_id}/points").text
    found = {}
    for row in re.findall(r'<tr><th scope="row"><a.*?</tr>', page, re.DOTALL):
        title = re.sub(r"<[^>]+>", "", row.partition("</th>")[0])
        cells = re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)
        found[title] = tuple(re.sub(r"<[^>]+>", "", cell).strip() for cell in cells)
    return found


def test_points_of_every_question_lead_to_its_answer_and_add_up(
    client: TestClient, site: Scene, night: UUID
) -> None:
    for name, value in (("lead", "y"), ("crowd", "n"), ("pay", False)):
        site.answer(name, value, response_id=night)
    page = client.get(f"/responses/{night}/points").text
    assert f'href="/responses/{night}#q-pay"' in page
    assert "61.0 of 100 points" in page
    assert points_of(client, night) == {
        "Is a lead there?": ("Always", "100.0", "33.3%", "33.3"),
        "Is it a crowd?": ("No crowd", "50.0", "33.3%", "16.7"),
        "Is the night paid more?": ("No", "33.0", "33.3%", "11.0"),
    }
    assert f'href="/responses/{night}/points"' in client.get(f"/responses/{night}").text
    discovery = client.get(f"/evaluations/{site.evaluation_id}/discovery?key=night").text
    assert f'href="/responses/{night}/points">61.0</a>' in discovery
    assert "<small>50 points</small>" in discovery
    score = client.get(f"/api/v1/responses/{night}").json()["score"]
    assert sum(each["adds_low"] for each in score["questions"]) == pytest.approx(score["low"], abs=1e-9)
    rows = list(csv.DictReader(io.StringIO(client.get(f"/responses/{night}/points.csv").text[1:])))
    assert sum(float(row["Adds at least"]) for row in rows) == pytest.approx(61.0, abs=1e-9)


def test_open_does_not_apply_and_zero_are_three_things_in_every_output(
    client: TestClient, site: Scene, night: UUID
) -> None:
    secret, _ = site.send(night)
    browser, url = entered(client, secret)
    for name, value in (("lead", None), ("crowd", "n"), ("pay", False)):
        site.answer(name, value, response_id=night, not_applicable=value is None)
    assert "Is a lead there?" not in points_of(client, night)
    assert "Is a lead there? (does not apply, accepted)" in client.get(f"/responses/{night}/points").text
    site.answer("lead", "n", response_id=night)
    assert points_of(client, night)["Is a lead there?"] == ("Never", "0.0", "33.3%", "0.0")
    site.answer("lead", None, response_id=night)
    assert points_of(client, night)["Is a lead there?"] == ("open", "0.0–100.0", "33.3%", "0.0–33.3")
    site.answer("crowd", None, response_id=night, not_applicable=True)
    exported = client.get(f"/evaluations/{site.evaluation_id}/discovery.csv?key=night").text
    stands = {row[1]: row[3] for row in csv.reader(io.StringIO(exported[1:]))}
    assert (stands["Is a lead there?"], stands["Is it a crowd?"]) == ("open", "does not apply")
    listed = client.get(f"/api/v1/evaluations/{site.evaluation_id}/answers?key=night").json()["items"]
    assert [each["answers"][0]["status"] for each in listed] == [
        "open", "not_applicable", "not_asked", "answered"
    ]  # fmt: skip
    check = browser.get(f"{url}/check").text
    assert ">open</span>" in check.partition("Is a lead there?")[2].partition("</li>")[0]


def test_knock_out_behind_a_condition_that_no_longer_holds_ends_nothing(
    client: TestClient, site: Scene, night: UUID
) -> None:
    discovery = f"/evaluations/{site.evaluation_id}/discovery?key=night"
    site.answer("crowd", "y", response_id=night)
    site.answer("vetted", "n", response_id=night)
    assert "knock-out</span>" in client.get(discovery).text
    assert "This answer is a knock-out" in client.get(f"/responses/{night}").text
    site.answer("crowd", "n", response_id=night)
    for path in (discovery, f"/responses/{night}", f"/responses/{night}/points"):
        page = client.get(path).text
        assert "knock-out</span>" not in page, path
        assert "This answer is a knock-out" not in page, path
    assert "None of them" not in client.get(discovery).text
    assert client.get(f"{discovery}&show=knock_out").text.count('scope="row"') == 0
    assert client.get(f"/api/v1/responses/{night}").json()["score"]["knock_outs"] == []
    assert site.held(response_id=night).rows["vetted"].value == "n"  # it comes back with its condition


def test_direction_marks_of_an_answer_turn_nothing_beside_it(client: TestClient, site: Scene) -> None:
    site.answer("technique_detail", "left \u202e right")
    page = client.get(f"/evaluations/{site.evaluation_id}/discovery").text
    assert 'class="lines"' in page.partition("left \u202e right")[0][-120:]
    assert "unicode-bidi: isolate" in client.get("/static/forms.css").text


def test_points_of_a_questionnaire_without_any_say_the_next_step(client: TestClient, site: Scene) -> None:
    page = client.get(f"{base(site)}/points").text
    assert "0.0–100.0 of 100 points" in page
    with site.db.writing() as session:
        text = re.sub(r", points: \d+", "", NIGHT).replace("weight: 1\n        ", "scored: false\n        ")
        text = text.replace("id: night", "id: plain").replace("weight: 7", "scored: false")
        own.import_text(session, actor=site.lead, text=text.replace(", knock_out: true", ""))
        own.publish(session, actor=site.lead, key="plain")
        plain = service.start_response(
            session, actor=site.lead, candidate_id=site.candidates[0], entry=StartIn(key="plain")
        ).id
    assert "Nothing is scored" in client.get(f"/responses/{plain}/points").text


def test_a_certain_answer_beside_an_open_one_adds_one_figure_and_the_sums_stay_exact() -> None:
    certain = QuestionScore("lead", "scored", 75, 75, 0.5556, 41.6667, 41.6667)
    rest = [
        QuestionScore(name, "open", 0, 100, 0.2222, 0, part)
        for name, part in (("a", 22.2222), ("b", 22.2222))
    ]
    told = points._tenths([rest[0], certain, rest[1]])
    assert told[1] == (41.7, 41.7)
    assert [round(sum(part), 1) for part in zip(*told, strict=True)] == [41.7, 86.1]


def test_an_option_that_says_not_applicable_comes_back_from_the_workbook_as_that_answer(
    client: TestClient, site: Scene
) -> None:
    with site.db.writing() as session:
        own.import_text(session, actor=site.lead, text=NIGHT.replace("text: Never,", "text: Not applicable,"))
        own.publish(session, actor=site.lead, key="night")
        entry, candidate = StartIn(key="night"), site.candidates[0]
        key = service.start_response(session, actor=site.lead, candidate_id=candidate, entry=entry).id
    content = client.get(f"/responses/{key}/workbook.xlsx").content
    row = row_of(content, "Is a lead there?")
    back = filled(content, {f"E{row}": "Not applicable"})
    page = client.post(f"/responses/{key}/sheets", files={"file": ("back.xlsx", back)}).text
    assert "What the workbook changes" in page
    assert "tick “Does not apply to us”" not in page
    assert re.findall(r'name="take" value="([^"]+)"', page) == ["lead"]
