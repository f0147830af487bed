"""The scenarios of SemEval-2013 task 9.1 as nervaluate lists them, and overlap in characters."""

import numpy as np
import pytest

from app.core.pilots import spans


def test_overlap_counts_characters() -> None:
    a = np.array([[0, 10], [0, 10], [0, 10], [5, 6]])
    b = np.array([[0, 10], [5, 15], [10, 12], [0, 10]])
    assert spans.pair_overlap(a, b).tolist() == pytest.approx([1, 1 / 3, 0, 0.1])


def test_published_scenarios_give_their_shares() -> None:
    """I exact, IV wrong class, V wrong ends, VI both wrong; II is extra and III missing: five on each side."""
    overlap = np.array([1.0, 1.0, 0.5, 0.5])
    same = np.array([True, False, True, False])
    hits = spans.scheme_credit(overlap, same).sum(axis=0)
    assert dict(zip(spans.SCHEMES, (hits / 5).tolist(), strict=True)) == pytest.approx(
        {"strict": 0.2, "exact": 0.4, "partial": 0.6, "type": 0.4}
    )


def test_an_exact_pair_is_worth_more_than_any_two_loose_ones() -> None:
    worth = spans.pair_worth(np.array([1.0, 0.99, 0.99]), np.array([True, True, True]))
    assert worth[0] > worth[1] + worth[2]


def test_of_equal_overlaps_the_equal_class_is_worth_more() -> None:
    worth = spans.pair_worth(np.array([0.5, 0.5]), np.array([True, False]))
    assert worth[0] > worth[1]
