"""How long work takes: means with intervals, idle gaps taken out, phases, what was agreed, what is needed.

Seconds are about log-normal: the mean pays the bill, median and geometric mean describe the pace. Intervals:
geometric mean by Student's t on logs, median by order statistics (binomial), mean by Cox's method (Zhou and
Gao 1997) on logs.
"""

import math
from dataclasses import dataclass

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Bools, Floats
from app.core.resampling import normal_quantile, t_quantile

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
    # Two wild times know nothing of their mean: e⁵⁰ times as much is as good as no bound.
    cox = min(50.0, t_quantile(count - 1) * math.sqrt(spread / count + spread**2 / (2 * (count - 1))))
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
    """Labels of one labeler in an active day, over all (labeler, day) pairs with its t interval.

    `low` and `high` are None with one pair.
    """

    per_person_day: float
    low: float | None
    high: float | None
    person_days: int


def throughput(per_person_day: Floats) -> Throughput | None:
    """Throughput from labels per labeler and active day; None without days. Raises `Invalid` for a negative count."""
    if (per_person_day < 0).any() or not np.isfinite(per_person_day).all():
        raise Invalid("pace.throughput", [Problem("labels", "labels per day must be 0 or more")])
    count = len(per_person_day)
    if not count:
        return None
    mean, low, high = float(per_person_day.mean()), None, None
    if count > 1:
        half = t_quantile(count - 1) * float(per_person_day.std(ddof=1)) / math.sqrt(count)
        low, high = max(0.0, mean - half), mean + half
    return Throughput(mean, low, high, count)
