"""How the ranking looks under other weights and under other methods; computed when asked, on a finished analysis."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.scoring.analysis import Analysis
from app.core.scoring.values import UNIT

FULL_PREFERENCE = 50.0  # points of a criterion; beyond half the scale, more difference counts no more

Shares = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class RankViews:
    """Probability of rank 1, 2, … by candidate id, in three states of knowledge about the group weights.

    `unknown`: any weights at all. `ordered`: only the order of importance of the stated ones is believed.
    `near`: close to the stated ones, the view behind the verdict. Empty without draws or candidates.
    """

    unknown: Shares
    ordered: Shares
    near: Shares


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What another method makes of the same values and weights: shown beside the ranking, never mixed into it.

    `tau` is Kendall's τ-b between both orders, 1 for the same order; None when there is no order to compare.
    `scores` by candidate id, best first, on the method's own scale.
    """

    method: str
    about: str
    tau: float | None
    leader: str
    agrees: bool
    scores: Mapping[str, float]


def rank_views(analysis: Analysis) -> RankViews:
    """Rank acceptability in three views, from the analysis' own seed and number of draws.

    Weights are drawn on groups, never on single criteria: drawing 60 criteria would pin a group's weight to its
    number of criteria (decision.md section 3.3). 95 % of the shares lie within ±1/√draws of the exact ones.
    """
    near = {
        line.id: line.rank_acceptability
        for line in analysis.candidates
        if line.rank_acceptability is not None
    }
    if not near:
        return RankViews({}, {}, {})
    from app.core.scoring.robustness import rank_acceptability_ordered, rank_acceptability_unknown

    board = analysis.board
    values = board.group_scores([board.ids.index(name) for name in near])
    stated = [part / board.weights.whole for part in board.group_parts]
    draws, seed = analysis.draws, analysis.seed
    found = [
        rank_acceptability_unknown(values, draws=draws, seed=seed),
        rank_acceptability_ordered(values, stated, draws=draws, seed=seed),
    ]
    unknown, ordered = (
        {name: tuple(row) for name, row in zip(near, table.tolist(), strict=True)} for table in found
    )
    return RankViews(unknown, ordered, near)


def second_opinion(analysis: Analysis) -> tuple[SecondOpinion, ...]:
    """TOPSIS and PROMETHEE II on the same points and weights, with their agreement; empty under two candidates.

    Both read points 0–100 on the fixed anchors, so neither depends on the choice of units.
    """
    board = analysis.board
    names = [line.id for line in analysis.candidates if line.rank is not None]
    if len(names) < 2:
        return ()
    import numpy as np

    from app.core.scoring.methods import kendall, promethee, topsis

    rows = [board.ids.index(name) for name in names]
    values = np.array([board.mid[i] for i in rows], dtype=np.float64) / UNIT
    weights = np.array([board.weights.share(c) for c in range(len(board.criteria))])
    totals = [board.totals[i] / board.weights.whole for i in rows]
    found = [
        ("TOPSIS", "distance to the best and the worst point, vector norm", topsis(values, weights)),
        (
            "PROMETHEE II",
            f"pairwise preference, linear up to {FULL_PREFERENCE:g} points",
            promethee(values, weights, FULL_PREFERENCE),
        ),
    ]
    opinions = []
    for method, about, scores in found:
        rounded = [round(float(score), 12) for score in scores]
        best_first = sorted(range(len(names)), key=lambda i: -rounded[i])
        opinions.append(
            SecondOpinion(
                method=method,
                about=about,
                tau=kendall(totals, rounded),
                leader=names[best_first[0]],
                agrees=rounded[best_first[0]] == rounded[0],
                scores={names[i]: rounded[i] for i in best_first},
            )
        )
    return tuple(opinions)
