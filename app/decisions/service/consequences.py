"""What an answer does to the evaluation: candidates move, the evaluation is decided or opened again."""

from collections import deque
from dataclasses import replace
from uuid import UUID

from app.core import lifecycle
from app.core.permissions import Role
from app.decisions.models import Decision
from app.evaluations import service as evaluations
from app.evaluations.models import OUT, Candidate, EvaluationState, Stage
from app.evaluations.schemas import MoveIn
from app.kit.actors import Actor
from app.kit.db import WriteSession


def award(session: WriteSession, actor: Actor, decision: Decision, basis: dict[str, object]) -> None:
    """Move the recommended candidate to selected and the reserve to reserve; the evaluation is decided."""
    acting = _acting(actor)
    reason = f"Recommendation {decision.number} was approved."
    for candidate_id, goal in ((decision.selected_id, Stage.SELECTED), (decision.reserve_id, Stage.RESERVE)):
        if candidate_id is not None:
            _move_to(session, acting, candidate_id, goal, reason, basis)
    evaluations.set_state(
        session,
        actor=acting,
        evaluation_id=decision.evaluation_id,
        state=EvaluationState.DECIDED,
        reason=reason,
    )


def undo_award(session: WriteSession, actor: Actor, decision: Decision, reason: str) -> None:
    """Open the evaluation again and make the selected and the reserve finalists."""
    acting = _acting(actor)
    evaluations.set_state(
        session, actor=acting, evaluation_id=decision.evaluation_id, state=EvaluationState.OPEN, reason=reason
    )
    for candidate_id in (decision.selected_id, decision.reserve_id):
        if candidate_id is not None:
            _move_to(session, acting, candidate_id, Stage.FINALIST, reason, {})


def _acting(actor: Actor) -> Actor:
    """The same person with Assay's rights: an approver answers, and Assay carries out what follows."""
    return replace(actor, roles=frozenset({Role.ADMIN}))


def _move_to(
    session: WriteSession,
    actor: Actor,
    candidate_id: UUID,
    goal: Stage,
    reason: str,
    basis: dict[str, object],
) -> None:
    for stage in path(session.get_one(Candidate, candidate_id).stage, goal):
        evaluations.move_candidate(
            session,
            actor=actor,
            candidate_id=candidate_id,
            entry=MoveIn(stage=stage, reason=reason),
            basis=basis,
        )


def path(now: Stage, goal: Stage) -> tuple[Stage, ...]:
    """The fewest allowed moves from one stage to another without dropping the candidate on the way.

    >>> [stage.value for stage in path(Stage.SHORTLIST, Stage.SELECTED)]
    ['finalist', 'selected']
    """
    ways: deque[tuple[Stage, ...]] = deque([(now,)])
    seen = {now}
    while ways:
        way = ways.popleft()
        if way[-1] is goal:
            return way[1:]
        for name in sorted(lifecycle.CANDIDATE.edges[way[-1]]):
            stage = Stage(name)
            if stage not in seen and stage not in OUT:
                seen.add(stage)
                ways.append((*way, stage))
    return (goal,)  # no way: the move itself then says what may follow
