"""How far raters agree beyond chance: percent, Krippendorff's alpha, Gwet's AC1, Fleiss' kappa.

From how many raters gave which label to which item: a table of items x labels, or only its cells above 0, so
that a million ratings take a blink and labels that are measurements need no table. Sources: Krippendorff 2011;
Gwet 2008 (AC1 and its linearised variance); Fleiss 1971, with items of unequal numbers of ratings as in Gwet's
handbook. Pilots use it for annotators, scoring for evaluators.
"""

import math
from dataclasses import dataclass

import numpy as np

from app.core.formats.shapes import Bools, Floats, Ints
from app.core.resampling import generator, normal_quantile, percentile_interval, resampled_sums, t_quantile

LEVELS = ("nominal", "ordinal", "interval", "ratio")
RESAMPLES = 2_000
_BOOTSTRAP_ITEMS, _BOOTSTRAP_CLASSES = 20_000, 64  # beyond these the linearised interval differs by nothing
_DENSE_CELLS = 20_000_000
_CHUNK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient with its 95 % interval; None where it is not defined (no overlap, only one value)."""

    value: float | None
    low: float | None = None
    high: float | None = None
    standard_error: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How many annotators gave which label to which item: only cells above 0, sorted by item then label.

    `ratings` counts per item; `items` and `classes` are the numbers of items and labels in all.
    """

    items: int
    classes: int
    item: Ints
    label: Ints
    count: Floats
    ratings: Floats


def counts_of(item: Ints, label: Ints, items: int, classes: int) -> Counts:
    """The counts behind ratings given as positions of item and label; every item has at least one."""
    flat = item * classes + label
    if items * classes <= _DENSE_CELLS:
        dense = np.bincount(flat, minlength=items * classes)
        cell = np.flatnonzero(dense > 0)
        count = dense[cell].astype(np.float64)
    else:
        cell, many = np.unique(flat, return_counts=True)
        count = many.astype(np.float64)
    ratings = np.bincount(item, minlength=items).astype(np.float64)
    at = cell // classes
    return Counts(items, classes, at, cell - at * classes, count, ratings)


def counts_of_table(table: Floats) -> Counts:
    """The counts behind a table of items x labels; rows without any rating are left out."""
    rated = table[table.sum(axis=1) > 0]
    item, label = np.nonzero(rated)
    return Counts(
        items=len(rated),
        classes=table.shape[1],
        item=item,
        label=label,
        count=rated[item, label],
        ratings=rated.sum(axis=1),
    )


def _as_counts(table: "Floats | Counts") -> Counts:
    return table if isinstance(table, Counts) else counts_of_table(table)


def paired(counts: Counts) -> Bools:
    """Which items have two ratings or more."""
    return counts.ratings >= 2


def _agreeing(counts: Counts) -> Floats:
    """Per item the share of agreeing pairs of ratings; 0 for a single rating."""
    same = np.bincount(counts.item, counts.count * (counts.count - 1), minlength=counts.items)
    return same / np.maximum(counts.ratings * (counts.ratings - 1), 1)


def percent(table: Floats | Counts) -> float | None:
    """Mean share 0..1 of agreeing pairs over items with two ratings or more; None without any."""
    counts = _as_counts(table)
    two = paired(counts)
    return float(_agreeing(counts)[two].mean()) if two.any() else None


def _prevalence(counts: Counts) -> Floats:
    share = counts.count / counts.ratings[counts.item]
    return np.asarray(np.bincount(counts.label, share, minlength=counts.classes) / counts.items, np.float64)


def fleiss(table: Floats | Counts) -> float | None:
    """Fleiss' kappa; items may have unequal numbers of ratings. None where chance alone agrees fully."""
    counts = _as_counts(table)
    observed = percent(counts)
    expected = float((_prevalence(counts) ** 2).sum())
    return None if observed is None or expected >= 1 - 1e-12 else (observed - expected) / (1 - expected)


