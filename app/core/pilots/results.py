"""What a comparison says: frozen values that pages, documents and the command line all read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.core.formats.rows import Rows
from app.core.formats.shapes import Floats, Ints, Mask, Polygon
from app.core.pilots.accord import Accord
from app.core.pilots.conduct import Conduct
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
    """One stratum, or one band of sizes, of one vendor: `metric` over its `count` gold objects, 95 % interval."""

    count: float
    metric: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class VendorResult:
    """All figures of one delivery. `scores` holds one score 0..1 per item of the comparison.

    `items` counts the pilot's items the delivery answers, `annotators` is None where none is named.
    `delivered_only` are the figures without the missing items, `standardised` is the ranking figure at the
    production mix (None: no mix was given), `sizes` the recall of small, medium and large objects.
    """

    name: str
    items: int
    missing: int
    annotators: int | None
    metrics: Mapping[str, Estimate]
    delivered_only: Mapping[str, Estimate]
    standardised: Estimate | None
    tp: float
    fp: float
    fn: float
    errors: Mapping[str, float]
    by_class: Mapping[str, ClassScore]
    strata: Mapping[str, Stratum]
    sizes: Mapping[str, Stratum]
    confusion: tuple[Cell, ...]
    seconds: Seconds | None
    anomalies: tuple[Anomaly, ...]
    scores: Floats
    findings: Findings
    delivery: Rows
    work: Work | None
    conduct: Conduct


@dataclass(frozen=True, slots=True)
class Pair:
    """Vendor `a` minus vendor `b` on the same items; the interval holds for all pairs at once (max-T).

    `p_adjusted` is by max-T, `p_holm` by Holm's steps over the plain p values of all pairs.
    """

    a: str
    b: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None
    p_holm: float | None
    distinguishable: bool
    time_ratio: TimeRatio | None

    def turned(self) -> "Pair":
        """The same difference as vendor `b` minus vendor `a`."""
        value, low, high = (None if one is None else -one for one in (self.value, self.high, self.low))
        ratio = self.time_ratio.turned() if self.time_ratio else None
        return replace(self, a=self.b, b=self.a, value=value, low=low, high=high, time_ratio=ratio)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Vendors compared on one gold. `metric` ranks, `lower_is_better` tells that it is an error rate.

    `iou` is None where it plays no part.
    """

    task: str
    metric: str
    lower_is_better: bool
    items: tuple[str, ...]
    classes: tuple[str, ...]
    gold: Rows
    vendors: tuple[VendorResult, ...]
    pairs: tuple[Pair, ...]
    groups: tuple[tuple[str, ...], ...]
    probability_best: Mapping[str, float]
    minimum_detectable_difference: float | None
    iou: float | None
    seed: int
    resamples: int
    mix: Mapping[str, float]
    versions: Mapping[str, str]
    repairs: tuple[str, ...]
    warnings: tuple[str, ...]
    accord: Accord

    @property
    def ranked(self) -> tuple[VendorResult, ...]:
        """The vendors, best first; equal ones by name."""
        sign = 1 if self.lower_is_better else -1
        return tuple(
            sorted(self.vendors, key=lambda one: (sign * (one.metrics[self.metric].value or 0.0), one.name))
        )

    def vendor(self, name: str) -> VendorResult:
        """The figures of one vendor; raises KeyError for a name that was not compared."""
        return {one.name: one for one in self.vendors}[name]


Drawn = Sequence[Any] | str


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding on one item, for people; None: nothing there.

    Shapes as plain values: a box [x, y, width, height], rings [[[x, y], …], …] of polygons and masks in pixels, a
    span [start, end], a text; labels have none.
    """

    error: str
    gold: str | None
    delivered: str | None
    annotator: str | None
    iou: float | None
    gold_shape: Drawn | None
    delivered_shape: Drawn | None


def marks(comparison: Comparison, vendor: str, item: str) -> tuple[Mark, ...]:
    """What the vendor did on one item, finding by finding; raises KeyError for unknown names."""
    at = {one: position for position, one in enumerate(comparison.items)}[item]
    return marks_at(comparison, comparison.vendor(vendor), at)


def marks_at(comparison: Comparison, result: VendorResult, at: int) -> tuple[Mark, ...]:
    """What the vendor of `result` did on the item at position `at`, finding by finding."""
    low, high = np.searchsorted(result.findings.item, [at, at + 1])
    return tuple(_mark(comparison, result, row) for row in range(low, high))


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
        gold_shape=plain_shape(gold, at_gold),
        delivered_shape=plain_shape(delivery, at_delivered),
    )


def _class_name(classes: tuple[str, ...], at: int) -> str | None:
    return classes[at] if at >= 0 else None


def _who(delivery: Rows, row: int) -> str | None:
    if row < 0:
        return None
    person = int(delivery.answers.annotator[delivery.answer[row]])
    return delivery.answers.annotators[person] if person >= 0 else None


def plain_shapes(rows: Rows) -> list[Drawn]:
    """The shapes of all marks as `Mark` has them; empty for labels."""
    if isinstance(rows.shape, np.ndarray):
        found: list[Drawn] = np.round(rows.shape, 2).tolist()
        return found
    return [_plain(one) for one in rows.shape or ()]


def plain_shape(rows: Rows, row: int) -> Drawn | None:
    """The shape of one mark as `Mark` has it; None for row -1 and for labels."""
    return None if row < 0 or rows.shape is None else _plain(rows.shape[row])


def _plain(one: Floats | Ints | Polygon | Mask | str) -> Drawn:
    if isinstance(one, str):
        return one
    if isinstance(one, Mask):
        return _outline(one)
    if isinstance(one, tuple):
        return [np.round(ring, 2).tolist() for ring in one]
    plain: list[Any] = np.round(one, 2).tolist()
    return plain


def _outline(mask: Mask) -> list[Any]:
    """The rings around a mask's pixels."""
    import shapely

    strips = []
    for row, line in enumerate(mask.bits()):
        turns = np.flatnonzero(np.diff(np.concatenate([[False], line, [False]])))
        for left, right in turns.reshape(-1, 2).tolist():
            strips.append(
                shapely.box(mask.left + left, mask.top + row, mask.left + right, mask.top + row + 1)
            )
    whole = shapely.simplify(shapely.normalize(shapely.union_all(strips)), 0.5)
    parts = shapely.get_parts(whole)
    return [np.asarray(one.exterior.coords)[:-1].tolist() for one in parts]
