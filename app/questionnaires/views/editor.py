"""The editor of a draft: its outline, and one form each for the head, a section and a question."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from app.core.errors import Problem
from app.core.questionnaire import never_shown
from app.core.questionnaire.model import COLUMN_TYPES, QUESTION_TYPES
from app.core.taxonomy import LISTS
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Crumb, Option
from app.questionnaires.service import Template
from app.questionnaires.views import conditions
from app.questionnaires.views.drafting import BLANK_ROWS, LEVELS, rows_in
from app.questionnaires.views.library import TYPES

_NEED = ("data_classes", "data_types", "techniques", "industries", "languages", "specialists", "unit",
         "volume", "currency", "start_by", "deadline")  # fmt: skip
_PLACE = re.compile(r"sections\[([0-9]+)\](?:\.questions\[([0-9]+)\])?\.?(.*)", re.DOTALL)
_PART = re.compile(r"(options|columns|levels|feeds|evidence|controls)(?:\[([0-9]+)\])?(.*)", re.DOTALL)
_PARTS = {"options": "Choice", "columns": "Column", "feeds": "Line", "evidence": "Entry", "controls": "Entry"}


@dataclass(frozen=True, slots=True)
class FaultLine:
    """What keeps a draft from being published, and where it is put right."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question in the outline."""

    id: str
    text: str
    type: str
    weight: str
    is_core: bool
    has_condition: bool
    href: str
    faults: int
    is_never_shown: bool


@dataclass(frozen=True, slots=True)
class SectionLine:
    """A section in the outline with what can be done to it."""

    id: str
    title: str
    note: str
    is_sealed: bool
    href: str
    add_href: str
    questions: tuple[QuestionLine, ...]


@dataclass(frozen=True, slots=True)
class DraftPage(Page):
    """The outline of a draft."""

    template: ClassVar[str] = "questionnaires/editor.html"

    crumbs: tuple[Crumb, ...]
    base: str
    version: int
    nonce: str
    summary: str
    faults: tuple[FaultLine, ...]
    sections: tuple[SectionLine, ...]
    never: int
    preview_url: str
    yaml_url: str


@dataclass(frozen=True, slots=True)
class HeadPage(Page):
    """The form of everything above the sections."""

    template: ClassVar[str] = "questionnaires/editor_head.html"

    crumbs: tuple[Crumb, ...]
    action: str
    cancel: str
    form: FormState
    audiences: tuple[Option, ...]
    profile: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A row of the condition; the names of its fields."""

    label: str
    subject: str
    test: str
    value: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a condition can be made of."""

    rows: tuple[ConditionRow, ...]
    subjects: tuple[Option, ...]
    tests: tuple[Option, ...]
    hows: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class SectionPage(Page):
    """The form of a section."""

    template: ClassVar[str] = "questionnaires/editor_section.html"

    crumbs: tuple[Crumb, ...]
    action: str
    cancel: str
    form: FormState
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class OptionFields:
    """The names of the fields of a choice or column; `has_more`: something stands beside text and points."""

    label: str
    prefix: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class LevelFields:
    """A level with the names of its fields."""

    level: int
    scale: str
    mark: str


@dataclass(frozen=True, slots=True)
class QuestionPage(Page):
    """The form of a question."""

    template: ClassVar[str] = "questionnaires/editor_question.html"

    crumbs: tuple[Crumb, ...]
    action: str
    cancel: str
    form: FormState
    types: tuple[Option, ...]
    column_types: tuple[Option, ...]
    lists: tuple[Option, ...]
    options: tuple[OptionFields, ...]
    columns: tuple[OptionFields, ...]
    levels: tuple[LevelFields, ...]
    conditions: Conditions


def base_of(key: str) -> str:
    """The address of a draft's editor."""
    return f"/questionnaires/{key}/edit"


def crumbs_of(found: Template, *, inside: bool) -> tuple[Crumb, ...]:
    """The pages above."""
    above = (Crumb("Questionnaires", "/questionnaires"), Crumb(found.title, f"/questionnaires/{found.key}"))
    return (*above, Crumb("Draft", base_of(found.key))) if inside else above


