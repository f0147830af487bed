"""The form to fill in a response: for us in the call, for the vendor through its link."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from app.core.errors import Problem
from app.core.permissions import Action
from app.core.questionnaire import Question, Section, chosen
from app.evaluations import service as evaluations
from app.files.models import File
from app.kit import wording
from app.kit.ui import FieldError, FileRow, Option
from app.questionnaires.models import AnswerRow, Confidence
from app.questionnaires.service import (
    HeldResponse,
    LateValue,
    ResponseAccess,
    doubt_of,
    sealed_questions,
    spell_answer,
)
from app.questionnaires.views import fields
from app.questionnaires.views.fields import Control, Fields, RowView

CONFIDENCES = {
    Confidence.TOLD: "said in the call",
    Confidence.SHOWN: "shown on screen",
    Confidence.EVIDENCED: "document received",
}
STATUS_WORDS = {
    "answered": ("answered", "ok"),
    "not_applicable": ("does not apply", ""),
    "closed_unanswered": ("closed unanswered", "bad"),
    "open": ("open", ""),
    "not_asked": ("not asked", ""),
    "sealed": ("sealed", "info"),
}
SAID = ("said not to apply", "warn")


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Two answers to one question; the button sends `overwrite`, the revision it replaces."""

    theirs: str
    yours: str
    overwrite: str


