"""The same figures as pymcdm and pysensmcda, two libraries of decision analysis, on random problems.

Both work on matrices without gates, intervals or unknown cells, so candidates here are fully known. Their
methods rescale by default; here they get the identity, because the values stand on fixed anchors already.
"""

import warnings
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from pymcdm.correlations import kendall_tau, spearman
from pymcdm.methods import WSM
from pysensmcda.alternative import remove_alternatives
from pysensmcda.criteria import range_modification
from pysensmcda.ranking import ranking_promotion
from pysensmcda.robustness.pairwise_winning_indices import pairwise_winning_indices
from pysensmcda.sampling.dirichlet_weights import dirichlet_weights
from pysensmcda.sampling.uniform_simplex import uniform_simplex
from pysensmcda.smaa.exact_acceptability import exact_acceptability
from pysensmcda.smaa.simulate import simulate

from app.core.scoring import Analysis, Candidate, Cell, weights_of, what_would_it_take
from tests.core.scoring.cases import card, linear, run, totals

# Both warn about a candidate that is best everywhere; that is no fault here.
pytestmark = pytest.mark.filterwarnings("ignore:Alternatives with indices:UserWarning")
Floats = NDArray[np.float64]


def as_stated(column: Floats, cost: bool = False) -> Floats:
    return column


weighted_sum = WSM(as_stated)


class Problem:
    """A random problem: candidates by group and criterion, in both forms."""

    def __init__(self, seed: int, count: int, sizes: tuple[int, ...]) -> None:
        dice = np.random.default_rng(seed)
        self.matrix = dice.integers(0, 1001, (count, sum(sizes))) / 10
        names = [[f"c{g}x{k}" for k in range(size)] for g, size in enumerate(sizes)]
        self.names = [name for group in names for name in group]
        groups = [
            (int(dice.integers(1, 50)), [linear(name, int(dice.integers(1, 50))) for name in group])
            for group in names
        ]
        self.scorecard = card(*groups)
        weights = weights_of(self.scorecard)
        self.weights = np.array([weights.share(i) for i in range(len(self.names))])
        self.group = np.array(weights.group)
        self.types = np.ones(len(self.names))
        self.candidates = [
            Candidate(f"v{i}", {n: Cell(float(x)) for n, x in zip(self.names, row, strict=True)})
            for i, row in enumerate(self.matrix)
        ]

    @property
    def group_scores(self) -> Floats:
        """Candidates × groups: what the group weights multiply."""
        return np.column_stack(
            [
                (self.matrix * self.weights)[:, self.group == g].sum(axis=1)
                / self.weights[self.group == g].sum()
                for g in range(self.group.max() + 1)
            ]
        )

    @property
    def group_weights(self) -> Floats:
        return np.bincount(self.group, weights=self.weights)


@cache
def solved(seed: int, count: int, *sizes: int, draws: int = 0) -> tuple[Problem, Analysis]:
    problem = Problem(seed, count, sizes)
    return problem, run(problem.scorecard, *problem.candidates, draws=draws)


@pytest.mark.parametrize(("count", "sizes"), [(2, (1,)), (6, (2, 3)), (12, (4, 4, 4)), (50, (10,) * 6)])
def test_totals_and_ranks_are_those_of_the_weighted_sum(count: int, sizes: tuple[int, ...]) -> None:
    problem, analysis = solved(1, count, *sizes)
    preferences = weighted_sum(problem.matrix, problem.weights, problem.types)
    found = totals(analysis)
    assert [found[c.id] for c in problem.candidates] == pytest.approx(preferences.tolist(), abs=1e-4)
    ranks = [analysis.candidate(c.id).rank for c in problem.candidates]
    assert ranks == weighted_sum.rank(preferences).astype(int).tolist()


