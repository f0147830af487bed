"""Why a ranking stands and what would change it; every figure in closed form on the exact board."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.scoring.board import Board
from app.core.scoring.spec import CellStatus
from app.core.scoring.values import UNIT


@dataclass(frozen=True, slots=True)
class Segment:
    """Between these weights (global shares 0–1) this candidate leads; weights of the others in proportion."""

    start: float
    end: float
    leader: str


@dataclass(frozen=True, slots=True)
class Crossover:
    """At `weight_at_change` of a criterion or group (`what`), instead of `weight_now`, the leader changes."""

    what: str
    weight_now: float
    weight_at_change: float
    leader_after: str

    @property
    def relative(self) -> float:
        """Size of the change relative to the weight now; 0.25 is a quarter."""
        return abs(self.weight_at_change - self.weight_now) / self.weight_now


@dataclass(frozen=True, slots=True)
class WeightTransfer:
    """Moving `share` of all weight (0–1) from group `source` to group `target` makes `leader_after` lead."""

    source: str
    target: str
    share: float
    leader_after: str


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Knowing this cell exactly is worth `value` points of total, on average (see `questions`)."""

    candidate: str
    criterion: str
    value: float
    status: CellStatus


Lines = list[tuple[float, float]]  # per candidate: score at weight 0 and at weight 1


def winner_map(board: Board, part: int, sums: Sequence[int], order: Sequence[int]) -> list[Segment]:
    """Who leads as one weight goes from 0 to 1 and the others keep their proportions.

    `part` is the weight's numerator over `board.weights.whole`, `sums` each candidate's Σ part·value inside
    it. S(t) = (1 − t)·(T − C)/(1 − w) + t·C/w: the upper envelope of straight lines. Their ends are correctly
    rounded quotients of whole numbers, so equal lines stay equal; they go to the better ranked. `order`:
    candidate indexes by rank.
    """
    whole = board.weights.whole
    if not order:
        return []
    if part == whole:  # the only weight there is: nothing can move
        return [Segment(0.0, 1.0, board.ids[order[0]])]
    lines: Lines = [((board.totals[i] - sums[i]) / (whole - part), sums[i] / part) for i in order]
    current = max(range(len(lines)), key=lambda k: (lines[k][0], lines[k][1], -k))
    start = 0.0
    segments = []
    while True:
        crossing = _next_leader(lines, current)
        if crossing is None:
            segments.append(Segment(start, 1.0, board.ids[order[current]]))
            return segments
        end, following = crossing
        if end > start:
            segments.append(Segment(start, end, board.ids[order[current]]))
        start, current = end, following


def _next_leader(lines: Lines, current: int) -> tuple[float, int] | None:
    """Where, and by whom, the current upper line is overtaken before weight 1; the steepest where several."""
    a, b = lines[current]
    best = (1.0, 0.0)
    found = None
    for k, (c, d) in enumerate(lines):
        gap, gain = a - c, d - b
        if gain > 0 and gap >= 0:  # overtaken before 1, and not behind us already
            crossing = (gap / (gap + gain), c - d)
            if crossing < best:
                best, found = crossing, k
    return (best[0], found) if found is not None else None


def crossovers(what: str, now: float, segments: Sequence[Segment], leader: str) -> list[Crossover]:
    """The nearest changes of leader below and above the weight now; at most two."""
    at = next(
        (i for i, s in enumerate(segments) if s.start <= now <= s.end and s.leader == leader),
        next((i for i, s in enumerate(segments) if s.start <= now <= s.end), None),
    )
    if at is None:
        return []
    found = []
    if at > 0:
        found.append(Crossover(what, now, segments[at].start, segments[at - 1].leader))
    if at + 1 < len(segments):
        found.append(Crossover(what, now, segments[at].end, segments[at + 1].leader))
    return found


def rank_intervals(lows: Sequence[int], highs: Sequence[int]) -> list[tuple[int, int]]:
    """(best, worst) possible rank of each candidate at the stated weights.

    best = 1 + #{j: low_j > high_i}, worst = 1 + #{j ≠ i: high_j > low_i}: exact, because cells of different
    candidates are independent of each other (decision.md section 5).
    """
    by_low, by_high = sorted(lows), sorted(highs)
    result = []
    for low, high in zip(lows, highs, strict=True):
        above = len(by_low) - _count_up_to(by_low, high)
        may_be_above = len(by_high) - _count_up_to(by_high, low) - (1 if high > low else 0)
        result.append((1 + above, 1 + may_be_above))
    return result


def _count_up_to(ordered: Sequence[int], limit: int) -> int:
    return bisect_right(ordered, limit)


def value_of_information(gap: float, spread: float) -> float:
    """Expected points gained by knowing a figure exactly: σ[φ(g/σ) − (g/σ)(1 − Φ(g/σ))], 0 when σ = 0.

    `gap` g ≥ 0 is the distance to the rival that matters, `spread` σ the standard deviation of the total that
    the figure causes. A normal approximation of the cell.
    """
    if spread <= 0:
        return 0.0
    z = gap / spread
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    beyond = math.erfc(z / math.sqrt(2)) / 2
    return max(0.0, spread * (density - z * beyond))


def questions(
    board: Board, status: Sequence[Sequence[CellStatus]], order: Sequence[int]
) -> tuple[OpenQuestion, ...]:
    """What to ask next, most valuable first: every cell that is not exact and can still be answered.

    The gap is to the leader, and for the leader to the second. A measured interval is read as 95 %
    (σ = width/3.92), anything else as evenly spread (σ = width/√12). A cell closed unanswered is final and
    not asked again. `status` holds one row per board row; `order` the indexes by rank.
    """
    whole = board.weights.whole * UNIT
    found = []
    for i, name in enumerate(board.ids):
        rivals = [k for k in order if k != i][:1]
        gap = abs(board.totals[i] - board.totals[rivals[0]]) / whole if rivals else math.inf
        for c, criterion in enumerate(board.criteria):
            width = board.high[i][c] - board.low[i][c]
            kind = status[i][c]
            if width == 0 or kind == "closed_unanswered":
                continue
            spread = board.weights.share(c) * width / UNIT / (3.92 if kind == "verified" else math.sqrt(12))
            value = value_of_information(gap, spread) if math.isfinite(gap) else 0.0
            found.append(OpenQuestion(name, criterion, round(value, 4), kind))
    return tuple(sorted(found, key=lambda q: -q.value))
