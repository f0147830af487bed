"""The figures below the figure: per class, per stratum, per item, and what to say about them."""

import numpy as np

from app.core.formats.rows import Boxes, Labels
from app.core.formats.shapes import Floats
from app.core.pilots.findings import OK, Findings, tidy
from app.core.pilots.results import ClassScore, Stratum, VendorResult
from app.core.pilots.statistics import MIN_ANNOTATORS, wilson

_SMALL, _MEDIUM = 32.0**2, 96.0**2  # COCO's bands of area in square pixels


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
    tp = total(found.gold_class, ok)
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


def strata(gold: Labels | Boxes, found: Findings) -> dict[str, Stratum]:
    """Share of right gold objects per stratum: the gold's own column, or small, medium and large boxes."""
    there = found.gold >= 0
    if isinstance(gold, Boxes):
        area = gold.xywh[found.gold[there], 2] * gold.xywh[found.gold[there], 3]
        names = np.where(area < _SMALL, "small", np.where(area < _MEDIUM, "medium", "large"))
        order, metric = ["small", "medium", "large"], "recall"
    else:
        if not gold.stratum:
            return {}
        names = np.array(gold.stratum)[found.gold[there]]
        order, metric = sorted(set(gold.stratum)), "accuracy"
    weight, right = found.weight[there], found.error[there] == OK
    out = {}
    for name in order:
        mask = names == name
        count, good = float(weight[mask].sum()), float(weight[mask & right].sum())
        if interval := wilson(good, count):
            out[name or "none"] = Stratum(tidy(count), metric, good / count, *interval)
    return out


def item_scores(sums: Floats) -> Floats:
    """One score 0..1 per item: 2 ok / (gold + delivered); 1 where there was nothing and nothing was said.

    For one label per item this is right or wrong; for boxes the F1 of the image.
    """
    under = sums[:, 1] + sums[:, 2]
    full = 2 * sums[:, 0] / np.where(under > 0, under, 1)
    return np.where(under > 0, full, 1.0)


def general_warnings(vendors: tuple[VendorResult, ...], items: int) -> tuple[str, ...]:
    """Sentences a reader needs before believing the figures."""
    out = []
    for one in vendors:
        out += _vendor_warnings(one, items)
    seen: dict[str, list[str]] = {}
    for one in vendors:
        for person in one.work.annotators if one.work else ():
            seen.setdefault(person, []).append(one.name)
    shared = [person for person, names in seen.items() if len(names) > 1]
    if shared:
        shown = ", ".join(sorted(shared)[:5])
        out.append(
            f"Annotator codes used by more than one vendor: {shown}. Check that they are different people."
        )
    return tuple(out)


def _vendor_warnings(one: VendorResult, items: int) -> list[str]:
    out = []
    if one.missing:
        out.append(f"{one.name}: {one.missing} of {items} items missing; they count as wrong.")
        if isinstance(one.delivery, Boxes) and one.delivery.listed:
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
    if isinstance(one.delivery, Labels):
        double = int((np.bincount(one.delivery.item) > 1).sum())
        if double:
            out.append(
                f"{one.name}: {double} items carry several labels; each label counts its share of the item."
            )
    return out
