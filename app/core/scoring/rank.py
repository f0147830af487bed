"""The one entry: candidates on a scorecard to an `Analysis`."""

from collections.abc import Mapping, Sequence
from datetime import date

from app.core.numbers import exact, largest_remainder, round_half_up
from app.core.scoring.analysis import (
    ENGINE,
    Analysis,
    CandidateResult,
    ExchangeRate,
    GroupScore,
    Order,
    PairShare,
    Settings,
    Verdict,
)
from app.core.scoring.board import Board, make_board
from app.core.scoring.canonical import digest
from app.core.scoring.check import check_candidates
from app.core.scoring.eligibility import Standing, assess, price_method
from app.core.scoring.explain import Crossover, Segment, crossovers, questions, rank_intervals, winner_map
from app.core.scoring.price import RELATIVE, exchange_rate
from app.core.scoring.reader import Reader
from app.core.scoring.spec import Candidate, Need, Price, Scorecard
from app.core.scoring.values import UNIT
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
    """Rank and explain the candidates; the same inputs give the same result, whatever their order of arrival
    adds only the order among exactly equal totals.

    Order of decisions: gates → thresholds → price → totals (DESIGN 5). `draws` 0 to 1,000,000 (0: no rank
    acceptability, and `robust` cannot be reached). `need`: need key -> values, for requirements with
    `when`/`except_when`. Raises `Invalid("case.invalid")` with every problem of the candidates, or of a price
    criterion whose target and cap are still open.
    """
    settings = settings or Settings()
    need = need or {}
    _check(scorecard, candidates, draws, seed)
    weights = weights_of(scorecard)
    standings = assess(scorecard, weights, candidates, decision_date, need)
    inside = [s for s in standings if not s.failures]
    board = make_board(
        scorecard, weights, [s.candidate for s in inside], {s.candidate.id: s.values for s in inside}
    )
    covered = {s.candidate.id: _coverage(scorecard, weights, s) for s in standings}
    scored = [i for i, name in enumerate(board.ids) if covered[name] > 0]
    order = sorted(scored, key=lambda i: -board.totals[i])
    maps, group_maps = _maps(board, order)
    leader = board.ids[order[0]] if order else None
    changes = _changes(board, maps, group_maps, leader)
    chances = _chances(board, order, draws, seed, settings)
    lines = _lines(board, order, standings, covered, chances)
    word = _order(board, order, changes[0], chances, settings)
    conditional = leader is not None and _line(lines, leader).status == "conditional"
    verdict: Verdict | None = "conditional" if conditional and word != "tie" else word
    status = [[s.values[name].status for name in board.criteria] for s in inside]
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
        crossovers=changes[0],
        group_crossovers=changes[1],
        winner_maps=maps,
        group_winner_maps=group_maps,
        pairwise=_pairs(board, order),
        open_questions=tuple(questions(board, status, order)),
        exchange_rate=_rate(scorecard, weights),
        warnings=_warnings(scorecard, standings, order, changes[1], settings),
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


def _group_scores(board: Board, order: Sequence[int]) -> list[list[float]]:
    return [
        [total / (part * UNIT) for total, part in zip(board.group_sums[i], board.group_parts, strict=True)]
        for i in order
    ]


def _chances(
    board: Board, order: Sequence[int], draws: int, seed: int, settings: Settings
) -> dict[str, tuple[float, ...]]:
    """Rank acceptability by candidate id; empty without draws."""
    if not order or draws == 0:
        return {}
    from app.core.scoring.robustness import rank_acceptability

    found = rank_acceptability(
        _group_scores(board, order),
        [part / board.weights.whole for part in board.group_parts],
        draws=draws,
        seed=seed,
        concentration=settings.concentration,
    )
    return {board.ids[i]: tuple(row) for i, row in zip(order, found.tolist(), strict=True)}


