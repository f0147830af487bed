import pytest

from app.core.scoring import Candidate, lead_of, lead_sentences, verdict_sentence
from tests.core.scoring.cases import card, linear, priced, run, vendor

PRICED = priced("absolute_linear", 30, 70, target=40, cap=120, currency="USD")


def test_lead_says_what_it_costs_and_what_it_is_worth_at_the_exchange_rate() -> None:
    # total: p 0.7·90 + 0.3·50 = 78, q 0.7·70 + 0.3·75 = 71.5; 14 points elsewhere are 20 of quality at 1.8667 each
    analysis = run(PRICED, vendor("p", q=90, price=80), vendor("q", q=70, price=60), draws=0)
    lead = lead_of(analysis)
    assert lead is not None
    assert (lead.leader, lead.second, lead.gap, lead.dearer, lead.elsewhere) == ("p", "q", 6.5, 20.0, 14.0)
    assert analysis.exchange_rate is not None
    assert lead.worth == pytest.approx(20 * analysis.exchange_rate.amount) == pytest.approx(37.3333, abs=1e-4)
    assert lead.reasons == ("q",)
    assert verdict_sentence(analysis) == (
        "p leads q by 6.5 points (g0 +14.0, g1 -7.5). It rests on q +14.0 (against it: price -7.5). "
        "p costs 20 USD per label more than q; its lead of 14.0 points on everything else is worth "
        "37.33 USD per label at these weights. Verdict: certain."
    )


def test_worth_is_the_price_cut_that_would_make_up_for_it() -> None:
    # the second pays the difference between worth and price: then both are level
    for method, more in (
        ("absolute_linear", {"target": 0, "cap": 200}),
        ("award_on_value", {"points_worth": 3}),
    ):
        scorecard = priced(method, 30, 70, **more)
        lead = lead_of(run(scorecard, vendor("p", q=90, price=180), vendor("q", q=70, price=160), draws=0))
        assert lead is not None
        assert lead.worth is not None
        assert lead.dearer is not None
        level = run(
            scorecard, vendor("p", q=90, price=180), vendor("q", q=70, price=180 - lead.worth), draws=0
        )
        assert level.candidate("p").total == pytest.approx(level.candidate("q").total, abs=2e-4)


def test_cheaper_leader_and_equal_prices_and_unknown_prices_are_said() -> None:
    cheaper = run(PRICED, vendor("p", q=60, price=40), vendor("q", q=70, price=100), draws=0)
    assert "p costs 60 USD per label less than q; its gap of 7.0 points" in lead_sentences(cheaper)
    same = run(PRICED, vendor("p", q=80, price=60), vendor("q", q=70, price=60), draws=0)
    assert "p costs the same as q; its lead of 7.0 points" in lead_sentences(same)
    unknown = run(PRICED, vendor("p", q=80), vendor("q", q=70, price=60), draws=0)
    assert "no price yet from p." in lead_sentences(unknown)
    ratio = run(priced("lowest_price_ratio", 3, 7), vendor("p", q=80, price=2), vendor("q", q=70, price=1))
    assert "worth" not in lead_sentences(ratio)


def test_reasons_are_the_fewest_criteria_that_outweigh_all_against() -> None:
    scorecard = card((1, [linear(n) for n in "abcd"]))
    analysis = run(
        scorecard, vendor("p", a=90, b=70, c=60, d=10), vendor("q", a=50, b=50, c=50, d=50), draws=0
    )
    lead = lead_of(analysis)
    assert lead is not None
    assert lead.reasons == ("a", "b")
    assert lead_sentences(analysis) == "It rests on a +10.0 and b +5.0 (against it: d -10.0)."


def test_nobody_to_compare_with_has_no_lead() -> None:
    alone = run(PRICED, vendor("p", q=90, price=80), Candidate("nobody"), draws=0)
    assert (lead_of(alone), lead_sentences(alone)) == (None, "")
