"""The API of evaluations and candidates: every verb of the pages, for programs."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from app.core.permissions import Role
from tests.conftest import sign_in
from tests.evaluations.helpers import candidate, evaluation, store, vendor

ClientAs = Callable[..., TestClient]
HERE = "/api/v1/evaluations"


@pytest.mark.parametrize(
    "path", [HERE, f"{HERE}/{UUID(int=7)}", f"/api/v1/candidates/{UUID(int=7)}", "/api/v1/work-items"]
)
def test_nobody_is_let_in_without_a_token(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_evaluation_is_opened_changed_and_closed_by_programs(client: TestClient) -> None:
    sign_in(client, Role.PROCUREMENT_LEAD)
    made = client.post(HERE, json={"name": "Shelf", "governance": "solo"}, headers={"Idempotency-Key": "k1"})
    again = client.post(HERE, json={"name": "Shelf", "governance": "solo"}, headers={"Idempotency-Key": "k1"})
    assert (made.status_code, made.json()["id"]) == (201, again.json()["id"])
    one = made.headers["location"]
    seen = client.get(one).headers["etag"]
    body = {"volume": "1,200,000", "techniques": ["polygon"], "budget": 18_000_000, "currency": "EUR"}
    put = client.put(f"{one}/need", json=body, headers={"If-Match": seen})
    assert put.json()["steps"]["need"] == "done"
    stale = client.put(f"{one}/need", json={**body, "volume": 5}, headers={"If-Match": seen})
    assert stale.status_code == 409
    assert {"field": "volume", "message": "Stored now: 1200000. Yours: 5."} in stale.json()["errors"]
    patched = client.patch(one, json={"name": "Shelf 2027"}, headers={"If-Match": put.headers["etag"]})
    assert (patched.json()["name"], patched.json()["governance"]) == ("Shelf 2027", "solo")
    assert client.patch(one, json={"time_zone": "Mars"}).status_code == 422
    assert client.post(f"{one}/cancel", json={"reason": "no budget"}).json()["state"] == "cancelled"
    assert client.put(f"{one}/need", json=body).status_code == 409
    assert client.post(f"{one}/reopen", json={"reason": "budget came"}).json()["state"] == "open"


@pytest.mark.parametrize("volume", ["1200,50", "12.5", "many", -1])
def test_count_that_is_no_whole_number_is_refused_at_its_path(client: TestClient, volume: object) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    answer = client.put(f"{HERE}/{evaluation(store(client), lead)}/need", json={"volume": volume})
    assert answer.status_code == 422
    assert "volume" in answer.text


def test_list_goes_on_by_cursor_and_narrows(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    for name in ("Shelf", "Radiology", "Shelf two"):
        evaluation(store(client), lead, name)
    first = client.get(HERE, params={"limit": 2}).json()
    rest = client.get(HERE, params={"limit": 2, "cursor": first["next"]}).json()
    assert [row["number"] for row in first["items"] + rest["items"]] == ["EV-0001", "EV-0002", "EV-0003"]
    assert rest["next"] is None
    found = client.get(HERE, params={"q": "shelf", "state": "open"}).json()["items"]
    assert [row["name"] for row in found] == ["Shelf", "Shelf two"]
    assert client.get(HERE, params={"state": "lost"}).status_code == 422


def test_formal_evaluation_and_its_candidates_do_not_exist_for_others(
    client: TestClient, client_as: ClientAs
) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    one = evaluation(store(client), lead, "Sealed", governance="formal")
    inside = candidate(store(client), lead, one, "Harbor")
    other = client_as(Role.ML_LEAD)
    for path in (
        f"{HERE}/{one}",
        f"{HERE}/{one}/panel",
        f"{HERE}/{one}/candidates",
        f"{HERE}/{one}/searches",
    ):
        assert other.get(path).status_code == 404
    hidden, missing = (other.get(f"/api/v1/candidates/{each}") for each in (inside, uuid4()))
    assert (hidden.status_code, hidden.json()["code"]) == (404, missing.json()["code"])
    assert other.get(HERE).json()["items"] == []


def test_reader_may_look_and_not_write_and_sees_no_codes(client: TestClient, client_as: ClientAs) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    one = evaluation(store(client), lead)
    inside = candidate(store(client), lead, one, "Harbor")
    reader = client_as(Role.READER)
    assert reader.get(f"/api/v1/candidates/{inside}").json()["code"] is None
    assert client.get(f"/api/v1/candidates/{inside}").json()["code"]
    move = {"stage": "contacted", "reason": "wrote"}
    assert reader.post(f"/api/v1/candidates/{inside}/move", json=move).status_code == 403
    assert reader.post(HERE, json={"name": "Mine"}).status_code == 403


def test_candidates_come_in_one_by_one_together_by_name_and_as_the_yardstick(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    here = f"{HERE}/{evaluation(store(client), lead)}/candidates"
    one, two, three = (str(vendor(store(client), lead, name)) for name in ("One", "Two", "Three"))
    added = client.post(here, json={"vendor_id": one, "channel": "referral", "stage": "pilot"})
    assert (added.status_code, added.json()["vendor"], added.json()["stage"]) == (201, "One", "pilot")
    assert client.post(here, json={"vendor_id": one}).status_code == 409
    both = client.post(f"{here}/several", json={"vendor_ids": [two, three]})
    assert [row["vendor"] for row in both.json()["candidates"]] == ["Two", "Three"]
    plan = client.post(f"{here}/names/check", json={"names": "one\nFour"}).json()["planned"]
    assert [(row["name"], row["outcome"]) for row in plan] == [("One", "present"), ("Four", "add")]
    assert client.post(f"{here}/names", json={"names": "one\nFour"}).status_code == 201
    assert client.post(f"{here}/in-house").json()["vendor"] == "In-house team"
    names = [row["vendor"] for row in client.get(here).json()["candidates"]]
    assert names == ["One", "Two", "Three", "Four", "In-house team"]


def test_move_is_kept_with_its_reason_and_taken_back_once(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    one = evaluation(store(client), lead)
    inside = candidate(store(client), lead, one, "Harbor")
    here = f"/api/v1/candidates/{inside}"
    assert client.post(f"{here}/move", json={"stage": "selected", "reason": "nice"}).status_code == 409
    moved = client.post(f"{here}/move", json={"stage": "pilot", "reason": "we know them"})
    assert (moved.json()["stage"], moved.json()["stage_reason"]) == ("pilot", "we know them")
    move = client.get(f"{here}/moves").json()[0]
    back = client.post(f"{here}/moves/{move['id']}/undo")
    assert (back.json()["stage"], back.json()["stage_reason"]) == ("longlist", "")
    assert client.post(f"{here}/moves/{move['id']}/undo").status_code == 409
    assert client.post(f"{here}/moves/{uuid4()}/undo").status_code == 404
    sent = {"candidate_ids": [str(inside)], "stage": "discovery", "reason": "call on Tuesday"}
    assert (
        client.post(f"{HERE}/{one}/candidates/move", json=sent).json()["candidates"][0]["stage"]
        == "discovery"
    )
    stranger = {**sent, "candidate_ids": [str(uuid4())]}
    assert client.post(f"{HERE}/{one}/candidates/move", json=stranger).status_code == 404


def test_panel_and_search_log_are_written_and_read(client: TestClient, client_as: ClientAs) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    here = f"{HERE}/{evaluation(store(client), lead)}"
    expert = client_as(Role.EVALUATOR).actor  # type: ignore[attr-defined]
    seat = {"user_id": str(expert.id), "roles": ["approver"]}
    assert client.put(f"{here}/panel", json=seat).json()["members"][0]["roles"] == ["approver"]
    assert client.put(f"{here}/panel", json={**seat, "roles": ["vendor_link"]}).status_code == 422
    assert client.put(f"{here}/panel", json={**seat, "roles": []}).json() == {"members": []}
    entry = {"channel": "event", "query": "who labels shelves", "outcome": "two names"}
    assert client.post(f"{here}/searches", json=entry).status_code == 201
    assert client.get(f"{here}/searches").json()["searches"][0]["query"] == "who labels shelves"
    assert client.post(f"{here}/searches", json={**entry, "channel": "dream"}).status_code == 422
