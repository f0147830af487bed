from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core.schedule.hours import working_hours

UTC = ZoneInfo("UTC")


def at(text: str, zone: ZoneInfo = UTC) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-18T10:00", "2026-11-18T12:30", 2.5),
        ("2026-11-18T16:00", "2026-11-19T10:00", 2.0),
        ("2026-11-20T16:00", "2026-11-23T10:00", 2.0),  # over a weekend
        ("2026-11-21T08:00", "2026-11-22T20:00", 0.0),  # a weekend
        ("2026-11-18T20:00", "2026-11-19T08:00", 0.0),  # a night
        ("2026-11-16T09:00", "2026-11-30T09:00", 80.0),  # two weeks
        ("2026-11-18T12:00", "2026-11-18T10:00", 0.0),
    ],
)
def test_only_working_time_counts(start: str, end: str, hours: float) -> None:
    assert working_hours(at(start), at(end), UTC) == pytest.approx(hours)


def test_the_zone_decides_what_is_working_time() -> None:
    start, end = at("2026-11-18T06:00"), at("2026-11-18T10:00")
    assert working_hours(start, end, UTC) == 1.0
    assert working_hours(start, end, ZoneInfo("Asia/Tokyo")) == 2.0  # 15 to 19 o'clock there


def test_long_spans_equal_the_sum_of_their_days() -> None:
    start = at("2026-01-07T11:15")
    days = [working_hours(start + timedelta(days=n), start + timedelta(days=n + 1), UTC) for n in range(400)]
    assert working_hours(start, start + timedelta(days=400), UTC) == pytest.approx(sum(days))
