"""Scores and measured quality with their uncertainty: interval rows, the ranking, the forest plot."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.charts import svg
from app.charts.scale import Scale, around, linear, tick_decimals, ticks


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One candidate's score on 0–100 with its range; `mid` None means nothing could be scored."""

    name: str
    low: float
    mid: float | None
    high: float
    leader: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class ForestRow:
    """A measured value with two intervals: over these items, and over annotators (the vendor in general)."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    low_general: float | None = None
    high_general: float | None = None
    leader: bool = False


def score_interval(low: float, mid: float | None, high: float, *, width: int = 160) -> Markup:
    """One row of 0–100 for a table cell: a rail, the band from low to high, the expected point.

    A `mid` of None draws the band only and says that there is no score.
    """
    svg.finite((low, mid, high), "score_interval")
    x = linear(0, 100, 0, width)
    parts = [
        svg.rect(0, 2, width, 8, "grid", radius=4),
        svg.rect(x(low), 2, max(2.0, x(high) - x(low)), 8, "band", radius=4),
    ]
    if mid is not None:
        parts.append(svg.dot(min(max(x(mid), 4), width - 4), 6, 4, "accent"))
    said = "no score" if mid is None else f"score {svg.figure(mid)}"
    words = f"{said}, range {svg.figure(low)} to {svg.figure(high)} of 100"
    return svg.document(width, 12, words, words, parts)


def _score_row(row: ScoreRow, x: Scale, y: float, room: float) -> list[str]:
    color, band = ("accent", "band") if row.leader else ("muted", "grid")
    parts = [
        svg.label(0, y + 3.5, row.name, room, bold=row.leader),
        svg.rect(x(row.low), y - 4.5, max(2.0, x(row.high) - x(row.low)), 9, band, radius=4.5),
    ]
    shown = "no score"
    if row.mid is not None:
        parts.append(svg.dot(x(row.mid), y, 4.8, color))
        shown = svg.figure(row.mid)
    return [*parts, svg.text(x(row.high) + 8, y + 3.5, shown, bold=row.leader)]


def _axis(x: Scale, marks: Sequence[float], top: float, bottom: float) -> list[str]:
    decimals = tick_decimals(marks)
    parts: list[str] = []
    for mark in marks:
        parts.append(svg.line(x(mark), top, x(mark), bottom, "grid"))
        parts.append(
            svg.text(
                x(mark), bottom + 12, svg.figure(mark, decimals), color="text-soft", anchor="middle", size=9
            )
        )
    return parts


def ranking(rows: Sequence[ScoreRow], *, width: int = 672, title: str = "Score and range") -> Markup:
    """All ranked candidates on one 0–100 axis, best first as given, with their notes at the right edge.

    The axis is cut to where the intervals lie; it never leaves 0–100.
    """
    svg.finite([v for r in rows for v in (r.low, r.mid, r.high)], "ranking")
    if not rows:
        return svg.empty(width, title, "No candidate could be ranked.")
    room = svg.label_width((r.name for r in rows), width * 0.3, bold=True)
    notes = max((svg.text_width(r.note) for r in rows), default=0) + 10
    low, high = around([v for r in rows for v in (r.low, r.high)], 0.08, 0, 100)
    x = linear(low, high, room + 6, width - notes - 44)
    bottom = 4 + len(rows) * 21
    parts = _axis(x, ticks(low, high, 6), 2, bottom)
    for number, row in enumerate(rows):
        y = 13 + number * 21
        parts += _score_row(row, x, y, room - 8)
        if row.note:
            parts.append(svg.text(width, y + 3.5, row.note, color="text-soft", anchor="end", size=9.5))
    words = "; ".join(
        f"{r.name} {'no score' if r.mid is None else svg.figure(r.mid)},"
        f" {svg.figure(r.low)} to {svg.figure(r.high)}" + (f", {r.note}" if r.note else "")
        for r in rows
    )
    return svg.document(width, bottom + 16, title, words, parts)


def _forest_row(row: ForestRow, x: Scale, y: float, room: float, decimals: int) -> list[str]:
    color = "accent" if row.leader else "muted"
    parts = [svg.label(0, y + 3.5, row.name, room, bold=row.leader)]
    if row.value is None:
        return [*parts, svg.text(room + 12, y + 3.5, "not measured", color="text-soft")]
    ends = [row.value]
    if row.low_general is not None and row.high_general is not None:
        parts.append(svg.line(x(row.low_general), y, x(row.high_general), y, color, width=1.2))
        ends.append(row.high_general)
    if row.low is not None and row.high is not None:
        parts.append(svg.line(x(row.low), y, x(row.high), y, color, width=4.5))
        ends.append(row.high)
    parts.append(svg.dot(x(row.value), y, 4.2, color))
    shown = svg.figure(row.value, decimals)
    return [*parts, svg.text(x(max(ends)) + 8, y + 3.5, shown, bold=row.leader)]


def _forest_words(row: ForestRow, decimals: int) -> str:
    if row.value is None:
        return f"{row.name} not measured"
    said = f"{row.name} {svg.figure(row.value, decimals)}"
    if row.low is not None and row.high is not None:
        said += f", {svg.figure(row.low, decimals)} to {svg.figure(row.high, decimals)} over these items"
    if row.low_general is not None and row.high_general is not None:
        general = f"{svg.figure(row.low_general, decimals)} to {svg.figure(row.high_general, decimals)}"
        said += f", {general} in general"
    return said


def forest(
    rows: Sequence[ForestRow],
    *,
    measure: str,
    floor: float | None = None,
    bound: str = "floor",
    decimals: int = 3,
    width: int = 330,
) -> Markup:
    """Measured values side by side: thick interval over items, thin over annotators, the floor dashed.

    `measure` names the figure ("F1 at IoU 0.5"), `bound` what `floor` is to it ("limit" of an error rate); a missing
    interval is simply not drawn.
    """
    numbers = [v for r in rows for v in (r.value, r.low, r.high, r.low_general, r.high_general)]
    svg.finite([*numbers, floor], "forest")
    if not rows:
        return svg.empty(width, measure, "No candidate has delivered yet.")
    room = svg.label_width((r.name for r in rows), width * 0.34, bold=True)
    known = [v for v in [*numbers, floor] if v is not None]
    low, high = around(known, 0.05, min([0.0, *known]), max([1.0, *known]))
    x = linear(low, high, room + 4, width - svg.text_width(svg.figure(high, decimals)) - 12)
    bottom = 4 + len(rows) * 21
    parts: list[str] = []
    if floor is not None:
        parts.append(svg.line(x(floor), 2, x(floor), bottom, "warn", dash="3 2"))
        floor_text = f"{bound} {svg.figure(floor, 2)}"
        parts.append(svg.text(x(floor), bottom + 11, floor_text, color="warn", anchor="middle", size=9))
    for number, row in enumerate(rows):
        parts += _forest_row(row, x, 13 + number * 21, room - 8, decimals)
    words = "; ".join(_forest_words(r, decimals) for r in rows)
    if floor is not None:
        words += f"; {bound} {svg.figure(floor, 2)}"
    return svg.document(width, bottom + (15 if floor is not None else 4), measure, words, parts)
