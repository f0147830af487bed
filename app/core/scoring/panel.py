"""Several evaluators on the same candidates: consensus with its interval, flags, agreement.

Ratings are points 0–100 of a criterion's scale (levels already turned into points); None is a missing or
masked rating, which is absent and never zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import Literal

from app.core.errors import Invalid, Problem

FLAG_LEVELS = 2  # a spread of two of five levels goes to moderation (decision.md section 4)


@dataclass(frozen=True, slots=True)
class Consensus:
    """A panel's mid with the range of its ratings; `status` open when nobody rated.

    `disagree`: the range covers at least two levels of the scale. `single`: fewer than two ratings.
    """

    low: float | None
    mid: float | None
    high: float | None
    ratings: int
    status: Literal["verified", "open"]
    disagree: bool
    single: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """Intraclass correlations for absolute agreement, two-way: of one rater, and of the panel's mean.

    None when it is not defined (everybody gave everything the same rating).
    """

    one: float | None
    mean: float | None
    targets: int
    raters: int


def consensus(ratings: Sequence[float | None], *, scale: Sequence[float]) -> Consensus:
    """Median of three or more ratings, mean of two; low and high are the smallest and largest rating.

    `scale`: the points of the criterion's levels in any order (at least two). Disagreement is flagged when
    lowest and highest rating lie two or more levels apart on it, or, on a scale of fewer than four levels, at
    its two ends. Raises `Invalid` for a rating outside 0–100.
    """
    bad = [r for r in ratings if r is not None and not 0 <= r <= 100]
    if bad:
        raise Invalid(
            "panel.rating", [Problem("rating", f"must lie between 0 and 100, not {r:g}") for r in bad]
        )
    given = [rating for rating in ratings if rating is not None]
    if not given:
        return Consensus(None, None, None, 0, "open", disagree=False, single=True)
    low, high = min(given), max(given)
    mid = median(given) if len(given) > 2 else fmean(given)
    levels = sorted(set(scale))
    steps = _position(levels, high) - _position(levels, low)
    disagree = steps >= min(FLAG_LEVELS, len(levels) - 1) and high > low
    return Consensus(low, mid, high, len(given), "verified", disagree=disagree, single=len(given) < 2)


def _position(levels: Sequence[float], points: float) -> float:
    """How many steps up the scale these points stand, between levels in proportion."""
    if points <= levels[0]:
        return 0.0
    for i, (lower, upper) in enumerate(pairwise(levels)):
        if points <= upper:
            return i + (points - lower) / (upper - lower)
    return float(len(levels) - 1)


def agreement(table: Sequence[Sequence[float]]) -> Agreement:
    """ICC(A,1) and ICC(A,k) of targets × raters, complete (Shrout & Fleiss 1979, their ICC(2,1) and (2,k)).

    From the two-way mean squares BMS (targets), JMS (raters), EMS (rest), n targets and k raters:
    (BMS − EMS)/(BMS + (k − 1)EMS + k(JMS − EMS)/n) and (BMS − EMS)/(BMS + (JMS − EMS)/n). At least two
    targets and two raters; raises `Invalid` for less or for rows of different length.
    """
    n = len(table)
    k = len(table[0]) if table else 0
    if n < 2 or k < 2 or any(len(row) != k for row in table):
        message = "agreement needs at least two targets, each rated by the same two or more raters"
        raise Invalid("panel.table", [Problem("ratings", message)])
    grand = fmean(value for row in table for value in row)
    rows = [fmean(row) for row in table]
    columns = [fmean(column) for column in zip(*table, strict=True)]
    between = k * sum((row - grand) ** 2 for row in rows) / (n - 1)
    judges = n * sum((column - grand) ** 2 for column in columns) / (k - 1)
    rest = sum(
        (value - row - column + grand) ** 2
        for row, values in zip(rows, table, strict=True)
        for column, value in zip(columns, values, strict=True)
    ) / ((n - 1) * (k - 1))
    one = between + (k - 1) * rest + k * (judges - rest) / n
    mean = between + (judges - rest) / n
    return Agreement(
        (between - rest) / one if one > 0 else None, (between - rest) / mean if mean > 0 else None, n, k
    )
