"""Other ways to rank the same table, for a second opinion only: TOPSIS, PROMETHEE II, and Kendall's τ-b.

None of them decides: removing a losing candidate can change their winner (decision.md section 2.3).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def topsis(values: Floats, weights: Floats) -> Floats:
    """Closeness 0–1 of each row of n × m values (more is better) to the best point of all (Hwang & Yoon 1981).

    Columns are divided by their Euclidean length (the canonical vector norm); a column of zeros stays zero.
    Where best and worst point coincide, everybody is 0.5.
    """
    length = np.sqrt((values**2).sum(axis=0))
    weighted = values / np.where(length > 0, length, 1.0) * weights
    to_best = np.sqrt(((weighted - weighted.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighted - weighted.min(axis=0)) ** 2).sum(axis=1))
    both = to_best + to_worst
    closeness: Floats = np.where(both > 0, to_worst / np.where(both > 0, both, 1.0), 0.5)
    return closeness


def promethee(values: Floats, weights: Floats, full: float) -> Floats:
    """Net flow −1…1 of each row of n × m values (more is better): PROMETHEE II with linear preference.

    A difference d is preferred by min(d/full, 1), without indifference (Brans, Vincke & Mareschal 1986, type
    III). φ_i = Σ_c w_c Σ_j (P(d_ij) − P(d_ji)) / (n − 1); 0 for a single row.
    """
    count = len(values)
    flows = np.zeros(count)
    for column, weight in zip(values.T, weights, strict=True):
        flows += weight * np.clip((column[:, None] - column) / full, -1.0, 1.0).sum(axis=1)
    return flows / max(1, count - 1)


def kendall(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Kendall's τ-b of two scorings of the same things; None when one of them ranks nobody apart."""
    a, b = (np.asarray(one, dtype=np.float64) for one in (first, second))
    x, y = (np.sign(one[:, None] - one) for one in (a, b))
    scale = float(np.sqrt((x * x).sum()) * np.sqrt((y * y).sum()))
    return float((x * y).sum()) / scale if scale > 0 else None
