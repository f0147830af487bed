"""The lead of the first over the second: where it comes from, what it costs, and what it is worth in money."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.core.numbers import exact
from app.core.scoring.analysis import Analysis
from app.core.scoring.compare import why
from app.core.scoring.price import per_total_point
from app.core.scoring.weights import weights_of

SHOWN = 0.05  # points; less prints as 0.0


@dataclass(frozen=True, slots=True)
class Lead:
    """`leader` against `second`, in points of total, money per label at the declared volume.

    `groups` and `criteria` add up to `gap`, largest first. `reasons` is the shortest list of criteria whose points
    alone outweigh everything that speaks for the second. `dearer` is how much more the leader costs (negative:
    less), None when a price is not known. `elsewhere` are the points that do not come from the price, `worth` the
    money they stand for at these weights, None when the price method has no exchange rate.
    """

    leader: str
    second: str
    gap: float
    groups: Mapping[str, float]
    criteria: Mapping[str, float]
    reasons: tuple[str, ...]
    dearer: float | None
    elsewhere: float
    worth: float | None
    currency: str | None


def lead_of(analysis: Analysis) -> Lead | None:
    """The lead of the first over the second; None with fewer than two scored candidates."""
    scored = [line.id for line in analysis.candidates if line.rank is not None]
    if len(scored) < 2:
        return None
    first, second = scored[:2]
    found = why(analysis, first, second)
    price = analysis.scorecard.price
    elsewhere = found.gap - found.criteria.get(price.id, 0.0) if price else found.gap
    rate = per_total_point(analysis.scorecard, weights_of(analysis.scorecard))
    return Lead(
        leader=first,
        second=second,
        gap=found.gap,
        groups=found.groups,
        criteria=found.criteria,
        reasons=_reasons(found.criteria),
        dearer=_dearer(analysis, first, second),
        elsewhere=round(elsewhere, 4),
        worth=None if rate is None else float(exact(round(elsewhere, 4)) * rate),
        currency=analysis.exchange_rate.currency if analysis.exchange_rate else None,
    )


def _reasons(criteria: Mapping[str, float]) -> tuple[str, ...]:
    """Largest first until they outweigh all that is against; the leader's own points always do together."""
    against = -sum(points for points in criteria.values() if points < 0)
    chosen: list[str] = []
    total = 0.0
    for name, points in criteria.items():
        if points <= 0 or total > against:
            break
        chosen.append(name)
        total += points
    return tuple(chosen)


def _dearer(analysis: Analysis, first: str, second: str) -> float | None:
    price = analysis.scorecard.price
    if price is None:
        return None
    asked = [_asked(analysis.candidate(name).cells[price.id].natural) for name in (first, second)]
    return None if asked[0] is None or asked[1] is None else float(asked[0] - asked[1])


def _asked(natural: object) -> Fraction | None:
    return exact(natural) if isinstance(natural, int | float) else None


def lead_sentences(analysis: Analysis) -> str:
    """Where the lead comes from and what it costs, in one to three sentences; empty when nobody can be compared."""
    lead = lead_of(analysis)
    if lead is None:
        return ""
    return " ".join(said for said in (_origin(analysis, lead), _cost(analysis, lead)) if said)


def _origin(analysis: Analysis, lead: Lead) -> str:
    names = {criterion.id: criterion.name for criterion in analysis.scorecard.criteria}
    for_it = [name for name in lead.reasons if lead.criteria[name] >= SHOWN]
    against = [name for name, points in list(lead.criteria.items())[::-1] if points <= -SHOWN][:2]
    if not for_it:
        return ""
    said = " and ".join(f"{names[name]} {lead.criteria[name]:+.1f}" for name in for_it[:3])
    more = f" and {len(for_it) - 3} more" if len(for_it) > 3 else ""
    beside = ", ".join(f"{names[name]} {lead.criteria[name]:+.1f}" for name in against)
    return f"It rests on {said}{more}{f' (against it: {beside})' if beside else ''}."


def _cost(analysis: Analysis, lead: Lead) -> str:
    price = analysis.scorecard.price
    if price is None:
        return ""
    if lead.dearer is None:
        open_ = [
            name
            for name in (lead.leader, lead.second)
            if analysis.candidate(name).cells[price.id].natural is None
        ]
        return f"What the lead costs is not known: no price yet from {' and '.join(open_)}."
    asked = "the same as"
    if lead.dearer:
        asked = f"{_money(abs(lead.dearer), lead.currency)} per label {'more' if lead.dearer > 0 else 'less'} than"
    said = f"{lead.leader} costs {asked} {lead.second}"
    if lead.worth is None or abs(lead.elsewhere) < SHOWN:
        return f"{said}."
    side = "lead" if lead.elsewhere > 0 else "gap"
    points = f"its {side} of {abs(lead.elsewhere):.1f} points on everything else"
    return f"{said}; {points} is worth {_money(abs(lead.worth), lead.currency)} per label at these weights."


def _money(amount: float, currency: str | None) -> str:
    return f"{amount:,.4g} {currency or ''}".strip()