def _pairs(board: Board, order: Sequence[int]) -> tuple[PairShare, ...]:
    """Both directions of every pair, in rank order."""
    if len(order) < 2:
        return ()
    from app.core.scoring.robustness import pairwise_shares

    shares = pairwise_shares(_group_scores(board, order)).tolist()
    return tuple(
        PairShare(board.ids[a], board.ids[b], shares[i][k])
        for i, a in enumerate(order)
        for k, b in enumerate(order)
        if i != k
    )


def _lines(
    board: Board,
    order: Sequence[int],
    standings: Sequence[Standing],
    covered: Mapping[str, float],
    chances: Mapping[str, tuple[float, ...]],
) -> tuple[CandidateResult, ...]:
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
        known = covered[name] > 0
        undecided = standing.undecided if known else [*standing.undecided, "nothing is known yet; no score"]
        contributions, groups = _parts(board, i) if known else ({}, {})
        lines[name] = CandidateResult(
            id=name,
            status="conditional" if undecided else "ranked",
            reason="; ".join(undecided) or None,
            total=_points(board.totals[i], board) if known else None,
            low=_points(board.lows[i], board),
            high=_points(board.highs[i], board),
            rank=1 + sum(total > board.totals[i] for total in scored) if known else None,
            best_rank=spans[i][0],
            worst_rank=spans[i][1],
            coverage=covered[name],
            contributions=contributions,
            groups=groups,
            gates=standing.gates,
            thresholds=standing.thresholds,
            rank_acceptability=chances.get(name),
            cells=standing.values,
        )
    ranked = [board.ids[i] for i in order]
    unscored = [name for name in board.ids if name not in set(ranked)]
    excluded = [s.candidate.id for s in standings if s.candidate.id not in at]
    return tuple(lines[name] for name in (*ranked, *unscored, *excluded))


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


def _line(lines: Sequence[CandidateResult], name: str) -> CandidateResult:
    return next(line for line in lines if line.id == name)


def _order(
    board: Board,
    order: Sequence[int],
    changes: Sequence[Crossover],
    chances: Mapping[str, tuple[float, ...]],
    settings: Settings,
) -> Order | None:
    """The word for the order alone: the first that applies of tie, certain, robust, sensitive."""
    if not order:
        return None
    first = order[0]
    step = exact(settings.display_step) * UNIT * board.weights.whole
    if len(order) > 1 and board.totals[first] - board.totals[order[1]] < step:
        return "tie"
    others = [high for i, high in enumerate(board.highs) if i != first]
    if all(board.lows[first] >= high for high in others):
        return "certain"
    chance = chances.get(board.ids[first], (0.0,))[0]
    near = any(change.relative <= settings.crossover_margin for change in changes)
    return "robust" if chance >= settings.robust_share and not near else "sensitive"


def _rate(scorecard: Scorecard, weights: Weights) -> ExchangeRate | None:
    found = exchange_rate(scorecard, weights)
    return ExchangeRate(found[0], found[1]) if found else None


def _warnings(
    scorecard: Scorecard,
    standings: Sequence[Standing],
    order: Sequence[int],
    group_changes: Sequence[Crossover],
    settings: Settings,
) -> tuple[str, ...]:
    said = []
    method = price_method(scorecard)
    if method in RELATIVE:
        said.append(f"price method {method}: {RELATIVE[method]}")
    price = scorecard.price
    if price and any(s.values[price.id].natural == 0 for s in standings):
        said.append("a price of zero was offered; ask whether it is meant before anything is decided")
    if not standings:
        said.append("no candidates: add some under vendors")
    elif not order:
        said.append("nobody can be ranked: every candidate is excluded or nothing is known of it")
    elif len(order) == 1:
        said.append("only one candidate is ranked: there is nobody to compare it with")
    claims = sum(v.status == "claimed" for s in standings for v in s.values.values())
    if claims:
        said.append(
            f"cells that rest on a claim: {claims}; without stated ends a claim counts three quarters"
        )
    said += [
        f"group {change.what}: at {change.weight_at_change:.0%} of the weight (now {change.weight_now:.0%}) "
        f"{change.leader_after} would lead"
        for change in group_changes
        if change.relative <= settings.crossover_margin
    ]
    return tuple(said)
