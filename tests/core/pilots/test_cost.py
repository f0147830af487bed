import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.pilots.cost import Line, Quote, Share, Volume, cost_at, cost_interval, costs
from app.core.pilots.in_house import baseline
from app.core.pilots.tariff import Tier
from app.core.resampling import generator, resampled_sums

SURE = Share(1.0, 1.0, 1.0)


def volume(items=10_000, **changes):
    return Volume(
        **({"name": "expected", "items": items, "labels_per_item": 8.0, "seconds_per_item": 36.0} | changes)
    )


def quote(*lines, minimum=0):
    return Quote("USD", lines, minimum)


@pytest.mark.parametrize(
    ("line", "total"),
    [
        (Line("labels", 1180, "label", units=100), 944_000),  # 11.8 cents x 80,000
        (Line("items", 90, "item"), 900_000),
        (Line("hours", 900, "hour"), 90_000),  # 100 hours
        (Line("seats", 200_000, "seat_month"), 200_000),  # one seat holds 140 hours
        (Line("all in", 750_000, "fixed"), 750_000),
    ],
)
def test_every_pricing_model_gives_the_total_of_the_volume(line, total):
    assert cost_at(quote(line), volume(), SURE).total == total


def test_set_up_and_labels_are_kept_apart_and_shrink_per_label_with_volume():
    offer = quote(Line("labels", 10, "label"), Line("set-up", 100_000, "fixed", labor=False))
    low, high = costs(offer, [volume(1_000, name="low"), volume(10_000, name="high")], Share(0.8, 0.7, 0.9))
    assert (low.fixed, low.variable, low.total) == (100_000, 80_000, 180_000)
    assert low.per_accepted == pytest.approx(180_000 / 6_400)
    assert low.per_accepted == pytest.approx(low.fixed_per_accepted + low.variable_per_accepted)
    assert high.variable_per_accepted == pytest.approx(low.variable_per_accepted)
    assert high.per_accepted < low.per_accepted
    assert low.per_accepted_low == pytest.approx(180_000 / 7_200)
    assert low.per_accepted_high == pytest.approx(180_000 / 5_600)


def test_the_minimum_tops_the_bill_up():
    found = cost_at(quote(Line("labels", 1, "label"), minimum=500_000), volume(1_000), SURE)
    assert (found.total, found.topped_up, found.variable) == (500_000, 492_000, 8_000)


def test_implied_pay_is_the_labor_per_labelling_hour():
    offer = quote(Line("labels", 10, "label"), Line("tool", 50, "item", labor=False))
    assert cost_at(offer, volume(), SURE).pay_per_hour == pytest.approx(800_000 / 100)
    assert cost_at(offer, volume(seconds_per_item=None), SURE).pay_per_hour is None


def test_seats_are_whole_people_for_every_month():
    offer = quote(Line("seats", 100, "seat_month"))
    assert cost_at(offer, volume(items=30_000, months=2), SURE).total == 400  # 300 h: two seats, two months


def test_an_in_house_desk_is_a_quote_with_all_its_lines():
    lines = (
        Line("wages", 2_400, "hour"),
        Line("engineers", 1_200_000, "fixed", labor=False),
        Line("management", 600, "hour", labor=False),
        Line("licences", 4_900, "seat_month", labor=False),
        Line("storage", 2, "item", labor=False),
    )
    found = cost_at(quote(*lines), volume(), SURE)
    assert dict(found.lines) == {
        "wages": 240_000, "engineers": 1_200_000, "management": 60_000, "licences": 4_900, "storage": 20_000,
    }  # fmt: skip
    assert found.total == sum(amount for _, amount in found.lines)
    assert found.pay_per_hour == pytest.approx(2_400)


def test_nothing_accepted_has_no_price_per_accepted_label():
    found = cost_at(quote(Line("labels", 10, "label")), volume(), Share(0.0, 0.0, 0.2))
    assert found.per_accepted is None
    assert found.per_accepted_high is None
    assert found.per_accepted_low is not None


def test_all_that_is_wrong_with_a_quote_is_said_at_once():
    bad = quote(Line("a", -1, "label"), Line("b", 1, "mile"), Line("c", 1, "hour", units=0))
    with pytest.raises(Invalid) as failure:
        cost_at(bad, volume(seconds_per_item=None, items=0), Share(0.5, 0.6, 0.9))
    text = "\n".join(str(one) for one in failure.value.problems)
    for part in (
        "lines[0] (a): amount",
        "lines[1] (b): per",
        "lines[2] (c): units",
        "seconds",
        "items",
        "accepted",
    ):
        assert part in text


def test_rework_paid_by_nobody_gives_the_published_cost_per_accepted_label():
    offer = quote(Line("labels", 5, "label"), Line("own quality check", 1, "label", labor=False))
    found = cost_at(offer, volume(200_000, labels_per_item=1.0), Share(0.92, 0.92, 0.92))
    assert found.per_accepted / 100 == pytest.approx(0.0652, abs=5e-5)


