"""Two annotators, or two vendors, at a time: Cohen's kappa, plain and weighted, and the matrix of all pairs.

Sources: Cohen 1960 and 1968; standard errors of Fleiss, Cohen and Everitt 1969.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Floats, Ints
from app.core.pilots.statistics import wilson
from app.core.resampling import normal_quantile

Weights = Literal["none", "linear", "quadratic"]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa with its large-sample standard error and 95 % interval; None where it is not defined."""

    value: float | None
    standard_error: float | None
    low: float | None
    high: float | None


def cohen(table: Floats, weights: Weights = "none") -> Kappa:
    """Kappa of a square table of counts, label of one against label of the other, classes in the same order.

    `linear` and `quadratic` weights let neighbours agree in part: the classes must then be ordered. None
    without counts or where chance alone agrees fully. Raises `Invalid` for a table that is not square or
    holds negative counts.
    """
    counts = np.asarray(table, np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not (counts >= 0).all():
        raise Invalid("kappa.table", [Problem("table", "needs as many rows as columns, counts 0 or more")])
    total = float(counts.sum())
    if total <= 0:
        return Kappa(None, None, None, None)
    share, weight = counts / total, _weight(len(counts), weights)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, expected = float((weight * share).sum()), float(rows @ weight @ columns)
    if expected >= 1 - 1e-12:
        return Kappa(None, None, None, None)
    value = (observed - expected) / (1 - expected)
    mean = (weight @ columns)[:, None] + (rows @ weight)[None, :]
    part = (weight - mean * (1 - value)) ** 2
    variance = float((share * part).sum()) - (value - expected * (1 - value)) ** 2
    error = math.sqrt(max(0.0, variance) / total) / (1 - expected)
    half = normal_quantile() * error
    return Kappa(value, error, max(-1.0, value - half), min(1.0, value + half))


def _weight(size: int, weights: Weights) -> Floats:
    gap = np.abs(np.arange(size)[:, None] - np.arange(size)) / max(1, size - 1)
    if weights == "none":
        return np.eye(size)
    return np.asarray(1 - (gap if weights == "linear" else gap**2), np.float64)


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two annotators on the `items` both labelled: share of equal labels with Wilson's interval, and kappa.

    `share`, `low` and `high` are None without common items.
    """

    a: str
    b: str
    items: int
    share: float | None
    low: float | None
    high: float | None
    kappa: float | None


def pairwise(
    item: Ints, annotator: Ints, label: Ints, annotators: tuple[str, ...]
) -> tuple[PairAgreement, ...]:
    """Every two annotators, by position. One label per annotator and item; raises `Invalid` otherwise.

    To compare vendors, give their most frequent labels as annotators.
    """
    if len(np.unique(item * len(annotators) + annotator)) != len(item):
        raise Invalid("kappa.rows", [Problem("rows", "one annotator may label an item only once")])
    rows = [np.nonzero(annotator == at)[0] for at in range(len(annotators))]
    order = [one[np.argsort(item[one])] for one in rows]
    out = []
    for a in range(len(annotators)):
        for b in range(a + 1, len(annotators)):
            _, first, second = np.intersect1d(
                item[order[a]], item[order[b]], assume_unique=True, return_indices=True
            )
            out.append(_pair(annotators[a], annotators[b], label[order[a]][first], label[order[b]][second]))
    return tuple(out)


def _pair(a: str, b: str, left: Ints, right: Ints) -> PairAgreement:
    items, same = len(left), int((left == right).sum())
    bounds = wilson(same, items)
    if bounds is None:
        return PairAgreement(a, b, 0, None, None, None, None)
    used, code = np.unique(np.concatenate([left, right]), return_inverse=True)
    size = len(used)
    table = np.bincount(code[:items] * size + code[items:], minlength=size * size).reshape(size, size)
    return PairAgreement(a, b, items, same / items, *bounds, cohen(table.astype(np.float64)).value)
