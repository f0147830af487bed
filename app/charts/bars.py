"""Bars: why A over B, what a score is made of, where the errors lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from app.charts import svg
from app.charts.scale import linear


@dataclass(frozen=True, slots=True)
class Bar:
    """A named amount; the unit is the chart's."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Stack:
    """One row of a stacked chart: parts in the order of the legend, none negative; `total` as printed."""

    name: str
    parts: tuple[float, ...]
    total: str
    leader: bool = False


def diverging(bars: Sequence[Bar], *, title: str, width: int = 330, decimals: int = 1) -> Markup:
    """Contributions to a difference: to the right in favour, to the left (and in another colour) against.

    Bars stand in the given order; lengths share one scale whose ends are the largest of either side.
    """
    svg.finite([b.value for b in bars], "diverging")
    if not bars:
        return svg.empty(width, title, "There is nothing to compare.")
    room = svg.label_width((b.name for b in bars), width * 0.42)
    shown = [svg.figure(b.value, decimals, signed=True) for b in bars]
    figures = max(svg.text_width(text) for text in shown) + 6
    least, most = min(0.0, *(b.value for b in bars)), max(0.0, *(b.value for b in bars))
    x = linear(least, most, room + (figures if least < 0 else 0) + 2, width - (figures if most > 0 else 2))
    zero = x(0.0) if most > least else room + 4
    height = 4 + len(bars) * 17
    parts = []
    for number, bar in enumerate(bars):
        y = 11 + number * 17
        end = x(bar.value) if most > least else zero
        right = bar.value >= 0
        parts.append(svg.label(0, y + 3.5, bar.name, room - 8))
        parts.append(svg.rect(min(zero, end), y - 5, abs(end - zero), 10, "accent" if right else "warn"))
        anchor, x_text = ("start", end + 5) if right else ("end", end - 5)
        parts.append(svg.text(x_text, y + 3.5, shown[number], anchor=anchor))
    parts.append(svg.line(zero, 1, zero, height - 1, "text-soft"))
    words = "; ".join(f"{b.name} {text}" for b, text in zip(bars, shown, strict=True))
    return svg.document(width, height, title, words, parts)


def _legend(names: Sequence[str], width: float) -> tuple[list[str], float]:
    """The legend's elements from y = 0 on, wrapped to `width`, and its height."""
    parts: list[str] = []
    x, y = 0.0, 10.0
    for number, name in enumerate(names):
        shown = svg.shorten(name, width - 20)
        needed = 14 + svg.text_width(shown) + 14
        if x and x + needed > width:
            x, y = 0.0, y + 16
        parts.append(svg.rect(x, y - 8, 9, 9, svg.SERIES[number % len(svg.SERIES)], radius=2))
        parts.append(svg.text(x + 13, y, shown, color="text-soft", size=9.5, full=name))
        x += needed
    return parts, (y + 8 if names else 0.0)


def stacked(
    rows: Sequence[Stack],
    names: Sequence[str],
    *,
    title: str,
    width: int = 672,
    full: float | None = None,
    decimals: int = 1,
) -> Markup:
    """What totals are made of: one bar per row, one segment per name, the printed total at the end.

    `full` fixes the right end (100 for scores); otherwise the largest sum does. Segments of zero vanish.
    """
    svg.finite([v for r in rows for v in r.parts], "stacked")
    if not rows or not names:
        return svg.empty(width, title, "There is nothing to add up.")
    parts, top = _legend(names, width)
    room = svg.label_width((r.name for r in rows), width * 0.3, bold=True)
    totals = svg.label_width((r.total for r in rows), width * 0.3, bold=True)
    x = linear(0, full or max(sum(r.parts) for r in rows), room, width - totals)
    for number, row in enumerate(rows):
        y = top + 12 + number * 21
        parts.append(svg.label(0, y + 3.5, row.name, room - 8, bold=row.leader))
        done = 0.0
        for index, value in enumerate(row.parts):
            start, end = x(done), x(done + value)
            if value > 0:
                color = svg.SERIES[index % len(svg.SERIES)]
                parts.append(svg.rect(start, y - 6, max(0.5, end - start - 1), 12, color))
            done += value
        parts.append(svg.text(x(done) + 7, y + 3.5, row.total, bold=row.leader))
    words = "; ".join(
        f"{r.name} {r.total}: "
        + ", ".join(f"{n} {svg.figure(v, decimals)}" for n, v in zip(names, r.parts, strict=True))
        for r in rows
    )
    return svg.document(width, top + len(rows) * 21 + 4, title, words, parts)


@dataclass(frozen=True, slots=True)
class Count:
    """How many things ended one way; `tone` colours it and is never the only sign."""

    name: str
    count: int
    tone: Literal["good", "warn", "bad", "muted", "accent-3", "accent-5"]


def error_strip(counts: Sequence[Count], *, title: str = "Outcomes", width: int = 320) -> Markup:
    """Things by how they ended (ok, loose, wrong label, missing, …) as shares of one strip.

    The words and counts stand below the strip; outcomes that did not occur are not listed.
    """
    seen = [c for c in counts if c.count > 0]
    total = sum(c.count for c in seen)
    if not total:
        return svg.empty(width, title, "Nothing was counted.")
    parts: list[str] = []
    done = 0
    for entry in seen:
        start, end = done / total * width, (done + entry.count) / total * width
        parts.append(svg.rect(start, 0, max(0.8, end - start - 1), 11, entry.tone))
        done += entry.count
    x, y = 0.0, 24.0
    for entry in seen:
        shown = f"{entry.name} {entry.count:,}"
        needed = svg.text_width(shown, 9.5) + 24
        if x and x + needed - 10 > width:
            x, y = 0.0, y + 14
        parts.append(svg.rect(x, y - 7.5, 8, 8, entry.tone, radius=1.5))
        parts.append(svg.text(x + 12, y, shown, color="text-soft", size=9.5))
        x += needed
    words = ", ".join(f"{c.name} {c.count:,}" for c in seen)
    return svg.document(width, y + 5, f"{title}: {total:,} in all", words, parts)
