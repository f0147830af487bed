"""Hand a response to the vendor: links, their mails, and reminders."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.accounts import service as accounts
from app.accounts.models import LinkPurpose, OneTimeLink
from app.audit import service as audit
from app.core import lifecycle
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action, Role
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, EvaluationState
from app.jobs import service as jobs
from app.kit import clock
from app.kit.actors import SYSTEM, Actor
from app.kit.db import ReadSession, WriteSession
from app.kit.letters import Letter, mail_of
from app.questionnaires import queries
from app.questionnaires.models import (
    FINISHED,
    LinkKind,
    QuestionnaireResponse,
    ResponseLink,
    ResponseState,
)
from app.questionnaires.schemas import DelegateIn, SendIn
from app.questionnaires.service.about import facts_of
from app.questionnaires.service.access import ResponseAccess, response_access
from app.questionnaires.service.responses import record_response

LINK_DAYS = 30
GRACE_DAYS = 14  # after the due day the link still opens what was answered, and keeps late drafts
REMIND_DAYS = (7, 3, 1)  # before the due day
REMIND_HOUR = 8  # not before, where the evaluation is
_ABOUT = "questionnaire_response"
_KEEP = (
    "The link works without an account, and answers are saved while you type: you can stop and continue at any "
    "time. Keep it to yourself and the colleagues who help: whoever has it can read and change your answers."
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A response that was handed out; `link` holds the secret and is shown once."""

    response: QuestionnaireResponse
    link: str
    valid_until: datetime


def send_response(
    session: WriteSession,
    *,
    actor: Actor,
    response_id: UUID,
    entry: SendIn,
    base_url: str,
    organisation: str = "",
) -> Sent:
    """Give the vendor a link of its own, in place of every earlier one; with an address Assay mails it.

    `base_url` is the address that people type, without a trailing slash, `organisation` whom the vendor reads as
    the asker's. The link works until two weeks after the due day, without one for 30 days.

    Raises `Invalid` for a due day that has passed.
    """
    access = response_access(session, actor, response_id, Action.EVALUATION_EDIT, changing=True)
    row = access.response
    if access.is_finished:
        raise Conflict("response.finished", f"This response is {row.state}; reopen it before sending it.")
    until = _valid_until(access.evaluation, entry.due)
    _revoke(session, access)
    holder = (entry.holder_name, entry.holder_email or "")
    secret, link = _issue(session, access, LinkKind.MAIN, holder, until)
    before = row.state
    row.link_id, row.sent_at, row.due, row.reminders = link.id, clock.now(), entry.due, entry.reminders
    row.sent_by = actor.id
    if row.state is ResponseState.DRAFT:
        row.state = ResponseState.SENT
    mailed = bool(entry.holder_email)
    record_response(session, access, "sent", before, due=row.due, link=row.link_id, mailed=mailed)
    url = f"{base_url}/vendor-link/{secret}"
    if entry.holder_email:
        letter = _invitation(session, access, entry.holder_name, url, organisation)
        _post(session, access, letter, entry.holder_email, "invitation", f"vendor-link:{link.id}")
    return Sent(row, url, until)


def _valid_until(evaluation: Evaluation, due: date | None) -> datetime:
    zone = ZoneInfo(evaluation.time_zone)
    if due is None:
        return clock.now() + timedelta(days=LINK_DAYS)
    if due < clock.now().astimezone(zone).date():
        raise Invalid("response.due", [Problem("due", "This day has passed; choose today or later.")])
    return datetime.combine(due, time.max, zone) + timedelta(days=GRACE_DAYS)


def _issue(
    session: WriteSession, access: ResponseAccess, kind: LinkKind, holder: tuple[str, str], until: datetime
) -> tuple[str, OneTimeLink]:
    secret = accounts.issue_link(
        session,
        actor=access.actor,
        purpose=LinkPurpose.VENDOR,
        holder_name=holder[0],
        holder_email=holder[1],
        subject=(_ABOUT, access.response.id),
        hours=max(1, round((until - clock.now()) / timedelta(hours=1))),
        panel=_panel(session, access),
    )
    link = accounts.open_link(session, secret, LinkPurpose.VENDOR)
    session.add(ResponseLink(response_id=access.response.id, link_id=link.id, kind=kind))
    return secret, link


def _post(
    session: WriteSession, access: ResponseAccess, letter: Letter, to: str, purpose: str, dedupe: str
) -> None:
    about = (_ABOUT, access.response.id)
    jobs.enqueue_mail(session, mail_of(letter, to), about=about, purpose=purpose, dedupe=dedupe)


