"""Work that deserves a second look: too fast to be read, the same answer again and again, two at once.

Each finding names its items, so that somebody looks before anybody is blamed.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Bools, Floats, Ints

Kind = Literal["constant_answers", "identical_run", "overlapping", "fast_and_wrong", "below_reading_time"]
FAST = 0.4  # of the usual time on the same items
MIN_ROWS = 20
CHANCE = 0.001  # of a run this long, below which it is shown
WORDS_PER_SECOND = 8.0  # faster than any careful reader (about 240 words a minute) by a factor of two
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One reason to look at an annotator's work: how many `rows`, a `value` and the limit it broke, items.

    `value` is, by kind: entropy over that expected from the others (0..1); length of the run; share of rows
    overlapping; pace against the usual one (0..1); share of rows below reading time. `items` are positions, at
    most twenty.
    """

    annotator: int
    kind: Kind
    rows: int
    value: float
    limit: float
    items: tuple[int, ...]


def constant_answers(item: Ints, annotator: Ints, label: Ints, least: float = 0.3) -> tuple[Suspicion, ...]:
    """Annotators whose labels vary far less than those of the others: entropy under `least` of theirs.

    One row per label; annotator -1 is left out, as are annotators with fewer than 20 rows and pilots whose
    labels hardly vary. The items are those with another label than his favourite by most of the others' rows.
    """
    out = []
    for person in np.unique(annotator[annotator >= 0]):
        own, others = annotator == person, (annotator >= 0) & (annotator != person)
        usual = _entropy(label[others])
        if own.sum() < MIN_ROWS or usual < 0.1:
            continue
        value = _entropy(label[own]) / usual
        if value < least:
            favourite = int(np.bincount(label[own]).argmax())
            elsewhere = np.unique(item[others & (label != favourite)])
            doubted = np.intersect1d(item[own & (label == favourite)], elsewhere)[:_SHOWN]
            shown = tuple(doubted.tolist())
            out.append(Suspicion(int(person), "constant_answers", int(own.sum()), float(value), least, shown))
    return tuple(out)


def _entropy(label: Ints) -> float:
    """Entropy of the labels in bits; 0 for none."""
    share = np.bincount(label) / max(1, len(label))
    share = share[share > 0]
    return float(-(share * np.log2(share)).sum())


def identical_runs(item: Ints, annotator: Ints, label: Ints, order: Floats) -> tuple[Suspicion, ...]:
    """The longest run of one label of each annotator in working order, where chance does not give it.

    Shown when, with the annotator's own share of that label, a run this long is expected fewer than 0.001
    times. `order` is a time or number per row; NaN is left out. Items that are not in random order make long
    runs by themselves.
    """
    out = []
    known = (annotator >= 0) & np.isfinite(order)
    for person in np.unique(annotator[known]):
        rows = np.nonzero(known & (annotator == person))[0]
        rows = rows[np.argsort(order[rows], kind="stable")]
        starts = np.concatenate([[0], np.nonzero(np.diff(label[rows]))[0] + 1])
        lengths = np.diff(np.append(starts, len(rows)))
        longest = int(lengths.argmax())
        length, given = int(lengths[longest]), label[rows[starts[longest]]]
        share = float((label[rows] == given).mean())
        limit = _longest_by_chance(len(rows), share)
        if length > limit and len(rows) >= MIN_ROWS:
            found = tuple(item[rows[starts[longest] :][:length]][:_SHOWN].tolist())
            out.append(Suspicion(int(person), "identical_run", length, float(length), limit, found))
    return tuple(out)


def _longest_by_chance(rows: int, share: float) -> float:
    """The run length r with rows (1 - share) share^r = 0.001; all rows where nothing else was ever given."""
    if share >= 1:
        return float(rows)
    return math.log(max(rows * (1 - share), CHANCE) / CHANCE) / -math.log(share)


