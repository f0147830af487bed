"""The discovery call: planned, held, flagged for follow-up, and summed up for the vendor."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, Problem
from app.core.permissions import Action
from app.jobs import service as jobs
from app.kit import clock, wording
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.kit.letters import Letter, mail_of
from app.questionnaires import queries
from app.questionnaires.models import AnswerRow, Call, FollowUp
from app.questionnaires.schemas import CallIn, FlagIn, SummaryIn
from app.questionnaires.service.access import ResponseAccess, response_access, sealed_questions
from app.questionnaires.service.held import HeldResponse, hold
from app.questionnaires.service.wording import spell_answer
from app.vendors import service as vendors

DEFAULT_MINUTES = 45
_ABOUT = "questionnaire_response"
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


@dataclass(frozen=True, slots=True)
class CallShown:
    """The call about a response, None until it was planned or begun; follow-ups by question id."""

    call: Call | None
    follow_ups: Mapping[str, FollowUp]
    minutes: int


def call_of(session: ReadSession, *, actor: Actor, response_id: UUID) -> CallShown:
    """The call about a response, for us; the vendor gets a summary instead."""
    access = _ours(session, actor, response_id, changing=False)
    flags = queries.follow_ups(session, response_id)
    visible = {name: row for name, row in flags.items() if name not in access.hidden}
    return CallShown(queries.call_of(session, response_id), visible, minutes_of(access))


def minutes_of(access: ResponseAccess) -> int:
    """The planned length of the call."""
    return sum(item.minutes for item in access.template.agenda) or access.template.minutes or DEFAULT_MINUTES


def _ours(session: ReadSession, actor: Actor, response_id: UUID, *, changing: bool = True) -> ResponseAccess:
    action = Action.ANSWER_WRITE if changing else Action.EVALUATION_READ
    access = response_access(session, actor, response_id, action, changing=changing)
    if access.is_vendor:
        raise Conflict("call.not_yours", "The call is led by those who asked.")
    return access


def plan_call(
    session: WriteSession, *, actor: Actor, response_id: UUID, entry: CallIn, seen: int | None = None
) -> Call:
    """Set when and where the call is, and who takes part; a time without zone is that of the evaluation."""
    access = _ours(session, actor, response_id)
    row = _row(session, response_id)
    planned = entry.planned_at
    if planned is not None and planned.tzinfo is None:
        planned = planned.replace(tzinfo=ZoneInfo(access.evaluation.time_zone))
    attendees = [line.strip() for line in entry.attendees.splitlines() if line.strip()]
    unchanged(row, seen, {"place": entry.place, "attendees": attendees})
    row.planned_at, row.place, row.attendees = planned, entry.place, attendees
    _save(session, access, row, "planned", planned_at=planned, attendees=len(attendees))
    return row


def start_call(session: WriteSession, *, actor: Actor, response_id: UUID) -> Call:
    """Start the timer, anew when the call is held once more."""
    access = _ours(session, actor, response_id)
    row = _row(session, response_id)
    row.started_at, row.ended_at = clock.now(), None
    _save(session, access, row, "started")
    return row


def end_call(session: WriteSession, *, actor: Actor, response_id: UUID) -> Call:
    """Stop the timer. Raises `Conflict` when no call is going on."""
    access = _ours(session, actor, response_id)
    row = _row(session, response_id)
    if row.started_at is None or row.ended_at is not None:
        raise Conflict("call.not_started", "No call is going on. Start it first.")
    row.ended_at = clock.now()
    _save(session, access, row, "ended")
    return row


def _row(session: WriteSession, response_id: UUID) -> Call:
    return queries.call_of(session, response_id) or Call(response_id=response_id)


def _save(session: WriteSession, access: ResponseAccess, row: Call, verb: str, **after: object) -> None:
    session.add(row)
    _tell(session, access, f"call.{verb}", **after)
    session.flush()


def _tell(session: WriteSession, access: ResponseAccess, verb: str, **after: object) -> None:
    audit.record(
        session,
        access.actor,
        f"questionnaires.{verb}",
        (_ABOUT, access.response.id),
        label=access.response.key,
        after=after,
    )


def set_follow_up(
    session: WriteSession, *, actor: Actor, response_id: UUID, question_id: str, entry: FlagIn
) -> FollowUp | None:
    """Mark a question for a follow-up, or take the mark away; None when it has none now."""
    access = _ours(session, actor, response_id)
    question = access.question(question_id)
    row = queries.follow_ups(session, response_id).get(question.id)
    if not entry.flag:
        if row is not None:
            session.delete(row)
            _tell(session, access, "follow_up.dropped", question=question.id)
        return None
    if row is not None and row.text == entry.text:
        return row
    row = row or FollowUp(response_id=response_id, question_id=question.id)
    row.text = entry.text
    session.add(row)
    _tell(session, access, "follow_up.set", question=question.id)
    session.flush()
    return row


def invitation(session: ReadSession, *, actor: Actor, response_id: UUID, organisation: str = "") -> str:
    """The planned call as an iCalendar file (RFC 5545), named after both sides.

    Raises `Conflict` before a time was set.
    """
    access = _ours(session, actor, response_id, changing=False)
    row = queries.call_of(session, response_id)
    if row is None or row.planned_at is None:
        raise Conflict("call.not_planned", "Set day and time of the call first.")
    event = Event()
    event.add("uid", f"{row.id}@assay")
    event.add("sequence", row.version - 1)
    event.add("dtstamp", clock.now())
    event.add("dtstart", row.planned_at)
    event.add("dtend", row.planned_at + timedelta(minutes=minutes_of(access)))
    sides = " and ".join(filter(None, (_vendor(session, access), organisation)))
    event.add("summary", f"{access.template.title}: {sides}")
    event.add("description", _agenda(access))
    if row.place:
        event.add("location", row.place)
    calendar = Calendar()
    calendar.add("prodid", "-//Assay//Discovery call//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    spelled: bytes = calendar.to_ical()
    return spelled.decode()


def _vendor(session: ReadSession, access: ResponseAccess) -> str:
    return vendors.vendor_of(session, access.candidate.vendor_id).name


def _agenda(access: ResponseAccess) -> str:
    return "\n".join(f"{item.minutes} min: {item.item}" for item in access.template.agenda)


def send_invitation(session: WriteSession, *, actor: Actor, response_id: UUID, organisation: str = "") -> int:
    """Mail the invitation to every attendee whose address is written beside the name; the number of mails."""
    access = _ours(session, actor, response_id)
    calendar = invitation(session, actor=actor, response_id=response_id, organisation=organisation)
    row = _row(session, response_id)
    found = [match[0] for line in row.attendees if (match := _ADDRESS.search(line))]
    if not found:
        message = "Write the addresses beside the names, such as: Maria Chen <maria@harbor.example>."
        raise Invalid("call.no_address", [Problem("attendees", message)])
    when = wording.moment(row.planned_at, access.evaluation.time_zone)
    letter = Letter(
        title=f"Invitation: {access.template.title}, {when}",
        greeting="Hello,",
        lines=("we look forward to talking to you.", _agenda(access)),
        facts=(
            *((("With", organisation),) if organisation else ()),
            ("When", when),
            ("How long", f"{minutes_of(access)} minutes"),
            ("Where", row.place or "to come"),
        ),
        after=("The attached invitation puts the call into your calendar.",),
    )
    for to in dict.fromkeys(found):
        _post(session, access, letter, to, "call invitation", calendar)
    _tell(session, access, "call.invited", mails=len(found))
    return len(found)


def _post(
    session: WriteSession, access: ResponseAccess, letter: Letter, to: str, purpose: str, calendar: str = ""
) -> None:
    mail = mail_of(letter, to, calendar=calendar)
    jobs.enqueue_mail(session, mail, about=(_ABOUT, access.response.id), purpose=purpose)


def summary_of(session: ReadSession, *, actor: Actor, response_id: UUID) -> str:
    """What was said in the call, what is open and what follows, in words for the vendor.

    It holds no note, no confidence and no price: those stay with us. Once a call was started, only what was
    answered since then is repeated.
    """
    access = _ours(session, actor, response_id, changing=False)
    held, shown = hold(session, access), call_of(session, actor=actor, response_id=response_id)
    since = shown.call.started_at if shown.call is not None else None
    told = _told(held, since)
    asked = [each for each in access.template.questions() if held.applies[each.id]]
    unanswered = [each.text for each in asked if held.status(each) == "open"]
    flags = [_flag(access, row) for row in shown.follow_ups.values()]
    steps = [f"- {item.what} (within {item.within_days} days)" for item in access.template.after_the_call]
    day = wording.day(since or clock.now())
    parts = [f"{access.template.title} with {_vendor(session, access)}, {day}"]
    if shown.call is not None and shown.call.attendees:
        names = [_ADDRESS.sub("", line).strip(" <>,") or line for line in shown.call.attendees]
        parts.append("Took part: " + ", ".join(names))
    for title, lines in (
        ("What we wrote down", told),
        ("Still open", [f"- {text}" for text in unanswered]),
        ("We come back to", flags),
        ("What happens next", steps),
    ):
        if lines:
            parts.append(title + "\n" + "\n".join(lines))
    parts.append("Please tell us if we misunderstood something.")
    return "\n\n".join(parts) + "\n"


def _told(held: HeldResponse, since: datetime | None) -> list[str]:
    sealed, found = sealed_questions(held.access.template), []
    for question in held.access.template.questions():
        row: AnswerRow | None = held.rows.get(question.id)
        if row is None or question.id in sealed or held.status(question) != "answered":
            continue
        if since is None or row.answered_at >= since:
            answer = spell_answer(question, row.value).replace("\n", "\n  ")
            found.append(f"- {question.text}\n  {answer}")
    return found


def _flag(access: ResponseAccess, row: FollowUp) -> str:
    question = access.template.question(row.question_id).text
    return f"- {question}{f' {row.text}' if row.text else ''}"


def send_summary(session: WriteSession, *, actor: Actor, response_id: UUID, entry: SummaryIn) -> None:
    """Mail the summary as it was edited."""
    access = _ours(session, actor, response_id)
    title = f"{access.template.title}: summary"
    letter = Letter(title=title, greeting="Hello,", lines=(entry.text,))
    _post(session, access, letter, entry.to, "call summary")
    _tell(session, access, "call.summed_up")
