"""What would have to be true for one candidate to stand level with another: single cells, and the fewest cells.

Everything but the named cells stays as it is, and the other candidate keeps its own. A cell can improve to the
best its scale gives; a price that is judged against other prices can improve to the lowest one, and beyond that
it takes points from the others (`undercut`).
"""

from dataclasses import dataclass
from fractions import Fraction

from app.core.numbers import exact
from app.core.scoring.analysis import Analysis
from app.core.scoring.benchmark import Benchmark, benchmark_of
from app.core.scoring.spec import Flag, Levels, Natural, Piecewise, Price, Scale
from app.core.scoring.values import FULL, UNIT, natural_at, units


@dataclass(frozen=True, slots=True)
class SingleChange:
    """One cell that alone would bring `candidate` level with `rival`: the points of this criterion it needs.

    `needs` and `has` in natural units where the scale has them (a level label that is at least enough, True
    for a flag), else None; `needs_points` and `has_points` are points 0–100 of the criterion. A claim has the
    points it counts, not the ones it claims. `needs` must be verified to count in full.
    """

    candidate: str
    rival: str
    criterion: str
    has: Natural | None
    needs: Natural | None
    has_points: float
    needs_points: float


@dataclass(frozen=True, slots=True)
class Turnaround:
    """What brings `candidate` level with `rival`, which stands `gap` points of total above it (≥ 0).

    `single`: every cell that is enough alone, easiest first. `fewest`: the smallest set of cells that is enough
    together, each raised by the same share of its room; one cell when `single` holds one whose scale can reach
    it. `possible`: whether any set of cells is enough. When it stands level or above already, `gap` is 0 or less
    and both are empty.
    """

    candidate: str
    rival: str
    gap: float
    single: tuple[SingleChange, ...]
    fewest: tuple[SingleChange, ...]
    possible: bool


@dataclass(frozen=True, slots=True)
class _Room:
    """Columns that can improve: current units, the most they can reach, and parts; gap in parts·units."""

    gap: int
    criteria: tuple[str, ...]
    parts: tuple[int, ...]
    has: tuple[int, ...]
    most: tuple[int, ...]


def what_would_it_take(analysis: Analysis, name: str, rival: str | None = None) -> tuple[SingleChange, ...]:
    """Every single cell that could bring `name` level with `rival` (default: the leader), easiest first.

    Only cells whose criterion has room for the whole gap: Δv = (S_rival − S)/w within what the scale can reach.
    Easiest is the smallest Δv. Empty when it stands level or above already, or no single cell is enough. Raises
    `Conflict` for a candidate without a score.
    """
    return turnaround(analysis, name, rival).single


