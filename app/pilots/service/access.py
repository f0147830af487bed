"""The way in: who may work on a pilot, and whose names they may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Conflict, NotFound
from app.core.permissions import Action, Role
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, EvaluationState, Governance, Stage, StepName, StepState
from app.evaluations.service import Access, CandidateView
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.pilots import queries
from app.pilots.models import Pilot, PilotState

_INVITED = frozenset({Stage.SHORTLIST, Stage.PILOT, Stage.FINALIST, Stage.SELECTED, Stage.RESERVE})


@dataclass(frozen=True, slots=True)
class PilotAccess:
    """A pilot the actor may work on; with `is_blind` vendors go by their codes."""

    pilot: Pilot
    access: Access
    is_blind: bool

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation the pilot belongs to."""
        return self.access.evaluation

    @property
    def is_open(self) -> bool:
        """Whether anything may still change here: evaluation open, pilot not closed."""
        return self.evaluation.state is EvaluationState.OPEN and self.pilot.state is not PilotState.CLOSED

    def may(self, action: Action) -> bool:
        """Whether the actor may do this here, by a general or a panel role."""
        return self.access.may(action)

    @property
    def may_price(self) -> bool:
        """Whether the actor may read prices here."""
        return self.access.may(Action.PRICE_READ)

    def shown(self, view: CandidateView) -> str:
        """A candidate's name, or its code for who works blind."""
        return f"Candidate {view.candidate.code}" if self.is_blind else view.name


def open_pilot(
    session: ReadSession,
    actor: Actor,
    pilot_id: UUID,
    action: Action = Action.EVALUATION_READ,
    *,
    changing: bool = False,
) -> PilotAccess:
    """The pilot, if the actor may do `action` on it.

    Raises `NotFound` for what the actor may not know of, `Forbidden` without the right, and with `changing`
    `Conflict` when the evaluation is no longer open or the pilot is closed.
    """
    row = session.get(Pilot, pilot_id)
    if row is None:
        raise NotFound("pilot.not_found", "There is no such pilot, or it is not shared with you.")
    access = evaluations.open_evaluation(session, actor, row.evaluation_id, action, changing=changing)
    if changing and row.state is PilotState.CLOSED:
        raise Conflict("pilot.closed", "This pilot is closed; reopen it before changing anything.")
    return PilotAccess(row, access, is_blind(session, access))


def is_blind(session: ReadSession, access: Access) -> bool:
    """Whether names are hidden from this actor: beside leads, until the scores are locked; never in solo."""
    if access.evaluation.governance is Governance.SOLO or access.may(Action.EVALUATION_EDIT):
        return False
    scores = evaluations.steps_of(session, access.evaluation.id)[StepName.SCORES]
    return scores.state is not StepState.DONE


def pilots_of(session: ReadSession, *, actor: Actor, evaluation_id: UUID) -> Sequence[Pilot]:
    """The pilots of an evaluation, newest first."""
    evaluations.open_evaluation(session, actor, evaluation_id)
    return queries.pilots(session, evaluation_id)


def participants(session: ReadSession, pilot: Pilot) -> list[CandidateView]:
    """Who takes part: the shortlist and our own team, and whoever has delivered; all while nobody is listed."""
    delivered = {row.candidate_id for row in queries.accepted(session, pilot.id)}
    views = evaluations.candidates_of(session, pilot.evaluation_id)
    present = [view for view in views if not view.is_out or view.candidate.id in delivered]
    invited = [
        view
        for view in present
        if view.candidate.stage in _INVITED or view.is_in_house or view.candidate.id in delivered
    ]
    return invited if any(view.candidate.stage in _INVITED for view in invited) else present


def may_read(session: ReadSession, actor: Actor, pilot_id: UUID) -> bool:
    """Whether the actor may know that the pilot exists, for notes and files on it."""
    try:
        open_pilot(session, actor, pilot_id)
    except NotFound:
        return False
    return True


def panel_roles(session: ReadSession, actor: Actor, pilot_id: UUID) -> frozenset[Role]:
    """The actor's roles on the panel of the pilot's evaluation."""
    return open_pilot(session, actor, pilot_id).access.panel
