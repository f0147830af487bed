"""After sending: more time, answers sent back, and vendors' questions answered to all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.accounts import service as accounts
from app.audit import service as audit
from app.core import lifecycle
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.jobs import service as jobs
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.kit.letters import Letter, mail_of
from app.questionnaires import queries
from app.questionnaires.models import (
    AnswerReturn,
    Clarification,
    QuestionnaireResponse,
    ResponseState,
)
from app.questionnaires.schemas import AskIn, ClarifyIn, ExtendIn, ReturnIn
from app.questionnaires.service.access import ResponseAccess, deadline_of, response_access
from app.questionnaires.service.facts import record_facts
from app.questionnaires.service.late import accept_drafts
from app.questionnaires.service.responses import mark_discovery, record_response
from app.questionnaires.service.sending import GRACE_DAYS, send_reminder

_ABOUT = "questionnaire_response"


@dataclass(frozen=True, slots=True)
class Asked:
    """A vendor's question with our answer; `is_own`: of the vendor that reads it; `vendor` only for us."""

    row: Clarification
    text: str
    is_own: bool
    vendor: str


def extend_response(
    session: WriteSession, *, actor: Actor, response_id: UUID, entry: ExtendIn
) -> QuestionnaireResponse:
    """Give the vendor more time: links work longer, and what was typed too late counts as answered."""
    access = response_access(session, actor, response_id, Action.EVALUATION_EDIT, changing=True)
    if access.is_finished:
        message = f"This response is {access.response.state}; reopen it, or send single answers back."
        raise Conflict("response.finished", message)
    _set_due(session, access, entry)
    record_response(session, access, "extended", access.response.state, due=entry.due)
    drafts = queries.drafts_of(session, response_id)
    if any(each.question_id not in access.hidden for each in drafts):
        accept_drafts(session, actor=actor, response_id=response_id)
    return access.response


def _set_due(session: WriteSession, access: ResponseAccess, entry: ExtendIn) -> None:
    today = clock.now().astimezone(ZoneInfo(access.evaluation.time_zone)).date()
    if entry.due < today:
        raise Invalid("response.due", [Problem("due", "This day has passed; choose today or later.")])
    access.response.due = entry.due
    end = deadline_of(access.response, access.evaluation)
    if end is None:
        return
    panel = evaluations.open_evaluation(session, access.actor, access.evaluation.id).panel
    for _, link in queries.links_of(session, [access.response.id]):
        until = end + timedelta(days=GRACE_DAYS)
        accounts.extend_link(session, actor=access.actor, link_id=link.id, until=until, panel=panel)


def return_answer(
    session: WriteSession,
    *,
    actor: Actor,
    response_id: UUID,
    question_id: str,
    entry: ReturnIn,
    base_url: str,
    organisation: str = "",
) -> AnswerReturn:
    """Send one answer back with what is missing, to be handed in again by a day.

    The vendor can then change the returned answers alone; its contact gets a mail with a link, if an address is
    known. Raises `Conflict` while the answers are not handed in, or when this one was sent back already.
    """
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    question, row = access.question(question_id), access.response
    waiting = {each.question_id for each in queries.open_returns(session, response_id)}
    if access.is_vendor or question.id in waiting:
        raise Conflict("answer.returned", "This answer was sent back already; it waits for the vendor.")
    if not waiting and not access.is_finished:
        message = "The answers are not handed in yet: the vendor can still change this one. Send a reminder."
        raise Conflict("response.not_submitted", message)
    _set_due(session, access, ExtendIn(due=entry.due))
    item = AnswerReturn(
        response_id=response_id,
        question_id=question.id,
        reason=entry.reason,
        due=entry.due,
        returned_by=actor.id,
    )
    session.add(item)
    before = row.state
    if access.is_finished:
        lifecycle.RESPONSE.require(row.state, ResponseState.IN_PROGRESS)
        row.state, row.closed_at = ResponseState.IN_PROGRESS, None  # what was handed in stays so
    record_response(session, access, "answer_returned", before, question=question.id, due=entry.due)
    mark_discovery(session, actor, access.evaluation.id)
    if _address(session, row):
        send_reminder(
            session, actor=actor, response_id=response_id, base_url=base_url, organisation=organisation
        )
    return item


def withdraw_return(
    session: WriteSession, *, actor: Actor, response_id: UUID, return_id: UUID
) -> QuestionnaireResponse:
    """Take back that an answer was sent back; the vendor's link stops taking changes to it.

    With the last one the response is as finished as it was before, and counts what the vendor changed meanwhile.
    Raises `NotFound` for one that does not wait any more.
    """
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    row, waiting = access.response, queries.open_returns(session, response_id)
    item = next((each for each in waiting if each.id == return_id), None)
    if item is None or access.is_vendor:
        message = "This answer does not wait for the vendor any more. Load the page again."
        raise NotFound("return.not_found", message)
    item.settled_at = clock.now()
    session.add(item)
    before = row.state
    if len(waiting) == 1 and not access.is_finished:
        if row.submitted_at is not None:
            row.state = ResponseState.SUBMITTED
        else:
            row.state, row.closed_at = ResponseState.CLOSED, clock.now()
        lifecycle.RESPONSE.require(before, row.state)
    record_response(session, access, "return_withdrawn", before, question=item.question_id)
    if access.is_finished:
        record_facts(session, access)
    mark_discovery(session, actor, access.evaluation.id)
    return row


