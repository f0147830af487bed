import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from app.core.pilots.assignment import match


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 16), st.integers(1, 16), st.floats(0.05, 1.0), st.integers(0, 10_000))
def test_any_tangle_reaches_the_total_of_the_reference_solver(rows, columns, density, seed):
    rng = np.random.default_rng(seed)
    table = np.where(rng.random((rows, columns)) < density, rng.random((rows, columns)) + 0.01, 0)
    left, right = np.nonzero(table)
    worth = table[left, right]

    chosen = match(left, right, worth)

    assert len(set(left[chosen])) == len(chosen) == len(set(right[chosen]))
    assert worth[chosen].sum() == pytest.approx(table[linear_sum_assignment(table, maximize=True)].sum())


def test_no_pairs_give_no_matching():
    assert len(match(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))) == 0