def _invitation(
    session: ReadSession, access: ResponseAccess, name: str, url: str, organisation: str
) -> Letter:
    who = f"{access.actor.name} of {organisation}" if organisation else access.actor.name
    return Letter(
        title=f"{access.template.title}: questions for you",
        greeting=f"Hello {name},",
        lines=(f"{who} would like to know more about your company and asks you to answer some questions.",),
        facts=facts_of(session, access, organisation),
        button="Open the questions",
        url=url,
        after=(_KEEP,),
    )


def _panel(session: ReadSession, access: ResponseAccess) -> frozenset[Role]:
    return evaluations.open_evaluation(session, access.actor, access.evaluation.id).panel


def recall_response(session: WriteSession, *, actor: Actor, response_id: UUID) -> QuestionnaireResponse:
    """Withdraw every link of the vendor; what was answered stays. Raises `Conflict` when none is out."""
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
    record_response(session, access, "recalled", before)
    return row


def _revoke(session: WriteSession, access: ResponseAccess) -> None:
    panel = _panel(session, access)
    for _, link in queries.links_of(session, [access.response.id]):
        if link.revoked_at is None:
            accounts.revoke_link(session, actor=access.actor, link_id=link.id, panel=panel)


def open_vendor_link(session: ReadSession, secret: str) -> tuple[OneTimeLink, ResponseAccess]:
    """What a link from a mail opens, without using it up. Raises `NotFound` for one that is not known,
    `Conflict` for one that was withdrawn or has expired."""
    link = accounts.open_link(session, secret, LinkPurpose.VENDOR)
    if link.subject_kind != _ABOUT or link.subject_id is None:
        raise NotFound("link.unknown", "This link is not known. Ask its sender for a new one.")
    return link, response_access(session, accounts.actor_of_link(link), link.subject_id)


def enter_by_link(
    session: WriteSession, secret: str, *, days: int, replaces: str
) -> tuple[UUID, str, datetime]:
    """Exchange a link for a session of one browser: the response's id, the cookie's secret, and its end.

    The link stays open for other browsers; the first exchange is what "opened" means. `replaces` is the cookie
    that the browser held for this response.
    """
    link, access = open_vendor_link(session, secret)
    accounts.consume_link(session, secret, LinkPurpose.VENDOR)
    return (
        access.response.id,
        accounts.start_link_session(session, link, days=days, replaces=replaces),
        link.expires_at,
    )


def delegate_section(
    session: WriteSession,
    *,
    actor: Actor,
    response_id: UUID,
    section_id: str,
    entry: DelegateIn,
    base_url: str,
    organisation: str = "",
) -> str:
    """A vendor's colleague gets a link to one section alone; returns its address, which is shown once.

    With an address the link is mailed. Raises `NotFound` for a section that is not there, `Conflict` for
    somebody who holds a part only.
    """
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    section = next((each for each in access.template.sections if each.id == section_id), None)
    if section is None or not access.is_vendor:
        raise NotFound("section.not_found", "This questionnaire has no such section.")
    if access.only:
        raise Conflict("link.part", "Whoever got the whole questionnaire hands on its sections. Ask them.")
    email = entry.holder_email or ""
    secret = accounts.hand_on(session, actor=actor, holder_name=entry.holder_name, holder_email=email)
    link = accounts.open_link(session, secret, LinkPurpose.VENDOR)
    session.add(
        ResponseLink(response_id=response_id, link_id=link.id, kind=LinkKind.DELEGATE, section_id=section_id)
    )
    _tell(session, access, "section_delegated", section=section_id, link=link.id)
    url = f"{base_url}/vendor-link/{secret}"
    if email:
        letter = Letter(
            title=f"{access.template.title}: {section.title}",
            greeting=f"Hello {entry.holder_name},",
            lines=(f"{actor.name} asks you to answer the section “{section.title}” of a questionnaire.",),
            facts=facts_of(session, replace(access, only=section_id), organisation),
            button="Open the section",
            url=url,
            after=("This link opens that section alone. Keep it to yourself.",),
        )
        _post(session, access, letter, email, "delegate", f"vendor-link:{link.id}")
    return url


def withdraw_delegate(session: WriteSession, *, actor: Actor, response_id: UUID, link_id: UUID) -> None:
    """Take a section back from a colleague; what was answered stays."""
    access = response_access(session, actor, response_id, Action.ANSWER_WRITE, changing=True)
    for handed, link in queries.links_of(session, [response_id]):
        if handed.kind is LinkKind.DELEGATE and link.id == link_id and not access.only:
            if link.revoked_at is None:
                accounts.withdraw(session, actor, link)
            return
    raise NotFound("link.unknown", "There is no such link. Load the page again.")


