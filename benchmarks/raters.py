"""Krippendorff's α of a million ratings: 200,000 items, five annotators, five labels.

Both start at whole numbers in memory. Ours gives the interval too, the peer the value alone.
"""

import numpy as np

from app.core.agreement import Coefficient, alpha
from benchmarks.rows import Figure, Row, Unmeasured, library, side_by_side, timed

ITEMS, ANNOTATORS, LABELS = 200_000, 5, 5


def measure() -> Figure:
    """α at nominal level of the same seeded ratings, annotators right four times out of five."""
    peer = library("krippendorff").alpha
    dice = np.random.default_rng(0)
    truth = dice.integers(0, LABELS, ITEMS)
    noise = dice.integers(0, LABELS, (ANNOTATORS, ITEMS))
    ratings = np.where(dice.random((ANNOTATORS, ITEMS)) < 0.8, truth, noise)
    as_table = ratings.astype(np.float64)
    cell = np.tile(np.arange(ITEMS), ANNOTATORS) * LABELS + ratings.reshape(-1)
    values = np.arange(LABELS, dtype=np.float64)

    def ours() -> Coefficient:
        counts = np.bincount(cell, minlength=ITEMS * LABELS).reshape(-1, LABELS).astype(np.float64)
        return alpha(counts, "nominal", values)

    def theirs() -> float:
        return float(peer(reliability_data=as_table, level_of_measurement="nominal"))

    if abs((ours().value or 0) - theirs()) > 1e-9:
        raise Unmeasured("ours and krippendorff differ in α")
    return side_by_side(timed(ours), timed(theirs))


ROWS = (Row("alpha", "α of 1,000,000 ratings, ours with its interval", "krippendorff", 1 / 5, measure),)
