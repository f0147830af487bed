"""The status of a pilot by mail: what it says, who gets it, sent now or every week, and the link that stops it.

It says where the pilot stands and never how good anybody is or what it costs: candidates go by their codes, and
vendors' names are taken out of every text, because recipients may work blind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.accounts import service as accounts
from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, EvaluationState
from app.jobs import service as jobs
from app.jobs.models import OutgoingMail
from app.kit import clock, ids, wording
from app.kit.actors import SYSTEM, Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.kit.letters import Letter, mail_of
from app.pilots import service as pilots
from app.pilots.models import Delivery, Pilot
from app.pilots.service import open_pilot
from app.runs import queries
from app.runs.models import PilotStage, QuestionKind, StatusMail, StatusRecipient
from app.runs.schemas import StatusMailIn
from app.runs.service.milestones import MilestoneLine, milestone_lines
from app.runs.service.run import run_of, stage_of

ABOUT = "pilot_status_mail"
WEEK = timedelta(days=7)
_ENDED = (PilotStage.CLOSED, PilotStage.ABORTED)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets the status; `address` '' for a person who left the panel or has no account any more."""

    row: StatusRecipient
    name: str
    address: str

    @property
    def gets_it(self) -> bool:
        """Whether mails go there."""
        return bool(self.address) and self.row.stopped_at is None


@dataclass(frozen=True, slots=True)
class StatusView:
    """What the page of the status shows: `people` of the panel as (id, name, address)."""

    mail: StatusMail | None
    recipients: tuple[Recipient, ...]
    people: tuple[tuple[UUID, str, str], ...]
    letter: Letter
    sent: Sequence[OutgoingMail]


def status_of(session: ReadSession, *, actor: Actor, pilot_id: UUID) -> StatusView:
    """The status as it would be mailed now, and what was sent."""
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    mail = queries.status_mail(session, pilot_id)
    people = _people(session, found.evaluation)
    return StatusView(
        mail=mail,
        recipients=_recipients(session, mail, people) if mail else (),
        people=people,
        letter=letter_of(session, found.pilot, mail.note if mail else ""),
        sent=jobs.mails_about(session, ABOUT, [mail.id]) if mail else [],
    )


def _people(session: ReadSession, evaluation: Evaluation) -> tuple[tuple[UUID, str, str], ...]:
    """Active people of the panel."""
    users = [accounts.user_of(session, one.user_id) for one in evaluations.panel_of(session, evaluation.id)]
    return tuple((one.id, one.name, one.email) for one in users if one.active)


def _recipients(
    session: ReadSession, mail: StatusMail, people: Sequence[tuple[UUID, str, str]]
) -> tuple[Recipient, ...]:
    known = {key: (name, address) for key, name, address in people}
    out = []
    for row in queries.recipients(session, mail.id):
        name, address = (
            known.get(row.person_id, ("Somebody who left", "")) if row.person_id else ("", row.email)
        )
        out.append(Recipient(row, name or row.email, address))
    return tuple(out)


def set_status_mail(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: StatusMailIn, seen: int | None
) -> StatusMail:
    """Choose who gets the status, and whether every week, the first time in a week.

    Who stopped the mails stays on the list and gets none. Raises `Invalid` for people who are not on the panel,
    `Conflict` when somebody changed the list meanwhile.
    """
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    strangers = set(entry.people) - {key for key, _, _ in _people(session, found.evaluation)}
    if strangers:
        raise Invalid("status.people", [Problem("people", "Choose people of this evaluation's panel.")])
    row = queries.status_mail(session, pilot_id)
    if row is None:
        row = StatusMail(pilot_id=pilot_id)
    else:
        unchanged(row, seen, {"note": entry.note})
    before = {"weekly": row.next_on is not None}
    row.note = entry.note
    if not entry.weekly:
        row.next_on = None
    elif row.next_on is None:
        row.next_on = _today(found.evaluation) + WEEK
    session.add(row)
    session.flush()
    count = _set_recipients(session, row, entry)
    after = {"weekly": entry.weekly, "recipients": count}
    audit.record(session, actor, "pilots.status_mail.set", (ABOUT, row.id), before=before, after=after)
    session.flush()
    return row


