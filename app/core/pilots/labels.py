"""Labels: one per item (classification) or a set of them (multilabel), and macro F1 with its intervals."""

import numpy as np

from app.core.formats.rows import Rows
from app.core.formats.shapes import Floats, Ints
from app.core.pilots.figures import Scores
from app.core.pilots.findings import EXTRA, MISSING, OK, WRONG, Findings, summed, tally
from app.core.pilots.matching import findings
from app.core.pilots.units import Units, gold_in_units, same_key_pairs, units_of
from app.core.resampling import percentile_interval

_CELLS_AT_ONCE = 2_000_000


def score_labels(gold: Rows, delivery: Rows) -> Scores:
    """Every answer's label, and every item without one. Sums: right, asked."""
    units = units_of(delivery)
    rows, unit = gold_in_units(gold, units)
    given = np.full(len(units.item), -1, np.int64)
    given[units.of_mark] = np.arange(len(delivery.item))
    d = given[unit]
    right = np.append(delivery.label, -1)[d] == gold.label[rows]
    error = np.where(d < 0, MISSING, np.where(right, OK, WRONG))
    found = findings(
        gold, delivery, units, unit=unit, g=rows, d=d, error=error, overlap=np.full(len(d), np.nan)
    )
    return Scores(found, units, summed(tally(found)[:, :2], found.unit, len(units.item)))


def score_sets(gold: Rows, delivery: Rows) -> Scores:
    """Every label of the gold's and the delivered sets. Sums: right, asked, given, Jaccard, exact, answers.

    A label of the gold that was not given is missing, a given one that is not in the gold extra. Where an answer
    gave exactly one wrong label for exactly one that is missing, the two are one wrong_label.
    """
    units = units_of(delivery)
    rows, unit = gold_in_units(gold, units)
    width = len(gold.classes)
    mine, theirs = unit * width + gold.label[rows], units.of_mark * width + delivery.label
    at_g, at_d = same_key_pairs(mine, theirs)
    lost = np.setdiff1d(np.arange(len(rows)), at_g)
    free = np.setdiff1d(np.arange(len(theirs)), at_d)
    swapped_lost, swapped_free = _swapped(unit[lost], units.of_mark[free], len(units.item))
    swaps = lost[swapped_lost], free[swapped_free]
    lost, free = np.setdiff1d(lost, swaps[0]), np.setdiff1d(free, swaps[1])
    counts = [len(at_g), len(lost), len(free), len(swaps[0])]
    found = findings(
        gold,
        delivery,
        units,
        unit=np.concatenate([unit[at_g], unit[lost], units.of_mark[free], unit[swaps[0]]]),
        g=np.concatenate([rows[at_g], rows[lost], np.full(len(free), -1), rows[swaps[0]]]),
        d=np.concatenate([at_d, np.full(len(lost), -1), free, swaps[1]]),
        error=np.repeat([OK, MISSING, EXTRA, WRONG], counts),
        overlap=np.full(sum(counts), np.nan),
    )
    return Scores(found, units, _set_sums(found, units))


def _swapped(lost: Ints, free: Ints, units: int) -> tuple[Ints, Ints]:
    """Places in `lost` and `free` (units of labels) where a unit has exactly one of each."""
    one = (np.bincount(lost, minlength=units) == 1) & (np.bincount(free, minlength=units) == 1)
    return same_key_pairs(np.where(one[lost], lost, -1), np.where(one[free], free, -2))


def _set_sums(found: Findings, units: Units) -> Floats:
    """Both empty sets are equal: Jaccard 1. Nobody's answer has none, even to an empty set."""
    counts = summed(tally(found)[:, :3], found.unit, len(units.item)) / units.weight[:, None]
    right, asked, given = counts.T
    union = asked + given - right
    answered = units.answer >= 0
    jaccard = np.where(union > 0, right / np.maximum(union, 1), answered)
    exact = (union == right) & answered
    rows = np.stack([right, asked, given, jaccard, exact, np.ones(len(right))], axis=1)
    return np.asarray(rows * units.weight[:, None], np.float64)


def macro_f1(found: Findings, classes: int) -> tuple[float | None, Floats]:
    """Mean F1 over the classes that occur in gold or delivery, and the influence of each finding on it."""
    ok, total = _class_sums(found, classes)
    present = total > 0
    if not present.any():
        return None, np.zeros(len(found.item))
    f1 = np.zeros(classes + 1)
    f1[:classes][present] = ok[present] / total[present]
    scale = np.zeros(classes + 1)
    scale[:classes][present] = 1 / (total[present] * present.sum())
    g, d = found.gold_class, found.delivered_class
    gain = 2 * (found.error == OK) * scale[g]
    influence = found.weight * (gain - f1[g] * scale[g] - f1[d] * scale[d])
    return float(f1[:classes][present].mean()), np.asarray(influence, np.float64)


def _class_sums(found: Findings, classes: int) -> tuple[Floats, Floats]:
    """Per class: twice the right labels, and gold plus delivered labels."""
    right = found.error == OK
    ok = np.bincount(found.gold_class[right], found.weight[right], minlength=classes)
    total = np.zeros(classes)
    for column in (found.gold_class, found.delivered_class):
        there = column >= 0
        total += np.bincount(column[there], found.weight[there], minlength=classes)
    return np.asarray(2.0 * ok, np.float64), total


def macro_f1_interval(
    found: Findings, classes: int, resamples: int, rng: np.random.Generator
) -> tuple[float, float] | None:
    """Percentile interval of macro F1 over bootstrap samples of the items, exact over confusion cells.

    Labels of one double-labelled item are resampled apart here, which widens the interval a little.
    """
    width = classes + 1
    code = (found.gold_class + 1) * width + found.delivered_class + 1
    cells, cell = np.unique(code, return_inverse=True)
    mass = np.bincount(cell, found.weight)
    items = round(float(mass.sum()))
    gold, delivered = cells // width - 1, cells % width - 1
    ok, total = _indicators(gold, delivered, classes)
    out: list[Floats] = []
    step = max(1, _CELLS_AT_ONCE // max(len(cells), classes))
    for start in range(0, resamples, step):
        draws = rng.multinomial(items, mass / mass.sum(), size=min(step, resamples - start))
        weights = draws.astype(np.float64)
        sums = weights @ total
        with np.errstate(invalid="ignore", divide="ignore"):
            out.append(np.nanmean(np.where(sums > 0, 2 * (weights @ ok) / sums, np.nan), axis=1))
    return percentile_interval(np.concatenate(out))


def _indicators(gold: Ints, delivered: Ints, classes: int) -> tuple[Floats, Floats]:
    """Cells x classes: right labels, and gold plus delivered labels, of one count in each cell."""
    ok, total = np.zeros((len(gold), classes)), np.zeros((len(gold), classes))
    row = np.arange(len(gold))
    ok[row[gold == delivered], gold[gold == delivered]] = 1
    for column in (gold, delivered):
        total[row[column >= 0], column[column >= 0]] += 1
    return ok, total
