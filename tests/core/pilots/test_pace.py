import math

import numpy as np
import pytest
from scipy.stats import ttest_ind

from app.core.errors import Invalid
from app.core.pilots.pace import (
    against_agreed,
    cap_idle,
    phase_ratio,
    throughput,
    times_of,
    working_time,
)


def test_intervals_of_log_normal_seconds_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(1)
    hits = np.zeros(3)
    for _ in range(400):
        found = times_of(rng.lognormal(3, 0.7, 80))
        truth = (math.exp(3 + 0.49 / 2), math.exp(3), math.exp(3))
        figures = (found.mean, found.median, found.geometric_mean)
        hits += [one.low <= true <= one.high for one, true in zip(figures, truth, strict=True)]
    assert (hits / 400 > 0.92).all()
    assert (hits / 400 < 0.99).all()


def test_unknown_times_are_left_out_and_one_time_has_no_interval():
    found = times_of(np.array([10.0, np.nan, 40.0]))
    assert (found.mean.value, found.geometric_mean.value, found.rows) == pytest.approx((25, 20, 2))
    assert times_of(np.array([10.0, np.nan])) is None
    with pytest.raises(Invalid, match="above 0"):
        times_of(np.array([0.0, 3.0]))


def test_idle_gaps_are_capped_and_said():
    seconds = np.array([10.0, 12, 11, 9, 10, 13, 12, 11, 10, 9000, np.nan])
    fixed = cap_idle(seconds, 100)
    assert fixed.seconds[9] == 100
    assert fixed.removed == 8900
    assert fixed.rows.sum() == 1
    assert "100 seconds" in fixed.rule
    robust = cap_idle(seconds)
    assert robust.limit == pytest.approx(11 + 5 * 1.4826)
    assert "median + 5 MAD" in robust.rule
    assert np.isnan(robust.seconds[10])
    assert cap_idle(np.array([1.0, 900.0])).removed == 0
    with pytest.raises(Invalid):
        cap_idle(seconds, 0)


def test_gaps_over_100_seconds_are_not_work():
    assert working_time(np.array([500.0, 0.0, 60.0, 100.0, np.nan, 530.0])) == 130
    assert working_time(np.array([])) == 0


def test_the_agreed_seconds_are_kept_or_not():
    rng = np.random.default_rng(2)
    seconds = rng.lognormal(3, 0.4, 300)
    assert against_agreed(seconds, 22).verdict == "kept"
    slow = against_agreed(seconds, 15)
    assert (slow.verdict, slow.ratio.value) == ("slower", pytest.approx(seconds.mean() / 15))
    assert against_agreed(np.array([np.nan]), 10) is None
    with pytest.raises(Invalid, match="agreed"):
        against_agreed(seconds, 0)


def test_production_at_half_the_time_is_a_ratio_of_a_half_with_the_interval_of_welch():
    rng = np.random.default_rng(3)
    training, production = rng.lognormal(3, 0.5, 60), rng.lognormal(3, 0.5, 90) / 2
    found = phase_ratio(training, production)
    expected = ttest_ind(np.log(production), np.log(training), equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(np.exp([expected.low, expected.high]), rel=0.005)
    assert found.low < 0.5 < found.high
    assert phase_ratio(training[:1], production) is None
    assert phase_ratio(np.array([2.0, 2.0]), np.array([1.0, 1.0])).value == 0.5


def test_throughput_says_how_many_person_days_the_need_takes():
    found = throughput(np.array([380.0, 400, 420]), 80_000)
    assert (found.per_person_day, found.person_days, found.person_days_needed) == (400, 3, 200)
    assert found.low < 400 < found.high
    assert throughput(np.array([400.0]), 10).low is None
    assert throughput(np.array([]), 10) is None
    assert throughput(np.array([0.0]), 10).person_days_needed is None
    with pytest.raises(Invalid):
        throughput(np.array([-1.0]), 10)
