"""What a vendor answered the last time: offered for confirmation, never copied unseen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.errors import Forbidden, Invalid, NotFound
from app.core.questionnaire import Question, to_plain, validate_answer
from app.evaluations import service as evaluations
from app.evaluations.models import Candidate
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.questionnaires import queries
from app.questionnaires.models import AnswerRow, QuestionnaireResponse
from app.questionnaires.service.access import ResponseAccess, response_access
from app.questionnaires.service.templates import template_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """A new answer to look at before it is saved: `value` is plain; `revision` is what it was made from.

    `now` is what stands, None while nothing does. `is_old`: somebody changed the answer after `revision`.
    """

    question: Question
    value: object
    comment: str
    revision: int
    now: AnswerRow | None
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """The proposals of the newest earlier response, and when that was handed in; None when there is none."""

    handed_in: datetime | None
    proposals: tuple[Proposal, ...]


def earlier_answers(session: ReadSession, *, actor: Actor, response_id: UUID) -> Earlier:
    """Answers of the vendor's last response to the same questionnaire, for questions that are open here.

    A vendor is offered what came through its own links alone, not what we wrote down; we are offered what we may
    read where it was given. Files are not carried over.
    """
    access = response_access(session, actor, response_id)
    rows = queries.answers_of(session, [response_id])[response_id]
    vendor_id = access.candidate.vendor_id
    for row, candidate in queries.earlier_responses(
        session, vendor_id, access.response.key, access.candidate.id
    ):
        if not _may_read(session, access, candidate):
            continue
        found = tuple(_proposals(session, access, row, rows))
        if found:
            return Earlier(row.submitted_at, found)
    return Earlier(None, ())


def _may_read(session: ReadSession, access: ResponseAccess, candidate: Candidate) -> bool:
    if access.is_vendor:
        return True
    try:
        evaluations.open_evaluation(session, access.actor, candidate.evaluation_id)
    except (NotFound, Forbidden):
        return False
    return True


def _proposals(
    session: ReadSession,
    access: ResponseAccess,
    earlier: QuestionnaireResponse,
    rows: dict[str, AnswerRow],
) -> Iterator[Proposal]:
    links = {link.id for _, link in queries.links_of(session, [earlier.id])}
    asked = {question.id: question for question in template_of(session, earlier).questions()}
    told = queries.answers_of(session, [earlier.id])[earlier.id]
    for question in access.template.questions():
        row, now = told.get(question.id), rows.get(question.id)
        if row is None or row.value is None or question.id in access.hidden or not access.takes(question.id):
            continue
        if access.is_vendor and row.answered_by not in links:
            continue
        taken = now is not None and (now.value is not None or now.not_applicable)
        if taken or question.type == "file" or asked[question.id].type != question.type:
            continue
        try:
            value = to_plain(validate_answer(question, row.value))
        except Invalid:  # the question changed so that the old answer no longer fits: it is asked anew
            continue
        yield Proposal(question, value, row.comment, now.revision if now else 0, now)
