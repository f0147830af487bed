"""The library of questionnaires: a list, and one to read, print, copy and lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.questionnaire import Question, Questionnaire
from app.kit import wording
from app.kit.paging import link
from app.kit.templating import Page
from app.questionnaires.service import Template
from app.questionnaires.views.response import AgendaLine, after_the_call, agenda
from app.questionnaires.views.spelling import spell_condition

TYPES = {
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
    """A line of the list; `badge` says what it is."""

    title: str
    key: str
    href: str
    badge: tuple[str, str]
    version: int
    questions: int
    core: int
    minutes: int


@dataclass(frozen=True, slots=True)
class QuestionnaireListPage(Page):
    """What vendors can be asked: shipped and our own."""

    template: ClassVar[str] = "questionnaires/list.html"

    text: str
    rows: tuple[QuestionnaireRow, ...]
    may_edit: bool
    csv_url: str


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
    controls: str
    when: str
    is_reason: bool
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class SectionRead:
    """A section to read; `weight` is its share of the total."""

    title: str
    weight: str
    minutes: int
    is_sealed: bool
    when: str
    questions: tuple[QuestionRead, ...]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version to open, and to compare with the one before."""

    label: str
    badge: tuple[str, str]
    href: str
    changes_href: str


@dataclass(frozen=True, slots=True)
class QuestionnairePage(Page):
    """One questionnaire, to read, print, copy and lead."""

    template: ClassVar[str] = "questionnaires/show.html"

    key: str
    badge: tuple[str, str]
    summary: str
    intro: str
    agenda: tuple[AgendaLine, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    sections: tuple[SectionRead, ...]
    versions: tuple[VersionLine, ...]
    yaml_url: str
    preview_url: str
    may_edit: bool
    is_own: bool
    is_draft: bool
    problems: int
    nonce: str


def counts(found: Questionnaire | None) -> tuple[int, int]:
    """How many questions there are, and how many of them are core; reasons asked behind a bad answer are none."""
    questions = [question for question in found.questions() if not question.follows] if found else []
    return len(questions), sum(question.core for question in questions)


def badge(found: Template) -> tuple[str, str]:
    """What a questionnaire is, in a word."""
    if found.row is None:
        return "shipped", ""
    return ("draft", "warn") if found.is_draft else ("own", "info")


def list_view(found: Sequence[Template], text: str, *, may_edit: bool) -> QuestionnaireListPage:
    """The list of those whose title or id holds every word of `text`."""
    wanted = text.casefold().split()
    rows = []
    for each in found:
        if not all(word in f"{each.title} {each.key}".casefold() for word in wanted):
            continue
        questions, core = counts(each.questionnaire)
        minutes = each.questionnaire.minutes if each.questionnaire else 0
        href = f"/questionnaires/{each.key}"
        rows.append(
            QuestionnaireRow(each.title, each.key, href, badge(each), each.number, questions, core, minutes)
        )
    return QuestionnaireListPage(
        "Questionnaires", text, tuple(rows), may_edit, link("/questionnaires.csv", {"q": text})
    )


def show_view(
    found: Template, versions: Sequence[Template], *, may_edit: bool, nonce: str
) -> QuestionnairePage:
    """One questionnaire; a draft with faults shows none of its questions here, but in the editor."""
    read, url = found.questionnaire, f"/questionnaires/{found.key}"
    questions, core = counts(read)
    minutes = f" · {read.minutes} minutes" if read and read.minutes else ""
    number = {"number": found.number} if found.row else {}
    return QuestionnairePage(
        title=found.title,
        key=found.key,
        badge=badge(found),
        summary=f"Version {found.number} · {questions} questions, {core} of them core{minutes}",
        intro=read.intro if read else "",
        agenda=agenda(read.agenda) if read else (),
        before=read.before_the_call if read else (),
        after=tuple(after_the_call(read)) if read else (),
        sections=_sections(read) if read else (),
        versions=_versions(versions),
        yaml_url=link(f"{url}.yaml", number),
        preview_url=link(f"{url}/preview", number) if read else "",
        may_edit=may_edit,
        is_own=found.row is not None,
        is_draft=found.is_draft,
        problems=len(found.problems),
        nonce=nonce,
    )


def _versions(versions: Sequence[Template]) -> tuple[VersionLine, ...]:
    found = []
    for each in versions:
        url = f"/questionnaires/{each.key}"
        older = [other.number for other in versions if other.number < each.number]
        query = {"before": max(older, default=0), "after": each.number}
        changes = link(f"{url}/changes", query) if older else ""
        line = VersionLine(f"Version {each.number}", badge(each), link(url, {"number": each.number}), changes)
        found.append(line)
    return tuple(found)


def _sections(read: Questionnaire) -> tuple[SectionRead, ...]:
    whole = sum(section.weight for section in read.sections) or 1
    number = iter(range(1, 10_000))
    return tuple(
        SectionRead(
            title=section.title,
            weight=wording.percent(section.weight / whole, 1),
            minutes=section.minutes,
            is_sealed=section.sealed,
            when=spell_condition(read, section.when),
            questions=tuple(
                _question(read, question, 0 if question.follows else next(number))
                for question in section.questions
            ),
        )
        for section in read.sections
    )


def _question(read: Questionnaire, question: Question, number: int) -> QuestionRead:
    return QuestionRead(
        number=number,
        text=question.text,
        type=TYPES[question.type],
        weight=f"weight {question.weight}" if question.weight is not None else "not scored",
        is_core=question.core,
        help=question.help,
        follow_up=question.follow_up,
        why=question.why_we_ask,
        listen=question.listen_for,
        evidence=", ".join(each.replace("_", " ") for each in question.evidence),
        feeds=", ".join(feed.target.replace("_", " ").replace(".", ": ") for feed in question.feeds),
        controls=", ".join(question.controls),
        when=spell_condition(read, question.when),
        is_reason=bool(question.follows),
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
            " ".join(filter(None, (option.on_bad, "Asks why." if option.ask_why else ""))),
        )
        for option in question.options
    ]
    return tuple(found)
