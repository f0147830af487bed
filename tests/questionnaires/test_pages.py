import csv
import io
import re
from html import unescape
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from app.core.permissions import Role
from app.kit.actors import Actor
from tests.conftest import sign_in
from tests.questionnaires.conftest import HTMX, PDF, SEALED, Scene, base


def save(client: TestClient, scene: Scene, question: str, revision: int = 0, **fields: object) -> object:
    data = {f"{question}-revision": str(revision), **fields}
    return client.post(f"{base(scene)}/answers/{question}", data=data, headers=HTMX)


def as_evaluator(client: TestClient) -> Actor:
    return sign_in(client, Role.EVALUATOR)


VALID: list[tuple[str, dict[str, object], object]] = [
    ("same_people", {"same_people": "core"}, "core"),
    ("workforce_model", {"workforce_model": ["open_crowd", "managed_bpo"]}, ["managed_bpo", "open_crowd"]),
    ("spikes", {"spikes": "3"}, 3),
    ("ramp", {"ramp": "5.5"}, "5.5"),
    ("attrition", {"attrition": "35"}, "35"),
    (
        "bad_week",
        {"bad_week": "We lost a batch.\r\nNow we keep two copies."},
        "We lost a batch.\nNow we keep two copies.",
    ),
    (
        "hours",
        {
            "hours.0.site": "Cebu",
            "hours.0.time_zone": "Asia/Manila",
            "hours.0.from": "7:30",
            "hours.0.to": "16:00",
            "hours.0.weekend_cover": "yes",
            "hours.1.site": "",
        },
        [{"site": "Cebu", "time_zone": "Asia/Manila", "from": "07:30", "to": "16:00", "weekend_cover": True}],
    ),
    (
        "price_table",
        {
            "price_table.0.component": "Labels",
            "price_table.0.unit": "label",
            "price_table.0.price_full.amount": "0.0473",
            "price_table.0.price_full.currency": "usd",
            "price_table.0.price_half.amount": "",
            "price_table.0.price_half.currency": "USD",
        },
        [{"component": "Labels", "unit": "label", "price_full": {"amount": "0.0473", "currency": "USD"}}],
    ),
    (
        "attestations",
        {"attestations.0.standard": "iso27001", "attestations.0.until": "2027-03-31"},
        [{"standard": "iso27001", "until": "2027-03-31"}],
    ),
    (
        "where_data",
        {"where_data.0.country": "ph", "where_data.0.opened": "yes"},
        [{"country": "PH", "opened": True}],
    ),
    (
        "languages_covered",
        {
            "languages_covered.0.language": "pt-br",
            "languages_covered.0.proficiency": "native",
            "languages_covered.0.people": "4",
        },
        [{"language": "pt-BR", "proficiency": "native", "people": "4"}],
    ),
]
WRONG: list[tuple[str, dict[str, object], str]] = [
    ("same_people", {"same_people": "cousins"}, "is not offered"),
    ("agreement", {"agreement": ["gold", "none"]}, "cannot stand beside another choice"),
    ("spikes", {"spikes": "6"}, "Choose a level from 0 to 5"),
    ("ramp", {"ramp": "five"}, "Enter a number, such as 12.5"),
    ("capacity_now", {"capacity_now": "2.5"}, "Enter a whole number"),
    ("attrition", {"attrition": "301"}, "Must be at most 300"),
    ("bad_week", {"bad_week": "x" * 10_001}, "shorten it to 10000"),
    (
        "hours",
        {"hours.0.site": "Cebu", "hours.0.from": "25:00"},
        "Row 1 is kept once it has Time zone and To; or clear the row.",
    ),
    ("hours", {"hours.0.site": "Cebu", "hours.0.from": "25:00"}, "Row 1, From: Enter a time from 00:00"),
    (
        "price_table",
        {
            "price_table.0.component": "Labels",
            "price_table.0.price_full.amount": "1,2",
            "price_table.0.price_full.currency": "USD",
        },
        "with a point and without separators",
    ),
    (
        "attestations",
        {"attestations.0.standard": "iso27001", "attestations.0.until": "2027-02-30"},
        "not in the calendar",
    ),
    ("where_data", {"where_data.0.country": "Germany"}, "two-letter code"),
    ("languages_covered", {"languages_covered.0.language": "!"}, "language tag"),
    ("metrics_reported", {"metrics_reported": str(uuid4())}, "not attached"),
]


