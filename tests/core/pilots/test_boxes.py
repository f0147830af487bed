import contextlib
import io
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from app.core.pilots.boxes import pair_iou, score_boxes
from app.core.pilots.findings import confusion, error_counts
from tests.core.pilots.samples import CLASSES, boxes, coco, gold_boxes

BOX = (10, 10, 40, 40)


def counts(gold_rows, rows, iou=0.5, crowd=()):
    gold = gold_boxes(gold_rows, crowd=crowd)
    return {
        name: count
        for name, count in error_counts(score_boxes(gold, boxes(rows, gold), iou).findings).items()
        if count
    }


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ([(1, "car", BOX)], {"ok": 1}),
        ([(1, "car", (10, 10, 40, 20))], {"ok": 1}),  # exactly half
        ([(1, "car", (10, 10, 40, 19))], {"loose": 1}),
        ([(1, "dog", BOX)], {"wrong_label": 1}),
        ([], {"missing": 1}),
        ([(1, "car", (100, 100, 20, 20))], {"missing": 1, "extra": 1}),
        ([(2, "car", BOX)], {"missing": 1, "extra": 1}),
        ([(1, "car", BOX), (1, "car", (11, 11, 40, 40))], {"ok": 1, "duplicate": 1}),
        ([(1, "car", BOX), (1, "dog", BOX)], {"ok": 1, "duplicate": 1}),
        ([(1, "car", BOX), (1, "car", (60, 60, 20, 20))], {"ok": 1, "extra": 1}),
        ([(1, "car", (45, 45, 40, 40))], {"missing": 1, "extra": 1}),  # hardly touching is another object
    ],
)
def test_one_gold_box_and_a_delivery_give_the_right_kind_of_finding(delivered, expected):
    assert counts([(1, "car", BOX)], delivered) == expected


def test_the_threshold_decides_between_ok_and_loose():
    delivered = [(1, "car", (10, 10, 40, 28))]  # IoU 0.7
    assert counts([(1, "car", BOX)], delivered, iou=0.7) == {"ok": 1}
    assert counts([(1, "car", BOX)], delivered, iou=0.75) == {"loose": 1}


def test_matching_maximises_the_total_where_greedy_would_lose_a_box():
    # The best single pair (a, x) would leave b and y apart; the best total pairs a-y and b-x.
    gold = [(1, "car", (0, 0, 100, 10)), (1, "car", (30, 0, 100, 10))]
    delivered = [(1, "car", (14, 0, 100, 10)), (1, "car", (-0.0, 0, 80, 10))]
    assert counts(gold, delivered) == {"ok": 2}


def test_boxes_in_a_crowd_region_of_their_class_are_left_out():
    gold = [(1, "person", (0, 0, 100, 100)), (1, "car", (150, 150, 20, 20))]
    delivered = [(1, "person", (10, 10, 20, 20)), (1, "car", (150, 150, 20, 20)), (1, "dog", (10, 60, 9, 9))]
    assert counts(gold, delivered, crowd=(0,)) == {"ok": 1, "extra": 1}


def test_confusion_counts_every_object_once_with_none_for_nothing():
    gold = gold_boxes([(1, "car", BOX), (1, "dog", (100, 100, 30, 30)), (2, "person", BOX)])
    delivery = boxes([(1, "person", BOX), (1, "dog", (100, 100, 30, 30)), (3, "dog", BOX)], gold)
    cells = confusion(score_boxes(gold, delivery).findings, gold.classes)
    assert {(one.gold, one.delivered): one.count for one in cells} == {
        ("car", "person"): 1,
        ("dog", "dog"): 1,
        ("person", None): 1,
        (None, "dog"): 1,
    }


rectangles = st.tuples(
    st.integers(1, 3),
    st.sampled_from(CLASSES),
    st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(5, 60), st.integers(5, 60)),
)
scenes = st.lists(rectangles, max_size=9)


@settings(deadline=None, max_examples=40)
@given(scenes.filter(bool), scenes, st.randoms())
def test_shuffled_rows_change_no_finding(gold_rows, rows, random):
    shuffled, mixed = list(rows), list(gold_rows)
    random.shuffle(shuffled)
    random.shuffle(mixed)
    assert counts(gold_rows, rows) == counts(mixed, shuffled)


@settings(deadline=None, max_examples=40)
@given(scenes.filter(bool))
def test_a_copy_of_the_gold_is_all_ok(rows):
    assert counts(rows, rows) == {"ok": len(rows)}


@settings(deadline=None, max_examples=40)
@given(st.lists(rectangles, max_size=4), st.lists(rectangles, max_size=4))
def test_total_iou_is_the_best_of_all_matchings(gold_rows, rows):
    gold = gold_boxes(gold_rows)
    delivery = boxes(rows, gold)
    found = score_boxes(gold, delivery).findings

    def overlap(a: int, b: int) -> float:
        if gold.item[a] != delivery.item[b]:
            return 0.0
        iou = float(pair_iou(gold.shape[[a]], delivery.shape[[b]])[0])
        return iou if iou >= 0.1 else 0.0

    left, right = range(len(gold.item)), range(len(delivery.item))
    few, many, turned = (left, right, False) if len(left) <= len(right) else (right, left, True)
    best = max(
        sum(overlap(b, a) if turned else overlap(a, b) for a, b in zip(few, order, strict=False))
        for order in itertools.permutations(many, len(few))
    )
    assert np.nansum(found.iou) == pytest.approx(best, abs=1e-5)


def test_sparse_scenes_have_the_true_positives_of_pycocotools():
    rng = np.random.default_rng(5)
    gold_rows, rows = [], []
    for image, cell in itertools.product(range(1, 41), range(4)):
        x, y = (cell % 2) * 100 + rng.uniform(0, 20), (cell // 2) * 100 + rng.uniform(0, 20)
        label = CLASSES[rng.integers(3)]
        gold_rows.append((image, label, (x, y, 60.0, 50.0)))
        if rng.random() < 0.9:
            shown = label if rng.random() < 0.9 else CLASSES[rng.integers(3)]
            rows.append((image, shown, (x + rng.uniform(0, 18), y + rng.uniform(0, 18), 60.0, 50.0)))
    gold = gold_boxes(gold_rows, images=40)
    ours = error_counts(score_boxes(gold, boxes(rows, gold)).findings)["ok"]
    assert ours == coco_true_positives(coco(gold_rows, 40), coco(rows, 40)["annotations"])


def coco_true_positives(gold, rows):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            **gold,
            "annotations": [
                {**one, "id": at, "area": one["bbox"][2] * one["bbox"][3]}
                for at, one in enumerate(gold["annotations"], start=1)
            ],
        }
        truth.createIndex()
        results = [
            {
                "image_id": one["image_id"],
                "category_id": one["category_id"],
                "bbox": one["bbox"],
                "score": 1.0,
            }
            for one in rows
        ]
        run = COCOeval(truth, truth.loadRes(results), "bbox")
        run.params.iouThrs, run.params.areaRng = np.array([0.5]), [[0, 1e10]]
        run.params.areaRngLbl, run.params.maxDets = ["all"], [1000]
        run.evaluate()
    hits = [one for one in run.evalImgs if one]
    return sum(int(((one["dtMatches"] > 0) & ~one["dtIgnore"].astype(bool)).sum()) for one in hits)
