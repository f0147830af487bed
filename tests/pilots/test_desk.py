"""What our own team costs comes from the need."""

from app.evaluations.schemas import InHouseCost, NeedIn
from app.pilots.service.offers import desk_of


def need(**lines: int) -> NeedIn:
    return NeedIn(currency="USD", in_house=InHouseCost(**lines))


def test_the_lines_of_the_need_become_a_quote_that_says_what_is_missing() -> None:
    quote, note = desk_of(need(labels_per_year=100_000, wages=4_000_000, engineers=500_000), "USD")
    assert quote is not None
    assert [(line.name, line.amount, line.per, line.units, line.labor) for line in quote.lines] == [
        ("wages", 4_000_000, "label", 100_000, True),
        ("engineers", 500_000, "fixed", 1, False),
    ]
    assert note.startswith("from the need; not stated: management, review")
    assert "ramp-up" in note


def test_without_lines_labels_or_with_another_currency_there_is_a_reason_instead() -> None:
    for lines in ({}, {"wages": 4_000_000}, {"labels_per_year": 5}):
        quote, note = desk_of(need(**lines), "USD")
        assert quote is None
        assert "state in the need" in note
    assert desk_of(need(labels_per_year=5, wages=9), "EUR") == (None, "the need is in USD, this pilot in EUR")
