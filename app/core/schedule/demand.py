"""How a volume spreads over the weeks until it is due: evenly, with spikes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from app.core.errors import Invalid, Problem
from app.core.numbers import exact, largest_remainder

WEEK = timedelta(days=7)
_MOST_WEEKS = 520


@dataclass(frozen=True, slots=True)
class Week:
    """The labels that arrive to be done in the seven days from `start`."""

    start: date
    need: int


@dataclass(frozen=True, slots=True)
class Spike:
    """From `first` to `last` (days, both included) `factor` times as much arrives as otherwise."""

    first: date
    last: date
    factor: float


def weekly_demand(
    volume: int,
    start: date,
    due: date,
    *,
    spikes: Sequence[Spike] = (),
) -> tuple[Week, ...]:
    """Whole labels per week from `start` to `due` (both included); they add up to `volume`.

    Each day weighs 1, times every spike it lies in; a last short week counts its days. Raises `Invalid` naming every
    value out of range.
    """
    _check(volume, start, due, spikes)
    days = [start + timedelta(days=at) for at in range((due - start).days + 1)]
    weight = [_weight(day, spikes) for day in days]
    weeks = [sum(weight[at : at + 7], Fraction(0)) for at in range(0, len(days), 7)]
    whole = sum(weeks, Fraction(0))
    if whole == 0:
        raise Invalid("demand.spikes", [Problem("spikes", "leave no day on which anything arrives")])
    parts = [volume * one / whole for one in weeks]
    scale = 10**9  # shares of labels this fine round as the fractions themselves would
    needs = largest_remainder([round(part * scale) for part in parts], scale)
    return tuple(Week(days[7 * at], need) for at, need in enumerate(needs))


def _weight(day: date, spikes: Sequence[Spike]) -> Fraction:
    weight = Fraction(1)
    for spike in spikes:
        if spike.first <= day <= spike.last:
            weight *= exact(spike.factor)
    return weight


def _check(volume: int, start: date, due: date, spikes: Sequence[Spike]) -> None:
    rules = [
        (volume > 0, "volume", "must be above 0"),
        (start <= due, "due", "must not lie before the start"),
        ((due - start).days <= 7 * _MOST_WEEKS, "due", "must lie within ten years"),
    ]
    rules += [
        (
            one.first <= one.last and 0 <= one.factor <= 100,
            f"spikes[{at}]",
            "needs first ≤ last, factor 0 to 100",
        )
        for at, one in enumerate(spikes)
    ]
    if problems := [Problem(where, message) for fine, where, message in rules if not fine]:
        raise Invalid("demand.broken", problems)
