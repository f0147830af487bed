import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import MOST, read_amount, read_count, show_amount


@pytest.mark.parametrize(
    ("text", "digits", "minor"),
    [
        ("12.50", 2, 12_50),
        ("12.5", 2, 12_50),
        ("1,200.50", 2, 1_200_50),
        ("1200.50", 2, 1_200_50),
        ("1 200.50", 2, 1_200_50),
        ("1\u202f200", 2, 1_200_00),
        ("1'200", 2, 1_200_00),
        ("1,200", 2, 1_200_00),
        ("0", 2, 0),
        ("1200", 0, 1_200),
        ("1.250", 3, 1_250),
    ],
)
def test_an_amount_that_can_mean_one_thing_is_read(text: str, digits: int, minor: int) -> None:
    assert read_amount(text, digits) == minor


@pytest.mark.parametrize(
    ("text", "digits", "remedy"),
    [
        ("1200,50", 2, "1200.50"),
        ("1.200,50", 2, "1200.50"),
        ("12,5", 2, "12.5"),
        ("1,20", 2, "1.20"),
        ("1.200", 2, "1200 or 1.20"),
        ("1200.505", 2, "1200.50"),
        ("12.5", 0, "type 12"),
        ("1.200", 0, "Type 1200"),
        ("$12", 2, "without a currency sign"),
        ("twelve", 2, "such as 12.50"),
        ("-5", 2, "such as 12.50"),
        ("1,2,3", 2, "such as 12.50"),
        ("1,20,000", 2, "such as 12.50"),
        ("١٢", 2, "such as 12.50"),
        ("9" * 15, 2, "zeros"),
    ],
)
def test_an_unclear_amount_is_refused_with_the_remedy(text: str, digits: int, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy.replace(".", r"\.")):
        read_amount(text, digits)


@pytest.mark.parametrize(("text", "count"), [("1,200,000", 1_200_000), ("1 200", 1_200), ("0", 0)])
def test_a_count_takes_commas_between_thousands(text: str, count: int) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize("text", ["1200,50", "1.2", "1,20", "-3", "", "12k", "1,2000"])
def test_a_count_with_decimals_or_odd_commas_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Type a whole number"):
        read_count(text)


@given(st.integers(0, MOST), st.sampled_from([0, 2, 3]))
def test_what_is_shown_reads_back_as_the_same_amount(minor: int, digits: int) -> None:
    assert read_amount(show_amount(minor, digits), digits) == minor
