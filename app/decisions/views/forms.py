"""The recommendation's form: rows of texts in numbered fields, and back to an entry."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import get_currency_precision
from pydantic import ValidationError
from starlette.datastructures import FormData

from app.core.errors import Invalid, Problem
from app.core.money import read_amount, show_amount
from app.decisions.models import Decision
from app.decisions.schemas.entries import DecisionIn
from app.kit import forms
from app.kit.forms import FormState

SPARE = 1  # empty rows below the filled ones
MOST = 30
_SINGLE = ("selected_id", "reserve_id", "reserve_until", "currency", "months", "give_up", "dissent")


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of entries with the same fields; `fields` name them, `name` is their place in the schema."""

    name: str
    fields: tuple[str, ...]


ROWS = (
    Rows("risks", ("title", "answer")),
    Rows("next_steps", ("on", "text")),
    Rows("conditions", ("text", "owner", "by", "if_missed", "state")),
)


def stored_form(row: Decision) -> FormState:
    """The form as the recommendation is stored."""
    values: dict[str, object] = {
        "selected_id": row.selected_id,
        "reserve_id": row.reserve_id,
        "reserve_until": row.reserve_until,
        "currency": row.currency,
        "months": row.months,
        "give_up": "\n".join(row.give_up),
        "dissent": "\n".join(row.dissent),
        "amount": None if row.amount is None else show_amount(row.amount, _precision(row.currency)),
    }
    for rows in ROWS:
        for number, entry in enumerate(getattr(row, rows.name)):
            values |= {f"{rows.name}-{number}-{field}": entry.get(field) for field in rows.fields}
    return forms.blank(values, version=row.version)


def field_names(form: FormState, rows: Rows) -> tuple[tuple[str, ...], ...]:
    """The field names of each row to show: what is filled, and spare ones below."""
    used = _used(form.raw, rows)
    count = min(MOST, (max(used) + 1 if used else 0) + SPARE)
    return tuple(tuple(f"{rows.name}-{number}-{field}" for field in rows.fields) for number in range(count))


def _used(raw: Mapping[str, Sequence[str]], rows: Rows) -> list[int]:
    found = set()
    for name, values in raw.items():
        place = re.fullmatch(rf"{rows.name}-([0-9]{{1,2}})-({'|'.join(rows.fields)})", name)
        if place and place[2] != "state" and any(value.strip() for value in values):
            found.add(int(place[1]))
    return sorted(found)


def read_entry(form: FormData) -> DecisionIn:
    """The recommendation a form says. Raises `Invalid` with every fault at the field it was typed into."""
    raw = forms.text_values(form)
    values: dict[str, Any] = {
        name: "\n".join(raw[name]) for name in _SINGLE if any(value for value in raw.get(name, ()))
    }
    for rows in ROWS:
        values[rows.name] = [_entry(raw, rows, number) for number in _used(raw, rows)]
    problems: list[Problem] = []
    if amount := next(iter(raw.get("amount", ())), ""):
        try:
            values["amount"] = read_amount(amount, _precision(str(values.get("currency", ""))))
        except ValueError as failure:
            problems.append(Problem("amount", str(failure)))
    try:
        entry = DecisionIn.model_validate(values)
    except ValidationError as failure:
        problems += [Problem(_moved(raw, one.where), one.message) for one in forms.problems(failure)]
    if problems:
        raise Invalid("decision.faulty", problems)
    return entry


def _precision(currency: str) -> int:
    return int(get_currency_precision(currency or "USD"))


def _moved(raw: Mapping[str, Sequence[str]], where: str) -> str:
    """The field behind a place of the schema: `risks[0].title` was typed into, say, `risks-2-title`."""
    found = re.fullmatch(r"(\w+)\[(\d+)\](?:\.(\w+))?", where)
    rows = next((one for one in ROWS if found and one.name == found[1]), None)
    if found is None or rows is None:
        return found[1] if found else where
    return f"{rows.name}-{_used(raw, rows)[int(found[2])]}-{found[3] or rows.fields[0]}"


def _entry(raw: Mapping[str, Sequence[str]], rows: Rows, number: int) -> dict[str, str]:
    given = {field: next(iter(raw.get(f"{rows.name}-{number}-{field}", ())), "") for field in rows.fields}
    return {field: value for field, value in given.items() if value}
