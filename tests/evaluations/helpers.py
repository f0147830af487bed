"""Evaluations, vendors and candidates made through the services, and forms as a browser sends them."""

import re
from uuid import UUID

from fastapi.testclient import TestClient
from httpx2 import Response

from app.evaluations import service
from app.evaluations.schemas import CandidateIn, EvaluationIn, NeedIn
from app.kit.actors import Actor
from app.kit.db import Database
from app.vendors import service as vendors
from app.vendors.schemas import VendorIn


def store(client: TestClient) -> Database:
    """The application's own store."""
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    return database


def evaluation(database: Database, actor: Actor, name: str = "Shelf detection", **values: object) -> UUID:
    """An open evaluation."""
    with database.writing() as session:
        entry = EvaluationIn.model_validate({"name": name, **values})
        return service.create_evaluation(session, actor=actor, entry=entry).id


def need(database: Database, actor: Actor, evaluation_id: UUID, **values: object) -> None:
    """Write a need down."""
    with database.writing() as session:
        entry = NeedIn.model_validate(values)
        service.set_need(session, actor=actor, evaluation_id=evaluation_id, need=entry, seen=None)


def vendor(database: Database, actor: Actor, name: str, **values: object) -> UUID:
    """A vendor of the register."""
    with database.writing() as session:
        entry = VendorIn.model_validate({"name": name, **values})
        return vendors.add_vendor(session, actor=actor, entry=entry).id


def candidate(database: Database, actor: Actor, evaluation_id: UUID, name: str, **values: object) -> UUID:
    """A new vendor, taken in."""
    vendor_id = vendor(database, actor, name)
    with database.writing() as session:
        entry = CandidateIn.model_validate({"vendor_id": vendor_id, **values})
        return service.add_candidate(session, actor=actor, evaluation_id=evaluation_id, entry=entry).id


def hidden(page: Response, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"{name} is not on the page"
    return found[1]


def undo_url(client: TestClient, response: Response) -> str:
    """Where the toast of the next page posts its undo."""
    page = client.get(response.headers["location"])
    found = re.search(
        r'<form method="post" action="([^"]*undo[^"]*|[^"]*reopen)"><button class="quiet">Undo', page.text
    )
    assert found, "the toast offers no undo"
    return found[1].replace("&amp;", "&")
