import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.scoring import FULL, UNIT, Cell, Criterion, Flag, Levels, Linear, Piecewise, points_at, value_of
from app.core.scoring.values import natural_at
from tests.core.scoring.cases import card, linear, run, vendor


@pytest.mark.parametrize(
    ("x", "v"), [(50, 1), (90, 0.5), (100, 0), (10, 1), (40, 1), (101, 0), (120, 0), (75, 0.8), (82.5, 0.65)]
)
def test_piecewise_value_follows_the_published_knots(x: float, v: float) -> None:
    # R package smaa, smaa.pvf
    scale = Piecewise(((50, 100), (75, 80), (90, 50), (100, 0)))
    assert points_at(scale, x) == v * FULL


def test_linear_value_is_exact_where_floats_are_not() -> None:
    assert points_at(Linear(0.6, 1.0), 0.9) == 75 * UNIT
    assert points_at(Linear(60, 10), 9) == FULL
    assert points_at(Linear(60, 10), 35) == 50 * UNIT


def value(kind: Linear | Piecewise | Levels | Flag, cell: Cell | None) -> tuple[float, float, float]:
    found = value_of(Criterion("c", 1, kind), cell)
    return found.low / UNIT, found.mid / UNIT, found.high / UNIT


def test_lower_is_better_swaps_the_ends() -> None:
    assert value(Linear(60, 10), Cell(35, 30, 50)) == (20, 50, 60)


def test_missing_mid_is_the_centre_of_the_ends() -> None:
    assert value(Linear(0, 1), Cell(low=0.1, high=0.4)) == (10, 25, 40)
    assert value(Levels({"a": 0, "b": 60, "c": 100}), Cell(low="b", high="c")) == (60, 80, 100)


def test_hump_reaches_its_top_inside_the_interval() -> None:
    assert value(Piecewise(((0, 0), (5, 100), (10, 0))), Cell(3, 2, 9)) == (20, 60, 100)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, (0, 50, 100)),
        (Cell(status="open"), (0, 50, 100)),
        (Cell(status="conflict"), (0, 50, 100)),
        (Cell(status="closed_unanswered"), (0, 0, 100)),
        (Cell(80, status="claimed"), (0, 60, 80)),
        (Cell(70, 40, 80, status="claimed"), (40, 70, 80)),
        (Cell(80), (80, 80, 80)),
    ],
)
def test_status_decides_the_interval(cell: Cell | None, expected: tuple[float, float, float]) -> None:
    assert value(Linear(0, 100), cell) == expected


def test_panel_consensus_may_stand_between_two_levels() -> None:
    levels = Levels({"a": 0, "b": 60, "c": 100})
    assert value(levels, Cell(72.5, 60, 100, in_points=True)) == (60, 72.5, 100)


@given(st.floats(0.001, 0.999))
def test_natural_value_of_a_value_gives_it_back(share: float) -> None:
    scale = Piecewise(((1, 0), (1.5, 80), (2.5, 100)))
    target = round(share * FULL)
    found = natural_at(scale, target)
    assert found is not None
    assert abs(points_at(scale, found) - target) <= 1


@given(
    st.integers(-10**6, 10**6), st.integers(-10**6, 10**6).filter(bool), st.integers(-10**6, 10**6), st.integers(-9, 9)
)  # fmt: skip
def test_value_does_not_depend_on_the_unit(worst: int, span: int, gone: int, shift: int) -> None:
    plain = points_at(Linear(worst, worst + span), worst + gone)
    factor = 1000
    moved = points_at(
        Linear(worst * factor + shift, (worst + span) * factor + shift), (worst + gone) * factor + shift
    )
    assert plain == moved


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (Cell(5, 6, 7), "low: 6 is above mid"),
        (Cell(low=5), "vendors[0].cells.c.high: missing"),
        (Cell(float("nan")), "finite number"),
        (Cell("good"), "finite number"),
        (Cell(), "needs a value"),
        (Cell(5, status="open"), "holds no value"),
        (Cell(5, status="sure"), "not one of"),  # type: ignore[arg-type]
        (Cell(5, in_points=True), "levels only"),
    ],
)
def test_faulty_cell_is_refused_with_its_path(cell: Cell, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        run(card((1, [linear("c")])), vendor("a", c=cell))
    assert len(caught.value.problems) == 1
    assert says in str(caught.value.problems[0])
    assert caught.value.problems[0].where.startswith("vendors[0].cells.c")