@pytest.mark.parametrize(("question", "fields", "stored"), VALID, ids=[item[0] for item in VALID])
def test_answer_of_every_type_is_saved_by_htmx_and_shown_again(
    client: TestClient, site: Scene, question: str, fields: dict[str, object], stored: object
) -> None:
    answer = save(client, site, question, **fields)
    assert answer.status_code == 200
    assert f'id="revision-{question}" name="{question}-revision" value="1"' in answer.text
    assert 'id="progress" hx-swap-oob="true"' in answer.text
    assert site.held().rows[question].value == stored
    page = client.get(base(site)).text
    assert f'name="{question}-revision" value="1"' in page


@pytest.mark.parametrize(("question", "fields", "says"), WRONG)
def test_wrong_answer_of_every_type_is_refused_at_its_question(
    client: TestClient, site: Scene, question: str, fields: dict[str, object], says: str
) -> None:
    answer = save(client, site, question, **fields)
    assert answer.status_code == 422
    assert says in unescape(answer.text)
    assert f'id="state-{question}"' in answer.text
    assert question not in site.held().rows


def test_section_is_saved_without_javascript_and_all_its_faults_are_named_at_once(
    client: TestClient, site: Scene
) -> None:
    fields = {
        "capacity_now-revision": "0",
        "capacity_now": "many",
        "ramp-revision": "0",
        "ramp": "5",
        "spikes-revision": "0",
        "spikes": "9",
    }
    refused = client.post(f"{base(site)}/sections/flexibility", data=fields)
    assert refused.status_code == 422
    text = unescape(refused.text)
    assert "Nothing of this section was saved yet" in text
    assert 'href="#q-capacity_now"' in text
    assert 'href="#q-spikes"' in text
    assert 'value="many"' in text
    assert site.held().rows == {}
    saved = client.post(
        f"{base(site)}/sections/flexibility", data=fields | {"capacity_now": "24", "spikes": "3"}
    )
    assert saved.status_code == 303
    assert saved.headers["location"] == f"{base(site)}#s-flexibility"
    assert {name: row.value for name, row in site.held().rows.items()} == {
        "capacity_now": "24",
        "ramp": "5",
        "spikes": 3,
    }
    assert client.post(f"{base(site)}/sections/weather", data=fields).status_code == 404


def test_rows_are_added_and_removed_with_and_without_javascript(client: TestClient, site: Scene) -> None:
    fields = {"span_of_control-revision": "0", "span_of_control.0.role": "Reviewer"}
    fields |= {"span_of_control.1.role": "Team lead", "span_of_control.1.labelers_per_person": "12"}
    plain = client.post(f"{base(site)}/sections/workforce", data=fields | {"_more": "span_of_control"})
    assert plain.headers["location"] == f"{base(site)}?more=span_of_control#q-span_of_control"
    assert "span_of_control.6.role" in client.get(f"{base(site)}?more=span_of_control").text
    assert "span_of_control.6.role" not in client.get(base(site)).text
    fields |= {"span_of_control-revision": "1", "_remove": "span_of_control.0"}
    answer = client.post(f"{base(site)}/answers/span_of_control", data=fields, headers=HTMX)
    assert answer.status_code == 200
    assert 'id="q-span_of_control"' in answer.text
    assert site.held().rows["span_of_control"].value == [{"role": "Team lead", "labelers_per_person": "12"}]


