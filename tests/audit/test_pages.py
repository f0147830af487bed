import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.audit import service as audit
from app.core.permissions import Role
from app.kit import ids
from app.kit.actors import SYSTEM
from tests.conftest import sign_in


def record(app: FastAPI, count: int, action: str = "test.thing.made") -> None:
    for number in range(count):
        with app.state.database.writing() as session:
            audit.record(
                session,
                SYSTEM,
                action,
                ("thing", ids.new()),
                before={"colour": "red"},
                after={"colour": f"blue {number}"},
                reason="<i>asked</i>",
            )


def test_page_shows_before_and_after_newest_first_and_pages(app: FastAPI, client: TestClient) -> None:
    sign_in(client, Role.ADMIN)
    record(app, 60)
    first = client.get("/audit?kind=thing")
    assert first.text.index("blue 59") < first.text.index("blue 10")
    assert "<del>red</del>" in first.text
    assert "&lt;i&gt;asked&lt;/i&gt;" in first.text
    assert "1–50 of 60" in first.text
    assert "blue 9<" in client.get("/audit?kind=thing&page=2").text


def test_filters_narrow_and_can_be_removed(app: FastAPI, client: TestClient) -> None:
    sign_in(client, Role.PROCUREMENT_LEAD)
    record(app, 1)
    record(app, 1, "other.thing.made")
    found = client.get("/audit?action=other.&who=00000000-0000-0000-0000-000000000000")
    assert "other.thing.made" in found.text
    assert "test.thing.made" not in found.text
    assert "By: Assay" in found.text
    assert "No event fits" in client.get("/audit?action=none%25").text
    part = client.get("/audit?kind=thing", headers={"HX-Request": "true"})
    assert "<html" not in part.text


def test_csv_carries_what_the_hashes_cover(app: FastAPI, client: TestClient) -> None:
    sign_in(client, Role.ADMIN)
    record(app, 2)
    lines = client.get("/audit.csv?kind=thing").text.splitlines()
    assert len(lines) == 3
    assert '""colour"":""blue 1""' in lines[1]


def test_chain_is_verified_on_request_and_a_forged_event_shows(app: FastAPI, client: TestClient) -> None:
    sign_in(client, Role.ADMIN)
    record(app, 1)
    assert "Verified up to" in client.get("/audit?verify=yes").text
    assert client.get("/api/v1/audit/chain").json()["verified"] is True
    with app.state.database.write.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_event_no_update")
        connection.execute(sa.text("UPDATE audit_event SET body = replace(body, 'red', 'pink')"))
    assert "The chain is broken: event" in client.get("/audit?verify=yes").text
    assert client.get("/api/v1/audit/chain").json()["verified"] is False


def test_api_pages_through_the_events(app: FastAPI, client: TestClient) -> None:
    sign_in(client, Role.ADMIN)
    record(app, 3)
    found = client.get("/api/v1/audit/events?subject_kind=thing&limit=2").json()
    assert [item["after"]["colour"] for item in found["items"]] == ["blue 2", "blue 1"]
    rest = client.get(f"/api/v1/audit/events?subject_kind=thing&limit=2&before={found['next']}").json()
    assert [item["after"]["colour"] for item in rest["items"]] == ["blue 0"]
    assert rest["next"] is None
    assert client.get("/api/v1/audit/chain?head=x").status_code == 422


def test_record_is_for_those_who_may_read_it(client: TestClient) -> None:
    sign_in(client, Role.EVALUATOR)
    for path in ("/audit", "/audit.csv", "/api/v1/audit/events", "/api/v1/audit/chain"):
        assert client.get(path).status_code == 403
