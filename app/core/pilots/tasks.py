"""The tasks that can be compared: how each is read and scored, and which figures it has.

A new task is one more entry of `TASKS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.formats.coco import read_delivered_boxes, read_gold_boxes
from app.core.formats.content import check_bytes, format_of
from app.core.formats.faults import refuse
from app.core.formats.rows import Boxes, Labels
from app.core.formats.table import read_delivered_labels, read_gold_labels
from app.core.pilots.boxes import score_boxes
from app.core.pilots.classification import score_labels
from app.core.pilots.findings import Findings

Rows = Labels | Boxes


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure that is a ratio of sums over items: weights of `findings.COUNTED` above and below the line."""

    name: str
    over: tuple[float, float, float, float, float]
    under: tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Task:
    """One task: readable formats, the figures (the first one ranks) and the default number of resamples.

    `shares` tells that the first figure is a share of items, each right or wrong (Wilson, McNemar).
    """

    name: str
    formats: tuple[str, ...]
    ratios: tuple[Ratio, ...]
    shares: bool
    resamples: int


ACCURACY = Ratio("accuracy", (1, 0, 0, 0, 0), (0, 1, 0, 0, 0))
F1 = Ratio("f1", (2, 0, 0, 0, 0), (0, 1, 1, 0, 0))
PRECISION = Ratio("precision", (1, 0, 0, 0, 0), (0, 0, 1, 0, 0))
RECALL = Ratio("recall", (1, 0, 0, 0, 0), (0, 1, 0, 0, 0))
MEAN_IOU = Ratio("mean_iou", (0, 0, 0, 1, 0), (0, 0, 0, 0, 1))

TASKS: Mapping[str, Task] = {
    "classification": Task("classification", ("table",), (ACCURACY,), True, 10_000),
    "boxes": Task("boxes", ("coco",), (F1, PRECISION, RECALL, MEAN_IOU), False, 2_000),
}
_LATER = ("multilabel", "polygons", "masks", "spans", "transcription", "translation", "review_only")


def task_named(name: str) -> Task:
    """The task of that name; raises `Invalid` for one that cannot be compared, naming those that can."""
    if name in TASKS:
        return TASKS[name]
    problem = "cannot be compared yet" if name in _LATER else "is not a task"
    raise refuse("task.unknown", f"task {name!r}", f"{problem}; use one of {', '.join(TASKS)}")


def read_gold(task: str, data: bytes, name: str, format: str | None = None) -> Rows:
    """The gold of a pilot from the bytes of its file; `format` overrides what the content says.

    Raises `Invalid` with every problem of the file; nothing is read in half.
    """
    data = check_bytes(data, name)
    format_of(data, name, format, task_named(task).formats)
    return read_gold_boxes(data, name) if task == "boxes" else read_gold_labels(data, name)


def read_delivery(task: str, data: bytes, name: str, gold: Rows, format: str | None = None) -> Rows:
    """One vendor's delivery against `gold`, from the bytes of its file; as `read_gold` otherwise."""
    data = check_bytes(data, name)
    format_of(data, name, format, task_named(task).formats)
    if isinstance(gold, Boxes):
        return read_delivered_boxes(data, name, gold)
    return read_delivered_labels(data, name, gold)


def score(gold: Rows, delivery: Rows, iou: float) -> Findings:
    """The findings of one delivery; gold and delivery must be of the same task."""
    if isinstance(gold, Boxes) and isinstance(delivery, Boxes):
        return score_boxes(gold, delivery, iou)
    if isinstance(gold, Labels) and isinstance(delivery, Labels):
        return score_labels(gold, delivery)
    raise refuse("delivery.other_task", delivery.source, "is of another task than the gold")
