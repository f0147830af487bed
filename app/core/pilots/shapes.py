"""Polygons and masks: how much two of them overlap, and how well their outlines agree."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from app.core.formats.shapes import Bools, Floats, Ints, Mask, Polygon

_PIXELS_KEPT = 64_000_000  # decoded crops held at once
TOLERANCE = 0.008  # of the image's diagonal, as in the DAVIS benchmark (Perazzi et al. 2016)


def touching(a: Floats, b: Floats) -> Bools:
    """Which pairs of bounds share any area; `a` and `b` are (pairs, 4)."""
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])
    return np.asarray((high > low).all(axis=1), np.bool_)


def polygon_areas(polygons: Sequence[Polygon]) -> Floats:
    """Area of every polygon in square pixels; parts that overlap count once."""
    import shapely

    return np.asarray(shapely.area(_geometries(polygons)), np.float64)


def mask_areas(masks: Sequence[Mask]) -> Floats:
    """Pixels of every mask."""
    return np.array([int(one.runs[1::2].sum()) for one in masks], np.float64)


def polygon_iou(gold: Sequence[Polygon], delivered: Sequence[Polygon], g: Ints, d: Ints) -> Floats:
    """Intersection over union of the pairs (gold[g], delivered[d]); 0..1.

    Rings of one polygon are parts of one object and are joined; outlines that cross themselves are made valid
    first. A polygon without area overlaps nothing.
    """
    import shapely  # a quarter of a second to import

    if not len(g):
        return np.zeros(0)
    ours, theirs = _geometries(gold), _geometries(delivered)
    shared = shapely.area(shapely.intersection(ours[g], theirs[d]))
    covered = shapely.area(ours)[g] + shapely.area(theirs)[d] - shared
    return _ratio(np.asarray(shared, np.float64), np.asarray(covered, np.float64))


def _geometries(polygons: Sequence[Polygon]) -> Any:
    import shapely

    rings = [ring for one in polygons for ring in one]
    owner = np.repeat(np.arange(len(polygons)), [len(one) for one in polygons])
    closed = [np.vstack([ring, ring[:1]]) for ring in rings]
    points = np.vstack(closed) if closed else np.zeros((0, 2))
    index = np.repeat(np.arange(len(closed)), [len(one) for one in closed])
    parts = np.asarray(
        shapely.make_valid(shapely.polygons(shapely.linearrings(points, indices=index))), dtype=object
    )
    whole = np.bincount(owner, minlength=len(polygons))
    out = np.empty(len(polygons), dtype=object)
    alone = whole[owner] == 1
    out[owner[alone]] = parts[alone]
    for at in np.nonzero(whole != 1)[0]:
        out[at] = shapely.union_all(parts[owner == at])
    return out


def mask_iou(gold: Sequence[Mask], delivered: Sequence[Mask], g: Ints, d: Ints) -> Floats:
    """Intersection over union of the pairs (gold[g], delivered[d]) of masks of one image each; 0..1."""
    ours, theirs = mask_areas(gold), mask_areas(delivered)
    shared = np.array(
        [_window(a, b, _shared_pixels) for a, b in _decoded(gold, delivered, g, d)], np.float64
    ).reshape(-1)
    return _ratio(shared, ours[g] + theirs[d] - shared)


def boundary_f(gold: Sequence[Mask], delivered: Sequence[Mask], g: Ints, d: Ints, diagonal: Floats) -> Floats:
    """How well the outlines of the pairs agree: F of boundary precision and recall, 0..1 (Csurka et al. 2013).

    A boundary pixel is right when the other outline runs within `TOLERANCE` of the image's `diagonal` (pixels,
    one per pair; at least one pixel). Two masks without pixels agree.
    """
    out = np.zeros(len(g))
    for at, (one, other) in enumerate(_decoded(gold, delivered, g, d)):
        reach = max(1.0, TOLERANCE * float(diagonal[at]))
        out[at] = _window(one, other, partial(_outline_f, reach=reach), joint=True)
    return out


_Placed = tuple[Mask, Bools]


def _decoded(gold: Sequence[Mask], delivered: Sequence[Mask], g: Ints, d: Ints) -> Any:
    """The pairs with their crops decoded; a crop is kept while it fits, as most stand in several pairs."""
    kept: dict[tuple[int, int], Bools] = {}

    def bits(side: int, row: int, mask: Mask) -> Bools:
        if (side, row) not in kept:
            if sum(one.size for one in kept.values()) > _PIXELS_KEPT:
                kept.clear()
            kept[side, row] = mask.bits()
        return kept[side, row]

    for one, other in zip(g.tolist(), d.tolist(), strict=True):
        yield (gold[one], bits(0, one, gold[one])), (delivered[other], bits(1, other, delivered[other]))


def _window(a: _Placed, b: _Placed, measure: Callable[[Bools, Bools], float], joint: bool = False) -> float:
    """`measure` of both masks on the pixels their crops share, or (`joint`) that either covers, with a rim."""
    ends = np.array([(m.left, m.top, m.left + m.width, m.top + m.height) for m, _ in (a, b)])
    if joint:
        low, high = ends[:, :2].min(axis=0) - 1, ends[:, 2:].max(axis=0) + 1
    else:
        low, high = ends[:, :2].max(axis=0), ends[:, 2:].min(axis=0)
        if (high <= low).any():
            return 0.0
    return measure(_cut(a, low, high), _cut(b, low, high))


def _cut(placed: _Placed, low: Ints, high: Ints) -> Bools:
    mask, bits = placed
    out = np.zeros((high[1] - low[1], high[0] - low[0]), np.bool_)
    left, top = max(low[0], mask.left), max(low[1], mask.top)
    right, bottom = min(high[0], mask.left + mask.width), min(high[1], mask.top + mask.height)
    if right > left and bottom > top:
        piece = bits[top - mask.top : bottom - mask.top, left - mask.left : right - mask.left]
        out[top - low[1] : bottom - low[1], left - low[0] : right - low[0]] = piece
    return out


def _shared_pixels(a: Bools, b: Bools) -> float:
    return float((a & b).sum())


def _outline_f(a: Bools, b: Bools, reach: float) -> float:
    from scipy.ndimage import binary_erosion, distance_transform_edt

    edges = [one & ~binary_erosion(one) for one in (a, b)]
    counts = [int(one.sum()) for one in edges]
    if not all(counts):
        return float(counts == [0, 0])
    near = [distance_transform_edt(~one) <= reach for one in edges]
    precision = float((edges[1] & near[0]).sum()) / counts[1]
    recall = float((edges[0] & near[1]).sum()) / counts[0]
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _ratio(shared: Floats, covered: Floats) -> Floats:
    safe = np.where(covered > 0, covered, 1.0)
    return np.asarray(np.clip(np.where(covered > 0, shared / safe, 0.0), 0.0, 1.0), np.float64)
