"""Statistics that keep a small pilot honest: intervals, paired tests, adjustment, what can be detected.

Formulas and published values: Wilson 1927; McNemar mid-p (Fagerland, Lydersen and Laake 2013); simultaneous
max-T intervals (Westfall and Young 1993) on item bootstrap replicates; paired sample size by Connor 1987.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from app.core.formats.shapes import Bools, Floats, Ints
from app.core.resampling import LEVEL, t_quantile

POWER = 0.80
MIN_ANNOTATORS = 3


def wilson(successes: float, trials: float, level: float = LEVEL) -> tuple[float, float] | None:
    """Wilson's score interval of a share, 0..1; None without trials.

    Shares of double-labelled items may be fractional: the interval is then a little too wide, never too
    narrow.
    """
    if trials <= 0:
        return None
    trials = float(trials)
    z = _z(0.5 + level / 2)
    share, spread = float(successes) / trials, z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    low = 0.0 if successes <= 0 else max(0.0, centre - half)
    high = 1.0 if successes >= trials else min(1.0, centre + half)
    return low, high


def _z(probability: float) -> float:
    return NormalDist().inv_cdf(probability)


def mcnemar_midp(b: int, c: int) -> float:
    """Two-sided mid-p value of McNemar's test; `b` items only A has right, `c` only B. 1 without any."""
    n, k = b + c, min(b, c)
    if b == c:
        return 1.0
    # 2 P(X <= k) - P(X = k), summed from the largest term down until nothing is added.
    term = math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2))
    total = term
    while k and term > total * 1e-17:
        term *= k / (n - k + 1)
        k -= 1
        total += 2 * term
    return min(1.0, total)


def max_t(replicates: Floats, estimate: Floats, level: float = LEVEL) -> tuple[Floats, Floats, Floats]:
    """Simultaneous low and high of several differences, and their adjusted p values.

    `replicates` is (resamples, differences), `estimate` the differences themselves. The p value is the share
    of replicates whose largest standardised deviation reaches the observed one, never 0.
    """
    spread = replicates.std(axis=0)
    safe = np.where(spread > 0, spread, 1.0)
    largest = (np.abs(replicates - estimate) / safe).max(axis=1)
    reach = np.quantile(largest, level)
    observed = np.abs(estimate) / safe
    # Without any spread all replicates equal the estimate: a difference is then sure, equality too.
    p = (1 + (largest[:, None] >= observed - 1e-12).sum(axis=0)) / (1 + len(replicates))
    p = np.where((spread == 0) & (estimate == 0), 1.0, p)
    return estimate - reach * spread, estimate + reach * spread, np.asarray(p, np.float64)


def single_p(replicates: Floats, estimate: float) -> float:
    """Two-sided bootstrap p value of one difference, not adjusted."""
    _, _, p = max_t(replicates[:, None], np.array([estimate]))
    return float(p[0])


def best_shares(replicates: Floats) -> Floats:
    """Per column, the share of replicates in which it is the largest; ties are split evenly."""
    best = replicates >= replicates.max(axis=1, keepdims=True) - 1e-12
    return np.asarray((best / best.sum(axis=1, keepdims=True)).mean(axis=0), np.float64)


def indistinct_groups(order: Sequence[int], same: Bools) -> list[list[int]]:
    """All largest sets of vendors of which every two cannot be told apart, best first.

    `order` lists the vendors from best to worst; `same[i, j]` tells that i and j are not distinguishable.
    """
    cliques: list[list[int]] = []

    def grow(chosen: list[int], open_: list[int], done: list[int]) -> None:
        if not open_ and not done:
            cliques.append(chosen)
        for one in list(open_):
            near = [other for other in open_ if same[one, other] and other != one]
            grow([*chosen, one], near, [other for other in done if same[one, other]])
            open_.remove(one)
            done.append(one)

    grow([], list(order), [])
    rank = {one: at for at, one in enumerate(order)}
    return sorted(
        (sorted(one, key=rank.__getitem__) for one in cliques), key=lambda one: [rank[x] for x in one]
    )


def detectable_paired(items: int, discordant: float, pairs: int = 1, power: float = POWER) -> float | None:
    """The smallest difference of two shares that `items` common items show with `power` (Connor 1987).

    `discordant` is the share of items on which two vendors differ, `pairs` the number of comparisons
    (Bonferroni). None where no difference up to `discordant` can be shown.
    """
    z_a, z_b = _z(1 - (1 - LEVEL) / (2 * max(1, pairs))), _z(power)

    def needed(d: float) -> float:
        return (z_a * math.sqrt(discordant) + z_b * math.sqrt(discordant - d * d)) ** 2 / (d * d)

    if items <= 0 or discordant <= 0 or needed(discordant) > items:
        return None
    low, high = 0.0, discordant
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if needed(middle) > items else (low, middle)
    return high


def detectable_normal(standard_error: float, pairs: int = 1) -> float:
    """The smallest difference shown with power 80 % when its standard error is known (Bonferroni)."""
    return (_z(1 - (1 - LEVEL) / (2 * max(1, pairs))) + _z(POWER)) * standard_error


def cluster_interval(
    value: float, influence: Floats, cluster: Ints, most: float = 1.0
) -> tuple[float, float] | None:
    """The interval of `value` over annotators in general: t interval of a cluster-robust standard error.

    `influence` holds per row its part in (value - truth); rows of cluster -1 (annotator unknown) are left
    out. None with fewer than three annotators. Clipped to 0..`most`.
    """
    known = cluster >= 0
    present, code = np.unique(cluster[known], return_inverse=True)
    groups = len(present)
    if groups < MIN_ANNOTATORS:
        return None
    sums = np.bincount(code, influence[known], minlength=groups)
    error = math.sqrt(groups / (groups - 1) * float(((sums - sums.mean()) ** 2).sum()))
    half = t_quantile(groups - 1) * error
    return max(0.0, value - half), min(most, value + half)
