"""The recommendation's form: rows of texts in numbered fields, and back to an entry."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import get_currency_precision
from starlette.datastructures import FormData

from app.core.errors import Invalid, Problem
from app.core.money import read_amount, show_amount
from app.decisions.models import Decision
from app.kit import forms
from app.kit.forms import FormState
from app.kit.ui import FieldError

SPARE = 2  # empty rows below the filled ones
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
        "amount": None
        if row.amount is None
        else show_amount(row.amount, get_currency_precision(row.currency)),
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


def entry_values(form: FormData) -> dict[str, Any]:
    """What a form says, shaped as `DecisionIn` reads it. Raises `Invalid` at an amount that is not clear."""
    raw = forms.text_values(form)
    values: dict[str, Any] = {
        name: "\n".join(raw[name]) for name in _SINGLE if any(value for value in raw.get(name, ()))
    }
    for rows in ROWS:
        values[rows.name] = [_entry(raw, rows, number) for number in _used(raw, rows)]
    amount = next(iter(raw.get("amount", ())), "")
    if amount:
        values["amount"] = _amount(amount, values.get("currency", "USD"))
    return values


def _entry(raw: Mapping[str, Sequence[str]], rows: Rows, number: int) -> dict[str, str]:
    given = {field: next(iter(raw.get(f"{rows.name}-{number}-{field}", ())), "") for field in rows.fields}
    return {field: value for field, value in given.items() if value}


def _amount(text: str, currency: str) -> int:
    try:
        return read_amount(text, get_currency_precision(currency))
    except ValueError as failure:
        raise Invalid("decision.amount", [Problem("amount", str(failure))]) from None


def renumbered(state: FormState, form: FormData) -> FormState:
    """Errors of a list's entry moved to the field it came from: `risks[0].title` to `risks-2-title`."""
    raw = forms.text_values(form)
    places = {rows.name: _used(raw, rows) for rows in ROWS}

    def moved(field: str) -> str:
        found = re.fullmatch(r"(\w+)\[(\d+)\](?:\.(\w+))?", field)
        if not found or found[1] not in places:
            return found[1] if found else field
        first = next(rows.fields[0] for rows in ROWS if rows.name == found[1])
        return f"{found[1]}-{places[found[1]][int(found[2])]}-{found[3] or first}"

    errors = tuple(FieldError(moved(error.field), error.message) for error in state.errors)
    return FormState(raw=state.raw, errors=errors, nonce=state.nonce, version=state.version)
