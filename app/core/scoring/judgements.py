"""Weights of groups from pairwise comparisons (Saaty's scale), with how consistent the judgements are.

The weights are the principal right eigenvector of the matrix of ratios, not its row geometric means: the
consistency ratio is defined by the eigenvector's λ, and the published examples this is tested on use it. For
consistent judgements both give the same.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.core.errors import Invalid, Problem
from app.core.numbers import is_number
from app.core.scoring.spec import Number

# Saaty 1977 (A scaling method for priorities), mean consistency index of random reciprocal matrices by size.
# Other tables exist (0.52 instead of 0.58 for three): a ratio means something only beside the name of its table.
RANDOM_INDEX_NAME = "Saaty 1977"
RANDOM_INDEX: Mapping[int, float] = {
    3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49,
}  # fmt: skip
ACCEPTED_RATIO = 0.10
MOST = max(RANDOM_INDEX)
EXTREME = 9.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """`first` matters `times` as much as `second`: 1 equally, 3 moderately, 5 strongly, 9 extremely more.

    A number under 1 turns it round: 1/3 says that `second` matters three times as much.
    """

    first: str
    second: str
    times: Number


@dataclass(frozen=True, slots=True)
class Misfit:
    """The judgement that lies furthest from what all others imply; `would_fit` is what would agree with them."""

    first: str
    second: str
    times: float
    would_fit: float

    @property
    def remedy(self) -> str:
        """What to ask again, in a sentence."""
        return (
            f"Ask again how {self.first} compares with {self.second}: {_ratio(self.times)} was said, "
            f"the other judgements imply about {_ratio(self.would_fit)}."
        )


@dataclass(frozen=True, slots=True)
class PairwiseWeights:
    """Shares 0–1 that add up to 1, with the consistency of the judgements they come from.

    `principal` is λmax, `index` (λmax − n)/(n − 1), `ratio` the index over the random index of `table` (0 for two
    things, which cannot contradict each other). `misfit` is the first judgement to ask again, None when all
    judgements agree with each other.
    """

    shares: Mapping[str, float]
    principal: float
    index: float
    ratio: float
    table: str
    misfit: Misfit | None

    @property
    def consistent(self) -> bool:
        """Whether the ratio is at most 0.10, the customary limit."""
        return self.ratio <= ACCEPTED_RATIO


def pairwise_weights(names: Sequence[str], judgements: Sequence[Judgement]) -> PairwiseWeights:
    """Weights of 2 to 10 things, of which every pair was judged exactly once, on a scale of 1/9 to 9.

    Principal eigenvector by power iteration; the matrix is positive, so it exists, is unique and is reached.
    Raises `Invalid("weights.judgements")` with every unknown name, missing or double pair and number off the scale.
    """
    _check(names, judgements)
    at = {name: i for i, name in enumerate(names)}
    matrix = [[1.0] * len(names) for _ in names]
    for one in judgements:
        i, k = at[one.first], at[one.second]
        matrix[i][k], matrix[k][i] = float(one.times), 1 / one.times
    shares, principal = _eigenvector(matrix)
    size = len(names)
    index = max(0.0, (principal - size) / (size - 1))
    ratio = index / RANDOM_INDEX[size] if size in RANDOM_INDEX else 0.0
    misfit = _misfit(judgements, {name: shares[i] for name, i in at.items()})
    weights = dict(zip(names, shares, strict=True))
    return PairwiseWeights(weights, principal, index, ratio, RANDOM_INDEX_NAME, misfit)


def _check(names: Sequence[str], judgements: Sequence[Judgement]) -> None:
    problems = []
    if not 2 <= len(names) <= MOST or len(set(names)) < len(names):
        message = f"must be 2 to {MOST} different names; weigh more than {MOST} by swing instead"
        problems.append(Problem("names", message))
    seen: set[frozenset[str]] = set()
    for i, one in enumerate(judgements):
        where = f"judgements[{i}]"
        unknown = [name for name in (one.first, one.second) if name not in names]
        problems += [Problem(where, f"'{name}' is not among the things to weigh") for name in unknown]
        pair = frozenset((one.first, one.second))
        if len(pair) < 2:
            problems.append(Problem(where, f"compares '{one.first}' with itself; remove it"))
        elif pair in seen:
            problems.append(Problem(where, f"compares '{one.first}' and '{one.second}' a second time"))
        seen.add(pair)
        # A ninth is not a decimal, so the lower end is read with a little room.
        if not is_number(one.times) or not 1 / EXTREME - 1e-3 <= one.times <= EXTREME:
            problems.append(Problem(where, f"must be from 1/9 to 9, not {one.times}"))
    problems += [
        Problem("judgements", f"'{a}' and '{b}' are not compared yet")
        for a, b in combinations(dict.fromkeys(names), 2)
        if frozenset((a, b)) not in seen
    ]
    if problems:
        raise Invalid("weights.judgements", problems)


def _eigenvector(matrix: Sequence[Sequence[float]]) -> tuple[list[float], float]:
    """The principal eigenvector, summing to 1, and its eigenvalue."""
    shares = [1 / len(matrix)] * len(matrix)
    total = 0.0
    for _ in range(1000):
        image = [_dot(row, shares) for row in matrix]
        total = math.fsum(image)
        fresh = [value / total for value in image]
        moved = max(abs(a - b) for a, b in zip(fresh, shares, strict=True))
        shares = fresh
        if moved < 1e-15:
            break
    return shares, total


def _dot(first: Sequence[float], second: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(first, second, strict=True))


def _misfit(judgements: Sequence[Judgement], shares: Mapping[str, float]) -> Misfit | None:
    """The judgement with the largest |log(a_ik · w_k / w_i)|, turned so that it is at least 1."""

    def off(one: Judgement) -> float:
        return abs(math.log(one.times * shares[one.second] / shares[one.first]))

    worst = max(judgements, key=off)
    if off(worst) < 1e-9:
        return None
    fits = shares[worst.first] / shares[worst.second]
    if worst.times >= 1:
        return Misfit(worst.first, worst.second, float(worst.times), fits)
    return Misfit(worst.second, worst.first, 1 / worst.times, 1 / fits)


def _ratio(times: float) -> str:
    return f"{times:.2g} times" if times >= 1 else f"1/{1 / times:.2g} times"
