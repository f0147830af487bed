"""What each uncertain cell does to a lead, widest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.charts import svg
from app.charts.scale import linear

_ROW = 17


@dataclass(frozen=True, slots=True)
class Swing:
    """One cell taken to its two ends: the lead falls by `low` (≤ 0) or rises by `high` (≥ 0), in points."""

    name: str
    low: float
    high: float


def tornado(swings: Sequence[Swing], *, lead: float, title: str, width: int = 520) -> Markup:
    """The lead in points with each cell at its low and its high, everything else as expected.

    Bars stand in the given order around the lead; a line marks 0, where the two are level. The lead at both ends
    is printed beside each bar.
    """
    svg.finite([lead, *(v for s in swings for v in (s.low, s.high))], "tornado")
    if not swings:
        return svg.empty(width, title, "Every cell is exact: nothing moves the lead.")
    ends = [(lead + s.low, lead + s.high) for s in swings]
    shown = [tuple(svg.figure(end, signed=True) for end in pair) for pair in ends]
    room = svg.label_width((s.name for s in swings), width * 0.45)
    figures = max(svg.text_width(text) for pair in shown for text in pair) + 6
    least, most = min(0.0, *(low for low, _ in ends)), max(0.0, *(high for _, high in ends))
    x = linear(least, most, room + figures, width - figures)
    height = 4 + len(swings) * _ROW
    parts = []
    for number, (swing, (low, high), texts) in enumerate(zip(swings, ends, shown, strict=True)):
        y = 11 + number * _ROW
        parts.append(svg.label(0, y + 3.5, swing.name, room - 8))
        parts.append(svg.rect(x(low), y - 5, x(lead) - x(low), 10, "warn" if low < 0 < lead else "accent-2"))
        parts.append(svg.rect(x(lead), y - 5, x(high) - x(lead), 10, "accent"))
        parts.append(svg.text(x(low) - 4, y + 3.5, texts[0], anchor="end"))
        parts.append(svg.text(x(high) + 4, y + 3.5, texts[1]))
    parts.append(svg.line(x(0.0), 1, x(0.0), height - 1, "text-soft", dash="3 3"))
    parts.append(svg.line(x(lead), 1, x(lead), height - 1, "text"))
    words = "; ".join(f"{s.name} from {a} to {b}" for s, (a, b) in zip(swings, shown, strict=True))
    return svg.document(width, height, title, f"lead {svg.figure(lead, signed=True)}: {words}", parts)
