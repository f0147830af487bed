"""Questions to form fields and back.

A field is named after its question: `ramp`, `price.amount`, `hours.0.site`; beside it stand `ramp-confidence`,
`ramp-note`, `ramp-comment`, `ramp-na`, `ramp-flag` and `ramp-revision`. Question ids hold neither dots nor dashes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from app.core.errors import Invalid, Problem
from app.core.questionnaire import Column, Question
from app.core.questionnaire.answers import LACKS
from app.kit import forms
from app.kit.ui import Option
from app.questionnaires.models import AnswerRow, Confidence
from app.questionnaires.schemas import AnswerIn
from app.questionnaires.service import LateValue

Fields = Mapping[str, tuple[str, ...]]
RADIOS_AT_MOST = 9
BLANK_ROWS = 2
MORE_ROWS = 3
_YES_NO = (Option("yes", "Yes"), Option("no", "No"))
_PLACEHOLDERS = {"language": "en, pt-BR", "country": "DE", "time": "09:30", "date": "2027-03-31"}


@dataclass(frozen=True, slots=True)
class Control:
    """One thing to fill in. `kind`: radios, checks, select, area, date, number, money or line."""

    kind: str
    name: str
    label: str
    value: str
    values: tuple[str, ...]
    options: tuple[Option, ...]
    unit: str
    currency: str
    placeholder: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a table question; `remove` is what its remove button sends, '' on blank rows."""

    label: str
    cells: tuple[Control, ...]
    remove: str


def posted(question: Question, fields: Fields) -> bool:
    """Whether the form carried this question."""
    return f"{question.id}-revision" in fields


def _first(fields: Fields, name: str) -> str:
    found = fields.get(name, ())
    return found[0] if found else ""


def seen_revision(question: Question, fields: Fields) -> int | None:
    """The revision the form was made from; a decision to overwrite ('ramp.3') names the one it overwrites."""
    name, _, decided = _first(fields, "_overwrite").partition(".")
    text = decided if name == question.id else _first(fields, f"{question.id}-revision")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def flagged(question: Question, fields: Fields) -> bool | None:
    """Whether the form marks the question for a follow-up; None when it does not say."""
    if f"{question.id}-flags" not in fields:
        return None
    return bool(_first(fields, f"{question.id}-flag"))


def entry_of(question: Question, fields: Fields) -> AnswerIn:
    """What the form says about one question. Raises `Invalid` at the question for a note that is too long."""
    try:
        return AnswerIn.model_validate(
            {
                "value": _raw(question, fields),
                "confidence": _first(fields, f"{question.id}-confidence") or Confidence.TOLD,
                "not_applicable": bool(
                    _first(fields, f"{question.id}-na") or _first(fields, f"{question.id}-says-na")
                ),
                "note": _first(fields, f"{question.id}-note"),
                "comment": _first(fields, f"{question.id}-comment"),
            }
        )
    except ValidationError as failure:
        found = [
            Problem(question.id, f"{item.where.capitalize()}: {item.message}")
            for item in forms.problems(failure)
        ]
        raise Invalid("answer.invalid", found) from None


def _raw(question: Question, fields: Fields) -> object:
    if question.type == "table":
        dropped = _first(fields, "_remove")
        rows = [_row(question, number, fields) for number in range(_row_count(question, fields))]
        return [row for number, row in enumerate(rows) if f"{question.id}.{number}" != dropped]
    return _one(question.type, question.id, fields)


def _one(kind: str, name: str, fields: Fields) -> object:
    if kind in ("multiple", "file"):
        return [value for value in fields.get(name, ()) if value]
    if kind == "money":
        amount = _first(fields, f"{name}.amount")
        return {"amount": amount, "currency": _first(fields, f"{name}.currency")} if amount else None
    return _first(fields, name)


def _row(question: Question, number: int, fields: Fields) -> dict[str, object]:
    return {
        column.id: _one(column.type, f"{question.id}.{number}.{column.id}", fields)
        for column in question.columns
    }


def _row_count(question: Question, fields: Fields) -> int:
    pattern = re.compile(rf"{question.id}\.([0-9]{{1,3}})\.")
    numbers = [int(match[1]) for name in fields if (match := pattern.match(name))]
    return max(numbers, default=-1) + 1


def stored_fields(question: Question, row: AnswerRow | None) -> dict[str, tuple[str, ...]]:
    """The fields of a stored answer, as a form would send them."""
    found: dict[str, tuple[str, ...]] = {f"{question.id}-revision": (str(row.revision if row else 0),)}
    if row is None:
        return found
    found[f"{question.id}-confidence"] = (row.confidence.value,)
    found[f"{question.id}-note"] = (row.note,)
    found[f"{question.id}-comment"] = (row.comment,)
    found[f"{question.id}-na"] = ("yes",) if row.not_applicable else ()
    found[f"{question.id}-says-na"] = ("yes",) if row.says_not_applicable else ()
    return found | _filled(question, row.value)


