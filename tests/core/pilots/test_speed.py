import numpy as np
import pytest

from app.core.pilots.speed import Work, anomalies, summarise, time_ratio


def work(seconds):
    count = len(seconds)
    return Work(
        np.arange(count),
        np.full(count, -1),
        (),
        np.array(seconds, float),
        np.full(count, -1),
        np.full(count, np.nan),
        np.full(count, np.nan),
    )


def test_known_seconds_give_all_three_means_and_unknown_ones_none():
    found = summarise(np.array([1.0, 10.0, 100.0, np.nan]))
    assert (found.mean, found.median, found.geometric_mean, found.rows) == pytest.approx((37, 10, 10, 3))
    assert summarise(np.array([np.nan])) is None


def test_both_tails_are_found_with_their_items():
    seconds = [10, 11, 9, 10.5, 9.5, 10, 11, 9, 10, 10, 0.5, 300]
    found = anomalies(work(seconds), [f"i{at}" for at in range(12)])
    assert {(one.item, one.tail) for one in found} == {("i10", "fast"), ("i11", "slow")}
    assert all(abs(one.z) > 3.5 for one in found)


def test_few_or_equal_times_give_no_anomaly():
    assert anomalies(work([1, 2, 500]), ["a", "b", "c"]) == ()
    assert anomalies(work([5.0] * 20), [str(at) for at in range(20)]) == ()


def test_twice_as_long_on_every_item_is_a_ratio_of_two():
    logs = np.log(np.array([3.0, 8.0, 20.0, np.nan]))
    found = time_ratio(logs, logs + np.log(2))
    assert (found.value, found.low, found.high, found.items) == pytest.approx((2, 2, 2, 3))
    assert time_ratio(logs[:1], logs[:1]) is None
