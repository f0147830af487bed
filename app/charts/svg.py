"""The few SVG primitives all charts share: escaped text, fixed decimals, literal colours with screen classes.

Every coloured element carries its colour twice: as an attribute (a PDF renderer reads nothing else) and
as a class (`c-…` fills, `s-…` strokes) by which the screen's stylesheet recolours it for light and dark.
"""

import math
from collections.abc import Iterable

from markupsafe import Markup, escape

from app.core.errors import Invalid, Problem

PALETTE = {
    "accent": "#0a6b6b",
    "accent-2": "#5fa8a3",
    "accent-3": "#3d6390",
    "accent-4": "#a9c3dc",
    "accent-5": "#b08d57",
    "muted": "#8d99a5",
    "grid": "#e3e7eb",
    "text": "#17202a",
    "text-soft": "#5b6673",
    "warn": "#9a4b00",
    "bad": "#9b1c1c",
    "good": "#0a6b6b",
    "band": "#b5d3d1",
}
HALO = "#ffffff"
SERIES = ("accent", "accent-2", "accent-3", "accent-4", "accent-5")
SIZE = 10.5
"""Text height of a chart in CSS pixels; charts are drawn at the width at which they are shown."""

_NARROW = frozenset("fijlrtI.,;:'|!()[] ·-")
_WIDE = frozenset("mwMW@%—")


def decimal(value: float) -> str:
    """A coordinate with at most two decimals and no trailing zeros, so equal inputs give equal bytes."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def figure(value: float, decimals: int = 1, *, signed: bool = False) -> str:
    """A number as it is printed beside a mark, with a real minus sign; never `−0.0`."""
    text = f"{value:+.{decimals}f}" if signed else f"{value:.{decimals}f}"
    if not text.strip("+-0."):
        return text.lstrip("+-")
    return text.replace("-", "−")


def finite(values: Iterable[float | None], chart: str) -> None:
    """Refuse NaN and infinities: a chart that silently drops a value would lie. None (missing) passes."""
    if any(value is not None and not math.isfinite(value) for value in values):
        raise Invalid(
            "charts.not_finite",
            [Problem(chart, "a value is not a finite number; pass None where a value is missing")],
        )


def text_width(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """About how wide Inter sets `text`, in pixels; good to a few per cent, and never far too small."""
    width = 0.0
    for character in text:
        if character in _NARROW:
            width += 0.32
        elif character in _WIDE:
            width += 0.9
        elif ord(character) >= 0x2E80:
            width += 1.0
        elif character.isupper():
            width += 0.7
        else:
            width += 0.6
    return width * size * (1.06 if bold else 1.0)


def shorten(text: str, width: float, size: float = SIZE, *, bold: bool = False) -> str:
    """`text` cut with … so that it fits `width` pixels; unchanged when it fits."""
    width += 0.01  # a column as wide as its longest label must hold it, whatever the last digit says
    if text_width(text, size, bold=bold) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size, bold=bold) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def label_width(labels: Iterable[str], most: float, size: float = SIZE, *, bold: bool = False) -> float:
    """Room for a column of labels: the longest one, but never more than `most` pixels."""
    return min(most, max((text_width(label, size, bold=bold) for label in labels), default=0.0)) + 8


def text(
    x: float,
    y: float,
    content: str,
    *,
    color: str = "text",
    anchor: str = "start",
    size: float = SIZE,
    bold: bool = False,
    full: str = "",
) -> str:
    """A `<text>` with its baseline at y; `full` is the untruncated wording, kept as the element's title."""
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    weight = ' font-weight="600"' if bold else ""
    title = f"<title>{escape(full)}</title>" if full and full != content else ""
    return (
        f'<text class="c-{color}" x="{decimal(x)}" y="{decimal(y)}" font-size="{decimal(size)}"{weight}'
        f'{anchored} fill="{PALETTE[color]}">{title}{escape(content)}</text>'
    )


def picture(width: float, height: float, address: str) -> str:
    """A picture under everything that follows, stretched over the canvas."""
    return (
        f'<image href="{escape(address)}" width="{decimal(width)}" height="{decimal(height)}" '
        'preserveAspectRatio="none"/>'
    )


def line_over(points: Iterable[tuple[float, float]], color: str, width: float, dash: str = "") -> str:
    """A line in a literal colour that no theme changes, for what lies on a picture."""
    path = " ".join(f"{decimal(x)},{decimal(y)}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{decimal(width)}"{dashed}/>'


def tag(x: float, y: float, content: str, size: float, color: str) -> str:
    """Words on a picture: in a literal colour with a light rim."""
    return (
        f'<text x="{decimal(x)}" y="{decimal(y)}" font-size="{decimal(size)}" font-weight="600" '
        f'fill="{PALETTE[color]}" stroke="{HALO}" stroke-width="3" paint-order="stroke">{escape(content)}</text>'
    )


def label(x: float, y: float, content: str, room: float, *, bold: bool = False, color: str = "text") -> str:
    """A row's name, cut to `room` pixels with the full name in its title."""
    return text(x, y, shorten(content, room, bold=bold), bold=bold, color=color, full=content)


def rect(x: float, y: float, width: float, height: float, color: str, *, radius: float = 0) -> str:
    """A filled rectangle; a negative width is a fault of the caller's scale and is drawn as nothing."""
    rounded = f' rx="{decimal(radius)}"' if radius else ""
    return (
        f'<rect class="c-{color}" x="{decimal(x)}" y="{decimal(y)}" width="{decimal(max(0.0, width))}"'
        f' height="{decimal(height)}"{rounded} fill="{PALETTE[color]}"/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, color: str, *, width: float = 1, dash: str = "") -> str:
    """A straight stroke."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line class="s-{color}" x1="{decimal(x1)}" y1="{decimal(y1)}" x2="{decimal(x2)}" y2="{decimal(y2)}"'
        f' stroke="{PALETTE[color]}" stroke-width="{decimal(width)}"{dashed}/>'
    )


def dot(x: float, y: float, radius: float, color: str) -> str:
    """A filled circle."""
    return (
        f'<circle class="c-{color}" cx="{decimal(x)}" cy="{decimal(y)}" r="{decimal(radius)}"'
        f' fill="{PALETTE[color]}"/>'
    )


def polyline(points: Iterable[tuple[float, float]], color: str, *, dash: str = "") -> str:
    """An unfilled line through points."""
    path = " ".join(f"{decimal(x)},{decimal(y)}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline class="s-{color}" points="{path}" fill="none" stroke="{PALETTE[color]}"'
        f' stroke-width="1.6" stroke-linejoin="round"{dashed}/>'
    )


def document(width: float, height: float, title: str, desc: str, parts: Iterable[str]) -> Markup:
    """The whole chart: `role="img"`, a title (its name), a desc (its numbers in words), no ids at all."""
    return Markup(  # noqa: S704 - every text went through escape()
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" role="img" width="{decimal(width)}"'
        f' height="{decimal(height)}" viewBox="0 0 {decimal(width)} {decimal(height)}"'
        f' font-family="Inter, sans-serif"><title>{escape(title)}</title><desc>{escape(desc)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def empty(width: float, title: str, message: str) -> Markup:
    """A chart without data: the sentence that says so, in the chart's place."""
    return document(width, 24, title, message, [text(0, 16, message, color="text-soft")])
