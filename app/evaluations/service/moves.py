"""Move candidates along, and take a move back."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.audit import service as audit
from app.core import lifecycle
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.evaluations import queries
from app.evaluations.models import Candidate, CandidateMove, Stage
from app.evaluations.schemas import MoveIn, MovesIn
from app.evaluations.service.access import candidate_access, open_evaluation
from app.evaluations.service.candidates import mark_counts
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.vendors import service as vendors


def move_candidate(
    session: WriteSession,
    *,
    actor: Actor,
    candidate_id: UUID,
    entry: MoveIn,
    basis: Mapping[str, object] | None = None,
) -> Candidate:
    """Move a candidate to another stage; `basis` keeps what the mover was shown (gates, scores, coverage).

    Raises `Conflict` when the stage cannot follow the present one.
    """
    row, _ = candidate_access(session, actor, candidate_id, Action.CANDIDATE_MOVE, changing=True)
    lifecycle.CANDIDATE.require(row.stage, entry.stage)
    _write(session, actor, row, entry.stage, entry.reason, entry.reason, basis or {})
    mark_counts(session, actor, row.evaluation_id)
    return row


def move_candidates(
    session: WriteSession,
    *,
    actor: Actor,
    evaluation_id: UUID,
    entry: MovesIn,
    basis: Mapping[UUID, Mapping[str, object]] | None = None,
) -> list[Candidate]:
    """Move several candidates to one stage, all or none; `basis` is by candidate.

    Raises `Invalid` at `candidate_ids` with every candidate that cannot come there from where it is.
    """
    open_evaluation(session, actor, evaluation_id, Action.CANDIDATE_MOVE, changing=True)
    known = {row.id: row for row in queries.candidates(session, evaluation_id)}
    if any(each not in known for each in entry.candidate_ids):
        raise NotFound("candidate.not_found", "There is no such candidate in this evaluation.")
    rows = [known[each] for each in dict.fromkeys(entry.candidate_ids)]
    problems = [
        Problem("candidate_ids", text) for row in rows if (text := _refusal(session, row, entry.stage))
    ]
    if problems:
        raise Invalid("candidate.wrong_state", problems)
    for row in rows:
        shown = (basis or {}).get(row.id, {})
        _write(session, actor, row, entry.stage, entry.reason, entry.reason, shown)
    mark_counts(session, actor, evaluation_id)
    return rows


def undo_move(session: WriteSession, *, actor: Actor, candidate_id: UUID, move_id: UUID) -> Candidate:
    """Put a candidate back to where it was before its newest move; the history keeps both moves.

    Raises `Conflict` when it was moved again since, `NotFound` when it is no move of this candidate.
    """
    row, _ = candidate_access(session, actor, candidate_id, Action.CANDIDATE_MOVE, changing=True)
    moves = queries.moves(session, row.id)
    move = next((each for each in moves if each.id == move_id), None)
    if move is None:
        raise NotFound("candidate.move_not_found", "There is no such move of this candidate.")
    if move is not moves[0]:
        message = "The candidate was moved again since; move it from where it is now."
        raise Conflict("candidate.moved_since", message)
    earlier = next((each.reason for each in moves[1:] if each.after is move.before), "")
    _write(session, actor, row, move.before, "Undone.", earlier, {"undoes": str(move.id)})
    mark_counts(session, actor, row.evaluation_id)
    return row


def moves_of(session: ReadSession, candidate_id: UUID) -> Sequence[CandidateMove]:
    """How a candidate came to where it is, newest first."""
    return queries.moves(session, candidate_id)


def _refusal(session: ReadSession, row: Candidate, stage: Stage) -> str:
    if lifecycle.CANDIDATE.allows(row.stage, stage):
        return ""
    name = vendors.vendor_of(session, row.vendor_id).name
    if row.stage is stage:
        return f"{name} is at {stage} already; leave it out."
    return f"{name} is at {row.stage}, from where {stage} cannot follow; leave it out or move it separately."


def _write(
    session: WriteSession,
    actor: Actor,
    row: Candidate,
    stage: Stage,
    reason: str,
    shown_reason: str,
    basis: Mapping[str, object],
) -> None:
    before, row.stage, row.stage_reason = row.stage, stage, shown_reason
    session.add(
        CandidateMove(
            candidate_id=row.id,
            before=before,
            after=stage,
            reason=reason,
            basis=dict(basis),
            actor_id=actor.id,
        )
    )
    audit.record(
        session,
        actor,
        "evaluations.candidate.moved",
        ("candidate", row.id),
        label=vendors.vendor_of(session, row.vendor_id).name,
        before={"stage": before},
        after={"stage": stage, "basis": dict(basis)},
        reason=reason,
    )
    session.flush()
