import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.pilots.repeats import bias, met_again, repeats_of, self_agreement
from app.core.pilots.statistics import wilson

ITEMS = tuple(f"i{at}" for at in range(40)) + tuple(f"again{at}" for at in range(20))
ORIGINAL, _ = repeats_of(ITEMS, {f"again{at}": f"i{at}" for at in range(20)})


def rows(*people):
    """Item, annotator and label of people who label every item: a list of the repeats they get wrong each."""
    item = np.tile(np.arange(60), len(people))
    who = np.repeat(np.arange(len(people)), 60)
    label = np.tile(np.concatenate([np.arange(40) % 2, np.arange(20) % 2]), len(people))
    for at, wrong in enumerate(people):
        label[at * 60 + 40 + np.array(wrong, int)] ^= 1
    return item, who, label


def themselves(item, who, label, people, original=None):
    again, first = met_again(item, who, ORIGINAL if original is None else original)
    return self_agreement(who[again], label[again] == label[first], people)


def test_a_labeler_who_repeats_himself_agrees_with_himself():
    whole, one, two = themselves(*rows([], [0, 1, 2, 3]), ("p", "q"))
    assert (one.annotator, one.repeats, one.same, one.share) == ("p", 20, 20, 1.0)
    assert (two.annotator, two.same, two.share) == ("q", 16, 0.8)
    assert (two.low, two.high) == pytest.approx(wilson(16, 20))
    assert (whole.annotator, whole.repeats, whole.same, whole.share) == ("", 40, 36, 0.9)


def test_labelers_who_differ_widen_the_interval_of_all_together():
    whole = themselves(*rows([], [], list(range(12))), ("p", "q", "r"))[0]
    low, high = wilson(48, 60)
    assert whole.low < low
    assert whole.high > high


def test_only_repeats_an_annotator_met_twice_count():
    item, who, label = rows([])
    assert themselves(item[40:], who[40:], label[40:], ("p",)) == ()
    nobody = np.zeros(0, np.int64)
    assert themselves(nobody, nobody, nobody, ()) == ()
    with pytest.raises(Invalid, match="only once"):
        met_again(np.array([0, 0]), np.array([0, 0]), ORIGINAL)


def test_repeats_of_unknown_items_are_named():
    found, notes = repeats_of(("a", "b"), {"b": "a", "x": "a", "a": "a"})
    assert found.tolist() == [-1, 0]
    assert len(notes) == 2
    assert "'x'" in notes[0]


def test_a_class_used_too_often_is_found_with_its_interval():
    rng = np.random.default_rng(1)
    truth = np.tile(rng.integers(0, 3, 300), 2)
    label = truth.copy()
    label[:60] = 2  # the first annotator says class 2 whatever it is
    found = bias(np.repeat([0, 1], 300), label, truth, ("eager", "fair"), ("a", "b", "c"))
    first = found[0]
    assert (first.annotator, first.label, first.marked) == ("eager", "c", True)
    assert first.difference == pytest.approx(first.given - first.expected)
    assert 0 < first.low < first.difference < first.high
    assert not any(one.marked for one in found if one.annotator == "fair")
    assert [one.difference for one in found if one.annotator == "fair"] == [0, 0, 0]


def test_rows_without_truth_or_annotator_carry_no_bias():
    assert bias(np.array([0, -1]), np.array([0, 0]), np.array([-1, 0]), ("p",), ("a",)) == ()
