"""Boxes of 5,000 images against as many of the gold, from the two COCO files to the counts.

Ours reads with every check, matches one to one for the greatest total IoU at 0.5 and names every error. The
peers load, evaluate and accumulate as they come: ten thresholds, four sizes of area. What is shown besides is
pycocotools told to do one threshold and one size only.
"""

import contextlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from app.core.pilots.boxes import score_boxes
from app.core.pilots.findings import Findings
from app.core.pilots.tasks import read_delivery, read_gold
from benchmarks.rows import Figure, Row, library, side_by_side, timed

IMAGES, BOXES, CLASSES = 5_000, 37_000, 80
WIDTH, HEIGHT = 640, 480


def write_files(folder: Path) -> tuple[Path, Path]:
    """A seeded gold file and a results file: boxes a little off, one label in ten drawn anew."""
    dice = np.random.default_rng(0)
    image = dice.integers(0, IMAGES, BOXES)
    label = dice.integers(1, CLASSES + 1, BOXES)
    corner = dice.uniform(0, [520, 360], (BOXES, 2)).round(2)
    size = dice.uniform(10, 100, (BOXES, 2)).round(2)
    moved = np.clip(corner + dice.normal(0, 5, (BOXES, 2)), 0, [530, 370]).round(2)
    resized = np.clip(size + dice.normal(0, 5, (BOXES, 2)), 5, 105).round(2)
    relabelled = np.where(dice.random(BOXES) < 0.9, label, dice.integers(1, CLASSES + 1, BOXES))
    gold = {
        "images": [
            {"id": i, "file_name": f"{i:06}.jpg", "width": WIDTH, "height": HEIGHT} for i in range(IMAGES)
        ],
        "categories": [{"id": c, "name": f"class {c}"} for c in range(1, CLASSES + 1)],
        "annotations": [
            {**row, "id": k + 1, "area": row["bbox"][2] * row["bbox"][3], "iscrowd": 0}
            for k, row in enumerate(_rows(image, label, corner, size))
        ],
    }
    results = [{**row, "score": 1.0} for row in _rows(image, relabelled, moved, resized)]
    paths = folder / "gold.json", folder / "results.json"
    for path, document in zip(paths, (gold, results), strict=True):
        path.write_bytes(orjson.dumps(document))
    return paths


def _rows(image: Any, label: Any, corner: Any, size: Any) -> list[dict[str, Any]]:
    boxes = np.column_stack([corner, size]).tolist()
    return [
        {"image_id": i, "category_id": c, "bbox": box}
        for i, c, box in zip(image.tolist(), label.tolist(), boxes, strict=True)
    ]


def ours(gold_path: Path, results_path: Path) -> Findings:
    """Both files to findings."""
    gold = read_gold("boxes", gold_path.read_bytes(), gold_path.name)
    delivery = read_delivery("boxes", results_path.read_bytes(), results_path.name, gold)
    return score_boxes(gold, delivery, 0.5).findings


def _coco(module: str, evaluator: str, one: bool = False) -> Callable[[Path, Path], None]:
    """The COCO protocol of one library; the three share its names."""
    package, _, name = evaluator.rpartition(".")

    def run(gold_path: Path, results_path: Path) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            gold = library(module).COCO(str(gold_path))
            delivery = gold.loadRes(str(results_path))
            found = getattr(library(package), name)(gold, delivery, "bbox")
            if one:
                found.params.iouThrs = np.array([0.5])
                found.params.areaRng, found.params.areaRngLbl = [[0, 1e10]], ["all"]
                found.params.maxDets = [1000]
            found.evaluate()
            found.accumulate()

    return run


def _measure(peer: Callable[[Path, Path], None], rounds: int) -> Callable[[], Figure]:
    def measure() -> Figure:
        with tempfile.TemporaryDirectory() as folder:
            paths = write_files(Path(folder))
            ours(*paths)
            return side_by_side(
                timed(lambda: ours(*paths)), timed(lambda: peer(*paths)), rounds=rounds, warm=rounds > 1
            )

    return measure


PYCOCOTOOLS = ("pycocotools.coco", "pycocotools.cocoeval.COCOeval")
WORK = "boxes: 5,000 images × 37,000 boxes, parse included"
ROWS = (
    Row("boxes", WORK, "pycocotools", 1 / 20, _measure(_coco(*PYCOCOTOOLS), 1)),
    Row("boxes-one", WORK, "pycocotools at one IoU only", None, _measure(_coco(*PYCOCOTOOLS, one=True), 1)),
    Row(
        "boxes-faster",
        WORK,
        "faster-coco-eval",
        None,
        _measure(_coco("faster_coco_eval", "faster_coco_eval.COCOeval_faster"), 3),
    ),
    Row("boxes-hotcoco", WORK, "hotcoco (Rust)", None, _measure(_coco("hotcoco", "hotcoco.COCOeval"), 3)),
)
