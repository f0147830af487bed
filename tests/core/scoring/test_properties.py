"""What must hold for every scorecard and every set of candidates."""

import copy
import itertools
import json
import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.scoring import (
    FULL,
    UNIT,
    Candidate,
    CandidateResult,
    Cell,
    Price,
    analyse,
    to_json,
    value_of,
    weights_of,
    why,
)
from tests.core.scoring.cases import DAY, totals
from tests.core.scoring.strategies import (
    ADDITIVE,
    FIXED,
    RELATIVE,
    Drawn,
    Tree,
    cases,
    cells,
    many,
    numbers,
    ranked,
)


def figures(line: CandidateResult) -> tuple[Any, ...]:
    """Everything about a candidate that does not depend on who else was drawn beside it."""
    return line.status, line.total, line.low, line.high, line.coverage, line.contributions, line.gates


@many
@given(cases(FIXED, least=2), st.data())
def test_a_losing_candidate_changes_nobody_elses_figures(drawn: Drawn, data: st.DataObject) -> None:
    left_out = data.draw(st.sampled_from(drawn.candidates))
    rest = tuple(c for c in drawn.candidates if c is not left_out)
    every, without = ranked(drawn), ranked(drawn, rest)
    for line in without.candidates:
        assert figures(line) == figures(every.candidate(line.id))
    if every.leader not in (None, left_out.id):
        assert without.leader == every.leader


@many
@given(cases(("award_on_value",), limits=False, known=True, least=2), st.data())
def test_award_on_value_shifts_all_totals_alike(drawn: Drawn, data: st.DataObject) -> None:
    assume(drawn.scorecard.price)
    left_out = data.draw(st.sampled_from(drawn.candidates))
    rest = tuple(c for c in drawn.candidates if c is not left_out)
    every, without = totals(ranked(drawn)), totals(ranked(drawn, rest))
    shifts = {name: (total or 0) - (every[name] or 0) for name, total in without.items()}
    assert max(shifts.values()) - min(shifts.values()) < 1e-3


@many
@given(cases(RELATIVE[2:], limits=False, known=True, least=3), st.data())
def test_relative_scale_of_one_figure_never_turns_an_order(drawn: Drawn, data: st.DataObject) -> None:
    left_out = data.draw(st.sampled_from(drawn.candidates))
    rest = tuple(c for c in drawn.candidates if c is not left_out)
    every, without = totals(ranked(drawn)), totals(ranked(drawn, rest))
    for a, b in itertools.permutations(without, 2):
        if (every[a] or 0) > (every[b] or 0) + 0.01:
            assert (without[a] or 0) >= (without[b] or 0) - 0.01


@many
@given(cases())
def test_excluded_candidates_set_no_price(drawn: Drawn) -> None:
    every = ranked(drawn)
    inside = {line.id for line in every.candidates if line.status != "excluded"}
    assume(inside)
    without = ranked(drawn, tuple(c for c in drawn.candidates if c.id in inside))
    for line in without.candidates:
        assert figures(line) == figures(every.candidate(line.id))
        assert (line.rank, line.best_rank, line.worst_rank) == (
            every.candidate(line.id).rank,
            every.candidate(line.id).best_rank,
            every.candidate(line.id).worst_rank,
        )


def shuffled(tree: Tree, dice: random.Random) -> Tree:
    """The same scorecard with groups and criteria in another order."""
    groups = [{**g, "criteria": dice.sample(g["criteria"], len(g["criteria"]))} for g in tree["groups"]]
    return {**tree, "groups": dice.sample(groups, len(groups))}


@many
@given(cases(), st.randoms(use_true_random=False))
def test_order_of_candidates_groups_and_criteria_changes_nothing(drawn: Drawn, dice: random.Random) -> None:
    other = Drawn(shuffled(drawn.tree, dice), tuple(dice.sample(drawn.candidates, len(drawn.candidates))))
    first, second = ranked(drawn), ranked(other)
    for line in first.candidates:
        twin = second.candidate(line.id)
        assert (line.status, line.total, line.low, line.high, line.rank) == (
            twin.status,
            twin.total,
            twin.low,
            twin.high,
            twin.rank,
        )
        assert (line.best_rank, line.worst_rank) == (twin.best_rank, twin.worst_rank)
        assert line.contributions == pytest.approx(twin.contributions, abs=1.1e-4)  # the last digit moves
    assert first.order == second.order
    shares = {(pair.a, pair.b): pair.share for pair in second.pairwise}
    assert {(pair.a, pair.b): pair.share for pair in first.pairwise} == pytest.approx(shares, abs=1e-9)


