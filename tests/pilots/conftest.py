from collections.abc import Callable
from pathlib import Path

import pytest

from app.evaluations.models import Governance
from app.kit.db import Database
from app.kit.storage import LocalStore
from app.pilots.schemas import PilotIn
from tests.pilots.samples import Lab, start


@pytest.fixture
def contents(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "files")


@pytest.fixture
def lab(db: Database, contents: LocalStore) -> Lab:
    """A classification pilot in an evaluation with team governance, on the database of the test."""
    return start(db, contents, Governance.TEAM, PilotIn(task="classification"))


@pytest.fixture
def lab_of(db: Database, contents: LocalStore) -> Callable[..., Lab]:
    """Other pilots: `lab_of(Governance.FORMAL, PilotIn(...))`."""
    return lambda governance, plan: start(db, contents, governance, plan)
