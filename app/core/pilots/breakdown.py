"""The figures below the figure: per class, per size, per item, and what to say about them."""

import numpy as np

from app.core.formats.rows import Rows
from app.core.formats.shapes import Floats
from app.core.pilots.figures import Figure
from app.core.pilots.findings import OK, Findings, summed, tidy
from app.core.pilots.regions import areas
from app.core.pilots.results import ClassScore, Stratum, VendorResult
from app.core.pilots.statistics import MIN_ANNOTATORS, wilson

_SMALL, _MEDIUM = 32.0**2, 96.0**2  # COCO's bands of area in square pixels
_NAMED = 5  # annotator codes that a warning lists


def class_scores(found: Findings, classes: tuple[str, ...]) -> dict[str, ClassScore]:
    """Each class that occurs in gold or delivery.

    F1 = 2J/(1+J) of the share J = tp / (tp + fp + fn), and its interval is Wilson's of J turned the same way,
    as if objects were independent.
    """
    size = len(classes)
    ok = found.error == OK
    matched = np.isfinite(found.iou) & (found.gold_class >= 0)

    def total(column: np.ndarray, mask: np.ndarray, values: Floats = found.weight) -> Floats:
        return np.bincount(column[mask], values[mask], minlength=size).astype(np.float64)

    gold = total(found.gold_class, found.gold_class >= 0)
    delivered = total(found.delivered_class, found.delivered_class >= 0)
    tp = total(found.gold_class, ok & (found.gold_class >= 0))
    pairs = total(found.gold_class, matched)
    overlap = total(found.gold_class, matched, np.nan_to_num(found.iou) * found.weight)
    return {
        classes[at]: _class_score(
            gold[at], delivered[at], tp[at], overlap[at] / pairs[at] if pairs[at] else None
        )
        for at in np.nonzero(gold + delivered)[0]
    }


def _class_score(gold: float, delivered: float, tp: float, mean_iou: float | None) -> ClassScore:
    any_of = gold + delivered - tp
    jaccard = wilson(tp, any_of)
    return ClassScore(
        gold=tidy(gold),
        delivered=tidy(delivered),
        tp=tidy(tp),
        fp=tidy(delivered - tp),
        fn=tidy(gold - tp),
        precision=float(tp / delivered) if delivered else None,
        recall=float(tp / gold) if gold else None,
        f1=float(2 * tp / (gold + delivered)),
        low=2 * jaccard[0] / (1 + jaccard[0]) if jaccard else None,
        high=2 * jaccard[1] / (1 + jaccard[1]) if jaccard else None,
        mean_iou=None if mean_iou is None else float(mean_iou),
    )


def size_bands(gold: Rows, found: Findings) -> dict[str, Stratum]:
    """Recall of small, medium and large gold objects, by COCO's areas in pixels; {} where there are no pixels."""
    there = np.nonzero(found.gold >= 0)[0]
    if gold.kind not in ("boxes", "polygons", "masks"):
        return {}
    pixels = ~(gold.sizes == 1).all(axis=1)
    there = there[pixels[found.item[there]]]
    area = areas(gold)[found.gold[there]]
    names = np.where(area < _SMALL, "small", np.where(area < _MEDIUM, "medium", "large"))
    weight, right = found.weight[there], found.error[there] == OK
    out = {}
    for name in ("small", "medium", "large"):
        mask = names == name
        count, good = float(weight[mask].sum()), float(weight[mask & right].sum())
        if interval := wilson(good, count):
            out[name] = Stratum(tidy(count), "recall", good / count, *interval)
    return out


def item_scores(figure: Figure, sums: Floats, found: Findings) -> Floats:
    """One score 0..1 per item, 1 is best: the ranking figure of the item alone; an error rate counts from 1 down.

    Where there was nothing and nothing was said it is 1; a figure that is not defined is 0 beside any error.
    """
    wrong = summed((found.error != OK)[:, None] * found.weight[:, None], found.item, len(sums))[:, 0]
    value = figure.of(sums)
    if figure.lower_is_better:
        value = 1 - np.minimum(value, 1)
    elif np.isfinite(figure.most):
        value = value / figure.most
    return np.asarray(np.where(np.isfinite(value), value, wrong == 0), np.float64)


def general_warnings(vendors: tuple[VendorResult, ...], items: int) -> tuple[str, ...]:
    """Sentences a reader needs before believing the figures."""
    out = []
    for one in vendors:
        out += _vendor_warnings(one, items)
    users: dict[str, list[str]] = {}
    for one in vendors:
        for person in one.work.annotators if one.work else ():
            users.setdefault(person, []).append(one.name)
    shared = sorted(person for person, names in users.items() if len(names) > 1)
    for person in shared[:_NAMED]:
        names = " and ".join(users[person])
        out.append(
            f"Annotator code {person!r} is used by {names}. Check that these are different people: one annotator "
            "in two vendors makes them look alike."
        )
    if len(shared) > _NAMED:
        out.append(f"{len(shared) - _NAMED} more annotator codes are used by more than one vendor.")
    return tuple(out)


def _vendor_warnings(one: VendorResult, items: int) -> list[str]:
    out = []
    if one.missing:
        out.append(f"{one.name}: {one.missing} of {items} items missing; they count as wrong.")
        if one.delivery.listed:
            out.append(f"{one.name}: a results list cannot say that an image was looked at and found empty.")
    if one.annotators is None:
        out.append(
            f"{one.name}: no annotators named; the interval speaks of this delivery, not of the vendor."
        )
    elif one.annotators < MIN_ANNOTATORS:
        who = "annotator" if one.annotators == 1 else "annotators"
        out.append(
            f"{one.name}: only {one.annotators} {who}; {MIN_ANNOTATORS} are needed, 8 to 10 advisable, to "
            "say how far the figures hold for the vendor in general."
        )
    answers = one.delivery.answers
    double = int((np.bincount(answers.item[~answers.skipped], minlength=1) > 1).sum())
    if double:
        what = "labels" if one.delivery.kind == "labels" else "answers"
        out.append(
            f"{one.name}: {double} items carry several {what}; each {what[:-1]} counts its share of the item."
        )
    return out
