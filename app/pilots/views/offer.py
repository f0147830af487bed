"""The form of an offer."""

from dataclasses import dataclass
from typing import Any, ClassVar

from babel.numbers import get_currency_precision

from app.evaluations.frame import EvaluationFrame
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import Option
from app.pilots.models import PilotOffer

LINES = 20  # as many as an offer may have
_SHOWN = 4  # of a new offer
PER = (
    Option("label", "label"),
    Option("item", "item"),
    Option("hour", "labeling hour"),
    Option("seat_month", "seat and month"),
    Option("fixed", "once (set-up)"),
)
TIERINGS = (
    Option("graduated", "What lies above costs the lower price"),
    Option("volume", "Everything costs the lower price"),
)


@dataclass(frozen=True, slots=True)
class OfferPage(Page):
    """What a candidate charges."""

    template: ClassVar[str] = "pilots/offer.html"

    frame: EvaluationFrame
    form: FormState
    action: str
    back: str
    currency: str
    lines: tuple[int, ...]
    per: tuple[Option, ...]
    tierings: tuple[Option, ...]


def numbers_of(form: FormState) -> tuple[int, ...]:
    """The numbers of the price lines that the form shows: the filled ones and one more, at least four."""
    filled = [at for at in range(1, LINES + 1) if form.value(f"amount_{at}") or form.value(f"name_{at}")]
    return tuple(range(1, min(LINES, max(_SHOWN, max(filled, default=0) + 1)) + 1))


def offer_form(offer: PilotOffer | None, currency: str) -> FormState:
    """A stored offer as form values; amounts as people type them."""
    if offer is None:
        first = {"name_1": "Labeling", "per_1": "label", "labor_1": True}
        return blank({"currency": currency, **first})
    digits = get_currency_precision(offer.currency)
    values: dict[str, object] = {"currency": offer.currency, "note": offer.note}
    values |= {
        name: _typed(amount, 1, digits)
        for name, amount in (("minimum", offer.minimum), ("monthly_minimum", offer.monthly_minimum))
        if amount
    }
    for at, line in enumerate(offer.lines, 1):
        values |= {f"{name}_{at}": value for name, value in _line_values(line, digits).items()}
    return blank(values, version=offer.version)


def _line_values(line: dict[str, Any], digits: int) -> dict[str, object]:
    tiers = [
        f"{tier['above']} = {_typed(tier['amount'], line['units'], digits)}" for tier in line.get("tiers", ())
    ]
    return {
        "name": line["name"],
        "amount": _typed(line["amount"], line["units"], digits),
        "per": line["per"],
        "labor": bool(line["labor"]),
        "tiers": "\n".join(tiers),
        "tiering": line.get("tiering", "graduated"),
        "minimum": _typed(line["minimum"], 1, digits) if line.get("minimum") else "",
        "markup": f"{line['markup'] / 100:g}" if line.get("markup") else "",
    }


def _typed(amount: int, units: int, digits: int) -> str:
    """An amount in major units, with no more decimals than it needs.

    >>> _typed(118, 10, 2), _typed(1200, 1, 2), _typed(1250, 1, 0)
    ('0.118', '12', '1250')
    """
    text = f"{amount / units / 10**digits:.6f}"
    return text.rstrip("0").rstrip(".")
