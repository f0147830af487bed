"""The pages of candidates: the ways in, moves and their undo, one candidate, the search log."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from app.core.permissions import Role
from app.evaluations import service
from app.evaluations.models import Stage, StepName
from tests.conftest import sign_in
from tests.evaluations.helpers import candidate, evaluation, hidden, need, store, undo_url, vendor

ClientAs = Callable[..., TestClient]


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
