"""The tasks that can be compared: which figures each has, and how a delivery is scored.

A new task is one more entry of `TASKS`.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial

from app.core.formats.faults import refuse
from app.core.formats.read import read
from app.core.formats.resolve import KINDS, resolve_delivery, resolve_gold
from app.core.formats.resolve_names import known_as
from app.core.formats.rows import Rows
from app.core.pilots.boxes import score_boxes
from app.core.pilots.figures import Figure, Scores, over
from app.core.pilots.labels import score_labels, score_sets
from app.core.pilots.regions import score_masks, score_polygons
from app.core.pilots.texts import bleu_points, chrf_points, ter_points
from app.core.pilots.writing import score_spans, score_transcriptions, score_translations

Score = Callable[[Rows, Rows, float], Scores]


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its figures (the first one ranks), how it is scored, and the default number of resamples.

    `uses_iou` tells that the overlap threshold plays a part, `has_classes` that its marks carry a class.
    """

    name: str
    figures: tuple[Figure, ...]
    score: Score
    resamples: int = 2_000
    uses_iou: bool = False
    has_classes: bool = True

    @property
    def main(self) -> Figure:
        """The figure that ranks."""
        return self.figures[0]


def _without_iou(score: Callable[[Rows, Rows], Scores]) -> Score:
    return lambda gold, delivery, _: score(gold, delivery)


def _at(column: int, width: int) -> tuple[float, ...]:
    return tuple(float(at == column) for at in range(width))


def _f1(name: str, right: int, asked: int, given: int, width: int) -> Figure:
    below = tuple(float(at in (asked, given)) for at in range(width))
    return Figure(name, over(tuple(2 * one for one in _at(right, width)), below))


def _objects(width: int) -> tuple[Figure, ...]:
    """F1, precision and recall of sums that begin with `findings.COUNTED`."""
    return (
        _f1("f1", 0, 1, 2, width),
        Figure("precision", over(_at(0, width), _at(2, width))),
        Figure("recall", over(_at(0, width), _at(1, width))),
    )


def _mean_iou(width: int, name: str = "mean_iou") -> Figure:
    return Figure(name, over(_at(3, width), _at(4, width)))


CLASSIFICATION = (Figure("accuracy", over((1, 0), (0, 1)), share=True),)
MULTILABEL = (
    *_objects(6),
    Figure("jaccard", over(_at(3, 6), _at(5, 6))),
    Figure("exact_match", over(_at(4, 6), _at(5, 6)), share=True),
)
REGIONS = (*_objects(5), _mean_iou(5))
MASKS = (*_objects(7), _mean_iou(7), Figure("boundary_f", over(_at(5, 7), _at(6, 7))))
SPANS = (
    *_objects(9),
    *(_f1(f"f1_{scheme}", at, 1, 2, 9) for scheme, at in (("exact", 6), ("partial", 7), ("type", 8))),
    _mean_iou(9, "mean_overlap"),
)
_RATE = partial(Figure, lower_is_better=True, most=math.inf)
TRANSCRIPTION = (
    _RATE("wer", over(_at(2, 8), _at(3, 8))),
    _RATE("cer", over(_at(4, 8), _at(5, 8))),
    _RATE("wer_plain", over(_at(6, 8), _at(7, 8))),
    Figure("exact_match", over(_at(0, 8), _at(1, 8)), share=True),
)
TRANSLATION = (
    Figure("chrf", chrf_points, most=100.0),
    Figure("bleu", bleu_points, most=100.0),
    _RATE("ter", ter_points),
)

TASKS: Mapping[str, Task] = {
    one.name: one
    for one in (
        Task("classification", CLASSIFICATION, _without_iou(score_labels), resamples=10_000),
        Task("multilabel", MULTILABEL, _without_iou(score_sets)),
        Task("boxes", REGIONS, score_boxes, uses_iou=True),
        Task("polygons", REGIONS, score_polygons, uses_iou=True),
        Task("masks", MASKS, score_masks, uses_iou=True),
        Task("spans", SPANS, _without_iou(score_spans)),
        Task("transcription", TRANSCRIPTION, _without_iou(score_transcriptions), has_classes=False),
        Task(
            "translation", TRANSLATION, _without_iou(score_translations), resamples=1_000, has_classes=False
        ),
    )
}


def task_named(name: str) -> Task:
    """The task of that name; raises `Invalid` for one that cannot be compared, naming those that can."""
    if name in TASKS:
        return TASKS[name]
    if name == "review_only":
        problem = (
            "has no figures to compute: people accept, fix or reject a blind sample; review the deliveries in "
            "the pilot, or compare one of"
        )
    else:
        problem = "is not a task; use one of"
    raise refuse("task.unknown", f"task {name!r}", f"{problem} {', '.join(TASKS)}")


def read_gold(task: str, data: bytes, name: str, format: str | None = None, accept: bool = False) -> Rows:
    """The gold of a pilot from the bytes of its file; `format` overrides what the content says.

    `accept` applies the repairs that change data. Raises `Invalid` with every problem of the file; nothing is
    read in half.
    """
    return resolve_gold(read(data, name, KINDS[task_named(task).name], format, accept), task)


def strange_labels(
    task: str, data: bytes, name: str, gold: Rows, *, accept: bool = False, known: Collection[str] = ()
) -> tuple[str, ...]:
    """The labels of a delivery that are no class of the gold and not among `known`, most frequent first.

    Raises `Invalid` for a file that cannot be read at all.
    """
    written = read(data, name, KINDS[task_named(task).name], None, accept)
    if written.kind == "texts" or (written.listed and not written.classes):
        return ()
    counts = Counter(written.label)
    strange = counts.keys() - set(gold.classes) - set(known)
    return tuple(sorted(strange, key=lambda one: (-counts[one], one)))


def read_delivery(
    task: str,
    data: bytes,
    name: str,
    gold: Rows,
    format: str | None = None,
    accept: bool = False,
    mapping: Mapping[str, str | None] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Rows:
    """One vendor's delivery against `gold`, from the bytes of its file; as `read_gold` otherwise.

    `mapping` turns the vendor's labels into the gold's (None: drop them), `aliases` other names of items into the
    gold's own.
    """
    written = read(data, name, KINDS[task_named(task).name], format, accept)
    return resolve_delivery(known_as(written, aliases or {}), gold, mapping=mapping)
