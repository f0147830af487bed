import pytest
from fastapi.testclient import TestClient

from app.kit.db import Database
from tests.conftest import sign_in
from tests.onboarding.conftest import House

API = "/api/v1"


@pytest.fixture
def house(client: TestClient) -> House:
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    sign_in(client)
    return House(database)


def test_onboarding_is_started_once_per_key(client: TestClient, house: House) -> None:
    candidate = house.candidate(house.evaluation())
    headers = {"Idempotency-Key": "k1"}
    url = f"{API}/candidates/{candidate}/onboarding"
    first = client.post(url, json={"kickoff": "2027-02-01"}, headers=headers)
    again = client.post(url, json={"kickoff": "2027-02-01"}, headers=headers)
    assert (first.status_code, again.json()) == (201, first.json())
    assert {**first.json(), "id": ""} == {**client.get(first.headers["location"]).json(), "id": ""}
    assert (first.json()["total"], first.json()["ready"], first.json()["tier"]) == (17, False, "core")


def test_task_goes_through_its_verbs(client: TestClient, house: House) -> None:
    onboarding = house.started()
    tasks = client.get(f"{API}/onboardings/{onboarding}/tasks").json()
    url = f"{API}/tasks/{tasks[0]['id']}"
    etag = client.get(url).headers["etag"]
    assert (
        client.patch(url, json={"due": "2027-01-05"}, headers={"If-Match": etag}).json()["due"]
        == "2027-01-05"
    )
    stale = client.patch(url, json={"due": "2027-01-06"}, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["code"]) == (409, "row.stale")
    waived = client.post(f"{url}/waive", json={"reason": "agreed by mail", "until": "2099-01-01"})
    assert (waived.json()["state"], waived.json()["settled"]) == ("waived", True)
    assert client.post(f"{url}/assign", json={"owner_role": "ml_lead"}).json()["owner_role"] == "ml_lead"
    early = client.post(f"{API}/tasks/{tasks[1]['id']}/state", json={"state": "done", "evidence": "x"})
    assert "Every condition of the decision" in early.json()["warnings"][0]


def test_own_task_is_removed_and_restored(client: TestClient, house: House) -> None:
    onboarding = house.started()
    entry = {"title": "Badge", "stage": "access", "due": "2027-01-29", "owner_role": "ml_lead"}
    added = client.post(f"{API}/onboardings/{onboarding}/tasks", json=entry)
    assert added.status_code == 201
    url = added.headers["location"]
    assert client.delete(url).status_code == 200
    assert client.get(url).status_code == 404
    assert client.post(f"{url}/restore").status_code == 200
    assert client.get(url).json()["is_own"]


def test_kickoff_readiness_state_and_list(client: TestClient, house: House) -> None:
    onboarding = house.started()
    url = f"{API}/onboardings/{onboarding}"
    moved = client.post(f"{url}/kickoff", json={"kickoff": "2027-02-03"}).json()
    assert (moved["moved"], moved["by_hand"]) == (12, 0)
    ready = client.get(f"{url}/readiness").json()
    assert (ready["kickoff"]["open"], len(ready["kickoff"]["waits_for"]), ready["total"]) == (False, 12, 17)
    refused = client.post(f"{url}/state", json={"state": "started"})
    assert (refused.status_code, refused.json()["code"]) == (409, "onboarding.not_ready")
    assert [item["id"] for item in client.get(f"{API}/onboardings").json()["items"]] == [str(onboarding)]
    assert client.get(f"{API}/tasks").json() == []


def test_checklists_of_the_library(client: TestClient, house: House) -> None:
    assert [item["key"] for item in client.get(f"{API}/checklists").json()] == ["onboarding"]
    assert len(client.get(f"{API}/checklists/onboarding").json()["body"]["tasks"]) == 42
