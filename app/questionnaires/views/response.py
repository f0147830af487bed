"""The page of one response, the parts htmx asks for, and the vendor's pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.permissions import Action
from app.core.questionnaire import AgendaItem, Questionnaire
from app.evaluations.frame import EvaluationFrame
from app.files.service import NotesAndFiles
from app.kit import wording
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import FieldError
from app.questionnaires.models import QuestionnaireResponse, ResponseState
from app.questionnaires.service import HeldResponse, ResponseAccess, SentState
from app.questionnaires.views import fill
from app.questionnaires.views.fill import Filling, ProgressView, QuestionView, SectionView

STATE_WORDS = {
    ResponseState.DRAFT: ("not begun", ""),
    ResponseState.SENT: ("sent", "info"),
    ResponseState.IN_PROGRESS: ("in progress", "info"),
    ResponseState.SUBMITTED: ("submitted", "ok"),
    ResponseState.CLOSED: ("closed", ""),
}
SENDING_WORDS = {
    "not_sent": ("not sent", ""),
    "made": ("link made", ""),
    "queued": ("mail on its way", "info"),
    "delivered": ("mail delivered", "info"),
    "opened": ("opened", "ok"),
    "kept": ("not mailed", "warn"),
    "failed": ("mail failed", "bad"),
    "bounced": ("mail came back", "bad"),
}


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A score as an interval; `text` '' when nothing is scored."""

    text: str
    note: str
    knock_outs: tuple[str, ...]
    covered: str = ""


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A part of the call: its length, and the minute at which it ends."""

    minutes: int
    until: int
    item: str


@dataclass(frozen=True, slots=True)
class MayView:
    """What the reader may do with the response now."""

    answer: bool
    close: bool
    reopen: bool
    send: bool
    recall: bool


@dataclass(frozen=True, slots=True)
class ResponsePage(Page):
    """Fill in, read and lead one response."""

    template: ClassVar[str] = "questionnaires/response.html"

    frame: EvaluationFrame
    candidate: str
    intro: str
    base: str
    state: tuple[str, str]
    facts: str
    progress: ProgressView
    score: ScoreView
    sections: tuple[SectionView, ...]
    agenda: tuple[AgendaLine, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    panel: NotesAndFiles
    errors: tuple[FieldError, ...]
    nonce: str
    may: MayView
    reopen_form: FormState
    send_form: FormState
    link: str
    link_note: str
    sending: tuple[str, str, str]
    late: int


@dataclass(frozen=True, slots=True)
class SavedPart(Page):
    """What changes on the page after one answer was saved or refused; `whole` refreshes the question itself."""

    template: ClassVar[str] = "questionnaires/_saved.html"

    question: QuestionView
    whole: bool
    changed: tuple[QuestionView, ...]
    progress: ProgressView


def score_view(held: HeldResponse) -> ScoreView:
    """A response's score in words."""
    found, template = held.score, held.access.template
    if found.low is None or found.high is None:
        return ScoreView("", "Nothing is scored yet.", ())
    exact = found.low == found.high
    text = wording.number(found.low, 1) if exact else wording.interval(found.low, found.high)
    knock_outs = tuple(f"{template.question(item.question).text} {item.text}" for item in found.knock_outs)
    sealed = "; sealed sections are not counted" if found.left_out else ""
    covered = f"{wording.percent(found.coverage)} of the weight has points"
    return ScoreView(text, f"of 100 points; {covered}{sealed}", knock_outs, covered)


def response_view(
    filling: Filling,
    frame: EvaluationFrame,
    panel: NotesAndFiles,
    candidate: str,
    *,
    send_form: FormState,
    reopen_form: FormState | None = None,
    link: str = "",
    link_note: str = "",
    sent: SentState,
    late: int,
) -> ResponsePage:
    """The page of one response."""
    held = filling.held
    access, template, row = held.access, held.access.template, held.access.response
    return ResponsePage(
        title=f"{template.title}: {candidate}",
        frame=frame,
        candidate=candidate,
        intro=template.intro,
        base=filling.base,
        state=STATE_WORDS[row.state],
        facts=_facts(held),
        progress=fill.progress_view(held),
        score=score_view(held),
        sections=fill.sections(filling),
        agenda=agenda(template.agenda),
        before=template.before_the_call,
        after=tuple(after_the_call(template)),
        panel=panel,
        errors=fill.summary(filling),
        nonce=filling.nonce,
        may=_may(access),
        reopen_form=reopen_form or blank(),
        send_form=send_form,
        link=link,
        link_note=link_note,
        sending=_sending(held, sent),
        late=late,
    )


def blank_send_form(row: QuestionnaireResponse, contact: tuple[str, str]) -> FormState:
    """The form that sends a response, with its due day and whom it went or would go to."""
    name, email = contact
    return blank({"due": row.due, "reminders": row.reminders, "holder_name": name, "holder_email": email})


def _sending(held: HeldResponse, sent: SentState) -> tuple[str, str, str]:
    """How far it came with the vendor: word, kind, and the moment or what went wrong."""
    at = wording.moment(sent.at, held.access.evaluation.time_zone) if sent.at else ""
    return (*SENDING_WORDS[sent.state], sent.error or at)


def _may(access: ResponseAccess) -> MayView:
    able = Action.ANSWER_WRITE in access.rights
    leads = Action.EVALUATION_EDIT in access.rights
    return MayView(
        answer=access.may_answer,
        close=able and access.response.state is not ResponseState.CLOSED,
        reopen=able and access.is_finished,
        send=leads and not access.is_finished,
        recall=leads and access.response.link_id is not None,
    )


def _facts(held: HeldResponse) -> str:
    row = held.access.response
    parts = [f"{'core' if row.variant == 'core' else 'all'} questions"]
    parts += [f"sent {wording.day(row.sent_at)}"] if row.sent_at else []
    parts += [f"due {wording.day(row.due)}"] if row.due else []
    parts += (
        [f"submitted {wording.day(row.submitted_at)}"] if row.submitted_at and held.access.is_finished else []
    )
    parts += [f"closed {wording.day(row.closed_at)}"] if row.closed_at else []
    return " · ".join(parts)


def after_the_call(template: Questionnaire) -> list[str]:
    """What is due after the call, with its days."""
    return [
        f"{item.what} (within {item.within_days} {wording.plural('day', item.within_days)})"
        for item in template.after_the_call
    ]


def agenda(items: Sequence[AgendaItem]) -> tuple[AgendaLine, ...]:
    """The agenda with running minutes."""
    found, until = [], 0
    for item in items:
        until += item.minutes
        found.append(AgendaLine(item.minutes, until, item.item))
    return tuple(found)


def saved_part(filling: Filling, question_id: str, changed: tuple[str, ...], *, whole: bool) -> SavedPart:
    """The parts after one answer; `changed` names questions that appeared or went."""
    return SavedPart(
        title="",
        question=fill.one_question(filling, question_id),
        whole=whole,
        changed=tuple(fill.one_question(filling, each) for each in changed),
        progress=fill.progress_view(filling.held),
    )
