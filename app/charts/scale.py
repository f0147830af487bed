"""Numbers to pixels, and round tick marks."""

import math
from collections.abc import Callable, Iterable

Scale = Callable[[float], float]


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """The straight map of [low, high] onto [start, end], clamped; all equal values land in the middle."""
    if high - low <= 1e-12 * max(1.0, abs(low), abs(high)):
        return lambda _: (start + end) / 2
    step = (end - start) / (high - low)
    return lambda value: start + (min(max(value, low), high) - low) * step


def ticks(low: float, high: float, wanted: int = 5) -> tuple[float, ...]:
    """Round values inside [low, high], about `wanted` of them, in steps of 1, 2, 2.5 or 5 × 10ⁿ."""
    if high - low <= 1e-12 * max(1.0, abs(low), abs(high)):
        return (low,)
    raw = (high - low) / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(i * step, 12) for i in range(first, last + 1))


def tick_decimals(values: Iterable[float]) -> int:
    """The fewest decimals (0 to 4) that print these ticks without rounding any."""
    shown = tuple(values)
    return next((d for d in range(4) if all(abs(v - round(v, d)) < 1e-9 for v in shown)), 4)


def around(values: Iterable[float], pad: float, low: float, high: float) -> tuple[float, float]:
    """A window around values, `pad` of their spread wider, inside [low, high]; all of it when empty."""
    shown = tuple(values)
    if not shown:
        return low, high
    spread = max(shown) - min(shown) or (high - low) / 10
    return max(low, min(shown) - spread * pad), min(high, max(shown) + spread * pad)
