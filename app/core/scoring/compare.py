"""Two candidates side by side: where the lead comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.scoring.analysis import Analysis
from app.core.scoring.values import UNIT


@dataclass(frozen=True, slots=True)
class Difference:
    """Why `a` stands where it does against `b`, in points of total: a minus b.

    `criteria` add up to `groups`, `groups` to `gap`, exactly at four decimals; both largest first.
    """

    a: str
    b: str
    gap: float
    groups: Mapping[str, float]
    criteria: Mapping[str, float]


def why(analysis: Analysis, a: str, b: str) -> Difference:
    """Contribution differences a − b by group and criterion; `Conflict` when one has no score."""
    first, second = analysis.scored(a), analysis.scored(b)
    parts = {name: _units(first.contributions[name]) - _units(second.contributions[name])
             for name in analysis.board.criteria}  # fmt: skip
    groups = dict.fromkeys(analysis.board.groups, 0)
    for name, group in zip(analysis.board.criteria, analysis.board.weights.group, strict=True):
        groups[analysis.board.groups[group]] += parts[name]
    return Difference(a, b, sum(parts.values()) / UNIT, _largest_first(groups), _largest_first(parts))


def _units(points: float) -> int:
    return round(points * UNIT)


def _largest_first(parts: Mapping[str, int]) -> dict[str, float]:
    return {name: part / UNIT for name, part in sorted(parts.items(), key=lambda item: -item[1])}
