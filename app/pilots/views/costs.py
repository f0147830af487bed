"""What accepted labels cost on the results page."""

from collections.abc import Mapping
from dataclasses import dataclass

from babel.numbers import get_currency_precision

from app.core.pilots.returns import Returns
from app.kit import wording
from app.pilots.service import PilotComparison
from app.pilots.wording import rate


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """What a year with one candidate returns against our own team, as text."""

    name: str
    saving: str
    saving_range: str
    roi: str
    roi_range: str
    points: str
    points_range: str
    errors: str
    payback: str


@dataclass(frozen=True, slots=True)
class CostRow:
    """One candidate's price per accepted label at three volumes."""

    name: str
    low: str
    expected: str
    interval: str
    high: str
    total: str
    fixed: str
    hour: str
    note: str


def _interval(ends: tuple[float, float] | None, currency: str) -> str:
    return f"{rate(ends[0], currency)} … {rate(ends[1], currency)}" if ends else ""


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
                interval=_interval(one.priced.interval, found.currency),
                high=rate(by_volume["high"].per_accepted if by_volume else None, found.currency),
                total=wording.money(expected.total if expected else None, found.currency),
                fixed=wording.money(expected.fixed if expected else None, found.currency),
                hour=rate(expected.pay_per_hour if expected else None, found.currency),
                note=one.price_note,
            )
        )
    return tuple(out)


def return_rows(found: PilotComparison, names: Mapping[str, str]) -> tuple[ReturnRow, ...]:
    """The candidates whose return against our own team is known."""
    return tuple(
        _return(one.returns, names[one.code], found.currency) for one in found.candidates if one.returns
    )


def _return(one: Returns, name: str, currency: str) -> ReturnRow:
    saving, roi, points = one.saving, one.roi, one.points
    return ReturnRow(
        name=name,
        saving=_whole(saving.value, currency),
        saving_range=f"{_whole(saving.low, currency)} … {_whole(saving.high, currency)}",
        roi=wording.percent(roi.value),
        roi_range=f"{wording.percent(roi.low)} … {wording.percent(roi.high)}",
        points=wording.signed(100 * points.value, 1),
        points_range=wording.interval(100 * points.low, 100 * points.high, 1),
        errors=wording.signed(one.fewer_errors.value),
        payback=_payback(one),
    )


def _whole(minor: float, currency: str) -> str:
    """Money of a year, to whole units: the range is wider than a cent."""
    return f"{currency} {wording.number(minor / 10 ** get_currency_precision(currency))}"


def _payback(one: Returns) -> str:
    if one.payback_months is None:
        return "never"
    return f"{wording.number(one.payback_months, 1)} months" if one.payback_months else "nothing to pay back"
