from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from app.accounts import service
from app.accounts.models import Attempt, LinkPurpose, SignIn
from app.kit.actors import SYSTEM, Actor
from app.kit.db import Database
from tests.conftest import make_user, sign_in

PASSWORD = "four quiet brown kettles"


def store(client: TestClient) -> Database:
    return client.app.state.database


def link_for(client: TestClient, user_id: UUID, purpose: LinkPurpose = LinkPurpose.SIGN_IN) -> str:
    with store(client).writing() as session:
        return service.issue_link(session, actor=SYSTEM, purpose=purpose, user_id=user_id)


def with_password(client: TestClient) -> Actor:
    actor = make_user(store(client), "reader", name="Ana", email="ana@example.org")
    with store(client).writing() as session:
        service.set_password(session, actor=actor, user_id=actor.id, password=PASSWORD)
    return actor


@pytest.mark.parametrize(
    "path", ["/account", "/account/security", "/account/tokens", "/people", "/people/new"]
)
def test_anonymous_reader_is_sent_to_sign_in_and_back(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


def test_wrong_password_keeps_the_address_and_is_counted(client: TestClient) -> None:
    with_password(client)
    answer = client.post("/sign-in", data={"email": "ana@example.org", "password": "wrong"})
    assert answer.status_code == 422
    assert 'value="ana@example.org"' in answer.text
    assert "ask an admin for a one-time link" in answer.text
    assert 'wrong"' not in answer.text
    assert "set-cookie" not in answer.headers
    with store(client).reading() as session:
        assert len(session.exec(select(Attempt)).all()) == 2


def test_eleventh_failure_is_answered_with_429_and_the_remedy(client: TestClient) -> None:
    data = {"email": "nobody@example.org", "password": "wrong"}
    statuses = [client.post("/sign-in", data=data).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert "Wait 15 minutes" in client.post("/sign-in", data=data).text


def test_right_password_signs_in_and_goes_where_it_was_going(client: TestClient) -> None:
    with_password(client)
    data = {"email": "ANA@example.org ", "password": PASSWORD, "next": "/account"}
    answer = client.post("/sign-in", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("assay_session=")
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=1209600"))
    assert "Secure" not in cookie
    assert client.get("/account").status_code == 200


def test_cookie_over_https_is_secure_and_bound_to_the_host(app: FastAPI) -> None:
    with TestClient(app, base_url="https://assay.example.org", follow_redirects=False) as client:
        with_password(client)
        answer = client.post("/sign-in", data={"email": "ana@example.org", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-assay=")
        assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
        assert "Domain" not in cookie
        assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:0"]
)
def test_sign_in_never_leads_to_another_site(client: TestClient, target: str) -> None:
    with_password(client)
    assert "evil" not in client.get("/sign-in", params={"next": target}).text
    answer = client.post("/sign-in", data={"email": "ana@example.org", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"
    assert client.get("/sign-in", params={"next": target}).headers["location"] == "/"


def test_cookie_planted_before_the_sign_in_is_worth_nothing_after_it(client: TestClient) -> None:
    with_password(client)
    client.cookies.set("assay_session", "planted")
    answer = client.post("/sign-in", data={"email": "ana@example.org", "password": PASSWORD})
    fresh = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert fresh != "planted"
    client.cookies.clear()
    client.cookies.set("assay_session", "planted")
    assert client.get("/account").status_code == 303


def test_signed_out_cookie_is_worth_nothing(client: TestClient) -> None:
    sign_in(client, "reader")
    kept = client.cookies["assay_session"]
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "You are signed out." in client.get("/sign-in").text
    client.cookies.set("assay_session", kept)
    assert client.get("/account").status_code == 303


def test_other_site_cannot_sign_anybody_in_or_out(client: TestClient) -> None:
    sign_in(client, "reader")
    for path in ("/sign-in", "/sign-out", "/enter/any"):
        assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get("/account").status_code == 200


def test_unknown_link_says_what_to_do(client: TestClient) -> None:
    for answer in (client.get("/enter/made-up"), client.post("/enter/made-up")):
        assert answer.status_code == 404
        assert "ask its sender for a new one" in answer.text


def test_link_shown_is_not_used_and_the_button_uses_it_once(client: TestClient) -> None:
    actor = make_user(store(client), "reader", name="Ana Ruiz")
    secret = link_for(client, actor.id)
    for _ in range(2):
        shown = client.get(f"/enter/{secret}")
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        assert "Ana Ruiz" in shown.text
    assert client.post(f"/enter/{secret}").status_code == 303
    assert client.get("/account").status_code == 200
    again = client.post(f"/enter/{secret}")
    assert again.status_code == 409
    assert "Ask its sender for a new one" in again.text
    with store(client).reading() as session:
        assert len(session.exec(select(SignIn)).all()) == 1


def test_link_ends_the_session_that_the_browser_had(client: TestClient) -> None:
    sign_in(client, "reader")
    before = client.cookies["assay_session"]
    client.post(f"/enter/{link_for(client, make_user(store(client), 'reader').id)}")
    client.cookies.clear()
    client.cookies.set("assay_session", before)
    assert client.get("/account").status_code == 303


def test_weak_password_leaves_the_link_unused(client: TestClient) -> None:
    actor = make_user(store(client), "reader", email="ana@example.org")
    secret = link_for(client, actor.id, LinkPurpose.PASSWORD)
    refused = client.post(f"/enter/{secret}", data={"password": "short"})
    assert refused.status_code == 422
    assert "at least 12 characters" in refused.text
    assert client.post(f"/enter/{secret}", data={"password": PASSWORD}).status_code == 303
    client.cookies.clear()
    data = {"email": "ana@example.org", "password": PASSWORD}
    assert client.post("/sign-in", data=data).status_code == 303


def test_vendors_link_does_not_sign_in(client: TestClient) -> None:
    with store(client).writing() as session:
        secret = service.issue_link(
            session,
            actor=SYSTEM,
            purpose=LinkPurpose.VENDOR,
            holder_name="Vera",
            subject=("candidate", UUID(int=7)),
        )
    assert client.post(f"/enter/{secret}").status_code == 404
