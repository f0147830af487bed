import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.pilots.suspicion import (
    below_reading_time,
    constant_answers,
    fast_and_wrong,
    identical_runs,
    overlapping,
    reading_seconds,
)

RNG = np.random.default_rng(1)
ITEM = np.tile(np.arange(100), 3)
WHO = np.repeat([0, 1, 2], 100)
TRUTH = RNG.integers(0, 4, 100)
LABEL = np.tile(TRUTH, 3)
ORDER = np.tile(np.arange(100.0), 3)


def test_honest_work_raises_no_suspicion():
    assert constant_answers(ITEM, WHO, LABEL) == ()
    assert identical_runs(ITEM, WHO, LABEL, ORDER) == ()
    assert overlapping(ITEM, WHO, ORDER * 10, ORDER * 10 + 10) == ()
    assert fast_and_wrong(ITEM, WHO, np.full(300, 9.0), np.ones(300)) == ()
    assert below_reading_time(ITEM, WHO, np.full(300, 9.0), np.full(300, 2.0)) == ()


def test_one_answer_for_everything_is_found_with_the_items_others_saw_otherwise():
    label = LABEL.copy()
    label[WHO == 1] = 2
    (found,) = constant_answers(ITEM, WHO, label)
    assert (found.annotator, found.rows, found.value) == (1, 100, 0)
    assert set(found.items) <= set(np.nonzero(TRUTH != 2)[0])
    (run,) = identical_runs(ITEM, WHO, label, ORDER) or (None,)
    assert run is None  # a run of all there is says no more than the constant answer


def test_a_long_run_inside_varied_work_is_found():
    label = LABEL.copy()
    label[np.nonzero(WHO == 2)[0][30:60]] = 1
    (found,) = identical_runs(ITEM, WHO, label, ORDER)
    assert found.annotator == 2
    assert found.value >= 30 > found.limit
    assert len(found.items) == 20
    assert set(found.items) <= set(range(25, 65))


def test_two_items_at_once_are_found_and_impossible_times_refused():
    start = ORDER * 10
    end = start + 10
    end[5] += 30
    (found,) = overlapping(ITEM, WHO, start, end)
    assert (found.annotator, found.items) == (0, (6, 7, 8))
    with pytest.raises(Invalid, match="before the start"):
        overlapping(ITEM, WHO, end, start)


def test_fast_and_wrong_needs_both():
    seconds, right = RNG.lognormal(2, 0.3, 300), np.ones(300)
    seconds[WHO == 0] /= 5
    assert fast_and_wrong(ITEM, WHO, seconds, right) == ()
    right[:40] = 0
    (found,) = fast_and_wrong(ITEM, WHO, seconds, right)
    assert (found.annotator, found.rows) == (0, 100)
    assert found.value < 0.4
    assert set(found.items) <= set(range(40))


def test_less_time_than_reading_takes_is_found():
    seconds, words = np.full(300, 30.0), np.full(300, 160)
    seconds[[100, 101, 102]] = 5
    (found,) = below_reading_time(ITEM, WHO, seconds, reading_seconds(words))
    assert (found.annotator, found.rows, found.value, found.items) == (1, 3, 0.03, (0, 1, 2))
    assert below_reading_time(ITEM, WHO, seconds, np.full(300, np.nan)) == ()