def draft_view(found: Template, *, version: int, nonce: str) -> DraftPage:
    """The outline."""
    base = base_of(found.key)
    count = sum(len(section["questions"]) for section in found.body["sections"])
    faulty = [_question_id(found.body, problem) for problem in found.problems]
    never = never_shown(found.questionnaire) if found.questionnaire else ()
    return DraftPage(
        title=f"Edit {found.title}",
        crumbs=crumbs_of(found, inside=False),
        base=base,
        version=version,
        nonce=nonce,
        summary=f"Version {found.number}, draft · {count} questions",
        faults=tuple(_fault(found, problem) for problem in found.problems),
        sections=tuple(_section(base, section, faulty, never) for section in found.body["sections"]),
        never=len(never),
        preview_url=f"/questionnaires/{found.key}/preview" if found.questionnaire else "",
        yaml_url=f"/questionnaires/{found.key}.yaml",
    )


def _section(base: str, section: Mapping[str, Any], faulty: list[str], never: Collection[str]) -> SectionLine:
    weight, minutes = section.get("weight", 0), section.get("minutes", 0)
    note = f"weight {weight}" + (f" · {minutes} minutes" if minutes else "")
    name = section["id"]
    return SectionLine(
        id=name,
        title=str(section.get("title") or name),
        note=note + (" · under a condition" if "when" in section else ""),
        is_sealed=section.get("sealed") is True,
        href=f"{base}/sections/{name}",
        add_href=f"{base}/sections/{name}/questions/new",
        questions=tuple(
            QuestionLine(
                id=question["id"],
                text=str(question.get("text") or question["id"]),
                type=TYPES.get(question.get("type", ""), "no type yet"),
                weight=f"weight {question['weight']}" if "weight" in question else "not scored",
                is_core=question.get("core") is True,
                has_condition="when" in question or "not_applicable_when" in question,
                href=f"{base}/questions/{question['id']}",
                faults=faulty.count(question["id"]),
                is_never_shown=question["id"] in never,
            )
            for question in section["questions"]
        ),
    )


def _question_id(body: Mapping[str, Any], problem: Problem) -> str:
    match = _PLACE.fullmatch(problem.where)
    if match is None or match[2] is None:
        return ""
    return str(body["sections"][int(match[1])]["questions"][int(match[2])]["id"])


def _fault(found: Template, problem: Problem) -> FaultLine:
    base, match = base_of(found.key), _PLACE.fullmatch(problem.where)
    if match is None:
        return FaultLine(f"{problem.where or 'The questionnaire'}: {problem.message}", f"{base}/head")
    section = found.body["sections"][int(match[1])]
    if match[2] is None:
        place, href = str(section.get("title") or section["id"]), f"{base}/sections/{section['id']}"
        if match[3] == "questions":
            href = f"{href}/questions/new"
    else:
        question = section["questions"][int(match[2])]
        place, href = str(question.get("text") or question["id"]), f"{base}/questions/{question['id']}"
    return FaultLine(f"{place}: {words_of(match[3], problem.message)}", href)


def words_of(where: str, message: str) -> str:
    """A fault below a question or section with its place in words: `options[2].points` is 'Choice 3, points'."""
    match = _PART.fullmatch(where)
    if match is None or match[2] is None:
        return f"{where.replace('_', ' ')} {message}".strip()
    rest = match[3].strip(".").replace("_", " ")
    place = f"{_PARTS.get(match[1], match[1])} {int(match[2]) + 1}"
    return f"{place}{', ' + rest if rest else ''}: {message}"


def problems_at(problems: Iterable[Problem], section: int, question: int | None) -> list[Problem]:
    """The faults of one question (or of a section itself) as the faults of its form's fields."""
    found = []
    for problem in problems:
        match = _PLACE.fullmatch(problem.where)
        if match is None or int(match[1]) != section:
            continue
        if question is None and (match[2] is not None or match[3] == "questions"):
            continue
        if question is not None and match[2] != str(question):
            continue
        field = re.split(r"[.\[]", match[3])[0]
        found.append(Problem(_FIELDS.get(field, field), words_of(match[3], problem.message)))
    return found