def _address(session: ReadSession, row: QuestionnaireResponse) -> str:
    """The mail address of the vendor's contact while its link works, else ''."""
    now = clock.now()
    for _, link in queries.links_of(session, [row.id]):
        if link.id == row.link_id and link.revoked_at is None and link.expires_at > now:
            return link.holder_email
    return ""


def returns_of(session: ReadSession, *, actor: Actor, response_id: UUID) -> Sequence[AnswerReturn]:
    """The answers that were sent back and wait for the vendor."""
    access = response_access(session, actor, response_id)
    return [row for row in queries.open_returns(session, response_id) if row.question_id not in access.hidden]


def ask(session: WriteSession, *, actor: Actor, response_id: UUID, entry: AskIn) -> Clarification:
    """A vendor asks about the questionnaire; we answer to everybody who was asked the same."""
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    if not access.is_vendor:
        raise NotFound("response.not_found", "Vendors ask here, through their link.")
    if entry.question_id:
        access.question(entry.question_id)
    row = Clarification(
        response_id=response_id,
        evaluation_id=access.evaluation.id,
        key=access.response.key,
        question_id=entry.question_id,
        text=entry.text,
    )
    session.add(row)
    _tell(session, access, actor, "asked", row)
    session.flush()
    return row


def _tell(session: WriteSession, access: ResponseAccess, actor: Actor, verb: str, row: Clarification) -> None:
    audit.record(
        session,
        actor,
        f"questionnaires.clarification.{verb}",
        (_ABOUT, row.response_id),
        label=access.response.key,
        after={"clarification": row.id, "question": row.question_id},
    )


def clarifications_of(session: ReadSession, *, actor: Actor, response_id: UUID) -> list[Asked]:
    """Questions and answers about a questionnaire as the actor may read them, oldest first.

    A vendor reads every answered one in the wording we gave it, and its own open ones; never who asked.
    """
    access = response_access(session, actor, response_id)
    rows = queries.clarifications(session, access.evaluation.id, access.response.key)
    if not access.is_vendor:
        names = vendor_names(session, access)
        return [
            Asked(each, each.wording or each.text, each.response_id == response_id, names[each.response_id])
            for each in rows
        ]
    found = []
    for row in rows:
        own = row.response_id == response_id
        if row.question_id in access.hidden or (row.answered_at is None and (not own or access.only)):
            continue
        found.append(Asked(row, row.text if row.answered_at is None else row.wording, own, ""))
    return found


def vendor_names(session: ReadSession, access: ResponseAccess) -> dict[UUID, str]:
    """Response id -> vendor, of everybody who was asked in the evaluation."""
    views = {
        view.candidate.id: view.name for view in evaluations.candidates_of(session, access.evaluation.id)
    }
    rows = queries.responses_in(session, [access.evaluation.id])
    return {row.id: views.get(candidate.id, "") for row, candidate in rows}


def clarify(
    session: WriteSession, *, actor: Actor, clarification_id: UUID, entry: ClarifyIn, seen: int | None
) -> Clarification:
    """Answer a vendor's question to everybody who was asked the same, in a wording that does not name the asker.

    Every vendor with a working link and a known address gets the question and the answer by mail. Raises
    `NotFound`, and `Conflict` with both texts when somebody else answered meanwhile.
    """
    row = session.get(Clarification, clarification_id)
    if row is None:
        raise NotFound("clarification.not_found", "There is no such question.")
    access = response_access(session, actor, row.response_id, Action.EVALUATION_EDIT, changing=True)
    unchanged(row, seen, {"wording": entry.wording, "answer": entry.answer})
    row.wording, row.answer, row.answered_at = entry.wording, entry.answer, clock.now()
    session.add(row)
    _tell(session, access, actor, "answered", row)
    session.flush()
    for response, _ in queries.responses_in(session, [row.evaluation_id]):
        to = _address(session, response) if response.key == row.key else ""
        if to and response.state not in (ResponseState.SUBMITTED, ResponseState.CLOSED):
            letter = Letter(
                title=f"{access.template.title}: a question was answered",
                greeting="Hello,",
                lines=("a vendor asked, and we answer to everybody:", row.wording, row.answer),
                after=("The same stands on the page that your link opens.",),
            )
            key = f"clarification:{row.id}:{row.version}:{response.id}"
            jobs.enqueue_mail(
                session, mail_of(letter, to), about=(_ABOUT, response.id), purpose="clarification", dedupe=key
            )
    return row
