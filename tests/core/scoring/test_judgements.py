import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.scoring import Judgement, pairwise_weights, swing_weights

DRINKS = """1 9 5 2 1 1 1/2
1/9 1 1/3 1/9 1/9 1/9 1/9
1/5 3 1 1/3 1/4 1/3 1/9
1/2 9 3 1 1/2 1 1/3
1 9 4 2 1 2 1/2
1 9 3 1 1/2 1 1/3
2 9 9 3 2 3 1"""
HOUSE = "1 6 8\n1/6 1 4\n1/8 1/4 1"
JOB = "1 1/4 1/6 1/4 1/8\n4 1 1/3 3 1/7\n6 3 1 4 1/2\n4 1/3 1/4 1 1/7\n8 7 2 7 1"


def judged(matrix: str) -> tuple[list[str], list[Judgement]]:
    rows = [[float(Fraction(cell)) for cell in row.split()] for row in matrix.splitlines()]
    names = [f"n{i}" for i in range(len(rows))]
    pairs = itertools.combinations(range(len(rows)), 2)
    return names, [Judgement(names[i], names[k], rows[i][k]) for i, k in pairs]


@pytest.mark.parametrize(
    ("matrix", "weights", "principal", "ratio"),
    [
        # Saaty 2008 (drinks; tea against wine as 3, see reference), Saaty 1988 (house size), Saaty 2008 (job)
        (DRINKS, [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], 7.176629, 0.022),
        (HOUSE, None, 3.136, 0.117),
        (JOB, [0.036, 0.122, 0.262, 0.075, 0.506], None, None),
    ],
)
def test_pairwise_weights_are_the_published_ones(
    matrix: str, weights: list[float] | None, principal: float | None, ratio: float | None
) -> None:
    found = pairwise_weights(*judged(matrix))
    if weights is not None:
        assert [round(share, 3) for share in found.shares.values()] == weights
    if principal is not None:
        assert found.principal == pytest.approx(principal, abs=5e-4)
    if ratio is not None:
        assert found.ratio == pytest.approx(ratio, abs=5e-4)
    assert sum(found.shares.values()) == pytest.approx(1)


def test_house_is_less_consistent_than_accepted_and_the_worst_judgement_is_named() -> None:
    found = pairwise_weights(*judged(HOUSE))
    assert (found.consistent, found.table) == (False, "Saaty 1977")
    assert found.misfit is not None
    better = judged(HOUSE)[1]
    at = [(j.first, j.second) for j in better].index((found.misfit.first, found.misfit.second))
    better[at] = Judgement(found.misfit.first, found.misfit.second, found.misfit.would_fit)
    assert pairwise_weights(judged(HOUSE)[0], better).ratio < found.ratio
    assert found.misfit.remedy.startswith(f"Ask again how {found.misfit.first} compares with")


@given(st.lists(st.sampled_from([1, 2, 3]), min_size=2, max_size=6))
def test_consistent_judgements_give_back_their_weights(points: list[int]) -> None:
    names = [f"n{i}" for i in range(len(points))]
    judgements = [
        Judgement(a, b, x / y)
        for (a, x), (b, y) in itertools.combinations(zip(names, points, strict=True), 2)
    ]
    found = pairwise_weights(names, judgements)
    assert list(found.shares.values()) == pytest.approx([x / sum(points) for x in points])
    assert found.ratio == pytest.approx(0, abs=1e-9)
    assert found.misfit is None


def test_all_faults_of_the_judgements_are_named_at_once() -> None:
    given_ = [Judgement("a", "b", 10), Judgement("b", "a", 2), Judgement("c", "c", 1), Judgement("a", "x", 0)]
    with pytest.raises(Invalid) as caught:
        pairwise_weights(["a", "b", "c"], given_)
    assert [str(problem) for problem in caught.value.problems] == [
        "judgements[0]: must be from 1/9 to 9, not 10",
        "judgements[1]: compares 'b' and 'a' a second time",
        "judgements[2]: compares 'c' with itself; remove it",
        "judgements[3]: 'x' is not among the things to weigh",
        "judgements[3]: must be from 1/9 to 9, not 0",
        "judgements: 'a' and 'c' are not compared yet",
        "judgements: 'b' and 'c' are not compared yet",
    ]


@pytest.mark.parametrize("names", [[], ["a"], ["a", "a"], [f"n{i}" for i in range(11)]])
def test_too_few_too_many_or_equal_names_are_refused(names: list[str]) -> None:
    with pytest.raises(Invalid, match="different names"):
        pairwise_weights(names, [])


@pytest.mark.parametrize("swings", [[], [100, 0], [100, -1], [101], [float("nan")], [float("inf")]])
def test_swings_that_are_no_points_are_refused(swings: list[float]) -> None:
    with pytest.raises(Invalid, match="swings"):
        swing_weights(swings)
