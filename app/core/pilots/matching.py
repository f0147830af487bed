"""Objects held against objects: one to one so that the total overlap is largest, and what each turned out to be."""

from collections.abc import Callable

import numpy as np

from app.core.formats.rows import Rows
from app.core.formats.shapes import Bools, Floats, Ints
from app.core.pilots.assignment import match
from app.core.pilots.findings import DUPLICATE, EXTRA, LOOSE, MISSING, OK, WRONG, Findings
from app.core.pilots.units import Units, gold_in_units, same_key_pairs

ROUNDING = 1e-9  # so that an overlap of exactly the threshold is never lost to floating point
_TIE = 1e-7  # between matchings of equal total overlap the one with more right pairs is taken
_PAIRS_AT_ONCE = 4_000_000

Overlap = Callable[[Ints, Ints], Floats]  # gold and delivered rows of pairs -> overlap 0..1
Worth = Callable[[Floats, Bools], Floats]


def matched(
    gold: Rows,
    delivery: Rows,
    units: Units,
    overlap: Overlap,
    *,
    enough: float,
    least: float,
    worth: Worth | None = None,
    ignored: Callable[[Ints], Bools] | None = None,
) -> Findings:
    """Every gold object and every delivered one with its finding.

    Objects of one answer are matched one to one, whatever their class; pairs whose overlap is under `least` are
    no match. A pair is ok (overlap >= `enough`, same class), loose (same class) or wrong_label. An unmatched
    gold object is missing; an unmatched delivered one is a duplicate where it overlaps a gold object by `enough`,
    else extra, or left out where `ignored` says so of its row.
    """
    rows, of_gold = gold_in_units(gold, units)
    theirs = np.nonzero(~delivery.crowd)[0]
    g, d, shared = _near(of_gold, rows, units.of_mark, theirs, overlap, least)
    same = gold.label[rows[g]] == delivery.label[d]
    fits = shared >= enough - ROUNDING
    value = worth(shared, same) if worth else shared + _TIE * same * (1 + fits)
    pick = match(g, d, value)
    kind = np.where(same[pick] & fits[pick], OK, np.where(same[pick], LOOSE, WRONG))
    free = np.setdiff1d(theirs, d[pick], assume_unique=True)
    if ignored is not None:
        free = free[~ignored(free)]
    lost = np.setdiff1d(np.arange(len(rows)), g[pick], assume_unique=True)
    covered = np.isin(free, d[fits])
    nothing = np.full(len(free), -1)
    return findings(
        gold,
        delivery,
        units,
        unit=np.concatenate([of_gold[g[pick]], of_gold[lost], units.of_mark[free]]),
        g=np.concatenate([rows[g[pick]], rows[lost], nothing]),
        d=np.concatenate([d[pick], np.full(len(lost), -1), free]),
        error=np.concatenate([kind, np.full(len(lost), MISSING), np.where(covered, DUPLICATE, EXTRA)]),
        overlap=np.concatenate([shared[pick], np.full(len(lost) + len(free), np.nan)]),
    )


def findings(
    gold: Rows, delivery: Rows, units: Units, *, unit: Ints, g: Ints, d: Ints, error: Ints, overlap: Floats
) -> Findings:
    """Findings sorted by unit, gold and delivered row; -1 stands for nothing there."""
    order = np.lexsort((d, g, unit))
    unit, g, d = unit[order], g[order], d[order]
    return Findings(
        unit=unit,
        item=units.item[unit],
        error=error[order],
        gold=g,
        delivered=d,
        # One row more at the end, so that -1 (nothing) reads it.
        gold_class=np.append(gold.label, -1)[g],
        delivered_class=np.append(delivery.label, -1)[d],
        iou=overlap[order],
        weight=units.weight[unit],
    )


def _near(
    of_gold: Ints, rows: Ints, of_mark: Ints, theirs: Ints, overlap: Overlap, least: float
) -> tuple[Ints, Ints, Floats]:
    """Place in `rows`, delivered row and overlap of all pairs of one unit that overlap enough to match.

    Works through the gold in slices, so that crowded images cannot exhaust the memory.
    """
    place = np.arange(len(rows))
    most = int(max(of_gold.max(initial=-1), of_mark.max(initial=-1))) + 1
    per_mark = np.bincount(of_mark[theirs], minlength=most)[of_gold]
    slices = np.split(place, np.nonzero(np.diff(np.cumsum(per_mark) // _PAIRS_AT_ONCE))[0] + 1)
    kept: list[tuple[Ints, Ints, Floats]] = []
    for part in slices:
        at_g, at_d = same_key_pairs(of_gold[part], of_mark[theirs])
        g, d = part[at_g], theirs[at_d]
        shared = overlap(rows[g], d)
        near = (shared >= least) & (shared > 0)
        kept.append((g[near], d[near], shared[near]))
    g, d, shared = (np.concatenate(column) for column in zip(*kept, strict=True))
    return g, d, shared
