"""What must hold for every explanation: crossovers, winner maps, rank intervals, shares and chances of ranks."""

import random
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.scoring import Analysis, Crossover
from tests.core.scoring.strategies import Drawn, cases, many, ranked


def moved(analysis: Analysis, columns: list[int], weight: Fraction) -> dict[str, Fraction]:
    """Totals when these columns weigh `weight` together and the others keep their proportions."""
    board = analysis.board
    parts = board.weights.parts
    inside = sum(parts[c] for c in columns)
    outside = board.weights.whole - inside
    shares = [
        Fraction(part, inside) * weight if c in columns else Fraction(part, outside) * (1 - weight)
        for c, part in enumerate(parts)
    ]
    return {
        name: sum((s * v for s, v in zip(shares, row, strict=True)), Fraction(0))
        for name, row in zip(board.ids, board.mid, strict=True)
    }


def check_crossing(analysis: Analysis, columns: list[int], change: Crossover) -> None:
    leader, follower = analysis.leader, change.leader_after
    assert leader is not None
    assert follower != leader
    at = Fraction(change.weight_at_change)
    found = moved(analysis, columns, at)
    assert float(found[follower] - found[leader]) == pytest.approx(0, abs=1e-6)  # of 1,000,000
    scored = [line.id for line in analysis.candidates if line.rank is not None]
    assert max(found[name] for name in scored) - found[leader] < Fraction(1, 1000)
    now = Fraction(change.weight_now)
    beyond = at + (at - now) / 1000
    if 0 < beyond < 1:
        further = moved(analysis, columns, beyond)
        assert further[follower] > further[leader]


@many
@given(cases(least=2, limits=False))
def test_totals_of_both_are_equal_at_a_reported_crossover(drawn: Drawn) -> None:
    analysis = ranked(drawn)
    board = analysis.board
    assume(analysis.winner)
    for change in analysis.crossovers:
        check_crossing(analysis, [board.criteria.index(change.what)], change)
    for change in analysis.group_crossovers:
        group = board.groups.index(change.what)
        check_crossing(analysis, [c for c, g in enumerate(board.weights.group) if g == group], change)


@many
@given(cases(least=2, limits=False))
def test_without_a_reported_crossover_the_leader_stays_at_every_weight(drawn: Drawn) -> None:
    analysis = ranked(drawn)
    board = analysis.board
    assume(analysis.leader)
    changing = {change.what for change in analysis.crossovers}
    scored = [line.id for line in analysis.candidates if line.rank is not None]
    for c, name in enumerate(board.criteria):
        if name in changing or board.weights.parts[c] == board.weights.whole:
            continue
        for step in range(21):
            found = moved(analysis, [c], Fraction(step, 20))
            assert max(found[other] for other in scored) - found[analysis.leader or ""] < Fraction(1, 1000)


@many
@given(cases(least=2), st.randoms(use_true_random=False))
def test_rank_intervals_contain_every_sampled_rank(drawn: Drawn, dice: random.Random) -> None:
    analysis = ranked(drawn)
    board = analysis.board
    parts = board.weights.parts
    spans = {name: analysis.candidate(name) for name in board.ids}
    for _ in range(20):
        sampled = [
            sum(
                part * dice.choice([low, high, dice.randint(low, high)])
                for part, low, high in zip(parts, lows, highs, strict=True)
            )
            for lows, highs in zip(board.low, board.high, strict=True)
        ]
        for name, own in zip(board.ids, sampled, strict=True):
            rank = 1 + sum(other > own for other in sampled)
            assert (spans[name].best_rank or 0) <= rank <= (spans[name].worst_rank or 0)
    for line in analysis.candidates:
        if line.rank is not None and all(c.rank is not None for c in spans.values()):
            assert (line.best_rank or 0) <= line.rank <= (line.worst_rank or 0)


@many
@given(cases(least=2))
def test_pairwise_shares_of_both_directions_sum_to_one(drawn: Drawn) -> None:
    analysis = ranked(drawn)
    shares = {(pair.a, pair.b): pair.share for pair in analysis.pairwise}
    scored = [line for line in analysis.candidates if line.rank is not None]
    assert len(shares) == len(scored) * (len(scored) - 1)
    for (a, b), share in shares.items():
        assert 0 <= share <= 1
        assert share + shares[b, a] == pytest.approx(1, abs=1e-12)
        if same_rows(analysis, a, b):
            assert share == 0.5


def same_rows(analysis: Analysis, a: str, b: str) -> bool:
    board = analysis.board
    return board.mid[board.ids.index(a)] == board.mid[board.ids.index(b)]


@many
@given(cases(least=2))
def test_rank_acceptability_is_doubly_stochastic(drawn: Drawn) -> None:
    analysis = ranked(drawn, draws=200)
    rows = [line.rank_acceptability for line in analysis.candidates if line.rank is not None]
    for row in rows:
        assert row is not None
        assert len(row) == len(rows)
        assert sum(row) == pytest.approx(1)
    for column in zip(*(row or () for row in rows), strict=True):
        assert sum(column) == pytest.approx(1)
