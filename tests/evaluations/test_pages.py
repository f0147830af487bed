"""The pages of evaluations, as a browser without JavaScript and with htmx meets them."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.core.permissions import Role
from app.evaluations import service
from app.evaluations.models import Stage, StepName
from tests.conftest import sign_in
from tests.evaluations.helpers import candidate, evaluation, hidden, need, store, undo_url, vendor

ClientAs = Callable[..., TestClient]


@pytest.mark.parametrize(
    "path", ["/evaluations", "/evaluations/new", f"/evaluations/{uuid4()}", f"/evaluations/{uuid4()}/need"]
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


def test_register_is_offered_best_match_first_without_those_who_are_in(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    need(store(client), lead, evaluation_id, volume=10, techniques=["bounding_box", "polygon"])
    vendor(store(client), lead, "Alpha None")
    vendor(store(client), lead, "Beta Half", techniques=["polygon"])
    vendor(store(client), lead, "Gamma Full", techniques=["polygon", "bounding_box"])
    vendor(store(client), lead, "Our team", kind="in_house", techniques=["polygon", "bounding_box"])
    candidate(store(client), lead, evaluation_id, "Delta In")
    here = f"/evaluations/{evaluation_id}/candidates/add"
    page = client.get(here).text
    assert page.index("Gamma Full") < page.index("Beta Half") < page.index("Alpha None")
    assert "2 of 2" in page
    assert "Delta In" not in page
    assert "Our team" not in page
    some = client.get(f"{here}?at_least=some").text
    assert "Alpha None" not in some
    assert "Beta Half" in some
    assert "Beta Half" not in client.get(f"{here}?at_least=all").text
    part = client.get(f"{here}?q=gamma", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Gamma Full" in part
    assert "Beta Half" not in part


def test_several_vendors_come_in_at_the_stage_where_they_are(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    ids = [str(vendor(store(client), lead, name)) for name in ("Harbor", "Northwind")]
    here = f"/evaluations/{evaluation_id}/candidates/add"
    assert client.post(here, data={"channel": "referral", "stage": "pilot"}).status_code == 422
    answer = client.post(here, data={"vendor_ids": ids, "channel": "referral", "stage": "pilot"})
    assert answer.headers["location"] == f"/evaluations/{evaluation_id}/candidates"
    again = client.post(here, data={"vendor_ids": ids, "channel": "referral", "stage": "pilot"})
    assert again.status_code == 422
    assert "Harbor is a candidate already." in again.text
    assert "Northwind is a candidate already." in again.text
    with store(client).reading() as session:
        views = service.candidates_of(session, evaluation_id)
        assert {view.candidate.stage for view in views} == {Stage.PILOT}
        assert service.steps_of(session, evaluation_id)[StepName.SHORTLIST].note == "2"


def test_pasted_names_are_shown_before_anything_happens(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    vendor(store(client), lead, "Harbor Annotation")
    candidate(store(client), lead, evaluation_id, "Northwind Labels")
    here = f"/evaluations/{evaluation_id}/candidates/paste"
    names = "1. harbor annotation\n- Northwind Labels\n* Fresh Data\n\nFresh  data"
    sent = {"names": names, "channel": "event", "stage": "longlist"}
    plan = client.post(f"{here}/check", data=sent)
    assert plan.status_code == 200
    for text in ("Harbor Annotation", "in the register", "is a candidate already", "new: is added"):
        assert text in plan.text
    assert "2 will be candidates; 1 of them are new" in plan.text
    with store(client).reading() as session:
        assert len(service.candidates_of(session, evaluation_id)) == 1
    assert client.post(here, data={**sent, "_nonce": hidden(plan, "_nonce")}).status_code == 303
    with store(client).reading() as session:
        found = {view.name for view in service.candidates_of(session, evaluation_id)}
    assert found == {"Harbor Annotation", "Northwind Labels", "Fresh Data"}
    assert client.post(here, data=sent).status_code == 422


def test_empty_paste_comes_back(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    here = f"/evaluations/{evaluation(store(client), lead)}/candidates/paste/check"
    page = client.post(here, data={"names": " \n ", "channel": "event", "stage": "longlist"})
    assert page.status_code == 422
    assert 'id="error-names"' in page.text


def test_in_house_team_is_made_when_there_is_none_and_comes_in_once(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    here = f"/evaluations/{evaluation(store(client), lead)}/candidates"
    assert client.post(f"{here}/in-house").status_code == 303
    page = client.get(here).text
    assert "In-house team" in page
    assert "yardstick" in page
    assert client.post(f"{here}/in-house").status_code == 409


def test_bulk_move_needs_a_reason_and_can_be_undone(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    ids = [str(candidate(store(client), lead, evaluation_id, name)) for name in ("Harbor", "Northwind")]
    here = f"/evaluations/{evaluation_id}/candidates"
    page = client.post(f"{here}/move", data={"candidate_ids": ids, "stage": "shortlist"})
    assert page.status_code == 422
    assert page.text.count(" checked") == 2
    sent = {"candidate_ids": ids, "stage": "shortlist", "reason": "covers all techniques"}
    undo = undo_url(client, client.post(f"{here}/move", data=sent))
    assert "Harbor" in client.get(f"{here}?show=shortlist").text
    assert client.post(undo).status_code == 303
    with store(client).reading() as session:
        views = service.candidates_of(session, evaluation_id)
        assert {view.candidate.stage for view in views} == {Stage.LONGLIST}
        assert len(service.moves_of(session, views[0].candidate.id)) == 2
        assert service.steps_of(session, evaluation_id)[StepName.SHORTLIST].note == ""
    assert client.post(undo).status_code == 409


def test_move_that_cannot_follow_names_the_candidate(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    one = str(candidate(store(client), lead, evaluation_id, "Harbor"))
    here = f"/evaluations/{evaluation_id}/candidates"
    page = client.post(
        f"{here}/move", data={"candidate_ids": one, "stage": "selected", "reason": "we like them"}
    )
    assert page.status_code == 422
    assert "Harbor is at longlist, from where selected cannot follow" in page.text


def test_candidate_page_tells_how_it_came_there(client: TestClient, client_as: ClientAs) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    need(store(client), lead, evaluation_id, volume=10, techniques=["polygon"])
    here = (
        f"/evaluations/{evaluation_id}/candidates/{candidate(store(client), lead, evaluation_id, 'Harbor')}"
    )
    answer = client.post(f"{here}/move", data={"stage": "contacted", "reason": "wrote on Monday"})
    assert answer.headers["location"] == here
    page = client.get(here).text
    assert "Longlist to contacted: wrote on Monday (shown then: match 0 of 1)" in page
    assert "Blind code" in page
    assert "Blind code" not in client_as(Role.EVALUATOR).get(here).text
    other = evaluation(store(client), lead, "Another")
    assert client.get(here.replace(str(evaluation_id), str(other))).status_code == 404


def test_codes_are_shown_to_leads_only(client: TestClient, client_as: ClientAs) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    candidate(store(client), lead, evaluation_id, "Harbor")
    here = f"/evaluations/{evaluation_id}/candidates"
    assert ">Code</th>" in client.get(here).text
    assert ">Code</th>" not in client_as(Role.EVALUATOR).get(here).text


def test_search_log_keeps_what_was_looked_for(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    here = f"/evaluations/{evaluation_id}"
    assert client.post(f"{here}/searches", data={"channel": "web_search"}).status_code == 422
    sent = {"channel": "web_search", "query": "shelf labeling", "outcome": "seven names"}
    assert client.post(f"{here}/searches", data=sent).status_code == 303
    page = client.get(f"{here}/candidates").text
    assert "shelf labeling" in page
    assert "seven names" in page


def test_notes_hang_on_an_evaluation_and_on_a_candidate(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    candidate_id = candidate(store(client), lead, evaluation_id, "Harbor")
    here = f"/evaluations/{evaluation_id}"
    for kind, subject, where in (
        ("evaluation", evaluation_id, here),
        ("candidate", candidate_id, f"{here}/candidates/{candidate_id}"),
    ):
        sent = {
            "subject_kind": kind,
            "subject_id": str(subject),
            "kind": "call",
            "text": f"spoke about the {kind}",
            "return_to": where,
        }
        assert client.post("/notes", data=sent).headers["location"] == where
        assert f"spoke about the {kind}" in client.get(where).text


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


def test_htmx_gets_its_redirect_and_its_errors_in_place(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    one = str(candidate(store(client), lead, evaluation_id, "Harbor"))
    here, htmx = f"/evaluations/{evaluation_id}/candidates", {"HX-Request": "true"}
    sent = {"candidate_ids": one, "stage": "contacted", "reason": "wrote"}
    answer = client.post(f"{here}/move", data=sent, headers=htmx)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, here)
    refused = client.post(f"{here}/move", data={**sent, "reason": ""}, headers=htmx)
    assert refused.status_code == 422
    assert "<html" not in refused.text


def test_candidates_export_what_the_filter_shows(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation_id = evaluation(store(client), lead)
    candidate(store(client), lead, evaluation_id, "Harbor")
    candidate(store(client), lead, evaluation_id, "Northwind", stage="shortlist")
    export = client.get(f"/evaluations/{evaluation_id}/candidates.csv?show=shortlist").text
    assert "Northwind,shortlist" in export
    assert "Harbor" not in export