_FIELDS = {"options": "option.0.id", "columns": "column.0.id", "levels": "level.0", "reviewer_levels": "mark.0",
           "when": "when.0.subject", "not_applicable_when": "more", "scored": "weight"}  # fmt: skip


def head_view(found: Template, form: FormState) -> HeadPage:
    """The form of the head."""
    base = base_of(found.key)
    known = {str(each["from"]).removeprefix("need.") for each in found.body.get("profile", ())}
    sources = [*_NEED, *sorted(known - set(_NEED))]
    return HeadPage(
        title="Title, agenda and profile",
        crumbs=crumbs_of(found, inside=True),
        action=f"{base}/head",
        cancel=base,
        form=form,
        audiences=(Option("vendor", "A vendor"), Option("internal", "Our own people")),
        profile=tuple(Option(source, source.replace("_", " ").capitalize()) for source in sources),
    )


def section_view(found: Template, section: str, form: FormState) -> SectionPage:
    """The form of a section; `section` '' for a new one."""
    base = base_of(found.key)
    return SectionPage(
        title="Section" if section else "New section",
        crumbs=crumbs_of(found, inside=True),
        action=f"{base}/sections/{section or 'new'}",
        cancel=base,
        form=form,
        conditions=_conditions(found.body, ""),
    )


def question_view(found: Template, section: str, question: str, form: FormState) -> QuestionPage:
    """The form of a question; `question` '' for a new one in `section`."""
    base = base_of(found.key)
    action = f"{base}/questions/{question}" if question else f"{base}/sections/{section}/questions/new"
    return QuestionPage(
        title="Question" if question else "New question",
        crumbs=crumbs_of(found, inside=True),
        action=action,
        cancel=base,
        form=form,
        types=tuple(Option(kind, TYPES[kind]) for kind in QUESTION_TYPES),
        column_types=tuple(Option(kind, TYPES[kind]) for kind in COLUMN_TYPES),
        lists=tuple(Option(f"taxonomy.{name}", name.replace("_", " ")) for name in LISTS),
        options=_rows(form, "option", "Choice"),
        columns=_rows(form, "column", "Column"),
        levels=tuple(LevelFields(level, f"level.{level}", f"mark.{level}") for level in LEVELS),
        conditions=_conditions(found.body, question),
    )


def _rows(form: FormState, name: str, label: str) -> tuple[OptionFields, ...]:
    sent = [
        row
        for row in rows_in(form.raw, name)
        if form.value(f"{name}.{row}.id") or form.value(f"{name}.{row}.text")
    ]
    last = max(sent, default=-1) + 1 + BLANK_ROWS
    beside = ("knock_out", "ask_why", "exclusive", "on_bad")
    return tuple(
        OptionFields(
            f"{label} {row + 1}",
            f"{name}.{row}",
            has_more=any(form.value(f"{name}.{row}.{key}") not in ("", "False") for key in beside),
        )
        for row in range(last)
    )


def _conditions(body: Mapping[str, Any], without: str) -> Conditions:
    profile = [
        Option(f"profile:{each['id']}", f"The need: {str(each['id']).replace('_', ' ')}")
        for each in body.get("profile", ())
    ]
    questions = [
        Option(f"answer:{question['id']}", f"Answer: {str(question.get('text') or question['id'])[:90]}")
        for section in body["sections"]
        for question in section["questions"]
        if question["id"] != without
    ]
    rows = tuple(
        ConditionRow(f"Condition {row + 1}", *(f"when.{row}.{key}" for key in ("subject", "test", "value")))
        for row in range(conditions.ROWS)
    )
    tests = tuple(Option(test, test.replace("_", " ")) for test in conditions.TESTS)
    hows = (Option("all", "all of these hold"), Option("any", "one of these holds"))
    return Conditions(rows, (*profile, *questions), tests, hows)
