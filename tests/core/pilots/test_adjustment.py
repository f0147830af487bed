import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from app.core import resampling
from app.core.errors import Invalid
from app.core.pilots import statistics
from app.core.pilots.adjustment import benjamini_hochberg, holm

P_VALUES = (0.01, 0.02, 0.03, 0.005)


def test_the_published_p_values_are_adjusted_as_published():
    assert holm(P_VALUES) == pytest.approx((0.03, 0.04, 0.04, 0.02))
    assert benjamini_hochberg(P_VALUES) == pytest.approx((0.02, 0.0266667, 0.03, 0.02), abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_any_p_values_are_adjusted_as_statsmodels_does(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
    assert benjamini_hochberg(p_values) == pytest.approx(multipletests(p_values, method="fdr_bh")[1])


def test_no_p_values_stay_none_and_impossible_ones_are_refused():
    assert holm([]) == benjamini_hochberg([]) == ()
    for bad in ([1.2], [-0.1], [float("nan")]):
        with pytest.raises(Invalid, match="from 0 to 1"):
            holm(bad)


@pytest.mark.parametrize(("items", "vendors"), [(150, 5), (300, 3)])
def test_equal_vendors_are_called_different_in_at_most_six_of_a_hundred_pilots(items, vendors):
    """The pairwise procedure: mid-p against max-T, and Holm over mid-p; uncorrected tests alarm far too often."""
    rng = np.random.default_rng(11)
    first, second = np.triu_indices(vendors, 1)
    alarms = np.zeros(3)
    for run in range(500):
        easy = rng.beta(9, 1, items)  # items differ in difficulty, the same for all
        right = (rng.random((items, vendors)) < easy[:, None]).astype(float)
        shares = resampling.resampled_sums(right, 1000, resampling.generator(run)) / items
        gap = right.mean(0)[first] - right.mean(0)[second]
        _, _, adjusted = statistics.max_t(shares[:, first] - shares[:, second], gap)
        ahead = ((right[:, first] > right[:, second]).sum(0), (right[:, first] < right[:, second]).sum(0))
        plain = [statistics.mcnemar_midp(int(b), int(c)) for b, c in zip(*ahead, strict=True)]
        alarms += (min(np.maximum(plain, adjusted)) < 0.05, min(holm(plain)) < 0.05, min(plain) < 0.05)
    simultaneous, stepped, uncorrected = alarms / 500
    assert 0 < simultaneous <= 0.06
    assert 0 < stepped <= 0.06
    assert uncorrected > 2 * stepped
