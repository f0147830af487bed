"""Start, hand out, submit, reopen, close."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.accounts import service as accounts
from app.accounts.models import LinkPurpose
from app.audit import service as audit
from app.core import lifecycle
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action, Role
from app.evaluations import service as evaluations
from app.evaluations.models import OUT, Evaluation, StepName, StepState
from app.jobs import service as jobs
from app.kit import clock, wording
from app.kit.actors import Actor
from app.kit.db import WriteSession
from app.kit.mail import Mail
from app.questionnaires import queries
from app.questionnaires.models import FINISHED, QuestionnaireResponse, ResponseState
from app.questionnaires.schemas import SendIn, StartIn
from app.questionnaires.service.access import ResponseAccess, response_access
from app.questionnaires.service.facts import record_facts
from app.questionnaires.service.templates import pin

LINK_DAYS = 30
GRACE_DAYS = 14  # after the due day: late answers are better than none


@dataclass(frozen=True, slots=True)
class Sent:
    """A response that was handed out; `link` holds the secret and is shown once."""

    response: QuestionnaireResponse
    link: str
    valid_until: datetime


def start_response(
    session: WriteSession, *, actor: Actor, candidate_id: UUID, entry: StartIn
) -> QuestionnaireResponse:
    """Begin a questionnaire with a candidate; it stays what it is now, whatever the library does later.

    Raises `Conflict` when it was begun before, or the candidate no longer takes part.
    """
    candidate, access = evaluations.candidate_access(
        session, actor, candidate_id, Action.ANSWER_WRITE, changing=True
    )
    if candidate.stage in OUT:
        raise Conflict("response.candidate_out", f"This candidate is {candidate.stage}; take it back first.")
    if any(row.key == entry.key for row in queries.responses_of(session, candidate_id)):
        raise Conflict("response.exists", "This questionnaire was begun already; continue that response.")
    pinned = pin(session, actor=actor, key=entry.key)
    row = QuestionnaireResponse(
        candidate_id=candidate_id, questionnaire_id=pinned.id, key=entry.key, variant=entry.variant
    )
    session.add(row)
    after = {"candidate": candidate_id, "questionnaire": pinned.id, "variant": entry.variant}
    audit.record(
        session,
        actor,
        "questionnaires.response.started",
        ("questionnaire_response", row.id),
        label=entry.key,
        after=after,
    )
    session.flush()
    mark_discovery(session, actor, access.evaluation.id)
    return row


def send_response(
    session: WriteSession, *, actor: Actor, response_id: UUID, entry: SendIn, base_url: str
) -> Sent:
    """Give the vendor a link of its own, in place of an earlier one; with an address Assay mails it.

    `base_url` is the address that people type, without a trailing slash. The link works until two weeks after
    the due day, without one for 30 days. Raises `Invalid` for a due day that has passed.
    """
    access = response_access(session, actor, response_id, Action.EVALUATION_EDIT, changing=True)
    row = access.response
    if access.is_finished:
        raise Conflict("response.finished", f"This response is {row.state}; reopen it before sending it.")
    until = _valid_until(access.evaluation, entry)
    _revoke(session, access)
    hours = max(1, round((until - clock.now()) / timedelta(hours=1)))
    secret = accounts.issue_link(
        session,
        actor=actor,
        purpose=LinkPurpose.VENDOR,
        holder_name=entry.holder_name,
        holder_email=entry.holder_email or "",
        subject=("questionnaire_response", row.id),
        hours=hours,
        panel=_panel(session, access),
    )
    before = row.state
    row.link_id = accounts.open_link(session, secret, LinkPurpose.VENDOR).id
    row.sent_at, row.due = clock.now(), entry.due
    if row.state is ResponseState.DRAFT:
        row.state = ResponseState.SENT
    _record(session, access, "sent", before, due=row.due, link=row.link_id, mailed=bool(entry.holder_email))
    url = f"{base_url}/vendor-link/{secret}"
    if entry.holder_email:
        jobs.enqueue_mail(session, _mail(access, entry, url), dedupe=f"vendor-link:{row.link_id}")
    return Sent(row, url, until)


def _valid_until(evaluation: Evaluation, entry: SendIn) -> datetime:
    zone = ZoneInfo(evaluation.time_zone)
    if entry.due is None:
        return clock.now() + timedelta(days=LINK_DAYS)
    if entry.due < clock.now().astimezone(zone).date():
        raise Invalid("response.due", [Problem("due", "This day has passed; choose today or later.")])
    return datetime.combine(entry.due, time.max, zone) + timedelta(days=GRACE_DAYS)


def _mail(access: ResponseAccess, entry: SendIn, url: str) -> Mail:
    template = access.template
    count = sum(1 for _ in template.questions())
    due = f" Please answer by {wording.day(entry.due)}." if entry.due else ""
    text = (
        f"Hello {entry.holder_name},\n\n"
        f"we would like to know more about your company and ask you to answer {count} questions "
        f"(about {template.minutes or 45} minutes).{due}\n\n{url}\n\n"
        "The link works without an account, and answers are saved while you type: you can stop and continue "
        "at any time. Keep it to yourself and the colleagues who help: whoever has it can read and change your "
        "answers.\n"
    )
    return Mail(to=entry.holder_email or "", subject=f"{template.title}: questions for you", text=text)


def _panel(session: WriteSession, access: ResponseAccess) -> frozenset[Role]:
    return evaluations.open_evaluation(session, access.actor, access.evaluation.id).panel


def recall_response(session: WriteSession, *, actor: Actor, response_id: UUID) -> QuestionnaireResponse:
    """Withdraw the vendor's link; what was answered stays. Raises `Conflict` when there is none."""
    access = response_access(session, actor, response_id, Action.EVALUATION_EDIT, changing=True)
    row = access.response
    if row.link_id is None:
        raise Conflict("response.not_sent", "No link is out for this response.")
    before = row.state
    _revoke(session, access)
    row.link_id = None
    if row.state is ResponseState.SENT:
        lifecycle.RESPONSE.require(row.state, ResponseState.DRAFT)
        row.state = ResponseState.DRAFT
    _record(session, access, "recalled", before)
    return row


