"""What waits for whoever runs pilots."""

from collections.abc import Sequence

from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, EvaluationState
from app.jobs.models import JobState
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.work import WorkItem
from app.pilots import queries
from app.pilots.models import Pilot, PilotState
from app.pilots.service.access import participants
from app.pilots.service.computing import job_of, result_of

MOST = 200  # evaluations that a person has open at once


def work_items_of(session: ReadSession, actor: Actor) -> Sequence[WorkItem]:
    """Of each open pilot the actor may edit the next thing to do: gold, deliveries, a failed comparison, the close."""
    if not actor.may(Action.EVALUATION_READ):
        return ()
    rows, _ = evaluations.list_page(
        session, actor=actor, text="", state=EvaluationState.OPEN, page=1, rows=MOST
    )
    able = [row for row in rows if evaluations.open_evaluation(session, actor, row.id).may(Action.PILOT_EDIT)]
    return [
        item
        for row in able
        for pilot in queries.pilots(session, row.id)
        if pilot.state is not PilotState.CLOSED and (item := _item(session, row, pilot)) is not None
    ]


def _item(session: ReadSession, row: Evaluation, pilot: Pilot) -> WorkItem | None:
    href, subject = f"/evaluations/{row.id}/pilot/{pilot.id}", f"{row.label} {row.name}"
    if not queries.golds(session, pilot.id):
        return WorkItem("Upload the gold", subject, href, "the pilot is planned")
    job = job_of(session, pilot) if result_of(session, pilot) is None else None
    if job is not None and job.state is JobState.DEAD:
        return WorkItem("Have the pilot compared again", subject, f"{href}/results", "the comparison failed")
    delivered = {one.candidate_id for one in queries.accepted(session, pilot.id)}
    expected = [view.candidate.id for view in participants(session, pilot)]
    missing = sum(key not in delivered for key in expected)
    if missing:
        return WorkItem(
            "Take in pilot deliveries", subject, href, f"{missing} of {len(expected)} are missing"
        )
    return WorkItem("Close the pilot", subject, href, "everybody has delivered") if expected else None
