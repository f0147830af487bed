"""Polygons and masks: matched as boxes are, by the overlap of what they cover."""

from collections.abc import Sequence

import numpy as np

from app.core.formats.resolve_shapes import bounds
from app.core.formats.rows import Rows
from app.core.formats.shapes import Floats, Ints, Mask, Polygon
from app.core.pilots import shapes
from app.core.pilots.boxes import LOOSE_FROM, in_crowd
from app.core.pilots.figures import Scores
from app.core.pilots.findings import Findings, summed, tally
from app.core.pilots.matching import Overlap, matched
from app.core.pilots.units import Units, units_of


def score_polygons(gold: Rows, delivery: Rows, iou: float = 0.5) -> Scores:
    """Every gold and delivered polygon with its finding; sums are those of `findings.COUNTED`."""
    ours, theirs = polygons_of(gold), polygons_of(delivery)
    units, found = _matched(gold, delivery, iou, lambda g, d: _polygon_pairs(ours, theirs, g, d))
    return Scores(found, units, summed(tally(found), found.unit, len(units.item)))


def score_masks(gold: Rows, delivery: Rows, iou: float = 0.5) -> Scores:
    """As `score_polygons` for masks; two columns more: boundary F of matched pairs, and their number."""
    ours, theirs = masks_of(gold), masks_of(delivery)
    units, found = _matched(gold, delivery, iou, lambda g, d: shapes.mask_iou(ours, theirs, g, d))
    outline = _outlines(gold, ours, theirs, found)
    rows = np.hstack([tally(found), outline * found.weight[:, None]])
    return Scores(found, units, summed(rows, found.unit, len(units.item)))


def polygons_of(rows: Rows) -> tuple[Polygon, ...]:
    """The polygons of all marks."""
    found: tuple[Polygon, ...] = rows.shape  # type: ignore[assignment]
    return found


def masks_of(rows: Rows) -> tuple[Mask, ...]:
    """The masks of all marks."""
    found: tuple[Mask, ...] = rows.shape  # type: ignore[assignment]
    return found


def areas(rows: Rows) -> Floats:
    """What every mark covers, in square pixels (the file's own unit where image sizes are unknown)."""
    if rows.kind == "boxes":
        return np.asarray(np.asarray(rows.shape, np.float64).reshape(-1, 4)[:, 2:].prod(axis=1), np.float64)
    return (
        shapes.polygon_areas(polygons_of(rows))
        if rows.kind == "polygons"
        else shapes.mask_areas(masks_of(rows))
    )


def _polygon_pairs(ours: Sequence[Polygon], theirs: Sequence[Polygon], g: Ints, d: Ints) -> Floats:
    """IoU of the pairs, only the polygons in them turned into geometries."""
    used_g, at_g = np.unique(g, return_inverse=True)
    used_d, at_d = np.unique(d, return_inverse=True)
    mine = [ours[at] for at in used_g.tolist()]
    other = [theirs[at] for at in used_d.tolist()]
    return shapes.polygon_iou(mine, other, at_g, at_d)


def _matched(gold: Rows, delivery: Rows, iou: float, overlap: Overlap) -> tuple[Units, Findings]:
    """Findings where only pairs whose surrounding boxes touch are looked at closely."""
    units = units_of(delivery)
    ours, theirs = bounds(gold.kind, gold.shape), bounds(delivery.kind, delivery.shape)
    corners = [np.hstack([one[:, :2], one[:, :2] + one[:, 2:]]) for one in (ours, theirs)]

    def near(g: Ints, d: Ints) -> Floats:
        out = np.zeros(len(g))
        close = np.nonzero(shapes.touching(corners[0][g], corners[1][d]))[0]
        if len(close):
            out[close] = overlap(g[close], d[close])
        return out

    found = matched(
        gold,
        delivery,
        units,
        near,
        enough=iou,
        least=LOOSE_FROM,
        ignored=lambda free: in_crowd(gold, delivery, free, ours, theirs, iou),
    )
    return units, found


def _outlines(gold: Rows, ours: Sequence[Mask], theirs: Sequence[Mask], found: Findings) -> Floats:
    """Boundary F and 1 for each matched pair, else 0 and 0: (findings, 2)."""
    pair = np.nonzero(np.isfinite(found.iou))[0]
    size = gold.sizes[found.item[pair]]
    # Without a known image size the crop of the gold stands for it.
    crops = np.array([[one.width, one.height] for one in ours], np.float64).reshape(-1, 2)
    size = np.where(np.isfinite(size), size, crops[found.gold[pair]])
    diagonal = np.sqrt((size**2).sum(axis=1))
    out = np.zeros((len(found.unit), 2))
    out[pair, 0] = shapes.boundary_f(ours, theirs, found.gold[pair], found.delivered[pair], diagonal)
    out[pair, 1] = 1
    return out
