"""How far raters agree beyond chance: percent, Krippendorff's alpha, Gwet's AC1, Fleiss' kappa.

All from one table of counts, things rated x values. Sources: Krippendorff 2011; Gwet 2008 (AC1 and its
linearised variance); Fleiss 1971, with items of unequal numbers of ratings as in Gwet's handbook. Pilots use
it for annotators, scoring for evaluators.
"""

import math
from dataclasses import dataclass

import numpy as np

from app.core.resampling import Floats, generator, percentile_interval, resampled_sums, t_quantile

LEVELS = ("nominal", "ordinal", "interval", "ratio")
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient with its 95 % interval; None where it is not defined (no overlap, only one value)."""

    value: float | None
    low: float | None
    high: float | None
    standard_error: float | None = None


def _pairs(table: Floats) -> tuple[Floats, Floats]:
    """Per item the number of ratings, and the share of agreeing pairs (0 for a single rating)."""
    count = table.sum(axis=1)
    pairs = np.maximum(count * (count - 1), 1)
    return count, (table * (table - 1)).sum(axis=1) / pairs


def percent(table: Floats) -> float | None:
    """Mean share of agreeing pairs over items with two ratings or more."""
    count, share = _pairs(table)
    return float(share[count >= 2].mean()) if (count >= 2).any() else None


def fleiss(table: Floats) -> float | None:
    """Fleiss' kappa; items may have unequal numbers of ratings."""
    observed = percent(table)
    expected = float((_prevalence(table) ** 2).sum())
    return None if observed is None or expected >= 1 - 1e-12 else (observed - expected) / (1 - expected)


def _prevalence(table: Floats) -> Floats:
    return np.asarray((table / table.sum(axis=1, keepdims=True)).mean(axis=0), np.float64)


def ac1(table: Floats) -> Coefficient:
    """Gwet's AC1 with its linearised standard error and t interval over items."""
    items, values = table.shape
    count, share = _pairs(table)
    two = count >= 2
    if values < 2 or not two.any():
        return Coefficient(None, None, None)
    prevalence = _prevalence(table)
    expected = float((prevalence * (1 - prevalence)).sum()) / (values - 1)
    value = float(share[two].mean() - expected) / (1 - expected)
    if items < 2:
        return Coefficient(value, None, None)
    own = (items / two.sum()) * (np.where(two, share, 0) - expected * two) / (1 - expected)
    chance = (table * (1 - prevalence)).sum(axis=1) / count / (values - 1)
    part = own - 2 * (1 - value) * (chance - expected) / (1 - expected)
    error = math.sqrt(float(((part - value) ** 2).sum()) / (items * (items - 1)))
    half = t_quantile(items - 1) * error
    return Coefficient(value, max(-1.0, value - half), min(1.0, value + half), error)


def alpha(table: Floats, level: str, values: Floats, seed: int = 0) -> Coefficient:
    """Krippendorff's alpha; its interval is the percentile one over bootstrap samples of the items.

    `values` are the numbers behind the columns. At level ordinal the resamples keep the ranks of the sample.
    """
    rated = table[table.sum(axis=1) > 1]
    if not len(rated):
        return Coefficient(None, None, None)
    distance = _distance(rated.sum(axis=0), level, values)
    observed = (rated * (rated @ distance)).sum(axis=1) / (rated.sum(axis=1) - 1)
    rows = np.column_stack([rated, observed])
    value = float(_alphas(rows.sum(axis=0)[None], distance)[0])
    if not math.isfinite(value):
        return Coefficient(None, None, None)
    interval = percentile_interval(_alphas(resampled_sums(rows, RESAMPLES, generator(seed)), distance))
    low, high = interval or (None, None)
    return Coefficient(value, low, high)


def _alphas(sums: Floats, distance: Floats) -> Floats:
    """Alpha from sums of counts per value and of observed disagreement; NaN where nothing varies."""
    counts, observed = sums[:, :-1], sums[:, -1]
    total = counts.sum(axis=1)
    expected = ((counts @ distance) * counts).sum(axis=1) / np.maximum(total - 1, 1)
    return np.where(expected > 0, 1 - observed / np.where(expected > 0, expected, 1), np.nan)


def _distance(counts: Floats, level: str, values: Floats) -> Floats:
    if level == "nominal":
        return 1 - np.eye(len(counts))
    order = np.argsort(values)
    places = values
    if level == "ordinal":
        places = np.empty(len(counts))
        places[order] = np.cumsum(counts[order]) - counts[order] / 2
    gap = (places[:, None] - places) ** 2
    if level != "ratio":
        return gap
    total = np.abs(places[:, None] + places)
    return np.where(total > 0, gap / np.where(total > 0, total, 1) ** 2, 0.0)
