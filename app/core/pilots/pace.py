"""How long work takes: means with intervals, idle gaps taken out, phases, what was agreed, what is needed.

Seconds are about log-normal: the mean pays the bill, median and geometric mean describe the pace. Intervals:
geometric mean by Student's t on logs, median by order statistics (binomial), mean by Cox's method (Zhou and
Gao 1997) on logs.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Bools, Floats
from app.core.resampling import normal_quantile, t_quantile

IDLE_GAP = 100.0  # seconds between two events beyond which nobody was working (CVAT's rule)
MADS = 5.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of seconds, or a ratio of them, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds per row of work, three ways, over `rows` known times."""

    mean: Figure
    median: Figure
    geometric_mean: Figure
    rows: int


def times_of(seconds: Floats) -> Times | None:
    """The three means of the known seconds (> 0; NaN is unknown) with intervals; None under two known times."""
    known = _known(seconds)
    count = len(known)
    if count < 2:
        return None
    logs = np.log(known)
    centre, spread = float(logs.mean()), float(logs.var(ddof=1))
    half = t_quantile(count - 1) * math.sqrt(spread / count)
    mean = float(known.mean())
    cox = t_quantile(count - 1) * math.sqrt(spread / count + spread**2 / (2 * (count - 1)))
    typical = math.exp(centre)
    return Times(
        mean=Figure(mean, mean * math.exp(-cox), mean * math.exp(cox)),
        median=_median(known),
        geometric_mean=Figure(typical, typical * math.exp(-half), typical * math.exp(half)),
        rows=count,
    )


def _known(seconds: Floats) -> Floats:
    known = seconds[np.isfinite(seconds)]
    if (known <= 0).any():
        raise Invalid("pace.seconds", [Problem("seconds", "must be above 0; leave unknown times empty")])
    return known


def _median(known: Floats) -> Figure:
    """The median between the order statistics that hold it with 95 %."""
    ordered, count = np.sort(known), len(known)
    reach = normal_quantile() * math.sqrt(count) / 2
    low, high = math.floor(count / 2 - reach), math.ceil(count / 2 + reach)
    return Figure(
        float(np.median(ordered)), float(ordered[max(0, low)]), float(ordered[min(count - 1, high)])
    )


@dataclass(frozen=True, slots=True, eq=False)
class Capped:
    """Seconds with the long ones cut to `limit`; `rows` tells which, `removed` how many seconds went.

    `rule` is a sentence for the reader.
    """

    seconds: Floats
    limit: float
    rows: Bools
    removed: float
    rule: str


def cap_idle(seconds: Floats, limit: float | None = None) -> Capped:
    """Cut times that hold a pause: to `limit` seconds, or to median + 5 MAD of the vendor where none is given.

    MAD is the median absolute deviation times 1.4826. Fewer than ten known times, or none that vary, are left
    as they are. Raises `Invalid` for a limit or a time that is not above 0.
    """
    known = _known(seconds)
    if limit is not None and not (math.isfinite(limit) and limit > 0):
        raise Invalid("pace.limit", [Problem("limit", "must be above 0")])
    if limit is not None:
        rule = f"Times are counted up to {limit:g} seconds."
    elif len(known) >= 10 and (spread := float(np.median(np.abs(known - np.median(known))))) > 0:
        limit = float(np.median(known)) + MADS * 1.4826 * spread
        rule = f"Times are counted up to {limit:.0f} seconds (median + 5 MAD)."
    else:
        limit, rule = math.inf, "Times are counted in full."
    rows = np.isfinite(seconds) & (seconds > limit)
    removed = float((seconds[rows] - limit).sum())
    return Capped(np.where(rows, limit, seconds), limit, rows, removed, rule)


def working_time(events: Floats, gap: float = IDLE_GAP) -> float:
    """Seconds worked according to the moments of events (seconds since any start): gaps over `gap` do not count.

    >>> working_time(np.array([0.0, 60.0, 100.0, 500.0, 530.0]))
    130.0
    """
    steps = np.diff(np.sort(events[np.isfinite(events)]))
    return float(steps[steps <= gap].sum())


@dataclass(frozen=True, slots=True)
class Kept:
    """The pace against the seconds agreed after calibration: `ratio` over 1 is slower than agreed.

    `verdict`: kept when the interval holds or lies below 1, slower when it lies above.
    """

    agreed: float
    ratio: Figure
    verdict: Literal["kept", "slower"]


def against_agreed(seconds: Floats, agreed: float) -> Kept | None:
    """Mean seconds over those agreed; None under two known times. Raises `Invalid` unless agreed > 0."""
    if not (math.isfinite(agreed) and agreed > 0):
        raise Invalid("pace.agreed", [Problem("agreed", "the agreed seconds must be above 0")])
    found = times_of(seconds)
    if found is None:
        return None
    mean = found.mean
    ratio = Figure(mean.value / agreed, mean.low / agreed, mean.high / agreed)
    return Kept(agreed, ratio, "slower" if ratio.low > 1 else "kept")


def phase_ratio(training: Floats, production: Floats) -> Figure | None:
    """How many times as long production takes as training (geometric, under 1 is faster), 95 % Welch interval.

    None with fewer than two known times in either phase.
    """
    first, second = np.log(_known(training)), np.log(_known(production))
    if min(len(first), len(second)) < 2:
        return None
    a, b = float(first.var(ddof=1)) / len(first), float(second.var(ddof=1)) / len(second)
    mean = float(second.mean() - first.mean())
    if a + b == 0:
        return Figure(math.exp(mean), math.exp(mean), math.exp(mean))
    freedom = (a + b) ** 2 / (a**2 / (len(first) - 1) + b**2 / (len(second) - 1))
    half = t_quantile(max(1, int(freedom))) * math.sqrt(a + b)
    return Figure(math.exp(mean), math.exp(mean - half), math.exp(mean + half))


@dataclass(frozen=True, slots=True)
class Throughput:
    """Accepted labels of one labeler in an active day, seen and against the need.

    `per_person_day` is over all (labeler, day) pairs with its t interval (low and high None with one pair);
    `person_days_needed` how many of those the need takes (per week, year or whatever it counts), low and high
    turned round: None where nothing was accepted.
    """

    per_person_day: float
    low: float | None
    high: float | None
    person_days: int
    person_days_needed: float | None


def throughput(accepted_per_person_day: Floats, need: float) -> Throughput | None:
    """Throughput from accepted labels per labeler and active day against a `need` of labels; None without days.

    Raises `Invalid` for a negative count or need.
    """
    days = accepted_per_person_day
    if (days < 0).any() or not np.isfinite(days).all() or not (math.isfinite(need) and need >= 0):
        raise Invalid("pace.throughput", [Problem("labels", "labels per day and the need must be 0 or more")])
    if not len(days):
        return None
    mean, low, high = float(days.mean()), None, None
    if len(days) > 1:
        half = t_quantile(len(days) - 1) * float(days.std(ddof=1)) / math.sqrt(len(days))
        low, high = max(0.0, mean - half), mean + half
    return Throughput(mean, low, high, len(days), need / mean if mean > 0 else None)