def test_two_people_at_one_question_see_both_answers_and_decide(client: TestClient, site: Scene) -> None:
    assert save(client, site, "ramp", ramp="5").status_code == 200
    stale = save(client, site, "ramp", ramp="7")
    assert stale.status_code == 409
    assert "5\u00a0weeks" in stale.text
    assert "7\u00a0weeks" in stale.text
    assert 'name="_overwrite" value="ramp.1"' in stale.text
    assert site.held().rows["ramp"].value == "5"
    stored = client.get(f"{base(site)}/answers/ramp", headers=HTMX)
    assert 'value="5"' in stored.text
    mine = save(client, site, "ramp", ramp="7", _overwrite="ramp.1")
    assert mine.status_code == 200
    assert site.held().rows["ramp"].value == "7"
    plain = client.post(f"{base(site)}/answers/ramp", data={"ramp-revision": "1", "ramp": "9"})
    assert plain.status_code == 409
    assert "7\u00a0weeks" in plain.text


def test_confidence_note_and_not_applicable_are_kept_beside_the_answer(
    client: TestClient, site: Scene
) -> None:
    fields = {"ramp": "5", "ramp-confidence": "shown", "ramp-note": "on their board"}
    save(client, site, "ramp", **fields)
    row = site.held().rows["ramp"]
    assert (row.confidence.value, row.note) == ("shown", "on their board")
    save(client, site, "sla", **{"sla-na": "yes"})
    assert site.held().status(site.held().access.question("sla")) == "not_applicable"
    long = save(client, site, "ramp", 1, **{"ramp": "5", "ramp-note": "x" * 4001})
    assert long.status_code == 422
    assert "Shorten this to 4000 characters" in long.text


def test_bad_answer_says_what_to_ask_back(client: TestClient, site: Scene) -> None:
    answer = save(client, site, "customer_data_use", customer_data_use="always")
    assert "knock-out" in answer.text
    page = client.get(f"/evaluations/{site.evaluation_id}/discovery?show=bad").text
    assert "knock-out" in page


def test_question_whose_condition_does_not_hold_is_there_hidden(client: TestClient, site: Scene) -> None:
    page = client.get(base(site)).text
    assert re.search(r'id="q-domain_experts" hidden', page)  # the need names no specialists
    assert not re.search(r'id="q-agreements" hidden', page)


def test_file_is_attached_and_taken_out(client: TestClient, site: Scene) -> None:
    url = f"{base(site)}/answers/metrics_reported/files"
    sent = client.post(url, files={"file": ("report.pdf", io.BytesIO(PDF))})
    assert sent.status_code == 303
    (file_id,) = site.held().rows["metrics_reported"].value
    assert f"/files/{file_id}/report.pdf" in client.get(base(site)).text
    assert client.post(url, data={}).status_code == 422
    script = client.post(url, files={"file": ("x.html", io.BytesIO(b"<!doctype html><html></html>"))})
    assert script.status_code == 422
    assert client.post(f"{url}/{file_id}/drop").status_code == 303
    assert site.held().rows["metrics_reported"].value is None


def test_mark_is_given_on_the_page_by_who_may_not_answer(client: TestClient, site: Scene) -> None:
    site.answer("bad_week", "A long story")
    as_evaluator(client)
    page = client.get(base(site)).text
    assert "Set mark" in page
    assert 'name="bad_week"' not in page
    assert save(client, site, "bad_week", 1, bad_week="mine").status_code == 403
    marked = client.post(f"{base(site)}/answers/bad_week/mark", data={"mark": "4", "revision": "1"})
    assert marked.status_code == 303
    assert site.held().rows["bad_week"].mark == 4


