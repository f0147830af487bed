"""The one entry: candidates on a scorecard to an `Analysis`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.scoring.analysis import (
    ENGINE,
    Analysis,
    ExchangeRate,
    PairShare,
    Settings,
    Verdict,
)
from app.core.scoring.board import Board, make_board
from app.core.scoring.canonical import digest
from app.core.scoring.check import check_candidates
from app.core.scoring.eligibility import Standing, assess
from app.core.scoring.explain import Crossover, Segment, WeightTransfer, crossovers, questions, winner_map
from app.core.scoring.lines import result_lines
from app.core.scoring.price import exchange_rate
from app.core.scoring.reader import Reader
from app.core.scoring.spec import Candidate, Need, Price, Scorecard
from app.core.scoring.values import UNIT
from app.core.scoring.verdict import order_word, warnings_of
from app.core.scoring.weights import Weights, weights_of

MAX_DRAWS = 1_000_000


def analyse(
    scorecard: Scorecard,
    candidates: Sequence[Candidate],
    *,
    decision_date: date,
    draws: int = 10_000,
    seed: int = 0,
    need: Need | None = None,
    settings: Settings | None = None,
) -> Analysis:
    """Rank and explain the candidates; the same inputs give the same result.

    Order of decisions: gates → thresholds → price → totals. The order of the candidates matters only among
    exactly equal totals. `draws` 0 to 1,000,000 (0: no rank acceptability, and `robust` cannot be reached).
    `need`: need key -> values, for requirements with `when`/`except_when`. Raises `Invalid("case.invalid")`
    with every problem of the candidates, or of a price criterion whose target and cap are still open.
    """
    _check(scorecard, candidates, draws, seed)
    ground = _ground(scorecard, candidates, decision_date, need or {})
    return _explained(ground, settings or Settings(), decision_date, draws, seed)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the explanations stand on; `order`: board rows that have a score, by rank."""

    scorecard: Scorecard
    weights: Weights
    standings: Sequence[Standing]
    board: Board
    covered: Mapping[str, float]
    order: Sequence[int]


def _ground(scorecard: Scorecard, candidates: Sequence[Candidate], on: date, need: Need) -> _Ground:
    weights = weights_of(scorecard)
    standings = assess(scorecard, weights, candidates, on, need)
    inside = [s for s in standings if not s.failures]
    board = make_board(
        scorecard, weights, [s.candidate for s in inside], {s.candidate.id: s.values for s in inside}
    )
    covered = {s.candidate.id: _coverage(scorecard, weights, s) for s in standings}
    scored = [i for i, name in enumerate(board.ids) if covered[name] > 0]
    order = sorted(scored, key=lambda i: -board.totals[i])
    return _Ground(scorecard, weights, standings, board, covered, order)


@dataclass(frozen=True, slots=True)
class WithoutOne:
    """Who leads, and by how many points over the second, when one evaluator's ratings are left out."""

    evaluator: str
    leader: str | None
    lead: float | None
    changes: bool


def leave_one_out(
    analysis: Analysis, without: Mapping[str, Sequence[Candidate]], *, need: Need | None = None
) -> tuple[WithoutOne, ...]:
    """The leader without each evaluator; `changes` when it is not the leader of `analysis`.

    `without`: evaluator -> the candidates of the analysis with cells computed from everybody else's ratings. Same
    scorecard and date as the analysis; give the same `need`. Raises `Invalid("case.invalid")` for candidates that
    do not fit.
    """
    found = []
    for evaluator, candidates in without.items():
        _check(analysis.scorecard, candidates, 0, 0)
        ground = _ground(analysis.scorecard, candidates, analysis.decision_date, need or {})
        board, order = ground.board, ground.order
        leader = board.ids[order[0]] if order else None
        lead = None
        if len(order) > 1:
            lead = (board.totals[order[0]] - board.totals[order[1]]) / (board.weights.whole * UNIT)
        found.append(WithoutOne(evaluator, leader, lead, leader != analysis.leader))
    return tuple(found)


def _explained(ground: _Ground, settings: Settings, decision_date: date, draws: int, seed: int) -> Analysis:
    scorecard, weights, board, order = ground.scorecard, ground.weights, ground.board, ground.order
    maps, group_maps = _maps(board, order)
    leader = board.ids[order[0]] if order else None
    changes, group_changes = _changes(board, maps, group_maps, leader)
    chances = _chances(board, order, draws, seed, settings)
    lines = result_lines(board, order, ground.standings, ground.covered, chances)
    word = order_word(board, order, changes, chances, settings)
    waits = bool(order) and lines[0].status == "conditional"
    verdict: Verdict | None = "conditional" if waits and word != "tie" else word
    status = {s.candidate.id: s.values for s in ground.standings}
    return Analysis(
        engine=ENGINE,
        seed=seed,
        draws=draws,
        decision_date=decision_date,
        settings=settings,
        scorecard=scorecard,
        scorecard_digest=digest(scorecard),
        winner=None if word == "tie" else leader,
        leader=leader,
        verdict=verdict,
        order=word,
        candidates=lines,
        weights={c.id: weights.share(i) for i, c in enumerate(scorecard.criteria)},
        group_weights={g.id: weights.of_group(i) / weights.whole for i, g in enumerate(scorecard.groups)},
        crossovers=changes,
        group_crossovers=group_changes,
        winner_maps=maps,
        group_winner_maps=group_maps,
        weight_transfers=_transfers(board, order),
        pairwise=_pairs(board, order),
        open_questions=questions(
            board, [[status[name][c].status for c in board.criteria] for name in board.ids], order
        ),
        exchange_rate=_rate(scorecard, weights),
        warnings=warnings_of(scorecard, ground.standings, order, group_changes, settings),
        board=board,
    )


