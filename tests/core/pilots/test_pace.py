import math

import numpy as np
import pytest
from scipy.stats import ttest_ind

from app.core.errors import Invalid
from app.core.pilots.pace import (
    cap_idle,
    phase_ratio,
    throughput,
    times_of,
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
    wild = times_of(np.array([0.001, 86_400.0])).mean
    assert wild.low < 1e-9
    assert 1e9 < wild.high < math.inf
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


def test_production_at_half_the_time_is_a_ratio_of_a_half_with_the_interval_of_welch():
    rng = np.random.default_rng(3)
    training, production = rng.lognormal(3, 0.5, 60), rng.lognormal(3, 0.5, 90) / 2
    found = phase_ratio(training, production)
    expected = ttest_ind(np.log(production), np.log(training), equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(np.exp([expected.low, expected.high]), rel=0.005)
    assert found.low < 0.5 < found.high
    assert phase_ratio(training[:1], production) is None
    assert phase_ratio(np.array([2.0, 2.0]), np.array([1.0, 1.0])).value == 0.5


def test_throughput_is_over_labelers_and_days():
    found = throughput(np.array([380.0, 400, 420]))
    assert (found.per_person_day, found.person_days) == (400, 3)
    assert found.low < 400 < found.high
    assert throughput(np.array([400.0])).low is None
    assert throughput(np.array([])) is None
    with pytest.raises(Invalid):
        throughput(np.array([-1.0]))
