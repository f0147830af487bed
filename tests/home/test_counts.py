"""The figures beside the navigation: right after every write, and not counted again without one."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import time_machine
from fastapi.testclient import TestClient

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def vendors(page: str) -> str:
    """The figure at the register's entry of the navigation."""
    found = re.search(r'href="/vendors"[^>]*>(.*?)</a>', page, re.S)
    assert found is not None
    return re.sub(r"<[^>]+>|\s", "", found[1])


def statements(client: TestClient, address: str) -> int:
    """How many statements a page runs."""
    ran: list[str] = []
    engine = client.app.state.database.engine  # type: ignore[attr-defined]

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        ran.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len(ran)


def test_figures_follow_what_anybody_writes(client_as: Callable[..., TestClient]) -> None:
    lead, reader = client_as("procurement_lead"), client_as("reader")
    assert "1" not in vendors(reader.get("/vendors").text)
    assert lead.post("/api/v1/vendors", json={"name": "Harbor"}).status_code == 201
    assert vendors(reader.get("/vendors").text).endswith("1")
    assert lead.post("/api/v1/vendors", json={"name": "Northwind"}).status_code == 201
    assert vendors(reader.get("/vendors").text).endswith("2")


def test_figures_are_counted_again_only_after_a_write_or_a_minute(
    client_as: Callable[..., TestClient],
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client = client_as("procurement_lead")
        first = statements(client, "/account")
        kept = statements(client, "/account")
        clock.shift(timedelta(minutes=1))
        later = statements(client, "/account")
    assert kept < first
    assert later == first
