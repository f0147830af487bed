import math

import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.pilots.learning import learning_curve


def pilot(slope, labelers=5, items=200, noise=0.35, seed=1):
    """A fortnight of work by a power law of practice; every labeler meets the same items in random order."""
    rng = np.random.default_rng(seed)
    hard = rng.normal(0, 0.4, items)
    order = np.stack([rng.permutation(items) for _ in range(labelers)])
    who = np.repeat(np.arange(labelers), items)
    count = np.tile(np.arange(1, items + 1), labelers)
    own = rng.normal(3.5, 0.3, labelers)[who] - (-slope + rng.normal(0, 0.01, labelers))[who] * np.log(count)
    seconds = np.exp(own + hard[order.ravel()] + rng.normal(0, noise, len(who)))
    return who, count.astype(float), seconds, order.ravel()


def test_a_fortnight_recovers_thirty_percent_in_six_weeks():
    slope = math.log(0.70) / math.log((5.5 * 100 + 0.5) / 50.5)
    found = learning_curve(*pilot(slope), per_week=100)
    assert found.week_factor == pytest.approx(0.70, abs=0.05)
    assert found.low < 0.70 < found.high
    assert found.verdict == "too_early"
    assert found.per_doubling == pytest.approx(2**found.slope)
    assert "Extrapolation" in found.note


def test_clearly_faster_and_clearly_flat_teams_are_told():
    assert learning_curve(*pilot(-0.45), per_week=100).verdict == "faster"
    flat = learning_curve(*pilot(0.0), per_week=100)
    assert flat.verdict == "slower"
    assert flat.low < 1 < flat.high


def test_effects_of_items_are_taken_out():
    who, count, seconds, item = pilot(-0.2, noise=0.05, seed=4)
    with_items = learning_curve(who, count, seconds, item, per_week=100)
    alone = learning_curve(who, count, seconds, np.arange(len(item)), per_week=100)
    assert with_items.slope == pytest.approx(-0.2, abs=0.02)
    assert with_items.high - with_items.low < alone.high - alone.low


def test_two_labelers_have_a_factor_without_an_interval_and_nobody_has_none():
    rows = pilot(-0.2, labelers=2)
    found = learning_curve(*rows, per_week=100)
    assert (found.low, found.high, found.verdict) == (None, None, "too_early")
    short = [one[:15] for one in rows]
    assert learning_curve(*short, per_week=100) is None
    unknown = (np.full(400, -1), *rows[1:])
    assert learning_curve(*unknown, per_week=100) is None


def test_settings_out_of_range_are_refused_together():
    with pytest.raises(Invalid) as failure:
        learning_curve(*pilot(-0.2), per_week=0, weeks=1, yardstick=1)
    assert [one.where for one in failure.value.problems] == ["per_week", "weeks", "yardstick"]
