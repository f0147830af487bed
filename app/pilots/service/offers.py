"""What candidates charge: sealed from everybody who may not read prices."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from babel.numbers import get_currency_precision

from app.audit import service as audit
from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.core.pilots.cost import Line, Quote
from app.core.pilots.in_house import baseline
from app.core.pilots.tariff import Tier
from app.evaluations import service as evaluations
from app.evaluations.schemas import NeedIn
from app.evaluations.service import CandidateView
from app.kit import canonical
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.pilots import queries
from app.pilots.models import Pilot, PilotOffer
from app.pilots.schemas import OfferIn, minor_units
from app.pilots.service.access import PilotAccess, open_pilot


def set_offer(
    session: WriteSession,
    *,
    actor: Actor,
    pilot_id: UUID,
    candidate_id: UUID,
    entry: OfferIn,
    seen: int | None,
) -> PilotOffer:
    """Write down what a candidate charges; replaces what was there. For those who may read prices.

    The audit keeps a salted digest, never the price. Raises `Invalid` at the field at fault.
    """
    found = open_pilot(session, actor, pilot_id, Action.PRICE_READ, changing=True)
    found.access.require(Action.EVALUATION_EDIT)
    _check(session, found, candidate_id, entry)
    row = queries.offer(session, pilot_id, candidate_id)
    if row is None:
        row = PilotOffer(
            pilot_id=pilot_id, candidate_id=candidate_id, currency=entry.currency, seal=secrets.token_hex(16)
        )
    else:
        unchanged(row, seen, {"note": entry.note})
    before = _digest(row) if row.lines else ""
    digits = get_currency_precision(entry.currency)
    row.minimum = _whole(entry.minimum, digits, "minimum")
    row.monthly_minimum = _whole(entry.monthly_minimum, digits, "monthly_minimum")
    row.lines = [_line(item, digits) for item in entry.model_dump()["lines"]]
    row.note = entry.note
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "pilots.offer.set",
        ("pilot_offer", row.id),
        before={"price": before},
        after={"candidate": candidate_id, "lines": len(row.lines), "price": _digest(row)},
    )
    return row


def _check(session: ReadSession, found: PilotAccess, candidate_id: UUID, entry: OfferIn) -> None:
    problems = []
    known = {view.candidate.id for view in evaluations.candidates_of(session, found.evaluation.id)}
    if candidate_id not in known:
        problems.append(Problem("candidate_id", "Choose a candidate of this evaluation."))
    if entry.currency != found.pilot.currency:
        message = f"This pilot compares prices in {found.pilot.currency}; convert the offer, note the rate."
        problems.append(Problem("currency", message))
    if problems:
        raise Invalid("offer.invalid", problems)


def _whole(amount: str, digits: int, where: str) -> int:
    minor, units = minor_units(amount, digits)
    if units > 1:
        raise Invalid("offer.minimum", [Problem(where, f"At most {digits} decimals here.")])
    return minor


def _line(item: Mapping[str, Any], digits: int) -> dict[str, Any]:
    """A price line as it is kept: every amount buys the same number of units, so that 0.118 stays exact."""
    parts = [minor_units(str(one), digits) for one in (item["amount"], *(t["amount"] for t in item["tiers"]))]
    units = max(one for _, one in parts)
    amount, *rest = [minor * units // own for minor, own in parts]
    return {
        **item,
        "amount": amount,
        "units": units * int(item["units"]),
        "tiers": [
            {"above": tier["above"], "amount": one} for tier, one in zip(item["tiers"], rest, strict=True)
        ],
        "minimum": _whole(str(item["minimum"]), digits, "lines.minimum"),
        "markup": round(float(item["markup"]) * 100),
    }


def _digest(row: PilotOffer) -> str:
    monthly = [row.monthly_minimum] if row.monthly_minimum else []
    return canonical.digest([row.seal, row.currency, row.minimum, row.lines, *monthly])


def quote_of(row: PilotOffer) -> Quote:
    """An offer as the engine takes it."""
    lines = (
        Line(**{**item, "tiers": tuple(Tier(**tier) for tier in item.get("tiers", ()))}) for item in row.lines
    )
    return Quote(row.currency, tuple(lines), row.minimum, row.monthly_minimum)


def prices_of(
    session: ReadSession, pilot: Pilot, need: NeedIn, views: Iterable[CandidateView]
) -> Mapping[UUID, tuple[Quote | None, str]]:
    """Candidate -> price and a note on it: the offer, for our own team else the need."""
    out: dict[UUID, tuple[Quote | None, str]] = {
        row.candidate_id: (quote_of(row), "") for row in queries.all_offers(session, pilot.id)
    }
    for view in views:
        if view.is_in_house:
            out.setdefault(view.candidate.id, desk_of(need, pilot.currency))
    return out


def desk_of(need: NeedIn, currency: str) -> tuple[Quote | None, str]:
    """Our own team's price from the lines of the need, and which of them nobody stated; None with the reason.

    A line of 0 counts as not stated: a desk has wages and licences.
    """
    lines = need.in_house.model_dump(exclude={"labels_per_year"})
    stated = {name: cost for name, cost in lines.items() if cost}
    if not stated or not need.in_house.labels_per_year:
        return None, "state in the need what our own team costs and how many labels it makes"
    if need.currency != currency:
        return None, f"the need is in {need.currency}, this pilot in {currency}"
    found = baseline(currency, need.in_house.labels_per_year, stated)
    unknown = ", ".join(name.replace("_", "-") for name in found.unknown)
    return found.quote, "from the need" + (f"; not stated: {unknown}" if unknown else "")


def offer_of(session: ReadSession, *, actor: Actor, pilot_id: UUID, candidate_id: UUID) -> PilotOffer | None:
    """One candidate's offer; raises `Forbidden` without the right to read prices."""
    open_pilot(session, actor, pilot_id, Action.PRICE_READ)
    return queries.offer(session, pilot_id, candidate_id)