def late_fields(question: Question, draft: LateValue, row: AnswerRow | None) -> dict[str, tuple[str, ...]]:
    """The fields of what was typed too late, in place of the stored answer."""
    kept = {name: value for name, value in stored_fields(question, row).items() if "-" in name}
    kept[f"{question.id}-comment"] = (draft.comment,)
    return kept | _filled(question, draft.value)


def _filled(question: Question, plain: Any) -> dict[str, tuple[str, ...]]:
    if question.type != "table":
        return _spelled(question.id, plain)
    found: dict[str, tuple[str, ...]] = {}
    for number, cells in enumerate(plain or ()):
        for name, value in cells.items():
            found |= _spelled(f"{question.id}.{number}.{name}", value)
    return found


def _spelled(name: str, value: object) -> dict[str, tuple[str, ...]]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {f"{name}.{part}": (str(text),) for part, text in value.items()}
    if isinstance(value, list):
        return {name: tuple(str(item) for item in value)}
    if isinstance(value, bool):
        return {name: ("yes" if value else "no",)}
    return {name: (str(value),)}


def control(question: Question, fields: Fields, currency: str) -> Control | None:
    """The control of a question; None for tables and files, which have rows and files instead."""
    if question.type in ("table", "file"):
        return None
    return _control(question, question.id, question.text, fields, currency, in_row=False)


def rows(question: Question, fields: Fields, currency: str, more: int = 0) -> tuple[RowView, ...]:
    """The rows of a table question, with blank ones below to fill in."""
    if question.type != "table":
        return ()
    filled = _row_count(question, fields)
    found = []
    for number in range(filled + BLANK_ROWS + more):
        cells = tuple(
            _control(
                column,
                f"{question.id}.{number}.{column.id}",
                f"{column.text}, row {number + 1}",
                fields,
                currency,
                in_row=True,
            )
            for column in question.columns
        )
        remove = f"{question.id}.{number}" if number < filled else ""
        found.append(RowView(f"row {number + 1}", cells, remove))
    return tuple(found)


def _control(
    field: Question | Column, name: str, label: str, fields: Fields, currency: str, *, in_row: bool
) -> Control:
    options = _options(field)
    kind = _kind(field.type, len(options), in_row=in_row)
    if kind == "radios":
        options = (*options, Option("", "No answer yet"))
    return Control(
        kind=kind,
        name=f"{name}.amount" if kind == "money" else name,
        label=label,
        value=_first(fields, f"{name}.amount" if kind == "money" else name),
        values=fields.get(name, ("",)) if kind == "radios" else fields.get(name, ()),
        options=options,
        unit=field.unit or ("%" if field.type == "percent" else ""),
        currency=_first(fields, f"{name}.currency") or currency,
        placeholder=_PLACEHOLDERS.get(field.type, ""),
    )


def _options(field: Question | Column) -> tuple[Option, ...]:
    if field.type == "scale":
        levels = field.levels if isinstance(field, Question) else {}
        return tuple(
            Option(str(level), f"{level}: {levels[level]}" if level in levels else str(level))
            for level in range(6)
        )
    if field.type == "yes_no" and not field.options:
        return _YES_NO
    return tuple(Option(option.id, option.text) for option in field.options)


def _kind(kind: str, options: int, *, in_row: bool) -> str:
    if kind in ("single", "scale", "yes_no"):
        return "radios" if not in_row and options <= RADIOS_AT_MOST else "select"
    if kind == "multiple":
        return "checks"
    if kind == "long_text":
        return "area"
    if kind in ("number", "percent"):
        return "number"
    return kind if kind in ("money", "date") else "line"


def place_words(question: Question, problems: Iterable[Problem]) -> tuple[str, ...]:
    """The faults of one question; those of a table name row and column, what a row still lacks in one line."""
    found: list[str] = []
    columns = {column.id: column.text for column in question.columns}
    lacking: dict[int, list[str]] = {}
    for item in problems:
        match = re.fullmatch(rf"{question.id}(?:\[([0-9]+)\]\.(.+))?", item.where)
        if match is None:
            continue
        if match[1] and item.message.startswith(LACKS):
            lacking.setdefault(int(match[1]) + 1, []).append(columns.get(match[2], match[2]))
            continue
        place = f"Row {int(match[1]) + 1}, {columns.get(match[2], match[2])}: " if match[1] else ""
        found.append(f"{place}{item.message[:1].upper()}{item.message[1:]}.")
    for number, names in lacking.items():
        found.append(f"Row {number} is kept once it has {_and(names)}; or clear the row.")
    return tuple(found)


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def merged(stored: Sequence[Fields], sent: Fields) -> dict[str, tuple[str, ...]]:
    """All stored fields with what was just sent in their place: a question that was sent is taken whole."""
    prefixes = {name.removesuffix("-revision") for name in sent if name.endswith("-revision")}
    kept = {
        name: values
        for fields in stored
        for name, values in fields.items()
        if re.split(r"[.-]", name)[0] not in prefixes
    }
    return kept | dict(sent)
