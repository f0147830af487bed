"""Second opinion, views of rank acceptability and weight transfers against pymcdm, pysensmcda and scipy."""

import numpy as np
import pytest
from pymcdm.methods import PROMETHEE_II, TOPSIS
from pymcdm.normalizations import vector_normalization
from pysensmcda.sampling.ordered_simplex import ordered_simplex
from pysensmcda.smaa.exact_acceptability import exact_acceptability
from pysensmcda.smaa.simulate import simulate
from scipy.stats import kendalltau

from app.core.scoring import rank_views, second_opinion
from app.core.scoring.methods import kendall, promethee, topsis
from tests.core.scoring.test_oracles import solved, weighted_sum

pytestmark = pytest.mark.filterwarnings("ignore:Alternatives with indices:UserWarning")


@pytest.mark.parametrize("seed", range(5))
def test_topsis_is_that_of_another_library(seed: int) -> None:
    problem, _ = solved(seed, 8, 3, 2)
    theirs = TOPSIS(vector_normalization)(problem.matrix, problem.weights, problem.types)
    assert topsis(problem.matrix, problem.weights) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_promethee_is_that_of_another_library(seed: int) -> None:
    problem, _ = solved(seed, 8, 3, 2)
    full = np.full(len(problem.names), 50.0)
    theirs = PROMETHEE_II("vshape", p=full)(problem.matrix, problem.weights, problem.types)
    assert promethee(problem.matrix, problem.weights, 50.0) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_kendall_with_ties_is_that_of_scipy(seed: int) -> None:
    dice = np.random.default_rng(seed)
    first, second = dice.integers(0, 5, 12), dice.integers(0, 5, 12)
    assert kendall(first.tolist(), second.tolist()) == pytest.approx(kendalltau(first, second).statistic)


def test_second_opinion_reports_the_tau_of_the_two_orders() -> None:
    problem, analysis = solved(4, 10, 3, 3)
    totals = weighted_sum(problem.matrix, problem.weights, problem.types)
    theirs = TOPSIS(vector_normalization)(problem.matrix, problem.weights, problem.types)
    found = next(one for one in second_opinion(analysis) if one.method == "TOPSIS")
    assert found.tau == pytest.approx(kendalltau(totals, theirs).statistic)
    assert found.leader == f"v{int(np.argmax(theirs))}"


def test_view_of_unknown_weights_has_the_exact_chances_of_the_first_rank() -> None:
    problem, analysis = solved(5, 6, 3, 2, 4, draws=10_000)
    exact = exact_acceptability(problem.group_scores, np.ones(3), scaling="none").acceptability
    found = rank_views(analysis).unknown
    assert [found[c.id][0] for c in problem.candidates] == pytest.approx(exact.tolist(), abs=0.02)
    assert ((exact > 0.05) & (exact < 0.95)).sum() >= 2  # otherwise nothing is compared


def test_view_of_ordered_weights_is_that_of_a_simulation() -> None:
    problem, analysis = solved(5, 6, 3, 2, 4, draws=10_000)
    weights = ordered_simplex(3, 10_000, order=np.argsort(-problem.group_weights), seed=2)
    theirs = simulate(weighted_sum, problem.group_scores, np.ones(3), weights=weights).rank_acceptability()
    found = rank_views(analysis).ordered
    assert np.array([found[c.id] for c in problem.candidates]) == pytest.approx(theirs, abs=0.03)
