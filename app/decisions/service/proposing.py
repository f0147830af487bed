"""Freeze a recommendation into a memo, and take it back."""

from uuid import UUID

from app.assessment.service import EvaluationAnalysis
from app.audit import service as audit
from app.core.errors import Conflict, Invalid, Problem
from app.core.permissions import Action, Role
from app.decisions import queries
from app.decisions.models import Decision, DecisionState, Memo
from app.decisions.schemas.entries import ReasonIn
from app.decisions.schemas.record import Record, digest_of
from app.decisions.service.access import open_decision
from app.decisions.service.blindness import refuse_blind
from app.decisions.service.building import build_record
from app.decisions.service.consequences import undo_award
from app.decisions.service.drafting import mark, require_state
from app.decisions.service.sources import gather
from app.evaluations.models import Evaluation, StepState
from app.jobs import service as jobs
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession

PRINT = "decisions.print_memo"


def propose(session: WriteSession, *, actor: Actor, decision_id: UUID, seen: int | None = None) -> Memo:
    """Freeze what the memo shows and put it before the approvers; the PDF is printed after the commit.

    Raises `Invalid` with everything that is missing, and `Conflict` when it is no draft or was changed by
    somebody else since `seen`.
    """
    opened = open_decision(session, actor, decision_id, Action.RECOMMEND, changing=True)
    opened.access.require(Action.PRICE_READ)
    refuse_blind(session, actor, opened.decision.evaluation_id)
    row = opened.decision
    require_state(row, DecisionState.DRAFT, "Only a draft can be proposed.")
    if seen is not None and row.version != seen:
        message = "Somebody changed the recommendation a moment ago. Read it again before you propose it."
        raise Conflict("row.stale", message)
    number = len(queries.memos(session, row.id)) + 1
    who = recommender_role(actor.roles | opened.access.panel)
    record = build_record(session, opened, version=number, recommended_by=who)
    _require_complete(row, record)
    document = record.document()
    memo = Memo(
        decision_id=row.id,
        number=number,
        record=document,
        digest=digest_of(document),
        inputs=record.inputs,
        audit_head=record.audit_head,
    )
    session.add(memo)
    row.state, row.recommended_by = DecisionState.PROPOSED, actor.id
    session.flush()
    audit.record(
        session,
        actor,
        "decisions.decision.proposed",
        ("decision", row.id),
        label=opened.access.evaluation.label,
        before={"state": DecisionState.DRAFT},
        after={"state": row.state, "memo": memo.id, "digest": memo.digest, "inputs": memo.inputs},
    )
    mark(session, actor, row.evaluation_id, StepState.CURRENT, "proposed")
    print_later(session, memo)
    return memo


def print_later(session: WriteSession, memo: Memo) -> None:
    """Print the memo after the commit; once per state of its answers."""
    answers = [one for one in queries.approvals(session, memo.decision_id) if one.memo_id == memo.id]
    jobs.enqueue(session, PRINT, dedupe=f"memo:{memo.id}:{len(answers)}", memo_id=memo.id)


def _require_complete(row: Decision, record: Record) -> None:
    problems = []
    if row.selected_id is None:
        problems.append(Problem("selected_id", "Choose the candidate you recommend."))
    if row.amount is None:
        problems.append(
            Problem("amount", "Fill in the amount that is to be approved; 0 when it costs nothing.")
        )
    if row.reserve_until is not None and row.reserve_id is None:
        problems.append(Problem("reserve_id", "Choose who stands by until that day, or clear the day."))
    failed = [
        gate.name
        for gate in record.gates
        for mark in gate.marks
        if mark.candidate == record.asked.selected and mark.state == "fail"
    ]
    if failed:
        message = f"fails {', '.join(failed)}; waive it with a reason, or recommend another candidate."
        name = record.name_of(record.asked.selected)
        problems.append(Problem("selected_id", f"{name} {message}"))
    if problems:
        raise Invalid("decision.incomplete", problems)


def recommender_role(roles: frozenset[Role]) -> str:
    """The role printed as the recommender's: of those that may recommend, the first one held."""
    order = (Role.PROCUREMENT_LEAD, Role.ML_LEAD, Role.ADMIN)
    return next((role.value.replace("_", " ") for role in order if role in roles), "recommender")


def is_stale(session: ReadSession, memo: Memo, known: EvaluationAnalysis | None = None) -> bool:
    """Whether what the memo was computed from has changed since: scores, answers, evidence, pilot, prices, need.

    Computed for the memo's own day and candidates, so that time passing alone changes nothing. `known`: the
    result as it stands now, where the caller has computed it already.
    """
    record = Record.model_validate(memo.record)
    evaluation = session.get_one(Evaluation, record.about.evaluation_id)
    ids = [UUID(one.id) for one in record.candidates]
    now = gather(session, evaluation, day=record.day, candidate_ids=ids or None, known=known)
    return now.digest() != memo.inputs


def withdraw_decision(session: WriteSession, *, actor: Actor, decision_id: UUID, entry: ReasonIn) -> Decision:
    """Take a recommendation back: a proposed one becomes a draft again, a draft is closed, and an approved one
    reopens the evaluation with its candidates as finalists."""
    opened = open_decision(session, actor, decision_id, Action.RECOMMEND)
    row = opened.decision
    if row.state not in (DecisionState.DRAFT, DecisionState.PROPOSED, DecisionState.APPROVED):
        raise Conflict("decision.wrong_state", f"Recommendation {row.number} is {row.state} already.")
    before = row.state
    if before is DecisionState.APPROVED:
        undo_award(session, actor, row, entry.reason)
    row.state = DecisionState.DRAFT if before is DecisionState.PROPOSED else DecisionState.WITHDRAWN
    row.closed_reason = "" if row.state is DecisionState.DRAFT else entry.reason
    audit.record(
        session,
        actor,
        "decisions.decision.withdrawn",
        ("decision", row.id),
        label=opened.access.evaluation.label,
        before={"state": before},
        after={"state": row.state},
        reason=entry.reason,
    )
    session.flush()
    draft = row.state is DecisionState.DRAFT
    mark(
        session,
        actor,
        row.evaluation_id,
        StepState.CURRENT if draft else StepState.TODO,
        "draft" if draft else "",
    )
    return row
