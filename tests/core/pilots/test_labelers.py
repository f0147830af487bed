import numpy as np
import pytest

from app.core.pilots.labelers import intraclass


def right_of(rng, labelers, each, between):
    share = 1 / (1 + np.exp(-(2.2 + rng.normal(0, between, labelers))))
    who = np.repeat(np.arange(labelers), each)
    return (rng.random(len(who)) < share[who]).astype(float), who


def test_labelers_who_repeat_themselves_are_worth_one_row_each():
    found = intraclass(np.repeat([0.0, 1.0, 0.0, 1.0], 25), np.repeat(np.arange(4), 25))
    assert found.icc == pytest.approx(1)
    assert found.design_effect == pytest.approx(25)
    assert found.effective_rows == pytest.approx(4)


def test_a_published_table_has_its_intraclass_correlation():
    # Shrout and Fleiss 1979, table 2: six targets, four judges; ICC(1,1) = 0.17.
    table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    found = intraclass(np.array(table, float).ravel(), np.repeat(np.arange(6), 4))
    assert found.icc == pytest.approx(0.166, abs=5e-4)


def test_labelers_without_a_difference_have_an_effect_near_1_and_few_have_none():
    right, who = right_of(np.random.default_rng(1), 10, 200, 0.0)
    assert intraclass(right, who).design_effect < 2
    assert intraclass(right[:400], who[:400]) is None
    assert intraclass(right, np.full(len(right), -1)) is None