def _set_recipients(session: WriteSession, mail: StatusMail, entry: StatusMailIn) -> int:
    wanted: set[UUID | str] = {*entry.people, *entry.addresses}
    present: dict[UUID | str, StatusRecipient] = {
        row.person_id or row.email: row for row in queries.recipients(session, mail.id)
    }
    for key, row in present.items():
        if key not in wanted and row.stopped_at is None:
            session.delete(row)
    for person in set(entry.people) - set(present):
        session.add(StatusRecipient(mail_id=mail.id, person_id=person, token=ids.token()))
    for address in set(entry.addresses) - set(present):
        session.add(StatusRecipient(mail_id=mail.id, email=address, token=ids.token()))
    session.flush()
    return len(wanted)


def _today(evaluation: Evaluation) -> date:
    return clock.now().astimezone(ZoneInfo(evaluation.time_zone)).date()


def send_status(session: WriteSession, *, actor: Actor, pilot_id: UUID, base_url: str) -> int:
    """Mail the status now to everybody on the list; how many mails. Raises `Conflict` when nobody is on it."""
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    evaluations.open_evaluation(session, actor, found.evaluation.id, Action.PILOT_EDIT, changing=True)
    row = queries.status_mail(session, pilot_id)
    count = _send(session, actor, found.pilot, row, base_url) if row else 0
    if not count:
        raise Conflict("status.nobody", "Choose who gets the status first, and save.", field="people")
    return count


def _send(
    session: WriteSession, actor: Actor, pilot: Pilot, mail: StatusMail, base_url: str, dedupe: str = ""
) -> int:
    evaluation = session.get_one(Evaluation, pilot.evaluation_id)
    letter = letter_of(session, pilot, mail.note)
    going = [one for one in _recipients(session, mail, _people(session, evaluation)) if one.gets_it]
    for one in going:
        stop = f"To get no more of these mails, open {base_url}/status-stop/{one.row.token}"
        ready = mail_of(replace(letter, after=(*letter.after, stop)), one.address)
        key = f"{dedupe}:{one.row.id}" if dedupe else None
        jobs.enqueue_mail(session, ready, about=(ABOUT, mail.id), purpose="pilot status", dedupe=key)
    if going:
        facts = {"mails": len(going), "weekly": bool(dedupe)}
        audit.record(session, actor, "pilots.status_mail.sent", (ABOUT, mail.id), after=facts)
    return len(going)


def send_weekly(session: WriteSession, *, base_url: str) -> int:
    """Send every weekly status that is due where its evaluation is; how many mails. What has ended sends no more."""
    count = 0
    latest = (clock.now() + timedelta(days=1)).date()  # no place is further ahead than that
    for mail in queries.due_status_mails(session, latest):
        pilot = session.get_one(Pilot, mail.pilot_id)
        evaluation = session.get_one(Evaluation, pilot.evaluation_id)
        today = _today(evaluation)
        if mail.next_on is None or mail.next_on > today:
            continue
        ended = (
            stage_of(pilot, run_of(session, pilot)) in _ENDED or evaluation.state is not EvaluationState.OPEN
        )
        before = {"next_on": mail.next_on}
        if not ended:
            key = f"pilot-status:{mail.id}:{mail.next_on}"
            count += _send(session, SYSTEM, pilot, mail, base_url, key)
        mail.next_on = None if ended else max(mail.next_on + WEEK, today + timedelta(days=1))
        session.add(mail)
        after = {"next_on": mail.next_on}
        audit.record(
            session, SYSTEM, "pilots.status_mail.planned", (ABOUT, mail.id), before=before, after=after
        )
    session.flush()
    return count


def recipient_by_token(session: ReadSession, token: str) -> StatusRecipient:
    """Whose stop link this is. Raises `NotFound`."""
    row = queries.recipient_of(session, token)
    if row is None:
        raise NotFound("status.link", "This link is not known. The mails may be stopped already.")
    return row


