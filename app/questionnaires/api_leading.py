"""Leading a response for programs: links, mails, reminders, more time, late and sent-back answers, vendors'
questions, and the call."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from app.core.permissions import Action
from app.jobs import bounces
from app.jobs.models import MailState
from app.kit.actors import Actor, CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.paging import Listing
from app.kit.requests import Read, Write
from app.questionnaires import service
from app.questionnaires.models import LinkKind
from app.questionnaires.schemas import CallIn, ClarifyIn, ExtendIn, FlagIn, ReturnIn, SummaryIn

router = APIRouter(prefix="/api/v1", tags=["questionnaires"])


class LinkOut(BaseModel):
    """A link that was handed out, without its secret."""

    id: UUID
    kind: LinkKind
    section_id: str
    holder: str
    opened_at: datetime | None
    expires_at: datetime
    is_live: bool


class MailOut(BaseModel):
    """A mail about a response, and what became of it."""

    id: UUID
    to: str
    purpose: str
    subject: str
    state: MailState
    error: str
    created_at: datetime
    sent_at: datetime | None


class LateOut(BaseModel):
    """An answer that was typed when answers were no longer taken."""

    question_id: str
    text: str
    comment: str
    saved_at: datetime
    files: list[UUID]


class ReturnedOut(BaseModel):
    """An answer that was sent back and waits for the vendor."""

    id: UUID
    question_id: str
    reason: str
    due: date


class ClarificationOut(BaseModel):
    """A vendor's question; `wording` and `answer` are what every vendor reads. `vendor` never leaves this team."""

    id: UUID
    version: int
    response_id: UUID
    vendor: str
    question_id: str
    text: str
    wording: str
    answer: str
    answered_at: datetime | None


class VendorSideOut(BaseModel):
    """How far a response came with its vendor: not_sent, made, queued, delivered, opened, kept, failed
    or bounced."""

    state: str
    error: str
    due: date | None
    links: list[LinkOut]
    mails: list[MailOut]
    late: list[LateOut]
    returned: list[ReturnedOut]


class CallOut(BaseModel):
    """The call about a response; `follow_ups` by question id. `version` goes into If-Match of a plan."""

    version: int
    planned_at: datetime | None
    place: str
    attendees: list[str]
    started_at: datetime | None
    ended_at: datetime | None
    minutes: int
    follow_ups: dict[str, str]


class SummaryOut(BaseModel):
    """What the vendor would read after the call."""

    text: str


def _side(session: ReadSession, actor: Actor, response_id: UUID) -> VendorSideOut:
    given: dict[str, Any] = {"actor": actor, "response_id": response_id}
    held = service.response_of(session, **given)
    sent = service.sent_states(session, [response_id])[response_id]
    return VendorSideOut(
        state=sent.state,
        error=sent.error,
        due=held.access.response.due,
        links=[
            LinkOut.model_validate(each, from_attributes=True) for each in service.links_of(session, **given)
        ],
        mails=[
            MailOut.model_validate(each, from_attributes=True) for each in service.mails_of(session, **given)
        ],
        late=[
            LateOut.model_validate(each, from_attributes=True) for each in service.drafts_of(session, **given)
        ],
        returned=[
            ReturnedOut.model_validate(each, from_attributes=True)
            for each in service.returns_of(session, **given)
        ],
    )


def _call(session: ReadSession, actor: Actor, response_id: UUID) -> CallOut:
    shown = service.call_of(session, actor=actor, response_id=response_id)
    call = shown.call
    return CallOut(
        version=call.version if call else 0,
        planned_at=call.planned_at if call else None,
        place=call.place if call else "",
        attendees=call.attendees if call else [],
        started_at=call.started_at if call else None,
        ended_at=call.ended_at if call else None,
        minutes=shown.minutes,
        follow_ups={name: row.text for name, row in shown.follow_ups.items()},
    )


@router.get("/responses/{response_id}/vendor")
def get_vendor_side(session: Read, actor: CurrentActor, response_id: UUID) -> VendorSideOut:
    """Links, mails, late and sent-back answers of a response."""
    return _side(session, actor, response_id)


