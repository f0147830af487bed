import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Conflict
from app.core.scoring import (
    Analysis,
    Candidate,
    Cell,
    Scorecard,
    describe,
    parse_scorecard,
    turnaround,
    what_would_it_take,
)
from tests.core.scoring.cases import card, linear, priced, run, vendor

MIXED = card(
    (
        5,
        [
            linear("a", 3),
            linear("b", 2, worst=60, best=10),
            {"id": "c", "weight": 2, "kind": "levels", "levels": {"no": 0, "some": 40, "most": 90}},
        ],
    ),
    (
        3,
        [
            {"id": "d", "weight": 2, "kind": "flag"},
            {"id": "e", "weight": 1, "kind": "piecewise", "knots": [[0, 0], [5, 60], [9, 80]]},
        ],
    ),
)
METHODS: dict[str, dict[str, Any]] = {
    "absolute_linear": {"target": 10, "cap": 110},
    "lowest_price_ratio": {},
    "award_on_value": {"points_worth": 2},
    "price_per_quality_point": {},
    "lowest_price_technically_acceptable": {},
}


def mixed_candidates(seed: int, count: int = 3) -> list[Candidate]:
    dice = random.Random(seed)
    return [
        vendor(
            f"v{i}",
            a=dice.randint(0, 100),
            b=dice.randint(10, 60),
            c=dice.choice(["no", "some", "most"]),
            d=dice.random() < 0.5,
            e=dice.randint(0, 9),
        )
        for i in range(count)
    ]


def changed(candidate: Candidate, *changes: tuple[str, Any]) -> Candidate:
    return Candidate(candidate.id, {**candidate.cells, **{name: Cell(value) for name, value in changes}})


def gap_after(scorecard: Scorecard, candidates: list[Candidate], new: Candidate, rival: str) -> float:
    analysis = run(scorecard, *[new if c.id == new.id else c for c in candidates], draws=0)
    mine, other = analysis.candidate(new.id).total, analysis.candidate(rival).total
    assert mine is not None
    assert other is not None
    return other - mine


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_every_single_change_is_enough_and_no_other_cell_is(seed: int) -> None:
    candidates = mixed_candidates(seed)
    analysis = run(MIXED, *candidates, draws=0)
    last = analysis.candidates[-1].id
    own = next(c for c in candidates if c.id == last)
    found = turnaround(analysis, last)
    if found.gap <= 0:
        assert found.single == found.fewest == ()
        return
    for change in found.single:
        after = gap_after(MIXED, candidates, changed(own, (change.criterion, change.needs)), found.rival)
        assert after <= 2e-4  # natural values are floats, totals are printed to four decimals
    best = {"a": 100, "b": 10, "c": "most", "d": True, "e": 9}
    enough = {
        name
        for name, value in best.items()
        if gap_after(MIXED, candidates, changed(own, (name, value)), found.rival) <= 0
    }
    assert {change.criterion for change in found.single} == enough


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_fewest_changes_are_enough_and_no_smaller_set_is(seed: int) -> None:
    candidates = mixed_candidates(seed)
    analysis = run(MIXED, *candidates, draws=0)
    last = analysis.candidates[-1].id
    own = next(c for c in candidates if c.id == last)
    found = turnaround(analysis, last)
    if found.gap <= 0:
        return
    best = {"a": 100, "b": 10, "c": "most", "d": True, "e": 9}
    sizes = [
        size
        for size in range(1, 6)
        for some in itertools.combinations(best.items(), size)
        if gap_after(MIXED, candidates, changed(own, *some), found.rival) <= 0
    ]
    assert found.possible is bool(sizes)
    assert len(found.fewest) == min(sizes, default=0)
    if found.fewest:
        raised = changed(own, *[(change.criterion, change.needs) for change in found.fewest])
        assert gap_after(MIXED, candidates, raised, found.rival) <= 5e-4


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_price_that_is_named_brings_the_candidate_level(method: str, seed: int) -> None:
    dice = random.Random(seed)
    scorecard = priced(method, dice.randint(1, 9), dice.randint(1, 9), **METHODS[method])
    candidates = [vendor(f"v{i}", q=dice.randint(1, 100), price=dice.randint(20, 100)) for i in range(3)]
    analysis = run(scorecard, *candidates, draws=0)
    last = analysis.candidates[-1].id
    own = next(c for c in candidates if c.id == last)
    found = turnaround(analysis, last)
    for change in found.single:
        after = gap_after(scorecard, candidates, changed(own, (change.criterion, change.needs)), found.rival)
        assert after == pytest.approx(0, abs=3e-3)
    if method in ("price_per_quality_point", "lowest_price_technically_acceptable") and found.gap > 0:
        assert "price" in [change.criterion for change in found.single]


def quality_and_price(method: str, **more: Any) -> Analysis:
    scorecard = priced(method, 50, 50, **more)
    return run(scorecard, vendor("p", q=80, price=50), vendor("q", q=70, price=60), draws=0)


def test_undercutting_is_found_where_meeting_the_lowest_price_is_not_enough() -> None:
    found = turnaround(quality_and_price("lowest_price_ratio"), "q")
    # level with the lowest price is 5 points short: 35 + 50 = 40 + 50·x/50
    assert [(c.criterion, c.needs) for c in found.single] == [("price", 45.0), ("q", pytest.approx(96.6667))]


def test_impossible_turnaround_says_so() -> None:
    scorecard = card((9, [linear("a")]), (1, [linear("b")]))
    analysis = run(scorecard, vendor("p", a=100, b=100), vendor("q", a=50, b=100), vendor("r", a=0, b=50))
    assert turnaround(analysis, "q").fewest[0].criterion == "a"
    low = card((1, [{"id": "x", "weight": 1, "kind": "levels", "levels": {"no": 0, "top": 80}}, linear("y")]))
    stuck = run(low, vendor("p", x="top", y=100), vendor("q", x="top", y=90), draws=0)
    assert what_would_it_take(stuck, "q")[0].criterion == "y"
    assert turnaround(stuck, "q").possible is True


def test_level_above_its_scale_is_not_offered() -> None:
    scale = {"id": "x", "weight": 1, "kind": "levels", "levels": {"no": 0, "some": 80}}
    scorecard = parse_scorecard({"groups": [{"id": "g", "weight": 1, "criteria": [scale, linear("y")]}]})
    analysis = run(scorecard, vendor("p", x="some", y=100), vendor("q", x="no", y=90), draws=0)
    assert [change.criterion for change in what_would_it_take(analysis, "q")] == []
    both = turnaround(analysis, "q").fewest
    assert [change.criterion for change in both] == ["x", "y"]
    assert both[0].needs == "some"


def test_candidate_without_a_score_has_no_turnaround() -> None:
    analysis = run(MIXED, *mixed_candidates(1), Candidate("nobody"), draws=0)
    with pytest.raises(Conflict, match="no score"):
        turnaround(analysis, "nobody")


def test_change_is_described_in_natural_units_or_in_points() -> None:
    days = card((1, [linear("days", 1, worst=60, best=10)]), (3, [linear("q")]))
    analysis = run(days, vendor("p", days=50, q=80), vendor("q", days=20, q=72))
    said = [describe(change) for change in what_would_it_take(analysis, "p")]
    assert said == ["q 92 instead of 80", "days 32 instead of 50"]
    silent = run(days, vendor("p", q=80), vendor("q", days=10, q=90))
    assert [describe(change) for change in turnaround(silent, "p").fewest] == [
        "q 94.546 instead of 80",
        "days 16.818 (86.4 of 100 points instead of 50.0)",
    ]