@many
@given(cases(least=2), st.data())
def test_a_better_cell_never_lowers_the_total(drawn: Drawn, data: st.DataObject) -> None:
    """Also for a lower price, whatever the method."""
    scorecard = drawn.scorecard
    subject = drawn.candidates[0]
    criterion = data.draw(st.sampled_from(scorecard.criteria))
    written = next(c for g in drawn.tree["groups"] for c in g["criteria"] if c["id"] == criterion.id)
    worse, better = (data.draw(cells(written, known=True)) for _ in range(2))
    assert worse is not None
    assert better is not None
    if isinstance(criterion.scale, Price):
        assert isinstance(worse.mid, float)
        assert isinstance(better.mid, float)
        swap = better.mid > worse.mid
    else:
        swap = value_of(criterion, better).mid < value_of(criterion, worse).mid
    if swap:
        worse, better = better, worse
    lines = [
        ranked(
            drawn, (replace(subject, cells={**subject.cells, criterion.id: cell}), *drawn.candidates[1:])
        ).candidate(subject.id)
        for cell in (worse, better)
    ]
    if lines[0].status != "excluded":
        assert lines[1].status != "excluded"
    if lines[0].total is not None and lines[1].total is not None:
        assert lines[1].total >= lines[0].total - rounding(scorecard)


def rounding(scorecard: Any) -> float:
    """Price per quality point divides every cell by the price and rounds it: the sum may move by a digit."""
    price = scorecard.price
    return 1e-4 if price and price.scale.method == "price_per_quality_point" else 0.0


@many
@given(cases())
def test_contributions_sum_to_the_printed_total_exactly(drawn: Drawn) -> None:
    analysis = ranked(drawn)
    for line in analysis.candidates:
        if line.total is None:
            assert (line.contributions, line.groups) == ({}, {})
            continue
        whole = round(line.total * UNIT)
        assert whole / UNIT == line.total
        assert sum(round(part * UNIT) for part in line.contributions.values()) == whole
        assert sum(round(group.contribution * UNIT) for group in line.groups.values()) == whole
    scored = [line.id for line in analysis.candidates if line.total is not None]
    for a, b in itertools.combinations(scored, 2):
        lead = why(analysis, a, b)
        gap = round((analysis.candidate(a).total or 0) * UNIT) - round(
            (analysis.candidate(b).total or 0) * UNIT
        )
        assert sum(round(part * UNIT) for part in lead.criteria.values()) == gap
        assert sum(round(part * UNIT) for part in lead.groups.values()) == gap
        assert round(lead.gap * UNIT) == gap


@many
@given(cases())
def test_low_mid_and_high_stand_in_order_within_the_scale(drawn: Drawn) -> None:
    price = drawn.scorecard.price
    # these two have no end of the scale: their highs count from the mids of the others
    endless = ("award_on_value", "price_per_quality_point")
    bounded = not (price and isinstance(price.scale, Price) and price.scale.method in endless)
    for line in ranked(drawn).candidates:
        assert 0 <= line.coverage <= 1
        for value in line.cells.values():
            assert value.low <= value.mid <= value.high
        if line.low is None or line.high is None:
            continue
        assert line.low <= line.high
        assert line.total is None or line.low <= line.total <= line.high
        if bounded:
            assert line.low >= 0
            assert line.high <= 100


@many
@given(cases())
def test_ranks_follow_totals_and_equal_totals_share_a_rank(drawn: Drawn) -> None:
    analysis = ranked(drawn)
    board = analysis.board
    exact = dict(zip(board.ids, board.totals, strict=True))
    scored = [line for line in analysis.candidates if line.rank is not None]
    for line in scored:
        assert line.rank == 1 + sum(exact[other.id] > exact[line.id] for other in scored)
    assert [line.rank for line in scored] == sorted(line.rank or 0 for line in scored)


@many
@given(cases(("absolute_linear",), limits=False), st.data())
def test_missing_is_neither_zero_nor_full(drawn: Drawn, data: st.DataObject) -> None:
    scorecard = drawn.scorecard
    subject, *others = drawn.candidates
    criterion = data.draw(st.sampled_from(scorecard.criteria))
    rest = {name: cell for name, cell in subject.cells.items() if name != criterion.id}
    assume(any(cell.status in ("verified", "claimed") for cell in rest.values()))
    line = ranked(drawn, (replace(subject, cells=rest), *others)).candidate(subject.id)
    index = list(scorecard.criteria).index(criterion)
    weight = weights_of(scorecard).share(index)
    assert line.cells[criterion.id].mid not in (0, FULL)
    assert (line.cells[criterion.id].low, line.cells[criterion.id].high) == (0, FULL)
    assert line.contributions[criterion.id] == pytest.approx(50 * weight, abs=1e-4)
    assert line.coverage <= 1 - weight + 1e-9
    assert (line.high or 0) - (line.low or 0) >= 100 * weight - 1e-4


