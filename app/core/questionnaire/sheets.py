"""Questionnaires that come as spreadsheets: which column holds what, the draft that follows, filled-in answers.

A sheet is a name and rows of texts. Columns are counted from 0, rows from 0; messages count rows from 1, as
spreadsheet programs do.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.errors import Invalid, Problem
from app.core.questionnaire.answers import AnswerValue, validate_answer
from app.core.questionnaire.edit import Body, blank
from app.core.questionnaire.model import Question, Questionnaire

PARTS = ("id", "section", "question", "options", "help", "answer", "comment")
"""What a column can hold: the sender's id, the section, the question, its possible answers, a hint; in a filled
sheet also the answer and a comment."""
QUESTION_PARTS = ("id", "section", "question", "options", "help")
ANSWER_PARTS = ("id", "question", "answer", "comment")
"""What is looked for in a sheet of questions, and in a filled one."""
KINDS = ("yes_no", "long_text", "text")
LOOK = 40
MOST_NOTES = 200
_HEADINGS = {
    "id": r"(question|control|item|req\w*)?\s*(id|no\.?|number|#|ref(erence)?)",
    "section": r"(ccm |control )?(sub-?)?(section|domain|category|chapter|area|topic)( title| name)?",
    "question": r".*\bquestions?\b.*|requirement( text)?|control (question|specification)",
    "options": r"(allowed|possible|valid|answer|response)?\s*(options|choices|values)|answer type",
    "help": r"guidance|help|hint|description|additional guidance|standard guidance",
    "answer": r"(csp |vendor |consensus assessment )?(answers?|responses?)( \(.*\))?|.*\banswer$",
    "comment": r".*(comments?|notes?|additional information|explanation|remarks|implementation description).*",
}
_ORDER = ("id", "options", "answer", "comment", "section", "help", "question")
NOT_APPLICABLE = frozenset({"n/a", "na", "not applicable", "n.a.", "does not apply"})
"""What a cell of an answer says, folded, where the question does not apply."""
_YES = {"yes", "y", "true"}
_NO = {"no", "n", "false"}

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a sheet: the heading row, and for each of `PARTS` its column. `kind` is the type of a
    question whose possible answers are not given."""

    header: int
    at: Mapping[str, int]
    kind: str = "yes_no"


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An answer of a filled sheet: `value` None with `not_applicable` when the sheet says so."""

    question: str
    value: AnswerValue | None
    not_applicable: bool
    comment: str
    row: int


def shape(headings: Sequence[str]) -> tuple[str, ...]:
    """The headings as they are compared: without case, blanks and punctuation, trailing blanks left out."""
    found = [re.sub(r"[\W_]+", " ", heading.casefold()).strip() for heading in headings]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def header_row(rows: Rows) -> int | None:
    """The row that looks most like headings: the first with a heading for the question beside another; None when
    there is none in the first 40."""
    for number, row in enumerate(rows[:LOOK]):
        found = guess(row)
        if "question" in found and len(found) > 1:
            return number
    return None


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Part -> column, as the headings suggest; each column is used once."""
    words = [re.sub(r"\s+", " ", heading).strip().casefold()[:120] for heading in headings]
    found: dict[str, int] = {}
    for part in _ORDER:
        pattern = re.compile(_HEADINGS[part])
        for column, heading in enumerate(words):
            if heading and column not in found.values() and pattern.fullmatch(heading):
                found[part] = column
                break
    return found


def ident_of(text: str) -> str:
    """The sender's id as an id of ours.

    >>> ident_of("A&A-01.1"), ident_of("12.3"), ident_of("—")
    ('a_a_01_1', 'q_12_3', '')
    """
    name = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:70]
    return name if not name or name[0].isalpha() else f"q_{name}"


def to_body(
    sheets: Sequence[tuple[str, Rows]], columns: Columns, key: str, title: str
) -> tuple[Body, list[str]]:
    """A draft from sheets of one shape, and what was left out or changed on the way.

    A row with a single text is a heading; a section cell that is blank (merged cells) means the one above. The
    sender's id is kept in `controls`. Raises `Invalid("sheet.empty")` when there is no question.
    """
    body, notes = blank(key, title), list[str]()
    sections: dict[str, dict[str, Any]] = {}
    used: set[str] = set()
    for name, rows in sheets:
        current = name
        for number, row in enumerate(rows):
            if number <= columns.header or not any(row):
                continue
            heading = _heading(row, columns)
            if heading:
                current = heading
                continue
            current = _cell(row, columns, "section") or current
            question = _question(row, columns, used, f"{name}, row {number + 1}", notes)
            if question is not None:
                sections.setdefault(current, _section(current, sections))["questions"].append(question)
    if not sections:
        message = "No question was found below the heading row. Choose another heading row or column."
        raise Invalid("sheet.empty", [Problem("question", message)])
    body["sections"] = list(sections.values())
    more = len(notes) - MOST_NOTES
    return body, notes[:MOST_NOTES] + ([f"… and {more} more"] if more > 0 else [])


def _cell(row: Sequence[str], columns: Columns, part: str) -> str:
    column = columns.at.get(part, -1)
    return row[column].strip() if 0 <= column < len(row) else ""


def _heading(row: Sequence[str], columns: Columns) -> str:
    """The text of a row that holds one text and is no question: it stands outside the column of the questions, or
    there although ids are given and this row has none; a question mark makes it a question all the same."""
    texts = [cell.strip() for cell in row if cell.strip()]
    if len(texts) != 1 or len(texts[0]) > 200:
        return ""
    is_question = bool(_cell(row, columns, "question"))
    if is_question and ("id" not in columns.at or texts[0].endswith("?")):
        return ""
    return texts[0]