def test_removing_each_candidate_gives_the_totals_of_the_reduced_problems() -> None:
    problem, _ = solved(2, 6, 2, 3)
    for gone, smaller in remove_alternatives(problem.matrix):
        rest = [c for i, c in enumerate(problem.candidates) if i != gone]
        theirs = weighted_sum(smaller, problem.weights, problem.types)
        found = totals(run(problem.scorecard, *rest, draws=0))
        assert [found[c.id] for c in rest] == pytest.approx(theirs.tolist(), abs=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_pairwise_shares_are_the_volumes_of_the_favourable_weights(seed: int) -> None:
    # With two candidates the exact first-rank acceptability is the pairwise share.
    problem, analysis = solved(seed, 4, 2, 2, 1, 3)
    shares = {(pair.a, pair.b): pair.share for pair in analysis.pairwise}
    for a in range(4):
        for b in range(a + 1, 4):
            theirs = exact_acceptability(problem.group_scores[[a, b]], np.ones(4), scaling="none")
            assert [shares[f"v{a}", f"v{b}"], shares[f"v{b}", f"v{a}"]] == pytest.approx(
                theirs.acceptability.tolist(), abs=1e-9
            )


def test_pairwise_shares_are_the_winning_indices_of_a_simulation() -> None:
    problem, analysis = solved(7, 6, 3, 2, 4)
    drawn = simulate(weighted_sum, problem.group_scores, np.ones(3), weights=uniform_simplex(3, 4000, seed=1))
    theirs = pairwise_winning_indices(drawn.require_history("pairwise"))
    for pair in analysis.pairwise:
        assert pair.share == pytest.approx(theirs[int(pair.a[1:]), int(pair.b[1:])], abs=0.03)


def test_rank_acceptability_is_that_of_a_simulation_near_the_stated_weights() -> None:
    problem, analysis = solved(5, 6, 3, 2, 4, draws=10_000)
    weights = dirichlet_weights(3, 10_000, analysis.settings.concentration * problem.group_weights, seed=3)
    theirs = simulate(weighted_sum, problem.group_scores, np.ones(3), weights=weights).rank_acceptability()
    ours = np.array([analysis.candidate(c.id).rank_acceptability for c in problem.candidates])
    assert ours == pytest.approx(theirs, abs=0.03)  # four standard errors of the difference
    assert ((ours > 0.05) & (ours < 0.95)).sum() >= 4  # otherwise nothing is compared


def test_winner_maps_name_the_winner_at_every_modified_weight() -> None:
    # Two criteria: with one of them moved, the other takes the rest, in either library.
    problem, analysis = solved(11, 8, 1, 1)
    ranges = np.array([[0.02, 0.98], [0.02, 0.98]])
    seen = set()
    for criterion, _, weights in range_modification(problem.weights, ranges, step=0.04):
        preferences = weighted_sum(problem.matrix, weights, problem.types)
        at = weights[criterion]
        segments = analysis.winner_maps[problem.names[criterion]]
        leader = next(s.leader for s in segments if s.start <= at <= s.end)
        assert preferences[int(leader[1:])] == pytest.approx(preferences.max(), abs=1e-9)
        seen.add(leader)
    assert len(seen) > 1  # otherwise nothing is compared


def test_single_changes_are_where_a_stepwise_search_finds_the_first_place() -> None:
    problem, analysis = solved(10, 5, 2, 2)
    preferences = weighted_sum(problem.matrix, problem.weights, problem.types)
    step = 0.5
    arguments = {"matrix": problem.matrix, "weights": problem.weights, "types": problem.types}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = ranking_promotion(
            problem.matrix,
            weighted_sum.rank(preferences).astype(int),
            weighted_sum,
            arguments,
            True,
            problem.types.astype(int),
            step,
            bounds=np.full(len(problem.names), 100 + step),
            return_zeros=False,
        )
    reached = {(a, c): value for a, c, value, position in found if position == 1}
    checked = 0
    for a, candidate in enumerate(problem.candidates):
        if candidate.id == analysis.leader:
            continue
        ours = {change.criterion: change for change in what_would_it_take(analysis, candidate.id)}
        for c, name in enumerate(problem.names):
            if name not in ours:
                assert reached.get((a, c), 101) > 100
                continue
            assert reached[a, c] - step - 1e-4 <= ours[name].needs_points <= reached[a, c] + 1e-4
            checked += 1
    assert checked > 3


def test_order_agrees_with_the_rank_correlations_of_another_library() -> None:
    problem, analysis = solved(9, 12, 3, 3)
    preferences = weighted_sum(problem.matrix, problem.weights, problem.types)
    ours = np.array([analysis.candidate(c.id).rank or 0 for c in problem.candidates])
    theirs = weighted_sum.rank(preferences)
    assert kendall_tau(ours, theirs) == pytest.approx(1)
    assert spearman(ours, theirs) == pytest.approx(1)
