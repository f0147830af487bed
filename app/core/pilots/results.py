"""What a comparison says: frozen values that pages, documents and the command line all read."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.core.formats.rows import Boxes, Labels
from app.core.formats.shapes import Floats
from app.core.pilots.findings import ERRORS, Cell, Findings
from app.core.pilots.speed import Anomaly, Seconds, TimeRatio, Work


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with two 95 % intervals: over items like these, and over the vendor's annotators in general.

    Every part is None where it is unknown.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    low_general: float | None = None
    high_general: float | None = None


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class of one vendor. `gold`, `delivered` count objects; `low`, `high` bound `f1`."""

    gold: float
    delivered: float
    tp: float
    fp: float
    fn: float
    precision: float | None
    recall: float | None
    f1: float | None
    low: float | None
    high: float | None
    mean_iou: float | None


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum of one vendor: the share of its `count` gold objects that are right (Wilson interval)."""

    count: float
    metric: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class VendorResult:
    """All figures of one delivery. `scores` holds one score 0..1 per item of the comparison.

    `items` counts the pilot's items the delivery answers, `annotators` is None where none is named.
    """

    name: str
    items: int
    missing: int
    annotators: int | None
    metrics: Mapping[str, Estimate]
    tp: float
    fp: float
    fn: float
    errors: Mapping[str, float]
    by_class: Mapping[str, ClassScore]
    strata: Mapping[str, Stratum]
    confusion: tuple[Cell, ...]
    seconds: Seconds | None
    anomalies: tuple[Anomaly, ...]
    scores: Floats
    findings: Findings
    delivery: Labels | Boxes
    work: Work | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Vendor `a` minus vendor `b` on the same items; the interval holds for all pairs at once (max-T)."""

    a: str
    b: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None
    distinguishable: bool
    time_ratio: TimeRatio | None


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Vendors compared on one gold. `metric` ranks; `iou` is None where it plays no part."""

    task: str
    metric: str
    items: tuple[str, ...]
    classes: tuple[str, ...]
    gold: Labels | Boxes
    vendors: tuple[VendorResult, ...]
    pairs: tuple[Pair, ...]
    groups: tuple[tuple[str, ...], ...]
    probability_best: Mapping[str, float]
    minimum_detectable_difference: float | None
    iou: float | None
    seed: int
    resamples: int
    versions: Mapping[str, str]
    repairs: tuple[str, ...]
    warnings: tuple[str, ...]

    def vendor(self, name: str) -> VendorResult:
        """The figures of one vendor; raises KeyError for a name that was not compared."""
        return {one.name: one for one in self.vendors}[name]


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding on one item, for people. Boxes are x, y, width, height in pixels; None: nothing there."""

    error: str
    gold: str | None
    delivered: str | None
    annotator: str | None
    iou: float | None
    gold_box: tuple[float, ...] | None
    delivered_box: tuple[float, ...] | None


def marks(comparison: Comparison, vendor: str, item: str) -> tuple[Mark, ...]:
    """What the vendor did on one item, finding by finding; raises KeyError for unknown names."""
    result = comparison.vendor(vendor)
    at = {one: position for position, one in enumerate(comparison.items)}[item]
    low, high = np.searchsorted(result.findings.item, [at, at + 1])
    return tuple(_mark(comparison, result, row) for row in range(low, high))


def worst_items(comparison: Comparison, vendor: str, limit: int = 50) -> tuple[tuple[str, float], ...]:
    """The items with the lowest scores of one vendor, worst first, that are not perfect."""
    scores = comparison.vendor(vendor).scores
    order = np.argsort(scores, kind="stable")[:limit]
    return tuple((comparison.items[at], float(scores[at])) for at in order if scores[at] < 1)


def _mark(comparison: Comparison, result: VendorResult, row: int) -> Mark:
    found, gold, delivery = result.findings, comparison.gold, result.delivery
    at_gold, at_delivered = int(found.gold[row]), int(found.delivered[row])
    iou = float(found.iou[row])
    return Mark(
        error=ERRORS[found.error[row]],
        gold=_class_name(comparison.classes, int(found.gold_class[row])),
        delivered=_class_name(comparison.classes, int(found.delivered_class[row])),
        annotator=_who(delivery, at_delivered),
        iou=iou if np.isfinite(iou) else None,
        gold_box=_box(gold, at_gold),
        delivered_box=_box(delivery, at_delivered),
    )


def _class_name(classes: tuple[str, ...], at: int) -> str | None:
    return classes[at] if at >= 0 else None


def _who(delivery: Labels | Boxes, row: int) -> str | None:
    if not isinstance(delivery, Labels) or row < 0 or delivery.annotator[row] < 0:
        return None
    return delivery.annotators[int(delivery.annotator[row])]


def _box(rows: Labels | Boxes, row: int) -> tuple[float, ...] | None:
    return tuple(rows.xywh[row].tolist()) if isinstance(rows, Boxes) and row >= 0 else None
