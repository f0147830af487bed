from dataclasses import replace
from datetime import date

import pytest

from app.core.errors import Invalid
from app.core.pilots.cost import Share
from app.core.pilots.returns import Desk, months_after, returns

OWN = Desk(20_000_000, 20_000_000, 20_000_000, Share(0.90, 0.88, 0.92), own_hours=4_000)
VENDOR = Desk(12_000_000, 11_000_000, 13_000_000, Share(0.95, 0.93, 0.97), own_hours=600)
READY = date(2027, 1, 15)


def test_a_year_with_the_vendor_returns_money_fewer_errors_and_hours():
    found = returns(OWN, VENDOR, 1_000_000, ready_on=READY, change=2_000_000, correction=20)
    assert found.points.value == pytest.approx(0.05)
    assert (found.fewer_errors.value, found.fewer_errors.low, found.fewer_errors.high) == pytest.approx(
        (50_000, 10_000, 90_000)
    )
    assert found.saving.value == pytest.approx(8_000_000 + 1_000_000)
    assert (found.saving.low, found.saving.high) == pytest.approx((7_200_000, 10_800_000))
    assert found.hours == 3_400
    assert found.roi.value == pytest.approx((9_000_000 - 2_000_000) / 14_000_000)
    assert found.roi.low < found.roi.value < found.roi.high
    assert found.payback_months == pytest.approx(12 * 2 / 9)
    assert found.payback_on == date(2027, 4, 15)


def test_a_dearer_and_worse_vendor_never_pays_back():
    worse = replace(VENDOR, cost=30_000_000, cost_high=30_000_000, accuracy=Share(0.8, 0.75, 0.85))
    found = returns(OWN, worse, 1_000_000, ready_on=READY, change=1, correction=20)
    assert found.fewer_errors.value < 0
    assert (found.payback_months, found.payback_on) == (None, None)
    assert found.roi.value < 0


def test_unknown_hours_stay_unknown_and_a_free_change_pays_at_once():
    found = returns(OWN, replace(VENDOR, own_hours=None), 10, ready_on=READY)
    assert found.hours is None
    assert (found.payback_months, found.payback_on) == (0, READY)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [(date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2026, 11, 15), 2.2, date(2027, 2, 15)),
     (date(2028, 1, 30), 1, date(2028, 2, 29))],
)  # fmt: skip
def test_months_are_calendar_months(day, months, then):
    assert months_after(day, months) == then


def test_numbers_that_make_no_sense_are_refused_together():
    bad = Desk(1, 2, 3, Share(0.9, 0.95, 1), own_hours=-1)
    with pytest.raises(Invalid) as failure:
        returns(OWN, bad, 0, ready_on=READY, change=-1, correction=-1, months=0)
    assert [one.where for one in failure.value.problems] == [
        "vendor.cost", "vendor.accuracy", "vendor.own_hours", "labels_per_year", "change", "correction", "months",
    ]  # fmt: skip
