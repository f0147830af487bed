"""Tints of a heat table. The number stands in the cell; the tint only helps the eye."""

from app.charts.svg import finite

STEPS = 10


def heat_step(value: float | None, low: float = 0.0, high: float = 100.0) -> int | None:
    """The tint of a value, 0 (none) to 10 (full), growing faster near the top; None for a missing value."""
    finite((value, low, high), "heat_step")
    if value is None:
        return None
    share = min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.0
    return round(float(share**1.6) * STEPS)


def heat_class(value: float | None, low: float = 0.0, high: float = 100.0) -> str:
    """The class of a table cell (`heat-0` … `heat-10`, `heat-none`), as the stylesheets define them."""
    step = heat_step(value, low, high)
    return "heat-none" if step is None else f"heat-{step}"
