"""Price methods: how a price becomes points, exact, with what each depends on.

P is the price of a candidate, Q its score 0–100 on everything but price (weights divided by their sum),
w the price's global weight. Only eligible candidates (not excluded) with a known price set anything.

- absolute_linear: v = 100·(cap − P)/(cap − target), kept in 0–100. Depends on no other price.
- lowest_price_ratio: v = 100·Pmin/P (World Bank, CCS). Relative.
- award_on_value: lowest P − worth·Q wins. In the additive model that is v = 100 − s·(P − Pmin) with
  s = (1 − w)/(w·worth), not kept above 0, so that the order is exactly that of P − worth·Q. The lowest price
  shifts all totals alike and never the order (Bergman & Lundberg's quality-to-price scoring).
- price_per_quality_point: lowest P/Q wins; total = 100·(Q/P) ÷ best (Q/P). Q/P is a weighted sum of values
  divided by P, so contributions and weight analysis stay exact; the price's own weight drops out. Relative.
- lowest_price_technically_acceptable: lowest P among those with Q ≥ quality_minimum wins; total = 100·Pmin/P,
  everything but price drops out. Relative.

A price of zero is allowed: it gets 100, and under a ratio every other price then gets 0. Benchmarks are taken
from the mids; a candidate's own interval moves only its own points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.core.numbers import exact, round_half_up
from app.core.scoring.spec import Candidate, Cell, Criterion, Number, Price, Scorecard
from app.core.scoring.values import CLAIM_COUNTS, FULL, Value, is_known_price, natural_ends, value_of
from app.core.scoring.weights import Weights

RELATIVE = {
    "lowest_price_ratio": "the lowest eligible price sets everybody's price points, so a losing candidate "
    "can change the winner; absolute_linear cannot",
    "award_on_value": "price points count from the lowest eligible price: another candidate can shift all "
    "totals alike, never their order",
    "price_per_quality_point": "the best price per quality point sets the scale: another candidate can "
    "rescale all totals, never their order; half the quality at half the price ties",
    "lowest_price_technically_acceptable": "quality above the minimum counts for nothing, and the lowest "
    "price sets everybody's points; made for commodities",
}


@dataclass(frozen=True, slots=True)
class Prices:
    """Points for one price each, low ≤ mid ≤ high in units, and who set the benchmark (candidate ids)."""

    values: Mapping[str, Value]
    setters: frozenset[str]


def price_points(
    scorecard: Scorecard,
    weights: Weights,
    candidates: Sequence[Candidate],
    eligible: frozenset[str],
) -> Prices:
    """Price points of all candidates, with the benchmark taken from the eligible ones.

    For price_per_quality_point these are only the plain ratio Pmin/P, for display; `rank.py` ranks by Q/P.
    """
    criterion = scorecard.price
    if criterion is None:
        return Prices({}, frozenset())
    scale = criterion.scale
    assert isinstance(scale, Price)  # noqa: S101  (Scorecard.price gives nothing else)
    if scale.method == "absolute_linear":
        values = {c.id: value_of(criterion, c.cells.get(criterion.id)) for c in candidates}
        return Prices(values, frozenset())
    known = {c.id: mid_price(c, criterion) for c in candidates if is_known_price(c, criterion)}
    offers = [price for name, price in known.items() if name in eligible]
    lowest = min(offers, default=None)
    setters = frozenset(name for name, price in known.items() if name in eligible and price == lowest)
    slope = value_slope(scorecard, weights, scale) if scale.method == "award_on_value" else None
    values = {
        c.id: _against(criterion, c.cells.get(criterion.id), lowest if c.id in known else None, slope)
        for c in candidates
    }
    return Prices(values, setters)


def mid_price(candidate: Candidate, criterion: Criterion) -> Fraction:
    """The stated price of a candidate whose price is known."""
    mid = natural_ends(candidate.cells[criterion.id])[1]
    assert isinstance(mid, int | float)  # noqa: S101  (checked before)
    return exact(mid)


def price_span(candidate: Candidate, criterion: Criterion) -> tuple[Fraction, Fraction, Fraction]:
    """low, mid, high price of a candidate whose price is known."""
    low, _, high = natural_ends(candidate.cells[criterion.id])
    assert isinstance(low, int | float)  # noqa: S101  (checked before)
    assert isinstance(high, int | float)  # noqa: S101  (checked before)
    return exact(low), mid_price(candidate, criterion), exact(high)


def value_slope(scorecard: Scorecard, weights: Weights, scale: Price) -> Fraction:
    """s of award_on_value: points lost per unit of money, so that one quality point trades against `points_worth`."""
    index = next(i for i, c in enumerate(scorecard.criteria) if isinstance(c.scale, Price))
    part = weights.parts[index]
    assert scale.points_worth is not None  # noqa: S101  (parse refuses it in a case)
    return Fraction(weights.whole - part, part) / exact(scale.points_worth)


def _against(
    criterion: Criterion, cell: Cell | None, lowest: Fraction | None, slope: Fraction | None
) -> Value:
    if cell is None or cell.status not in ("verified", "claimed") or lowest is None:
        status = "open" if cell is None or cell.status in ("verified", "claimed") else cell.status
        return value_of(criterion, Cell(status=status, evidence=cell.evidence if cell else ()))
    low, mid, high = (exact(x) for x in natural_ends(cell) if isinstance(x, int | float))
    at = [_points(price, lowest, slope) for price in (high, mid, low)]
    value = Value(at[0], at[1], at[2], cell.status, _number(mid), cell.evidence)
    if cell.status == "claimed" and cell.low is None and cell.high is None:
        counted = value.mid * CLAIM_COUNTS if value.mid > 0 else Fraction(value.mid)
        worst = min(0, value.mid)
        return replace(value, low=worst, mid=round_half_up(counted.numerator, counted.denominator))
    return value


def _points(price: Fraction, lowest: Fraction, slope: Fraction | None) -> int:
    if slope is not None:
        points = FULL - slope * (price - lowest) * FULL / 100
    elif price <= lowest:
        points = Fraction(FULL)
    else:
        points = FULL * lowest / price
    return round_half_up(points.numerator, points.denominator)


def _number(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else float(value)


def exchange_rate(scorecard: Scorecard, weights: Weights) -> tuple[float, str | None] | None:
    """Money that one quality point (1 of 100) is worth at these weights, with currency; None if undefined.

    absolute_linear: (1 − w)/w · (cap − target)/100; award_on_value: `points_worth` itself.
    """
    criterion, rate = scorecard.price, per_total_point(scorecard, weights)
    if criterion is None or rate is None or not isinstance(criterion.scale, Price):
        return None
    part = weights.parts[scorecard.criteria.index(criterion)]
    if part == weights.whole:
        return None
    return float(rate * Fraction(weights.whole - part, weights.whole)), criterion.scale.currency


def per_total_point(scorecard: Scorecard, weights: Weights) -> Fraction | None:
    """Money per point of the total: what a price must fall to earn one; None without a fixed rate.

    absolute_linear: (cap − target)/(100·w); award_on_value: points_worth/(1 − w). A quality point moves the total
    by 1 − w, so it is worth 1 − w of this.
    """
    criterion = scorecard.price
    if criterion is None or not isinstance(criterion.scale, Price):
        return None
    scale = criterion.scale
    share = Fraction(weights.parts[scorecard.criteria.index(criterion)], weights.whole)
    if scale.method == "award_on_value" and scale.points_worth is not None and share < 1:
        return exact(scale.points_worth) / (1 - share)
    if scale.method != "absolute_linear" or scale.target is None or scale.cap is None:
        return None
    return (exact(scale.cap) - exact(scale.target)) / (100 * share)
