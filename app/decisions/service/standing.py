"""What stands beside a memo's record and changes after it was frozen: its state and its answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.permissions import Action
from app.decisions import queries
from app.decisions.models import Approval, Decision, DecisionState, Memo
from app.decisions.schemas.record import Record
from app.decisions.service.access import Opened, current_memo
from app.decisions.service.blindness import refuse_blind
from app.decisions.service.building import build_record
from app.kit.actors import Actor
from app.kit.db import ReadSession


@dataclass(frozen=True, slots=True)
class Standing:
    """The decision's state, whether this memo is the newest, and the answers to it.

    `state` None: a draft that was never frozen.
    """

    state: DecisionState | None
    is_newest: bool = True
    answers: Sequence[Approval] = ()


@dataclass(frozen=True, slots=True)
class Frozen:
    """A memo with its record and what stands beside it: all that the document is made from."""

    memo: Memo
    record: Record
    standing: Standing


def frozen_memo(session: ReadSession, memo: Memo) -> Frozen:
    """The memo as it is shown and printed now; the record alone tells what was proposed."""
    decision = session.get_one(Decision, memo.decision_id)
    newest = current_memo(session, decision)
    answers = [one for one in queries.approvals(session, memo.decision_id) if one.memo_id == memo.id]
    state = Standing(decision.state, newest is not None and newest.id == memo.id, answers)
    return Frozen(memo, Record.model_validate(memo.record), state)


def frozen_by_id(session: ReadSession, memo_id: UUID) -> Frozen:
    """As `frozen_memo`, for the job that prints."""
    return frozen_memo(session, session.get_one(Memo, memo_id))


def preview_record(session: ReadSession, actor: Actor, opened: Opened) -> Record:
    """The record as it would be frozen now, for the preview of a draft by somebody who may read prices."""
    opened.access.require(Action.PRICE_READ)
    refuse_blind(session, actor, opened.decision.evaluation_id)
    return build_record(session, opened, version=0, recommended_by="")
