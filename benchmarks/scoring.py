"""A full analysis of 50 candidates × 60 criteria with 10,000 draws, against a loop over a library's method.

Ours starts at cells in natural units of every kind, some of them intervals or unknown, and ends with gates,
thresholds, totals, contributions, rank intervals, crossovers, winner maps, pairwise shares, open questions and
rank acceptability. The peers get the finished table of values and give rank acceptability alone.
"""

import warnings
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.scoring import Analysis, Candidate, Cell, Scorecard, analyse, parse_scorecard
from benchmarks.rows import Figure, Row, library, side_by_side, timed

CANDIDATES, GROUPS, IN_GROUP, DRAWS = 50, 6, 10, 10_000
PEER_DRAWS = 500
Floats = NDArray[np.float64]

SCALES: Sequence[dict[str, Any]] = (
    {"kind": "linear", "worst": 0.6, "best": 1.0},
    {"kind": "linear", "worst": 60, "best": 5},
    {"kind": "levels", "levels": {"none": 0, "some": 40, "good": 75, "full": 100}},
    {"kind": "piecewise", "knots": [[1, 0], [1.5, 80], [2.5, 100]]},
    {"kind": "flag"},
)


def problem() -> tuple[Scorecard, list[Candidate]]:
    """A seeded scorecard with gates and thresholds, and candidates nobody of whom is excluded."""
    dice = np.random.default_rng(0)
    groups: list[dict[str, Any]] = [
        {
            "id": f"group_{g}",
            "weight": int(dice.integers(5, 40)),
            "criteria": [
                {"id": f"c_{g}_{k}", "weight": int(dice.integers(1, 20)), **SCALES[k % len(SCALES)]}
                for k in range(IN_GROUP)
            ],
        }
        for g in range(GROUPS)
    ]
    groups[-1]["criteria"][-1] = {
        "id": "price", "weight": 20, "kind": "price", "method": "absolute_linear", "target": 40, "cap": 120,
    }  # fmt: skip
    card = parse_scorecard(
        {
            "minimum": 5,
            "groups": groups,
            "requirements": [{"id": "floor", "criterion": "c_0_0", "at_least": 0.6, "decide": "mid"}],
        }
    )
    return card, [_candidate(f"vendor {i}", groups, dice) for i in range(CANDIDATES)]


def _candidate(name: str, groups: list[dict[str, Any]], dice: np.random.Generator) -> Candidate:
    cells = {c["id"]: _cell(c, dice) for group in groups for c in group["criteria"] if dice.random() > 0.05}
    return Candidate(name, {"c_0_0": Cell(0.9), **cells})


def _cell(criterion: dict[str, Any], dice: np.random.Generator) -> Cell:
    match criterion["kind"]:
        case "levels":
            return Cell(str(dice.choice(list(criterion["levels"]))))
        case "flag":
            return Cell(bool(dice.random() > 0.5))
        case "price":
            return Cell(round(float(dice.uniform(40, 120)), 2))
        case "piecewise":
            return Cell(round(float(dice.uniform(1, 2.5)), 2))
    low, high = sorted((criterion["worst"], criterion["best"]))
    a, b, c = sorted(float(x) for x in dice.uniform(low, high, 3).round(3))
    return Cell(b, a, c)


def ours() -> Analysis:
    """The analysis as the product asks for it."""
    card, candidates = problem()
    return analyse(card, candidates, decision_date=date(2026, 12, 1), draws=DRAWS, seed=1)


def _table(analysis: Analysis) -> tuple[Floats, Floats]:
    """Finished values (candidates × criteria, points) and draws of weights near the stated ones."""
    weights = analysis.board.weights
    stated = np.array([weights.share(c) for c in range(len(weights.parts))])
    group = np.array(weights.group)
    of_group = np.bincount(group, weights=stated)
    dice = np.random.default_rng(1)
    drawn = dice.dirichlet(analysis.settings.concentration * of_group, DRAWS)
    values = np.array(analysis.board.mid, dtype=np.float64) / 10_000
    return values, drawn[:, group] * (stated / of_group[group])


def _as_stated(column: Floats, cost: bool = False) -> Floats:  # noqa: ARG001  (the library's signature)
    return column


def _measure_pymcdm() -> Figure:
    method = library("pymcdm.methods").WSM(_as_stated)
    values, drawn = _table(ours())
    types = np.ones(values.shape[1])

    def peer() -> None:
        counts = np.zeros((CANDIDATES, CANDIDATES))
        for weights in drawn[:PEER_DRAWS]:
            ranks = method.rank(method(values, weights, types)).astype(int)
            counts[np.arange(CANDIDATES), ranks - 1] += 1

    return _measure(peer, times=DRAWS // PEER_DRAWS)


def _measure_pysensmcda() -> Figure:
    method = library("pymcdm.methods").WSM(_as_stated)
    smaa2 = library("pysensmcda.smaa.smaa2").smaa2
    values, drawn = _table(ours())
    types = np.ones(values.shape[1])
    return _measure(lambda: smaa2(method, values, types, weights=drawn), times=1)


def _measure(peer: Callable[[], object], times: int) -> Figure:
    card, candidates = problem()
    run = timed(lambda: analyse(card, candidates, decision_date=date(2026, 12, 1), draws=DRAWS, seed=1))
    note = f"its time is that of {PEER_DRAWS} draws × {times}" if times > 1 else ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return side_by_side(run, timed(peer, times=times), rounds=5, note=note)


WORK = "full analysis of 50 × 60 with 10,000 draws"
ROWS = (
    Row("scoring", WORK, "looping pymcdm's weighted sum", 1 / 100, _measure_pymcdm),
    Row("scoring-smaa", WORK, "pysensmcda's smaa2: rank acceptability alone", None, _measure_pysensmcda),
)
