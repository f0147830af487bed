import pytest

from app.core.errors import Invalid
from app.core.scoring import agreement, consensus

FIVE = [0, 25, 50, 75, 100]


def test_intraclass_correlation_gives_the_published_values() -> None:
    # Shrout & Fleiss 1979: ICC(2,1) = .29, ICC(2,4) = .62
    table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    found = agreement(table)
    assert found.one == pytest.approx(0.2897637795, abs=1e-9)
    assert found.mean == pytest.approx(0.6200505476, abs=1e-9)
    assert (found.targets, found.raters) == (6, 4)


def test_agreement_without_any_variation_is_undefined() -> None:
    assert agreement([[3, 3], [3, 3]]).one is None


@pytest.mark.parametrize("table", [[], [[1, 2]], [[1], [2]], [[1, 2], [1]]])
def test_incomplete_table_is_refused(table: list[list[float]]) -> None:
    with pytest.raises(Invalid, match="at least two targets"):
        agreement(table)


def test_median_of_three_and_mean_of_two_span_the_ratings() -> None:
    three = consensus([25, 75, 50], scale=FIVE)
    assert (three.low, three.mid, three.high, three.disagree) == (25, 50, 75, True)
    two = consensus([50, None, 75], scale=FIVE)
    assert (two.low, two.mid, two.high, two.ratings, two.disagree) == (50, 62.5, 75, 2, False)


def test_masked_ratings_are_absent_and_not_zero() -> None:
    nobody = consensus([None, None], scale=FIVE)
    assert (nobody.mid, nobody.status) == (None, "open")
    alone = consensus([None, 80], scale=FIVE)
    assert (alone.low, alone.mid, alone.high, alone.single) == (80, 80, 80, True)


def test_disagreement_counts_levels_and_not_points() -> None:
    assert consensus([0, 40], scale=[0, 40, 70, 90, 100]).disagree is False
    assert consensus([70, 100], scale=[0, 40, 70, 90, 100]).disagree is True
    assert consensus([0, 100], scale=[0, 100]).disagree is True


def test_rating_outside_the_points_is_refused() -> None:
    with pytest.raises(Invalid, match="between 0 and 100"):
        consensus([101], scale=FIVE)
