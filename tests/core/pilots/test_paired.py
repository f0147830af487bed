import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import cochrans_q

from app.core.errors import Invalid
from app.core.pilots import paired


def test_the_published_table_has_newcombe_s_interval():
    found = paired.newcombe_paired(36, 12, 2, 0)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0569, 0.3404), abs=5e-5)


@settings(deadline=None)
@given(*[st.integers(0, 60)] * 4)
def test_any_table_has_an_interval_around_its_difference_and_its_mirror_image(both, only_a, only_b, neither):
    found = paired.newcombe_paired(both, only_a, only_b, neither)
    if both + only_a + only_b + neither == 0:
        assert found is None
        return
    mirror = paired.newcombe_paired(both, only_b, only_a, neither)
    assert -1 <= found.low <= found.value + 1e-12
    assert found.value <= found.high + 1e-12 <= 1 + 1e-12
    assert (mirror.low, mirror.high) == pytest.approx((-found.high, -found.low))


def test_negative_counts_have_no_interval():
    with pytest.raises(Invalid, match="0 or more"):
        paired.newcombe_paired(1, -1, 2, 3)


def test_cochran_s_q_is_that_of_statsmodels():
    rng = np.random.default_rng(1)
    for vendors in (2, 3, 5):
        right = rng.random((60, vendors)) < np.linspace(0.7, 0.9, vendors)
        expected = cochrans_q(right.astype(int))
        found = paired.cochran_q(right)
        assert found.statistic == pytest.approx(expected.statistic)
        assert found.p_value == pytest.approx(expected.pvalue)
        assert found.freedom == vendors - 1


def test_friedman_is_that_of_scipy_with_and_without_ties():
    rng = np.random.default_rng(2)
    for scores in (rng.random((30, 4)), rng.integers(0, 3, (30, 4)).astype(float)):
        expected = stats.friedmanchisquare(*scores.T)
        found = paired.friedman(scores)
        assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue))


def test_vendors_that_never_differ_have_a_p_value_of_1():
    same = np.ones((20, 3))
    assert paired.cochran_q(same.astype(bool)).p_value == 1
    assert paired.friedman(same).p_value == 1


@pytest.mark.parametrize("test", [paired.cochran_q, paired.friedman])
def test_unknown_scores_and_single_vendors_are_refused(test):
    for scores in (np.ones((5, 1)), np.array([[1.0, np.nan]]), np.ones((0, 3))):
        with pytest.raises(Invalid, match="at least two vendors"):
            test(scores)