def stop_status(session: WriteSession, token: str) -> StatusRecipient:
    """Send no more status mails to the holder of this link. Raises `NotFound`."""
    row = recipient_by_token(session, token)
    if row.stopped_at is None:
        row.stopped_at = clock.now()
        session.add(row)
        facts = {"recipient": row.id, "stopped": True}
        audit.record(session, SYSTEM, "pilots.status_mail.stopped", (ABOUT, row.mail_id), after=facts)
        session.flush()
    return row


def letter_of(session: ReadSession, pilot: Pilot, note: str) -> Letter:
    """The status as a letter: stage, deliveries by code, open questions, milestones, the next step."""
    run = run_of(session, pilot)
    evaluation = session.get_one(Evaluation, pilot.evaluation_id)
    lines = milestone_lines(session, pilot, run)
    facts = [
        ("Stage", f"{stage_of(pilot, run).value}, round {run.round} of at most {run.rounds}"),
        *([("Last day of this round", wording.day(run.deadline))] if run.deadline else []),
        *_deliveries(session, pilot),
        ("Open questions", _questions(session, pilot)),
        *((wording.day(one.day), _milestone(one)) for one in lines),
        ("Next step", note or _next(lines)),
    ]
    names = _hidden_names(session, pilot)
    return Letter(
        title=_nameless(f"Pilot status: {evaluation.name}", names),
        greeting="Hello,",
        lines=tuple(
            _nameless(line, names)
            for line in (f"this is where the pilot of {evaluation.name} stands.", pilot.goal)
            if line
        ),
        facts=tuple((term, _nameless(text, names)) for term, text in facts),
        after=("Candidates go by their codes. How good they are is not in this mail.",),
    )


def _deliveries(session: ReadSession, pilot: Pilot) -> list[tuple[str, str]]:
    zone = ZoneInfo(session.get_one(Evaluation, pilot.evaluation_id).time_zone)
    newest: dict[UUID, Delivery] = {row.candidate_id: row for row in pilots.accepted(session, pilot.id)}
    out = []
    for view in sorted(pilots.participants(session, pilot), key=lambda one: one.candidate.code):
        row = newest.get(view.candidate.id)
        told = "nothing delivered yet"
        if row is not None:
            day = wording.day(row.received_at.astimezone(zone).date())
            told = f"round {row.round} delivered on {day}, {wording.number(row.items)} items"
        out.append((f"Candidate {view.candidate.code}", told))
    return out


def _questions(session: ReadSession, pilot: Pilot) -> str:
    rows = queries.questions(session, pilot.id)
    said = queries.messages(session, [row.id for row in rows])
    ours = sum(not said[row.id][-1].by_us for row in rows)
    theirs = sum(row.by_us and all(each.by_us for each in said[row.id]) for row in rows)
    open_ = sum(row.adopted is None and row.kind is not QuestionKind.QUESTION for row in rows)
    return f"waiting for us {ours}, for a vendor {theirs}; edge cases and proposals to decide {open_}"


def _milestone(one: MilestoneLine) -> str:
    state = "late" if one.is_late else "open"
    if one.done is not None:
        state = f"done {wording.day(one.done)}" + (", late" if one.is_late else "")
    counted = f", {one.delivered} of {one.expected} delivered" if one.round else ""
    return f"{one.title} ({state}{counted})"


def _next(lines: Sequence[MilestoneLine]) -> str:
    waiting = [one for one in lines if one.done is None]
    return f"{waiting[0].title}, due {wording.day(waiting[0].day)}" if waiting else "no milestone is open"


def _hidden_names(session: ReadSession, pilot: Pilot) -> dict[str, str]:
    views = evaluations.candidates_of(session, pilot.evaluation_id)
    return {view.name: f"Candidate {view.candidate.code}" for view in views if not view.is_in_house}


def _nameless(text: str, names: dict[str, str]) -> str:
    """The text with vendors' names turned into codes, the longest name first."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", names[name], text, flags=re.IGNORECASE)
    return text
