"""Many p values at once: Holm 1979 keeps any false alarm under the level, Benjamini and Hochberg 1995 their share."""

from collections.abc import Sequence

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Floats


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p values in the given order: under 5 % of all families of tests raise any false alarm.

    Raises `Invalid` for a value outside 0..1.

    >>> [round(p, 6) for p in holm([0.01, 0.02, 0.03, 0.005])]
    [0.03, 0.04, 0.04, 0.02]
    """
    p, order = _checked(p_values)
    steps = np.arange(len(p), 0, -1)
    return _back(np.minimum(1.0, np.maximum.accumulate(p[order] * steps)), order)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p values in the given order: of what is called different under 5 % is expected to be noise.

    Raises `Invalid` for a value outside 0..1.

    >>> [round(p, 6) for p in benjamini_hochberg([0.01, 0.02, 0.03, 0.005])]
    [0.02, 0.026667, 0.03, 0.02]
    """
    p, order = _checked(p_values)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    return _back(np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1]), order)


def _checked(p_values: Sequence[float]) -> tuple[Floats, np.ndarray]:
    p = np.asarray(p_values, np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise Invalid("adjustment.p", [Problem("p_values", "every p value must lie from 0 to 1")])
    return p, np.argsort(p, kind="stable")


def _back(adjusted: Floats, order: np.ndarray) -> tuple[float, ...]:
    out = np.empty(len(adjusted))
    out[order] = adjusted
    return tuple(out.tolist())
