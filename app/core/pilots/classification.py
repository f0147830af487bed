"""Classification: each delivered label against the gold, and macro F1 with its intervals."""

import numpy as np

from app.core.formats.rows import Labels
from app.core.formats.shapes import Floats, Ints
from app.core.pilots.findings import MISSING, OK, WRONG, Findings
from app.core.resampling import percentile_interval

_CELLS_AT_ONCE = 2_000_000


def score_labels(gold: Labels, delivery: Labels) -> Findings:
    """Every delivered label and every item without one.

    Where k annotators of a vendor labelled one item, each label counts 1/k, so that every item weighs the
    same and the score is what one label of that vendor is worth; a majority would flatter double labelling.
    """
    per_item = np.bincount(delivery.item, minlength=len(gold.items))
    lost = np.nonzero(per_item == 0)[0]
    item = np.concatenate([delivery.item, lost])
    right = delivery.label == gold.label[delivery.item]
    none = np.full(len(lost), -1)
    error = np.concatenate([np.where(right, OK, WRONG), np.full(len(lost), MISSING)])
    delivered = np.concatenate([np.arange(len(delivery.item)), none])
    order = np.lexsort((delivered, item))
    return Findings(
        item=item[order],
        error=error[order],
        gold=item[order],
        delivered=delivered[order],
        gold_class=gold.label[item][order],
        delivered_class=np.concatenate([delivery.label, none])[order],
        iou=np.full(len(item), np.nan),
        weight=1 / np.maximum(1, per_item[item])[order],
    )


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
