"""Call mode: the questions that are open, the agenda with its timer, and the summary afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar
from zoneinfo import ZoneInfo

from app.core.errors import Problem
from app.evaluations.frame import EvaluationFrame
from app.kit import clock, wording
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import FieldError
from app.questionnaires.service import CallShown, Earlier, Proposal
from app.questionnaires.views import fill
from app.questionnaires.views.fill import STATUS_WORDS, Filling, ProgressView, QuestionView, SectionView
from app.questionnaires.views.proposals import ProposalsPart, proposals_part
from app.questionnaires.views.response import AgendaLine, after_the_call, agenda

SHORTCUTS = (
    ("n, p", "next, previous question"),
    ("1 to 9", "choose that option"),
    ("a", "type the answer"),
    ("m", "type our note"),
    ("c", "next confidence: said, shown, document"),
    ("f", "follow up, or not"),
    ("Esc", "leave the field"),
)


@dataclass(frozen=True, slots=True)
class CallPage(Page):
    """The one screen of a call; `started` is the ISO time the timer counts from, '' while none runs."""

    template: ClassVar[str] = "questionnaires/call.html"

    frame: EvaluationFrame
    base: str
    response_url: str
    intro: str
    progress: ProgressView
    sections: tuple[SectionView, ...]
    is_empty: bool
    shows_all: bool
    errors: tuple[FieldError, ...]
    started: str
    running: str
    is_running: bool
    agenda: tuple[AgendaLine, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    shortcuts: tuple[tuple[str, str], ...]
    plan_form: FormState
    zone: str
    is_planned: bool
    earlier: int
    may_answer: bool
    nonce: str


@dataclass(frozen=True, slots=True)
class SummaryPage(Page):
    """The summary of a call, to be edited and sent."""

    template: ClassVar[str] = "questionnaires/summary.html"

    frame: EvaluationFrame
    base: str
    form: FormState


@dataclass(frozen=True, slots=True)
class EarlierPage(Page):
    """Answers of the vendor's last time, to be looked at before they are saved."""

    template: ClassVar[str] = "questionnaires/earlier.html"

    frame: EvaluationFrame
    base: str
    part: ProposalsPart


def call_view(
    filling: Filling,
    frame: EvaluationFrame,
    candidate: str,
    shown: CallShown,
    earlier: Earlier,
    *,
    shows_all: bool,
    plan_form: FormState | None = None,
) -> CallPage:
    """The screen; unless all are wanted it holds the questions that are open, refused or marked for a follow-up."""
    access = filling.held.access
    sections = fill.sections(filling) if shows_all else _gaps(filling)
    call = shown.call
    is_running = call is not None and call.started_at is not None and call.ended_at is None
    return CallPage(
        title=f"Call with {candidate}",
        frame=frame,
        base=filling.base,
        response_url=f"/responses/{access.response.id}",
        intro=access.template.intro,
        progress=fill.progress_view(filling.held),
        sections=sections,
        is_empty=not any(each.asked for section in sections for each in section.questions),
        shows_all=shows_all,
        errors=fill.summary(filling),
        started=call.started_at.isoformat() if is_running and call is not None and call.started_at else "",
        running=_running(shown, access.evaluation.time_zone),
        is_running=is_running,
        agenda=agenda(access.template.agenda),
        before=access.template.before_the_call,
        after=tuple(after_the_call(access.template)),
        shortcuts=SHORTCUTS,
        plan_form=plan_form or _plan(shown, access.evaluation.time_zone),
        zone=access.evaluation.time_zone,
        is_planned=call is not None and call.planned_at is not None,
        earlier=len(earlier.proposals),
        may_answer=access.may_answer,
        nonce=filling.nonce,
    )


def _gaps(filling: Filling) -> tuple[SectionView, ...]:
    found = []
    for section in fill.sections(filling):
        kept = tuple(each for each in section.questions if _is_gap(each))
        if any(each.asked for each in kept) or section.is_hidden:
            found.append(replace(section, questions=kept))
    return tuple(found)


def _is_gap(each: QuestionView) -> bool:
    """Whether the call should come to this question; one that is not asked yet stays, because it can appear."""
    open_ = each.badge == STATUS_WORDS["open"] or not each.asked
    return open_ or each.beside.is_flagged or bool(each.errors) or each.conflict is not None


def _running(shown: CallShown, zone: str) -> str:
    """Where the call stands, for a page without a running timer."""
    call = shown.call
    if call is None or call.started_at is None:
        return f"Planned for {shown.minutes} minutes."
    if call.ended_at is not None:
        minutes = round((call.ended_at - call.started_at).total_seconds() / 60)
        return f"Ended {wording.moment(call.ended_at, zone)}, after {minutes} {wording.plural('minute', minutes)}."
    minutes = int((clock.now() - call.started_at).total_seconds() // 60)
    return f"Minute {minutes} of {shown.minutes}, started {wording.moment(call.started_at, zone)}."


def _plan(shown: CallShown, zone: str) -> FormState:
    call = shown.call
    if call is None:
        return blank()
    planned = call.planned_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if call.planned_at else ""
    values = {"planned_at": planned, "place": call.place, "attendees": "\n".join(call.attendees)}
    return blank(values, version=call.version)


def summary_view(frame: EvaluationFrame, base: str, candidate: str, form: FormState) -> SummaryPage:
    """The page of the summary."""
    return SummaryPage(f"Summary for {candidate}", frame=frame, base=base, form=form)


def earlier_view(filling: Filling, frame: EvaluationFrame, earlier: Earlier) -> EarlierPage:
    """The page of earlier answers, for us."""
    base = f"/responses/{filling.held.access.response.id}"
    intro = f"The vendor gave these answers on {wording.day(earlier.handed_in)}. Tick what still holds."
    part = proposals_part(filling, intro, earlier.proposals, (), f"{base}/proposals")
    return EarlierPage("Answers of the last time", frame=frame, base=f"{base}/call", part=part)


def workbook_view(
    filling: Filling, frame: EvaluationFrame, found: Sequence[Proposal], problems: Sequence[Problem]
) -> EarlierPage:
    """The page of what a workbook that the vendor sent us would change."""
    base = f"/responses/{filling.held.access.response.id}"
    intro = "Nothing is saved yet. Tick what the vendor's workbook shall change; its comments come along."
    part = proposals_part(filling, intro, found, problems, f"{base}/proposals?origin=workbook")
    return EarlierPage("What the workbook changes", frame=frame, base=base, part=part)
