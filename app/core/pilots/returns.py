"""What changing to a vendor returns: money, fewer errors, own hours, and from when on."""

import calendar
import math
from dataclasses import dataclass
from datetime import date

from app.core.errors import Invalid, Problem
from app.core.pilots.cost import Share

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Desk:
    """One way of getting the year's labels: yearly cost in minor units, accuracy, own hours it takes.

    For a vendor `cost` holds what it charges, low and high at its uncertain accept rate; own hours are those of
    managing and reviewing it.
    """

    cost: int
    cost_low: int
    cost_high: int
    accuracy: Share
    own_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A figure with the bounds that its inputs leave open."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Returns:
    """What a year with the vendor returns against the own desk, money in minor units.

    `points`: accuracy from baseline to deployment. `fewer_errors`: labels a year that need no human correction
    any more (negative: more of them), worth `correction` each. `saving` a year includes that worth. `hours`: own
    hours saved, None where unknown. `roi`: what `months` from readiness return for each unit spent on the
    vendor and the change, as a share (0.5 is 50 %). `payback_months` and `payback_on`: when the cost of the
    change has come back; None when it never does. Bounds combine the worst with the worst: they are wider than
    a 95 % interval.
    """

    points: Span
    fewer_errors: Span
    saving: Span
    hours: float | None
    roi: Span
    months: int
    ready_on: date
    payback_months: float | None
    payback_on: date | None


def returns(
    own: Desk,
    vendor: Desk,
    labels_per_year: int,
    *,
    ready_on: date,
    change: int = 0,
    correction: int = 0,
    months: int = MONTHS,
) -> Returns:
    """The return of moving `labels_per_year` from the own desk to the vendor.

    `change` is what the move costs once (set-up, onboarding, parallel work), `correction` what it costs to find
    and correct one wrong label, both minor units; `ready_on` the day the vendor delivers. Raises `Invalid`
    naming every number that makes no sense.
    """
    _check(own, vendor, labels_per_year, change, correction, months)
    points = Span(
        vendor.accuracy.value - own.accuracy.value,
        vendor.accuracy.low - own.accuracy.high,
        vendor.accuracy.high - own.accuracy.low,
    )
    errors = Span(*(labels_per_year * one for one in (points.value, points.low, points.high)))
    saving = Span(
        own.cost - vendor.cost + correction * errors.value,
        own.cost_low - vendor.cost_high + correction * errors.low,
        own.cost_high - vendor.cost_low + correction * errors.high,
    )
    year = months / MONTHS
    roi = Span(
        _share(saving.value * year - change, vendor.cost * year + change),
        _share(saving.low * year - change, vendor.cost_high * year + change),
        _share(saving.high * year - change, vendor.cost_low * year + change),
    )
    payback = MONTHS * change / saving.value if saving.value > 0 else None
    return Returns(
        points=points,
        fewer_errors=errors,
        saving=saving,
        hours=None if own.own_hours is None or vendor.own_hours is None else own.own_hours - vendor.own_hours,
        roi=roi,
        months=months,
        ready_on=ready_on,
        payback_months=payback,
        payback_on=None if payback is None or payback > 1200 else months_after(ready_on, payback),
    )


def _share(gain: float, spent: float) -> float:
    return gain / spent if spent > 0 else math.inf if gain > 0 else 0.0


def months_after(day: date, months: float) -> date:
    """The day so many months later, part months rounded up; the last day where a month is too short.

    >>> months_after(date(2026, 1, 31), 0.5), months_after(date(2026, 11, 15), 3)
    (datetime.date(2026, 2, 28), datetime.date(2027, 2, 15))
    """
    whole = day.year * MONTHS + day.month - 1 + math.ceil(months - 1e-9)
    year, month = divmod(whole, MONTHS)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _check(own: Desk, vendor: Desk, labels: int, change: int, correction: int, months: int) -> None:
    problems = []
    for name, desk in (("own", own), ("vendor", vendor)):
        share = desk.accuracy
        rules = (
            (0 <= desk.cost_low <= desk.cost <= desk.cost_high, "cost", "needs 0 ≤ low ≤ cost ≤ high"),
            (
                0 <= share.low <= share.value <= share.high <= 1,
                "accuracy",
                "needs 0 ≤ low ≤ value ≤ high ≤ 1",
            ),
            (desk.own_hours is None or desk.own_hours >= 0, "own_hours", "must not be negative"),
        )
        problems += [Problem(f"{name}.{where}", message) for fine, where, message in rules if not fine]
    settings = (
        (labels > 0, "labels_per_year", "must be above 0"),
        (change >= 0, "change", "must not be negative"),
        (correction >= 0, "correction", "must not be negative"),
        (1 <= months <= 120, "months", "must be from 1 to 120"),
    )
    problems += [Problem(where, message) for fine, where, message in settings if not fine]
    if problems:
        raise Invalid("returns.broken", problems)
