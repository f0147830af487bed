from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.schedule.demand import Spike, weekly_demand

START = date(2027, 1, 4)


def test_even_demand_is_the_same_every_full_week():
    weeks = weekly_demand(80_000, START, date(2027, 2, 28))
    assert [one.need for one in weeks] == [10_000] * 8
    assert weeks[1].start == date(2027, 1, 11)


@settings(deadline=None)
@given(st.integers(1, 10**9), st.integers(0, 400), st.floats(0.1, 9))
def test_weeks_always_add_up_to_the_volume(volume, days, factor):
    due = date.fromordinal(START.toordinal() + days)
    spike = Spike(date(2027, 1, 20), date(2027, 2, 3), factor)
    weeks = weekly_demand(volume, START, due, spikes=[spike])
    assert sum(one.need for one in weeks) == volume
    assert all(one.need >= 0 for one in weeks)
    assert len(weeks) == days // 7 + 1


def test_a_spike_weighs_its_days():
    weeks = weekly_demand(90, START, date(2027, 1, 17), spikes=[Spike(START, date(2027, 1, 10), 2)])
    assert [one.need for one in weeks] == [60, 30]
    weeks = weekly_demand(100, START, date(2027, 1, 17), spikes=[Spike(START, date(2027, 1, 10), 0)])
    assert [one.need for one in weeks] == [0, 100]


def test_a_short_last_week_has_the_need_of_its_days():
    assert [one.need for one in weekly_demand(80, START, date(2027, 1, 11))] == [70, 10]


def test_values_out_of_range_are_refused_together():
    with pytest.raises(Invalid) as failure:
        weekly_demand(0, START, date(2026, 1, 1), spikes=[Spike(START, START, -1)])
    assert [one.where for one in failure.value.problems] == ["volume", "due", "spikes[0]"]
    with pytest.raises(Invalid, match="ten years"):
        weekly_demand(5, START, date(2060, 1, 1))
    with pytest.raises(Invalid, match="no day"):
        weekly_demand(5, START, START, spikes=[Spike(START, START, 0)])