def ac1(table: Floats | Counts) -> Coefficient:
    """Gwet's AC1 with its linearised standard error and t interval over items.

    All parts None without a second label or an item with two ratings; the interval None with one item.
    """
    counts = _as_counts(table)
    items, classes, two = counts.items, counts.classes, paired(counts)
    if classes < 2 or not two.any():
        return Coefficient(None)
    share, prevalence = _agreeing(counts), _prevalence(counts)
    expected = float((prevalence * (1 - prevalence)).sum()) / (classes - 1)
    value = float(share[two].mean() - expected) / (1 - expected)
    if items < 2:
        return Coefficient(value)
    own = (items / two.sum()) * (np.where(two, share, 0) - expected * two) / (1 - expected)
    others = np.bincount(counts.item, counts.count * (1 - prevalence[counts.label]), minlength=items)
    chance = others / counts.ratings / (classes - 1)
    part = own - 2 * (1 - value) * (chance - expected) / (1 - expected)
    error = math.sqrt(float(((part - value) ** 2).sum()) / (items * (items - 1)))
    half = t_quantile(items - 1) * error
    return Coefficient(value, max(-1.0, value - half), min(1.0, value + half), error)


def alpha(table: Floats | Counts, level: str, values: Floats | None = None, seed: int = 0) -> Coefficient:
    """Krippendorff's alpha at a level of `LEVELS`, with a 95 % interval over items like these.

    `values` are the numbers behind the labels (any but nominal level). The interval is the percentile one of
    2,000 bootstrap samples of the items, or the linearised normal one beyond 20,000 items or 64 labels, where
    both agree. At level ordinal the resamples keep the ranks of the sample. None where nothing varies or no
    item has two ratings.
    """
    kept = _overlapping(_as_counts(table))
    if not kept.items:
        return Coefficient(None)
    usage = np.bincount(kept.label, kept.count, minlength=kept.classes).astype(np.float64)
    places = _places(usage, level, values)
    observed = _disagreement(kept, places, level)
    total, reach = float(kept.ratings.sum()), _reach(usage, places, level)
    expected = float(usage @ reach) / (total - 1)
    if expected <= 0:
        return Coefficient(None)
    value = 1 - float(observed.sum()) / expected
    if kept.items < 2:
        return Coefficient(value)
    small = kept.items <= _BOOTSTRAP_ITEMS
    if small and level in {"ordinal", "interval"}:
        interval = _from_moments(kept, places, observed, seed)
    elif small and kept.classes <= _BOOTSTRAP_CLASSES:
        interval = _from_usage(kept, places, observed, level, seed)
    else:
        interval = _linearised(kept, observed, reach, expected, value)
    low, high = interval or (None, None)
    return Coefficient(value, low, high)


def _overlapping(counts: Counts) -> Counts:
    """Only the items with two ratings or more, renumbered."""
    two = paired(counts)
    if two.all():
        return counts
    position = np.cumsum(two) - 1
    cell = two[counts.item]
    return Counts(
        items=int(two.sum()),
        classes=counts.classes,
        item=position[counts.item[cell]],
        label=counts.label[cell],
        count=counts.count[cell],
        ratings=counts.ratings[two],
    )


def _places(usage: Floats, level: str, values: Floats | None) -> Floats:
    """Where each label lies: its rank (ordinal) or its number, moved to the mean to keep digits (interval)."""
    if level == "nominal" or values is None:
        return np.arange(len(usage), dtype=np.float64)
    if level == "ordinal":
        order = np.argsort(values)
        places = np.empty(len(usage))
        places[order] = np.cumsum(usage[order]) - usage[order] / 2
        return np.asarray(places - float(usage.sum()) / 2, np.float64)
    if level == "ratio":
        return values
    return np.asarray(values - float(usage @ values) / float(usage.sum()), np.float64)


