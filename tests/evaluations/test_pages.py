"""The pages of evaluations, as a browser without JavaScript and with htmx meets them."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from app.core.permissions import Role
from app.evaluations import service
from tests.conftest import sign_in
from tests.evaluations.helpers import candidate, evaluation, hidden, need, store, undo_url

ClientAs = Callable[..., TestClient]


@pytest.mark.parametrize(
    "path",
    ["/evaluations", "/evaluations/new", f"/evaluations/{UUID(int=7)}", f"/evaluations/{UUID(int=7)}/need"],
)
def test_nobody_signed_in_is_sent_to_sign_in(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_reader_sees_an_evaluation_and_can_change_nothing(client: TestClient, client_as: ClientAs) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    here = f"/evaluations/{evaluation(store(client), lead)}"
    reader = client_as(Role.READER)
    page = reader.get(here)
    assert page.status_code == 200
    assert "Cancel evaluation" not in page.text
    assert reader.get(f"{here}/need").status_code == 403
    assert reader.post(f"{here}/candidates/in-house").status_code == 403
    assert "New evaluation" not in reader.get("/evaluations").text


def test_formal_evaluation_is_not_found_by_people_off_its_panel(
    client: TestClient, client_as: ClientAs
) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead, "Sealed award", governance="formal")
    candidate_id = candidate(store(client), lead, evaluation_id, "Harbor")
    other = client_as(Role.ML_LEAD)
    for path in ("", "/need", "/panel", "/candidates", "/candidates.csv", f"/candidates/{candidate_id}"):
        assert other.get(f"/evaluations/{evaluation_id}{path}").status_code == 404
    assert "Sealed award" not in other.get("/evaluations").text
    assert "Sealed award" not in other.get("/search?q=Sealed").text
    assert "Sealed award" in client.get("/search?q=Sealed").text


def test_new_evaluation_goes_on_to_the_need_and_a_double_click_makes_one(client: TestClient) -> None:
    sign_in(client, Role.PROCUREMENT_LEAD)
    form = client.get("/evaluations/new")
    sent = {
        "name": "Shelf detection 2027",
        "governance": "solo",
        "time_zone": "Europe/Berlin",
        "_nonce": hidden(form, "_nonce"),
    }
    first, second = (client.post("/evaluations/new", data=sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["location"].endswith("/need")
    assert client.get("/evaluations").text.count(">Shelf detection 2027</a>") == 1


def test_new_evaluation_without_a_name_comes_back_with_what_was_typed(client: TestClient) -> None:
    sign_in(client, Role.PROCUREMENT_LEAD)
    sent = {"governance": "formal", "time_zone": "Mars/Base", "decide_by": "soon"}
    page = client.post("/evaluations/new", data=sent)
    assert page.status_code == 422
    assert "3 things to correct" in page.text
    assert "Choose a time zone" in page.text
    assert 'value="formal" checked' in page.text


def test_time_zone_of_a_new_evaluation_is_that_of_its_maker(client: TestClient) -> None:
    sign_in(client, Role.PROCUREMENT_LEAD)
    client.post("/account", data={"name": "Lena", "time_zone": "Asia/Tokyo"})
    assert 'value="Asia/Tokyo" selected' in client.get("/evaluations/new").text


def test_copy_brings_need_and_candidates_and_leads_to_the_overview(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    source = evaluation(store(client), lead)
    need(store(client), lead, source, volume=1_200_000, techniques=["bounding_box"], unit="box")
    candidate(store(client), lead, source, "Harbor")
    sent = {"name": "Shelf 2028", "time_zone": "UTC", "governance": "team", "copy_from": str(source)}
    answer = client.post("/evaluations/new", data=sent)
    page = client.get(answer.headers["location"])
    assert "1.2\u00a0M boxes a year" in page.text
    assert "Harbor" in page.text


def test_need_takes_money_and_counts_as_people_type_them(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    here = f"/evaluations/{evaluation_id}/need"
    sent = {
        "_version": hidden(client.get(here), "_version"),
        "techniques": ["bounding_box", "polygon"],
        "unit": "box",
        "volume": "1,200,000",
        "volume_high": "2 000 000",
        "currency": "EUR",
        "budget": "180,000.50",
        "production_data_class": "personal_eu",
        "in_house.wages": "120000",
        "in_house.labels_per_year": "400,000",
        "working_days": "210",
    }
    assert client.post(here, data=sent).status_code == 303
    with store(client).reading() as session:
        stored = service.need_of(service.open_evaluation(session, lead, evaluation_id).evaluation)
    assert stored.volumes == (600_000, 1_200_000, 2_000_000)
    assert (stored.budget, stored.in_house.wages, stored.in_house.labels_per_year) == (
        180_000_50,
        120_000_00,
        400_000,
    )
    overview = client.get(f"/evaluations/{evaluation_id}").text
    assert "EUR\u00a0180,000.50" in overview
    assert "EU personal data: Mutual non-disclosure agreement and Data processing agreement" in overview
    again = client.get(here).text
    assert 'value="180000.50"' in again
    assert 'value="1,200,000"' in again


def test_a_need_in_work_names_what_is_missing_with_links_to_it(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    here = f"/evaluations/{evaluation_id}"
    need(store(client), lead, evaluation_id, volume=0, techniques=["bounding_box"])
    page = client.get(here).text
    assert f'missing: <a href="{here}/need#field-volume">volume</a>' in page
    assert "#field-techniques" not in page
    assert 'id="field-volume"' in client.get(f"{here}/need").text
    need(store(client), lead, evaluation_id, volume=10, techniques=[])
    assert f'missing: <a href="{here}/need#field-techniques">techniques</a>' in client.get(here).text
    form = client.get(f"{here}/need").text
    opened = form.partition('id="field-techniques"')[0].rpartition("<details")[2]
    assert opened.startswith(' class="columns" open>')
    need(store(client), lead, evaluation_id, volume=10, techniques=["bounding_box"])
    assert "missing:" not in client.get(here).text


def test_unclear_amounts_come_back_at_their_fields_with_everything_typed(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    sent = {
        "currency": "EUR",
        "budget": "1200,50",
        "in_house.wages": "12.345.678",
        "volume": "1,20",
        "unit": "box",
    }
    page = client.post(f"/evaluations/{evaluation_id}/need", data=sent)
    assert page.status_code == 422
    assert "Put a point before decimals: 1200.50." in page.text
    assert 'id="error-in_house.wages"' in page.text
    assert 'id="error-volume"' in page.text
    assert 'value="1200,50"' in page.text
    with store(client).reading() as session:
        assert service.open_evaluation(session, lead, evaluation_id).evaluation.need == {}


def test_volume_cases_out_of_order_are_named_at_the_case(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    here = f"/evaluations/{evaluation(store(client), lead)}/need"
    page = client.post(here, data={"volume": "100", "volume_low": "200", "volume_high": "50"})
    assert 'id="error-volume_low"' in page.text
    assert 'id="error-volume_high"' in page.text


def test_amounts_follow_the_decimals_of_the_currency(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    here = f"/evaluations/{evaluation_id}/need"
    assert client.post(here, data={"currency": "JPY", "budget": "12.50"}).status_code == 422
    assert client.post(here, data={"currency": "JPY", "budget": "9,000,000"}).status_code == 303
    with store(client).reading() as session:
        stored = service.need_of(service.open_evaluation(session, lead, evaluation_id).evaluation)
    assert stored.budget == 9_000_000


def test_stale_need_shows_both_texts_and_saves_nothing(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    here = f"/evaluations/{evaluation_id}/need"
    seen = hidden(client.get(here), "_version")
    need(store(client), lead, evaluation_id, volume=500_000, budget=100_00)
    page = client.post(here, data={"_version": seen, "volume": "700000", "currency": "USD", "budget": "250"})
    assert page.status_code == 409
    assert "500000" in page.text
    assert "700000" in page.text
    assert "USD\u00a0100" in page.text
    assert "USD\u00a0250" in page.text
    with store(client).reading() as session:
        stored = service.need_of(service.open_evaluation(session, lead, evaluation_id).evaluation)
    assert stored.volume == 500_000


def test_stale_edit_of_the_head_is_refused(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    here = f"/evaluations/{evaluation(store(client), lead)}/edit"
    seen = hidden(client.get(here), "_version")
    sent = {"_version": seen, "governance": "team", "time_zone": "UTC"}
    assert client.post(here, data={**sent, "name": "First"}).status_code == 303
    page = client.post(here, data={**sent, "name": "Second"})
    assert page.status_code == 409
    assert "First" in page.text
    assert "Second" in page.text


def test_cancelled_evaluation_is_taken_back_by_the_toast(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    here = f"/evaluations/{evaluation(store(client), lead)}"
    assert client.post(f"{here}/cancel", data={"reason": ""}).status_code == 422
    answer = client.post(f"{here}/cancel", data={"reason": "no budget this year"})
    undo = undo_url(client, answer)
    assert "cancelled" in client.get(here).text
    assert client.post(undo).status_code == 303
    page = client.get(here).text
    assert "Cancel evaluation" in page
    assert "Now cancelled: no budget this year" in page


def test_panel_takes_people_with_accounts_and_lets_them_go(client: TestClient, client_as: ClientAs) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    here = f"/evaluations/{evaluation(store(client), lead)}/panel"
    expert = client_as(Role.EVALUATOR).actor  # type: ignore[attr-defined]
    assert client.post(here, data={"user_id": str(uuid4()), "roles": "evaluator"}).status_code == 422
    assert client.post(here, data={"user_id": str(expert.id)}).status_code == 422
    sent = {"user_id": str(expert.id), "roles": ["evaluator", "approver"]}
    assert client.post(here, data=sent).status_code == 303
    assert "Approver, Evaluator" in client.get(here).text
    assert client.post(f"{here}/{expert.id}/remove").status_code == 303
    assert "Approver, Evaluator" not in client.get(here).text


@pytest.mark.parametrize("query", ["", "?q=shelf", "?state=open&sort=name", "?sort=-decide", "?q=EV-0001"])
def test_list_filters_stand_in_the_address_and_reach_the_export(client: TestClient, query: str) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation(store(client), lead, "Shelf detection", decide_by="2020-01-31")
    page = client.get(f"/evaluations{query}")
    assert "Shelf detection" in page.text
    assert "31 Jan 2020, overdue" in page.text
    export = client.get(f"/evaluations.csv{query}")
    assert "EV-0001,Shelf detection,open,team,2020-01-31,need" in export.text
    assert client.get(f"/evaluations.xlsx{query}").content.startswith(b"PK")
    assert client.get("/evaluations.pdf").status_code == 404


def test_filter_that_fits_nothing_offers_the_whole_list(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation(store(client), lead)
    page = client.get("/evaluations?q=nothing", headers={"HX-Request": "true"})
    assert "Nothing matches these filters" in page.text
    assert "<html" not in page.text
