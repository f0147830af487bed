"""The keys of `pilot compare --json` that never change, written out, for every task."""

import json

import pytest

from app.core.pilots.compare import compare
from app.core.pilots.report import to_json
from app.core.pilots.tasks import TASKS, read_delivery, read_gold

TOP = (
    "schema", "task", "items", "vendors", "pairs", "groups", "probability_best", "minimum_detectable_difference",
    "settings", "repairs", "warnings",
)  # fmt: skip
VENDOR = (
    "name", "items", "missing", "annotators", "tp", "fp", "fn", "errors", "by_class", "confusion", "seconds",
    "anomalies",
)  # fmt: skip
PAIR = ("a", "b", "metric", "difference", "p_value", "p_adjusted", "distinguishable")
FIGURES = {
    "classification": ("accuracy",),
    "multilabel": ("f1", "precision", "recall", "jaccard", "exact_match"),
    "boxes": ("f1", "precision", "recall", "mean_iou"),
    "polygons": ("f1", "precision", "recall", "mean_iou"),
    "masks": ("f1", "precision", "recall", "mean_iou"),
    "spans": ("f1", "precision", "recall"),
    "transcription": ("wer", "cer", "exact_match"),
    "translation": ("chrf", "bleu", "ter"),
}
OUTLINE = {
    "polygons": [[10, 10, 30, 10, 30, 30, 10, 30]],
    "masks": {"size": [50, 50], "counts": [510, 20, 1970]},
}


def coco(task):
    mark = {"bbox": [10, 10, 20, 20]} | ({"segmentation": OUTLINE[task]} if task in OUTLINE else {})
    return json.dumps({
        "images": [{"id": at, "file_name": f"{at}.jpg", "width": 50, "height": 50} for at in (1, 2)],
        "categories": [{"id": 1, "name": "car"}],
        "annotations": [
            {"id": at, "image_id": at, "category_id": 1, "iscrowd": 0, "area": 400, **mark} for at in (1, 2)
        ],
    }).encode()  # fmt: skip


def sample(task):
    if task in ("classification", "multilabel"):
        return b"item,label\n1,a\n2,b\n"
    if task == "spans":
        row = {"text": "Ada in London", "spans": [{"start": 0, "end": 3, "label": "person"}]}
        return "".join(json.dumps({"item": at, **row}) + "\n" for at in ("1", "2")).encode()
    if task in ("transcription", "translation"):
        return b"item,text\n1,the cat sat on the mat\n2,a dog barked at night\n"
    return coco(task)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_every_key_of_the_contract(task):
    data = sample(task)
    gold = read_gold(task, data, "gold")
    deliveries = {name: read_delivery(task, data, name, gold) for name in ("a", "b")}
    found = json.loads(json.dumps(to_json(compare(task, gold, deliveries, resamples=100))))
    assert found["schema"] == "assay/pilot-compare@1"
    assert [key for key in TOP if key not in found] == []
    for vendor in found["vendors"]:
        assert [key for key in (*VENDOR, *FIGURES[task]) if key not in vendor] == []
        assert set(vendor["seconds"]) == {"mean", "median", "geometric_mean"}
        for figure in FIGURES[task]:
            assert set(vendor[figure]) == {"value", "low", "high", "low_general", "high_general"}
    (pair,) = found["pairs"]
    assert [key for key in PAIR if key not in pair] == []
    assert set(pair["difference"]) == {"value", "low", "high"}
    assert {"seed", "resamples", "iou", "versions"} <= set(found["settings"])
