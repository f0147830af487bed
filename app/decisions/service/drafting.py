"""Write a recommendation: opened with what the evaluation already says, edited until it is proposed."""

from collections.abc import Mapping
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, Problem
from app.core.permissions import Action
from app.decisions import queries
from app.decisions.models import Decision, DecisionState
from app.decisions.schemas.entries import DecisionIn
from app.decisions.service.access import open_decision
from app.decisions.service.blindness import refuse_blind
from app.decisions.service.sources import gather
from app.decisions.service.suggesting import Suggestion, suggestion
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, StepName, StepState
from app.kit import canonical
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged

_TEXTS = ("give_up", "risks", "dissent", "next_steps", "conditions")


def draft_decision(session: WriteSession, *, actor: Actor, evaluation_id: UUID) -> Decision:
    """Open a recommendation, filled with the leader, the runner-up, the cost and the open must-haves.

    Texts of an earlier recommendation that was rejected or withdrawn are taken over. Raises `Conflict` while
    another one is draft, proposed or approved.
    """
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RECOMMEND, changing=True)
    access.require(Action.PRICE_READ)
    refuse_blind(session, actor, evaluation_id)
    session.get(Evaluation, evaluation_id, with_for_update=True)  # one draft, whoever asks at the same moment
    present = queries.active(session, evaluation_id)
    if present is not None:
        message = f"Recommendation {present.number} is {present.state}; continue or withdraw that one."
        raise Conflict("decision.exists", message)
    former = queries.newest(session, evaluation_id)
    seed = suggestion(gather(session, access.evaluation))
    row = Decision(evaluation_id=evaluation_id, number=former.number + 1 if former else 1)
    _fill(row, seed, former)
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "decisions.decision.drafted",
        ("decision", row.id),
        label=access.evaluation.label,
        after={"evaluation": evaluation_id, "number": row.number, **_facts(row)},
    )
    mark(session, actor, evaluation_id, StepState.CURRENT, "draft")
    return row


def _fill(row: Decision, seed: Suggestion, former: Decision | None) -> None:
    row.selected_id, row.reserve_id = seed.selected, seed.reserve
    row.amount, row.currency = seed.amount, seed.currency
    row.conditions = list(seed.conditions)
    if former is not None:
        row.give_up, row.dissent = list(former.give_up), list(former.dissent)
        row.risks, row.next_steps = list(former.risks), list(former.next_steps)


def edit_decision(
    session: WriteSession, *, actor: Actor, decision_id: UUID, entry: DecisionIn, seen: int | None
) -> Decision:
    """Change a draft. Raises `Conflict` for one that is no draft, and for a stale edit, with both texts."""
    opened = open_decision(session, actor, decision_id, Action.RECOMMEND, changing=True)
    opened.access.require(Action.PRICE_READ)
    row = opened.decision
    require_state(row, DecisionState.DRAFT, "Withdraw it first to change it.")
    values = entry.model_dump(mode="json")
    values |= {name: getattr(entry, name) for name in ("selected_id", "reserve_id", "reserve_until")}
    unchanged(row, seen, values)
    known = {one.candidate.id for one in evaluations.candidates_of(session, row.evaluation_id)}
    problems = [
        Problem(name, "Choose one of the candidates of this evaluation.")
        for name in ("selected_id", "reserve_id")
        if values[name] is not None and values[name] not in known
    ]
    if problems:
        raise Invalid("decision.candidates", problems)
    before = _facts(row)
    for name, value in values.items():
        setattr(row, name, value)
    told_before, told_after = audit.changes(before, _facts(row))
    audit.record(
        session,
        actor,
        "decisions.decision.edited",
        ("decision", row.id),
        before=told_before,
        after=told_after,
    )
    session.flush()
    return row


def require_state(row: Decision, state: DecisionState, remedy: str) -> None:
    """Let pass, or raise `Conflict` naming what the decision is and what to do."""
    if row.state is not state:
        raise Conflict("decision.wrong_state", f"Recommendation {row.number} is {row.state}. {remedy}")


def _facts(row: Decision) -> Mapping[str, object]:
    """What the audit record may hold: the choice; of the amount and of texts, which may name people, a digest."""
    texts = {name: getattr(row, name) for name in (*_TEXTS, "amount", "currency")}
    return {
        "selected": row.selected_id,
        "reserve": row.reserve_id,
        "reserve_until": row.reserve_until,
        "months": row.months,
        "texts": canonical.digest({"of": row.id, **texts}),
    }


def mark(session: WriteSession, actor: Actor, evaluation_id: UUID, state: StepState, note: str = "") -> None:
    """Say where the decision stands on the journey."""
    evaluations.mark_step(
        session, actor=actor, evaluation_id=evaluation_id, step=StepName.DECISION, state=state, note=note
    )


def decision_of(session: ReadSession, *, actor: Actor, evaluation_id: UUID) -> Decision | None:
    """The recommendation that counts, or the last one; None when none was written. Raises `NotFound`."""
    evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    return queries.active(session, evaluation_id) or queries.newest(session, evaluation_id)
