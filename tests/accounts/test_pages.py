import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.accounts import service
from app.accounts.models import ApiToken, SignIn, User
from app.kit.db import Database
from tests.conftest import make_user, sign_in

PASSWORD = "four quiet brown kettles"
Opener = Callable[..., TestClient]


def store(client: TestClient) -> Database:
    return client.app.state.database


def user_count(client: TestClient) -> int:
    with store(client).reading() as session:
        return len(session.exec(select(User)).all())


@pytest.mark.parametrize("role", ["procurement_lead", "ml_lead", "evaluator", "approver", "reader"])
def test_people_are_for_admins(client: TestClient, role: str) -> None:
    actor = sign_in(client, role)
    paths = ["/people", "/people/new", f"/people/{actor.id}", "/people?format=csv"]
    for answer in [client.get(path) for path in paths]:
        assert answer.status_code == 403
        assert "Ask an admin" in answer.text
    for verb in ("", "/link", "/deactivate", "/activate", "/erase"):
        assert client.post(f"/people/{actor.id}{verb}", data={"name": "X"}).status_code == 403
    assert (
        client.post("/people", data={"name": "X", "email": "x@example.org", "roles": "admin"}).status_code
        == 403
    )
    assert user_count(client) == 1


def test_navigation_shows_what_the_role_may_use(client: TestClient, client_as: Opener) -> None:
    for role, seen in (("reader", False), ("admin", True)):
        page = client_as(role).get("/account").text
        assert ('href="/people"' in page) is seen
        assert ('href="/audit"' in page) is seen
        assert 'href="/vendors"' in page


def test_bad_person_comes_back_with_every_fault_and_the_values(client: TestClient) -> None:
    sign_in(client, "admin")
    answer = client.post("/people", data={"name": "Ana", "email": "not an address"})
    assert answer.status_code == 422
    assert "Type an e-mail address, such as" in answer.text
    assert 'href="#field-roles"' in answer.text
    assert 'value="Ana"' in answer.text
    assert 'value="not an address"' in answer.text
    assert user_count(client) == 1


def test_taken_address_is_told_at_the_field(client: TestClient) -> None:
    actor = sign_in(client, "admin", email="admin@example.org")
    data = {"name": "Ana", "email": "Admin@example.org", "roles": "reader"}
    answer = client.post("/people", data=data)
    assert answer.status_code == 409
    assert 'href="#field-email"' in answer.text
    assert actor.name


def test_added_person_gets_a_link_that_is_shown_once_and_works(client: TestClient, client_as: Opener) -> None:
    sign_in(client, "admin")
    data = {"name": "Ana Ruiz", "email": "ana@example.org", "roles": ["reader", "approver"], "_nonce": "n1"}
    added = client.post("/people", data=data)
    assert added.status_code == 303
    assert client.post("/people", data=data).headers["location"] == added.headers["location"]
    assert user_count(client) == 2
    page = client.post(f"{added.headers['location']}/link", data={"purpose": "sign_in", "_nonce": "n2"})
    secret = re.search(r"/enter/([\w-]+)", page.text)
    assert secret is not None
    assert secret[1] not in client.get(added.headers["location"]).text
    again = client.post(f"{added.headers['location']}/link", data={"purpose": "sign_in", "_nonce": "n2"})
    assert again.headers["location"] == added.headers["location"]
    other = client_as("reader")
    assert other.post(f"/enter/{secret[1]}").status_code == 303
    assert "Ana Ruiz" in other.get("/account").text


def test_withdrawn_link_no_longer_enters(client: TestClient) -> None:
    sign_in(client, "admin")
    ana = make_user(store(client), "reader")
    secret = re.search(r"/enter/([\w-]+)", client.post(f"/people/{ana.id}/link", data={}).text)
    withdraw = re.search(r"/people/[\w-]+/links/[\w-]+/revoke", client.get(f"/people/{ana.id}").text)
    assert secret is not None
    assert withdraw is not None
    assert client.post(withdraw[0]).status_code == 303
    assert client.post(f"/enter/{secret[1]}").status_code == 409


def test_stale_edit_shows_both_texts(client: TestClient) -> None:
    sign_in(client, "admin")
    ana = make_user(store(client), "reader", name="Ana")
    first = {"name": "Ana B", "roles": "reader", "_version": "1"}
    assert client.post(f"/people/{ana.id}", data=first).status_code == 303
    answer = client.post(f"/people/{ana.id}", data={**first, "name": "Ana C"})
    assert answer.status_code == 409
    assert "Ana B" in answer.text
    assert "Ana C" in answer.text


def test_edit_without_a_role_is_refused_and_keeps_the_name(client: TestClient) -> None:
    sign_in(client, "admin")
    ana = make_user(store(client), "reader", name="Ana")
    answer = client.post(f"/people/{ana.id}", data={"name": "Ana B", "_version": "1"})
    assert answer.status_code == 422
    assert 'href="#field-roles"' in answer.text
    assert 'value="Ana B"' in answer.text


def test_last_admin_is_kept_and_the_page_says_how_to_go_on(client: TestClient) -> None:
    actor = sign_in(client, "admin", email="admin@example.org")
    answers = [
        client.post(f"/people/{actor.id}/deactivate"),
        client.post(f"/people/{actor.id}", data={"name": "A", "roles": "reader"}),
        client.post(f"/people/{actor.id}/erase", data={"confirm": "admin@example.org"}),
    ]
    for answer in answers:
        assert answer.status_code == 409
        assert "Give the admin role to somebody else first." in answer.text
    assert client.get("/people").status_code == 200


