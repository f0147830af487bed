"""Figures as functions of sums over items: whatever is made of sums can be resampled item by item."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.core.formats.shapes import Floats
from app.core.pilots.findings import Findings
from app.core.pilots.statistics import wilson
from app.core.pilots.units import Units
from app.core.resampling import percentile_interval

Interval = tuple[float, float]
NARROW = 1e-9
Of = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a task: `of` maps sums (..., columns) to values (...), NaN where undefined.

    `share` tells that it is a share of items, each right or wrong (Wilson, McNemar); `most` is the largest value
    it can have; `lower_is_better` turns ranking and the chance of being best.
    """

    name: str
    of: Of
    share: bool = False
    lower_is_better: bool = False
    most: float = 1.0


def over(top: tuple[float, ...], bottom: tuple[float, ...]) -> Of:
    """The ratio of two weighted sums of the columns; NaN where the lower one is 0."""
    up, down = np.array(top, np.float64), np.array(bottom, np.float64)

    def of(sums: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            below = sums @ down
            return np.asarray(np.where(below > 0, (sums @ up) / below, np.nan), np.float64)

    return of


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What one delivery is worth: its findings, and per unit the weighted sums its task's figures are made of.

    `notes` are sentences for the reader.
    """

    findings: Findings
    units: Units
    sums: Floats
    notes: tuple[str, ...] = ()


def gradient(of: Of, sums: Floats) -> Floats:
    """How the figure changes with each column at these sums (columns,), by central differences."""
    step = 1e-5 * np.maximum(1.0, np.abs(sums))
    moves = np.eye(len(sums)) * step
    with np.errstate(invalid="ignore", divide="ignore"):
        change = of(sums + moves) - of(np.maximum(sums - moves, 0))
    reach = step + np.minimum(step, sums)
    return np.nan_to_num(change / reach)


def interval_of(figure: Figure, value: float, tested: float, replicates: Floats) -> Interval | None:
    """Percentiles of replicates of a figure; Wilson's interval for shares of the `tested` items, and where the
    replicates never vary.

    All right or all wrong would otherwise claim certainty, which items do not give.
    """
    found = percentile_interval(replicates)
    if not figure.share and found is not None and found[1] - found[0] >= NARROW:
        return found
    most = figure.most if np.isfinite(figure.most) else 1.0
    if value > most:
        return found
    ends = wilson(value / most * tested, tested)
    return ends and (ends[0] * most, ends[1] * most)
