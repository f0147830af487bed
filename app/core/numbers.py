"""Exact arithmetic behind every printed figure: decimals as written, half-up rounding, parts that add up."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeGuard

LARGEST = 1e15  # beyond this a float no longer holds every whole number


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether `value` is an int or float of size at most 10¹⁵; booleans, NaN and infinity are not numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST


@lru_cache(maxsize=65536)
def ratio(value: int | float) -> tuple[int, int]:
    """Numerator and denominator of the decimal a person wrote: 0.1 is (1, 10), not its binary neighbour."""
    return Decimal(repr(value)).as_integer_ratio()


def exact(value: int | float) -> Fraction:
    """The decimal a person wrote as a fraction; `value` must satisfy `is_number`."""
    return Fraction(*ratio(value))


def round_half_up(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction, halves upwards (towards plus infinity); denominator not 0.

    >>> [round_half_up(n, 2) for n in (1, 3, -1)]
    [1, 2, 0]
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    return (2 * numerator + denominator) // (2 * denominator)


def largest_remainder(parts: Sequence[int], divisor: int) -> list[int]:
    """Whole numbers beside `parts / divisor` that add up to the rounded total, so that printed parts sum.

    Every part is rounded down; the units still missing go to the largest remainders, earlier parts first
    (Hamilton's method). `divisor` > 0; parts may be negative.

    >>> largest_remainder([1, 1, 1], 2)
    [1, 1, 0]
    """
    return apportioned(parts, divisor, round_half_up(sum(parts), divisor))


def apportioned(parts: Sequence[int], divisor: int, total: int) -> list[int]:
    """As `largest_remainder`, for a `total` that is given: from the sum of the parts rounded down to that rounded up.

    >>> apportioned([1, 0, 3], 2, 1), apportioned([1, 0, 3], 2, 3)
    ([0, 0, 1], [1, 0, 2])
    """
    whole = [part // divisor for part in parts]
    missing = total - sum(whole)
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(parts[i] % divisor), i))
    for i in by_remainder[:missing]:
        whole[i] += 1
    return whole


def shown_tenths(parts: Sequence[float]) -> list[float]:
    """Points of 100 rounded to tenths so that what is shown adds up to the rounded sum.

    >>> shown_tenths([9.24, 4.84, 2.24, -3.85])
    [9.3, 4.8, 2.2, -3.8]
    """
    return [whole / 10 for whole in largest_remainder([round(part * 10_000) for part in parts], 1_000)]
