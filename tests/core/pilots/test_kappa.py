import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from app.core.errors import Invalid
from app.core.pilots.kappa import cohen, pairwise

SAS = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]


@pytest.mark.parametrize(
    ("table", "value"),
    [([[20, 5], [10, 15]], 0.4), ([[45, 15], [25, 15]], 0.130435), ([[25, 35], [5, 35]], 0.259259)],
)
def test_published_tables_have_the_published_kappa(table, value):
    assert cohen(np.array(table)).value == pytest.approx(value, abs=1e-6)


def test_the_table_of_sas_has_its_kappa_error_and_interval_at_every_weight():
    found = cohen(np.array(SAS))
    assert (found.value, found.standard_error, found.low, found.high) == pytest.approx(
        (0.4842, 0.1380, 0.2137, 0.7547), abs=6e-5
    )
    found = cohen(np.array(SAS), "linear")
    assert (found.value, found.standard_error, found.low, found.high) == pytest.approx(
        (0.4701, 0.1457, 0.1845, 0.7558), abs=6e-5
    )
    assert cohen(np.array(SAS), "quadratic").value == pytest.approx(0.450161, abs=1e-6)


def test_random_tables_have_the_error_of_statsmodels():
    rng = np.random.default_rng(1)
    for weights, name in (("none", None), ("linear", "linear"), ("quadratic", "quadratic")):
        table = rng.integers(1, 30, (4, 4))
        expected = cohens_kappa(table, wt=name)
        found = cohen(table, weights)
        assert found.value == pytest.approx(expected.kappa)
        assert found.standard_error == pytest.approx(expected.std_kappa)


def test_without_counts_or_with_one_class_kappa_is_not_defined():
    assert cohen(np.zeros((2, 2))).value is None
    assert cohen(np.array([[9, 0], [0, 0]])).value is None
    for bad in (np.ones((2, 3)), np.array([[1, -1], [0, 1]])):
        with pytest.raises(Invalid, match="as many rows as columns"):
            cohen(bad)


def test_the_matrix_holds_every_pair():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 3, (3, 80))
    item = np.tile(np.arange(80), 3)
    who = np.repeat([0, 1, 2], 80)
    keep = ~((who == 2) & (item < 30))
    found = pairwise(item[keep], who[keep], labels.ravel()[keep], ("p", "q", "r"))
    assert [(one.a, one.b, one.items) for one in found] == [("p", "q", 80), ("p", "r", 50), ("q", "r", 50)]
    assert found[0].share == (labels[0] == labels[1]).mean()
    assert found[0].kappa == pytest.approx(cohen_kappa_score(labels[0], labels[1]))
    assert found[1].kappa == pytest.approx(cohen_kappa_score(labels[0, 30:], labels[2, 30:]))


def test_annotators_without_a_common_item_have_no_agreement_and_doubles_are_refused():
    found = pairwise(np.array([0, 1]), np.array([0, 1]), np.array([0, 0]), ("p", "q"))
    assert (found[0].items, found[0].share, found[0].kappa) == (0, None, None)
    with pytest.raises(Invalid, match="only once"):
        pairwise(np.array([0, 0]), np.array([0, 0]), np.array([0, 1]), ("p", "q"))
