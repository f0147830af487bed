import itertools
import json
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymcdm.methods import WSM

from app.core.errors import Conflict, Invalid
from app.core.scoring import (
    Analysis,
    Candidate,
    Cell,
    Scorecard,
    Settings,
    analyse,
    leave_one_out,
    rank_order_centroid,
    swing_weights,
    to_json,
    weights_of,
    what_would_it_take,
    why,
)
from app.core.scoring.explain import rank_intervals, value_of_information
from app.core.scoring.robustness import pairwise_shares, rank_acceptability
from tests.core.scoring.cases import DAY, card, linear, priced, run, totals, vendor

TWO = card((60, [linear("x")]), (40, [linear("y")]))
SIX = card((5, [linear("a", 3), linear("b", 1)]), (3, [linear("c", 2), linear("d", 5)]), (2, [linear("e")]))
NAMES = "abcde"


def random_candidates(seed: int, count: int, *, spread: int = 0) -> list[Candidate]:
    dice = random.Random(seed)
    found = []
    for i in range(count):
        cells = {}
        for name in NAMES:
            mid = dice.randint(0, 100)
            cells[name] = Cell(
                mid, max(0, mid - dice.randint(0, spread)), min(100, mid + dice.randint(0, spread))
            )
        found.append(Candidate(f"v{i}", cells))
    return found


@pytest.mark.parametrize(
    ("first", "second", "verdict", "winner"),
    [
        ({"x": 50, "y": 50}, {"x": 50, "y": 50}, "tie", None),
        ({"x": 50, "y": 50}, {"x": 50, "y": 49.8}, "tie", None),  # 0.08 points apart
        ({"x": 50, "y": 50}, {"x": 50, "y": 49.75}, "certain", "p"),  # exactly the step of 0.1
        ({"x": 80, "y": 80}, {"x": 60, "y": 60}, "certain", "p"),
        ({"x": Cell(80, 60, 90), "y": 80}, {"x": Cell(60, 50, 80), "y": 60}, "robust", "p"),
        ({"x": Cell(80, 60, 90), "y": 50}, {"x": Cell(60, 50, 80), "y": 75}, "sensitive", "p"),
    ],
)
def test_verdict_is_the_first_word_that_applies(
    first: dict[str, Any], second: dict[str, Any], verdict: str, winner: str | None
) -> None:
    analysis = run(TWO, vendor("p", **first), vendor("q", **second))
    assert (analysis.verdict, analysis.order, analysis.winner) == (verdict, verdict, winner)


def test_unknown_gate_of_the_leader_makes_the_verdict_conditional() -> None:
    scorecard = card((1, [linear("x")]), requirements=[{"id": "r", "certificate": "soc2"}])
    analysis = run(scorecard, vendor("p", x=80), vendor("q", x=60))
    assert (analysis.verdict, analysis.order, analysis.winner) == ("conditional", "certain", "p")


def test_crossover_near_the_stated_weight_makes_the_order_sensitive() -> None:
    # equal at a weight of 0.5 for x; stated 0.6, so a change of a sixth turns the order
    analysis = run(TWO, vendor("p", x=Cell(60, 50, 90), y=50), vendor("q", x=50, y=60))
    assert [round(c.weight_at_change, 9) for c in analysis.crossovers if c.what == "x"] == [0.5]
    assert analysis.order == "sensitive"
    wide = Settings(crossover_margin=0.1, robust_share=0.5)
    assert (
        run(TWO, vendor("p", x=Cell(60, 50, 90), y=50), vendor("q", x=50, y=60), settings=wide).order
        == "robust"
    )


def test_tie_is_real_where_floats_would_rank() -> None:
    third = card((1, [linear("x", 0.1, best=1), linear("y", 0.2, best=1), linear("z", 0.3, best=1)]))
    analysis = run(third, vendor("p", x=1, y=1, z=0), vendor("q", x=0, y=0, z=1))
    assert analysis.candidate("p").total == analysis.candidate("q").total == 50.0
    assert [line.rank for line in analysis.candidates] == [1, 1]
    assert analysis.pairwise[0].share == pytest.approx(0.5)


