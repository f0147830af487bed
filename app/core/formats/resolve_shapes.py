"""Shapes of a file brought to the pilot's pixels: scaled, clipped at the edge, refused where they lie outside."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from app.core.formats.faults import SHOWN, Faults
from app.core.formats.shapes import Bools, Floats, Ints, Kind, Mask, Polygon, Shapes

MAX_PER_IMAGE = 2_000
EDGE = 1.0  # pixels over the edge that rounding explains
_LARGEST = 1e9  # no image is a billion pixels wide


def placed(
    kind: Kind,
    shape: Shapes,
    scale: Floats,
    extent: Floats,
    item: Ints,
    names: Sequence[str],
    place: Sequence[str],
    faults: Faults,
) -> tuple[Shapes, tuple[str, ...]]:
    """Boxes, polygons or masks in pixels, clipped where rounding went up to a pixel over the edge, and repairs.

    `scale` and `extent` are (marks, 2): what one unit of the file is worth, and width and height of the mark's
    image (NaN where unknown). Every shape without area or outside its image is noted in `faults`.
    """
    if not len(place):
        return shape, ()
    _crowded(item, names, kind, faults)
    if kind == "boxes":
        xywh = np.asarray(shape, np.float64).reshape(-1, 4) * np.tile(scale, 2)
        return _boxes(xywh, extent, place, faults)
    if kind == "polygons":
        found: tuple[Polygon, ...] = shape  # type: ignore[assignment]
        return _polygons(found, scale, extent, place, faults)
    masks: tuple[Mask, ...] = shape  # type: ignore[assignment]
    _masks(masks, extent, place, faults)
    return masks, ()


def bounds(kind: Kind, shape: Shapes) -> Floats:
    """The box x, y, width, height around every shape: (marks, 4)."""
    if kind == "boxes":
        return np.asarray(shape, np.float64).reshape(-1, 4)
    out = np.zeros((0 if shape is None else len(shape), 4))
    for at, one in enumerate(() if shape is None else shape):
        if isinstance(one, Mask):
            out[at] = one.left, one.top, one.width, one.height
        else:
            points = np.concatenate(one)
            low = points.min(axis=0)
            out[at] = *low, *(points.max(axis=0) - low)
    return out


def _crowded(item: Ints, names: Sequence[str], kind: Kind, faults: Faults) -> None:
    counts = np.bincount(item, minlength=len(names))
    for at in np.nonzero(counts > MAX_PER_IMAGE)[0].tolist():
        faults.add(f"item {names[at]!r}", f"more than {MAX_PER_IMAGE} {kind} on one item; split the image")


def _boxes(
    xywh: Floats, extent: Floats, place: Sequence[str], faults: Faults
) -> tuple[Floats, tuple[str, ...]]:
    before = faults.count

    def told(at: int) -> str:
        return f"bbox {[round(one, 4) for one in xywh[at].tolist()]}"

    huge = ~(np.abs(xywh) < _LARGEST).all(axis=1)
    _note(huge, place, faults, lambda at: f"{told(at)} is beyond any image; give pixels")
    empty = (xywh[:, 2:] <= 0).any(axis=1) & ~huge
    _note(empty, place, faults, lambda at: f"{told(at)} has no area; width and height must be above 0")
    if faults.count > before:
        return xywh, ()
    low, high = xywh[:, :2], xywh[:, :2] + xywh[:, 2:]
    outside, touch = _over(low, high, extent)
    _note(
        outside,
        place,
        faults,
        lambda at: f"{told(at)} lies outside its image; give x, y, width, height in pixels of the original",
    )
    inner = np.maximum(low, 0)
    clipped = np.hstack([inner, np.fmin(high, extent) - inner])
    repaired = np.where(touch[:, None], clipped, xywh)
    return repaired, _clip_repair(faults.name, int(touch.sum()), "boxes")


def _over(low: Floats, high: Floats, extent: Floats) -> tuple[Bools, Bools]:
    """Which shapes lie outside their image, and which only touch over its edge."""
    # In the unit square a pixel has no size; a thousandth stands for it.
    slack = np.where(extent == 1, 1e-3, EDGE)
    with np.errstate(invalid="ignore"):
        over = np.maximum(-low, high - extent)
        outside = np.any((over > slack) | (low >= extent) | (high <= 0), axis=1)
        return outside, np.any(over > 1e-6, axis=1)


def _clip_repair(name: str, count: int, what: str) -> tuple[str, ...]:
    return (f"{name}: {count} {what} up to 1 pixel over the edge were clipped",) if count else ()


def _polygons(
    shape: tuple[Polygon, ...], scale: Floats, extent: Floats, place: Sequence[str], faults: Faults
) -> tuple[tuple[Polygon, ...], tuple[str, ...]]:
    before = faults.count
    few = np.array([not one or min(map(len, one)) < 3 for one in shape], np.bool_)
    _note(few, place, faults, lambda _: "a polygon needs three points or more; draw it again")
    if faults.count > before:
        return shape, ()
    scaled = tuple(tuple(ring * factor for ring in one) for one, factor in zip(shape, scale, strict=True))
    around = bounds("polygons", scaled)
    low, high = around[:, :2], around[:, :2] + around[:, 2:]
    huge = ~(np.abs(around) < _LARGEST).all(axis=1)
    _note(huge, place, faults, lambda _: "the polygon is beyond any image; give pixels")
    outside, touch = _over(low, high, extent)
    _note(outside & ~huge, place, faults, lambda _: "the polygon lies outside its image; give pixels")
    flat = (around[:, 2:] <= 0).any(axis=1)
    _note(flat, place, faults, lambda _: "the polygon has no area; draw it again")
    clipped = tuple(
        tuple(np.fmin(np.maximum(ring, 0), far) for ring in one) if over else one
        for one, far, over in zip(scaled, extent, touch.tolist(), strict=True)
    )
    return clipped, _clip_repair(faults.name, int(touch.sum()), "polygons")


def _masks(shape: tuple[Mask, ...], extent: Floats, place: Sequence[str], faults: Faults) -> None:
    around = bounds("masks", shape)
    with np.errstate(invalid="ignore"):
        outside = ((around[:, :2] < 0) | (around[:, :2] + around[:, 2:] > extent)).any(axis=1)
    _note(outside, place, faults, lambda _: "the mask lies outside its image; deliver the original size")
    empty = np.array([int(one.runs[1::2].sum()) == 0 for one in shape], np.bool_)
    _note(empty, place, faults, lambda _: "the mask has no pixel; leave it out")


def _note(mask: Any, place: Sequence[str], faults: Faults, explain: Callable[[int], str]) -> None:
    for at in np.nonzero(mask)[0].tolist():
        faults.add(place[at], explain(at) if faults.count < SHOWN else "")
