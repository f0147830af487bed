"""The library's questionnaires: a list, and one to read or print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.questionnaire import Question, Questionnaire
from app.kit import wording
from app.kit.templating import Page
from app.questionnaires.views.response import AgendaLine, after_the_call, agenda

_TYPES = {
    "single": "one choice",
    "multiple": "several choices",
    "yes_no": "yes or no",
    "scale": "level 0–5",
    "number": "number",
    "percent": "percentage",
    "money": "amount",
    "date": "date",
    "time": "time",
    "text": "short text",
    "long_text": "text",
    "language": "language",
    "country": "country",
    "table": "table",
    "file": "file",
}


@dataclass(frozen=True, slots=True)
class QuestionnaireRow:
    """A line of the list."""

    title: str
    href: str
    version: int
    questions: int
    core: int
    minutes: int


@dataclass(frozen=True, slots=True)
class QuestionnaireListPage(Page):
    """What the library ships."""

    template: ClassVar[str] = "questionnaires/list.html"

    rows: tuple[QuestionnaireRow, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """An option or level with its points; `kind` is bad for a knock-out."""

    text: str
    points: str
    kind: str
    on_bad: str


@dataclass(frozen=True, slots=True)
class QuestionRead:
    """A question to read."""

    number: int
    text: str
    type: str
    weight: str
    is_core: bool
    help: str
    follow_up: str
    why: str
    listen: str
    evidence: str
    feeds: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class SectionRead:
    """A section to read; `weight` is its share of the total."""

    title: str
    weight: str
    minutes: int
    is_sealed: bool
    questions: tuple[QuestionRead, ...]


@dataclass(frozen=True, slots=True)
class QuestionnairePage(Page):
    """One questionnaire, to read or print."""

    template: ClassVar[str] = "questionnaires/show.html"

    summary: str
    intro: str
    agenda: tuple[AgendaLine, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    sections: tuple[SectionRead, ...]


def counts(found: Questionnaire) -> tuple[int, int]:
    """How many questions there are, and how many of them are core."""
    questions = list(found.questions())
    return len(questions), sum(question.core for question in questions)


def list_view(found: Sequence[Questionnaire]) -> QuestionnaireListPage:
    """The list."""
    rows = []
    for each in found:
        questions, core = counts(each)
        href = f"/questionnaires/{each.id}"
        rows.append(QuestionnaireRow(each.title, href, each.version, questions, core, each.minutes))
    return QuestionnaireListPage("Questionnaires", tuple(rows))


def show_view(found: Questionnaire) -> QuestionnairePage:
    """One questionnaire."""
    questions, core = counts(found)
    whole = sum(section.weight for section in found.sections) or 1
    number = iter(range(1, questions + 1))
    sections = tuple(
        SectionRead(
            title=section.title,
            weight=wording.percent(section.weight / whole, 1),
            minutes=section.minutes,
            is_sealed=section.sealed,
            questions=tuple(_question(question, next(number)) for question in section.questions),
        )
        for section in found.sections
    )
    return QuestionnairePage(
        title=found.title,
        summary=f"Version {found.version} · {questions} questions, {core} of them core · {found.minutes} minutes",
        intro=found.intro,
        agenda=agenda(found.agenda),
        before=found.before_the_call,
        after=tuple(after_the_call(found)),
        sections=sections,
    )


def _question(question: Question, number: int) -> QuestionRead:
    return QuestionRead(
        number=number,
        text=question.text,
        type=_TYPES[question.type],
        weight=f"weight {question.weight}" if question.weight is not None else "not scored",
        is_core=question.core,
        help=question.help,
        follow_up=question.follow_up,
        why=question.why_we_ask,
        listen=question.listen_for,
        evidence=", ".join(each.replace("_", " ") for each in question.evidence),
        feeds=", ".join(feed.target.replace("_", " ").replace(".", ": ") for feed in question.feeds),
        choices=_choices(question),
    )


def _choices(question: Question) -> tuple[Choice, ...]:
    if question.weight is None:  # long lists of the taxonomy say nothing here
        return ()
    levels = question.levels or question.reviewer_levels
    found = [Choice(f"{level}: {text}", str(level * 20), "", "") for level, text in levels.items()]
    found += [
        Choice(
            option.text,
            "" if option.points is None else str(option.points),
            "bad" if option.knock_out else "",
            option.on_bad,
        )
        for option in question.options
    ]
    return tuple(found)
