"""From natural units to points of 100, as whole numbers of 10⁻⁴ points, and from status to interval.

How each status counts (decision.md section 5; the mid is what totals are made of):

- verified: as measured; without ends it is exact.
- claimed: given ends stand; otherwise anything from 0 points up to the claim is possible, and the mid is
  three quarters of the claim (`CLAIM_COUNTS`). A modest claim still beats silence, a boast is not believed.
- open, conflict, or no cell at all: 0 to 100, mid 50. Neither zero nor full: the centre of not knowing.
- closed_unanswered (asked for the last time, not answered): low and mid 0, high 100 for the record.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from app.core.numbers import exact, is_number, ratio, round_half_up
from app.core.scoring.spec import (
    OPEN,
    Candidate,
    Cell,
    CellStatus,
    Criterion,
    EvidenceRef,
    Flag,
    Levels,
    Linear,
    Natural,
    Number,
    Piecewise,
    Price,
    Scale,
)

UNIT = 10_000  # units of 10⁻⁴ points in one point
FULL = 100 * UNIT
CLAIM_COUNTS = Fraction(3, 4)


@dataclass(frozen=True, slots=True)
class Value:
    """A cell in units of 10⁻⁴ points, low ≤ mid ≤ high; `natural` is the mid as it was given, if any."""

    low: int
    mid: int
    high: int
    status: CellStatus
    natural: Natural | None = None
    evidence: tuple[EvidenceRef, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether something is known: counts for coverage."""
        return self.status in ("verified", "claimed")


def units(points: Number) -> int:
    """Points (0–100) as whole 10⁻⁴ points."""
    top, bottom = ratio(points)
    return round_half_up(top * UNIT, bottom)


def on_line(x: Number, start: tuple[Number, int], end: tuple[Number, int]) -> int:
    """Units at `x` on the straight line through two points (natural, units), exact, not clipped."""
    (xn, xd), (an, ad), (bn, bd) = ratio(x), ratio(start[0]), ratio(end[0])
    run = (bn * ad - an * bd) * xd
    gone = (xn * ad - an * xd) * bd
    return round_half_up(start[1] * run + (end[1] - start[1]) * gone, run)


@lru_cache(4096)
def _corners(scale: Linear | Piecewise | Price) -> tuple[tuple[Number, int], ...]:
    match scale:
        case Linear(worst, best):
            return tuple(sorted(((worst, 0), (best, FULL))))
        case Piecewise(knots):
            return tuple((x, units(y)) for x, y in knots)
        case Price(method="absolute_linear", target=target, cap=cap) if (
            target is not None and cap is not None
        ):
            return ((target, FULL), (cap, 0))
        case _:
            return ()


def knots_of(scale: Scale) -> tuple[tuple[Number, int], ...]:
    """(natural, units) corners of a numeric scale with x rising; flat outside. Empty for labels and flags,
    and for a price that is judged against other prices."""
    return _corners(scale) if isinstance(scale, Linear | Piecewise | Price) else ()


def points_at(scale: Scale, x: Natural) -> int:
    """Units of a natural value; `x` must suit the scale (`check.py` sees to it)."""
    if isinstance(scale, Levels):
        return units(scale.points[str(x)])
    if isinstance(scale, Flag):
        return FULL if x else 0
    assert isinstance(x, int | float)  # noqa: S101  (checked before)
    return _on_knots(knots_of(scale), x)


def _on_knots(knots: tuple[tuple[Number, int], ...], x: Number) -> int:
    if x <= knots[0][0]:
        return knots[0][1]
    for start, end in pairwise(knots):
        if x <= end[0]:
            return on_line(x, start, end)
    return knots[-1][1]


def natural_ends(cell: Cell) -> tuple[Natural | None, Natural | None, Natural | None]:
    """low, mid, high of a cell, gaps filled from its own values; mid None means the centre in points."""
    low = cell.mid if cell.low is None else cell.low
    high = cell.mid if cell.high is None else cell.high
    mid = cell.mid
    if mid is None and is_number(low) and is_number(high):
        (ln, ld), (hn, hd) = ratio(low), ratio(high)
        mid = (ln * hd + hn * ld) / (2 * ld * hd)
    return low, mid, high


def value_of(criterion: Criterion, cell: Cell | None) -> Value:
    """The cell in units. Not for a price judged against other prices, which `price.py` values."""
    cell = cell or OPEN
    if cell.status in ("open", "conflict"):
        return Value(0, FULL // 2, FULL, cell.status, evidence=cell.evidence)
    if cell.status == "closed_unanswered":
        return Value(0, 0, FULL, cell.status, evidence=cell.evidence)
    if cell.low is cell.high is None and cell.status == "verified" and not cell.in_points:
        assert cell.mid is not None  # noqa: S101  (checked before)
        exactly = points_at(criterion.scale, cell.mid)
        return Value(exactly, exactly, exactly, "verified", cell.mid, cell.evidence)
    ends = natural_ends(cell)
    low, mid, high = _units_of(criterion.scale, cell.in_points, ends)
    if cell.status == "claimed" and cell.low is None and cell.high is None:
        counted = mid * CLAIM_COUNTS
        low, mid, high = 0, round_half_up(counted.numerator, counted.denominator), mid
    return Value(low, mid, high, cell.status, ends[1], cell.evidence)


Ends = tuple[Natural | None, Natural | None, Natural | None]


def _units_of(scale: Scale, in_points: bool, ends: Ends) -> tuple[int, int, int]:
    low, mid, high = ends
    assert low is not None  # noqa: S101  (checked before)
    assert high is not None  # noqa: S101  (checked before)
    if in_points:
        at = [units(x) for x in (low, high) if isinstance(x, int | float)]
        middle = units(mid) if isinstance(mid, int | float) else sum(at) // 2
        return min(at), middle, max(at)
    first = points_at(scale, low)
    last = points_at(scale, high)
    corners = [first, last]
    if not isinstance(scale, Levels | Flag):
        # A scale that rises and falls may have its best or worst between the ends.
        corners += [y for x, y in knots_of(scale) if low < x < high]  # type: ignore[operator]
    middle = round_half_up(first + last, 2) if mid is None else points_at(scale, mid)
    return min(*corners, middle), middle, max(*corners, middle)


def natural_at(scale: Scale, target: int) -> Number | None:
    """A natural value worth `target` units on a numeric scale: the first met from the worse end, or None.

    Used to say "kick-off in 9 days instead of 21"; None for labels, flags and relative prices.
    """
    knots = knots_of(scale)
    ordered = knots if knots and knots[0][1] <= knots[-1][1] else knots[::-1]
    for (x0, y0), (x1, y1) in pairwise(ordered):
        if y0 != y1 and min(y0, y1) <= target <= max(y0, y1):
            return float(exact(x0) + (exact(x1) - exact(x0)) * Fraction(target - y0, y1 - y0))
    return None


def is_known_price(candidate: Candidate, criterion: Criterion) -> bool:
    """Whether a price is on the table, verified or claimed."""
    cell = candidate.cells.get(criterion.id)
    return cell is not None and cell.status in ("verified", "claimed")
