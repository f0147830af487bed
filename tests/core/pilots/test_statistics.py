import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from scipy.stats import t as student
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from app.core import resampling
from app.core.pilots import statistics


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        (95, 100, 0.888250, 0.978456),
        (0, 100, 0.0, 0.036993),
        (190, 200, 0.910, 0.973),
        (475, 500, 0.927, 0.966),
        (950, 1000, 0.935, 0.962),
    ],
)
def test_published_shares_give_the_published_wilson_interval(right, of, low, high):
    assert statistics.wilson(right, of) == pytest.approx((low, high), abs=6e-4)


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(1, 500))
def test_any_share_has_the_wilson_interval_of_statsmodels(right, of):
    right = min(right, of)
    expected = proportion_confint(right, of, method="wilson")
    assert statistics.wilson(right, of) == pytest.approx(expected, abs=1e-9)


def test_no_trials_give_no_interval():
    assert statistics.wilson(0, 0) is None


@pytest.mark.parametrize(
    ("b", "c", "p"), [(10, 2, 0.0224609), (25, 10, 0.0106), (7, 7, 1.0), (0, 0, 1.0), (0, 5, 0.03125)]
)
def test_discordant_counts_give_the_published_mid_p(b, c, p):
    if (b, c) == (25, 10):
        p = 0.0166738 - binom.pmf(10, 35, 0.5)  # the published exact value less the observed term
    assert statistics.mcnemar_midp(b, c) == pytest.approx(p, rel=1e-5)


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(0, 400))
def test_any_discordant_counts_agree_with_the_exact_test_of_statsmodels(b, c):
    if b == c:
        assert statistics.mcnemar_midp(b, c) == 1.0
        return
    exact = mcnemar([[0, b], [c, 0]], exact=True).pvalue
    expected = exact - binom.pmf(min(b, c), b + c, 0.5)
    assert statistics.mcnemar_midp(b, c) == pytest.approx(expected, rel=1e-7, abs=1e-300)


def test_many_discordant_items_do_not_overflow():
    assert statistics.mcnemar_midp(60_000, 60_100) == pytest.approx(0.773, abs=0.01)


@pytest.mark.parametrize(
    ("items", "discordant", "pairs", "points"),
    [
        (100, 0.10, 1, 8.8),
        (100, 0.20, 1, 12.4),
        (200, 0.05, 1, 4.4),
        (300, 0.10, 1, 5.1),
        (300, 0.20, 1, 7.2),
        (300, 0.10, 6, 6.3),
        (300, 0.10, 10, 6.6),
        (1000, 0.10, 10, 3.6),
    ],
)
def test_the_planning_table_gives_the_detectable_difference(items, discordant, pairs, points):
    found = statistics.detectable_paired(items, discordant, pairs)
    assert found is not None
    assert round(100 * found, 1) == points


def test_a_small_pilot_with_few_differences_can_detect_nothing():
    assert statistics.detectable_paired(100, 0.05) is None
    assert statistics.detectable_paired(100, 0.0) is None


def test_resampled_sums_have_the_mean_and_spread_of_the_bootstrap():
    rng = resampling.generator(1)
    rows = np.column_stack([np.arange(300) % 2, rng.random(300)])
    for some in (rows[:, :1].astype(float), rows):  # few distinct rows, many distinct rows
        sums = resampling.resampled_sums(some, 4000, resampling.generator(2)) / len(some)
        assert sums.mean(0) == pytest.approx(some.mean(0), abs=0.002)
        assert sums.std(0) == pytest.approx(some.std(0) / 300**0.5, rel=0.05)


def test_max_t_intervals_are_wider_than_single_ones_and_agree_with_their_p_values():
    rng = np.random.default_rng(3)
    estimate = np.array([0.0, 0.05, 0.2])
    replicates = estimate + rng.normal(0, 0.04, (5000, 3))
    low, high, p = statistics.max_t(replicates, estimate)
    single = np.quantile(replicates, [0.025, 0.975], axis=0)
    assert (high - low > single[1] - single[0]).all()
    assert ((p < 0.05) == ((low > 0) | (high < 0))).all()
    assert p[2] < 0.001 < 0.3 < p[1]


def test_equal_vendors_share_the_chance_of_being_best():
    replicates = np.array([[0.9, 0.9, 0.1], [0.8, 0.9, 0.2]])
    assert statistics.best_shares(replicates).tolist() == [0.25, 0.75, 0.0]


def test_groups_are_the_largest_sets_that_cannot_be_told_apart():
    same = np.eye(4, dtype=bool)
    for a, b in ((0, 1), (1, 2)):
        same[a, b] = same[b, a] = True
    assert statistics.indistinct_groups([0, 1, 2, 3], same) == [[0, 1], [1, 2], [3]]


def test_annotators_give_the_t_interval_of_their_means_when_they_did_equally_much():
    shares = np.array([0.80, 0.90, 0.94, 0.88])
    right = np.concatenate([np.arange(100) < round(100 * one) for one in shares]).astype(float)
    value = right.mean()
    found = statistics.cluster_interval(value, (right - value) / len(right), np.repeat(np.arange(4), 100))
    half = student.ppf(0.975, 3) * shares.std(ddof=1) / 2
    assert found == pytest.approx((max(0, value - half), min(1, value + half)))


def test_two_annotators_give_no_interval_for_the_vendor_in_general():
    assert statistics.cluster_interval(0.9, np.zeros(10), np.repeat([0, 1], 5)) is None
    assert statistics.cluster_interval(0.9, np.zeros(10), np.full(10, -1)) is None
