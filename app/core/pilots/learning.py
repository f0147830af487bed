"""Do labelers get faster, and how fast would they be later? A power law of practice, fitted per labeler.

log seconds = own level + item + -b log k, k the running count of the labeler's items (Wright 1936). The
projection holds only if that law does; the yardstick is 30 % less time after six weeks.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Floats, Ints
from app.core.resampling import t_quantile

YARDSTICK = 0.70
WEEKS = 6
MIN_ITEMS = 20  # of one labeler, before his slope says anything
MIN_LABELERS = 3
EXTRAPOLATED = "Extrapolation: it holds only if labelers go on learning by the same law."


@dataclass(frozen=True, slots=True)
class Curve:
    """The learning of a vendor's labelers.

    `slope` is the mean of -b over labelers (negative: they get faster); `per_doubling` the factor on seconds
    when the count doubles. `week_factor` is seconds in week `weeks` over week 1, projected with its 95 %
    interval over labelers (None with fewer than three). `verdict`: faster when the whole interval reaches the
    yardstick, slower when none of it does, else too_early. `note` says that it is an extrapolation.
    """

    slope: float
    per_doubling: float
    weeks: int
    week_factor: float
    low: float | None
    high: float | None
    labelers: int
    items: int
    verdict: Literal["faster", "slower", "too_early"]
    note: str


def learning_curve(
    labeler: Ints,
    order: Floats,
    seconds: Floats,
    item: Ints,
    per_week: float,
    *,
    weeks: int = WEEKS,
    yardstick: float = YARDSTICK,
) -> Curve | None:
    """Fit the curve to rows of work and project it to week `weeks`.

    One entry per row: labeler (-1 unknown, left out), `order` (time or number, NaN left out), seconds (> 0,
    NaN left out) and item, whose effect is taken out where several labelers did it. `per_week` is how many
    items one labeler does in a week. Labelers with fewer than 20 items are left out; None when nobody is
    left. Raises `Invalid` for settings out of range.
    """
    _check(per_week, weeks, yardstick)
    known = (labeler >= 0) & np.isfinite(order) & np.isfinite(seconds) & (seconds > 0)
    who, when, logs, what = labeler[known], order[known], np.log(seconds[known]), item[known]
    people, size = np.unique(who, return_counts=True)
    kept = people[size >= MIN_ITEMS]
    rows = np.isin(who, kept)
    who, when, logs, what = who[rows], when[rows], logs[rows], what[rows]
    if not len(kept):
        return None
    practice = np.log(running_count(who, when))
    slopes = _slopes(who, kept, practice, logs, what)
    factors = slopes * _span(per_week, weeks)
    slope, mean = float(slopes.mean()), float(factors.mean())
    low = high = None
    if len(kept) >= MIN_LABELERS:
        half = t_quantile(len(kept) - 1) * float(factors.std(ddof=1)) / math.sqrt(len(kept))
        low, high = math.exp(mean - half), math.exp(mean + half)
    return Curve(
        slope=slope,
        per_doubling=2**slope,
        weeks=weeks,
        week_factor=math.exp(mean),
        low=low,
        high=high,
        labelers=len(kept),
        items=len(logs),
        verdict=_verdict(low, high, yardstick),
        note=EXTRAPOLATED,
    )


def _check(per_week: float, weeks: int, yardstick: float) -> None:
    rules = (
        (math.isfinite(per_week) and per_week > 0, "per_week", "must be above 0"),
        (2 <= weeks <= 104, "weeks", "must be from 2 to 104"),
        (0 < yardstick < 1, "yardstick", "must lie between 0 and 1 (30 % faster is 0.7)"),
    )
    if problems := [Problem(where, message) for fine, where, message in rules if not fine]:
        raise Invalid("learning.settings", problems)


def practice(labeler: Ints, order: Floats, seconds: Floats, bins: int = 8) -> list[tuple[float, float]]:
    """How long the work took as it went on: (running count, median seconds) of up to `bins` stretches.

    Rows of unknown labeler, order or time are left out; a stretch has ten rows at least. Arguments as of
    `learning_curve`. Empty where too little is known.
    """
    known = (labeler >= 0) & np.isfinite(order) & np.isfinite(seconds) & (seconds > 0)
    if not known.any():
        return []
    count, taken = running_count(labeler[known], order[known]), seconds[known]
    parts = np.array_split(np.argsort(count, kind="stable"), min(bins, max(1, len(count) // 10)))
    if len(parts) < 2:
        return []
    return [(float(np.median(count[part])), float(np.median(taken[part]))) for part in parts]


def running_count(who: Ints, when: Floats) -> Floats:
    """1 for a labeler's first row in time, 2 for the next, and so on."""
    order = np.lexsort((np.arange(len(who)), when, who))
    starts = np.concatenate([[0], np.nonzero(np.diff(who[order]))[0] + 1])
    lengths = np.diff(np.append(starts, len(who)))
    count = np.empty(len(who))
    count[order] = np.arange(len(who)) - np.repeat(starts, lengths) + 1
    return count


def _slopes(who: Ints, kept: Ints, practice: Floats, logs: Floats, what: Ints) -> Floats:
    """The slope of each labeler; items, slopes and levels take turns (backfitting) until they stand still."""
    _, person = np.unique(who, return_inverse=True)
    _, thing, often = np.unique(what, return_inverse=True, return_counts=True)
    size = np.bincount(person)
    centred = practice - (np.bincount(person, practice) / size)[person]
    spread = np.bincount(person, centred**2)
    shared = often > 1
    effect = np.zeros(len(often))
    slopes = np.zeros(len(kept))
    for _ in range(200):
        rest = logs - effect[thing]
        fresh = np.bincount(person, centred * rest) / spread
        level = np.bincount(person, rest) / size
        away = logs - level[person] - fresh[person] * centred
        effect = np.where(shared, np.bincount(thing, away) / often, 0.0)
        moved = float(np.abs(fresh - slopes).max())
        slopes = fresh
        if moved < 1e-7:
            break
    return np.asarray(slopes, np.float64)


def _span(per_week: float, weeks: int) -> float:
    """The log of practice in the middle of week `weeks` over the middle of week 1."""
    first, last = 0.5 * per_week + 0.5, (weeks - 0.5) * per_week + 0.5
    return math.log(last / first)


def _verdict(
    low: float | None, high: float | None, yardstick: float
) -> Literal["faster", "slower", "too_early"]:
    if low is None or high is None or low <= yardstick < high:
        return "too_early"
    return "faster" if high <= yardstick else "slower"
