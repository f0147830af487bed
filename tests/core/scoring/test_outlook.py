import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymcdm.methods import PROMETHEE_II, TOPSIS
from pymcdm.normalizations import vector_normalization
from scipy.stats import kendalltau

from app.core.scoring import (
    Candidate,
    Cell,
    RankViews,
    Scorecard,
    rank_order_centroid,
    rank_views,
    second_opinion,
    tornado,
)
from app.core.scoring.methods import kendall, promethee, topsis
from app.core.scoring.robustness import rank_acceptability_ordered
from tests.core.scoring.cases import card, linear, priced, run, vendor

THREE = card((5, [linear("a", 3), linear("b", 1)]), (3, [linear("c")]), (2, [linear("d")]))


def candidates_of(seed: int, count: int) -> list[Candidate]:
    dice = random.Random(seed)
    return [vendor(f"v{i}", **{n: dice.randint(0, 100) for n in "abcd"}) for i in range(count)]


# Tzeng & Huang 2011; Hwang & Yoon 1981, pp. 133–134, whose fourth criterion is a cost (turned round: 1/x would be
# another problem, so its column enters negative, which the vector norm treats alike)
TZENG = ([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], [0.3, 0.4, 0.3], [0.5037, 0.6581, 0.7482, 0.3340])
FIGHTER = (
    [
        [2, 1500, 20000, -5.5, 5, 9],
        [2.5, 2700, 18000, -6.5, 3, 5],
        [1.8, 2000, 21000, -4.5, 7, 7],
        [2.2, 1800, 20000, -5, 5, 5],
    ],
    [0.2, 0.1, 0.1, 0.1, 0.2, 0.3],
    [0.643, 0.268, 0.613, 0.312],
)


