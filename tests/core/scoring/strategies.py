"""Hypothesis strategies: scorecards of every kind with candidates that fit them, unknown cells included."""

from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from app.core.scoring import Analysis, Candidate, Cell, Paper, Scorecard, parse_scorecard
from tests.core.scoring.cases import run

FIXED = ("absolute_linear",)
RELATIVE = (
    "lowest_price_ratio",
    "award_on_value",
    "price_per_quality_point",
    "lowest_price_technically_acceptable",
)
# Methods that score quality and price side by side, so that every criterion has a column on the board.
ADDITIVE = ("absolute_linear", "lowest_price_ratio", "award_on_value")
Tree = dict[str, Any]

many = settings(max_examples=40 if settings.default.derandomize else 500)  # `search` looks further


@dataclass(frozen=True)
class Drawn:
    """A scorecard as written and as parsed, and its candidates."""

    tree: Tree
    candidates: tuple[Candidate, ...]

    @property
    def scorecard(self) -> Scorecard:
        return parse_scorecard(self.tree)


weights = st.sampled_from([1, 2, 3, 7, 20, 33.3, 0.1, 60])
numbers = st.integers(-600, 1600).map(lambda n: n / 10)
points = st.integers(0, 100)


@st.composite
def scales(draw: st.DrawFn) -> Tree:
    """A scale of any kind but price."""
    kind = draw(st.sampled_from(["linear", "piecewise", "levels", "flag"]))
    if kind == "linear":
        worst, best = draw(st.lists(st.integers(-50, 150), min_size=2, max_size=2, unique=True))
        return {"kind": kind, "worst": worst, "best": best}
    if kind == "piecewise":
        corners = sorted(draw(st.lists(st.integers(-50, 150), min_size=2, max_size=4, unique=True)))
        heights = draw(
            st.lists(points, min_size=len(corners), max_size=len(corners)).filter(lambda y: len(set(y)) > 1)
        )
        return {"kind": kind, "knots": [list(pair) for pair in zip(corners, heights, strict=True)]}
    if kind == "levels":
        heights = draw(st.lists(points, min_size=2, max_size=4).filter(lambda y: len(set(y)) > 1))
        return {"kind": kind, "levels": {f"l{i}": y for i, y in enumerate(heights)}}
    return {"kind": kind}


def price_scale(method: str) -> Tree:
    more: dict[str, Tree] = {
        "absolute_linear": {"target": 10, "cap": 90},
        "award_on_value": {"points_worth": 2},
    }
    return {"kind": "price", "method": method, **more.get(method, {})}


@st.composite
def trees(draw: st.DrawFn, methods: tuple[str, ...] = (*FIXED, *RELATIVE), limits: bool = True) -> Tree:
    """A scorecard as written: one to three groups, maybe a price, maybe a gate and minimums."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    groups = [
        {
            "id": f"g{g}",
            "weight": draw(weights),
            "criteria": [{"id": f"c{g}{k}", "weight": draw(weights), **draw(scales())} for k in range(size)],
        }
        for g, size in enumerate(sizes)
    ]
    method = draw(st.sampled_from([None, *methods]))
    if method:
        priced = {"id": "price", "weight": draw(weights), **price_scale(method)}
        if draw(st.booleans()):
            groups.append({"id": "cost", "weight": draw(weights), "criteria": [priced]})
        else:
            groups[0]["criteria"].append(priced)
    tree: Tree = {"groups": groups}
    if limits:
        if draw(st.booleans()):
            tree["requirements"] = [{"id": "safe", "certificate": "soc2"}]
        if draw(st.booleans()):
            first = groups[-1]["criteria"][0]
            if first["kind"] != "price":
                first["minimum"] = draw(st.sampled_from([20, 50, 80]))
        if method in (None, *ADDITIVE) and draw(st.booleans()):
            tree["minimum"] = draw(st.sampled_from([20, 50]))
    return tree


@st.composite
def cells(draw: st.DrawFn, criterion: Tree, *, known: bool = False) -> Cell | None:
    """A cell that suits the criterion; None is a missing one. `known`: verified and exact only."""
    how = "exact" if known else draw(st.sampled_from(["exact", "exact", "claimed", "ends", "none", "status"]))
    if how == "none":
        return None
    if how == "status":
        return Cell(status=draw(st.sampled_from(["open", "conflict", "closed_unanswered"])))
    status = "claimed" if how == "claimed" else "verified"
    if criterion["kind"] == "flag":
        return Cell(draw(st.booleans()), status=status)
    if criterion["kind"] == "levels":
        labels = sorted(criterion["levels"], key=criterion["levels"].__getitem__)
        if how != "ends":
            return Cell(draw(st.sampled_from(labels)), status=status)
        low, mid, high = sorted(
            draw(st.lists(st.sampled_from(labels), min_size=3, max_size=3)), key=labels.index
        )
        return Cell(mid, low, high)
    some = st.integers(0, 1200).map(lambda n: n / 10) if criterion["kind"] == "price" else numbers
    if how != "ends":
        return Cell(draw(some), status=status)
    low_x, mid_x, high_x = sorted(draw(st.lists(some, min_size=3, max_size=3)))
    return Cell(draw(st.sampled_from([mid_x, None])), low_x, high_x)


@st.composite
def candidates_for(draw: st.DrawFn, tree: Tree, name: str, *, known: bool = False) -> Candidate:
    """A candidate with cells, and with the certificate more often than not."""
    found = {}
    for group in tree["groups"]:
        for criterion in group["criteria"]:
            cell = draw(cells(criterion, known=known))
            if cell is not None:
                found[criterion["id"]] = cell
    state = draw(st.sampled_from(["verified", "verified", "claimed", "none"]))
    return Candidate(name, found, {"soc2": Paper(state)})


@st.composite
def cases(
    draw: st.DrawFn,
    methods: tuple[str, ...] = (*FIXED, *RELATIVE),
    *,
    limits: bool = True,
    known: bool = False,
    least: int = 1,
    most: int = 4,
) -> Drawn:
    """A scorecard with `least` to `most` candidates v0, v1, …"""
    tree = draw(trees(methods, limits))
    count = draw(st.integers(least, most))
    return Drawn(tree, tuple(draw(candidates_for(tree, f"v{i}", known=known)) for i in range(count)))


def ranked(drawn: Drawn, candidates: tuple[Candidate, ...] | None = None, **more: Any) -> Analysis:
    chosen = drawn.candidates if candidates is None else candidates
    return run(drawn.scorecard, *chosen, **{"draws": 0, **more})