@pytest.mark.parametrize("count", [0, 1])
def test_few_candidates_give_a_sensible_result(count: int) -> None:
    analysis = run(TWO, *[vendor("p", x=50, y=50)][:count])
    assert analysis.winner == ("p" if count else None)
    assert analysis.verdict == ("certain" if count else None)
    assert analysis.warnings
    assert to_json(analysis)["pairwise"] == []


def test_all_excluded_leaves_nobody_and_says_why() -> None:
    analysis = run(card((1, [linear("x")]), minimum=60), vendor("p", x=10), vendor("q", x=59))
    assert (analysis.winner, analysis.verdict, analysis.exchange_rate) == (None, None, None)
    assert all(line.reason and line.rank is None for line in analysis.candidates)


def test_candidate_without_any_evidence_has_no_score_and_blocks_certainty() -> None:
    analysis = run(TWO, vendor("p", x=80, y=80), vendor("q", x=10, y=10), Candidate("nobody"))
    line = analysis.candidate("nobody")
    assert (line.status, line.total, line.rank, line.coverage) == ("conditional", None, None, 0)
    assert (line.best_rank, line.worst_rank) == (1, 3)
    assert analysis.order == "robust"
    with pytest.raises(Conflict, match="no score"):
        why(analysis, "p", "nobody")


def test_silence_is_not_renormalised_away() -> None:
    # decision.md section 5: (.9, ?) must not beat an honest (.8, .8)
    half = card((1, [linear("x")]), (1, [linear("y")]))
    analysis = run(half, vendor("silent", x=90), vendor("honest", x=80, y=80))
    line = analysis.candidate("silent")
    assert (line.low, line.high, line.coverage) == (45.0, 95.0, 0.5)
    assert analysis.leader == "honest"
    assert analysis.order != "certain"
    assert (analysis.open_questions[0].candidate, analysis.open_questions[0].criterion) == ("silent", "y")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6))
def test_adding_or_removing_a_candidate_changes_nobody_else(seed: int, count: int) -> None:
    candidates = random_candidates(seed, count)
    every = totals(run(SIX, *candidates, draws=0))
    for left_out in candidates:
        rest = [c for c in candidates if c is not left_out]
        assert totals(run(SIX, *rest, draws=0)) == {k: v for k, v in every.items() if k != left_out.id}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.randoms())
def test_order_of_arrival_does_not_matter(seed: int, dice: random.Random) -> None:
    candidates = random_candidates(seed, 5)
    shuffled = dice.sample(candidates, 5)
    first, second = run(SIX, *candidates, draws=200), run(SIX, *shuffled, draws=200)
    lines = {line.id: line for line in second.candidates}
    assert all(line == lines[line.id] for line in first.candidates)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(NAMES), st.integers(1, 50))
def test_a_better_value_never_worsens_the_rank(seed: int, criterion: str, more: int) -> None:
    candidates = random_candidates(seed, 5)
    before = run(SIX, *candidates, draws=0).candidate("v0").rank
    mid = candidates[0].cells[criterion].mid
    assert isinstance(mid, int)
    better = Candidate("v0", {**candidates[0].cells, criterion: Cell(min(100, mid + more))})
    after = run(SIX, better, *candidates[1:], draws=0).candidate("v0").rank
    assert before is not None
    assert after is not None
    assert after <= before


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_printed_parts_add_up(seed: int) -> None:
    thirds = card(
        (1, [linear("a", 1, 0, 7), linear("b", 1, 0, 3)]), (2, [linear(n, 1, 0, 11) for n in "cde"])
    )
    for line in run(thirds, *random_candidates(seed, 3), draws=0).candidates:
        assert line.total is not None
        assert round(sum(line.contributions.values()), 4) == line.total
        assert round(sum(group.contribution for group in line.groups.values()), 4) == line.total


