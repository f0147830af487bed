"""Working hours between two moments, as question logs and service levels count them."""

from datetime import date, datetime, time, timedelta, tzinfo

OPENS, CLOSES = time(9), time(17)
_FRIDAY = 4


def working_hours(start: datetime, end: datetime, zone: tzinfo) -> float:
    """Hours from `start` to `end` (both aware) that lie on Monday to Friday, 9 to 17 o'clock in `zone`.

    Holidays count as working days. 0 when `end` is not after `start`.
    """
    first, last = start.astimezone(zone), end.astimezone(zone)
    if last <= first:
        return 0.0
    days = (last.date() - first.date()).days
    weeks = max(0, days - 7) // 7
    total = weeks * 5 * (CLOSES.hour - OPENS.hour) * 3600.0
    day = first.date()
    total += _seconds(day, first, last, zone)
    # whole weeks in the middle are counted above, so that a span of years costs no more than one of days
    day += timedelta(days=1 + 7 * weeks)
    while day <= last.date():
        total += _seconds(day, first, last, zone)
        day += timedelta(days=1)
    return total / 3600


def _seconds(day: date, first: datetime, last: datetime, zone: tzinfo) -> float:
    if day.weekday() > _FRIDAY:
        return 0.0
    opens, closes = datetime.combine(day, OPENS, zone), datetime.combine(day, CLOSES, zone)
    return max(0.0, (min(closes, last) - max(opens, first)).total_seconds())