def _revoke(session: WriteSession, access: ResponseAccess) -> None:
    if access.response.link_id is not None:
        panel = _panel(session, access)
        accounts.revoke_link(session, actor=access.actor, link_id=access.response.link_id, panel=panel)


def submit_response(session: WriteSession, *, actor: Actor, response_id: UUID) -> QuestionnaireResponse:
    """The answerer is done: answers can no longer change, and go to the vendor's facts.

    Raises `Conflict` when nothing was answered yet, or it was submitted before.
    """
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    row = access.response
    lifecycle.RESPONSE.require(row.state, ResponseState.SUBMITTED)
    if not queries.answers_of(session, [row.id])[row.id]:
        raise Conflict("response.empty", "Nothing is answered yet. Answer at least one question first.")
    before, row.state = row.state, ResponseState.SUBMITTED
    row.submitted_at, row.submitted_by = clock.now(), actor.id
    _record(session, access, "submitted", before)
    record_facts(session, access)
    mark_discovery(session, actor, access.evaluation.id)
    return row


def reopen_response(
    session: WriteSession, *, actor: Actor, response_id: UUID, reason: str
) -> QuestionnaireResponse:
    """Let answers change again; a link that still works lets the vendor do so too."""
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    if access.is_vendor:
        raise NotFound("response.not_found", "There is no such response, or it is not shared with you.")
    row = access.response
    lifecycle.RESPONSE.require(row.state, ResponseState.IN_PROGRESS)
    before, row.state = row.state, ResponseState.IN_PROGRESS
    row.submitted_at = row.closed_at = row.submitted_by = None
    _record(session, access, "reopened", before, reason=reason)
    mark_discovery(session, actor, access.evaluation.id)
    return row


def close_response(session: WriteSession, *, actor: Actor, response_id: UUID) -> QuestionnaireResponse:
    """End it: what is open counts as closed_unanswered, which earns nothing; `reopen_response` undoes it."""
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    if access.is_vendor:
        raise NotFound("response.not_found", "There is no such response, or it is not shared with you.")
    row = access.response
    lifecycle.RESPONSE.require(row.state, ResponseState.CLOSED)
    before, row.state = row.state, ResponseState.CLOSED
    row.closed_at = clock.now()
    _record(session, access, "closed", before)
    record_facts(session, access)
    mark_discovery(session, actor, access.evaluation.id)
    return row


def _record(
    session: WriteSession,
    access: ResponseAccess,
    verb: str,
    before: ResponseState,
    *,
    reason: str = "",
    **after: object,
) -> None:
    session.add(access.response)
    session.flush()
    audit.record(
        session,
        access.actor,
        f"questionnaires.response.{verb}",
        ("questionnaire_response", access.response.id),
        label=access.response.key,
        before={"state": before},
        after={"state": access.response.state, **after},
        reason=reason,
    )


def mark_discovery(session: WriteSession, actor: Actor, evaluation_id: UUID) -> None:
    """Keep the journey's step true: '3 of 4' candidates have answered, in-house and dropped ones left out."""
    taking_part = {
        view.candidate.id
        for view in evaluations.candidates_of(session, evaluation_id, with_out=False)
        if not view.is_in_house
    }
    rows = queries.responses_in(session, [evaluation_id])
    begun = [row for row, candidate in rows if candidate.id in taking_part]
    answered = {row.candidate_id for row in begun if row.state in FINISHED}
    done = bool(taking_part) and answered == taking_part
    evaluations.mark_step(
        session,
        actor=actor,
        evaluation_id=evaluation_id,
        step=StepName.DISCOVERY,
        state=StepState.DONE if done else StepState.CURRENT,
        note=f"{len(answered)} of {len(taking_part)}",
    )
