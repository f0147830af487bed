"""Boxes: one-to-one matching that maximises total IoU, and what each box turned out to be."""

import numpy as np

from app.core.formats.rows import Boxes
from app.core.formats.shapes import Bools, Floats, Ints
from app.core.pilots.assignment import match
from app.core.pilots.findings import DUPLICATE, EXTRA, LOOSE, MISSING, OK, WRONG, Findings

LOOSE_FROM = 0.1  # below this overlap two boxes are not the same object
_PAIRS_AT_ONCE = 4_000_000
_ROUNDING = 1e-9  # so that an overlap of exactly the threshold is never lost to floating point
_TIE = 1e-7  # between matchings of equal total IoU the one with more right boxes is taken


def score_boxes(gold: Boxes, delivery: Boxes, iou: float = 0.5) -> Findings:
    """Every gold box and every delivered box of one vendor with its finding.

    Boxes of one image are matched one to one, whatever their class, so that the total IoU is largest; pairs
    under 0.1 are no match. A pair is ok (IoU >= `iou`, same class), loose (same class) or wrong_label. An
    unmatched gold box is missing. An unmatched delivered box is a duplicate where it overlaps a gold box by
    `iou` or more, else extra; inside a crowd region of its class (intersection over its own area >= `iou`)
    it is left out, as are crowd boxes of both files.
    """
    mine, theirs = np.nonzero(~gold.crowd)[0], np.nonzero(~delivery.crowd)[0]
    g, d, overlap = _near_pairs(gold, delivery, mine, theirs)
    same = gold.label[g] == delivery.label[d]
    enough = overlap >= iou - _ROUNDING
    worth = overlap + _TIE * same * (1 + enough)
    pick = match(g, d, worth)
    right = same[pick] & enough[pick]
    kind = np.where(right, OK, np.where(same[pick], LOOSE, WRONG))
    free = np.setdiff1d(theirs, d[pick], assume_unique=True)
    free = free[~_in_crowd(gold, delivery, free, iou)]
    covered = np.isin(free, d[enough])
    lost = np.setdiff1d(mine, g[pick], assume_unique=True)
    return _findings(
        gold,
        delivery,
        np.concatenate([g[pick], lost, np.full(len(free), -1)]),
        np.concatenate([d[pick], np.full(len(lost), -1), free]),
        np.concatenate([kind, np.full(len(lost), MISSING), np.where(covered, DUPLICATE, EXTRA)]),
        np.concatenate([overlap[pick], np.full(len(lost) + len(free), np.nan)]),
    )


def _findings(gold: Boxes, delivery: Boxes, g: Ints, d: Ints, error: Ints, iou: Floats) -> Findings:
    # One row more at the end, so that -1 (none) reads it.
    item_g, item_d = np.append(gold.item, -1), np.append(delivery.item, -1)
    item = np.where(g >= 0, item_g[g], item_d[d])
    order = np.lexsort((d, g, item))
    return Findings(
        item=item[order],
        error=error[order],
        gold=g[order],
        delivered=d[order],
        gold_class=np.append(gold.label, -1)[g][order],
        delivered_class=np.append(delivery.label, -1)[d][order],
        iou=iou[order],
        weight=np.ones(len(order)),
    )


def _near_pairs(gold: Boxes, delivery: Boxes, mine: Ints, theirs: Ints) -> tuple[Ints, Ints, Floats]:
    """Gold row, delivered row and IoU of all pairs on one image that overlap enough to match.

    Works through the gold in slices, so that crowded images cannot exhaust the memory.
    """
    per_box = np.bincount(delivery.item[theirs], minlength=len(gold.items))[gold.item[mine]]
    slices = np.split(mine, np.nonzero(np.diff(np.cumsum(per_box) // _PAIRS_AT_ONCE))[0] + 1)
    kept: list[tuple[Ints, Ints, Floats]] = []
    for part in slices:
        at_g, at_d = same_key_pairs(gold.item[part], delivery.item[theirs])
        g, d = part[at_g], theirs[at_d]
        overlap = pair_iou(gold.xywh[g], delivery.xywh[d])
        near = overlap >= LOOSE_FROM
        kept.append((g[near], d[near], overlap[near]))
    g, d, overlap = (np.concatenate(column) for column in zip(*kept, strict=True))
    return g, d, overlap


def same_key_pairs(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Positions of all pairs (one of `left`, one of `right`) with equal keys."""
    by_left, by_right = np.argsort(left, kind="stable"), np.argsort(right, kind="stable")
    low = np.searchsorted(right[by_right], left[by_left], "left")
    count = np.searchsorted(right[by_right], left[by_left], "right") - low
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(by_left, count), by_right[np.repeat(low, count) + step]


def pair_iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of boxes x, y, width, height, row by row; 0..1."""
    shared = _shared_area(a, b)
    # Rounding may leave a hair above 1 for equal boxes.
    return np.minimum(1.0, shared / (a[:, 2] * a[:, 3] + b[:, 2] * b[:, 3] - shared))


def _shared_area(a: Floats, b: Floats) -> Floats:
    low = np.maximum(a[:, :2], b[:, :2])
    high = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    return np.asarray(np.clip(high - low, 0, None).prod(axis=1), np.float64)


def _in_crowd(gold: Boxes, delivery: Boxes, free: Ints, iou: float) -> Bools:
    """Which of the delivered boxes `free` lie in a crowd region of their class."""
    crowd = np.nonzero(gold.crowd)[0]
    width = len(gold.classes)
    at_c, at_f = same_key_pairs(
        gold.item[crowd] * width + gold.label[crowd], delivery.item[free] * width + delivery.label[free]
    )
    box = delivery.xywh[free[at_f]]
    inside = _shared_area(gold.xywh[crowd[at_c]], box) >= (iou - _ROUNDING) * box[:, 2] * box[:, 3]
    out = np.zeros(len(free), np.bool_)
    out[at_f[inside]] = True
    return out
