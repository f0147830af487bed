import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_recall_fscore_support

from app.core.pilots.compare import compare
from app.core.pilots.results import marks
from tests.core.pilots.samples import labels

GOLD = "item,label\n1,cat\n2,cat\n3,dog\n4,dog\n5,cow\n"


def random_pilot(seed, count=300, classes=4, accuracy=0.8, people=6):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, count)
    given = np.where(rng.random(count) < accuracy, truth, rng.integers(0, classes, count))
    gold = labels("item,label\n" + "".join(f"i{at},c{one}\n" for at, one in enumerate(truth)))
    rows = "".join(f"i{at},a{at % people},c{one}\n" for at, one in enumerate(given))
    return gold, labels("item,annotator,label\n" + rows, gold), truth, given


def test_a_random_delivery_has_the_figures_of_scikit_learn():
    gold, delivery, truth, given = random_pilot(1)
    found = compare("classification", gold, {"a": delivery}).vendors[0]
    precision, recall, f1, support = precision_recall_fscore_support(truth, given)
    assert found.metrics["accuracy"].value == pytest.approx((truth == given).mean())
    assert found.metrics["macro_f1"].value == pytest.approx(f1_score(truth, given, average="macro"))
    for at in range(4):
        one = found.by_class[f"c{at}"]
        assert (one.precision, one.recall, one.f1, one.gold) == pytest.approx(
            (precision[at], recall[at], f1[at], support[at])
        )
        assert one.low < one.f1 < one.high


def test_macro_f1_interval_covers_the_value_and_agrees_with_a_plain_bootstrap():
    gold, delivery, truth, given = random_pilot(2)
    estimate = compare("classification", gold, {"a": delivery}).vendors[0].metrics["macro_f1"]
    rng = np.random.default_rng(0)
    picks = rng.integers(0, len(truth), (300, len(truth)))
    plain = [f1_score(truth[one], given[one], average="macro") for one in picks]
    assert (estimate.low, estimate.high) == pytest.approx(np.quantile(plain, [0.025, 0.975]), abs=0.015)
    assert estimate.low_general <= estimate.low < estimate.value < estimate.high <= estimate.high_general


def test_missing_items_count_as_wrong_and_are_named():
    gold = labels(GOLD)
    result = compare("classification", gold, {"a": labels("item,label\n1,cat\n2,dog\n3,dog\n", gold)})
    one = result.vendors[0]
    assert (one.items, one.missing, one.metrics["accuracy"].value) == (3, 2, 0.4)
    assert (one.tp, one.fp, one.fn) == (2, 1, 3)
    assert one.errors["missing"] == 2
    assert "a: 2 of 5 items missing; they count as wrong." in result.warnings
    assert one.scores.tolist() == [1, 0, 1, 0, 0]


def test_labels_of_several_annotators_count_their_share_of_the_item():
    gold = labels(GOLD)
    rows = "item,annotator,label\n1,x,cat\n1,y,dog\n2,x,cat\n3,y,dog\n4,z,dog\n5,z,cow\n"
    result = compare("classification", gold, {"a": labels(rows, gold)})
    one = result.vendors[0]
    assert one.metrics["accuracy"].value == pytest.approx(0.9)
    assert {(cell.gold, cell.delivered): cell.count for cell in one.confusion}[("cat", "dog")] == 0.5
    assert [(mark.error, mark.delivered, mark.annotator) for mark in marks(result, "a", "1")] == [
        ("ok", "cat", "x"),
        ("wrong_label", "dog", "y"),
    ]
    assert any("1 items carry several labels" in line for line in result.warnings)


def test_strata_of_the_gold_have_their_own_accuracy():
    gold = labels("item,label,stratum\n1,cat,easy\n2,cat,hard\n3,dog,hard\n")
    found = compare("classification", gold, {"a": labels("item,label\n1,cat\n2,cat\n3,cat\n", gold)}).vendors[
        0
    ]
    assert {name: (one.count, one.value) for name, one in found.strata.items()} == {
        "easy": (1, 1.0),
        "hard": (2, 0.5),
    }
