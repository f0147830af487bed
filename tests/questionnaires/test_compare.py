"""Answers side by side: nine candidates, what differs, what ends a candidacy, other questionnaires."""

import csv
import io
import re
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.evaluations import service as evaluations
from app.evaluations.schemas import CandidateIn
from app.questionnaires import service
from app.questionnaires.schemas import StartIn
from app.questionnaires.views.compare import usual
from app.vendors import service as vendors
from app.vendors.schemas import VendorIn
from tests.questionnaires.conftest import PDF, Scene

ANSWERS = ["named", "named", "named", "core", "named", "named", "no", "named", None, "similar"]


@pytest.fixture
def ten(site: Scene) -> dict[str, UUID]:
    """Ten candidates with one answer each: name -> response id."""
    found = {"Harbor": site.response_id, "Northlight": site.start(1)}
    for number in range(3, 11):
        with site.db.writing() as session:
            vendor = vendors.add_vendor(session, actor=site.lead, entry=VendorIn(name=f"Vendor {number}"))
            candidate = evaluations.add_candidate(
                session,
                actor=site.lead,
                evaluation_id=site.evaluation_id,
                entry=CandidateIn(vendor_id=vendor.id),
            )
            found[vendor.name] = service.start_response(
                session, actor=site.lead, candidate_id=candidate.id, entry=StartIn()
            ).id
    for response_id, value in zip(found.values(), ANSWERS, strict=True):
        if value:
            site.answer("same_people", value, response_id=response_id)
    return found


def url(site: Scene, query: str = "") -> str:
    return f"/evaluations/{site.evaluation_id}/discovery{query}"


def row_of(page: str, question: str) -> list[str]:
    """The cells of one question of the table."""
    line = next(each for each in page.split("<tr>") if question in each and 'scope="row"' in each)
    return line.split("<td")[1:]


def test_nine_candidates_stand_side_by_side_and_the_rest_can_be_chosen(
    client: TestClient, site: Scene, ten: dict[str, UUID]
) -> None:
    page = client.get(url(site)).text
    assert len(row_of(page, "Would the people who label the pilot")) == 9
    assert "9 of 10 shown" in page
    last = re.findall(r'name="candidate" value="([0-9a-f-]+)"', page)[-1]
    narrowed = client.get(url(site, f"?candidate={last}")).text
    assert len(row_of(narrowed, "Would the people who label the pilot")) == 1
    assert "A team with the same profile" in narrowed


def test_answers_unlike_most_others_are_marked_with_a_word(
    client: TestClient, site: Scene, ten: dict[str, UUID]
) -> None:
    cells = row_of(client.get(url(site)).text, "Would the people who label the pilot")
    unlike = [value not in ("named", None) for value in ANSWERS[:9]]  # what is open differs from nothing
    assert ["differs</small>" in cell for cell in cells] == unlike
    assert any(unlike)
    same = row_of(client.get(url(site)).text, "Our volume doubles")
    assert not any("differs" in cell for cell in same)


def test_question_that_splits_everybody_says_so_instead_of_marking_all(
    client: TestClient, site: Scene
) -> None:
    other = site.start(1)
    site.answer("same_people", "named")
    site.answer("same_people", "no", response_id=other)
    page = client.get(url(site)).text
    line = next(each for each in page.split("<tr>") if "Would the people who label the pilot" in each)
    assert "answers differ" in line
    assert "differs</small>" not in line


def test_only_knock_outs_are_shown_on_request(client: TestClient, site: Scene, ten: dict[str, UUID]) -> None:
    site.answer("subcontractors", "undisclosed", response_id=ten["Vendor 3"])
    page = client.get(url(site, "?show=knock_out")).text
    assert "Does anybody outside your company" in page
    assert "Would the people who label the pilot" not in page.split('id="answers"')[1]
    with_ask_backs = client.get(url(site, "?show=bad")).text
    assert "Would the people who label the pilot" in with_ask_backs.split('id="answers"')[1]


def test_export_holds_everybody_unless_candidates_are_chosen(
    client: TestClient, site: Scene, ten: dict[str, UUID]
) -> None:
    text = client.get(url(site) + ".csv").text.lstrip("\ufeff")
    header = next(csv.reader(io.StringIO(text)))
    assert len(header) == 2 + 3 * 10
    page = client.get(url(site)).text
    one = re.findall(r'name="candidate" value="([0-9a-f-]+)"', page)[0]
    text = client.get(url(site) + f".csv?candidate={one}").text.lstrip("\ufeff")
    assert len(next(csv.reader(io.StringIO(text)))) == 2 + 3


def test_files_of_an_answer_stand_in_its_cell(client: TestClient, site: Scene) -> None:
    client.post(
        f"/responses/{site.response_id}/answers/metrics_reported/files",
        files={"file": ("quality report.pdf", PDF, "application/pdf")},
    )
    (cell,) = row_of(client.get(url(site)).text, "Show an anonymised quality report")
    assert "quality report.pdf</a>" in cell


def test_another_questionnaire_is_begun_and_compared_beside_the_call(client: TestClient, site: Scene) -> None:
    form = {"key": "security-mvsp", "candidate_id": str(site.candidates[0]), "variant": "full"}
    assert client.post(url(site) + "/start", data=form).status_code == 303
    page = client.get(url(site, "?key=security-mvsp")).text
    assert "When did an outside company last test" in page
    assert "Would the people who label the pilot" not in page.split('id="answers"')[1]
    assert client.get(url(site, "?key=nothing")).status_code == 404


@pytest.mark.parametrize(
    "query", ["?candidate=x&candidate=", "?show=x&section=y", "?key=", "?candidate=" + "9" * 3000]
)
def test_nonsense_in_the_address_changes_nothing(client: TestClient, site: Scene, query: str) -> None:
    assert client.get(url(site, query)).status_code == 200


def test_without_a_majority_nobody_is_the_usual_one() -> None:
    assert usual([]) is None
    assert usual([("answered", "a"), ("open", "")]) is None
    assert usual([("answered", "a")]) == ("answered", "a")


def test_long_answer_is_cut_in_the_table_and_whole_in_the_export(client: TestClient, site: Scene) -> None:
    story = "word " * 1999 + "end"
    site.answer("bad_week", story)
    page = client.get(url(site)).text
    assert "word …" in page
    assert len(page.partition("word word")[2].partition("…")[0]) < 420
    assert story in client.get(url(site) + ".csv").text
    site.answer("bad_week", "w" * 10_000)
    assert "w" * 400 + " …" in client.get(url(site)).text
