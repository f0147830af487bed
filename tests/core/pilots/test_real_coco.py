import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from app.core.pilots.boxes import pair_iou
from app.core.pilots.compare import compare
from app.core.pilots.tasks import read_delivery, read_gold
from tests.core.pilots.test_boxes import coco_true_positives

ROOT = Path(__file__).parents[3]
FOLDER = next((up / "shared/real/coco" for up in ROOT.parents if (up / "shared/real/coco").is_dir()), None)
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the folder of real files is absent")


@pytest.fixture(scope="module")
def files():
    gold = (FOLDER / "instances_val2014_100.json").read_bytes()
    return gold, (FOLDER / "instances_val2014_fakebbox100_results.json").read_bytes()


def test_the_real_delivery_has_its_figures(files):
    gold = read_gold("boxes", files[0], "gold.json")
    result = compare("boxes", gold, {"v": read_delivery("boxes", files[1], "v.json", gold)})
    one = result.vendors[0]
    assert len(result.items) == 100
    assert (one.items, one.missing, one.tp, one.fp, one.fn) == (99, 1, 650, 84, 180)
    assert one.errors == {
        "ok": 650, "loose": 1, "wrong_label": 83, "missing": 96, "extra": 0, "duplicate": 0,
    }  # fmt: skip
    assert {name: round(estimate.value, 4) for name, estimate in one.metrics.items()} == {
        "f1": 0.8312, "precision": 0.8856, "recall": 0.7831, "mean_iou": 0.8623,
    }  # fmt: skip
    assert (one.metrics["f1"].low, one.metrics["f1"].high) == pytest.approx((0.8067, 0.8563), abs=0.003)


def test_the_real_delivery_has_the_largest_number_of_true_positives(files):
    """650 is the largest number of right pairs of any matching; pycocotools, greedy, gets 649."""
    gold, rows = json.loads(files[0]), json.loads(files[1])
    right = right_pairs(gold["annotations"], rows)
    assert int((maximum_bipartite_matching(right) >= 0).sum()) == 650
    assert coco_true_positives(gold, rows) == 649


def right_pairs(gold, rows):
    mine = [one for one in gold if not one["iscrowd"]]
    a, b = (np.array([one["bbox"] for one in some]) for some in (mine, rows))
    key = [[(one["image_id"], one["category_id"]) for one in some] for some in (mine, rows)]
    pairs = [(i, j) for i, j in itertools.product(range(len(a)), range(len(b))) if key[0][i] == key[1][j]]
    left, right = np.array(pairs).T
    keep = pair_iou(a[left], b[right]) >= 0.5
    return csr_matrix((np.ones(keep.sum()), (left[keep], right[keep])), shape=(len(a), len(b)))


def test_the_real_gold_against_itself_is_perfect(files):
    gold = read_gold("boxes", files[0], "gold.json")
    one = compare("boxes", gold, {"v": read_delivery("boxes", files[0], "v.json", gold)}).vendors[0]
    assert (one.tp, one.fp, one.fn) == (830, 0, 0)
    assert all(estimate.value == pytest.approx(1) for estimate in one.metrics.values())
