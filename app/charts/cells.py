"""Small drawings: one measured value with its interval in a table cell, and boxes on an empty item."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.charts import svg
from app.charts.scale import around, linear


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A box to draw: x, y, width, height in the item's pixels, its words, gold or delivered, right or not."""

    xywh: tuple[float, ...]
    label: str
    is_gold: bool
    good: bool


def forest_window(values: Sequence[float | None]) -> tuple[float, float]:
    """The stretch of 0..1 in which several cells draw, so that they can be compared by eye."""
    return around([value for value in values if value is not None], 0.12, 0.0, 1.0)


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


def _frame(box: Sequence[float], scale: float, color: str, dash: str) -> list[str]:
    left, top, width, height = (value * scale for value in box)
    ends = [(left, top), (left + width, top), (left + width, top + height), (left, top + height), (left, top)]
    return [svg.polyline(ends, color, dash=dash)]


def boxes_on_item(
    boxes: Sequence[DrawnBox], size: tuple[float, float] | None, *, title: str, width: int = 640
) -> Markup:
    """Boxes on an empty canvas of the item's size: gold dashed, delivered solid, wrong ones in warning colour.

    Without a known size the canvas ends where the boxes do. Labels stand above their boxes.
    """
    svg.finite([value for box in boxes for value in box.xywh], "boxes_on_item")
    if size is None:
        right = max((box.xywh[0] + box.xywh[2] for box in boxes), default=100.0)
        bottom = max((box.xywh[1] + box.xywh[3] for box in boxes), default=100.0)
        size = right * 1.03, bottom * 1.03
    scale = min(width / size[0], width / size[1])
    drawn_width, height = size[0] * scale, size[1] * scale
    parts = [svg.rect(0, 0, drawn_width, height, "grid")]
    for box in sorted(boxes, key=lambda one: not one.is_gold):
        color = "text-soft" if box.is_gold else "accent" if box.good else "bad"
        parts += _frame(box.xywh, scale, color, "4 3" if box.is_gold else "")
        if not box.is_gold:
            left, top = box.xywh[0] * scale + 2, max(9.0, box.xywh[1] * scale - 3)
            parts.append(svg.text(left, top, svg.shorten(box.label, 120, 9), color=color, size=9))
    words = "; ".join(
        f"{'gold' if box.is_gold else 'delivered'} {box.label} at {', '.join(svg.decimal(v) for v in box.xywh)}"
        for box in boxes
    )
    return svg.document(drawn_width, height, title, words or "nothing on this item", parts)