def _gap(a: Floats, b: Floats, level: str) -> Floats:
    """The disagreement between two labels, squared."""
    if level == "nominal":
        return np.asarray(a != b, np.float64)
    gap: Floats = (a - b) ** 2
    if level != "ratio":
        return gap
    total = np.abs(a + b)
    return np.where(total > 0, gap / np.where(total > 0, total, 1) ** 2, 0.0)


def _disagreement(counts: Counts, places: Floats, level: str) -> Floats:
    """Per item the sum of disagreement over ordered pairs of its ratings, divided by ratings - 1."""
    if level == "nominal":  # all ordered pairs less those of one label
        same = np.bincount(counts.item, counts.count**2, minlength=counts.items)
        return np.asarray((counts.ratings**2 - same) / (counts.ratings - 1), np.float64)
    out = np.zeros(counts.items)
    first, step = np.arange(len(counts.item)), 1
    while len(first):
        first = first[first + step < len(counts.item)]
        first = first[counts.item[first] == counts.item[first + step]]
        second = first + step
        gap = _gap(places[counts.label[first]], places[counts.label[second]], level)
        both = counts.count[first] * counts.count[second]
        out += np.bincount(counts.item[first], 2 * gap * both, minlength=counts.items)
        step += 1
    return out / (counts.ratings - 1)


def _reach(usage: Floats, places: Floats, level: str) -> Floats:
    """Per label the sum of disagreement with all ratings there are."""
    total = usage.sum()
    if level == "nominal":
        return np.asarray(total - usage, np.float64)
    if level != "ratio":
        return np.asarray(total * places**2 - 2 * places * (usage @ places) + usage @ places**2, np.float64)
    out = np.empty(len(usage))
    step = max(1, _CHUNK_CELLS // len(usage))
    for start in range(0, len(usage), step):
        out[start : start + step] = _gap(places[start : start + step, None], places, level) @ usage
    return out


def _from_moments(counts: Counts, places: Floats, observed: Floats, seed: int) -> tuple[float, float] | None:
    """Bootstrap where squared distances need only the sums of ratings, places and their squares."""
    at, size = places[counts.label], counts.items
    first = np.bincount(counts.item, counts.count * at, minlength=size)
    second = np.bincount(counts.item, counts.count * at**2, minlength=size)
    rows = np.column_stack([counts.ratings, first, second, observed])
    n, one, two, seen = resampled_sums(rows, RESAMPLES, generator(seed)).T
    return _bounds(seen, 2 * (n * two - one**2) / np.maximum(n - 1, 1))


def _from_usage(
    counts: Counts, places: Floats, observed: Floats, level: str, seed: int
) -> tuple[float, float] | None:
    """Bootstrap over the labels used per item."""
    rows = np.zeros((counts.items, counts.classes + 1))
    rows[counts.item, counts.label] = counts.count
    rows[:, -1] = observed
    sums = resampled_sums(rows, RESAMPLES, generator(seed))
    usage, distance = sums[:, :-1], _gap(places[:, None], places, level)
    expected = ((usage @ distance) * usage).sum(axis=1) / np.maximum(usage.sum(axis=1) - 1, 1)
    return _bounds(sums[:, -1], expected)


def _bounds(observed: Floats, expected: Floats) -> tuple[float, float] | None:
    fine = expected > 1e-9 * max(1e-300, float(expected.max()))
    return percentile_interval(1 - observed[fine] / expected[fine])


def _linearised(
    counts: Counts, observed: Floats, reach: Floats, expected: float, value: float
) -> tuple[float, float]:
    """The normal interval of the ratio's first-order expansion in the items."""
    total = float(counts.ratings.sum())
    pull = np.bincount(counts.item, counts.count * reach[counts.label], minlength=counts.items)
    chance = (2 * pull - expected * counts.ratings) / (total - 1)
    part = (observed - (1 - value) * chance) / expected
    part -= part.mean()
    error = math.sqrt(counts.items / (counts.items - 1) * float((part**2).sum()))
    half = normal_quantile() * error
    return value - half, min(1.0, value + half)
