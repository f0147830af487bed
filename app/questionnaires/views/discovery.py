"""The discovery step of an evaluation: who answered how far, and the answers side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.questionnaire import Questionnaire
from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Option
from app.questionnaires.service import CandidateAnswers
from app.questionnaires.views.compare import Comparison
from app.questionnaires.views.fill import ProgressView, progress_view
from app.questionnaires.views.response import SENDING_WORDS, STATE_WORDS, ScoreView, score_view

VARIANTS = (
    Option("full", "All questions"),
    Option("core", "Core questions", "the short call"),
)


@dataclass(frozen=True, slots=True)
class CandidateCard:
    """A candidate with its response; without one it can be started."""

    id: str
    name: str
    is_in_house: bool
    href: str
    state: tuple[str, str]
    progress: ProgressView
    score: ScoreView
    sending: tuple[str, str]
    sending_note: str
    action: str


@dataclass(frozen=True, slots=True)
class DiscoveryPage(Page):
    """The discovery step."""

    template: ClassVar[str] = "questionnaires/discovery.html"

    frame: EvaluationFrame
    questionnaire: str
    questionnaire_url: str
    cards: tuple[CandidateCard, ...]
    may_start: bool
    start_url: str
    ask_url: str
    form: FormState
    variants: tuple[Option, ...]
    key: str
    keys: tuple[Option, ...]
    url: str
    sealed_note: str
    compare: Comparison


def discovery_view(
    template: Questionnaire,
    found: Sequence[CandidateAnswers],
    frame: EvaluationFrame,
    compare: Comparison,
    *,
    keys: Sequence[Option],
    may_start: bool,
    may_send: bool,
    is_solo: bool,
    form: FormState,
) -> DiscoveryPage:
    """The page of one evaluation; one person alone is offered the short call first."""
    held = [each.held for each in found if each.held is not None]
    sealed = any(section.sealed for section in template.sections)
    blind = sealed and held and not held[0].access.sees_sealed
    return DiscoveryPage(
        title=f"Discovery: {frame.name}",
        frame=frame,
        questionnaire=template.title,
        questionnaire_url=f"/questionnaires/{template.id}",
        cards=tuple(_card(each) for each in found),
        may_start=may_start,
        start_url=f"{compare.url}/start",
        ask_url=f"{compare.url}/ask?key={compare.key}" if may_send else "",
        form=form,
        variants=VARIANTS[::-1] if is_solo else VARIANTS,
        key=compare.key,
        keys=tuple(keys),
        url=compare.url,
        sealed_note="Sealed sections (prices) are left out: your role does not open them." if blind else "",
        compare=compare,
    )


def _card(each: CandidateAnswers) -> CandidateCard:
    held = each.held
    state = held.access.response.state if held else None
    return CandidateCard(
        id=str(each.view.candidate.id),
        name=each.view.name,
        is_in_house=each.view.is_in_house,
        href=f"/responses/{held.access.response.id}" if held else "",
        state=STATE_WORDS[state] if state else ("not started", ""),
        progress=progress_view(held) if held else ProgressView(0, ""),
        score=score_view(held) if held else ScoreView("", "", ()),
        sending=SENDING_WORDS[each.sent.state],
        sending_note=_sending_note(each),
        action="Continue" if held and held.access.may_answer else "Open",
    )


def _sending_note(each: CandidateAnswers) -> str:
    """The day that counts, and why a mail did not arrive."""
    held = each.held
    if held is None:
        return ""
    due = held.access.response.due
    late = "late, was due" if held.access.ended == "late" else "due"
    return " · ".join(part for part in (each.sent.error, f"{late} {wording.day(due)}" if due else "") if part)
