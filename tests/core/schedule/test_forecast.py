from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.schedule.demand import Spike, Week, weekly_demand
from app.core.schedule.forecast import Learning, Rate, Team, completed, completion, forecast, plan

START = date(2027, 1, 4)
FLAT = Learning()
RATE = Rate(500, 450, 550)


def weeks(count, each):
    return tuple(Week(START + timedelta(days=7 * at), each) for at in range(count))


def test_without_learning_the_labelers_are_volume_over_weeks_and_rate():
    found = forecast(weeks(10, 4_000), date(2027, 3, 14), RATE, lead_weeks=2)
    assert found.labelers == 10  # 40,000 labels in the eight weeks after two of hiring
    assert (found.labelers_low, found.labelers_high) == (10, 12)
    assert found.keep_up == 24  # three weeks of need wait when they start
    assert found.completion.expected == date(2027, 3, 14)
    assert found.completion.late > date(2027, 3, 14) >= found.completion.early


def test_new_labelers_do_nothing_before_the_hiring_lead_time():
    rows = plan(weeks(5, 1_000), 500, FLAT, Team(hired=4))
    assert [one.capacity for one in rows] == [0, 0, 2_000, 2_000, 2_000]
    assert [one.labelers for one in rows] == [0, 0, 4, 4, 4]
    assert [one.backlog for one in rows] == [1_000, 2_000, 1_000, 0, 0]
    assert [one.short for one in rows] == [True, True, True, False, False]


def test_learning_needs_fewer_labelers_and_stops_at_its_week():
    law = Learning(0.7, 6)
    assert law.pace(1) == 1
    assert law.pace(6) == pytest.approx(1 / 0.7)
    assert law.pace(50) == law.pace(6)
    assert law.pace(2) == pytest.approx(1 / 0.871, abs=1e-3)  # a doubling, as published
    due = date(2027, 3, 14)
    assert forecast(weeks(10, 4_000), due, RATE, learning=law).labelers < 10


def test_a_ready_team_needs_nobody_new_when_it_is_enough():
    found = forecast(weeks(10, 4_000), date(2027, 3, 14), RATE, ready=8)
    assert (found.labelers, found.labelers_low, found.labelers_high) == (0, 0, 2)


def test_a_date_before_anybody_has_started_cannot_be_kept():
    found = forecast(weeks(2, 4_000), date(2027, 1, 17), RATE, ready=1)
    assert (found.labelers, found.keep_up) == (None, None)
    assert found.completion.expected == date(2027, 4, 25)  # the one who is there, 16 weeks


def test_nobody_never_finishes_and_a_rate_of_zero_is_never_late_by_a_day():
    assert completed(weeks(2, 100), 500, FLAT, Team()) is None
    found = completion(weeks(2, 100), Rate(500, 0, 600), FLAT, Team(ready=1))
    assert found.late is None
    assert found.expected is not None


def test_a_spike_raises_what_keeping_up_takes_more_than_what_the_date_takes():
    due = date(2027, 3, 14)
    even = weekly_demand(40_000, START, due)
    spiked = weekly_demand(40_000, START, due, spikes=[Spike(date(2027, 2, 15), date(2027, 2, 21), 6)])
    plain, peak = forecast(even, due, RATE, ready=8), forecast(spiked, due, RATE, ready=8)
    assert peak.keep_up > plain.keep_up
    assert max(one.need for one in peak.weeks) > 2 * max(one.need for one in plain.weeks)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 20), st.integers(1, 5_000), st.integers(0, 3), st.floats(0.3, 1), st.integers(0, 5))
def test_the_labelers_found_are_in_time_and_one_fewer_is_not(count, each, lead, factor, ready):
    demand, law = weeks(count, each), Learning(factor, 6)
    due = demand[-1].start + timedelta(days=6)
    found = forecast(demand, due, RATE, learning=law, ready=ready, lead_weeks=lead)
    if found.labelers is None:
        assert lead >= count
        return
    assert completed(demand, 500, law, Team(ready, found.labelers, lead)) <= due
    assert sum(one.done for one in found.weeks) == pytest.approx(count * each)
    if found.labelers:
        fewer = completed(demand, 500, law, Team(ready, found.labelers - 1, lead))
        assert fewer is None or fewer > due
    assert found.labelers_low <= found.labelers <= found.labelers_high


def test_values_out_of_range_are_refused_together():
    with pytest.raises(Invalid) as failure:
        forecast(
            weeks(2, 5), date(2020, 1, 1), Rate(0, 1, 2), learning=Learning(0, 1), ready=-1, lead_weeks=99
        )
    assert [one.where for one in failure.value.problems] == [
        "due", "rate", "rate", "learning.factor", "learning.weeks", "ready", "lead_weeks",
    ]  # fmt: skip
    with pytest.raises(Invalid, match="at least one week"):
        forecast((), START, RATE)
