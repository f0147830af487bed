"""The discovery step of an evaluation: who answered how far, and the answers side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.questionnaire import Question, Questionnaire, Section
from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState
from app.kit.paging import link
from app.kit.spreadsheet import Cell
from app.kit.templating import Page
from app.kit.ui import Chip, Option
from app.questionnaires.schemas import ComparedAnswer, ComparedQuestion
from app.questionnaires.service import CandidateAnswers, HeldResponse, shown
from app.questionnaires.views.fill import CONFIDENCES, STATUS_WORDS, ProgressView, progress_view
from app.questionnaires.views.response import SENDING_WORDS, STATE_WORDS, ScoreView, score_view

SHOWS = (
    Option("differ", "where they differ"),
    Option("open", "with open answers"),
    Option("bad", "knock-outs and ask-backs"),
)
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
class AnswerCell:
    """An answer in the table; `text` holds line breaks between the rows of a table."""

    text: str
    badge: tuple[str, str]
    note: str
    href: str
    alarm: str


@dataclass(frozen=True, slots=True)
class CompareRow:
    """A question with one cell per candidate."""

    text: str
    cells: tuple[AnswerCell, ...]


@dataclass(frozen=True, slots=True)
class CompareSection:
    """A section of the table."""

    title: str
    rows: tuple[CompareRow, ...]


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
    form: FormState
    variants: tuple[Option, ...]
    names: tuple[str, ...]
    url: str
    section: str
    section_options: tuple[Option, ...]
    show: str
    show_options: tuple[Option, ...]
    chips: tuple[Chip, ...]
    sections: tuple[CompareSection, ...]
    sealed_note: str
    csv_url: str
    excel_url: str


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of the table is wanted: one section or '' for all, `show` differ, open, bad or ''."""

    section: str = ""
    show: str = ""


def compared(
    template: Questionnaire, found: Sequence[CandidateAnswers], wanted: Narrowed
) -> Iterator[tuple[Section, Question, list[HeldResponse]]]:
    """Every wanted question with the responses to compare; what nobody may read or nobody is asked is left out."""
    held = [each.held for each in found if each.held is not None]
    for section in template.sections:
        if wanted.section not in ("", section.id) or not held or section.id in _hidden(section, held):
            continue
        for question in section.questions:
            if _wanted(question, held, wanted.show):
                yield section, question, held


def _hidden(section: Section, held: Sequence[HeldResponse]) -> set[str]:
    return {section.id} if section.sealed and not held[0].access.sees_sealed else set()


def _wanted(question: Question, held: Sequence[HeldResponse], show: str) -> bool:
    asking = [each for each in held if question.id in each.applies]
    if show == "open":
        return any(each.status(question) in ("open", "closed_unanswered") for each in asking)
    if show == "bad":
        return any(_alarm(each, question) for each in asking)
    texts = {shown(each, question.id).text for each in asking}
    return len(texts) > 1 if show == "differ" else bool(asking)


def _alarm(held: HeldResponse, question: Question) -> str:
    answer = held.answers.get(question.id)
    if answer is None or answer.value is None:
        return ""
    value = answer.value
    chosen = (
        value if isinstance(value, tuple) else (("no", "yes")[value] if isinstance(value, bool) else value,)
    )
    picked = [option for option in question.options if option.id in chosen]
    if any(option.knock_out for option in picked):
        return "knock-out"
    return "ask back" if any(option.on_bad for option in picked) else ""


def discovery_view(
    template: Questionnaire,
    found: Sequence[CandidateAnswers],
    frame: EvaluationFrame,
    wanted: Narrowed,
    *,
    may_start: bool,
    is_solo: bool,
    form: FormState,
) -> DiscoveryPage:
    """The page of one evaluation; one person alone is offered the short call first."""
    url = f"{frame.base}/discovery"
    query = {"section": wanted.section, "show": wanted.show}
    titles = {section.id: section.title for section in template.sections}
    chips = [Chip(titles[wanted.section], link(url, query, section=""))] if wanted.section else []
    chips += [Chip(row.label, link(url, query, show="")) for row in SHOWS if wanted.show == row.value != ""]
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
        start_url=f"{url}/start",
        form=form,
        variants=VARIANTS[::-1] if is_solo else VARIANTS,
        names=tuple(each.view.name for each in found if each.held is not None),
        url=url,
        section=wanted.section,
        section_options=tuple(Option(name, title) for name, title in titles.items()),
        show=wanted.show,
        show_options=SHOWS,
        chips=tuple(chips),
        sections=_sections(template, found, wanted),
        sealed_note="Sealed sections (prices) are left out: your role does not open them." if blind else "",
        csv_url=link(f"{url}.csv", query),
        excel_url=link(f"{url}.xlsx", query),
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


def _sections(
    template: Questionnaire, found: Sequence[CandidateAnswers], wanted: Narrowed
) -> tuple[CompareSection, ...]:
    rows: dict[str, list[CompareRow]] = {}
    for section, question, held in compared(template, found, wanted):
        cells = tuple(_cell(each, question) for each in held)
        rows.setdefault(section.title, []).append(CompareRow(question.text, cells))
    return tuple(CompareSection(title, tuple(lines)) for title, lines in rows.items())


def _cell(held: HeldResponse, question: Question) -> AnswerCell:
    href = f"/responses/{held.access.response.id}#q-{question.id}"
    if question.id not in held.applies:
        return AnswerCell("", STATUS_WORDS["not_asked"], "", href, "")
    answer = shown(held, question.id)
    badge = STATUS_WORDS[answer.status]
    if answer.status == "answered":
        badge = (answer.confidence.value, "ok" if answer.confidence == "evidenced" else "")
    return AnswerCell(answer.text, badge, answer.note, href, _alarm(held, question))


def compared_out(template: Questionnaire, found: Sequence[CandidateAnswers]) -> list[ComparedQuestion]:
    """The table for programs."""
    return [
        ComparedQuestion(
            question_id=question.id,
            section=section.id,
            text=question.text,
            answers=[_out(each, question) for each in held],
        )
        for section, question, held in compared(template, found, Narrowed())
    ]


def _out(held: HeldResponse, question: Question) -> ComparedAnswer:
    if question.id not in held.applies:
        return ComparedAnswer(
            candidate_id=held.access.candidate.id, status="not_asked", text="", confidence=None, revision=None
        )
    answer = shown(held, question.id)
    return ComparedAnswer(
        candidate_id=held.access.candidate.id,
        status=answer.status,
        text=answer.text,
        confidence=answer.confidence if answer.status == "answered" else None,
        revision=answer.evidence.revision if answer.evidence else None,
    )


def table(
    template: Questionnaire, found: Sequence[CandidateAnswers], wanted: Narrowed
) -> tuple[list[str], list[list[Cell]]]:
    """Heading and rows for CSV and Excel: per candidate the answer, how it stands, and the note."""
    header = ["Section", "Question"]
    for each in found:
        if each.held is not None:
            header += [each.view.name, f"{each.view.name}: standing", f"{each.view.name}: note"]
    rows: list[list[Cell]] = []
    for section, question, held in compared(template, found, wanted):
        cells = [cell for response in held for cell in _exported(response, question)]
        rows.append([section.title, question.text, *cells])
    return header, rows


def _exported(held: HeldResponse, question: Question) -> tuple[str, str, str]:
    if question.id not in held.applies:
        return "", STATUS_WORDS["not_asked"][0], ""
    told = shown(held, question.id)
    answered = told.status == "answered"
    return told.text, CONFIDENCES[told.confidence] if answered else STATUS_WORDS[told.status][0], told.note
