"""The need as a form: money and counts as people type them, there and back."""

from typing import Any

from babel.numbers import get_currency_precision
from pydantic import ValidationError
from starlette.datastructures import FormData

from app.core.errors import Invalid, Problem
from app.core.money import read_amount, show_amount
from app.evaluations.schemas import InHouseCost, NeedIn
from app.kit import forms
from app.kit.forms import FormState, blank

_LINES = "in_house."
_COUNTS = ("volume", "volume_low", "volume_high")
_LISTS = ("data_types", "techniques", "industries", "languages", "specialists")


def read_need(form: FormData) -> NeedIn:
    """The need of a form. Raises `Invalid` with every fault at its field, unclear amounts among them."""
    raw = {name: given for name, given in forms.text_values(form).items() if any(given)}
    digits = _digits(raw.get("currency", ("",))[0])
    problems: list[Problem] = []
    values: dict[str, Any] = {"in_house": {}}
    for name, given in raw.items():
        target, key = values, name
        if name.startswith(_LINES):
            target, key = values["in_house"], name.removeprefix(_LINES)
        if not _is_money(name):
            target[key] = [item for item in given if item] if name in _LISTS else given[0]
            continue
        try:
            target[key] = read_amount(given[0], digits)
        except ValueError as failure:
            problems.append(Problem(name, str(failure)))
    try:
        need = NeedIn.model_validate(values)
    except ValidationError as failure:
        raise Invalid("need.invalid", [*problems, *forms.problems(failure)]) from None
    if problems:
        raise Invalid("need.invalid", problems)
    return need


def need_form(need: NeedIn, *, version: int) -> FormState:
    """The form of a stored need; what nobody has said is empty, not zero."""
    digits = _digits(need.currency)
    values: dict[str, object] = need.model_dump(exclude={"in_house", "budget", *_COUNTS})
    values |= {name: _count(getattr(need, name)) for name in _COUNTS}
    values["budget"] = None if need.budget is None else show_amount(need.budget, digits)
    for name, value in need.in_house.model_dump().items():
        shown = _count(value) if name == "labels_per_year" else show_amount(value, digits) if value else None
        values[_LINES + name] = shown
    return blank(values, version=version)


def _is_money(name: str) -> bool:
    line = name.removeprefix(_LINES)
    return name == "budget" or (
        name.startswith(_LINES) and line in InHouseCost.model_fields and line != "labels_per_year"
    )


def _count(value: int | None) -> str | None:
    return f"{value:,}" if value else None


def _digits(currency: str) -> int:
    return get_currency_precision(currency) if currency else 2