@many
@given(cases(), st.sampled_from([0.1, 3, 7, 250]), st.sampled_from([0.1, 3, 7, 250]))
def test_scaling_the_weights_of_a_level_changes_nothing(drawn: Drawn, across: float, inside: float) -> None:
    tree = copy.deepcopy(drawn.tree)
    for group in tree["groups"]:
        group["weight"] = scaled(group["weight"], across)
    for criterion in tree["groups"][0]["criteria"]:
        criterion["weight"] = scaled(criterion["weight"], inside)
    first, second = ranked(drawn, draws=50), ranked(Drawn(tree, drawn.candidates), draws=50)
    assert first.candidates == second.candidates
    assert first.crossovers == second.crossovers
    assert (first.verdict, first.weights, first.exchange_rate) == (
        second.verdict,
        second.weights,
        second.exchange_rate,
    )


def scaled(weight: float, by: float) -> float:
    """The product as a decimal, as a person would write it."""
    return float(Fraction(str(weight)) * Fraction(str(by)))


@many
@given(
    st.lists(st.tuples(numbers, numbers), min_size=2, max_size=4),
    st.integers(-50, 150),
    st.integers(1, 100),
    st.sampled_from([0.001, 0.5, 60, 1000]),
    st.integers(-100, 100),
)
def test_a_change_of_units_changes_nothing(
    rows: list[tuple[float, float]], worst: int, span: int, factor: float, offset: int
) -> None:
    def other(x: float) -> float:
        return float(Fraction(str(x)) * Fraction(str(factor)) + offset)

    plain, changed = (
        Drawn(
            {
                "groups": [
                    {
                        "id": "g",
                        "weight": 1,
                        "criteria": [
                            {
                                "id": "x",
                                "weight": 2,
                                "kind": "linear",
                                "worst": unit(worst),
                                "best": unit(worst + span),
                            },
                            {"id": "y", "weight": 1, "kind": "linear", "worst": -60, "best": 160},
                        ],
                    }
                ]
            },
            tuple(Candidate(f"v{i}", {"x": Cell(unit(x)), "y": Cell(y)}) for i, (x, y) in enumerate(rows)),
        )
        for unit in (float, other)
    )
    assert totals(ranked(plain)) == totals(ranked(changed))


@many
@given(cases(most=5))
def test_result_is_plain_json_without_nan_and_the_same_twice(drawn: Drawn) -> None:
    results = [
        json.dumps(
            to_json(analyse(drawn.scorecard, drawn.candidates, decision_date=DAY, draws=100, seed=3)),
            allow_nan=False,
        )
        for _ in range(2)
    ]
    assert results[0] == results[1]
    found = json.loads(results[0])
    assert sorted(v["id"] for v in found["vendors"]) == sorted(c.id for c in drawn.candidates)
    for excluded in (v for v in found["vendors"] if v["status"] == "excluded"):
        assert excluded["reason"]
        assert [excluded[key] for key in ("total", "rank", "low", "high", "rank_acceptability")] == [None] * 5


def test_the_generators_reach_every_kind_method_and_status() -> None:
    """A property over generators that never draw a case proves nothing about it."""
    seen: set[str] = set()

    @settings(max_examples=300, database=None)
    @given(cases())
    def collect(drawn: Drawn) -> None:
        for group in drawn.tree["groups"]:
            seen.update(c.get("method", c["kind"]) for c in group["criteria"])
        for line in ranked(drawn).candidates:
            seen.update([line.status, *(f"gate {g.state}" for g in line.gates)])
            seen.update(f"minimum {t.state}" for t in line.thresholds)
        seen.update(cell.status for c in drawn.candidates for cell in c.cells.values())

    collect()
    wanted = {
        "linear", "piecewise", "levels", "flag", *FIXED, *RELATIVE, *ADDITIVE, "ranked", "conditional",
        "excluded", "gate pass", "gate fail", "gate unknown", "minimum pass", "minimum fail",
        "minimum unknown", "verified", "claimed", "open", "conflict", "closed_unanswered",
    }  # fmt: skip
    assert wanted <= seen
