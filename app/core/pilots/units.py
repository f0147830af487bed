"""What is scored: every answer apart, so that several annotators on one item weigh together as one."""

from dataclasses import dataclass

import numpy as np

from app.core.formats.rows import Rows
from app.core.formats.shapes import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """One row per answer that counts, and one per item without any, sorted by item.

    `item` and `answer` (-1: nobody answered) are positions, `weight` is 1/k where k annotators answered the item;
    `of_mark` is the unit of each delivered mark.
    """

    item: Ints
    answer: Ints
    weight: Floats
    of_mark: Ints


def units_of(delivery: Rows) -> Units:
    """The units of one delivery: each of k answers is held against the gold apart and counts 1/k.

    A majority of the k would flatter whoever labels twice; this is what one answer of that vendor is worth.
    """
    answers = delivery.answers
    use = np.nonzero(~answers.skipped)[0]
    per_item = np.bincount(answers.item[use], minlength=len(delivery.items))
    lost = np.nonzero(per_item == 0)[0]
    item = np.concatenate([answers.item[use], lost])
    answer = np.concatenate([use, np.full(len(lost), -1)])
    order = np.lexsort((answer, item))
    unit = np.full(len(answers.item) + 1, -1, np.int64)
    unit[answer[order]] = np.arange(len(order))
    return Units(
        item=item[order],
        answer=answer[order],
        weight=1 / np.maximum(1, per_item[item[order]]),
        of_mark=unit[delivery.answer],
    )


def gold_in_units(gold: Rows, units: Units) -> tuple[Ints, Ints]:
    """Gold mark and unit of everything that should have been delivered: the item's marks once per unit."""
    mine = np.nonzero(~gold.crowd)[0]
    at_mark, at_unit = same_key_pairs(gold.item[mine], units.item)
    return mine[at_mark], at_unit


def same_key_pairs(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Positions of all pairs (one of `left`, one of `right`) with equal keys."""
    by_left, by_right = np.argsort(left, kind="stable"), np.argsort(right, kind="stable")
    low = np.searchsorted(right[by_right], left[by_left], "left")
    count = np.searchsorted(right[by_right], left[by_left], "right") - low
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(by_left, count), by_right[np.repeat(low, count) + step]