def turnaround(analysis: Analysis, name: str, rival: str | None = None) -> Turnaround:
    """Single and fewest changes that bring `name` level with `rival` (default: the leader).

    Fewest is exact: a set of cells closes at most the sum of its rooms w·(best − v), and of all sets of k cells
    none has a larger sum than the k largest rooms; so the shortest prefix of the rooms in falling order that
    reaches the gap is a smallest set (decision.md section 3.2, 7c). Raises `Conflict` for a candidate without a
    score.
    """
    rival = rival or analysis.leader or name
    analysis.scored(name)
    analysis.scored(rival)
    board = analysis.board
    difference = board.totals[board.ids.index(rival)] - board.totals[board.ids.index(name)]
    gap = difference / (board.weights.whole * UNIT)
    if difference <= 0:
        return Turnaround(name, rival, gap, (), (), possible=True)
    benchmark = benchmark_of(analysis)
    room = _room(analysis, name, rival, difference)
    single = []
    if room:
        for c in range(len(room.criteria)):
            needs = room.has[c] - (-room.gap // room.parts[c])  # rounded up: one unit less is not enough
            if needs <= room.most[c]:
                single.append(_change(analysis, benchmark, name, rival, room.criteria[c], room.has[c], needs))
    price = analysis.scorecard.price
    if price and all(change.criterion != price.id for change in single):
        cut = _undercut(analysis, benchmark, name, rival)
        single += [cut] if cut else []
    fewest = _fewest(analysis, benchmark, name, rival, room) if room else ()
    ordered = sorted(single, key=lambda change: change.needs_points - change.has_points)
    if not fewest and ordered:
        fewest = (ordered[0],)
    return Turnaround(name, rival, gap, tuple(ordered), fewest, bool(fewest))


def _fewest(
    analysis: Analysis, benchmark: Benchmark | None, name: str, rival: str, room: _Room
) -> tuple[SingleChange, ...]:
    rooms = [part * (most - has) for part, most, has in zip(room.parts, room.most, room.has, strict=True)]
    by_size = sorted(range(len(rooms)), key=lambda c: -rooms[c])
    chosen: list[int] = []
    total = 0
    for c in by_size:
        if total >= room.gap or rooms[c] <= 0:
            break
        chosen.append(c)
        total += rooms[c]
    if total < room.gap:
        return ()
    return tuple(
        _change(
            analysis, benchmark, name, rival, room.criteria[c], room.has[c],
            room.has[c] - (-room.gap * (room.most[c] - room.has[c]) // total),
        )
        for c in chosen
    )  # fmt: skip


def _room(analysis: Analysis, name: str, rival: str, difference: int) -> _Room | None:
    """The columns that can improve; None when a price that is not known stands in the way."""
    board = analysis.board
    scales = analysis.scales
    known = benchmark_of(analysis)
    divided = known is not None and known.method == "price_per_quality_point"
    if divided:
        values = analysis.candidate(name).cells
        has = tuple(values[criterion].mid for criterion in board.criteria)
        gap = _quality_gap(analysis, name, rival)
    else:
        has, gap = board.mid[board.ids.index(name)], difference
    if gap is None:
        return None
    keep = [
        c for c, criterion in enumerate(board.criteria)
        if not isinstance(scales[criterion], Price) or not _relative(scales[criterion]) or _lowest(known) is not None
    ]  # fmt: skip
    return _Room(
        gap,
        tuple(board.criteria[c] for c in keep),
        tuple(board.weights.parts[c] for c in keep),
        tuple(has[c] for c in keep),
        tuple(_best(scales[board.criteria[c]]) for c in keep),
    )


def _lowest(benchmark: Benchmark | None) -> Fraction | None:
    return benchmark.lowest if benchmark else None


def _relative(scale: Scale) -> bool:
    return isinstance(scale, Price) and scale.method != "absolute_linear"


def _best(scale: Scale) -> int:
    if isinstance(scale, Levels):
        return max(units(points) for points in scale.points.values())
    if isinstance(scale, Piecewise):
        return max(units(points) for _, points in scale.knots)
    return FULL


def _quality_gap(analysis: Analysis, name: str, rival: str) -> int | None:
    """Under price per quality point: what is missing to Q with Q/P level at the own price, in parts·units."""
    own, other = _price(analysis, name), _price(analysis, rival)
    if own is None or not other:
        return None
    missing = _quality(analysis, rival) * own / other - _quality(analysis, name)
    return -(-missing.numerator // missing.denominator)


def _quality(analysis: Analysis, name: str) -> Fraction:
    board, cells = analysis.board, analysis.candidate(name).cells
    return Fraction(
        sum(
            part * cells[criterion].mid
            for part, criterion in zip(board.weights.parts, board.criteria, strict=True)
        )
    )


def _price(analysis: Analysis, name: str) -> Fraction | None:
    price = analysis.scorecard.price
    natural = analysis.candidate(name).cells[price.id].natural if price else None
    return exact(natural) if isinstance(natural, int | float) else None


def _change(
    analysis: Analysis,
    benchmark: Benchmark | None,
    name: str,
    rival: str,
    criterion: str,
    has: int,
    needs: int,
) -> SingleChange:
    scale = analysis.scales[criterion]
    value = analysis.candidate(name).cells[criterion].natural
    natural = _natural(scale, benchmark, needs)
    return SingleChange(name, rival, criterion, value, natural, has / UNIT, needs / UNIT)


def _natural(scale: Scale, benchmark: Benchmark | None, needs: int) -> Natural | None:
    if isinstance(scale, Levels):
        enough = [(points, label) for label, points in scale.points.items() if units(points) >= needs]
        return min(enough)[1] if enough else None
    if isinstance(scale, Flag):
        return True
    if _relative(scale):
        found = benchmark.price_at(needs) if benchmark else None
        return None if found is None else float(found)
    return natural_at(scale, needs)


def _undercut(analysis: Analysis, benchmark: Benchmark | None, name: str, rival: str) -> SingleChange | None:
    """A price under all others that brings level, because it takes price points from the rival as well."""
    price = analysis.scorecard.price
    if benchmark is None or price is None:
        return None
    cells = {one: analysis.candidate(one).cells[price.id] for one in (name, rival)}
    own, other = _price(analysis, name), _price(analysis, rival)
    if other is None:
        return None
    if benchmark.method == "price_per_quality_point":
        quality = _quality(analysis, rival)
        level = _quality(analysis, name) * other / quality if quality else None
    elif cells[rival].status != "verified":  # of a claim only part counts, so the rival loses less
        return None
    else:
        board = analysis.board
        totals = [board.totals[board.ids.index(one)] for one in (name, rival)]
        part = board.weights.parts[board.criteria.index(price.id)]
        rest = Fraction(totals[0] - totals[1], part) - cells[name].mid + cells[rival].mid
        level = benchmark.undercutting(rest, other)
    if level is None or level <= 0 or (own is not None and level >= own):
        return None
    points = cells[name].mid / UNIT
    return SingleChange(name, rival, price.id, cells[name].natural, float(level), points, FULL / UNIT)


def describe(change: SingleChange, unit: str = "") -> str:
    """One change in words: "kickoff_days 32 instead of 50"; points where natural units do not exist.

    `unit` follows the natural values.
    """
    has, needs = (_said(value, unit) for value in (change.has, change.needs))
    if needs and has:
        return f"{change.criterion} {needs} instead of {has}"
    points = f"{change.needs_points:.1f} of 100 points instead of {change.has_points:.1f}"
    return f"{change.criterion} {needs} ({points})" if needs else f"{change.criterion} {points}"


def _said(value: Natural | None, unit: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:,.5g}" if isinstance(value, int | float) else value
    return f"{text} {unit}".strip()