def _tell(session: WriteSession, access: ResponseAccess, verb: str, **after: object) -> None:
    audit.record(
        session,
        access.actor,
        f"questionnaires.response.{verb}",
        (_ABOUT, access.response.id),
        label=access.response.key,
        after=after,
    )


def remind(session: WriteSession, *, base_url: str, organisation: str = "") -> int:
    """Send every reminder that is due now and was not sent; the number of mails. For the periodic job.

    Reminders go out 7, 3 and 1 days before the due day, from 8 o'clock where the evaluation is, once each. They
    stop when the answers were handed in or closed, the link was withdrawn, the due day is over, or the
    evaluation is no longer open.
    """
    now, count = clock.now(), 0
    for row, evaluation in queries.awaited(session):
        days = days_left(row, evaluation, now)
        if days is not None and _remind(session, row, days, base_url, organisation):
            count += 1
    return count


def days_left(row: QuestionnaireResponse, evaluation: Evaluation, now: datetime) -> int | None:
    """Which reminder (7, 3 or 1 days before) is due now; None for none.

    A reminder that was missed while nothing ran is sent late, unless a later one is due already; none is due
    on the day of the invitation.
    """
    open_ = row.state not in FINISHED and evaluation.state is EvaluationState.OPEN
    if not open_ or row.due is None or row.sent_at is None or row.link_id is None or not row.reminders:
        return None
    zone = ZoneInfo(evaluation.time_zone)
    today = now.astimezone(zone)
    left = (row.due - today.date()).days
    if left < 0 or today.hour < REMIND_HOUR or row.sent_at.astimezone(zone).date() >= today.date():
        return None
    due = min((each for each in REMIND_DAYS if each >= left), default=None)
    if due is None or row.sent_at.astimezone(zone).date() > row.due - timedelta(days=due):
        return None
    return due


def _remind(
    session: WriteSession, row: QuestionnaireResponse, days: int, base_url: str, organisation: str
) -> bool:
    own = session.get(OneTimeLink, row.link_id)
    if own is None or not own.holder_email or own.revoked_at is not None or own.expires_at <= clock.now():
        return False
    dedupe = f"reminder:{row.id}:{row.due}:{days}"
    if jobs.is_known(session, dedupe):
        return False
    send_reminder(
        session,
        actor=SYSTEM,
        response_id=row.id,
        base_url=base_url,
        organisation=organisation,
        dedupe=dedupe,
    )
    return True


def send_reminder(
    session: WriteSession,
    *,
    actor: Actor,
    response_id: UUID,
    base_url: str,
    organisation: str = "",
    dedupe: str = "",
) -> None:
    """Mail the vendor's contact once more, with a link of its own; earlier links keep working.

    Raises `Conflict` when nothing is out, everything is answered, or no address is known.
    """
    access = response_access(session, actor, response_id, Action.EVALUATION_EDIT, changing=True)
    row = access.response
    own = session.get(OneTimeLink, row.link_id) if row.link_id else None
    if own is None or own.revoked_at is not None or access.is_finished:
        raise Conflict("response.not_sent", "No link is out for this response; send it first.")
    if not own.holder_email:
        raise Conflict("response.no_address", "No mail address is known; send the response again with one.")
    until = max(own.expires_at, clock.now() + timedelta(hours=1))
    holder = (own.holder_name, own.holder_email)
    secret, link = _issue(session, access, LinkKind.REMINDER, holder, until)
    _tell(session, access, "reminded", link=link.id, due=row.due)
    letter = Letter(
        title=f"Reminder: {access.template.title}",
        greeting=f"Hello {own.holder_name},",
        lines=(_reminder_words(access),),
        facts=facts_of(session, access, organisation),
        button="Continue with the questions",
        url=f"{base_url}/vendor-link/{secret}",
        after=("If you need more time, tell your contact person. " + _KEEP,),
    )
    _post(session, access, letter, own.holder_email, "reminder", dedupe or f"vendor-link:{link.id}")


def _reminder_words(access: ResponseAccess) -> str:
    if access.returned:
        count = len(access.returned)
        needs = "needs" if count == 1 else "need"
        return f"{count} of your answers {needs} another look. What is missing stands there."
    if access.response.state is ResponseState.SENT:
        return "we sent you some questions and have no answer from you yet."
    return "your answers to our questions are begun, but not handed in yet."
