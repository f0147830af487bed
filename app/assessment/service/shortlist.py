"""Gates of every candidate on the decision day, and what follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.assessment import queries
from app.assessment.models import GateWaiver
from app.assessment.service.ground import ground_of
from app.assessment.service.panel import PanelBoard
from app.core.permissions import Action
from app.core.scoring import AllOf, AnyOf, GateOutcome, Measured, decide_gates
from app.core.scoring.effort import is_rated
from app.core.scoring.spec import Condition
from app.evaluations import service as evaluations
from app.evaluations.models import Candidate
from app.evaluations.schemas import MoveIn
from app.evaluations.service import CandidateView
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class ShortlistLine:
    """A candidate with its must-haves; `hidden` counts those that show ratings the reader may not see yet.

    `keep`: the proposal, False when a must-have fails; `reason` says why in words.
    """

    view: CandidateView
    gates: tuple[GateOutcome, ...]
    hidden: int
    keep: bool
    reason: str
    waivers: tuple[GateWaiver, ...]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The gates of everybody who is not out, decided on `day`."""

    day: date
    lines: tuple[ShortlistLine, ...]


def shortlist_of(session: ReadSession, *, actor: Actor, evaluation_id: UUID) -> Shortlist:
    """Gates and a proposal per candidate. Gates on rated criteria stay hidden from people who still rate."""
    evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    ground = ground_of(session, evaluation_id, everybody=True)
    board = ground.board
    secret = set() if board.may_see_result(actor.id) else _on_ratings(board)
    waivers = queries.waivers(session, evaluation_id)
    lines = []
    for view, candidate in zip(ground.views, ground.inputs, strict=True):
        gates = decide_gates(board.scorecard, candidate, decision_date=ground.day, need=ground.gate_need)
        shown = tuple(gate for gate in gates if gate.id not in secret)
        keep, reason = _proposal(shown)
        own = tuple(row for row in waivers if row.candidate_id == view.candidate.id)
        lines.append(ShortlistLine(view, shown, len(gates) - len(shown), keep, reason, own))
    return Shortlist(ground.day, tuple(lines))


def move_on_gates(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, candidate_id: UUID, entry: MoveIn
) -> Candidate:
    """Move a candidate and keep with the move which gates its mover was shown."""
    shown = shortlist_of(session, actor=actor, evaluation_id=evaluation_id)
    line = next((line for line in shown.lines if line.view.candidate.id == candidate_id), None)
    basis = {
        "day": shown.day.isoformat(),
        "gates": {gate.id: gate.state for gate in line.gates} if line else {},
        "proposal": ("keep" if line.keep else "drop") if line else "",
    }
    return evaluations.move_candidate(
        session, actor=actor, candidate_id=candidate_id, entry=entry, basis=basis
    )


def _proposal(gates: Sequence[GateOutcome]) -> tuple[bool, str]:
    failed = [gate for gate in gates if gate.state == "fail"]
    unknown = [gate for gate in gates if gate.state == "unknown"]
    if failed:
        return False, "; ".join(f"{gate.name}: {gate.reason}" for gate in failed)
    if unknown:
        return True, "still open: " + ", ".join(gate.name for gate in unknown)
    return True, "every must-have is met" if gates else "the scorecard has no must-haves"


def _on_ratings(board: PanelBoard) -> set[str]:
    rated = {criterion.id for criterion in board.scorecard.criteria if is_rated(criterion)}
    return {
        requirement.id
        for requirement in board.scorecard.requirements
        if _reads(requirement.condition) & rated
    }


def _reads(condition: Condition) -> set[str]:
    if isinstance(condition, AnyOf | AllOf):
        return {name for part in condition.parts for name in _reads(part)}
    return {condition.criterion} if isinstance(condition, Measured) else set()
