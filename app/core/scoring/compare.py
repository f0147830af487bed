"""Two candidates side by side: where the lead comes from, and what would turn it."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.errors import Conflict
from app.core.scoring.analysis import Analysis, CandidateResult
from app.core.scoring.board import Board
from app.core.scoring.spec import Levels, Natural, Price, Scale
from app.core.scoring.values import FULL, UNIT, natural_at, units


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


@dataclass(frozen=True, slots=True)
class SingleChange:
    """One cell that alone would bring `candidate` level with `rival`: the points of this criterion it needs.

    `needs` and `has` in natural units where the scale has them (a level label that is at least enough, True
    for a flag), else None; `needs_points` and `has_points` are points 0–100 of the criterion.
    """

    candidate: str
    rival: str
    criterion: str
    has: Natural | None
    needs: Natural | None
    has_points: float
    needs_points: float


def why(analysis: Analysis, a: str, b: str) -> Difference:
    """Contribution differences a − b by group and criterion; `Conflict` when one has no score."""
    first, second = _scored(analysis, a), _scored(analysis, b)
    parts = {name: _units(first.contributions[name]) - _units(second.contributions[name])
             for name in analysis.board.criteria}  # fmt: skip
    groups = dict.fromkeys(analysis.board.groups, 0)
    for name, group in zip(analysis.board.criteria, analysis.board.weights.group, strict=True):
        groups[analysis.board.groups[group]] += parts[name]
    return Difference(a, b, sum(parts.values()) / UNIT, _largest_first(groups), _largest_first(parts))


def what_would_it_take(analysis: Analysis, name: str, rival: str | None = None) -> tuple[SingleChange, ...]:
    """Every single cell that could bring `name` level with `rival` (default: the leader), easiest first.

    Only cells whose criterion has room for the whole gap: Δv = (S_rival − S)/w ≤ 100 − v. Easiest is the
    smallest Δv. Empty when it stands level or above already, or no single cell is enough. Not offered for a
    price that is judged against other prices. Raises `Conflict` for a candidate without a score.
    """
    rival = rival or analysis.leader or name
    _scored(analysis, name)
    _scored(analysis, rival)
    board = analysis.board
    i = board.ids.index(name)
    gap = board.totals[board.ids.index(rival)] - board.totals[i]
    if gap <= 0 or _divided_by_price(analysis):
        return ()
    scales = {criterion.id: criterion.scale for criterion in analysis.scorecard.criteria}
    changes = [
        change
        for c, criterion in enumerate(board.criteria)
        if (change := _single(analysis, board, i, c, gap, scales[criterion], rival))
    ]
    return tuple(sorted(changes, key=lambda change: change.needs_points - change.has_points))


def _single(
    analysis: Analysis, board: Board, i: int, c: int, gap: int, scale: Scale, rival: str
) -> SingleChange | None:
    name, criterion = board.ids[i], board.criteria[c]
    has = board.mid[i][c]
    part = board.weights.parts[c]
    needs = has - (-gap // part)  # rounded up: one unit less would not be enough
    if needs > FULL or (isinstance(scale, Price) and scale.method != "absolute_linear"):
        return None
    natural = _natural(scale, needs)
    value = analysis.candidate(name).cells[criterion].natural
    return SingleChange(name, rival, criterion, value, natural, has / UNIT, needs / UNIT)


def _natural(scale: Scale, needs: int) -> Natural | None:
    if isinstance(scale, Levels):
        enough = [(points, label) for label, points in scale.points.items() if units(points) >= needs]
        return min(enough)[1] if enough else None
    exact_value = natural_at(scale, needs)
    return True if exact_value is None else exact_value


def _divided_by_price(analysis: Analysis) -> bool:
    price = analysis.scorecard.price
    return (
        isinstance(price.scale, Price) and price.scale.method == "price_per_quality_point" if price else False
    )


def _scored(analysis: Analysis, name: str) -> CandidateResult:
    line = analysis.candidate(name)
    if line.total is None:
        raise Conflict("scoring.no_score", f"{name} has no score to compare: {line.reason}")
    return line


def _units(points: float) -> int:
    return round(points * UNIT)


def _largest_first(parts: Mapping[str, int]) -> dict[str, float]:
    return {name: part / UNIT for name, part in sorted(parts.items(), key=lambda item: -item[1])}
