"""A chosen vendor to onboard, made through the services."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from app import wiring
from app.core.permissions import Role
from app.evaluations import service as evaluations
from app.evaluations.models import Stage
from app.evaluations.schemas import CandidateIn, EvaluationIn, MoveIn, NeedIn
from app.kit import ids
from app.kit.actors import Actor
from app.kit.db import Database
from app.onboarding import service
from app.onboarding.models import OnboardingTask
from app.onboarding.schemas import StartIn
from app.vendors import service as vendors
from app.vendors.schemas import VendorIn


def person(*roles: Role) -> Actor:
    return Actor(ids.new(), roles[0].value.replace("_", " ").title(), frozenset(roles))


LEAD = person(Role.PROCUREMENT_LEAD)
SECURITY = person(Role.SECURITY_REVIEWER)
EVALUATOR = person(Role.EVALUATOR)
APPROVER = person(Role.APPROVER)
READER = person(Role.READER)
KICKOFF = date(2027, 2, 1)  # a Monday
_ROAD = {
    Stage.FINALIST: (Stage.SHORTLIST, Stage.FINALIST),
    Stage.SELECTED: (Stage.SHORTLIST, Stage.FINALIST, Stage.SELECTED),
    Stage.LONGLIST: (),
}


@dataclass(frozen=True)
class House:
    """A store, and what the tests make in it."""

    db: Database

    def evaluation(self, data_class: str = "public", **values: object) -> UUID:
        with self.db.writing() as session:
            entry = EvaluationIn(name="Shelf detection", **values)
            row = evaluations.create_evaluation(session, actor=LEAD, entry=entry)
            need = NeedIn(volume=1000, techniques=["bounding_box"], production_data_class=data_class)
            evaluations.set_need(session, actor=LEAD, evaluation_id=row.id, need=need, seen=None)
            return row.id

    def candidate(self, evaluation_id: UUID, name: str = "Northwind", stage: Stage = Stage.SELECTED) -> UUID:
        with self.db.writing() as session:
            vendor = vendors.add_vendor(session, actor=LEAD, entry=VendorIn(name=name))
            entry = CandidateIn(vendor_id=vendor.id)
            row = evaluations.add_candidate(session, actor=LEAD, evaluation_id=evaluation_id, entry=entry)
            for each in _ROAD[stage]:
                move = MoveIn(stage=each, reason="as agreed")
                evaluations.move_candidate(session, actor=LEAD, candidate_id=row.id, entry=move)
            return row.id

    def start(self, candidate_id: UUID, actor: Actor = LEAD, **values: object) -> UUID:
        with self.db.writing() as session:
            entry = StartIn(**{"kickoff": KICKOFF, **values})
            return service.start_onboarding(session, actor=actor, candidate_id=candidate_id, entry=entry).id

    def started(self, **values: object) -> UUID:
        """An onboarding of the core tier in an evaluation of a team."""
        return self.start(self.candidate(self.evaluation(**values)))

    def tasks(self, onboarding_id: UUID) -> dict[str, OnboardingTask]:
        with self.db.reading() as session:
            found = service.standing_of(session, actor=LEAD, onboarding_id=onboarding_id)
            session.expunge_all()
            return {task.key: task for task in found.tasks}


@pytest.fixture(autouse=True)
def registered() -> None:
    """Files hang on tasks also where no application was started."""
    wiring.subjects()


@pytest.fixture
def house(db: Database) -> House:
    return House(db)
