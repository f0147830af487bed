"""From the labelers of a pilot to the vendor in general: how alike their items are, and the wider interval.

Sources: analysis of variance estimator of the intraclass correlation (Donner 1986); the pigeonhole bootstrap
of rows and columns (Owen 2007).
"""

from dataclasses import dataclass

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Floats, Ints
from app.core.pilots.planner import design_effect
from app.core.pilots.statistics import MIN_ANNOTATORS
from app.core.resampling import percentile_interval


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the rows of one labeler are: `icc` 0..1, design effect ≥ 1, and what the rows are worth."""

    icc: float
    design_effect: float
    labelers: int
    rows: int
    effective_rows: float


def intraclass(score: Floats, labeler: Ints) -> Likeness | None:
    """The intraclass correlation of scores (one per row) within labelers; rows of labeler -1 are left out.

    None with fewer than three labelers or without a second row of any. An estimate below 0 is shown as 0.
    """
    known = (labeler >= 0) & np.isfinite(score)
    present, code, size = np.unique(labeler[known], return_inverse=True, return_counts=True)
    groups, rows = len(present), int(known.sum())
    if groups < MIN_ANNOTATORS or rows <= groups:
        return None
    values = score[known]
    means = np.bincount(code, values) / size
    within = float(((values - means[code]) ** 2).sum()) / (rows - groups)
    between = float((size * (means - values.mean()) ** 2).sum()) / (groups - 1)
    typical = (rows - float((size.astype(float) ** 2).sum()) / rows) / (groups - 1)
    whole = between + (typical - 1) * within
    icc = min(1.0, max(0.0, (between - within) / whole)) if whole > 0 else 0.0
    effect = design_effect(rows / groups, icc)
    return Likeness(icc, effect, groups, rows, rows / effect)


def pigeonhole(
    over: Floats, under: Floats, item: Ints, labeler: Ints, resamples: int, rng: np.random.Generator
) -> tuple[float, float] | None:
    """The 95 % percentile interval of Σ over / Σ under when items and labelers are both drawn anew.

    One entry per row of work; rows of labeler -1 are left out. For an accuracy `over` is right or wrong and
    `under` 1. A row counts as often as its item times its labeler was drawn. None with fewer than three
    labelers. It holds for other items and other labelers of the same vendor; with few labelers it is a
    little too narrow, so show it beside the t interval, not instead. Raises `Invalid` for columns of
    different lengths.
    """
    if len({len(over), len(under), len(item), len(labeler)}) > 1:
        raise Invalid("labelers.columns", [Problem("rows", "all columns must have the same length")])
    known = labeler >= 0
    present, who = np.unique(labeler[known], return_inverse=True)
    if len(present) < MIN_ANNOTATORS:
        return None
    things, what = np.unique(item[known], return_inverse=True)
    replicates = np.empty(resamples)
    for at in range(resamples):
        people = np.bincount(rng.integers(0, len(present), len(present)), minlength=len(present))
        drawn = np.bincount(rng.integers(0, len(things), len(things)), minlength=len(things))
        weight = people[who] * drawn[what]
        whole = float(weight @ under[known])
        replicates[at] = float(weight @ over[known]) / whole if whole > 0 else np.nan
    return percentile_interval(replicates)