@pytest.mark.filterwarnings("ignore:Alternatives with indices:UserWarning")  # a dominant one is no fault here
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_totals_agree_with_a_weighted_sum_of_another_library(seed: int) -> None:
    candidates = random_candidates(seed, 6)
    weights = weights_of(SIX)
    matrix = np.array([[float(c.cells[n].mid or 0) for n in NAMES] for c in candidates])  # type: ignore[arg-type]
    shares = np.array([weights.share(i) for i in range(5)])
    theirs = WSM(lambda column, cost=False: column / 100)(matrix, shares, np.ones(5)) * 100
    ours = totals(run(SIX, *candidates, draws=0))
    assert [ours[c.id] for c in candidates] == pytest.approx(theirs.tolist(), abs=5e-4)


def total_at(scorecard: Scorecard, candidate: Candidate, criterion: str, t: float) -> float:
    weights = weights_of(scorecard)
    at = [c.id for c in scorecard.criteria].index(criterion)
    rest = 1 - weights.share(at)
    return sum(
        (t if i == at else weights.share(i) * (1 - t) / rest) * float(candidate.cells[name].mid or 0)
        for i, name in enumerate(NAMES)
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_winner_maps_name_the_true_leader_and_totals_meet_at_their_borders(seed: int) -> None:
    candidates = random_candidates(seed, 5)
    analysis = run(SIX, *candidates, draws=0)
    for criterion, segments in analysis.winner_maps.items():
        assert [segments[0].start, segments[-1].end] == [0, 1]
        for before, after in itertools.pairwise(segments):
            assert before.end == after.start
            pair = [next(c for c in candidates if c.id == s.leader) for s in (before, after)]
            meet = [total_at(SIX, c, criterion, before.end) for c in pair]
            assert meet[0] == pytest.approx(meet[1], abs=1e-9)
        for segment in segments:
            middle = (segment.start + segment.end) / 2
            best = max(total_at(SIX, c, criterion, middle) for c in candidates)
            leader = next(c for c in candidates if c.id == segment.leader)
            assert total_at(SIX, leader, criterion, middle) == pytest.approx(best, abs=1e-9)


def test_group_map_moves_the_whole_group() -> None:
    analysis = run(TWO, vendor("p", x=60, y=50), vendor("q", x=50, y=60))
    assert [(s.leader, s.end) for s in analysis.group_winner_maps["g0"]] == [("q", 0.5), ("p", 1.0)]
    assert any("group g0" in warning for warning in analysis.warnings)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5))
def test_rank_intervals_are_those_of_brute_force(ends: list[tuple[int, int]]) -> None:
    spans = [(min(pair), max(pair)) for pair in ends]
    seen: list[set[int]] = [set() for _ in spans]
    for point in itertools.product(*spans):
        for i, own in enumerate(point):
            seen[i].add(1 + sum(other > own for other in point))
    found = rank_intervals([low for low, _ in spans], [high for _, high in spans])
    assert found == [(min(ranks), max(ranks)) for ranks in seen]


def test_pairwise_shares_match_sampling_and_add_up_to_one() -> None:
    generator = np.random.default_rng(3)
    values = generator.uniform(0, 100, (6, 7))
    values[3] = values[2]
    values[4, 0] = values[5, 0]
    shares = pairwise_shares(values.tolist())
    assert shares + shares.T == pytest.approx(np.ones((6, 6)))
    drawn = generator.dirichlet(np.ones(7), 200_000) @ values.T
    sampled = (drawn[:, :, None] > drawn[:, None, :]).mean(axis=0)
    off = ~np.eye(6, dtype=bool)
    off[2, 3] = off[3, 2] = False
    assert np.abs(shares - sampled)[off].max() < 0.005
    assert shares[2, 3] == 0.5


