"""Vendors on the same items: the difference of two with its interval, and whether any of several differ.

Sources: Newcombe 1998 (Statistics in Medicine 17, 2635–2650, method 10 for paired shares); Cochran 1950;
Friedman 1937 with the correction for ties; Wilcoxon 1945.
"""

import math
from dataclasses import dataclass

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Bools, Floats
from app.core.pilots.statistics import wilson
from app.core.resampling import LEVEL


@dataclass(frozen=True, slots=True)
class Difference:
    """A share minus another, -1..1, with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test: its statistic, degrees of freedom (None where it has none) and p value 0..1."""

    statistic: float
    freedom: int | None
    p_value: float


def newcombe_paired(
    both: float, only_a: float, only_b: float, neither: float, level: float = LEVEL
) -> Difference | None:
    """The share of A minus that of B on the same items, with Newcombe's interval; None without items.

    Counts ≥ 0 of items that both, only A, only B and neither have right. Raises `Invalid` for negative ones.
    """
    counts = (both, only_a, only_b, neither)
    if any(not (math.isfinite(one) and one >= 0) for one in counts):
        raise Invalid("paired.counts", [Problem("counts", "must be numbers, 0 or more")])
    items = sum(counts)
    a, b = wilson(both + only_a, items, level), wilson(both + only_b, items, level)
    if a is None or b is None:
        return None
    share_a, share_b = (both + only_a) / items, (both + only_b) / items
    link = _association(both, only_a, only_b, neither)

    def reach(down: float, up: float) -> float:
        return math.sqrt(max(0.0, down * down - 2 * link * down * up + up * up))

    value = (only_a - only_b) / items
    low = value - reach(share_a - a[0], b[1] - share_b)
    high = value + reach(a[1] - share_a, share_b - b[0])
    return Difference(value, max(-1.0, low), min(1.0, high))


def _association(both: float, only_a: float, only_b: float, neither: float) -> float:
    """Newcombe's corrected phi: how strongly the errors of both go together."""
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    if margins <= 0:
        return 0.0
    items = both + only_a + only_b + neither
    product = both * neither - only_a * only_b
    if product > 0:
        product = max(product - items / 2, 0.0)
    return product / math.sqrt(margins)


def cochran_q(right: Bools) -> Verdict:
    """Cochran's Q: do any of the vendors have another share right? `right` is (items, vendors).

    Without an item on which vendors differ the p value is 1. Raises `Invalid` under two vendors or one item.
    """
    table = _table(right)
    k = table.shape[1]
    columns, rows = table.sum(axis=0), table.sum(axis=1)
    spread = float(k * rows.sum() - (rows**2).sum())
    if spread <= 0:
        return Verdict(0.0, k - 1, 1.0)
    over = float(k * (columns**2).sum() - columns.sum() ** 2)
    statistic = (k - 1) * over / spread
    return Verdict(statistic, k - 1, chi_square_tail(statistic, k - 1))


def friedman(scores: Floats) -> Verdict:
    """Friedman's test: do any of the vendors score differently? `scores` is (items, vendors), ranked by item.

    Equal scores share their rank and the statistic is corrected for it. p is 1 where no item tells vendors
    apart. Raises `Invalid` under two vendors, one item, or with an unknown score.
    """
    table = _table(scores)
    items, k = table.shape
    below = (table[:, :, None] > table[:, None, :]).sum(axis=2)
    equal = (table[:, :, None] == table[:, None, :]).sum(axis=2)
    ranks = below + (equal + 1) / 2
    spread = float((ranks**2).sum() - items * k * (k + 1) ** 2 / 4)
    if spread <= 1e-9:
        return Verdict(0.0, k - 1, 1.0)
    away = ranks.sum(axis=0) - items * (k + 1) / 2
    statistic = (k - 1) * float((away**2).sum()) / spread
    return Verdict(statistic, k - 1, chi_square_tail(statistic, k - 1))


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The chance of a chi-square value at least this large, 0..1."""
    from scipy.special import chdtrc

    return float(chdtrc(freedom, statistic))


def _table(scores: Floats | Bools) -> Floats:
    table = np.asarray(scores, np.float64)
    if table.ndim != 2 or table.shape[0] < 1 or table.shape[1] < 2 or not np.isfinite(table).all():
        message = "needs known scores of at least two vendors on at least one item"
        raise Invalid("paired.scores", [Problem("scores", message)])
    return table