@dataclass(frozen=True, slots=True)
class BesideView:
    """What stands beside an answer."""

    confidence: str
    confidences: tuple[Option, ...]
    note: str
    comment: str
    not_applicable: bool
    says_not_applicable: bool
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question with its control and what stands; `asked` is False while it does not apply."""

    id: str
    number: int
    text: str
    help: str
    follow_up: str
    evidence: str
    why: str
    listen: str
    asked: bool
    editable: bool
    form: str
    url: str
    control: Control | None
    columns: tuple[str, ...]
    rows: tuple[RowView, ...]
    takes_files: bool
    files: tuple[FileRow, ...]
    file_ids: tuple[str, ...]
    answer: str
    badge: tuple[str, str]
    internal: bool
    beside: BesideView
    confidence_text: str
    revision: str
    saved: str
    returned: str
    send_back: str
    late: str
    errors: tuple[str, ...]
    asides: tuple[str, ...]
    marks: tuple[Option, ...]
    mark: str
    may_mark: bool
    conflict: ConflictView | None


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section with its questions; a sealed one that the reader may not see has none."""

    id: str
    title: str
    minutes: int
    progress: str
    is_sealed: bool
    is_hidden: bool
    form: str
    action: str
    questions: tuple[QuestionView, ...]


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far the answers are."""

    percent: int
    text: str


@dataclass(frozen=True, slots=True)
class Filling:
    """What the form is made from. `base` is its address; `sent` holds fields that were sent and refused;
    `more` names a table that shows more blank rows; `by_section`: every section has a page of its own.

    `drafts` were typed too late, `returned` says what is missing where an answer was sent back, `flags` names
    the questions marked for a follow-up.
    """

    held: HeldResponse
    base: str
    files: Mapping[str, File]
    nonce: str
    sent: Fields = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    more: str = ""
    conflicts: Mapping[str, ConflictView] = field(default_factory=dict)
    by_section: bool = False
    drafts: Mapping[str, LateValue] = field(default_factory=dict)
    returned: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()

    def page_url(self, section: str, question_id: str = "") -> str:
        """Where a section, or one of its questions, stands."""
        page = f"{self.base}/sections/{section}" if self.by_section else self.base
        return f"{page}#{f'q-{question_id}' if question_id else f's-{section}'}"


def sections(filling: Filling) -> tuple[SectionView, ...]:
    """Every section; questions that do not apply are there, hidden, so that they can appear."""
    found, number = [], 0
    held = filling.held
    for section in held.access.template.sections:
        if held.access.only not in ("", section.id):
            continue
        hidden = section.sealed and not held.access.sees_sealed
        shown: list[QuestionView] = []
        for question in () if hidden else section.questions:
            number += 1
            shown.append(question_view(filling, section, question, number))
        settled, asked = held.progress.sections[section.id]
        found.append(
            SectionView(
                id=section.id,
                title=section.title,
                minutes=section.minutes,
                progress=f"{settled} of {asked}",
                is_sealed=section.sealed,
                is_hidden=hidden,
                form=f"section-{section.id}" if any(each.editable for each in shown) else "",
                action=f"{filling.base}/sections/{section.id}",
                questions=tuple(shown),
            )
        )
    return tuple(found)


def one_question(filling: Filling, question_id: str) -> QuestionView:
    """One question of the form, for the parts that htmx refreshes."""
    return next(
        question
        for section in sections(filling)
        for question in section.questions
        if question.id == question_id
    )


def progress_view(held: HeldResponse) -> ProgressView:
    """The progress line; of the one section that a colleague was asked for."""
    asked_of = held.progress
    settled, asked = (
        asked_of.sections[held.access.only] if held.access.only else (asked_of.settled, asked_of.asked)
    )
    percent = settled * 100 // asked if asked else 0
    return ProgressView(percent, f"{settled} of {asked} answered")


def question_view(filling: Filling, section: Section, question: Question, number: int) -> QuestionView:
    """One question as the form shows it."""
    held = filling.held
    row, values = held.rows.get(question.id), _values(filling, question)
    internal, currency = not held.access.is_vendor, evaluations.need_of(held.access.evaluation).currency
    return QuestionView(
        id=question.id,
        number=number,
        text=question.text,
        help=question.help,
        follow_up=question.follow_up,
        evidence=_evidence(question),
        why=question.why_we_ask if internal else "",
        listen=question.listen_for if internal else "",
        asked=bool(held.applies[question.id]),
        editable=may_type(held.access, question.id),
        form=f"section-{section.id}",
        url=f"{filling.base}/answers/{question.id}",
        control=fields.control(question, values, currency),
        columns=tuple(column.text + (" *" if column.required else "") for column in question.columns),
        rows=fields.rows(question, values, currency, fields.MORE_ROWS * (filling.more == question.id)),
        takes_files=question.type == "file",
        files=_files(filling, question, row),
        file_ids=(*_file_ids(question, row), *_late_ids(filling, question)),
        answer=spell_answer(question, row.value) if row and question.type != "file" else "",
        badge=badge_of(held, question),
        internal=internal,
        beside=_beside(question, values, filling.flags),
        confidence_text=_confidence_text(row),
        revision=_first(values, f"{question.id}-revision"),
        saved=_saved(filling, question, row),
        returned=filling.returned.get(question.id, ""),
        send_back=_send_back(filling, question),
        late=_late(filling, question),
        errors=fields.place_words(question, filling.problems),
        asides=(*_doubts(question, row), *(_asides(held, question) if internal else ())),
        marks=_marks(question, internal),
        mark="" if row is None or row.mark is None else str(row.mark),
        may_mark=_may_mark(held, row),
        conflict=filling.conflicts.get(question.id),
    )


def badge_of(held: HeldResponse, question: Question) -> tuple[str, str]:
    """How a question stands, in a word and its kind."""
    status = held.status(question)
    said = status in ("open", "closed_unanswered") and held.says_not_applicable(question.id)
    return SAID if said else STATUS_WORDS[status]


def _file_ids(question: Question, row: AnswerRow | None) -> tuple[str, ...]:
    return tuple(row.value or ()) if row is not None and question.type == "file" else ()


def _late_ids(filling: Filling, question: Question) -> tuple[str, ...]:
    draft = filling.drafts.get(question.id)
    return tuple(draft.value or ()) if draft is not None and question.type == "file" else ()


def _evidence(question: Question) -> str:
    return ", ".join(each.replace("_", " ") for each in question.evidence)


def may_type(access: ResponseAccess, question_id: str) -> bool:
    """Whether the form shows a field: a vendor goes on typing after the last day, into a late draft."""
    late = access.is_vendor and access.ended == "late"
    return access.takes(question_id) or (late and (not access.returned or question_id in access.returned))


def _saved(filling: Filling, question: Question, row: AnswerRow | None) -> str:
    draft = filling.drafts.get(question.id)
    at = draft.saved_at if draft is not None else row.answered_at if row is not None else None
    return f"Saved {wording.moment(at, filling.held.access.evaluation.time_zone)}" if at is not None else ""


def _send_back(filling: Filling, question: Question) -> str:
    """Where a question that was handed in, answered or open, is sent back; '' while that cannot be."""
    access = filling.held.access
    able = Action.EVALUATION_EDIT in access.rights and access.response.link_id is not None
    waiting = question.id in filling.returned or filling.held.status(question) not in ("answered", "open")
    if not able or waiting or not (access.is_finished or filling.returned):
        return ""
    return f"/responses/{access.response.id}/vendor?answer={question.id}#send-back"


def _late(filling: Filling, question: Question) -> str:
    if question.id not in filling.drafts:
        return ""
    return "Kept as a late draft: it counts once your contact person takes it over."


def _values(filling: Filling, question: Question) -> Fields:
    row, draft = filling.held.rows.get(question.id), filling.drafts.get(question.id)
    stored = fields.late_fields(question, draft, row) if draft else fields.stored_fields(question, row)
    return fields.merged([stored], filling.sent) if fields.posted(question, filling.sent) else stored


def _beside(question: Question, values: Fields, flags: frozenset[str]) -> BesideView:
    flag = fields.flagged(question, values)
    return BesideView(
        confidence=_first(values, f"{question.id}-confidence") or Confidence.TOLD.value,
        confidences=tuple(Option(each.value, text) for each, text in CONFIDENCES.items()),
        note=_first(values, f"{question.id}-note"),
        comment=_first(values, f"{question.id}-comment"),
        not_applicable=bool(_first(values, f"{question.id}-na")),
        says_not_applicable=bool(_first(values, f"{question.id}-says-na")),
        is_flagged=question.id in flags if flag is None else flag,
    )


def _first(values: Fields, name: str) -> str:
    found = values.get(name, ())
    return found[0] if found else ""


def _confidence_text(row: AnswerRow | None) -> str:
    return CONFIDENCES[row.confidence] if row is not None and row.value is not None else ""


def _marks(question: Question, internal: bool) -> tuple[Option, ...]:
    levels = question.reviewer_levels
    if not internal or not levels:
        return ()
    between = "between the levels beside it"
    return tuple(Option(str(level), f"{level}: {levels.get(level, between)}") for level in range(6))


def _may_mark(held: HeldResponse, row: AnswerRow | None) -> bool:
    able = not held.access.is_vendor and Action.RATE in held.access.rights
    return able and row is not None and row.value is not None


def _doubts(question: Question, row: AnswerRow | None) -> tuple[str, ...]:
    doubt = doubt_of(question, row.value) if row is not None else ""
    return (doubt,) if doubt else ()


def _asides(held: HeldResponse, question: Question) -> tuple[str, ...]:
    """What to ask back, whether the answer ends it, and whether the vendor says that the question does not apply."""
    if held.says_not_applicable(question.id):
        return ("The vendor says this does not apply. Accept it, or send the question back.",)
    answer = held.answers.get(question.id)
    if answer is None or answer.value is None or held.status(question) != "answered":
        return ()
    found = []
    for option in chosen(question, answer.value):
        if option.knock_out:
            found.append("This answer is a knock-out: it ends the candidacy whatever the score.")
        if option.on_bad:
            found.append(f"Ask back: {option.on_bad}")
    return tuple(found)


def _files(filling: Filling, question: Question, row: AnswerRow | None) -> tuple[FileRow, ...]:
    sealed = question.id in sealed_questions(filling.held.access.template)
    counted = [
        _file(filling, question, name, "sealed" if sealed else "", removable=filling.held.access.may_answer)
        for name in _file_ids(question, row)
    ]
    late = [_file(filling, question, name, "late", removable=True) for name in _late_ids(filling, question)]
    return tuple(each for each in (*counted, *late) if each is not None)


def _file(
    filling: Filling, question: Question, file_id: str, note: str, *, removable: bool
) -> FileRow | None:
    file, is_vendor = filling.files.get(file_id), filling.held.access.is_vendor
    if file is None:
        return None
    place = f"{filling.base}/files/{file.id}" if is_vendor else f"/files/{file.id}"
    remove = f"{filling.base}/answers/{question.id}/files/{file.id}/drop"
    return FileRow(
        name=file.name,
        href=f"{place}/{quote(file.name, safe='')}",
        size=wording.size(file.size),
        note=note,
        remove_url=remove if removable else "",
    )


def summary(filling: Filling) -> tuple[FieldError, ...]:
    """The faults of a refused form, linked to their questions."""
    found = []
    for question in filling.held.access.template.questions():
        for words in fields.place_words(question, filling.problems):
            found.append(FieldError(question.id, f"{question.text} {words}"))
    return tuple(found)
