"""Resampling with a seeded generator, and the intervals read off it: shared by scoring and pilots."""

from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL = 0.95
_CELLS_AT_ONCE = 2_000_000


def normal_quantile(level: float = LEVEL) -> float:
    """The two-sided quantile of the normal distribution, 1.96 at 95 %."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def t_quantile(freedom: int) -> float:
    """The two-sided 95 % quantile of Student's t."""
    from scipy.special import stdtrit  # half a second to import, and only needed with several annotators

    return float(stdtrit(freedom, 0.5 + LEVEL / 2))


def generator(seed: int) -> np.random.Generator:
    """The seeded Philox generator every resampling here uses: the same numbers on every machine."""
    return np.random.Generator(np.random.Philox(seed))


def resampled_sums(rows: Floats, resamples: int, rng: np.random.Generator) -> Floats:
    """Column sums of `rows` (items x columns) in `resamples` bootstrap samples of the items.

    Exact multinomial over distinct rows where there are few of them (for right/wrong that is one draw per
    pattern), counts of drawn items otherwise. Memory stays under about 100 MB. Shape (resamples, columns).
    """
    items = len(rows)
    distinct, counts = np.unique(rows, axis=0, return_counts=True)
    few = len(distinct) <= max(256, items // 8)
    base = distinct if few else rows
    out = np.empty((resamples, rows.shape[1]))
    for start, stop in _chunks(resamples, _CELLS_AT_ONCE // max(1, len(base))):
        size = stop - start
        if few:
            weights = rng.multinomial(items, counts / items, size=size).astype(np.float64)
        else:
            weights = _drawn(items, size, rng)
        out[start:stop] = weights @ base
    return out


def _drawn(items: int, size: int, rng: np.random.Generator) -> Floats:
    picks = rng.integers(0, items, size=(size, items), dtype=np.int32).astype(np.int64)
    picks += np.arange(size)[:, None] * items
    return np.bincount(picks.ravel(), minlength=size * items).reshape(size, items).astype(np.float64)


def _chunks(total: int, step: int) -> Iterator[tuple[int, int]]:
    for start in range(0, total, max(1, step)):
        yield start, min(total, start + max(1, step))


def percentile_interval(replicates: Floats, level: float = LEVEL) -> tuple[float, float] | None:
    """The percentile interval of the finite replicates; None where there are none."""
    finite = replicates[np.isfinite(replicates)]
    if not len(finite):
        return None
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
