"""Several evaluators on the same candidates: conflicts, consensus with its interval, flags, agreement, severity.

Ratings are points 0–100 of a criterion's scale (levels already turned into points); None is a missing or
masked rating, which is absent and never zero.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from statistics import fmean, median
from typing import TYPE_CHECKING, Literal

from app.core.errors import Invalid, Problem

if TYPE_CHECKING:
    from app.core.agreement import Coefficient

FLAG_LEVELS = 2  # a spread of two of five levels goes to moderation (decision.md section 4)


@dataclass(frozen=True, slots=True)
class PanelRating:
    """One evaluator's points 0–100 for a candidate on a criterion."""

    evaluator: str
    candidate: str
    criterion: str
    points: float


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

    None when it is not defined (everybody gave everything the same rating). The intervals cover 95 %; an
    agreement is judged by its interval, not by its point (Koo & Li 2016: under .5 poor, .5–.75 moderate, .75–.9
    good, over .9 excellent).
    """

    one: float | None
    mean: float | None
    targets: int
    raters: int
    one_interval: tuple[float, float] | None = None
    mean_interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Severity:
    """How far above (+) or below (−) the others an evaluator rates, in points, over `cells` rated by several."""

    evaluator: str
    points: float
    cells: int


@dataclass(frozen=True, slots=True)
class PanelAgreement:
    """How well a panel agrees. `complete`: ICC over the cells that everybody rated; None under two of them.

    `alpha` is Krippendorff's ordinal α of all ratings with its 95 % bootstrap interval, missing ones allowed
    (≥ .8 rely, .667–.8 tentative). `severity` is shown and never corrected: with so few people a correction
    would hide more than it mends.
    """

    complete: Agreement | None
    alpha: "Coefficient"
    severity: tuple[Severity, ...]


def eligible(
    ratings: Sequence[PanelRating], conflicts: Collection[tuple[str, str]]
) -> tuple[PanelRating, ...]:
    """The ratings that count: without those of an evaluator who declared a conflict with the candidate.

    `conflicts` holds (evaluator, candidate). A masked rating is absent, as if it had never been given.
    """
    return tuple(one for one in ratings if (one.evaluator, one.candidate) not in conflicts)


def consensus(
    ratings: Sequence[float | None], *, scale: Sequence[float], middle: Literal["median", "mean"] = "median"
) -> Consensus:
    """Median (of two: the mean) or mean of the ratings; low and high are the smallest and largest rating.

    `middle` is settled before anybody rates: the median withstands one odd rating, the mean hears everybody.
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
    mid = median(given) if middle == "median" else fmean(given)
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
    targets and two raters; raises `Invalid` for less or for rows of different length. Intervals after McGraw &
    Wong 1996: of one rater by F quantiles with Satterthwaite's degrees of freedom, of the mean by stepping these
    up (Spearman–Brown).
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
    single = (between - rest) / one if one > 0 else None
    ends = None if single is None else _interval(n, k, between, judges, rest)
    return Agreement(
        single,
        (between - rest) / mean if mean > 0 else None,
        n,
        k,
        ends,
        None if ends is None else (_stepped_up(ends[0], k), _stepped_up(ends[1], k)),
    )


def _interval(n: int, k: int, between: float, judges: float, rest: float) -> tuple[float, float] | None:
    """95 % interval of ICC(A,1); None when the ratings leave nothing to estimate it from."""
    point = (between - rest) / (between + (k - 1) * rest + k * (judges - rest) / n)
    if rest <= 0 or point >= 1:
        return None
    from scipy.special import fdtri  # slow to import, and only needed here

    a = k * point / (n * (1 - point))
    b = 1 + k * point * (n - 1) / (n * (1 - point))
    spread = (a * judges) ** 2 / (k - 1) + (b * rest) ** 2 / ((n - 1) * (k - 1))
    if spread <= 0:
        return None
    freedom = (a * judges + b * rest) ** 2 / spread
    lower, upper = float(fdtri(n - 1, freedom, 0.975)), float(fdtri(freedom, n - 1, 0.975))
    common = k * judges + (k * n - k - n) * rest
    low = n * (between - lower * rest) / (lower * common + n * between)
    high = n * (upper * between - rest) / (common + n * upper * between)
    if not isfinite(low) or not isfinite(high):  # no degrees of freedom left
        return None
    return min(point, max(low, -1 / (k - 1))), max(point, min(high, 1.0))


def _stepped_up(one: float, raters: int) -> float:
    """Reliability of the mean of several raters from that of one (Spearman–Brown), not under −1."""
    below = 1 + (raters - 1) * one
    return max(-1.0, raters * one / below) if below > 0 else -1.0


def severities(ratings: Sequence[PanelRating]) -> tuple[Severity, ...]:
    """Per evaluator the mean of (own rating − mean of the cell) over cells with several ratings, mildest first."""
    cells: dict[tuple[str, str], list[PanelRating]] = defaultdict(list)
    for one in ratings:
        cells[one.candidate, one.criterion].append(one)
    away: dict[str, list[float]] = defaultdict(list)
    for shared in cells.values():
        if len(shared) > 1:
            centre = fmean(one.points for one in shared)
            for one in shared:
                away[one.evaluator].append(one.points - centre)
    found = [Severity(name, fmean(points), len(points)) for name, points in away.items()]
    return tuple(sorted(found, key=lambda one: (-one.points, one.evaluator)))


def panel_agreement(ratings: Sequence[PanelRating], *, seed: int = 0) -> PanelAgreement:
    """ICC over the cells that everybody rated, ordinal α over all, severity per evaluator.

    A cell is a candidate on a criterion; each evaluator rates it at most once (a second rating raises `Invalid`).
    Pass ratings through `eligible` first. The bootstrap of α draws from Philox(seed).
    """
    import numpy as np

    from app.core.agreement import alpha

    people = sorted({one.evaluator for one in ratings})
    cells: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for one in ratings:
        row = cells[one.candidate, one.criterion]
        if one.evaluator in row:
            message = f"{one.evaluator} rated it twice; keep one rating"
            raise Invalid("panel.twice", [Problem(f"{one.candidate}.{one.criterion}", message)])
        row[one.evaluator] = one.points
    table = [[row[name] for name in people] for row in cells.values() if len(row) == len(people)]
    points = sorted({one.points for one in ratings})
    counts = np.array([[list(row.values()).count(p) for p in points] for row in cells.values()], np.float64)
    return PanelAgreement(
        agreement(table) if len(table) > 1 and len(people) > 1 else None,
        alpha(counts.reshape(len(cells), len(points)), "ordinal", np.array(points, np.float64), seed),
        severities(ratings),
    )
