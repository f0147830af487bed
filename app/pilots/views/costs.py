"""What accepted labels cost on the results page."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.kit import wording
from app.pilots.service import PilotComparison
from app.pilots.wording import rate


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
