"""Two-level weights as exact whole numbers over one denominator, and weights from ranks or swings."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from app.core.errors import Invalid, Problem
from app.core.numbers import exact, is_number
from app.core.scoring.spec import Number, Scorecard


@dataclass(frozen=True, slots=True)
class Weights:
    """Global weights: criterion i weighs `parts[i] / whole`; the parts add up to `whole` exactly.

    Criteria stand in the scorecard's order; `group[i]` is the index of criterion i's group.
    """

    parts: tuple[int, ...]
    whole: int
    group: tuple[int, ...]

    def share(self, i: int) -> float:
        """Global share 0–1 of criterion i."""
        return self.parts[i] / self.whole

    def of_group(self, group: int) -> int:
        """The part of a whole group."""
        return sum(part for part, g in zip(self.parts, self.group, strict=True) if g == group)


def weights_of(scorecard: Scorecard) -> Weights:
    """Group weights divided by their sum, times criterion weights divided by their group's sum."""
    across = sum(exact(group.weight) for group in scorecard.groups)
    shares: list[Fraction] = []
    belongs: list[int] = []
    for g, group in enumerate(scorecard.groups):
        inside = sum(exact(criterion.weight) for criterion in group.criteria)
        for criterion in group.criteria:
            shares.append(exact(group.weight) / across * exact(criterion.weight) / inside)
            belongs.append(g)
    whole = lcm(*(share.denominator for share in shares))
    parts = tuple(share.numerator * (whole // share.denominator) for share in shares)
    return Weights(parts, whole, tuple(belongs))


def rank_order_centroid(count: int) -> list[Fraction]:
    """Weights for `count` ≥ 1 things of which only the order of importance is known, most important first.

    w_i = (1/n) Σ_{k≥i} 1/k: the centre of all weights in that order (Edwards & Barron 1994).
    """
    return [
        sum((Fraction(1, k) for k in range(i, count + 1)), Fraction(0)) / count for i in range(1, count + 1)
    ]


def swing_weights(swings: Sequence[Number]) -> list[Fraction]:
    """Shares of 1 from swing points: the most wanted swing is 100, the others in proportion.

    A swing answers "from worst to best anchor on all of these, which step do you want most?". Every one must be
    greater than 0 and at most 100: what deserves nothing is left out of the scorecard. Raises
    `Invalid("weights.swings")` with every number that is not.
    """
    problems = [
        Problem(f"swings[{i}]", f"must be greater than 0 and at most 100, not {swing}")
        for i, swing in enumerate(swings)
        if not is_number(swing) or not 0 < swing <= 100
    ]
    if problems or not swings:
        raise Invalid("weights.swings", problems or [Problem("swings", "must have at least one entry")])
    total = sum(exact(swing) for swing in swings)
    return [exact(swing) / total for swing in swings]
