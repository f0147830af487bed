"""Minimum points on a criterion, a group, the quality score or the total.

Which side of the interval a threshold reads: what is known counts at its mid, the figure that is printed, so
a total of 61.2 stands above a minimum of 60 however wide its pilot interval. What is not known (open,
conflicting, merely claimed) counts at both of its ends: with it at its worst the candidate must reach the
minimum to pass, with it at its best it must miss it to fail. Between, the threshold is undecided and the
candidate is conditional. So missing evidence neither excludes nor saves anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.core.scoring.spec import Criterion, Number, Price, Scorecard
from app.core.scoring.values import UNIT, Value, units
from app.core.scoring.weights import Weights


@dataclass(frozen=True, slots=True)
class ThresholdOutcome:
    """Whether a minimum is met. `what` is `total`, `quality`, `group:ID` or `criterion:ID`; points of 100.

    `low` and `high` are the ends the decision was made on (see above), not the printed interval.
    """

    what: str
    name: str
    minimum: float
    low: float
    high: float
    state: Literal["pass", "fail", "unknown"]

    @property
    def reason(self) -> str:
        if self.state == "fail":
            return f"{self.name}: {self.high:.1f} points, under the minimum of {self.minimum:g}"
        if self.state == "unknown":
            return f"{self.name}: {self.low:.1f} to {self.high:.1f} points, minimum {self.minimum:g}"
        return f"{self.name}: reaches the minimum of {self.minimum:g}"


def decision_ends(value: Value) -> tuple[int, int]:
    """The two ends at which a threshold reads a value: mid twice when it is known, low and high when not."""
    if value.status in ("verified", "closed_unanswered"):
        return value.mid, value.mid
    return value.low, value.high


def before_price(
    scorecard: Scorecard, weights: Weights, values: Mapping[str, Value]
) -> list[ThresholdOutcome]:
    """Thresholds without price: criteria, groups that do not hold it, its quality_minimum."""
    outcomes = []
    at = {criterion.id: i for i, criterion in enumerate(scorecard.criteria)}
    for group in scorecard.groups:
        for criterion in group.criteria:
            if criterion.minimum is not None and criterion != scorecard.price:
                indexes = [at[criterion.id]]
                outcomes.append(
                    _outcome(f"criterion:{criterion.id}", criterion.name, criterion.minimum, scorecard,
                             weights, values, indexes)
                )  # fmt: skip
        if group.minimum is not None and scorecard.price not in group.criteria:
            indexes = [at[criterion.id] for criterion in group.criteria]
            outcomes.append(
                _outcome(f"group:{group.id}", group.name, group.minimum, scorecard, weights, values, indexes)
            )
    price = scorecard.price
    if price and isinstance(price.scale, Price) and price.scale.quality_minimum is not None:
        indexes = [i for name, i in at.items() if name != price.id]
        if indexes:
            minimum = price.scale.quality_minimum
            outcomes.append(_outcome("quality", "quality", minimum, scorecard, weights, values, indexes))
    return outcomes


def with_price(scorecard: Scorecard, weights: Weights, values: Mapping[str, Value]) -> list[ThresholdOutcome]:
    """Thresholds that need the price points: the price itself, its group, and the total."""
    outcomes = []
    at = {criterion.id: i for i, criterion in enumerate(scorecard.criteria)}
    price = scorecard.price
    for group in scorecard.groups:
        if price is None or price not in group.criteria:
            continue
        if price.minimum is not None:
            what = f"criterion:{price.id}"
            outcomes.append(
                _outcome(what, price.name, price.minimum, scorecard, weights, values, [at[price.id]])
            )
        if group.minimum is not None:
            indexes = [at[criterion.id] for criterion in group.criteria]
            outcomes.append(
                _outcome(f"group:{group.id}", group.name, group.minimum, scorecard, weights, values, indexes)
            )
    if scorecard.minimum is not None:
        every = list(at.values())
        outcomes.append(_outcome("total", "total", scorecard.minimum, scorecard, weights, values, every))
    return outcomes


def _outcome(
    what: str,
    name: str,
    minimum: Number,
    scorecard: Scorecard,
    weights: Weights,
    values: Mapping[str, Value],
    indexes: Sequence[int],
) -> ThresholdOutcome:
    criteria: Sequence[Criterion] = scorecard.criteria
    whole = sum(weights.parts[i] for i in indexes)
    ends = [decision_ends(values[criteria[i].id]) for i in indexes]
    low = sum(weights.parts[i] * end[0] for i, end in zip(indexes, ends, strict=True))
    high = sum(weights.parts[i] * end[1] for i, end in zip(indexes, ends, strict=True))
    bar = units(minimum) * whole
    state: Literal["pass", "fail", "unknown"] = "pass" if low >= bar else "fail" if high < bar else "unknown"
    scale = whole * UNIT
    return ThresholdOutcome(what, name, float(minimum), low / scale, high / scale, state)
