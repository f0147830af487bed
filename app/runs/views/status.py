"""The status mail: who gets it, how it reads, what was sent; and the page that stops it."""

from dataclasses import dataclass
from typing import ClassVar

from app.evaluations.frame import EvaluationFrame
from app.jobs.models import OutgoingMail
from app.jobs.wording import MAIL_WORDS
from app.kit import wording
from app.kit.forms import FormState, blank
from app.kit.letters import Letter
from app.kit.templating import Page
from app.kit.ui import Option
from app.runs.service import StatusView

SHOWN = 50  # of the mails that were sent


@dataclass(frozen=True, slots=True)
class SentRow:
    """A mail, and what became of it."""

    to: str
    when: str
    state: tuple[str, str]
    error: str


@dataclass(frozen=True, slots=True)
class StatusPage(Page):
    """Recipients, preview and what was sent."""

    template: ClassVar[str] = "runs/status.html"

    frame: EvaluationFrame
    path: str
    back: str
    form: FormState
    people: tuple[Option, ...]
    may_send: bool
    is_closed: bool
    next_on: str
    going: str
    stopped: tuple[str, ...]
    letter: Letter
    plain: str
    sent: tuple[SentRow, ...]
    nonce: str


@dataclass(frozen=True, slots=True)
class StopPage(Page):
    """One button that stops the mails. Looking stops nothing, because mail scanners open every link."""

    template: ClassVar[str] = "runs/status_stop.html"

    action: str
    is_stopped: bool


def status_form(found: StatusView) -> FormState:
    """The list as form values."""
    mail = found.mail
    rows = [one.row for one in found.recipients]
    values = {
        "people": [str(one.person_id) for one in rows if one.person_id],
        "addresses": "\n".join(one.email for one in rows if one.email),
        "note": mail.note if mail else "",
        "weekly": bool(mail and mail.next_on),
    }
    return blank(values, version=mail.version if mail else None)


def people_options(found: StatusView) -> tuple[Option, ...]:
    """People of the panel with their addresses."""
    return tuple(Option(str(key), name, address) for key, name, address in found.people)


def sent_row(one: OutgoingMail, zone: str) -> SentRow:
    """A mail that was sent."""
    when = wording.moment(one.sent_at or one.created_at, zone)
    return SentRow(one.to, when, MAIL_WORDS[one.state], one.error)
