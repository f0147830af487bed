"""What both evaluations of the demonstration are built with: their story, and one step of it at a time.

Every step is a write of its own through the service that a page calls, as the person who would do it.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from app import wiring
from app.core.permissions import Role
from app.evaluations import service as evaluations
from app.evaluations.schemas import CandidateIn, EvaluationIn, MovesIn, NeedIn, PanelIn, SearchLogIn
from app.files.service import Purpose, Upload, store_upload
from app.jobs.worker import Worker
from app.kit.actors import Actor
from app.kit.db import Database, WriteSession
from app.kit.storage import LocalStore
from app.kit.yamlfile import load_yaml
from app.settings import Settings

Story = Mapping[str, Any]
LIMIT = 50_000_000  # bytes of one generated file
_MOST_JOBS = 100  # a server that works on the same list may add to it


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a story is played: the store, its people and vendors by short name, and today."""

    database: Database
    settings: Settings
    people: Mapping[str, Actor]
    vendors: Mapping[str, UUID]
    today: date

    @property
    def contents(self) -> LocalStore:
        """Where the content of files lies."""
        return LocalStore(self.settings.files_dir)

    def in_days(self, days: int) -> date:
        """The day that many days from today."""
        return self.today + timedelta(days=days)

    def upload(self, content: bytes, name: str, purpose: Purpose) -> Upload:
        """A generated file, as if somebody had chosen it in a form."""
        return store_upload(self.contents, io.BytesIO(content), name, purpose=purpose, limit=LIMIT)

    def work(self) -> None:
        """Do the jobs that are due, as the server would; one that runs takes part and gets the rest."""
        worker = Worker(self.database, wiring.tasks(self.settings))
        for _ in range(_MOST_JOBS):
            if not worker.run_once():
                return


@dataclass(frozen=True, slots=True)
class Opened:
    """An evaluation that was opened, and its candidates by short name of the vendor."""

    id: UUID
    candidates: Mapping[str, UUID]


@cache
def story(name: str) -> Story:
    """The texts and figures of an evaluation, from its file beside this module."""
    path = Path(__file__).with_name(f"{name}.yaml")
    found: Story = load_yaml(path.read_bytes(), path.name)
    return found


def open_evaluation(stage: Stage, told: Story) -> Opened:
    """The evaluation with need, panel, searches and candidates, moved as far as the story tells."""
    lena = stage.people["lena"]
    decide_by = stage.in_days(told["decide_in_days"])
    need = NeedIn.model_validate({**told["need"], "start_by": stage.in_days(told["decide_in_days"] + 30)})
    with stage.database.writing() as session:
        entry = EvaluationIn(name=told["name"], time_zone="Europe/Berlin", decide_by=decide_by)
        key = evaluations.create_evaluation(session, actor=lena, entry=entry, is_demo=True).id
        evaluations.set_need(session, actor=lena, evaluation_id=key, need=need, seen=None)
        for who, roles in told["panel"].items():
            member = PanelIn(user_id=stage.people[who].id, roles=[Role(role) for role in roles])
            evaluations.set_member(session, actor=lena, evaluation_id=key, entry=member)
    with stage.database.writing() as session:
        opened = Opened(key, _candidates(session, stage, key, told))
        for move in told["moves"]:
            move_on(session, lena, opened, move)
    return opened


def _candidates(session: WriteSession, stage: Stage, key: UUID, told: Story) -> dict[str, UUID]:
    lena = stage.people["lena"]
    for search in told["searches"]:
        evaluations.log_search(session, actor=lena, evaluation_id=key, entry=SearchLogIn(**search))
    return {
        name: evaluations.add_candidate(
            session,
            actor=lena,
            evaluation_id=key,
            entry=CandidateIn(vendor_id=stage.vendors[name], channel=channel),
        ).id
        for name, channel in told["candidates"].items()
    }


def move_on(session: WriteSession, actor: Actor, opened: Opened, move: Mapping[str, Any]) -> None:
    """One move of several candidates, as the story tells it: who, stage, reason."""
    chosen: Sequence[UUID] = [opened.candidates[name] for name in move["who"]]
    entry = MovesIn(candidate_ids=list(chosen), stage=move["stage"], reason=move["reason"])
    evaluations.move_candidates(session, actor=actor, evaluation_id=opened.id, entry=entry)
