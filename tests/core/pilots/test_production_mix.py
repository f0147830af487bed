import math

import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.pilots.production_mix import shrunk, standardise
from app.core.pilots.statistics import wilson


def test_oversampled_edge_cases_are_weighted_back():
    found = standardise({"common": (95, 100), "edge": (60, 100)}, {"common": 95, "edge": 5})
    assert found.value == pytest.approx(0.95 * 0.95 + 0.05 * 0.6)
    assert found.low < found.value < found.high
    assert (found.missing, found.thin) == ((), ())


def test_one_stratum_has_the_wilson_interval():
    found = standardise({"all": (95, 100), "never": (0, 50)}, {"all": 3})
    assert (found.low, found.high) == pytest.approx(wilson(95, 100))


def test_large_strata_have_the_textbook_standard_error():
    pilot, mix = {"a": (9000, 10000), "b": (7000, 10000)}, {"a": 0.8, "b": 0.2}
    found = standardise(pilot, mix)
    error = math.sqrt(0.64 * 0.09 / 10000 + 0.04 * 0.21 / 10000)
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.01)


def test_a_stratum_without_an_error_still_carries_doubt():
    found = standardise({"a": (30, 30), "b": (10, 10)}, {"a": 1, "b": 1})
    assert found.value == 1
    assert found.low < 0.95
    assert found.thin == ("b",)


def test_a_stratum_the_pilot_never_saw_may_be_anything():
    found = standardise({"a": (100, 100)}, {"a": 0.9, "night": 0.1})
    assert found.value is None
    assert found.missing == ("night",)
    assert found.low < 0.9
    assert found.high == 1.0


def test_an_interval_covers_the_production_share_as_often_as_it_says():
    rng = np.random.default_rng(4)
    truth, mix, items = np.array([0.97, 0.8, 0.6]), np.array([0.9, 0.08, 0.02]), np.array([200, 100, 60])
    names = ("a", "b", "c")
    hits = 0
    for _ in range(1000):
        right = rng.binomial(items, truth)
        pilot = {n: (float(r), float(i)) for n, r, i in zip(names, right, items, strict=True)}
        found = standardise(pilot, dict(zip(names, mix, strict=True)))
        hits += found.low <= truth @ mix <= found.high
    assert 0.93 <= hits / 1000 <= 0.98


def test_impossible_counts_and_mixes_are_refused_together():
    with pytest.raises(Invalid) as failure:
        standardise({"a": (5, 3)}, {"a": -1})
    assert [one.where for one in failure.value.problems] == ["pilot[a]", "mix[a]"]
    with pytest.raises(Invalid, match="occurs in production"):
        standardise({"a": (3, 5)}, {})


def test_a_small_class_is_pulled_towards_the_middle():
    assert shrunk(0, 0).value == 0.5
    assert shrunk(3, 3).value == pytest.approx(5 / 7)
    assert shrunk(300, 300).value > 0.99
    assert shrunk(3, 3).low < 0.5
    with pytest.raises(Invalid):
        shrunk(4, 3)
