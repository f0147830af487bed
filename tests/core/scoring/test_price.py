from typing import Any

import pytest

from app.core.scoring import Candidate, Cell, Paper, show_price
from tests.core.scoring.cases import METHODS, card, linear, priced, run, totals, vendor


def test_lowest_price_ratio_gives_the_published_shares() -> None:
    # Crown Commercial Service: 15,000 / 10,000 / 30,000
    scorecard = card((1, [{"id": "price", "weight": 1, "kind": "price", "method": "lowest_price_ratio"}]))
    found = totals(
        run(scorecard, *(vendor(n, price=p) for n, p in zip("abc", (15000, 10000, 30000), strict=True)))
    )
    assert found == {"b": 100.0, "a": 66.6667, "c": 33.3333}


def test_lowest_price_ratio_gives_the_published_points_of_forty() -> None:
    # £100, £105, £108 for 40 points: 40, 38, 37 (impactbids.com)
    scorecard = priced("lowest_price_ratio", 40, 60)
    line = run(scorecard, *(vendor(n, q=0, price=p) for n, p in zip("abc", (100, 105, 108), strict=True)))
    assert [round(line.candidate(n).contributions["price"]) for n in "abc"] == [40, 38, 37]


def test_quality_and_cost_based_selection_gives_the_published_totals() -> None:
    # Government of India manual 2006, 70:30, T 75/80/90, price 120/100/110; the manual rounds 83 and 91 first
    scorecard = priced("lowest_price_ratio", 30, 70)
    found = totals(
        run(
            scorecard,
            *(vendor(n, q=q, price=p) for n, q, p in (("a", 75, 120), ("b", 80, 100), ("c", 90, 110))),
        )
    )
    assert found == {"c": 90.2727, "b": 86.0, "a": 77.5}


GOLDILOCKS = [vendor("a", q=50, price=50), vendor("b", q=75, price=75), vendor("c", q=100, price=100)]


def test_middle_offer_loses_under_the_ratio_and_not_under_fixed_anchors() -> None:
    found = totals(run(priced("lowest_price_ratio", 1, 1), *GOLDILOCKS))
    assert found == pytest.approx({"a": 75, "c": 75, "b": 70 + 5 / 6}, abs=1e-4)
    fixed = priced("absolute_linear", 1, 1, target=50, cap=150)
    assert totals(run(fixed, *GOLDILOCKS)) == {"a": 75.0, "b": 75.0, "c": 75.0}


def test_cheap_outlier_turns_the_ratio_towards_the_dear() -> None:
    outlier = vendor("z", q=0, price=25)
    found = totals(run(priced("lowest_price_ratio", 1, 1), *GOLDILOCKS, outlier))
    assert (found["a"], found["b"], found["c"]) == (50.0, 54.1667, 62.5)


def test_price_per_quality_point_ties_the_published_offers() -> None:
    analysis = run(priced("price_per_quality_point", 1, 1), *GOLDILOCKS)
    assert totals(analysis) == {"a": 100.0, "b": 100.0, "c": 100.0}
    assert (analysis.verdict, analysis.winner) == ("tie", None)


def test_price_per_quality_point_prefers_the_cheaper_point_and_holds_the_floor() -> None:
    scorecard = priced("price_per_quality_point", 1, 1, quality_minimum=60)
    analysis = run(scorecard, *GOLDILOCKS, vendor("d", q=90, price=60))
    assert analysis.candidate("a").status == "excluded"
    assert totals(analysis) == {"d": 100.0, "b": 66.6667, "c": 66.6667, "a": None}


def test_lowest_acceptable_price_wins_whatever_the_quality() -> None:
    scorecard = priced("lowest_price_technically_acceptable", 1, 9, quality_minimum=60)
    analysis = run(scorecard, *GOLDILOCKS)
    assert analysis.winner == "b"
    assert totals(analysis) == {"b": 100.0, "c": 75.0, "a": None}


@pytest.mark.parametrize("weight", [5, 30, 80])
def test_award_on_value_ranks_by_price_less_the_worth_of_quality(weight: float) -> None:
    # Negometrix: 80,000 with 60 % of a criterion worth 2,500 counts as 78,500
    offers = {"a": (80_000, 60), "b": (79_000, 10), "c": (81_500, 100), "d": (78_400, 0)}
    value = {name: price - 2_500 / 100 * quality for name, (price, quality) in offers.items()}
    assert value["a"] == 78_500
    scorecard = priced("award_on_value", weight, 100 - weight, points_worth=25, currency="EUR")
    analysis = run(scorecard, *(vendor(n, q=q, price=p) for n, (p, q) in offers.items()))
    assert [line.id for line in analysis.candidates] == sorted(value, key=lambda n: value[n])
    assert analysis.exchange_rate is not None
    assert (analysis.exchange_rate.amount, analysis.exchange_rate.currency) == (25.0, "EUR")


def test_exchange_rate_is_the_published_one() -> None:
    analysis = run(
        priced("absolute_linear", 0.3, 0.7, target=100_000, cap=500_000), vendor("a", q=1, price=1)
    )
    assert analysis.exchange_rate is not None
    assert round(analysis.exchange_rate.amount) == 9333


