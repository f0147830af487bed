"""Until when a piece of evidence counts; decided by its kind, never stored."""

import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month.

    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def counts_until(
    kind: str,
    *,
    period_end: date | None,
    valid_until: date | None,
    bridge_until: date | None,
    freshness_months: int | None,
    bridge_months: int = 0,
) -> date | None:
    """Last day on which the evidence counts; None when its dates do not say.

    An attestation has no end of its own: it counts `freshness_months` from the end of its period, and a bridge
    letter carries it on, at most `bridge_months` past that. Everything else counts to its printed end.

    >>> counts_until("attestation", period_end=date(2025, 11, 30), valid_until=None,
    ...              bridge_until=date(2027, 1, 31), freshness_months=12, bridge_months=3)
    datetime.date(2027, 1, 31)
    """
    if kind != "attestation" or period_end is None or freshness_months is None:
        return valid_until
    fresh = add_months(period_end, freshness_months)
    if bridge_until is None:
        return fresh
    return max(fresh, min(bridge_until, add_months(fresh, bridge_months)))


def counts_on(day: date, until: date | None, *, needs_end: bool) -> bool:
    """Whether evidence counts on a day; one that should name its end and does not, does not count.

    >>> counts_on(date(2026, 12, 1), None, needs_end=True), counts_on(date(2026, 12, 1), None, needs_end=False)
    (False, True)
    """
    return not needs_end if until is None else day <= until
