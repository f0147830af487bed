"""Who is ranked: gates, then thresholds, then the price, each seeing only who is still in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.scoring.gates import GateOutcome, decide_gates
from app.core.scoring.price import Prices, price_points
from app.core.scoring.spec import Candidate, Need, Price, Scorecard
from app.core.scoring.thresholds import ThresholdOutcome, before_price, with_price
from app.core.scoring.values import Value, value_of
from app.core.scoring.weights import Weights


@dataclass(frozen=True, slots=True)
class Standing:
    """One candidate after gates and thresholds: why it is out (empty: it is in), and what is undecided."""

    candidate: Candidate
    gates: tuple[GateOutcome, ...]
    thresholds: tuple[ThresholdOutcome, ...]
    values: Mapping[str, Value]

    @property
    def failures(self) -> list[str]:
        gates = [gate.reason for gate in self.gates if gate.state == "fail"]
        return gates + [t.reason for t in self.thresholds if t.state == "fail"]

    @property
    def undecided(self) -> list[str]:
        gates = [gate.reason for gate in self.gates if gate.state == "unknown"]
        return gates + [t.reason for t in self.thresholds if t.state == "unknown"]


def assess(
    scorecard: Scorecard, weights: Weights, candidates: Sequence[Candidate], on: date, need: Need
) -> list[Standing]:
    """The standing of every candidate, in the order given.

    A candidate out by a gate or a quality threshold never sets the price benchmark. When relative prices and
    a minimum on the total meet, the benchmark is renewed after each exclusion, whoever set it leaving first,
    so that nobody is excluded by the price of somebody who is out.
    """
    price = scorecard.price
    quality = [c for c in scorecard.criteria if c != price]
    values = {c.id: {q.id: value_of(q, c.cells.get(q.id)) for q in quality} for c in candidates}
    gates = {c.id: decide_gates(scorecard, c, decision_date=on, need=need) for c in candidates}
    early = {c.id: before_price(scorecard, weights, values[c.id]) for c in candidates}
    eligible = frozenset(
        c.id
        for c in candidates
        if all(gate.state != "fail" for gate in gates[c.id]) and all(t.state != "fail" for t in early[c.id])
    )
    prices, late = _settle(scorecard, weights, candidates, values, eligible)
    return [
        Standing(c, gates[c.id], (*early[c.id], *late[c.id]), _all_values(scorecard, values[c.id], prices, c))
        for c in candidates
    ]


def _all_values(
    scorecard: Scorecard, quality: Mapping[str, Value], prices: Prices, candidate: Candidate
) -> dict[str, Value]:
    every = dict(quality)
    if scorecard.price:
        every[scorecard.price.id] = prices.values[candidate.id]
    return {criterion.id: every[criterion.id] for criterion in scorecard.criteria}


def _settle(
    scorecard: Scorecard,
    weights: Weights,
    candidates: Sequence[Candidate],
    values: Mapping[str, Mapping[str, Value]],
    eligible: frozenset[str],
) -> tuple[Prices, dict[str, list[ThresholdOutcome]]]:
    """Prices and the thresholds that need them, until nobody who is out sets a benchmark."""
    fixed: dict[str, list[ThresholdOutcome]] = {}
    while True:
        prices = price_points(scorecard, weights, candidates, eligible)
        late = {
            c.id: fixed.get(c.id)
            or with_price(scorecard, weights, _all_values(scorecard, values[c.id], prices, c))
            for c in candidates
        }
        failing = {name for name in eligible if any(t.state == "fail" for t in late[name])}
        leaving = failing & prices.setters or failing
        if not leaving:
            return prices, late
        fixed.update({name: late[name] for name in leaving})
        eligible -= leaving


def price_method(scorecard: Scorecard) -> str:
    """The price method in use, or an empty string."""
    price = scorecard.price
    return price.scale.method if price and isinstance(price.scale, Price) else ""
