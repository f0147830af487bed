"""What a questionnaire is made of: frozen values, nothing computed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

CHOICE_TYPES = ("single", "multiple", "yes_no")
NUMBER_TYPES = ("number", "percent", "money")
COLUMN_TYPES = (
    "single", "multiple", "yes_no", "scale", "number", "percent", "money", "date", "time", "text",
    "language", "country",
)  # fmt: skip
QUESTION_TYPES = (*COLUMN_TYPES, "long_text", "table", "file")
MARKED_TYPES = ("text", "long_text", "table", "file")
CONFIDENCES = ("told", "shown", "evidenced")
TOP_LEVEL = 5
"""Scales and a reviewer's marks run from 0 to 5; a level is worth level × 20 points."""


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a profile entry or of an answer.

    `source` is profile or answer; `test` is `is` (set, empty), `equals`, `includes`, `at_least`, `at_most`.
    """

    source: str
    name: str
    test: str
    value: str | bool | Decimal


@dataclass(frozen=True, slots=True)
class Combined:
    """Conditions joined by `how`: all, any, or not (one part)."""

    how: str
    parts: "tuple[Condition, ...]"


Condition = Test | Combined


@dataclass(frozen=True, slots=True)
class Option:
    """A choice. `points` 0–100 or None when the question is not scored; `on_bad` is what we ask back, `ask_why`
    makes the questionnaire itself ask for the reason and what is done instead."""

    id: str
    text: str
    points: int | None = None
    knock_out: bool = False
    on_bad: str = ""
    exclusive: bool = False
    ask_why: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """Something that is filled in: its type, its options, and the range and unit of its numbers."""

    id: str
    text: str
    type: str
    options: tuple[Option, ...] = ()
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    whole: bool = False

    def option(self, name: str) -> Option | None:
        """The option of that id."""
        return next((option for option in self.options if option.id == name), None)


@dataclass(frozen=True, slots=True)
class Column(Field):
    """A column of a table question; a row without a required column is refused."""

    required: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """Where an answer goes: `vendor.fact`, `criterion.id`, `requirement.id` or `price.component`.

    For tables `take` (sum, maximum, minimum, count) folds the numbers of `column` into one.
    """

    target: str
    column: str = ""
    take: str = ""


@dataclass(frozen=True, slots=True)
class Question(Field):
    """A question; `weight` is None when it is not scored.

    `levels` are the texts of a scale, `reviewer_levels` those of the marks a reviewer gives. `controls` names what
    of a published catalogue the question covers (`MVSP 1.1`). `follows` is the question whose bad answer brings
    this one up: such questions are made while reading and stand in no file.
    """

    section: str = ""
    core: bool = False
    weight: Decimal | None = None
    levels: Mapping[int, str] = field(default_factory=dict)
    reviewer_levels: Mapping[int, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    evidence: tuple[str, ...] = ()
    feeds: tuple[Feed, ...] = ()
    when: Condition | None = None
    not_applicable_when: Condition | None = None
    help: str = ""
    follow_up: str = ""
    why_we_ask: str = ""
    listen_for: str = ""
    controls: tuple[str, ...] = ()
    ask_why_at_most: int | None = None
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A group of questions; a sealed one is hidden from those who score quality."""

    id: str
    title: str
    weight: Decimal
    questions: tuple[Question, ...]
    minutes: int = 0
    sealed: bool = False
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A part of the call, in minutes."""

    minutes: int
    item: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is due after the call, in days."""

    what: str
    within_days: int


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A template. `profile` maps a name used in conditions to its source in the need (`need.languages`).

    `order` lists the question ids so that a question stands after those its conditions look at.
    """

    id: str
    version: int
    title: str
    audience: str
    sections: tuple[Section, ...]
    order: tuple[str, ...]
    minutes: int = 0
    intro: str = ""
    profile: Mapping[str, str] = field(default_factory=dict)
    confidence_levels: Mapping[str, str] = field(default_factory=dict)
    agenda: tuple[AgendaItem, ...] = ()
    before_the_call: tuple[str, ...] = ()
    after_the_call: tuple[FollowUp, ...] = ()

    def questions(self) -> Iterator[Question]:
        """Every question, in the order of the page."""
        for section in self.sections:
            yield from section.questions

    def question(self, name: str) -> Question:
        """The question of that id; KeyError when there is none."""
        for question in self.questions():
            if question.id == name:
                return question
        raise KeyError(name)


def core_subset(questionnaire: Questionnaire) -> Questionnaire:
    """The short version: only the questions marked `core`, sections without any left out."""
    sections = []
    for section in questionnaire.sections:
        kept = tuple(question for question in section.questions if question.core)
        if kept:
            sections.append(replace(section, questions=kept))
    names = {question.id for section in sections for question in section.questions}
    order = tuple(name for name in questionnaire.order if name in names)
    return replace(questionnaire, sections=tuple(sections), order=order)