def overlapping(item: Ints, annotator: Ints, start: Floats, end: Floats) -> tuple[Suspicion, ...]:
    """Annotators who worked on two items at once: rows that start before an earlier one of theirs has ended.

    Moments in seconds; NaN is left out. Several people under one code, or two windows, look like this. Raises
    `Invalid` where an end lies before its start.
    """
    known = (annotator >= 0) & np.isfinite(start) & np.isfinite(end)
    if (end[known] < start[known]).any():
        raise Invalid("suspicion.times", [Problem("end", "lies before the start; check the time zones")])
    out = []
    for person in np.unique(annotator[known]):
        rows = np.nonzero(known & (annotator == person))[0]
        rows = rows[np.lexsort((end[rows], start[rows]))]
        latest = np.maximum.accumulate(end[rows])[:-1]
        both = rows[1:][start[rows[1:]] < latest - 1]  # a second of rounding is no overlap
        if len(both):
            found = tuple(item[both][:_SHOWN].tolist())
            share = len(both) / len(rows)
            out.append(Suspicion(int(person), "overlapping", len(both), share, 0.0, found))
    return tuple(out)


def fast_and_wrong(item: Ints, annotator: Ints, seconds: Floats, right: Floats) -> tuple[Suspicion, ...]:
    """Annotators under 0.4 of the usual time on their items whose share right is below the vendor's mean.

    One row per label: seconds (NaN left out) and right 0..1 (NaN left out). Pace is the median of log seconds
    less the item's median over all. At least 20 rows. The items are the fastest wrong ones.
    """
    known = (annotator >= 0) & np.isfinite(seconds) & (seconds > 0) & np.isfinite(right)
    if not known.any():
        return ()
    what, who, good = item[known], annotator[known], right[known]
    logs = np.log(seconds[known])
    away = logs - _item_medians(what, logs)
    out = []
    for person in np.unique(who):
        own = who == person
        pace = math.exp(float(np.median(away[own])))
        if own.sum() >= MIN_ROWS and pace < FAST and good[own].mean() < good.mean():
            wrong = np.nonzero(own & (good < 1))[0]
            found = what[wrong[np.argsort(away[wrong], kind="stable")]][:_SHOWN]
            out.append(
                Suspicion(int(person), "fast_and_wrong", int(own.sum()), pace, FAST, tuple(found.tolist()))
            )
    return tuple(out)


def _item_medians(item: Ints, logs: Floats) -> Floats:
    """Per row the median of its item; the median of all where the item has one row."""
    order = np.lexsort((logs, item))
    _, start, size = np.unique(item[order], return_index=True, return_counts=True)
    sorted_logs = logs[order]
    middle = (sorted_logs[start + (size - 1) // 2] + sorted_logs[start + size // 2]) / 2
    middle = np.where(size > 1, middle, np.median(logs))
    out = np.empty(len(logs))
    out[order] = np.repeat(middle, size)
    return out


def below_reading_time(
    item: Ints, annotator: Ints, seconds: Floats, least: Floats, allowed: float = 0.02
) -> tuple[Suspicion, ...]:
    """Annotators with more than `allowed` of their rows done in less time than the item takes to take in.

    `least` holds seconds per row (see `reading_seconds`; audio: half its length); NaN on either side is left
    out.
    """
    known = (annotator >= 0) & np.isfinite(seconds) & np.isfinite(least)
    low: Bools = known & (seconds < least)
    out = []
    for person in np.unique(annotator[known]):
        own, short = known & (annotator == person), low & (annotator == person)
        share = float(short.sum() / own.sum())
        if share > allowed:
            found = tuple(item[short][:_SHOWN].tolist())
            out.append(Suspicion(int(person), "below_reading_time", int(short.sum()), share, allowed, found))
    return tuple(out)


def reading_seconds(words: Ints) -> Floats:
    """The least seconds in which so many words can be taken in, eight words a second."""
    return np.asarray(words / WORDS_PER_SECOND, np.float64)
