import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.scoring import PanelRating, agreement, consensus, eligible, panel_agreement, severities

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


SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
KRIPPENDORFF = ["123321412", "1233224125 3", " 3332342251", "12332441251"]


def ratings_of(rows: list[str]) -> list[PanelRating]:
    return [
        PanelRating(f"e{e}", "c", f"k{k}", 10 * int(points))
        for e, row in enumerate(rows)
        for k, points in enumerate(row)
        if points != " "
    ]


def test_intervals_of_the_intraclass_correlations_are_the_published_ones() -> None:
    # R psych::ICC on the data of Shrout & Fleiss: ICC2 .29 [.019, .76], ICC2k .62 [.071, .93]
    found = agreement(SHROUT_FLEISS)
    assert found.one_interval == pytest.approx((0.0188, 0.7611), abs=1e-3)
    assert found.mean_interval == pytest.approx((0.0711, 0.9272), abs=1e-3)


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 5), st.integers(2, 4), st.randoms(), st.sampled_from([1, 4, 100]))
def test_interval_holds_its_point_or_is_not_given(n: int, k: int, dice: random.Random, top: int) -> None:
    found = agreement([[dice.randint(0, top) for _ in range(k)] for _ in range(n)])
    if found.one_interval is not None:
        assert found.one is not None
        assert found.one_interval[0] - 1e-9 <= found.one <= found.one_interval[1] + 1e-9


def test_perfect_agreement_has_no_interval() -> None:
    found = agreement([[1, 1], [2, 2], [3, 3]])
    assert (found.one, found.one_interval) == (1.0, None)


def test_ordinal_alpha_of_a_panel_is_the_published_value() -> None:
    found = panel_agreement(ratings_of(KRIPPENDORFF))
    assert found.alpha.value == pytest.approx(0.815388, abs=1e-6)
    assert found.alpha.low is not None
    assert found.alpha.high is not None
    assert found.alpha.low < 0.815 < found.alpha.high
    assert found.complete is not None
    assert (found.complete.targets, found.complete.raters) == (8, 4)
    assert panel_agreement(ratings_of(KRIPPENDORFF)) == found


def test_panel_without_common_cells_has_no_agreement() -> None:
    nothing = panel_agreement([])
    assert (nothing.complete, nothing.alpha.value, nothing.severity) == (None, None, ())
    alone = panel_agreement([PanelRating("e", "c", "k", 50), PanelRating("f", "c", "l", 50)])
    assert (alone.complete, alone.alpha.value, alone.severity) == (None, None, ())


def test_severity_compares_with_the_mean_of_shared_cells_only() -> None:
    ratings = [
        PanelRating("mild", "c", "a", 90),
        PanelRating("harsh", "c", "a", 50),
        PanelRating("mild", "c", "b", 80),
        PanelRating("harsh", "c", "b", 60),
        PanelRating("harsh", "c", "alone", 0),
    ]
    assert [(one.evaluator, one.points, one.cells) for one in severities(ratings)] == [
        ("mild", 15.0, 2),
        ("harsh", -15.0, 2),
    ]


def test_conflict_masks_the_evaluator_for_that_candidate_alone() -> None:
    ratings = [PanelRating("e", "c", "a", 90), PanelRating("e", "d", "a", 90), PanelRating("f", "c", "a", 50)]
    kept = eligible(ratings, {("e", "c")})
    assert [(one.evaluator, one.candidate) for one in kept] == [("e", "d"), ("f", "c")]


def test_second_rating_of_a_cell_is_refused() -> None:
    with pytest.raises(Invalid, match="rated it twice"):
        panel_agreement([PanelRating("e", "c", "a", 90), PanelRating("e", "c", "a", 80)])


def test_mean_hears_everybody_and_median_withstands_one() -> None:
    assert consensus([100, 100, 10], scale=FIVE).mid == 100
    assert consensus([100, 100, 10], scale=FIVE, middle="mean").mid == 70
