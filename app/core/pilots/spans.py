"""Spans of text: how much two of them share, and what a pair is worth under the four usual schemes.

Spans are rows (start, end) in characters, end exclusive, so that nothing depends on anybody's tokens.
"""

import numpy as np

from app.core.formats.shapes import Bools, Floats, Ints

SCHEMES = ("strict", "exact", "partial", "type")
_EXACT = 4.0  # more than any two overlaps together: an exact pair is never given up for two loose ones
_SAME = 1e-3


def pair_overlap(a: Ints, b: Ints) -> Floats:
    """Characters shared over characters covered, pair by pair; `a` and `b` are (pairs, 2); 0..1."""
    shared = np.minimum(a[:, 1], b[:, 1]) - np.maximum(a[:, 0], b[:, 0])
    shared = np.clip(shared, 0, None).astype(np.float64)
    covered = (a[:, 1] - a[:, 0]) + (b[:, 1] - b[:, 0]) - shared
    return np.asarray(shared / covered, np.float64)


def pair_worth(overlap: Floats, same: Bools) -> Floats:
    """What a pair is worth to the matching: exact pairs of one class first, then overlap, then equal class.

    So the strict count equals the number of spans that both sides hold (as seqeval counts), and what is left
    is matched as loosely as it must be.
    """
    exact = overlap == 1
    return np.asarray(overlap + _SAME * same + _EXACT * (exact & same), np.float64)


def scheme_credit(overlap: Floats, same: Bools) -> Floats:
    """What each matched pair adds to the hits of `SCHEMES`: (pairs, 4).

    strict: same ends and class; exact: same ends; partial: same ends 1, any overlap a half; type: any overlap
    and same class. Divided by delivered or gold spans they are precision and recall (SemEval-2013 task 9.1).
    """
    exact = overlap == 1
    touching = overlap > 0
    credit = [exact & same, exact, np.where(exact, 1.0, 0.5 * touching), touching & same]
    return np.stack([np.asarray(one, np.float64) for one in credit], axis=1)
