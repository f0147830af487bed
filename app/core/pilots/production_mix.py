"""From the pilot's mix of items to the production's, and small classes without false certainty.

Sources: direct standardisation with the interval of Zou and Donner 2008 (recovered from Wilson intervals of the
strata, so that a stratum without an error still carries doubt); Agresti and Coull 1998.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from app.core.errors import Invalid, Problem
from app.core.pilots.statistics import wilson
from app.core.resampling import LEVEL, normal_quantile

ENOUGH = 20  # items of a stratum below which its own figure is not shown on its own


@dataclass(frozen=True, slots=True)
class Standardised:
    """A share over the production mix, 0..1, with its 95 % interval.

    `value` is None where the pilot has no item of a stratum that occurs in production (named in `missing`);
    the interval then lets that stratum be anything. `thin` names strata with fewer than 20 items.
    """

    value: float | None
    low: float
    high: float
    missing: tuple[str, ...]
    thin: tuple[str, ...]


def standardise(pilot: Mapping[str, tuple[float, float]], mix: Mapping[str, float]) -> Standardised:
    """The share right that is to be expected at the production's mix of strata.

    `pilot` holds stratum -> (right, items), `mix` stratum -> share or amount in production (≥ 0, divided by
    their sum). Strata of the pilot that do not occur in production do not count. Raises `Invalid` for
    impossible counts, negative amounts and a mix of nothing.
    """
    _check(pilot, mix)
    whole = sum(mix.values())
    value = low = high = 0.0
    missing, thin = [], []
    for name, amount in mix.items():
        share = amount / whole
        right, items = pilot.get(name, (0.0, 0.0))
        bounds = wilson(right, items)
        if share and bounds is None:
            missing.append(name)
        elif share and bounds is not None:
            own = right / items
            value += share * own
            low += (share * (own - bounds[0])) ** 2
            high += (share * (bounds[1] - own)) ** 2
            if items < ENOUGH:
                thin.append(name)
    unknown = sum(mix[name] for name in missing) / whole
    return Standardised(
        value=None if missing else value,
        low=max(0.0, value - math.sqrt(low)),
        high=min(1.0, value + math.sqrt(high) + unknown),
        missing=tuple(missing),
        thin=tuple(thin),
    )


def _check(pilot: Mapping[str, tuple[float, float]], mix: Mapping[str, float]) -> None:
    problems = [
        Problem(f"pilot[{name}]", "needs 0 ≤ right ≤ items")
        for name, (right, items) in pilot.items()
        if not 0 <= right <= items < math.inf
    ]
    problems += [
        Problem(f"mix[{name}]", "must be a number, 0 or more")
        for name, amount in mix.items()
        if not 0 <= amount < math.inf
    ]
    if not problems and sum(mix.values()) <= 0:
        problems.append(Problem("mix", "say how often each stratum occurs in production"))
    if problems:
        raise Invalid("mix.broken", problems)


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A share pulled towards one half as if two more were right and two more wrong, with its interval."""

    value: float
    low: float
    high: float


def shrunk(right: float, items: float) -> Shrunk:
    """(k + 2) / (n + 4) with the interval of Agresti and Coull, for classes with few objects; also for none.

    >>> shrunk(3, 3).value
    0.7142857142857143
    """
    if not 0 <= right <= items:
        raise Invalid("mix.shrunk", [Problem("right", "needs 0 ≤ right ≤ items")])
    value = (right + 2) / (items + 4)
    half = normal_quantile(LEVEL) * math.sqrt(value * (1 - value) / (items + 4))
    return Shrunk(value, max(0.0, value - half), min(1.0, value + half))