@pytest.mark.parametrize(("values", "weights", "published"), [TZENG, FIGHTER])
def test_topsis_gives_the_published_closeness(
    values: list[list[float]], weights: list[float], published: list[float]
) -> None:
    found = topsis(np.array(values, float), np.array(weights))
    assert found.tolist() == pytest.approx(published, abs=6e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_methods_agree_with_another_library(seed: int) -> None:
    dice = np.random.default_rng(seed)
    values = dice.uniform(1, 100, (6, 4))
    weights = dice.dirichlet(np.ones(4))
    theirs = TOPSIS(vector_normalization)(values, weights, np.ones(4))
    assert topsis(values, weights).tolist() == pytest.approx(theirs.tolist())
    flows = PROMETHEE_II("vshape", p=np.full(4, 50.0))(values, weights, np.ones(4))
    assert promethee(values, weights, 50.0).tolist() == pytest.approx(flows.tolist())
    assert kendall(theirs.tolist(), flows.tolist()) == pytest.approx(kendalltau(theirs, flows).statistic)


def test_kendall_knows_ties_and_is_undefined_without_an_order() -> None:
    first, second = [3, 2, 2, 1], [4, 4, 2, 1]
    assert kendall(first, second) == pytest.approx(kendalltau(first, second).statistic)
    assert kendall([1, 1, 1], [1, 2, 3]) is None


def test_second_opinion_stands_beside_the_ranking_and_names_its_leader() -> None:
    analysis = run(THREE, *candidates_of(4, 6), draws=0)
    for opinion in second_opinion(analysis):
        assert opinion.tau is not None
        assert -1 <= opinion.tau <= 1
        assert opinion.agrees is (opinion.leader == analysis.leader)
        assert list(opinion.scores) == sorted(opinion.scores, key=lambda name: -opinion.scores[name])
    assert [one.method for one in second_opinion(analysis)] == ["TOPSIS", "PROMETHEE II"]
    assert second_opinion(run(THREE, *candidates_of(4, 1), draws=0)) == ()


def test_candidates_alike_have_no_second_order() -> None:
    analysis = run(THREE, *[vendor(n, a=50, b=50, c=50, d=50) for n in "pq"], draws=0)
    assert [(one.tau, one.agrees) for one in second_opinion(analysis)] == [(None, True), (None, True)]


def totals_at(scorecard: Scorecard, candidates: list[Candidate], weights: list[float]) -> dict[str, float]:
    tree = card(
        *[(1, [linear(c.id, float(c.weight)) for c in group.criteria]) for group in scorecard.groups],
    )
    found = run(tree, *candidates, draws=0)
    return {
        line.id: sum(w * group.mid for w, group in zip(weights, line.groups.values(), strict=True))
        for line in found.candidates
    }


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_weight_transfer_turns_the_leader_and_anything_less_does_not(seed: int) -> None:
    candidates = candidates_of(seed, 4)
    analysis = run(THREE, *candidates, draws=0)
    leader = analysis.leader
    assert leader is not None
    listed = {(move.source, move.target): move for move in analysis.weight_transfers}
    for d, c in itertools.permutations(range(3), 2):
        source, target = f"g{d}", f"g{c}"
        move = listed.get((source, target))

        def lead(share: float, d: int = d, c: int = c) -> dict[str, float]:
            weights = [0.5, 0.3, 0.2]
            weights[d] -= share
            weights[c] += share
            totals = totals_at(THREE, candidates, weights)
            return {name: total - totals[leader] for name, total in totals.items()}

        if move is None:
            assert max(lead([0.5, 0.3, 0.2][d]).values()) <= 1e-3  # printed scores have four decimals
            continue
        assert lead(move.share)[move.leader_after] == pytest.approx(0, abs=1e-3)
        assert max(lead(move.share).values()) <= 1e-3


def test_rank_views_are_seeded_and_doubly_stochastic() -> None:
    analysis = run(THREE, *candidates_of(7, 5), draws=2000)
    views = rank_views(analysis)
    for view in (views.unknown, views.ordered, views.near):
        table = np.array(list(view.values()))
        assert table.sum(axis=0) == pytest.approx(np.ones(5))
        assert table.sum(axis=1) == pytest.approx(np.ones(5))
    assert rank_views(analysis) == views
    assert views.near == {line.id: line.rank_acceptability for line in analysis.candidates}
    assert rank_views(run(THREE, *candidates_of(7, 5), draws=0)) == RankViews({}, {}, {})


def test_first_place_under_unknown_weights_is_the_exact_pairwise_share_of_two() -> None:
    analysis = run(THREE, *candidates_of(3, 2), draws=40_000)
    exact = {pair.a: pair.share for pair in analysis.pairwise}
    for name, shares in rank_views(analysis).unknown.items():
        assert shares[0] == pytest.approx(exact[name], abs=0.01)


def test_ordered_weights_have_the_rank_order_centroid_as_their_mean() -> None:
    # a candidate that scores only in group g takes rank 1 of two when w_g > 1/2: under order w1 ≥ w2, always g1
    shares = rank_acceptability_ordered([[100, 0], [0, 100]], [0.51, 0.49], draws=1000, seed=1)
    assert shares.tolist() == [[1, 0], [0, 1]]
    equal = rank_acceptability_ordered([[100, 0], [0, 100]], [0.5, 0.5], draws=20_000, seed=1)
    assert equal[0, 0] == pytest.approx(0.5, abs=0.02)
    # w1 uniform on [1/2, 1] given the order: above 3/4, the centroid, half of the time
    first = rank_acceptability_ordered([[100, 0], [75, 75]], [0.6, 0.4], draws=20_000, seed=1)
    assert float(rank_order_centroid(2)[0]) == 0.75
    assert first[0, 0] == pytest.approx(0.5, abs=0.02)


def test_tornado_moves_the_total_to_the_ends_of_each_cell() -> None:
    own = vendor("p", a=Cell(60, 40, 70), b=50, c=Cell(80, 79, 90), d=Cell(status="open"))
    analysis = run(THREE, own, vendor("q", a=55, b=50, c=80, d=60), draws=0)
    swings = tornado(analysis, "p")
    assert [(s.criterion, s.low, s.high) for s in swings] == [
        ("d", -10.0, 10.0),
        ("a", -7.5, 3.75),
        ("c", pytest.approx(-0.3), 3.0),
    ]
    line = analysis.candidate("p")
    assert line.total is not None
    assert line.low == pytest.approx(line.total + sum(s.low for s in swings))
    assert line.high == pytest.approx(line.total + sum(s.high for s in swings))


def test_tornado_of_a_lead_turns_the_rivals_cells_round_and_marks_what_turns_it() -> None:
    analysis = run(
        THREE,
        vendor("p", a=60, b=50, c=80, d=70),
        vendor("q", a=Cell(60, 55, 70), b=50, c=Cell(75, 70, 76), d=70),
        draws=0,
    )
    lead = tornado(analysis, "p", "q")
    assert [(s.candidate, s.criterion, s.low, s.high, s.turns) for s in lead] == [
        ("q", "a", -3.75, 1.875, True),
        ("q", "c", pytest.approx(-0.3), 1.5, False),
    ]
    assert [s.turns for s in tornado(analysis, "q", "p")] == [True, False]
    ratio = priced("price_per_quality_point", 1, 1)
    assert tornado(run(ratio, vendor("p", q=Cell(50, 40, 60), price=2), draws=0), "p") == ()
