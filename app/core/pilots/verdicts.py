"""Who is accepted more often, from what reviewers said about the same items."""

from collections.abc import Mapping

import numpy as np

from app.core.formats.shapes import Floats
from app.core.pilots.adjustment import holm
from app.core.pilots.results import Pair
from app.core.pilots.statistics import max_t, mcnemar_midp
from app.core.resampling import LEVEL, generator, resampled_sums

METRIC = "first_pass"
RESAMPLES = 10_000


def accepted_pairs(accepted: Mapping[str, Floats], seed: int = 0) -> tuple[Pair, ...]:
    """Every two vendors: difference of acceptance with a simultaneous interval (max-T), McNemar's mid-p, Holm.

    `accepted` is vendor -> share of reviewers 0..1 that accepted each item, the same items for all. They are
    distinguishable where both the plain and the adjusted p value are under 5 %. Empty without two vendors or items.
    """
    names = sorted(accepted)
    if len(names) < 2 or not len(accepted[names[0]]):
        return ()
    table = np.stack([accepted[name] for name in names], axis=1)
    first, second = np.triu_indices(len(names), 1)
    means = resampled_sums(table, RESAMPLES, generator(seed)) / len(table)
    differences = table.mean(axis=0)[first] - table.mean(axis=0)[second]
    low, high, adjusted = max_t(means[:, first] - means[:, second], differences)
    gaps = table[:, first] - table[:, second]
    plain = [mcnemar_midp(int((gap > 1e-9).sum()), int((gap < -1e-9).sum())) for gap in gaps.T]
    stepped = holm(plain)
    return tuple(
        _pair(
            (names[i], names[j]),
            float(differences[at]),
            (low[at], high[at]),
            plain[at],
            adjusted[at],
            stepped[at],
        )
        for at, (i, j) in enumerate(zip(first, second, strict=True))
    )


def _pair(
    names: tuple[str, str],
    value: float,
    ends: tuple[float, float],
    plain: float,
    adjusted: float,
    stepped: float,
) -> Pair:
    p_adjusted = max(plain, float(adjusted))
    sure = p_adjusted < 1 - LEVEL
    # Of few items a bootstrap knows too little: what the test cannot tell apart may be equal.
    least, most = (float(ends[0]), float(ends[1])) if sure else (min(0.0, ends[0]), max(0.0, ends[1]))
    return Pair(
        a=names[0],
        b=names[1],
        metric=METRIC,
        value=value,
        low=max(-1.0, least),
        high=min(1.0, most),
        p_value=plain,
        p_adjusted=p_adjusted,
        p_holm=float(stepped),
        distinguishable=sure,
        time_ratio=None,
    )
