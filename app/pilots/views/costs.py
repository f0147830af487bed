"""What accepted labels cost on the results page."""

from collections.abc import Mapping
from dataclasses import dataclass

from babel.numbers import get_currency_precision

from app.kit import wording
from app.pilots.service import PilotComparison


@dataclass(frozen=True, slots=True)
class CostRow:
    """One candidate's price per accepted label at three volumes."""

    name: str
    low: str
    expected: str
    high: str
    total: str
    fixed: str
    hour: str
    note: str


def rate(minor: float | None, currency: str) -> str:
    """An unrounded price per label, in major units with as many decimals as it needs.

    >>> rate(11.8, "USD"), rate(None, "USD"), rate(1234.5, "USD")
    ('0.118', '–', '12.35')
    """
    if minor is None:
        return wording.DASH
    major = minor / 10 ** get_currency_precision(currency)
    return wording.number(major, 2 if major >= 10 else 3 if major >= 0.01 else 5)


def cost_rows(found: PilotComparison, names: Mapping[str, str]) -> tuple[CostRow, ...]:
    """Every candidate's prices, best candidate first."""
    out = []
    for one in found.candidates:
        by_volume = {cost.volume: cost for cost in one.costs}
        expected = by_volume.get("expected")
        out.append(
            CostRow(
                name=names[one.code],
                low=rate(by_volume["low"].per_accepted if by_volume else None, found.currency),
                expected=rate(expected.per_accepted if expected else None, found.currency),
                high=rate(by_volume["high"].per_accepted if by_volume else None, found.currency),
                total=wording.money(expected.total if expected else None, found.currency),
                fixed=wording.money(expected.fixed if expected else None, found.currency),
                hour=rate(expected.pay_per_hour if expected else None, found.currency),
                note=one.price_note,
            )
        )
    return tuple(out)
