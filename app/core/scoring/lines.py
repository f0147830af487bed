"""The lines of a result: one per candidate, with parts that add up."""

from collections.abc import Mapping, Sequence

from app.core.numbers import largest_remainder, round_half_up
from app.core.scoring.analysis import CandidateResult, GroupScore
from app.core.scoring.board import Board
from app.core.scoring.eligibility import Standing
from app.core.scoring.explain import rank_intervals
from app.core.scoring.values import UNIT


def result_lines(
    board: Board,
    order: Sequence[int],
    standings: Sequence[Standing],
    covered: Mapping[str, float],
    chances: Mapping[str, tuple[float, ...]],
) -> tuple[CandidateResult, ...]:
    """Every candidate once: in rank order, then those without a score, then the excluded.

    `order` are the board rows that have a score, by rank; `covered` and `chances` go by candidate id.
    """
    spans = rank_intervals(board.lows, board.highs)
    at = {name: i for i, name in enumerate(board.ids)}
    scored = [board.totals[i] for i in order]
    lines: dict[str, CandidateResult] = {}
    for standing in standings:
        name = standing.candidate.id
        i = at.get(name)
        if i is None:
            lines[name] = _excluded(standing, covered[name])
            continue
        rank = 1 + sum(total > board.totals[i] for total in scored) if covered[name] > 0 else None
        lines[name] = _inside(board, i, standing, covered[name], rank, spans[i], chances.get(name))
    ranked = [board.ids[i] for i in order]
    unscored = [name for name in board.ids if name not in set(ranked)]
    excluded = [s.candidate.id for s in standings if s.candidate.id not in at]
    return tuple(lines[name] for name in (*ranked, *unscored, *excluded))


def _inside(
    board: Board,
    i: int,
    standing: Standing,
    coverage: float,
    rank: int | None,
    span: tuple[int, int],
    chances: tuple[float, ...] | None,
) -> CandidateResult:
    undecided = standing.undecided if rank else [*standing.undecided, "nothing is known yet; no score"]
    contributions, groups = _parts(board, i) if rank else ({}, {})
    return CandidateResult(
        id=standing.candidate.id,
        status="conditional" if undecided else "ranked",
        reason="; ".join(undecided) or None,
        total=_points(board.totals[i], board) if rank else None,
        low=_points(board.lows[i], board),
        high=_points(board.highs[i], board),
        rank=rank,
        best_rank=span[0],
        worst_rank=span[1],
        coverage=coverage,
        contributions=contributions,
        groups=groups,
        gates=standing.gates,
        thresholds=standing.thresholds,
        rank_acceptability=chances,
        cells=standing.values,
    )


def _excluded(standing: Standing, coverage: float) -> CandidateResult:
    return CandidateResult(
        id=standing.candidate.id,
        status="excluded",
        reason="; ".join(standing.failures),
        total=None,
        low=None,
        high=None,
        rank=None,
        best_rank=None,
        worst_rank=None,
        coverage=coverage,
        contributions={},
        groups={},
        gates=standing.gates,
        thresholds=standing.thresholds,
        rank_acceptability=None,
        cells=standing.values,
    )


def _points(sums: int, board: Board) -> float:
    return round_half_up(sums, board.weights.whole) / UNIT


def _parts(board: Board, i: int) -> tuple[dict[str, float], dict[str, GroupScore]]:
    """Contributions that add up to the printed total, and group scores with their share of it."""
    weights = board.weights
    shown = largest_remainder(
        [p * v for p, v in zip(weights.parts, board.mid[i], strict=True)], weights.whole
    )
    groups = {}
    for g, name in enumerate(board.groups):
        columns = [c for c, group in enumerate(weights.group) if group == g]
        ends = [
            round_half_up(sum(weights.parts[c] * row[i][c] for c in columns), board.group_parts[g]) / UNIT
            for row in (board.low, board.mid, board.high)
        ]
        groups[name] = GroupScore(ends[0], ends[1], ends[2], sum(shown[c] for c in columns) / UNIT)
    return {name: part / UNIT for name, part in zip(board.criteria, shown, strict=True)}, groups
