"""Lines over time, and who would win at which weight."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.charts import svg
from app.charts.scale import Scale, around, linear, tick_decimals, ticks


@dataclass(frozen=True, slots=True)
class Series:
    """Points (x, y) in rising x; the last `projected` points are an extrapolation and are drawn dashed."""

    name: str
    points: tuple[tuple[float, float], ...]
    projected: int = 0


@dataclass(frozen=True, slots=True)
class Reign:
    """From weight `start` to weight `end` (0 to 1) this candidate would stand first."""

    start: float
    end: float
    name: str


def _series(series: Series, index: int, x: Scale, y: Scale) -> list[str]:
    color = svg.SERIES[index % len(svg.SERIES)]
    places = [(x(a), y(b)) for a, b in series.points]
    seen = len(places) - series.projected
    parts = []
    if seen > 1:
        parts.append(svg.polyline(places[:seen], color))
    if series.projected and len(places) > 1:
        parts.append(svg.polyline(places[max(0, seen - 1) :], color, dash="3 3"))
    return parts + [svg.dot(a, b, 2.4, color) for a, b in places[: max(seen, 0)]]


def _spread(wanted: Sequence[float], gap: float, top: float, bottom: float) -> list[float]:
    """Label heights near where they are wanted, at least `gap` apart where the room allows."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    last = top - gap
    for i in order:
        last = max(wanted[i], last + gap)
        placed[i] = last
    limit = bottom
    for i in reversed(order):
        placed[i] = min(placed[i], limit)
        limit = placed[i] - gap
    return placed


def _frame(x: Scale, y: Scale, box: tuple[float, float, float], spans: tuple[float, ...]) -> list[str]:
    left, right, bottom = box
    across, up = ticks(spans[0], spans[1], 6), ticks(spans[2], spans[3], 4)
    parts: list[str] = []
    for mark in up:
        parts.append(svg.line(left, y(mark), right, y(mark), "grid"))
        shown = svg.figure(mark, tick_decimals(up))
        parts.append(svg.text(left - 6, y(mark) + 3, shown, color="text-soft", anchor="end", size=9))
    for mark in across:
        shown = svg.figure(mark, tick_decimals(across))
        parts.append(svg.text(x(mark), bottom + 12, shown, color="text-soft", anchor="middle", size=9))
    return parts


def line_chart(
    series: Sequence[Series],
    *,
    title: str,
    x_name: str,
    y_name: str,
    width: int = 330,
    height: int = 150,
    decimals: int = 1,
) -> Markup:
    """Simple lines over a common axis, each named at its end; a projection is dashed and said in words."""
    drawn = [s for s in series if s.points]
    points = [p for s in drawn for p in s.points]
    svg.finite([v for p in points for v in p], "line_chart")
    if not points:
        return svg.empty(width, title, "Nothing was measured yet.")
    names = svg.label_width((s.name for s in drawn), width * 0.32, 9.5)
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    low, high = around(ys, 0.1, min(0.0, *ys), max(ys) + (max(ys) - min(ys) or abs(max(ys)) or 1.0) * 0.1)
    left, right, top, bottom = 38.0, width - names - 8, 18.0, height - 28.0
    x, y = linear(min(xs), max(xs), left, right), linear(low, high, bottom, top)
    parts = [svg.text(0, 9, y_name, color="text-soft", size=9)]
    parts += _frame(x, y, (left, right, bottom), (min(xs), max(xs), low, high))
    parts.append(svg.text(right, height - 4, x_name, color="text-soft", anchor="end", size=9))
    heights = _spread([y(s.points[-1][1]) for s in drawn], 12, top, bottom)
    for index, entry in enumerate(drawn):
        parts += _series(entry, index, x, y)
        end = x(entry.points[-1][0]) + 7
        shown = svg.shorten(entry.name, width - end, 9.5)
        parts.append(svg.text(end, heights[index] + 3.5, shown, size=9.5, full=entry.name))
    words = "; ".join(
        f"{s.name}: {svg.figure(s.points[0][1], decimals)} to {svg.figure(s.points[-1][1], decimals)}"
        + (f", the last {s.projected} projected" if s.projected else "")
        for s in drawn
    )
    return svg.document(width, height, title, words, parts)


def winner_map(reigns: Sequence[Reign], *, weight: float, name: str, width: int = 330) -> Markup:
    """Who would stand first at every weight of one criterion, 0 to 100 %, and where the weight is now.

    Reigns stand in rising order and cover 0 to 1; a name that fits its stretch is written in it, and
    the description lists them all.
    """
    svg.finite([weight, *(v for r in reigns for v in (r.start, r.end))], "winner_map")
    title = f"First place by weight of {name}"
    if not reigns:
        return svg.empty(width, title, "No candidate could be ranked.")
    leaders = list(dict.fromkeys(r.name for r in reigns))
    x = linear(0, 1, 4, width - 4)
    parts: list[str] = []
    for reign in reigns:
        start, end = x(reign.start), x(reign.end)
        color = ("band", "grid", "accent-4")[leaders.index(reign.name) % 3]
        parts.append(svg.rect(start, 4, max(0.8, end - start - 1), 17, color, radius=2))
        shown = svg.shorten(reign.name, end - start - 8, 9.5)
        if len(shown) > 3:
            parts.append(svg.text((start + end) / 2, 16, shown, anchor="middle", size=9.5, full=reign.name))
    now = x(weight)
    parts.append(svg.line(now, 0, now, 25, "text", width=1.6))
    anchor = "start" if weight < 0.15 else "end" if weight > 0.85 else "middle"
    parts.append(svg.text(now, 36, f"now {weight * 100:.0f}%", anchor=anchor, size=9))
    if weight > 0.2:
        parts.append(svg.text(4, 36, "0%", color="text-soft", size=9))
    if weight < 0.8:
        parts.append(svg.text(width - 4, 36, "100%", color="text-soft", anchor="end", size=9))
    words = "; ".join(f"{r.name} from {r.start * 100:.1f}% to {r.end * 100:.1f}%" for r in reigns)
    return svg.document(width, 40, title, f"{words}; now {weight * 100:.1f}%", parts)