def test_graduated_tiers_price_each_band_and_volume_tiers_price_everything():
    bands = (Tier(1_000, 8), Tier(10_000, 5))
    labels = volume(50_000, labels_per_item=1.0)
    graduated = quote(Line("labels", 10, "label", tiers=bands))
    assert cost_at(graduated, labels, SURE).total == 1_000 * 10 + 9_000 * 8 + 40_000 * 5
    assert cost_at(graduated, volume(500, labels_per_item=1.0), SURE).total == 5_000
    whole = quote(Line("labels", 10, "label", tiers=bands, tiering="volume"))
    assert cost_at(whole, labels, SURE).total == 250_000
    at_the_edge = cost_at(whole, volume(1_000, labels_per_item=1.0), SURE)
    assert at_the_edge.total == 10_000  # the price falls with the first label beyond the edge


def test_tiers_in_fractions_of_a_cent_stay_exact():
    line = Line("labels", 118, "label", units=10, tiers=(Tier(100, 95),))
    assert cost_at(quote(line), volume(200, labels_per_item=1.0), SURE).total == 1_180 + 950


def test_lines_and_months_have_minimums_and_costs_handed_on_their_markup():
    line = Line("labels", 1, "label", minimum=50_000)
    assert cost_at(quote(line), volume(100), SURE).variable == 50_000
    monthly = Quote("USD", (Line("labels", 1, "label"),), monthly_minimum=20_000)
    found = cost_at(monthly, volume(1_000, months=12), SURE)
    assert (found.total, found.topped_up) == (240_000, 232_000)
    tool = quote(Line("licence handed on", 100_000, "fixed", labor=False, markup=1_500))
    assert cost_at(tool, volume(), SURE).fixed == 115_000


def test_items_drawn_anew_give_the_interval_of_the_cost_per_accepted_label():
    rng = np.random.default_rng(1)
    right = rng.random(400) < 0.9
    sums = resampled_sums(
        np.column_stack([np.ones(400), right, rng.lognormal(3, 0.5, 400)]), 1000, generator(1)
    )
    drawn = sums / 400
    one = volume(10_000, labels_per_item=1.0)
    low, high = cost_interval(quote(Line("labels", 10, "label")), one, drawn)
    share = right.mean()
    error = (share * (1 - share) / 400) ** 0.5
    assert (low, high) == pytest.approx((10 / (share + 1.96 * error), 10 / (share - 1.96 * error)), rel=0.01)
    hourly = cost_interval(quote(Line("hours", 900, "hour")), one, drawn)
    assert (hourly[1] - hourly[0]) / hourly[0] > (high - low) / low
    assert cost_interval(quote(Line("labels", 10, "label")), one, drawn * [1, 0, 1]) is None


@pytest.mark.parametrize("tiering", ["graduated", "volume"])
@pytest.mark.parametrize("items", [900, 5_000, 20_000])
def test_the_interval_of_what_never_varies_is_the_cost_itself(tiering, items):
    lines = (
        Line("labels", 118, "label", units=10, tiers=(Tier(10_000, 90), Tier(40_000, 70)), tiering=tiering),
        Line("hours", 900, "hour", minimum=30_000, markup=1_250),
        Line("seats", 200_000, "seat_month"),
        Line("set-up", 100_000, "fixed", labor=False),
    )
    offer = Quote("USD", lines, minimum=600_000, monthly_minimum=90_000)
    one = volume(items, months=12)
    drawn = np.tile([8.0, 0.9, 36.0], (100, 1))
    exact = cost_at(offer, one, Share(0.9, 0.9, 0.9)).per_accepted
    assert cost_interval(offer, one, drawn) == pytest.approx((exact, exact), abs=1e-4)


def test_the_own_desk_scales_with_all_its_lines_and_names_what_nobody_stated():
    found = baseline(
        "USD", 100_000, {"wages": 4_000_000, "engineers": 2_000_000, "review": 0, "upkeep": None}
    )
    assert (found.total, found.per_label) == (6_000_000, 60)
    assert "review" not in found.unknown
    assert {"upkeep", "ramp_up", "compliance"} <= set(found.unknown)
    double = cost_at(found.quote, volume(200_000, labels_per_item=1.0, seconds_per_item=None), SURE)
    assert (double.variable, double.fixed) == (8_000_000, 2_000_000)
    with pytest.raises(Invalid) as failure:
        baseline("USD", 0, {"wage": 1, "wages": -1})
    assert [one.where for one in failure.value.problems] == ["wage", "wages", "labels_per_year"]
    with pytest.raises(Invalid, match="at least one line"):
        baseline("USD", 10, {})


def test_tiers_that_make_no_sense_are_refused():
    bad = quote(
        Line("a", 1, "label", tiers=(Tier(10, 1), Tier(5, 1))),
        Line("b", 1, "label", tiers=(Tier(0, -1),), tiering="steps"),
        Line("c", 1, "fixed", tiers=(Tier(5, 1),), minimum=-1, markup=-1),
    )
    with pytest.raises(Invalid) as failure:
        cost_at(bad, volume(), Share(0.9, 0.95, 1))
    text = "\n".join(str(one) for one in failure.value.problems)
    for part in ("ascend", "above 0", "must not be negative", "tiering must be", "cannot have tiers",
                 "minimum", "markup", "accepted"):  # fmt: skip
        assert part in text
