"""How large a pilot must be before it starts: items, error-free items, labelers.

Sources: Connor 1987 (paired shares); the exact binomial for claims; Kish 1965 (design effect).
"""

import math
from dataclasses import dataclass

from app.core.errors import Invalid, Problem
from app.core.pilots.statistics import POWER, detectable_paired
from app.core.resampling import LEVEL, normal_quantile, t_quantile

LABELERS_AT_LEAST = 8
_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pilot needs. `items` is None where the wanted difference cannot occur at all.

    `pairs` is how many comparisons share the error level (Bonferroni); `detectable` the difference that the
    items really show; `error_free` how many items without an error a claim of at least `claim` needs, and
    `for_claim` how many when errors are expected (None: the expected accuracy does not exceed the claim).
    `labelers` and `effective_items` are None where the spread between labelers is not given.
    """

    items: int | None
    pairs: int
    detectable: float | None
    claim: float
    error_free: int
    for_claim: int | None
    labelers: int | None
    design_effect: float | None
    effective_items: float | None


def plan_pilot(
    difference: float = 0.04,
    discordant: float = 0.10,
    vendors: int = 2,
    power: float = POWER,
    *,
    claim: float = 0.98,
    expected: float = 0.99,
    spread: float | None = None,
    half_width: float = 0.03,
) -> Plan:
    """The size of a pilot that shows a `difference` between any two of `vendors` with `power`.

    All shares 0..1. `discordant` is the expected share of items on which two vendors differ; `claim` what a
    vendor says its accuracy is at least and `expected` what it is thought to be; `spread` the standard
    deviation of accuracy between labelers (a tenth of a logit and more in practice) and `half_width` how
    closely the vendor in general is to be known. Raises `Invalid` naming every value out of range.
    """
    _check(difference, discordant, vendors, power, claim, expected, spread, half_width)
    pairs = vendors * (vendors - 1) // 2
    items = items_for_difference(difference, discordant, pairs, power)
    labelers = effect = effective = None
    if spread is not None and items is not None:
        labelers = labelers_for(half_width, spread, expected, items)
        icc = min(1.0, spread**2 / max(expected * (1 - expected), 1e-9))
        effect = design_effect(items / labelers, icc) if labelers else None
        effective = items / effect if effect else None
    return Plan(
        items=items,
        pairs=pairs,
        detectable=detectable_paired(items, discordant, pairs, power) if items else None,
        claim=claim,
        error_free=error_free_items(claim),
        for_claim=items_for_claim(claim, expected, power),
        labelers=labelers,
        design_effect=effect,
        effective_items=effective,
    )


def items_for_difference(
    difference: float, discordant: float, pairs: int = 1, power: float = POWER
) -> int | None:
    """Common items needed to show a difference of two shares with `power`, both 0..1 (Connor 1987).

    n = (z_a √d + z_b √(d - δ²))² / δ² with d the discordant share; `pairs` comparisons share the level. None
    where the difference exceeds the discordant share and so cannot occur.

    >>> items_for_difference(0.05, 0.10), items_for_difference(0.2, 0.1)
    (312, None)
    """
    if difference > discordant:
        return None
    z_a = normal_quantile(1 - (1 - LEVEL) / max(1, pairs))
    z_b = normal_quantile(2 * power - 1)
    root = z_a * math.sqrt(discordant) + z_b * math.sqrt(discordant - difference**2)
    return math.ceil(root**2 / difference**2)


def error_free_items(claim: float) -> int:
    """Items without a single error that are needed before 'at least `claim`' is shown (one-sided 5 %).

    The smallest n with claimⁿ ≤ 5 %. Raises `Invalid` unless 0 < claim < 1.

    >>> error_free_items(0.98), error_free_items(0.95)
    (149, 59)
    """
    if not 0 < claim < 1:
        raise Invalid("planner.claim", [Problem("claim", "must lie between 0 and 1")])
    return math.ceil(math.log(1 - LEVEL) / math.log(claim) - 1e-9)


def items_for_claim(claim: float, expected: float, power: float = POWER) -> int | None:
    """Items needed to show an accuracy of at least `claim` when it truly is `expected`; None if it is not more.

    Normal approximation, one-sided 5 %, never fewer than the error-free items.
    """
    if expected <= claim:
        return None
    z_a, z_b = normal_quantile(2 * LEVEL - 1), normal_quantile(2 * power - 1)
    root = z_a * math.sqrt(claim * (1 - claim)) + z_b * math.sqrt(expected * (1 - expected))
    return max(error_free_items(claim), math.ceil(root**2 / (expected - claim) ** 2))


def design_effect(items_per_labeler: float, icc: float) -> float:
    """How many times more items are needed because one labeler's items resemble each other (Kish 1965).

    1 + (m - 1) ICC; `icc` 0..1 as `labelers.intraclass` measures it.

    >>> design_effect(100, 0.02)
    2.98
    """
    return 1 + max(0.0, items_per_labeler - 1) * icc


def labelers_for(half_width: float, spread: float, accuracy: float, items: int) -> int | None:
    """Labelers so that the vendor's accuracy in general is known to ± `half_width`; None if more items are needed.

    `spread` is the standard deviation of accuracy between labelers. The variance of the mean is spread² / L +
    accuracy (1 - accuracy) / items, the interval Student's t with L - 1 degrees of freedom; at least three.
    """
    own = accuracy * (1 - accuracy) / items
    if normal_quantile() ** 2 * own >= half_width**2:
        return None
    for labelers in range(3, min(items, 2000) + 1):
        if t_quantile(labelers - 1) * math.sqrt(spread**2 / labelers + own) <= half_width:
            return labelers
    return None


def _check(
    difference: float,
    discordant: float,
    vendors: int,
    power: float,
    claim: float,
    expected: float,
    spread: float | None,
    half_width: float,
) -> None:
    rules = (
        (0 < difference < 1, "difference", "must lie between 0 and 1 (4 points are 0.04)"),
        (0 < discordant <= 1, "discordant", "must be above 0 and at most 1"),
        (2 <= vendors <= 30, "vendors", "must be from 2 to 30"),
        (0.5 <= power < 1, "power", "must be from 0.5 to below 1"),
        (0 < claim < 1, "claim", "must lie between 0 and 1"),
        (0 < expected <= 1, "expected", "must be above 0 and at most 1"),
        (spread is None or 0 <= spread <= 0.5, "spread", "must be from 0 to 0.5"),
        (0 < half_width < 1, "half_width", "must lie between 0 and 1"),
    )
    problems = [Problem(where, message) for fine, where, message in rules if not fine]
    if not problems and difference**2 * _MOST < 1:
        problems.append(Problem("difference", "is too small for any pilot"))
    if problems:
        raise Invalid("planner.settings", problems)