def _section(title: str, there: Mapping[str, Any]) -> dict[str, Any]:
    name = ident_of(title)[:60] or "section"
    taken = {section["id"] for section in there.values()} | {"new"}
    return {"id": unused(name, taken), "title": title[:200], "weight": 0, "questions": []}


def unused(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where it is taken."""
    found, count = name, 2
    while found in taken:
        found, count = f"{name}_{count}", count + 1
    return found


def _question(
    row: Sequence[str], columns: Columns, used: set[str], place: str, notes: list[str]
) -> dict[str, Any] | None:
    text, given = _cell(row, columns, "question"), _cell(row, columns, "id")
    if not text:
        notes.append(f"{place}: no question in this row; left out")
        return None
    name = ident_of(given) or f"q_{len(used) + 1:03d}"
    ident = unused(name, used)
    if ident != name:
        notes.append(f"{place}: the id {given[:40]!r} stands twice; it became {ident}")
    used.add(ident)
    if len(text) > 2000:
        notes.append(f"{place}: the question was longer than 2,000 characters and was cut")
    question: dict[str, Any] = {"id": ident, "text": text[:2000], "scored": False}
    question |= _type(_cell(row, columns, "options"), columns.kind)
    if _cell(row, columns, "help"):
        question["help"] = _cell(row, columns, "help")[:2000]
    if given:
        question["controls"] = [given[:80]]
    return question


def _type(options: str, kind: str) -> dict[str, Any]:
    """Type and options of what a cell lists: `Yes/No/NA` is a yes or no, other lists are one choice."""
    parts = re.split(r"\s*(?:\n|;|\|)\s*", options)
    if len(parts) == 1:
        parts = re.split(r"\s*[,/]\s*(?!a\b)", options, flags=re.IGNORECASE)
    texts = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    said = [text for text in texts if text.casefold() not in NOT_APPLICABLE]
    if {text.casefold() for text in said} == {"yes", "no"}:
        return {"type": "yes_no"}
    if len(said) < 2:
        return {"type": kind}
    taken: set[str] = set()
    found = []
    for text in said:
        name = unused(ident_of(text)[:60] or "option", taken)
        taken.add(name)
        found.append({"id": name, "text": text[:400]})
    return {"type": "single", "options": found}


def to_answers(
    questionnaire: Questionnaire, sheets: Sequence[tuple[str, Rows]], columns: Columns
) -> tuple[list[ReadAnswer], list[str]]:
    """The answers of a filled sheet, and every row that could not be used, with its reason.

    Rows are held against the questions by the sender's id, else by the text of the question; a blank answer is no
    answer, not a no. Multiple answers stand with semicolons or line breaks between them.
    """
    by_id, by_text = _lookup(questionnaire)
    found: dict[str, ReadAnswer] = {}
    notes: list[str] = []
    for name, rows in sheets:
        for number, row in enumerate(rows):
            said, comment = _cell(row, columns, "answer"), _cell(row, columns, "comment")
            if number <= columns.header or not (said or comment):
                continue
            place = f"{name}, row {number + 1}"
            question = by_id.get(ident_of(_cell(row, columns, "id"))) or by_text.get(
                folded(_cell(row, columns, "question"))
            )
            if question is None:
                notes.append(f"{place}: belongs to no question of this questionnaire; left out")
            elif question.id in found:
                notes.append(f"{place}: a second answer to ‘{question.text[:80]}’; left out")
            else:
                answer = _answer(question, said, comment, number, place, notes)
                found |= {question.id: answer} if answer else {}
    return list(found.values()), notes[:MOST_NOTES]


def _lookup(questionnaire: Questionnaire) -> tuple[dict[str, Question], dict[str, Question]]:
    by_id: dict[str, Question] = {}
    by_text: dict[str, Question] = {}
    for question in questionnaire.questions():
        by_id.setdefault(question.id, question)
        by_text.setdefault(folded(question.text), question)
    for question in questionnaire.questions():
        if len(question.controls) == 1:
            by_id.setdefault(ident_of(question.controls[0]), question)
    return {name: each for name, each in by_id.items() if name}, by_text


def folded(text: str) -> str:
    """A text as it is compared: case, spaces and composed letters aside."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _answer(
    question: Question, said: str, comment: str, row: int, place: str, notes: list[str]
) -> ReadAnswer | None:
    if len(comment) > 4000:
        notes.append(f"{place}: the comment was longer than 4,000 characters and was cut")
        comment = comment[:4000]
    if said.casefold() in NOT_APPLICABLE:
        return ReadAnswer(question.id, None, True, comment, row)
    try:
        value = validate_answer(question, _raw(question, said))
    except Invalid as failure:
        notes.append(f"{place}: {failure.problems[0].message}; left out")
        return None
    return ReadAnswer(question.id, value, False, comment, row)


def _raw(question: Question, said: str) -> Any:
    if question.type == "yes_no":
        word = re.split(r"[\s,.;:–-]", said.casefold(), maxsplit=1)[0]
        return "yes" if word in _YES else "no" if word in _NO else said
    if question.type in ("single", "multiple"):
        names = {folded(option.text): option.id for option in question.options}
        parts = re.split(r"[;\n]", said) if question.type == "multiple" else [said]
        return [names.get(folded(part), part.strip()) for part in parts if part.strip()]
    return said
