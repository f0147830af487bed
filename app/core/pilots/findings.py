"""One row per finding, for every task: what happened to each gold object and to each delivered one.

Errors, classes, confusion, items and drill-down pages all count the same rows, so they cannot disagree.
"""

from dataclasses import dataclass

import numpy as np

from app.core.formats.shapes import Floats, Ints

ERRORS = ("ok", "loose", "wrong_label", "missing", "extra", "duplicate")
COUNTED = ("ok", "gold", "delivered", "iou", "matched")
OK, LOOSE, WRONG, MISSING, EXTRA, DUPLICATE = range(6)


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Columns of equal length, sorted by item.

    `unit` the scored answer (`units.Units`), `item` its item; `error` position in `ERRORS`; `gold`, `delivered`
    rows of the gold and of the delivery (-1: none); `gold_class`, `delivered_class` positions in the classes
    (-1: none); `iou` of a matched pair (NaN: none); `weight` what the row counts (1/k where k annotators labelled
    one item).
    """

    unit: Ints
    item: Ints
    error: Ints
    gold: Ints
    delivered: Ints
    gold_class: Ints
    delivered_class: Ints
    iou: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Cell:
    """How often `gold` was delivered as `delivered`; None stands for nothing there."""

    gold: str | None
    delivered: str | None
    count: float


def tally(found: Findings) -> Floats:
    """What each finding adds to each of `COUNTED`: (findings, 5). Every ratio metric is made of these."""
    matched = np.isfinite(found.iou)
    columns = [
        found.error == OK,
        found.gold >= 0,
        found.delivered >= 0,
        np.where(matched, found.iou, 0.0),
        matched,
    ]
    return np.asarray(np.stack(columns, axis=1) * found.weight[:, None], np.float64)


def summed(rows: Floats, at: Ints, size: int) -> Floats:
    """The rows (n, columns) summed into `size` places, row by row into `at`: (size, columns)."""
    return np.stack([np.bincount(at, column, minlength=size) for column in rows.T], axis=1)


def error_counts(found: Findings) -> dict[str, float]:
    """How often each kind of error stands in the findings; kinds that cannot occur are 0."""
    counts = np.bincount(found.error, found.weight, minlength=len(ERRORS))
    return {name: tidy(counts[at]) for at, name in enumerate(ERRORS)}


def confusion(found: Findings, classes: tuple[str, ...]) -> tuple[Cell, ...]:
    """Every (gold, delivered) pair of classes that occurs, most frequent first, then by name."""
    width = len(classes) + 1
    code = (found.gold_class + 1) * width + found.delivered_class + 1
    present, at = np.unique(code, return_inverse=True)
    counts = np.bincount(at, found.weight)
    names: tuple[str | None, ...] = (None, *classes)
    cells = [
        Cell(names[one // width], names[one % width], tidy(count))
        for one, count in zip(present.tolist(), counts.tolist(), strict=True)
    ]
    return tuple(sorted(cells, key=lambda one: (-one.count, one.gold or "", one.delivered or "")))


def top_confusions(cells: tuple[Cell, ...], limit: int = 5) -> tuple[Cell, ...]:
    """The most frequent pairs of two different classes."""
    return tuple(one for one in cells if one.gold and one.delivered and one.gold != one.delivered)[:limit]


def tidy(value: float) -> float:
    """A count as an integer where it is one; shares of double-labelled items keep six decimals."""
    rounded = round(float(value), 6)
    return int(rounded) if rounded == int(rounded) else rounded
