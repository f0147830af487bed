"""What of the questionnaires waits for a person: one queue for answers, late answers, questions and failed mails."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.models import Candidate, Evaluation, EvaluationState
from app.kit import clock, wording
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.work import WorkItem
from app.questionnaires import queries
from app.questionnaires.models import QuestionnaireResponse, ResponseState
from app.questionnaires.service.standing import SentState, sent_states
from app.vendors import service as vendors

MOST_EVALUATIONS = 200


def work_items_of(session: ReadSession, actor: Actor) -> Sequence[WorkItem]:
    """What waits for the actor: submitted answers to review and close, requests past their due day, late answers
    to decide on, vendors' questions, and mails that did not arrive."""
    if not actor.may(Action.EVALUATION_READ):
        return []
    open_ones, _ = evaluations.list_page(
        session, actor=actor, text="", state=EvaluationState.OPEN, page=1, rows=MOST_EVALUATIONS
    )
    by_id = {
        row.id: row
        for row in open_ones
        if evaluations.open_evaluation(session, actor, row.id).may(Action.ANSWER_WRITE)
    }
    found = queries.responses_in(session, list(by_id))
    keys = [row.id for row, _ in found]
    late, asked = queries.responses_with_drafts(session, keys), queries.responses_that_ask(session, keys)
    sent = sent_states(session, keys)
    items: list[WorkItem] = []
    for row, candidate in found:
        evaluation = by_id[candidate.evaluation_id]
        items += _items(session, row, candidate, evaluation)
        items += _vendor_items(session, row, candidate, evaluation, (late, asked), sent[row.id])
    return items


def _vendor_items(
    session: ReadSession,
    row: QuestionnaireResponse,
    candidate: Candidate,
    evaluation: Evaluation,
    marked: tuple[frozenset[UUID], frozenset[UUID]],
    sent: SentState,
) -> list[WorkItem]:
    late, asked = marked
    failed = sent.state in ("failed", "bounced") and row.state is not ResponseState.CLOSED
    if row.id not in late | asked and not failed:
        return []
    name = vendors.vendor_of(session, candidate.vendor_id).name
    where, href = f"{evaluation.label} {evaluation.name}", f"/responses/{row.id}/vendor"
    items = []
    if row.id in late:
        items.append(WorkItem(f"Decide on late answers of {name}", where, href, "typed after the last day"))
    if row.id in asked:
        items.append(WorkItem(f"Answer the question of {name}", where, href, "all vendors get the answer"))
    if failed:
        items.append(WorkItem(f"Reach {name} another way", where, href, sent.error))
    return items


def _items(
    session: ReadSession, row: QuestionnaireResponse, candidate: Candidate, evaluation: Evaluation
) -> list[WorkItem]:
    name = vendors.vendor_of(session, candidate.vendor_id).name
    where, href = f"{evaluation.label} {evaluation.name}", f"/responses/{row.id}"
    if row.state is ResponseState.SUBMITTED:
        note = f"submitted on {wording.day(row.submitted_at)}"
        return [WorkItem(f"Review the answers of {name}, then close them", where, href, note)]
    today = clock.now().astimezone(ZoneInfo(evaluation.time_zone)).date()
    late = row.due is not None and row.due < today and row.state is not ResponseState.CLOSED
    if not late:
        return []
    return [WorkItem(f"Ask {name} for the answers", where, href, "the day they were due has passed", row.due)]
