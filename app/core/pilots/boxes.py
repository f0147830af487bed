"""Boxes: one-to-one matching that maximises total IoU, and what each box turned out to be."""

import numpy as np

from app.core.formats.rows import Rows
from app.core.formats.shapes import Bools, Floats, Ints
from app.core.pilots.figures import Scores
from app.core.pilots.findings import summed, tally
from app.core.pilots.matching import ROUNDING, matched
from app.core.pilots.units import same_key_pairs, units_of

LOOSE_FROM = 0.1  # below this overlap two objects are not the same one


def score_boxes(gold: Rows, delivery: Rows, iou: float = 0.5) -> Scores:
    """Every gold box and every delivered box of one vendor with its finding, as `matching.matched` tells.

    Pairs under 0.1 are no match. A delivered box that is left over inside a crowd region of its class
    (intersection over its own area >= `iou`) is left out, as are crowd boxes of both files. Sums are those of
    `findings.COUNTED`.
    """
    units = units_of(delivery)
    ours, theirs = _xywh(gold), _xywh(delivery)
    found = matched(
        gold,
        delivery,
        units,
        lambda g, d: pair_iou(ours[g], theirs[d]),
        enough=iou,
        least=LOOSE_FROM,
        ignored=lambda free: in_crowd(gold, delivery, free, ours, theirs, iou),
    )
    return Scores(found, units, summed(tally(found), found.unit, len(units.item)))


def _xywh(rows: Rows) -> Floats:
    return np.asarray(rows.shape, np.float64).reshape(-1, 4)


def pair_iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of boxes x, y, width, height, row by row; 0..1."""
    shared = _shared_area(a, b)
    # Rounding may leave a hair above 1 for equal boxes.
    return np.minimum(1.0, shared / (a[:, 2] * a[:, 3] + b[:, 2] * b[:, 3] - shared))


def _shared_area(a: Floats, b: Floats) -> Floats:
    low = np.maximum(a[:, :2], b[:, :2])
    high = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    return np.asarray(np.clip(high - low, 0, None).prod(axis=1), np.float64)


def in_crowd(gold: Rows, delivery: Rows, free: Ints, ours: Floats, theirs: Floats, iou: float) -> Bools:
    """Which of the delivered rows `free` lie in a crowd region of their class.

    `ours` and `theirs` are the boxes of (or around) all marks of gold and delivery.
    """
    crowd = np.nonzero(gold.crowd)[0]
    width = len(gold.classes)
    at_c, at_f = same_key_pairs(
        gold.item[crowd] * width + gold.label[crowd], delivery.item[free] * width + delivery.label[free]
    )
    box = theirs[free[at_f]]
    inside = _shared_area(ours[crowd[at_c]], box) >= (iou - ROUNDING) * box[:, 2] * box[:, 3]
    out = np.zeros(len(free), np.bool_)
    out[at_f[inside]] = True
    return out
