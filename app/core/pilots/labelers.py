"""From the labelers of a pilot to the vendor in general: how alike their items are.

Source: analysis of variance estimator of the intraclass correlation (Donner 1986).
"""

from dataclasses import dataclass

import numpy as np

from app.core.formats.shapes import Floats, Ints
from app.core.pilots.planner import design_effect
from app.core.pilots.statistics import MIN_ANNOTATORS


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
