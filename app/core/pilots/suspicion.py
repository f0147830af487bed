"""Work that deserves a second look: too fast to be read, the same answer again and again, two at once.

Each finding names its items, so that somebody looks before anybody is blamed.
"""

import math
from collections.abc import Iterator
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


def _by_person(annotator: Ints, use: Bools, least: int = MIN_ROWS) -> Iterator[tuple[int, Ints]]:
    """Each named annotator with the rows of theirs in use, where they have at least `least`."""
    rows = np.nonzero(use & (annotator >= 0))[0]
    rows = rows[np.argsort(annotator[rows], kind="stable")]
    people, start, size = np.unique(annotator[rows], return_index=True, return_counts=True)
    for at in np.nonzero(size >= least)[0]:
        yield int(people[at]), rows[start[at] : start[at] + size[at]]


def constant_answers(item: Ints, annotator: Ints, label: Ints, least: float = 0.3) -> tuple[Suspicion, ...]:
    """Annotators whose labels vary far less than those of the others: entropy under `least` of theirs.

    One row per label; annotator -1 is left out, as are annotators with fewer than 20 rows and pilots whose
    labels hardly vary. The items are those where he
    gave his favourite label and somebody else another one.
    """
    out = []
    named = annotator >= 0
    classes = int(label.max(initial=0)) + 1
    total = np.bincount(label[named], minlength=classes)
    votes = item * classes + label
    cells, cell = np.unique(votes, return_inverse=True)
    all_votes = np.bincount(cell, named.astype(np.float64), minlength=len(cells))
    all_rows = np.bincount(item[named], minlength=int(item.max(initial=0)) + 1)
    for person, rows in _by_person(annotator, named):
        own = np.bincount(label[rows], minlength=classes)
        usual = _entropy(total - own)
        if usual < 0.1:
            continue
        value = _entropy(own) / usual
        if value < least:
            given = rows[label[rows] == own.argmax()]
            # Of the other rows on the item, how many say something else.
            doubted = item[given[all_rows[item[given]] > all_votes[cell[given]]]]
            shown = tuple(np.unique(doubted)[:_SHOWN].tolist())
            out.append(Suspicion(person, "constant_answers", len(rows), value, least, shown))
    return tuple(out)


def _entropy(counts: Ints) -> float:
    """Entropy in bits of labels given so often; 0 for none."""
    share = counts[counts > 0] / max(1, counts.sum())
    return float(-(share * np.log2(share)).sum())


def identical_runs(item: Ints, annotator: Ints, label: Ints, order: Floats) -> tuple[Suspicion, ...]:
    """The longest run of one label of each annotator in working order, where chance does not give it.

    Shown when, with the annotator's own share of that label, a run this long is expected fewer than 0.001
    times. `order` is a time or number per row; NaN is left out. Items that are not in random order make long
    runs by themselves.
    """
    out = []
    for person, mine in _by_person(annotator, np.isfinite(order)):
        rows = mine[np.argsort(order[mine], kind="stable")]
        starts = np.concatenate([[0], np.nonzero(np.diff(label[rows]))[0] + 1])
        lengths = np.diff(np.append(starts, len(rows)))
        longest = int(lengths.argmax())
        length, given = int(lengths[longest]), label[rows[starts[longest]]]
        share = float((label[rows] == given).mean())
        limit = _longest_by_chance(len(rows), share)
        if length > limit:
            found = tuple(item[rows[starts[longest] :][:length]][:_SHOWN].tolist())
            out.append(Suspicion(person, "identical_run", length, float(length), limit, found))
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
    known = np.isfinite(start) & np.isfinite(end)
    if (end[known] < start[known]).any():
        raise Invalid("suspicion.times", [Problem("end", "lies before the start; check the time zones")])
    out = []
    for person, mine in _by_person(annotator, known, 2):
        rows = mine[np.lexsort((end[mine], start[mine]))]
        latest = np.maximum.accumulate(end[rows])[:-1]
        both = rows[1:][start[rows[1:]] < latest - 1]  # a second of rounding is no overlap
        if len(both):
            found = tuple(item[both][:_SHOWN].tolist())
            share = len(both) / len(rows)
            out.append(Suspicion(person, "overlapping", len(both), share, 0.0, found))
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
    for person, own in _by_person(who, np.ones(len(who), np.bool_)):
        pace = math.exp(float(np.median(away[own])))
        if pace < FAST and good[own].mean() < good.mean():
            wrong = own[good[own] < 1]
            found = what[wrong[np.argsort(away[wrong], kind="stable")]][:_SHOWN]
            out.append(Suspicion(person, "fast_and_wrong", len(own), pace, FAST, tuple(found.tolist())))
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
    known = np.isfinite(seconds) & np.isfinite(least)
    out = []
    for person, own in _by_person(annotator, known, 1):
        short = own[seconds[own] < least[own]]
        share = len(short) / len(own)
        if share > allowed:
            found = tuple(item[short][:_SHOWN].tolist())
            out.append(Suspicion(person, "below_reading_time", len(short), share, allowed, found))
    return tuple(out)


def reading_seconds(words: Ints) -> Floats:
    """The least seconds in which so many words can be taken in, eight words a second."""
    return np.asarray(words / WORDS_PER_SECOND, np.float64)