def test_life_of_a_response_on_its_page(client: TestClient, site: Scene) -> None:
    assert client.post(f"{base(site)}/submit").status_code == 409
    save(client, site, "ramp", ramp="5")
    assert client.post(f"{base(site)}/submit").status_code == 303
    page = client.get(base(site)).text
    assert 'name="ramp"' not in page
    assert "5\u00a0weeks" in page
    assert save(client, site, "ramp", 1, ramp="6").status_code == 409
    assert client.post(f"{base(site)}/reopen", data={"reason": ""}).status_code == 422
    assert client.post(f"{base(site)}/reopen", data={"reason": "a figure was wrong"}).status_code == 303
    assert client.post(f"{base(site)}/close").status_code == 303
    assert "closed unanswered" in client.get(base(site)).text


def test_discovery_page_starts_a_response_and_shows_answers_side_by_side(
    client: TestClient, site: Scene
) -> None:
    url = f"/evaluations/{site.evaluation_id}/discovery"
    page = client.get(url).text
    assert "Harbor" in page
    assert "Northlight" in page
    started = client.post(f"{url}/start", data={"candidate_id": str(site.candidates[1]), "variant": "core"})
    assert started.status_code == 303
    twice = client.post(f"{url}/start", data={"candidate_id": str(site.candidates[1])})
    assert twice.status_code == 409
    assert client.post(f"{url}/start", data={"candidate_id": "x"}).status_code == 422
    site.answer("same_people", "named")
    other = UUID(started.headers["location"].rpartition("/")[2])
    site.answer("same_people", "no", response_id=other)
    differing = client.get(f"{url}?show=differ").text
    assert "Yes, the same team, named by code" in differing
    assert "No or unknown" in differing
    assert "Our volume doubles" not in differing
    assert "Our volume doubles" in client.get(f"{url}?section=flexibility").text
    assert client.get(f"{url}?section=nonsense&show=nonsense").status_code == 200


def test_export_holds_no_formulas_and_prices_for_price_readers_only(client: TestClient, site: Scene) -> None:
    site.answer("technique_detail", "=HYPERLINK(1)", note="@cmd")
    site.answer("price_table", SEALED["price_table"])
    url = f"/evaluations/{site.evaluation_id}/discovery"
    rows = list(csv.reader(io.StringIO(client.get(f"{url}.csv").text.lstrip("\ufeff"))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "+"))]
    assert any("'=HYPERLINK(1)" in row for row in rows)
    assert "0.0473" in client.get(f"{url}.csv").text
    book = client.get(f"{url}.xlsx")
    assert book.content[:2] == b"PK"
    as_evaluator(client)
    assert "0.0473" not in client.get(f"{url}.csv").text
    assert b"0.0473" not in client.get(f"{url}.xlsx").content


def test_sealed_answers_are_hidden_on_pages_and_in_the_api(client: TestClient, site: Scene) -> None:
    site.answer("price_table", SEALED["price_table"])
    discovery = f"/evaluations/{site.evaluation_id}/discovery"
    api = f"/api/v1/responses/{site.response_id}"
    compared = f"/api/v1/evaluations/{site.evaluation_id}/answers"
    looks = (base(site), discovery, api, compared, f"/api/v1/candidates/{site.candidates[0]}/responses")
    assert all("0.0473" in client.get(url).text for url in looks)
    as_evaluator(client)
    assert not any("0.0473" in client.get(url).text for url in looks)
    assert client.get(f"{api}/answers/price_table").status_code == 403
    assert client.get(f"{base(site)}/answers/price_table", headers=HTMX).status_code == 403
    sign_in(client, Role.ML_LEAD)
    refused = save(client, site, "price_table", 1, **{"price_table.0.component": "x"})
    assert refused.status_code == 403
    assert client.get(api).json()["sealed_hidden"] is True


def test_library_is_listed_and_read(client: TestClient, site: Scene) -> None:
    assert 'href="/questionnaires/discovery-call"' in client.get("/questionnaires").text
    page = unescape(client.get("/questionnaires/discovery-call").text)
    assert "Sales and delivery are two houses." in page
    assert "18 of them core" in page
    assert client.get("/questionnaires/nothing").status_code == 404