def _check(scorecard: Scorecard, candidates: Sequence[Candidate], draws: int, seed: int) -> None:
    reader = Reader()
    check_candidates(reader, scorecard, candidates)
    if not 0 <= draws <= MAX_DRAWS:
        reader.problem("draws", f"must lie between 0 and {MAX_DRAWS:,}, not {draws}")
    if not 0 <= seed < 2**64:
        reader.problem("seed", f"must lie between 0 and 2^64 - 1, not {seed}")
    price = scorecard.price
    if price and isinstance(price.scale, Price) and price.scale.method == "absolute_linear":
        for key in ("target", "cap"):
            if getattr(price.scale, key) is None:
                reader.problem(f"scorecard.{price.id}.{key}", "must be set before candidates are ranked")
    reader.stop_if_any("case.invalid")


def _coverage(scorecard: Scorecard, weights: Weights, standing: Standing) -> float:
    known = sum(
        part
        for part, criterion in zip(weights.parts, scorecard.criteria, strict=True)
        if standing.values[criterion.id].answered
    )
    return known / weights.whole


Maps = dict[str, tuple[Segment, ...]]


def _maps(board: Board, order: Sequence[int]) -> tuple[Maps, Maps]:
    single: Maps = {}
    for c, name in enumerate(board.criteria):
        part = board.weights.parts[c]
        single[name] = tuple(winner_map(board, part, [part * row[c] for row in board.mid], order))
    grouped: Maps = {}
    for g, name in enumerate(board.groups):
        sums = [row[g] for row in board.group_sums]
        grouped[name] = tuple(winner_map(board, board.group_parts[g], sums, order))
    return single, grouped


def _changes(
    board: Board, maps: Maps, group_maps: Maps, leader: str | None
) -> tuple[tuple[Crossover, ...], tuple[Crossover, ...]]:
    if leader is None:
        return (), ()
    whole = board.weights.whole
    single = [
        change
        for name, part in zip(board.criteria, board.weights.parts, strict=True)
        for change in crossovers(name, part / whole, maps[name], leader)
    ]
    grouped = [
        change
        for name, part in zip(board.groups, board.group_parts, strict=True)
        for change in crossovers(name, part / whole, group_maps[name], leader)
    ]
    nearest_first = [tuple(sorted(found, key=lambda change: change.relative)) for found in (single, grouped)]
    return nearest_first[0], nearest_first[1]


def _chances(
    board: Board, order: Sequence[int], draws: int, seed: int, settings: Settings
) -> dict[str, tuple[float, ...]]:
    """Rank acceptability by candidate id; empty without draws."""
    if not order or draws == 0:
        return {}
    from app.core.scoring.robustness import rank_acceptability

    found = rank_acceptability(
        board.group_scores(order),
        [part / board.weights.whole for part in board.group_parts],
        draws=draws,
        seed=seed,
        concentration=settings.concentration,
    )
    return {board.ids[i]: tuple(row) for i, row in zip(order, found.tolist(), strict=True)}


def _transfers(board: Board, order: Sequence[int]) -> tuple[WeightTransfer, ...]:
    """Moves of weight between two groups that change the leader, the smallest first."""
    if len(order) < 2 or len(board.groups) < 2:
        return ()
    from app.core.scoring.robustness import weight_transfers

    stated = [part / board.weights.whole for part in board.group_parts]
    least, who = weight_transfers(board.group_scores(order), stated)
    found = [
        WeightTransfer(source, target, least[d, c].item(), board.ids[order[int(who[d, c])]])
        for d, source in enumerate(board.groups)
        for c, target in enumerate(board.groups)
        if who[d, c] >= 0
    ]
    return tuple(sorted(found, key=lambda move: move.share))


def _pairs(board: Board, order: Sequence[int]) -> tuple[PairShare, ...]:
    """Both directions of every pair, in rank order."""
    if len(order) < 2:
        return ()
    from app.core.scoring.robustness import pairwise_shares

    shares = pairwise_shares(board.group_scores(order)).tolist()
    return tuple(
        PairShare(board.ids[a], board.ids[b], shares[i][k])
        for i, a in enumerate(order)
        for k, b in enumerate(order)
        if i != k
    )


def _rate(scorecard: Scorecard, weights: Weights) -> ExchangeRate | None:
    found = exchange_rate(scorecard, weights)
    return ExchangeRate(found[0], found[1]) if found else None