def test_pairwise_share_of_two_groups_is_the_length_of_the_segment() -> None:
    assert pairwise_shares([[3, 0], [0, 1]])[0, 1] == pytest.approx(0.75)


def test_rank_acceptability_is_doubly_stochastic_and_seeded() -> None:
    values = np.random.default_rng(5).uniform(0, 100, (5, 4))
    values[1] = values[0]
    first = rank_acceptability(values.tolist(), [0.4, 0.3, 0.2, 0.1], draws=3000, seed=7, concentration=40)
    again = rank_acceptability(values.tolist(), [0.4, 0.3, 0.2, 0.1], draws=3000, seed=7, concentration=40)
    other = rank_acceptability(values.tolist(), [0.4, 0.3, 0.2, 0.1], draws=3000, seed=8, concentration=40)
    assert (first == again).all()
    assert (first != other).any()
    assert first.sum(axis=0) == pytest.approx(np.ones(5))
    assert first.sum(axis=1) == pytest.approx(np.ones(5))
    assert (first[0] == first[1]).all()


def test_wider_draws_find_more_first_places_for_the_second() -> None:
    values = [[60.0, 50.0], [50.0, 60.0]]
    near, far = (
        rank_acceptability(values, [0.6, 0.4], draws=4000, seed=0, concentration=k)[1, 0] for k in (400, 10)
    )
    assert near < 0.01 < 0.2 < far


def test_value_of_information_matches_sampling() -> None:
    gap, spread = 1.5, 2.0
    drawn = np.random.default_rng(0).normal(0, spread, 400_000)
    assert value_of_information(gap, spread) == pytest.approx(np.maximum(drawn - gap, 0).mean(), rel=0.02)
    assert value_of_information(gap, 0) == 0


@pytest.mark.parametrize(
    ("count", "published"),
    [
        (3, [0.6111, 0.2778, 0.1111]),
        (4, [0.5208, 0.2708, 0.1458, 0.0625]),
        (5, [0.4567, 0.2567, 0.1567, 0.0900, 0.0400]),
    ],
)
def test_rank_order_centroid_gives_the_published_weights(count: int, published: list[float]) -> None:
    # Edwards & Barron 1994
    assert [round(float(w), 4) for w in rank_order_centroid(count)] == published
    assert sum(rank_order_centroid(count)) == 1


def test_two_level_weights_are_the_published_shares() -> None:
    # UC CalUsource: category 75 %, criteria 20/25/30/25 % of it
    nested = card(
        (75, [linear(n, w) for n, w in zip("abcd", (20, 25, 30, 25), strict=True)]), (25, [linear("e")])
    )
    weights = weights_of(nested)
    assert [weights.share(i) for i in range(4)] == [0.15, 0.1875, 0.225, 0.1875]
    assert [float(share) for share in swing_weights([100, 60, 40])] == [0.5, 0.3, 0.2]


def test_why_adds_up_by_criterion_and_by_group() -> None:
    analysis = run(SIX, *random_candidates(11, 4))
    first, second = (line.id for line in analysis.candidates[:2])
    lead = why(analysis, first, second)
    gap = (analysis.candidate(first).total or 0) - (analysis.candidate(second).total or 0)
    assert (
        round(sum(lead.criteria.values()), 4)
        == round(sum(lead.groups.values()), 4)
        == lead.gap
        == round(gap, 4)
    )
    assert list(lead.groups.values()) == sorted(lead.groups.values(), reverse=True)


def test_single_change_in_natural_units_brings_the_candidate_level() -> None:
    days = {"id": "days", "weight": 1, "kind": "linear", "worst": 60, "best": 10}
    scorecard = card((1, [days]), (3, [linear("q")]))
    analysis = run(scorecard, vendor("p", days=50, q=80), vendor("q", days=20, q=72))
    (quality, faster) = what_would_it_take(analysis, "p")
    assert (quality.criterion, faster.criterion) == ("q", "days")
    assert faster.needs == pytest.approx(32)
    assert (faster.has, faster.has_points, faster.needs_points) == (50, 20.0, 56.0)
    level = run(scorecard, vendor("p", days=faster.needs, q=80), vendor("q", days=20, q=72))
    assert level.candidate("p").total == level.candidate("q").total
    assert what_would_it_take(analysis, "q") == ()


