from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core.permissions import Role
from app.files import subjects
from app.files.service import Subject
from app.kit import ids
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.storage import LocalStore
from app.kit.ui import Shell


def someone(*roles: Role) -> Actor:
    return Actor(id=ids.new(), name="Ada Lovelace", roles=frozenset(roles))


LEAD = someone(Role.PROCUREMENT_LEAD)
EVALUATOR = someone(Role.EVALUATOR)
READER = someone(Role.READER)
OUTSIDER = someone()


@pytest.fixture
def subject(monkeypatch: pytest.MonkeyPatch) -> Subject:
    """A subject that everybody with a role may see, and nobody else."""
    key = ids.new()

    def may_read(_session: ReadSession, actor: Actor, wanted: UUID) -> bool:
        return wanted == key and bool(actor.roles)

    monkeypatch.setattr(subjects, "_RULES", {})
    subjects.register_subject("thing", may_read)
    return Subject("thing", key)


@pytest.fixture
def contents(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "files")


@pytest.fixture
def client_for(app: FastAPI, client: TestClient) -> Callable[[Actor], TestClient]:
    """The browser of an actor; the last one asked for is the one that acts."""

    def opened(actor: Actor) -> TestClient:
        app.state.identify = lambda _request: actor
        app.state.shell = lambda _request: Shell(actor.name, "", (), (), "1")
        return client

    return opened