@pytest.mark.parametrize("how", ["gate", "quality"])
def test_price_of_an_excluded_candidate_sets_nothing(how: str) -> None:
    price = {"id": "price", "weight": 1, "kind": "price", "method": "lowest_price_ratio"}
    scorecard = card(
        (1, [linear("q", minimum=30)]), (1, [price]), requirements=[{"id": "r", "certificate": "soc2"}]
    )
    held = {"soc2": Paper("verified")}
    good = [Candidate(n, {"q": Cell(50), "price": Cell(p)}, held) for n, p in (("a", 100), ("b", 200))]
    cheap = Candidate(
        "z",
        {"q": Cell(20 if how == "quality" else 90), "price": Cell(1)},
        {"soc2": Paper("none" if how == "gate" else "verified")},
    )
    assert totals(run(scorecard, *good)) | {"z": None} == totals(run(scorecard, *good, cheap))


def test_candidate_that_misses_the_total_frees_the_price_scale_for_the_rest() -> None:
    price = {"id": "price", "weight": 1, "kind": "price", "method": "lowest_price_ratio"}
    scorecard = card((9, [linear("q")]), (1, [price]), minimum=60)
    # z sets the price at 1 and is out; measured against it b would be out too, against a it is not
    cheap, plain, dear = (
        vendor("z", q=20, price=1),
        vendor("a", q=90, price=100),
        vendor("b", q=56, price=100),
    )
    analysis = run(scorecard, cheap, plain, dear)
    assert [line.status for line in analysis.candidates] == ["ranked", "ranked", "excluded"]
    assert analysis.candidate("b").total == 60.4


@pytest.mark.parametrize(
    "method", ["lowest_price_ratio", "price_per_quality_point", "lowest_price_technically_acceptable"]
)
def test_price_of_zero_is_scored_and_reported(method: str) -> None:
    analysis = run(
        priced(method, 1, 1), vendor("a", q=50, price=0), vendor("b", q=50, price=10), vendor("c", q=50)
    )
    assert analysis.candidate("a").rank == 1
    assert any("zero" in warning for warning in analysis.warnings)


@pytest.mark.parametrize("method", ["lowest_price_ratio", "price_per_quality_point", "award_on_value"])
def test_unknown_price_is_neither_free_nor_lost(method: str) -> None:
    more = {"points_worth": 2} if method == "award_on_value" else {}
    line = run(priced(method, 1, 1, **more), vendor("a", q=60), vendor("b", q=50, price=10)).candidate("a")
    assert line.low is not None
    assert line.high is not None
    assert line.total is not None
    assert line.low < line.total < line.high


def test_relative_method_carries_a_warning_and_the_fixed_one_none() -> None:
    assert "lowest_price_ratio" in run(priced("lowest_price_ratio", 1, 1), *GOLDILOCKS).warnings[0]
    fixed = run(
        priced("absolute_linear", 1, 1, target=50, cap=150),
        vendor("a", q=1, price=60),
        vendor("b", q=99, price=60),
    )
    assert fixed.warnings == ()


@pytest.mark.parametrize(
    ("method", "more", "inputs", "arithmetic"),
    [
        ("absolute_linear", {"target": 2, "cap": 6}, {"target": 2, "cap": 6},
         "100 × (6 − 4) ÷ (6 − 2), kept in 0 to 100 = 50.0000"),
        ("lowest_price_ratio", {}, {"lowest price": 3}, "100 × 3 ÷ 4 = 75.0000"),
        ("award_on_value", {"points_worth": 0.5},
         {"points worth": 0.5, "lowest price": 3, "weight of the price": 0.5, "s": 2}, "100 − 2 × (4 − 3) = 98.0000"),
        ("price_per_quality_point", {}, {}, "quality 80.0000 ÷ price 4: total 100.0000"),
        ("lowest_price_technically_acceptable", {"quality_minimum": 20},
         {"quality minimum": 20, "lowest price": 3}, "100 × 3 ÷ 4 = 75.0000"),
    ],
)  # fmt: skip
def test_every_method_shows_its_formula_inputs_and_arithmetic(
    method: str, more: dict[str, float], inputs: dict[str, float], arithmetic: str
) -> None:
    analysis = run(
        priced(method, 1, 1, **more), vendor("p", q=80, price=4), vendor("q", q=50, price=3), draws=0
    )
    shown = show_price(analysis)
    assert shown is not None
    assert (shown.method, shown.inputs) == (method, inputs)
    assert {line.candidate: line.arithmetic for line in shown.lines}["p"] == arithmetic
    assert (shown.warning is None) is (method == "absolute_linear")
    assert shown.formula
    assert shown.rounding.startswith("to 0.0001 points")


@pytest.mark.parametrize("method", METHODS)
def test_free_unknown_and_claimed_offers_are_shown_and_never_crash(method: str) -> None:
    more: dict[str, Any] = METHODS[method]
    candidates = [
        vendor("free", q=0, price=0),
        vendor("paid", q=80, price=4),
        vendor("claims", q=80, price=Cell(5, status="claimed")),
        vendor("refuses", q=80, price=Cell(status="closed_unanswered")),
        vendor("silent", q=80),
    ]
    for some in (candidates, candidates[3:], candidates[:1]):
        shown = show_price(run(priced(method, 1, 1, **more), *some, draws=0))
        assert shown is not None
        assert {line.candidate for line in shown.lines} == {one.id for one in some}
        assert {line.candidate: line.price for line in shown.lines}.get("silent") is None
    assert show_price(run(card((1, [linear("q")])), vendor("p", q=1), draws=0)) is None
