"""Numbers, money and dates in words."""

from datetime import date
from decimal import Decimal

import pytest

from app.kit import wording

N = "\u00a0"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234.5, 1, "1,234.5"),
        (0, 0, "0"),
        (-0.04, 1, "0.0"),
        (-12.3, 1, "−12.3"),
        (Decimal("79.45"), 1, "79.4"),
        (141600, 0, "141,600"),
        (None, 2, "–"),
    ],
)
def test_number_is_grouped_with_a_real_minus_and_missing_is_a_dash(
    value: float | Decimal | None, decimals: int, text: str
) -> None:
    assert wording.number(value, decimals) == text


@pytest.mark.parametrize(("value", "text"), [(2.2, "+2.2"), (-1.0, "−1.0"), (0.01, "0.0"), (None, "–")])
def test_signed_shows_the_sign_of_what_is_printed(value: float | None, text: str) -> None:
    assert wording.signed(value, 1) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.42, "42%"),
        (0, "0%"),
        (1, "100%"),
        (0.9999, "over 99%"),
        (0.0001, "under 1%"),
        (-0.1, "−10%"),
        (None, "–"),
    ],
)
def test_percent_never_rounds_to_none_or_all(share: float | None, text: str) -> None:
    assert wording.percent(share) == text


def test_percent_with_decimals_keeps_its_edges() -> None:
    assert wording.percent(0.99999, 1) == "over 99.9%"
    assert wording.percent(0.00001, 1) == "under 0.1%"
    assert wording.percent(0.415, 1) == "41.5%"


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (14160000, "USD", f"USD{N}141,600"),
        (12, "USD", f"USD{N}0.12"),
        (-1050, "EUR", f"EUR{N}−10.50"),
        (1500, "JPY", f"JPY{N}1,500"),
        (1500, "KWD", f"KWD{N}1.500"),
        (None, "USD", "–"),
    ],
)
def test_money_follows_the_currencys_minor_unit(minor: int | None, currency: str, text: str) -> None:
    assert wording.money(minor, currency) == text


def test_day_is_written_out() -> None:
    assert wording.day(date(2026, 12, 2)) == "2 Dec 2026"
    assert wording.day(None) == "–"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(75.5, 83.2, "75.5–83.2"), (-1, 2, f"−1.0{N}to{N}2.0"), (None, 2, "–"), (2, None, "–")],
)
def test_interval_uses_a_dash_unless_an_end_is_negative(
    low: float | None, high: float | None, text: str
) -> None:
    assert wording.interval(low, high) == text
