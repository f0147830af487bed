"""A recommendation shows the result: nobody who still has ratings to lock may see it."""

from uuid import UUID

from app.assessment import service as assessment
from app.assessment.service import EvaluationAnalysis
from app.core.errors import Conflict
from app.evaluations.models import Evaluation
from app.kit.actors import Actor
from app.kit.db import ReadSession

BLIND = "assessment.blind"


def refuse_blind(session: ReadSession, actor: Actor, evaluation_id: UUID) -> None:
    """Let pass, or raise `Conflict` while the actor has candidates to rate and lock."""
    evaluation = session.get(Evaluation, evaluation_id)
    if evaluation is not None:
        assessment.require_unblinded(session, evaluation, actor)


def visible_result(
    session: ReadSession, actor: Actor, evaluation_id: UUID
) -> tuple[EvaluationAnalysis | None, str, bool]:
    """(the result, else why there is none, whether that is because the actor still rates)."""
    try:
        return assessment.result_of(session, actor=actor, evaluation_id=evaluation_id), "", False
    except Conflict as failure:
        return None, failure.message, failure.code == BLIND
