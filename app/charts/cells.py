"""Small drawings: one measured value with its interval in a table cell, and outlines on an empty item."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.charts import svg
from app.charts.scale import around, linear

Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class DrawnShape:
    """An outline to draw: rings of points in the item's pixels, its words, gold or delivered, right or not."""

    rings: Sequence[Ring]
    label: str
    is_gold: bool
    good: bool

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        xs, ys = zip(*(point for ring in self.rings for point in ring), strict=True)
        return min(xs), min(ys), max(xs), max(ys)


def box_ring(xywh: Sequence[float]) -> Ring:
    """The corners of a box x, y, width, height."""
    left, top, width, height = xywh
    return (left, top), (left + width, top), (left + width, top + height), (left, top + height)


def forest_window(values: Sequence[float | None]) -> tuple[float, float]:
    """The stretch in which several cells draw, so that they can be compared by eye: of 0..1, or of 0 and more."""
    known = [value for value in values if value is not None]
    return around(known, 0.12, 0.0, max([1.0, *known]))


def forest_cell(
    value: float | None,
    low: float | None,
    high: float | None,
    *,
    window: tuple[float, float],
    floor: float | None = None,
    name: str,
    leader: bool = False,
    width: int = 220,
) -> Markup:
    """One measured value with its interval and the dashed floor; `window` is that of all cells of the column."""
    svg.finite((value, low, high, floor, *window), "forest_cell")
    x = linear(window[0], window[1], 5, width - 5)
    color = "accent" if leader else "muted"
    parts = []
    if floor is not None and window[0] <= floor <= window[1]:
        parts.append(svg.line(x(floor), 0, x(floor), 18, "warn", width=1.4, dash="3 2"))
    if value is None:
        return svg.document(width, 18, name, "not measured", parts)
    if low is not None and high is not None:
        parts.append(svg.line(x(low), 9, x(high), 9, color, width=3.5))
    parts.append(svg.dot(x(value), 9, 4.2, color))
    words = svg.figure(value, 3)
    if low is not None and high is not None:
        words += f", {svg.figure(low, 3)} to {svg.figure(high, 3)}"
    return svg.document(width, 18, f"{name} {words}", words, parts)


def _frame(ring: Ring, scale: float, color: str, dash: str) -> list[str]:
    ends = [(x * scale, y * scale) for x, y in (*ring, ring[0])]
    return [svg.polyline(ends, color, dash=dash)]


def _over_picture(ring: Ring, scale: float, color: str, dash: str) -> list[str]:
    """An outline that shows on any picture: a light line under a dark one, alike in both themes."""
    ends = [(x * scale, y * scale) for x, y in (*ring, ring[0])]
    return [svg.line_over(ends, svg.HALO, 4), svg.line_over(ends, svg.PALETTE[color], 2, dash)]


def shapes_on_item(
    shapes: Sequence[DrawnShape],
    size: tuple[float, float] | None,
    *,
    title: str,
    width: int = 640,
    image: str = "",
) -> Markup:
    """Outlines on a canvas of the item's size: gold dashed, delivered solid, wrong ones in warning colour.

    The canvas is empty, or the picture at the address `image`. Without a known size it ends where the outlines do.
    Labels stand above their outlines.
    """
    svg.finite([value for one in shapes for ring in one.rings for point in ring for value in point], title)
    if size is None:
        right = max((one.box[2] for one in shapes), default=100.0)
        bottom = max((one.box[3] for one in shapes), default=100.0)
        size = right * 1.03, bottom * 1.03
    scale = min(width / size[0], width / size[1])
    drawn_width, height = size[0] * scale, size[1] * scale
    parts = [svg.rect(0, 0, drawn_width, height, "grid")]
    if image:
        parts.append(svg.picture(drawn_width, height, image))
    for one in sorted(shapes, key=lambda one: not one.is_gold):
        color = "text-soft" if one.is_gold else "accent" if one.good else "bad"
        dash = "4 3" if one.is_gold else ""
        for ring in one.rings:
            parts += _over_picture(ring, scale, color, dash) if image else _frame(ring, scale, color, dash)
        if not one.is_gold:
            left, top = one.box[0] * scale + 2, max(9.0, one.box[1] * scale - 3)
            label = svg.shorten(one.label, 120, 9)
            tag = (
                svg.tag(left, top, label, 9, color)
                if image
                else svg.text(left, top, label, color=color, size=9)
            )
            parts.append(tag)
    words = "; ".join(
        f"{'gold' if one.is_gold else 'delivered'} {one.label} from "
        f"{', '.join(svg.decimal(v) for v in one.box[:2])} to {', '.join(svg.decimal(v) for v in one.box[2:])}"
        for one in shapes
    )
    return svg.document(drawn_width, height, title, words or "nothing on this item", parts)
