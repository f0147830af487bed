"""How much the ranking hangs on the weights: exact pairwise shares, and ranks over seeded draws."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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
    """Share of draws in which candidate i takes rank r: an n × n array, rows and columns summing to 1.

    `values` is n × G group scores, `weights` the G stated group shares. Group weights are drawn from
    Dirichlet(concentration·weights), so their means are the stated ones and their standard deviations
    √(w(1 − w)/(concentration + 1)): ±7 points at 30 % for 40. Only weights are drawn: scores stay at their
    mids, their uncertainty is the rank interval. Draws come from Philox(seed) and depend on nothing else, so
    every candidate meets the same weights. Candidates equal in every group share their ranks evenly.
    """
    scores = np.asarray(values, dtype=np.float64)
    count = len(scores)
    generator = np.random.Generator(np.random.Philox(seed))
    drawn = generator.dirichlet(concentration * np.asarray(weights, dtype=np.float64), draws)
    counts = np.zeros((count, count))
    everyone = np.arange(count)
    for start in range(0, draws, 1024):
        # einsum without BLAS: the same sums on every machine and thread count
        totals = np.einsum("dg,ng->dn", drawn[start : start + 1024], scores)
        ranking = np.argsort(-totals, axis=1, kind="stable")
        for rank in range(count):
            counts[:, rank] += np.bincount(ranking[:, rank], minlength=count)[everyone]
    _, same, size = np.unique(scores, axis=0, return_inverse=True, return_counts=True)
    if len(size) < count:
        summed = np.zeros((len(size), count))
        np.add.at(summed, same.reshape(-1), counts)
        counts = (summed / size[:, None])[same.reshape(-1)]
    result: Floats = counts / draws
    return result
