"""How much the ranking hangs on the weights: exact pairwise shares, and ranks over seeded draws."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CELLS_AT_ONCE = 50_000  # totals per chunk of draws: fits the cache, and bounds the memory


def pairwise_shares(values: Sequence[Sequence[float]]) -> Floats:
    """Share of all group weights under which candidate i scores above j, as an n × n array; diagonal 0.5.

    `values` is n candidates × G groups, any unit. Weights are uniform on the simplex (wholly unknown); exact
    by the Varsi/Ali recursion, each step a convex combination, so nothing cancels. Two candidates equal in
    every group share 0.5; shares of a pair add up to 1.
    """
    scores = np.asarray(values, dtype=np.float64)
    count = len(scores)
    shares = np.full((count, count), 0.5)
    first, second = np.triu_indices(count, 1)
    if len(first) == 0:
        return shares
    found = _above(scores[first] - scores[second])
    shares[first, second] = found
    shares[second, first] = 1 - found
    return shares


def _above(differences: Floats) -> Floats:
    """P(a·w > 0) for uniform w on the simplex, for each row a; 0.5 where a is all zero."""
    columns = np.ascontiguousarray(differences.T)
    positive = columns > 0
    # state[k] is A for the positive entries up to column k; other columns repeat the one before
    state = np.where(np.cumsum(positive, axis=0) > 0, 1.0, 0.0)
    for x, x_positive in zip(columns, positive, strict=True):
        if x_positive.all() or not x.any():
            continue
        pull = np.minimum(x, 0.0)
        before = np.zeros_like(pull)
        for k, (y, here) in enumerate(zip(columns, positive, strict=True)):
            share = np.divide(y, y - pull, out=np.zeros_like(y), where=here)
            state[k] = np.where(here, share * state[k] + (1 - share) * before, before)
            before = state[k]
    return np.where(columns.any(axis=0), state[-1], 0.5)


def rank_acceptability(
    values: Sequence[Sequence[float]],
    weights: Sequence[float],
    *,
    draws: int,
    seed: int,
    concentration: float,
) -> Floats:
    """Share of draws near the stated weights in which candidate i takes rank r: n × n, rows and columns sum to 1.

    `values` is n × G group scores, `weights` the G stated group shares. Group weights are drawn from
    Dirichlet(concentration·weights), so their means are the stated ones and their standard deviations
    √(w(1 − w)/(concentration + 1)): ±7 points at 30 % for 40. Only weights are drawn: scores stay at their
    mids, their uncertainty is the rank interval. Draws come from Philox(seed) and depend on nothing else, so
    every candidate meets the same weights. Candidates equal in every group share their ranks evenly.
    """
    generator = _generator(seed)
    around = concentration * np.asarray(weights, dtype=np.float64)
    return _rank_shares(values, lambda size: generator.dirichlet(around, size), draws)


def rank_acceptability_unknown(values: Sequence[Sequence[float]], *, draws: int, seed: int) -> Floats:
    """As `rank_acceptability`, with wholly unknown group weights: uniform on the simplex."""
    generator = _generator(seed)
    return _rank_shares(values, lambda size: _uniform(generator, size, len(values[0])), draws)


def rank_acceptability_ordered(
    values: Sequence[Sequence[float]], weights: Sequence[float], *, draws: int, seed: int
) -> Floats:
    """As `rank_acceptability`, believing only the order of importance of the stated group weights.

    Uniform on the weights in that order: a uniform draw, sorted (its mean is the rank-order centroid). Groups
    with equal stated weights have no order between them and swap places at random.
    """
    generator = _generator(seed)
    levels = sorted(set(weights), reverse=True)
    alike = [[g for g, weight in enumerate(weights) if weight == level] for level in levels]

    def draw(size: int) -> Floats:
        drawn = _uniform(generator, size, len(weights))
        largest_first = -np.sort(-drawn, axis=1)
        ordered = np.empty_like(drawn)
        place = 0
        for same in alike:
            # The order within the unsorted draw is as good as any shuffle: independent of the sorted values.
            turn = np.argsort(np.argsort(drawn[:, same], axis=1), axis=1) + place
            ordered[:, same] = np.take_along_axis(largest_first, turn, axis=1)
            place += len(same)
        return ordered

    return _rank_shares(values, draw, draws)


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def _uniform(generator: np.random.Generator, size: int, groups: int) -> Floats:
    """Uniform on the simplex: exponentials divided by their sum."""
    drawn = generator.standard_exponential((size, groups))
    drawn /= drawn.sum(axis=1, keepdims=True)
    return drawn


def _rank_shares(values: Sequence[Sequence[float]], draw: Callable[[int], Floats], draws: int) -> Floats:
    """Share of draws in which candidate i takes rank r; `draw(k)` gives the next k weights, k × G."""
    scores = np.asarray(values, dtype=np.float64)
    count = len(scores)
    columns = np.ascontiguousarray((scores - scores.min()).T)
    counts = np.zeros(count * count, dtype=np.int64)
    places = np.arange(count - 1, -1, -1) * count  # sorted upwards, so the last column is rank 1
    step = max(1, CELLS_AT_ONCE // count)
    for start in range(0, draws, step):
        weights = np.ascontiguousarray(draw(min(step, draws - start)).T)
        # einsum without BLAS: the same sums on every machine and thread count
        totals = np.einsum("gd,gn->dn", weights, columns)
        counts += np.bincount((_ordered(totals) + places).ravel(), minlength=count * count)
    by_rank = counts.reshape(count, count).T.astype(np.float64)
    _, same, size = np.unique(scores, axis=0, return_inverse=True, return_counts=True)
    if len(size) < count:
        summed = np.zeros((len(size), count))
        np.add.at(summed, same.reshape(-1), by_rank)
        by_rank = (summed / size[:, None])[same.reshape(-1)]
    result: Floats = by_rank / draws
    return result


def _ordered(totals: Floats) -> NDArray[np.int64]:
    """Per row the columns from the lowest to the highest total (all ≥ 0); of equal totals the first is higher.

    Floats that are not negative sort like their bits, so the column goes into the lowest bits and one plain sort
    of whole numbers does, at a quarter of the time of an argsort. Totals count as equal from the 13th digit on.
    """
    count = totals.shape[1]
    bits = max(1, (count - 1).bit_length())
    keys = totals.view(np.int64)
    keys &= -1 << bits
    keys |= np.arange(count - 1, -1, -1)
    keys.sort(axis=1)
    columns: NDArray[np.int64] = count - 1 - (keys & ((1 << bits) - 1))
    return columns


def weight_transfers(
    values: Sequence[Sequence[float]], weights: Sequence[float]
) -> tuple[Floats, NDArray[np.int64]]:
    """How much weight has to move from group d to group c until somebody overtakes candidate 0, for every d, c.

    `values` is n × G group scores with the leader first, `weights` the G stated shares. Moving δ changes the
    gap to j by δ·((v_jc − v_jd) − (v_0c − v_0d)), so δ = (S_0 − S_j) divided by that, the smallest over j; all
    other weights stay. Two G × G arrays [d, c]: δ as a share of all weight, infinite where even all of the
    weight of d changes nothing, and the row of who leads then (−1 for nobody). At an exact tie in δ the earlier
    row leads.
    """
    scores = np.asarray(values, dtype=np.float64)
    stated = np.asarray(weights, dtype=np.float64)
    groups = len(stated)
    least = np.full((groups, groups), np.inf)
    who = np.full((groups, groups), -1, dtype=np.int64)
    ahead = scores - scores[0]  # what j has over the leader, by group
    gaps = -(ahead * stated).sum(axis=1)
    for j in range(1, len(scores)):
        gain = ahead[j][None, :] - ahead[j][:, None]
        needed = np.divide(max(gaps[j], 0.0), gain, out=np.full_like(gain, np.inf), where=gain > 0)
        sooner = (needed < least) & (needed <= stated[:, None])
        least[sooner] = needed[sooner]
        who[sooner] = j
    return least, who
