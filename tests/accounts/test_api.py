from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.accounts.models import ApiToken
from app.kit.idempotency import IdempotencyKey
from tests.conftest import make_user, sign_in

PASSWORD = "four quiet brown kettles"
Opener = Callable[..., TestClient]
ANA = {"email": "ana@example.org", "name": "Ana", "roles": ["reader"]}


def bearer(client: TestClient, scope: str) -> dict[str, str]:
    answer = client.post("/api/v1/tokens", json={"name": "program", "scope": scope})
    assert answer.status_code == 201
    return {"Authorization": f"Bearer {answer.json()['secret']}"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("PATCH", "/me"),
        ("PUT", "/me/password"),
        ("GET", "/me/sessions"),
        ("DELETE", "/me/sessions"),
        ("GET", "/users"),
        ("POST", "/users"),
        ("GET", "/tokens"),
        ("POST", "/tokens"),
    ],
)
def test_nobody_gets_401_with_a_challenge(client: TestClient, method: str, path: str) -> None:
    body = {"password": PASSWORD, "name": "x", **ANA} if method in ("POST", "PUT", "PATCH") else None
    for headers in ({}, {"Authorization": "Bearer made-up"}):
        answer = client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code in (401, 422)
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["detail"] == "Sign in first."


def test_users_are_for_admins(client: TestClient) -> None:
    actor = sign_in(client, "procurement_lead")
    url = f"/api/v1/users/{actor.id}"
    answers = [
        client.get("/api/v1/users"),
        client.post("/api/v1/users", json=ANA),
        client.get(url),
        client.patch(url, json={"roles": ["admin"]}),
        client.delete(url),
        client.post(f"{url}/link", json={}),
        client.get(f"{url}/links"),
        client.delete(f"{url}/links/{actor.id}"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 8
    assert all("Ask an admin" in answer.json()["detail"] for answer in answers)
    assert client.get("/api/v1/me").json()["roles"] == ["procurement_lead"]


def test_reading_token_reads_and_is_refused_every_write(client: TestClient, client_as: Opener) -> None:
    headers = bearer(client_as("admin"), "read")
    assert client.get("/api/v1/me", headers=headers).json()["scopes"] == ["read"]
    assert client.get("/api/v1/users", headers=headers).status_code == 200
    for method, path in (("POST", "/users"), ("PATCH", "/me"), ("DELETE", "/me/sessions")):
        answer = client.request(method, f"/api/v1{path}", json=ANA, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "token.scope")
        assert "Make one with the scope" in answer.json()["detail"]
    assert client.post("/people", data=ANA, headers=headers).status_code == 403
    with client.app.state.database.reading() as session:
        assert session.exec(select(ApiToken)).one().last_used is not None


def test_writing_token_writes_but_makes_no_tokens_and_no_password(
    client: TestClient, client_as: Opener
) -> None:
    headers = bearer(client_as("admin"), "write")
    assert client.post("/api/v1/users", json=ANA, headers=headers).status_code == 201
    token = client.post("/api/v1/tokens", json={"name": "more"}, headers=headers)
    password = client.put("/api/v1/me/password", json={"password": PASSWORD}, headers=headers)
    for answer in (token, password):
        assert (answer.status_code, answer.json()["code"]) == (403, "account.needs_sign_in")


def test_person_is_added_read_edited_with_etag_and_erased(client: TestClient) -> None:
    sign_in(client, "admin")
    bad = client.post("/api/v1/users", json={"email": "x", "name": "", "roles": [], "admin": True})
    assert bad.status_code == 422
    assert {fault["field"] for fault in bad.json()["errors"]} == {"email", "name", "roles", "admin"}
    added = client.post("/api/v1/users", json=ANA)
    assert (added.status_code, added.headers["etag"]) == (201, '"1"')
    url = added.headers["location"]
    edited = client.patch(url, json={"roles": ["approver"]}, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.json()["roles"], edited.headers["etag"]) == (200, ["approver"], '"2"')
    assert client.patch(url, json={"name": "Other"}, headers={"If-Match": '"1"'}).status_code == 409
    assert client.get(url).json()["name"] == "Ana"
    assert client.delete(url).status_code == 204
    assert client.get(url).json()["email"].endswith("@erased.invalid")


def test_list_goes_on_from_its_cursor(client: TestClient) -> None:
    sign_in(client, "admin")
    for number in range(4):
        make_user(client.app.state.database, "reader", email=f"r{number}@example.org")
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get("/api/v1/users", params={"limit": 2, "role": "reader", "cursor": cursor}).json()
        seen += [item["email"] for item in page["items"]]
        cursor = page["next"]
    assert seen == [f"r{number}@example.org" for number in range(4)]
    assert [item["email"] for item in client.get("/api/v1/users?q=R3@").json()["items"]] == ["r3@example.org"]


def test_repeated_request_makes_one_link_and_keeps_no_secret(client: TestClient) -> None:
    sign_in(client, "admin")
    ana = make_user(client.app.state.database, "reader")
    keyed = {"Idempotency-Key": "k1"}
    first = client.post(f"/api/v1/users/{ana.id}/link", json={}, headers=keyed)
    again = client.post(f"/api/v1/users/{ana.id}/link", json={}, headers=keyed)
    secret = first.json()["url"].rpartition("/")[2]
    assert (again.status_code, again.json()["url"], again.json()["id"]) == (201, None, first.json()["id"])
    client.post("/api/v1/tokens", json={"name": "t"}, headers={"Idempotency-Key": "k2"})
    with client.app.state.database.reading() as session:
        kept = " ".join(row.body for row in session.exec(select(IdempotencyKey)))
    assert secret not in kept
    assert "assay_" not in kept
    links = client.get(f"/api/v1/users/{ana.id}/links").json()["items"]
    assert [item["id"] for item in links] == [first.json()["id"]]
    assert client.delete(f"/api/v1/users/{ana.id}/links/{links[0]['id']}").status_code == 204
    assert client.post(f"/enter/{secret}").status_code == 409


def test_own_password_sessions_and_tokens(client: TestClient) -> None:
    sign_in(client, "reader")
    assert client.put("/api/v1/me/password", json={"password": PASSWORD}).status_code == 204
    wrong = client.put("/api/v1/me/password", json={"password": PASSWORD + "s", "current": "no"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "current")
    assert client.patch("/api/v1/me", json={"time_zone": "Asia/Tokyo"}).json()["time_zone"] == "Asia/Tokyo"
    made = client.post("/api/v1/tokens", json={"name": "t", "scope": "read", "days": 1}).json()
    listed = client.get("/api/v1/tokens").json()["items"]
    assert [item["id"] for item in listed] == [made["id"]]
    assert "secret" not in listed[0]
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    sessions = client.get("/api/v1/me/sessions").json()["items"]
    assert client.delete("/api/v1/me/sessions").status_code == 204
    assert client.delete(f"/api/v1/me/sessions/{sessions[0]['id']}").status_code == 204
    assert client.get("/api/v1/me").status_code == 401
