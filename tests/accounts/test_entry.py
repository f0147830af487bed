from collections.abc import Callable
from uuid import UUID

from fastapi.testclient import TestClient
from sqlmodel import select

from app.accounts import service
from app.accounts.models import Attempt, LinkPurpose, SignIn
from app.kit.actors import SYSTEM
from tests.conftest import make_user, sign_in

PASSWORD = "four quiet brown kettles"


def store(client: TestClient):
    return client.app.state.database


def link_for(client: TestClient, user_id: UUID, purpose=LinkPurpose.SIGN_IN, hours=None) -> str:
    with store(client).writing() as session:
        return service.issue_link(session, actor=SYSTEM, purpose=purpose, user_id=user_id, hours=hours)


def with_password(client: TestClient, email: str = "ana@example.org"):
    actor = make_user(store(client), "reader", name="Ana", email=email)
    with store(client).writing() as session:
        service.set_password(session, actor=actor, user_id=actor.id, password=PASSWORD)
    return actor


def test_right_password_signs_in_and_goes_where_it_was_going(client: TestClient) -> None:
    with_password(client)
    data = {"email": "ANA@example.org ", "password": PASSWORD, "next": "/account"}
    answer = client.post("/sign-in", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("assay_session=")
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert "Secure" not in cookie


def test_link_shown_is_not_used_and_the_button_uses_it_once(client: TestClient) -> None:
    actor = make_user(store(client), "reader", name="Ana Ruiz")
    secret = link_for(client, actor.id)
    for _ in range(2):
        shown = client.get(f"/enter/{secret}")
        assert shown.status_code == 200
        assert "Ana Ruiz" in shown.text
    assert client.post(f"/enter/{secret}").status_code == 303
    again = client.post(f"/enter/{secret}")
    assert again.status_code == 409
    assert "Ask its sender for a new one" in again.text


def test_two_browsers_act_as_two_people(client: TestClient, client_as: Callable[..., TestClient]) -> None:
    first, second = client_as("ml_lead"), client_as("reader")
    sign_in(client, "approver")
    with store(client).reading() as session:
        assert len(session.exec(select(SignIn)).all()) == 3
    assert first.actor.id != second.actor.id
    assert first.post("/sign-out").status_code == 303
    with store(client).reading() as session:
        assert {row.user_id for row in session.exec(select(SignIn))} >= {second.actor.id}
        assert not session.exec(select(Attempt)).all()
