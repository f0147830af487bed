import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.numbers import exact, is_number, largest_remainder, round_half_up


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1), st.integers(1, 10**6))
def test_rounded_parts_add_up_to_the_rounded_total(parts: list[int], divisor: int) -> None:
    shown = largest_remainder(parts, divisor)
    assert sum(shown) == round_half_up(sum(parts), divisor)
    assert all(abs(one - part / divisor) < 1 + 1e-6 for one, part in zip(shown, parts, strict=True))


def test_decimals_are_taken_as_written() -> None:
    assert exact(0.1) + exact(0.2) == exact(0.3)


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        (1, True),
        (0.5, True),
        (True, False),
        (math.nan, False),
        (math.inf, False),
        (10**400, False),
        ("1", False),
    ],
)
def test_only_finite_numbers_of_sane_size_are_numbers(value: object, is_one: bool) -> None:
    assert is_number(value) is is_one


def test_halves_round_up() -> None:
    assert [round_half_up(n, -2) for n in (-1, 1)] == [1, 0]
