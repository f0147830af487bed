"""The work queue, the search and the figures of the navigation."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import time_machine
from fastapi.testclient import TestClient

from app.core.permissions import Role
from app.evaluations.schemas import MoveIn
from app.evaluations.service import move_candidate, work_items_of
from tests.conftest import sign_in
from tests.evaluations.helpers import candidate, evaluation, need, store, vendor

ClientAs = Callable[..., TestClient]


def test_nobody_signed_in_is_sent_to_sign_in(client: TestClient) -> None:
    assert client.get("/").headers["location"].startswith("/sign-in")
    assert client.get("/search?q=x").headers["location"].startswith("/sign-in")


def test_fresh_installation_shows_leads_the_first_three_steps(
    client: TestClient, client_as: ClientAs
) -> None:
    sign_in(client, Role.PROCUREMENT_LEAD)
    page = client.get("/").text
    for href in ("/vendors/import", "/evaluations/new", "/evaluations"):
        assert f'<a href="{href}">' in page
    assert "Nothing waits for you" in client_as(Role.READER).get("/").text


def test_queue_names_the_next_step_of_ones_own_evaluations_what_is_due_first(
    client: TestClient, client_as: ClientAs
) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation(store(client), lead, "Someday")
    urgent = evaluation(store(client), lead, "Urgent", decide_by="2020-01-31")
    need(store(client), lead, urgent, volume=10, techniques=["polygon"])
    page = client.get("/").text
    assert page.index("EV-0002 Urgent") < page.index("EV-0001 Someday")
    assert f'href="/evaluations/{urgent}/candidates">Find candidates' in page
    assert "31 Jan 2020, overdue" in page
    assert "Urgent" not in client_as(Role.ML_LEAD).get("/").text
    titles = [item["title"] for item in client.get("/api/v1/work-items").json()]
    assert titles == ["Find candidates", "Say what is needed"]


def test_candidate_that_nobody_moved_for_two_weeks_comes_up(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    one = evaluation(store(client), lead)
    waiting = candidate(store(client), lead, one, "Harbor", stage="contacted")
    candidate(store(client), lead, one, "Long listed")
    assert "Move Harbor on" not in client.get("/").text
    later = datetime.now(UTC) + timedelta(days=15)
    with time_machine.travel(later, tick=True), store(client).reading() as session:
        found = [item for item in work_items_of(session, lead) if "Harbor" in item.title]
        assert [(item.note, item.href) for item in found] == [
            ("at contacted for 15 days", f"/evaluations/{one}/candidates/{waiting}")
        ]
        assert not any("Long listed" in item.title for item in work_items_of(session, lead))
    with time_machine.travel(later, tick=True), store(client).writing() as session:
        move_candidate(
            session, actor=lead, candidate_id=waiting, entry=MoveIn(stage="discovery", reason="call held")
        )
        session.flush()
        assert not any("Harbor" in item.title for item in work_items_of(session, lead))


def test_search_groups_what_it_finds_and_says_what_to_do_without(client: TestClient) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    one = evaluation(store(client), lead, "Harbor cranes")
    other = vendor(store(client), lead, "Harbor Annotation")
    page = client.get("/search?q=harbor").text
    assert f'href="/evaluations/{one}"' in page
    assert f'href="/vendors/{other}"' in page
    assert "EV-0001" in client.get("/search?q=ev-1").text
    assert "Nothing is called that" in client.get("/search?q=zzz").text
    assert "What are you looking for?" in client.get("/search").text
    hits = client.get("/api/v1/search?q=harbor").json()
    assert (hits["vendor_total"], hits["evaluation_total"]) == (1, 1)
    assert client.get("/search", params={"q": "\"'*%_"}).status_code == 200


def test_navigation_counts_what_the_reader_may_see(client: TestClient, client_as: ClientAs) -> None:
    lead = sign_in(client, Role.PROCUREMENT_LEAD)
    evaluation(store(client), lead, governance="formal")
    vendor(store(client), lead, "Harbor")
    assert '<span>Evaluations</span> <span class="count">1</span>' in client.get("/").text
    other = client_as(Role.READER).get("/").text
    assert '<span>Evaluations</span> <span class="count">0</span>' in other
    assert '<span>Vendors</span> <span class="count">1</span>' in other
