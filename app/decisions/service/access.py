"""The way to a decision: through its evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import NotFound
from app.core.permissions import Action, Role
from app.decisions import queries
from app.decisions.models import Decision, Memo
from app.decisions.service.blindness import refuse_blind
from app.evaluations import service as evaluations
from app.kit.actors import Actor
from app.kit.db import ReadSession


@dataclass(frozen=True, slots=True)
class Opened:
    """A decision and the access to its evaluation."""

    decision: Decision
    access: evaluations.Access


def open_decision(
    session: ReadSession,
    actor: Actor,
    decision_id: UUID,
    action: Action = Action.RESULT_READ,
    *,
    changing: bool = False,
) -> Opened:
    """The decision, if the actor may do `action` in its evaluation; raises as `open_evaluation`."""
    row = session.get(Decision, decision_id)
    if row is None:
        raise NotFound("decision.not_found", "There is no such decision, or it is not shared with you.")
    access = evaluations.open_evaluation(session, actor, row.evaluation_id, action, changing=changing)
    return Opened(row, access)


def open_memo(session: ReadSession, actor: Actor, memo_id: UUID) -> tuple[Memo, Opened]:
    """A frozen memo with its decision. It prints prices, so the right to read those is needed too."""
    row = session.get(Memo, memo_id)
    if row is None:
        raise NotFound("memo.not_found", "There is no such memo, or it is not shared with you.")
    opened = open_decision(session, actor, row.decision_id)
    opened.access.require(Action.PRICE_READ)
    refuse_blind(session, actor, opened.decision.evaluation_id)
    return row, opened


def may_read(session: ReadSession, actor: Actor, decision_id: UUID) -> bool:
    """Whether the actor may know of the decision; for files and notes that hang on it."""
    try:
        open_decision(session, actor, decision_id, Action.EVALUATION_READ)
    except NotFound:
        return False
    return actor.may(Action.EVALUATION_READ)


def panel_roles(session: ReadSession, actor: Actor, decision_id: UUID) -> frozenset[Role]:
    """The actor's roles on the panel of a decision's evaluation."""
    return open_decision(session, actor, decision_id, Action.EVALUATION_READ).access.panel


def current_memo(session: ReadSession, decision: Decision) -> Memo | None:
    """The memo that counts: the newest one."""
    return next(iter(queries.memos(session, decision.id)), None)


def read_decision(session: ReadSession, actor: Actor, decision_id: UUID) -> Decision:
    """A decision with its amount: for those who may read prices and have no ratings left to lock."""
    opened = open_decision(session, actor, decision_id)
    opened.access.require(Action.PRICE_READ)
    refuse_blind(session, actor, opened.decision.evaluation_id)
    return opened.decision


def decisions_of(session: ReadSession, *, actor: Actor, evaluation_id: UUID) -> Sequence[Decision]:
    """Every recommendation of an evaluation, newest first; for the same people as `read_decision`."""
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    access.require(Action.PRICE_READ)
    refuse_blind(session, actor, evaluation_id)
    return queries.decisions(session, evaluation_id)
