import pytest

from app.core.errors import Invalid
from app.core.pilots.cost import Line, Quote, Share, Volume, cost_at, costs

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
