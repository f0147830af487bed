"""Which uncertain cell moves a total, or the gap between two candidates, the most."""

from dataclasses import dataclass

from app.core.scoring.analysis import Analysis
from app.core.scoring.eligibility import price_method
from app.core.scoring.values import UNIT


@dataclass(frozen=True, slots=True)
class Swing:
    """One cell taken to its low and its high, everything else at its mid, in points of total.

    `low` ≤ 0 ≤ `high`: how far the watched figure falls and rises. `turns`: it alone changes who of the two is
    ahead (false when only one candidate is watched).
    """

    candidate: str
    criterion: str
    low: float
    high: float
    turns: bool

    @property
    def width(self) -> float:
        """Points between the two ends."""
        return self.high - self.low


def tornado(analysis: Analysis, name: str, rival: str | None = None) -> tuple[Swing, ...]:
    """Every cell that is not exact, widest first: its effect on the total of `name`, or on its lead over `rival`.

    Taking one cell from mid to an end moves the total by w·(end − mid); a cell of the rival moves the lead the
    other way. Exact, except that under price_per_quality_point every cell's effect hangs on the price, so that
    nothing is given there. Raises `Conflict` for a candidate without a score.
    """
    watched = [(name, 1), (rival, -1)] if rival else [(name, 1)]
    for one, _ in watched:
        analysis.scored(one)
    if price_method(analysis.scorecard) == "price_per_quality_point":
        return ()
    board = analysis.board
    rows = [board.ids.index(one) for one, _ in watched]
    lead = board.totals[rows[0]] - board.totals[rows[1]] if rival else 0
    scale = board.weights.whole * UNIT
    found = []
    for (one, sign), i in zip(watched, rows, strict=True):
        for c, criterion in enumerate(board.criteria):
            mid = board.mid[i][c]
            ends = [
                sign * board.weights.parts[c] * (end - mid) for end in (board.low[i][c], board.high[i][c])
            ]
            fall, rise = min(ends), max(ends)
            if rise > fall:
                turns = rival is not None and (lead + fall < 0 < lead or lead < 0 < lead + rise)
                found.append(Swing(one, criterion, fall / scale, rise / scale, turns))
    return tuple(sorted(found, key=lambda swing: -swing.width))
