"""What waits for a person."""

from collections.abc import Sequence

from app.core.errors import Forbidden, NotFound
from app.core.permissions import Action
from app.decisions import queries
from app.decisions.service.controls import may_approve_own
from app.evaluations import service as evaluations
from app.evaluations.models import EvaluationState
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.work import WorkItem


def work_items_of(session: ReadSession, actor: Actor) -> Sequence[WorkItem]:
    """Recommendations that this person may approve and that wait for an answer, oldest first."""
    items = []
    for row in queries.proposed(session):
        try:
            access = evaluations.open_evaluation(session, actor, row.evaluation_id, Action.APPROVE)
        except (Forbidden, NotFound):
            continue
        evaluation = access.evaluation
        own = row.recommended_by == actor.id and not may_approve_own(evaluation.governance)
        if own or evaluation.state is not EvaluationState.OPEN:
            continue
        items.append(
            WorkItem(
                title="Approve or return the recommendation",
                subject=f"{evaluation.label} {evaluation.name}",
                href=f"/evaluations/{evaluation.id}/decision",
                note="the memo is frozen and waits for you",
                due=evaluation.decide_by,
            )
        )
    return items
