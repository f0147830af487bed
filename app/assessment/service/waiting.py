"""What waits for a person in scoring, for the work queue."""

from app.assessment import queries
from app.assessment.service.panel import panel_board
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.models import EvaluationState
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.work import WorkItem

MOST = 200  # evaluations looked at


def work_items_of(session: ReadSession, actor: Actor) -> list[WorkItem]:
    """One entry per open evaluation in which candidates wait for the actor's ratings."""
    if not actor.may(Action.EVALUATION_READ):
        return []
    rows, _ = evaluations.list_page(
        session, actor=actor, text="", state=EvaluationState.OPEN, page=1, rows=MOST
    )
    by_id = {row.id: row for row in rows}
    items = []
    for pin in queries.pins(session, by_id):
        row = by_id[pin.evaluation_id]
        waiting = panel_board(session, row, pin).waiting(actor.id)
        if waiting:
            count = f"{len(waiting)} candidates" if len(waiting) > 1 else "one candidate"
            items.append(
                WorkItem(
                    f"Rate {count}",
                    f"{row.label} {row.name}",
                    f"/evaluations/{row.id}/scores",
                    "blind until you lock" if row.governance != "solo" else "",
                    row.decide_by,
                )
            )
    return items
