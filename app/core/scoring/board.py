"""The exact table behind a ranking: whole-number values and weights of the candidates that are ranked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from app.core.numbers import round_half_up
from app.core.scoring.price import price_span
from app.core.scoring.spec import Candidate, Criterion, Price, Scorecard
from app.core.scoring.values import FULL, UNIT, Value, is_known_price
from app.core.scoring.weights import Weights


@dataclass(frozen=True)
class Board:
    """Values in units of 10⁻⁴ points; one row per candidate, one column per criterion that still counts.

    Totals are whole numbers over `weights.whole`, so equal totals are exactly equal. Criteria that a price
    method leaves out (see `price.py`) have no column. `groups` are the ids of the groups with a column,
    `weights.group` indexes them.
    """

    ids: tuple[str, ...]
    criteria: tuple[str, ...]
    groups: tuple[str, ...]
    weights: Weights
    low: tuple[tuple[int, ...], ...]
    mid: tuple[tuple[int, ...], ...]
    high: tuple[tuple[int, ...], ...]

    @cached_property
    def totals(self) -> tuple[int, ...]:
        """Σ part·mid per candidate."""
        return self._sums(self.mid)

    @cached_property
    def lows(self) -> tuple[int, ...]:
        return self._sums(self.low)

    @cached_property
    def highs(self) -> tuple[int, ...]:
        return self._sums(self.high)

    @cached_property
    def group_sums(self) -> tuple[tuple[int, ...], ...]:
        """Σ part·mid inside each group, per candidate."""
        return tuple(self._by_group(row) for row in self.mid)

    @cached_property
    def group_parts(self) -> tuple[int, ...]:
        return tuple(self.weights.of_group(g) for g in range(len(self.groups)))

    def group_scores(self, rows: Sequence[int]) -> list[list[float]]:
        """Score in points of 100 of these rows in each group, n × G."""
        return [
            [total / (part * UNIT) for total, part in zip(self.group_sums[i], self.group_parts, strict=True)]
            for i in rows
        ]

    def _sums(self, rows: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        parts = self.weights.parts
        return tuple(sum(p * v for p, v in zip(parts, row, strict=True)) for row in rows)

    def _by_group(self, row: tuple[int, ...]) -> tuple[int, ...]:
        sums = [0] * len(self.groups)
        for part, value, group in zip(self.weights.parts, row, self.weights.group, strict=True):
            sums[group] += part * value
        return tuple(sums)


def make_board(
    scorecard: Scorecard,
    weights: Weights,
    candidates: Sequence[Candidate],
    values: Mapping[str, Mapping[str, Value]],
) -> Board:
    """The board of these candidates (the ones not excluded); `values` by candidate id, then criterion id."""
    criteria = scorecard.criteria
    method = _method(scorecard)
    if method == "lowest_price_technically_acceptable":
        keep = [i for i, c in enumerate(criteria) if c == scorecard.price]
    elif method == "price_per_quality_point":
        keep = [i for i, c in enumerate(criteria) if c != scorecard.price]
    else:
        keep = list(range(len(criteria)))
    kept_groups = sorted({weights.group[i] for i in keep})
    parts = tuple(weights.parts[i] for i in keep)
    kept = Weights(parts, sum(parts), tuple(kept_groups.index(weights.group[i]) for i in keep))
    rows = [[values[c.id][criteria[i].id] for i in keep] for c in candidates]
    low = [tuple(v.low for v in row) for row in rows]
    mid = [tuple(v.mid for v in row) for row in rows]
    high = [tuple(v.high for v in row) for row in rows]
    if method == "price_per_quality_point" and scorecard.price:
        low, mid, high = _per_quality_point(scorecard.price, kept, candidates, low, mid, high)
    return Board(
        ids=tuple(c.id for c in candidates),
        criteria=tuple(criteria[i].id for i in keep),
        groups=tuple(scorecard.groups[g].id for g in kept_groups),
        weights=kept,
        low=tuple(low),
        mid=tuple(mid),
        high=tuple(high),
    )


def _method(scorecard: Scorecard) -> str:
    price = scorecard.price
    return price.scale.method if price and isinstance(price.scale, Price) else ""


Rows = list[tuple[int, ...]]


def _per_quality_point(
    price: Criterion, weights: Weights, candidates: Sequence[Candidate], low: Rows, mid: Rows, high: Rows
) -> tuple[Rows, Rows, Rows]:
    """Every value divided by its candidate's price, scaled so that the best Q/P totals 100 points."""
    spans = [price_span(c, price) if is_known_price(c, price) else None for c in candidates]
    quality = [
        Fraction(sum(p * v for p, v in zip(weights.parts, row, strict=True)), weights.whole) for row in mid
    ]
    known = [(q, span[1]) for q, span in zip(quality, spans, strict=True) if span and q > 0]
    free = any(p == 0 for _, p in known)
    best = max((q / p for q, p in known if p > 0), default=Fraction(1))

    def factor(q: Fraction, p: Fraction) -> Fraction:
        if p == 0:
            return FULL / q if q > 0 else Fraction(0)
        return Fraction(0) if free else FULL / (p * best)

    for i, span in enumerate(spans):
        if span is None:
            nothing = (0,) * len(mid[i])
            low[i], mid[i], high[i] = nothing, (FULL // 2,) * len(mid[i]), (FULL,) * len(mid[i])
            continue
        cheap, stated, dear = span
        high[i] = (FULL,) * len(high[i]) if cheap == 0 else _scaled(high[i], factor(quality[i], cheap))
        low[i] = _scaled(low[i], factor(quality[i], dear))
        mid[i] = _scaled(mid[i], factor(quality[i], stated))
    return low, mid, high


def _scaled(row: tuple[int, ...], by: Fraction) -> tuple[int, ...]:
    return tuple(round_half_up(value * by.numerator, by.denominator) for value in row)