def test_draws_and_seed_out_of_range_are_refused_together() -> None:
    with pytest.raises(Invalid) as caught:
        run(TWO, vendor("p", x=1, y=1), draws=-1, seed=-1)
    assert [p.where for p in caught.value.problems] == ["draws", "seed"]


def test_published_keys_stand_first_and_as_agreed() -> None:
    analysis: Analysis = analyse(
        priced("absolute_linear", 1, 1, target=1, cap=3),
        [vendor("p", q=50, price=2)],
        decision_date=DAY,
        draws=10,
    )
    found = to_json(analysis)
    assert list(found)[:14] == [
        "schema", "engine", "seed", "draws", "winner", "verdict", "order", "vendors", "crossovers", "winner_maps",
        "pairwise", "open_questions", "exchange_rate", "warnings",
    ]  # fmt: skip
    assert list(found["vendors"][0])[:13] == [
        "id", "status", "reason", "total", "low", "high", "rank", "best_rank", "worst_rank", "coverage",
        "contributions", "gates", "rank_acceptability",
    ]  # fmt: skip
    assert list(found)[14:] == [
        "lead", "weight_transfers", "tornado", "what_would_have_to_be_true", "second_opinion", "price",
    ]  # fmt: skip
    assert list(found["vendors"][0])[13:] == ["rank_acceptability_unknown", "rank_acceptability_ordered"]


def test_every_explanation_is_plain_json() -> None:
    more = {"target": 1, "cap": 3, "currency": "EUR"}
    scorecard = priced("absolute_linear", 1, 1, **more)
    p, q = vendor("p", q=Cell(50, 40, 60), price=2), vendor("q", q=60, price=3)
    found = json.loads(json.dumps(to_json(run(scorecard, p, q)), allow_nan=False))
    assert (found["lead"]["leader"], found["lead"]["reasons"], found["lead"]["dearer"]) == (
        "p",
        ["price"],
        -1,
    )
    assert found["weight_transfers"] == [
        {"from": "g1", "to": "g0", "share": pytest.approx(1 / 3), "leader_after": "q"}
    ]
    assert found["tornado"] == [{"vendor": "p", "criterion": "q", "low": -5, "high": 5, "turns": False}]
    (turn,) = found["what_would_have_to_be_true"]
    assert [change["needs"] for change in turn["single"] if change["criterion"] == "price"] == [2.2]
    assert [one["method"] for one in found["second_opinion"]] == ["TOPSIS", "PROMETHEE II"]
    assert found["price"]["lines"][0]["arithmetic"] == "100 × (3 − 2) ÷ (3 − 1), kept in 0 to 100 = 50.0000"


def test_leaving_an_evaluator_out_names_the_leader_and_the_lead_of_the_others() -> None:
    analysis = run(TWO, vendor("p", x=80, y=50), vendor("q", x=60, y=60), draws=0)
    without = {
        "mild": [vendor("p", x=50, y=50), vendor("q", x=60, y=60)],
        "harsh": [vendor("p", x=90, y=50), vendor("q", x=60, y=60)],
        "only": [Candidate("p"), Candidate("q")],
    }
    found = leave_one_out(analysis, without)
    assert [(one.evaluator, one.leader, one.lead, one.changes) for one in found] == [
        ("mild", "q", 10.0, True),
        ("harsh", "p", 14.0, False),
        ("only", None, None, True),
    ]
    with pytest.raises(Invalid, match="no criterion"):
        leave_one_out(analysis, {"e": [vendor("p", z=1)]})
