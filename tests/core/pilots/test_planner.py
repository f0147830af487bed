import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.pilots import planner
from app.core.pilots.statistics import detectable_paired, mcnemar_midp, wilson


@pytest.mark.parametrize(
    ("points", "discordant", "pairs", "items"),
    [(8.8, 0.10, 1, 100), (6.2, 0.10, 1, 200), (2.8, 0.05, 1, 500), (5.1, 0.10, 1, 300), (7.2, 0.20, 1, 300),
     (6.3, 0.10, 6, 300), (3.6, 0.10, 10, 1000)],
)  # fmt: skip
def test_the_planning_table_read_backwards_gives_the_items(points, discordant, pairs, items):
    found = planner.items_for_difference(points / 100, discordant, pairs)
    assert found == pytest.approx(items, rel=0.04)
    # The very inverse of what can be detected.
    assert detectable_paired(found, discordant, pairs) <= points / 100
    assert detectable_paired(found - 1, discordant, pairs) > points / 100


def test_planned_items_have_the_power_they_promise():
    difference, discordant = 0.05, 0.10
    items = planner.items_for_difference(difference, discordant)
    rng = np.random.default_rng(3)
    ahead, behind = (discordant + difference) / 2, (discordant - difference) / 2
    drawn = rng.multinomial(items, [ahead, behind, 1 - discordant], size=2000)
    power = np.mean([mcnemar_midp(int(b), int(c)) < 0.05 for b, c, _ in drawn])
    assert power == pytest.approx(0.80, abs=0.03)


def test_a_claim_of_98_percent_needs_149_items_without_an_error():
    assert planner.error_free_items(0.98) == 149
    assert 0.98**149 <= 0.05 < 0.98**148
    low, _ = wilson(148, 148, level=0.90)
    assert low < 0.9825


def test_a_claim_with_expected_errors_needs_more_items_and_an_equal_one_cannot_be_shown():
    assert planner.items_for_claim(0.98, 0.99) > 800 > planner.error_free_items(0.98)
    assert planner.items_for_claim(0.98, 1.0) >= 149
    assert planner.items_for_claim(0.98, 0.98) is None


def test_more_labelers_are_needed_where_they_differ_more():
    few = planner.labelers_for(0.03, 0.01, 0.95, 600)
    many = planner.labelers_for(0.03, 0.04, 0.95, 600)
    assert 3 <= few < many
    assert planner.labelers_for(0.01, 0.02, 0.9, 100) is None  # the items alone are too few


def test_the_plan_holds_all_parts_together():
    found = planner.plan_pilot(0.04, 0.10, vendors=4, spread=0.02)
    assert found.pairs == 6
    assert found.items == planner.items_for_difference(0.04, 0.10, 6)
    assert found.detectable == pytest.approx(0.04, abs=1e-4)
    assert found.design_effect > 1
    assert found.effective_items == pytest.approx(found.items / found.design_effect)
    assert planner.plan_pilot(0.04, 0.10).labelers is None
    assert planner.plan_pilot(0.2, 0.1).items is None


def test_all_settings_out_of_range_are_said_at_once():
    with pytest.raises(Invalid) as failure:
        planner.plan_pilot(0, 2, 1, 1, claim=1, expected=0, spread=-1, half_width=0)
    assert [one.where for one in failure.value.problems] == [
        "difference", "discordant", "vendors", "power", "claim", "expected", "spread", "half_width",
    ]  # fmt: skip
    with pytest.raises(Invalid, match="too small for any pilot"):
        planner.plan_pilot(1e-9)
    for claim in (0, 1, 2):
        with pytest.raises(Invalid, match="between 0 and 1"):
            planner.error_free_items(claim)