def test_deactivation_acts_at_once_and_can_be_undone(client: TestClient, client_as: Opener) -> None:
    sign_in(client, "admin")
    other = client_as("reader")
    url = f"/people/{other.actor.id}"
    assert client.post(f"{url}/deactivate").status_code == 303
    assert f'action="{url}/activate"' in client.get(url).text
    assert other.get("/account").status_code == 303
    assert client.post(f"{url}/activate").status_code == 303
    with store(client).reading() as session:
        assert session.get_one(User, other.actor.id).active


def test_erasing_asks_for_the_address_and_then_forgets_it(client: TestClient) -> None:
    sign_in(client, "admin")
    ana = make_user(store(client), "reader", name="Ana Ruiz", email="ana@example.org")
    refused = client.post(f"/people/{ana.id}/erase", data={"confirm": "yes"})
    assert refused.status_code == 422
    assert "Type ana@example.org to erase this person." in refused.text
    assert client.post(f"/people/{ana.id}/erase", data={"confirm": "ana@example.org"}).status_code == 303
    listed = client.get("/people").text
    assert "ana@example.org" not in listed
    assert "Erased person" in listed


def test_list_filters_sorts_pages_and_exports(client: TestClient) -> None:
    sign_in(client, "admin", name="Zoe Admin", email="zoe@example.org")
    for number in range(51):
        make_user(store(client), "reader", name=f"Reader {number:02}", email=f"r{number}@example.org")
    make_user(store(client), "approver", name='=HYPERLINK("x")', email="bad@example.org")
    first = client.get("/people?role=reader").text
    assert "Reader 00" in first
    assert "Zoe" not in re.sub(r"(?s)<header.*?</header>", "", first)
    assert "Reader 50" not in first
    assert "Reader 50" in client.get("/people?role=reader&page=2").text
    assert "Reader 50" in client.get("/people?role=reader&sort=-name").text
    found = client.get("/people?q=R7@EXAMPLE").text
    assert "Reader 07" in found
    assert "1–1 of 1" in found
    nobody = client.get("/people?q=nobody+has+this")
    assert "Nobody matches" in nobody.text
    exported = client.get("/people?role=approver&format=csv")
    assert exported.headers["content-disposition"] == 'attachment; filename="people.csv"'
    assert "'=HYPERLINK" in exported.text
    assert client.get("/people?format=xlsx").content.startswith(b"PK")


def test_own_profile_keeps_bad_values_and_stores_good_ones(client: TestClient) -> None:
    actor = sign_in(client, "reader", name="Ana")
    refused = client.post("/account", data={"name": "", "time_zone": "Mars/Base"})
    assert refused.status_code == 422
    assert "Choose a time zone from the list" in refused.text
    assert client.post("/account", data={"name": "Ana M", "time_zone": "Europe/Berlin"}).status_code == 303
    with store(client).reading() as session:
        user = session.get_one(User, actor.id)
        assert (user.name, user.time_zone) == ("Ana M", "Europe/Berlin")


def test_first_password_needs_no_current_one_and_the_next_does(client: TestClient) -> None:
    sign_in(client, "reader")
    assert "at least 12 characters" in client.post("/account/password", data={"password": "short"}).text
    assert client.post("/account/password", data={"password": PASSWORD}).status_code == 303
    refused = client.post("/account/password", data={"password": PASSWORD + "s", "current": "wrong"})
    assert refused.status_code == 422
    assert "This is not your current password. Type it again." in refused.text
    assert PASSWORD not in refused.text
    right = {"password": PASSWORD + "s", "current": PASSWORD}
    assert client.post("/account/password", data=right).status_code == 303
    assert client.get("/account").status_code == 200


def test_other_browsers_are_listed_and_ended(client: TestClient) -> None:
    actor = sign_in(client, "reader")
    with store(client).writing() as session:
        user = session.get_one(User, actor.id)
        for agent in ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "export/1.0"):
            service.start_session(session, user, user_agent=agent)
    page = client.get("/account/security").text
    assert "Firefox on Linux" in page
    assert "export/1.0" in page
    end = re.search(r"/account/sessions/[\w-]+/end(?!-)", page)
    assert end is not None
    assert client.post(end[0]).status_code == 303
    assert client.post("/account/sessions/end-others").status_code == 303
    with store(client).reading() as session:
        assert len(session.exec(select(SignIn)).all()) == 1
    assert client.get("/account").status_code == 200


def test_token_is_shown_once_and_a_double_send_makes_one(client: TestClient) -> None:
    sign_in(client, "reader")
    refused = client.post("/account/tokens", data={"name": "", "days": "many", "scope": "read"})
    assert refused.status_code == 422
    assert "Type a whole number" in refused.text
    assert 'value="many"' in refused.text
    data = {"name": "nightly", "days": "30", "scope": "write", "_nonce": "n1"}
    made = client.post("/account/tokens", data=data)
    secret = re.search(r"assay_[\w-]{40,}", made.text)
    assert secret is not None
    assert client.post("/account/tokens", data=data).headers["location"] == "/account/tokens"
    listed = client.get("/account/tokens").text
    assert "nightly" in listed
    assert secret[0] not in listed
    revoke = re.search(r"/account/tokens/[\w-]+/revoke", listed)
    assert revoke is not None
    assert client.post(revoke[0]).status_code == 303
    with store(client).reading() as session:
        assert session.exec(select(ApiToken)).one().revoked_at is not None
