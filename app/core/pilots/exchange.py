"""Quotes in another currency, at a rate with a date; nothing is rounded before the last step."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.core.errors import Invalid, Problem
from app.core.numbers import round_half_up
from app.core.pilots.cost import Line, Quote
from app.core.pilots.tariff import Tier


@dataclass(frozen=True, slots=True)
class Rate:
    """What one major unit of `source` is worth in major units of `target` on a day (ISO 4217 codes).

    `source_digits` and `target_digits` are the decimals of the two currencies (2 for dollars, 0 for yen).
    """

    source: str
    target: str
    value: Decimal
    on: date
    source_digits: int = 2
    target_digits: int = 2


def convert(quote: Quote, rate: Rate) -> Quote:
    """The quote in the rate's target currency, exact but for its minimums, which round half up.

    Raises `Invalid` for a rate of another currency or one that is not above 0.
    """
    problems = []
    if quote.currency != rate.source:
        problems.append(Problem("currency", f"the quote is in {quote.currency}, the rate for {rate.source}"))
    if not (rate.value.is_finite() and rate.value > 0):
        problems.append(Problem("rate", "must be above 0"))
    if problems:
        raise Invalid("exchange.rate", problems)
    factor = Fraction(rate.value) * Fraction(10) ** (rate.target_digits - rate.source_digits)
    return replace(
        quote,
        currency=rate.target,
        lines=tuple(_line(line, factor) for line in quote.lines),
        minimum=_rounded(quote.minimum, factor),
        monthly_minimum=_rounded(quote.monthly_minimum, factor),
    )


def _line(line: Line, factor: Fraction) -> Line:
    """More units for more money: the price per unit stays exact in whole numbers."""
    return replace(
        line,
        amount=line.amount * factor.numerator,
        units=line.units * factor.denominator,
        tiers=tuple(Tier(tier.above, tier.amount * factor.numerator) for tier in line.tiers),
        minimum=_rounded(line.minimum, factor),
    )


def _rounded(amount: int, factor: Fraction) -> int:
    return round_half_up(amount * factor.numerator, factor.denominator)