@router.post("/responses/{response_id}/remind", response_model=VendorSideOut)
def remind(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Mail the vendor's contact once more, with a link of its own."""
    settings = request.app.state.settings
    service.send_reminder(
        session,
        actor=actor,
        response_id=response_id,
        base_url=settings.public_url,
        organisation=settings.organisation,
    )
    return done(request, _side(session, actor, response_id))


@router.post("/responses/{response_id}/extend", response_model=VendorSideOut)
def extend(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, entry: ExtendIn
) -> Response:
    """Set a new last day; what came too late counts as answered."""
    service.extend_response(session, actor=actor, response_id=response_id, entry=entry)
    return done(request, _side(session, actor, response_id))


@router.post("/responses/{response_id}/late/accept", response_model=VendorSideOut)
def accept_late(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Let late answers count."""
    service.accept_drafts(session, actor=actor, response_id=response_id)
    return done(request, _side(session, actor, response_id))


@router.post("/responses/{response_id}/late/leave", response_model=VendorSideOut)
def leave_late(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Leave late answers out for good."""
    service.leave_drafts(session, actor=actor, response_id=response_id)
    return done(request, _side(session, actor, response_id))


@router.post(
    "/responses/{response_id}/answers/{question_id}/return", status_code=201, response_model=VendorSideOut
)
def return_answer(
    request: Request,
    session: Write,
    actor: CurrentActor,
    response_id: UUID,
    question_id: str,
    entry: ReturnIn,
) -> Response:
    """Send one answer back to the vendor with a due day."""
    settings = request.app.state.settings
    service.return_answer(
        session,
        actor=actor,
        response_id=response_id,
        question_id=question_id,
        entry=entry,
        base_url=settings.public_url,
        organisation=settings.organisation,
    )
    return created(request, _side(session, actor, response_id), f"/api/v1/responses/{response_id}/vendor")


@router.delete("/responses/{response_id}/returns/{return_id}", response_model=VendorSideOut)
def withdraw_return(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, return_id: UUID
) -> Response:
    """Take back that an answer was sent back; with the last one the response is as finished as it was."""
    service.withdraw_return(session, actor=actor, response_id=response_id, return_id=return_id)
    return done(request, _side(session, actor, response_id))


@router.get("/responses/{response_id}/clarifications")
def list_clarifications(session: Read, actor: CurrentActor, response_id: UUID) -> Listing[ClarificationOut]:
    """What vendors asked about this questionnaire in the evaluation, oldest first."""
    return Listing(items=_clarifications(session, actor, response_id))


def _clarifications(session: ReadSession, actor: Actor, response_id: UUID) -> list[ClarificationOut]:
    found = service.clarifications_of(session, actor=actor, response_id=response_id)
    return [
        ClarificationOut.model_validate({**each.row.model_dump(), "vendor": each.vendor}) for each in found
    ]


@router.put("/clarifications/{clarification_id}", response_model=ClarificationOut)
def clarify(
    request: Request,
    session: Write,
    actor: CurrentActor,
    clarification_id: UUID,
    entry: ClarifyIn,
    seen: IfMatch,
) -> Response:
    """Answer a vendor's question to everybody who was asked the same; If-Match holds its version."""
    row = service.clarify(session, actor=actor, clarification_id=clarification_id, entry=entry, seen=seen)
    items = _clarifications(session, actor, row.response_id)
    return done(request, next(item for item in items if item.id == row.id))


@router.get("/responses/{response_id}/call")
def get_call(session: Read, actor: CurrentActor, response_id: UUID) -> CallOut:
    """The call about a response, with the questions marked for a follow-up."""
    return _call(session, actor, response_id)


@router.put("/responses/{response_id}/call", response_model=CallOut)
def plan_call(
    request: Request,
    session: Write,
    actor: CurrentActor,
    response_id: UUID,
    entry: CallIn,
    seen: IfMatch = None,
) -> Response:
    """Set time, place and attendees of the call."""
    service.plan_call(session, actor=actor, response_id=response_id, entry=entry, seen=seen)
    return done(request, _call(session, actor, response_id))


@router.post("/responses/{response_id}/call/start", response_model=CallOut)
def start_call(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Start the timer of the call."""
    service.start_call(session, actor=actor, response_id=response_id)
    return done(request, _call(session, actor, response_id))


@router.post("/responses/{response_id}/call/end", response_model=CallOut)
def end_call(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Stop the timer of the call."""
    service.end_call(session, actor=actor, response_id=response_id)
    return done(request, _call(session, actor, response_id))


@router.get("/responses/{response_id}/call/invitation")
def get_invitation(request: Request, session: Read, actor: CurrentActor, response_id: UUID) -> Response:
    """The planned call as iCalendar text."""
    text = service.invitation(
        session, actor=actor, response_id=response_id, organisation=request.app.state.settings.organisation
    )
    return Response(text, media_type="text/calendar; charset=utf-8")


@router.post("/responses/{response_id}/call/invite", response_model=VendorSideOut)
def send_invitation(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Mail the invitation to every attendee with an address."""
    service.send_invitation(
        session, actor=actor, response_id=response_id, organisation=request.app.state.settings.organisation
    )
    return done(request, _side(session, actor, response_id))


@router.get("/responses/{response_id}/call/summary")
def get_summary(session: Read, actor: CurrentActor, response_id: UUID) -> SummaryOut:
    """The summary of the call in words for the vendor; without notes, confidence and prices."""
    return SummaryOut(text=service.summary_of(session, actor=actor, response_id=response_id))


@router.post("/responses/{response_id}/call/summary", response_model=VendorSideOut)
def send_summary(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, entry: SummaryIn
) -> Response:
    """Mail the summary as it was edited."""
    service.send_summary(session, actor=actor, response_id=response_id, entry=entry)
    return done(request, _side(session, actor, response_id))


@router.put("/responses/{response_id}/answers/{question_id}/follow-up", response_model=CallOut)
def set_follow_up(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, question_id: str, entry: FlagIn
) -> Response:
    """Mark a question for a follow-up, or take the mark away."""
    service.set_follow_up(session, actor=actor, response_id=response_id, question_id=question_id, entry=entry)
    return done(request, _call(session, actor, response_id))


class BounceIn(BaseModel):
    """A mail that came back, whole and with its headers."""

    model_config = ConfigDict(extra="forbid")

    message: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)]


@router.post("/mails/bounces", response_model=MailOut)
def note_bounce(request: Request, session: Write, actor: CurrentActor, entry: BounceIn) -> Response:
    """Report a delivery failure (RFC 3464), for the mail server's filter: it is shown where the mail was sent."""
    actor.require(Action.JOB_RETRY)
    row = bounces.note_bounce(session, entry.message)
    return done(request, MailOut.model_validate(row, from_attributes=True))
