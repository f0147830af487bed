"""Small scorecards and candidates for the tests of this folder."""

from datetime import date
from typing import Any

from app.core.scoring import Analysis, Candidate, Cell, Scorecard, analyse, parse_scorecard

DAY = date(2026, 12, 1)
METHODS: dict[str, dict[str, Any]] = {
    "absolute_linear": {"target": 10, "cap": 110},
    "lowest_price_ratio": {},
    "award_on_value": {"points_worth": 2},
    "price_per_quality_point": {},
    "lowest_price_technically_acceptable": {},
}


def linear(name: str, weight: float = 1, worst: float = 0, best: float = 100, **more: Any) -> dict[str, Any]:
    return {"id": name, "weight": weight, "kind": "linear", "worst": worst, "best": best, **more}


def card(*groups: tuple[float, list[dict[str, Any]]], **more: Any) -> Scorecard:
    tree = [{"id": f"g{i}", "weight": w, "criteria": criteria} for i, (w, criteria) in enumerate(groups)]
    return parse_scorecard({"groups": tree, **more})


def priced(method: str, weight: float, quality_weight: float, **more: Any) -> Scorecard:
    price = {"id": "price", "weight": 1, "kind": "price", "method": method, **more}
    return card((quality_weight, [linear("q")]), (weight, [price]))


def vendor(name: str, /, **cells: Any) -> Candidate:
    return Candidate(name, {k: v if isinstance(v, Cell) else Cell(v) for k, v in cells.items()})


def run(scorecard: Scorecard, *candidates: Candidate, **more: Any) -> Analysis:
    return analyse(scorecard, candidates, **{"decision_date": DAY, "draws": 500, **more})


def totals(analysis: Analysis) -> dict[str, float | None]:
    return {line.id: line.total for line in analysis.candidates}
