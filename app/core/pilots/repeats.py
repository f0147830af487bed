"""A labeler with himself and against the others: hidden repeats, and the classes each uses too often.

Sources: Wilson 1927 for shares; Newcombe 1998 for paired differences; Benjamini and Hochberg 1995 over all
annotators and classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Bools, Ints
from app.core.pilots.adjustment import benjamini_hochberg
from app.core.pilots.paired import Difference, newcombe_paired
from app.core.pilots.statistics import cluster_interval, mcnemar_midp, wilson

_FALSE_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class SelfAgreement:
    """How often hidden repeats got the answer of the first time, 0..1 with its 95 % interval.

    `annotator` is empty for all together; their interval is the wider of the one over repeats and, from three
    annotators on, the one over annotators.
    """

    annotator: str
    repeats: int
    same: int
    share: float
    low: float
    high: float


def repeats_of(items: tuple[str, ...], original: Mapping[str, str]) -> tuple[Ints, tuple[str, ...]]:
    """Per item the position of the item it repeats (-1: none), and what is wrong with the list.

    `original` maps the name of a repeat to the item it copies. Unknown names and items that repeat themselves
    are named in sentences and left out.
    """
    place = {one: at for at, one in enumerate(items)}
    out, notes = np.full(len(items), -1, np.int64), []
    for repeat, first in original.items():
        if repeat not in place or first not in place:
            notes.append(f"Repeat {repeat!r} of {first!r}: not both are items of the pilot; left out.")
        elif repeat == first:
            notes.append(f"Item {repeat!r} is listed as its own repeat; left out.")
        else:
            out[place[repeat]] = place[first]
    return out, tuple(notes)


def met_again(item: Ints, annotator: Ints, original: Ints) -> tuple[Ints, Ints]:
    """The rows in which an annotator met a hidden repeat, and his rows of the items they repeat.

    Rows are positions of item and annotator (-1 unknown, left out); `original` is that of `repeats_of`. Raises
    `Invalid` for a second row of an annotator on an item.
    """
    known = np.nonzero(annotator >= 0)[0]
    key = annotator[known] * len(original) + item[known]
    order = np.argsort(key)
    if (np.diff(key[order]) == 0).any():
        raise Invalid("repeats.rows", [Problem("rows", "one annotator may label an item only once")])
    again = np.nonzero(original[item[known]] >= 0)[0]
    if not len(again):
        return again, again
    wanted = annotator[known][again] * len(original) + original[item[known][again]]
    spot = np.minimum(np.searchsorted(key[order], wanted), len(key) - 1)
    met = key[order][spot] == wanted
    return known[again[met]], known[order[spot[met]]]


def self_agreement(who: Ints, same: Bools, annotators: tuple[str, ...]) -> tuple[SelfAgreement, ...]:
    """All together first, then each annotator; empty without any. One entry per repeat that somebody met twice: who
    (a position), and whether the second answer was the first one again."""
    if not len(who):
        return ()
    value = float(same.mean())
    wider = cluster_interval(value, (same - value) / len(same), who)
    return (
        _self("", len(same), int(same.sum()), wider),
        *(
            _self(annotators[at], int((who == at).sum()), int(same[who == at].sum()), None)
            for at in np.unique(who)
        ),
    )


def _self(name: str, repeats: int, same: int, wider: tuple[float, float] | None) -> SelfAgreement:
    low, high = wilson(same, repeats) or (0.0, 1.0)
    if wider is not None:
        low, high = min(low, wider[0]), max(high, wider[1])
    return SelfAgreement(name, repeats, same, same / repeats, low, high)


@dataclass(frozen=True, slots=True)
class Bias:
    """How much more (or less, negative) often an annotator gives a class than the truth does on his items.

    `given` and `expected` are shares 0..1 of his `items`; `difference` with its 95 % interval; `p_adjusted`
    over all annotators and classes; `marked` where that is under 5 %.
    """

    annotator: str
    label: str
    items: int
    given: float
    expected: float
    difference: float
    low: float
    high: float
    p_adjusted: float
    marked: bool


def bias(
    annotator: Ints,
    label: Ints,
    truth: Ints,
    annotators: tuple[str, ...],
    classes: tuple[str, ...],
) -> tuple[Bias, ...]:
    """Over- and under-use of every class by every annotator, marked ones first, then by size.

    One entry per row: position of annotator (-1 unknown, left out), the label given, and the true one (gold,
    or the majority of the others; -1 unknown, left out). Classes that neither gave nor were true are left out.
    """
    out, p_values = [], []
    for person in np.unique(annotator[annotator >= 0]):
        rows = (annotator == person) & (truth >= 0)
        given, true = label[rows], truth[rows]
        for at in np.union1d(given, true):
            is_given, is_true = given == at, true == at
            only_given, only_true = int((is_given & ~is_true).sum()), int((is_true & ~is_given).sum())
            both = int((is_given & is_true).sum())
            items = len(given)
            found = newcombe_paired(both, only_given, only_true, items - both - only_given - only_true)
            if found is not None:
                shares = float(is_given.mean()), float(is_true.mean())
                out.append((annotators[person], classes[at], items, *shares, found))
                p_values.append(mcnemar_midp(only_given, only_true))
    adjusted = benjamini_hochberg(p_values)
    found_all = [_bias(*one, p) for one, p in zip(out, adjusted, strict=True)]
    return tuple(
        sorted(found_all, key=lambda one: (not one.marked, -abs(one.difference), one.annotator, one.label))
    )


def _bias(
    annotator: str, label: str, items: int, given: float, expected: float, gap: Difference, p: float
) -> Bias:
    return Bias(
        annotator=annotator,
        label=label,
        items=items,
        given=given,
        expected=expected,
        difference=gap.value,
        low=gap.low,
        high=gap.high,
        p_adjusted=p,
        marked=p < _FALSE_SHARE,
    )
