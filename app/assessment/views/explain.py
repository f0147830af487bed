"""The result in sentences: the verdict, how sure it is, what a reader must know beside the figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import get_currency_precision

from app.assessment.service import CandidateLine, EvaluationAnalysis
from app.assessment.views.words import listed, share, tenth_parts
from app.core.scoring import Analysis, Crossover, lead_of, why
from app.kit.wording import day, money, number, percent

SHOWN = 0.05  # points; less prints as 0.0
NAMED = 2  # must-haves that a headline names


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sentence above the ranking."""

    headline: str
    text: str
    kind: str


def verdict_of(found: EvaluationAnalysis) -> Verdict:
    """Who leads, by how much, where it comes from and how sure that is."""
    analysis = found.analysis
    leader = found.leader
    if leader is None:
        return Verdict(
            "Nobody can be ranked yet.", "Every candidate is excluded, or nothing is known of it.", "bad"
        )
    ranked = [line for line in found.candidates if line.line.rank is not None]
    waits = [gate.name for gate in leader.line.gates if gate.state == "unknown"]
    if len(ranked) == 1:
        return Verdict(
            _headline(leader.name, "is the only one ranked", waits),
            "Nobody else has a score to compare it with.",
            "warn" if waits else "",
        )
    second = ranked[1]
    if analysis.order == "tie":
        step = number(analysis.settings.display_step, 1)
        text = f"They are closer than the shown step of {step} points. {_cost_words(found, leader, second)}"
        return Verdict(f"{leader.name} and {second.name} tie.", text.strip(), "warn")
    verb = "leads" if not leader.is_in_house else "leads as the yardstick"
    return Verdict(
        _headline(leader.name, verb, waits),
        f"{_lead(found, leader, second)} {_sure(found)}",
        "warn" if waits else "ok",
    )


def _headline(name: str, verb: str, waits: Sequence[str]) -> str:
    if not waits:
        return f"{name} {verb}."
    for_what = listed(list(waits)) if len(waits) <= NAMED else f"{len(waits)} open must-haves"
    return f"{name} {verb}; the award waits for {for_what}."


def _lead(found: EvaluationAnalysis, leader: CandidateLine, second: CandidateLine) -> str:
    difference = why(found.analysis, leader.name, second.name)
    names = {group.id: group.name for group in found.analysis.scorecard.groups}
    groups = list(difference.groups.items())
    shown = tenth_parts([points for _, points in groups])
    parts = [f"{names[name]} {text}" for (name, _), text in zip(groups, shown, strict=True) if text != "0.0"]
    cost = _cost_words(found, leader, second)
    apposition = f", which is {cost}," if cost else ""
    ahead = f"Ahead of {second.name}{apposition} by {number(difference.gap, 1)} points: {', '.join(parts)}."
    return " ".join(filter(None, (ahead, _worth(found))))


def _worth(found: EvaluationAnalysis) -> str:
    """What the lead stands for in money, or why that cannot be told."""
    lead, price = lead_of(found.analysis), found.analysis.scorecard.price
    if lead is None or price is None:
        return ""
    if lead.dearer is None:
        cells = {name: found.analysis.candidate(name).cells[price.id] for name in (lead.leader, lead.second)}
        unpriced = [name for name, cell in cells.items() if cell.natural is None]
        return f"What the lead costs is not known: no price yet from {listed(unpriced)}."
    if lead.worth is None or abs(lead.elsewhere) < SHOWN or not found.need.volume:
        return ""
    worth = a_year(found, abs(lead.worth))
    points = f"{number(abs(lead.elsewhere), 1)} points"
    if lead.elsewhere > 0:
        return f"Its lead of {points} on everything but the price is worth {worth} at these weights."
    return f"The price carries it: on everything else it is {points} behind, worth {worth} at these weights."


def a_year(found: EvaluationAnalysis, per_label: float) -> str:
    """An amount per label as money a year at the expected volume."""
    minor = 10 ** get_currency_precision(found.need.currency)
    return f"{money(round(per_label * found.need.volume) * minor, found.need.currency)} a year"


def _cost_words(found: EvaluationAnalysis, leader: CandidateLine, other: CandidateLine) -> str:
    price = found.analysis.scorecard.price
    if price is None or not found.need.volume:
        return ""
    first, second = (line.line.cells[price.id].natural for line in (leader, other))
    if not isinstance(first, int | float) or not isinstance(second, int | float) or first == second:
        return ""
    return f"{a_year(found, abs(second - first))} {'cheaper' if second < first else 'dearer'}"


def _sure(found: EvaluationAnalysis) -> str:
    analysis, leader = found.analysis, found.leader
    chances = leader.line.rank_acceptability if leader else None
    first = f"first in {percent(chances[0])} of weightings near ours" if chances else ""
    if analysis.order == "certain":
        return "Certain: at its worst it still stands above everybody else's best."
    if analysis.order not in ("robust", "sensitive"):
        return ""
    near = nearest(analysis)
    return (
        f"{analysis.order.capitalize()}: {first}; {near or 'no weight of a single group changes the leader'}."
    )


def nearest(analysis: Analysis) -> str:
    """The nearest change of one group's weight that changes the leader, in words; '' when none does."""
    return crossover_text(analysis, analysis.group_crossovers[0]) if analysis.group_crossovers else ""


def crossover_text(analysis: Analysis, change: Crossover) -> str:
    """'a Price weight above 62% (now 20%) puts Harbor first'."""
    names = {group.id: group.name for group in analysis.scorecard.groups}
    names |= {criterion.id: criterion.name for criterion in analysis.scorecard.criteria}
    side = "above" if change.weight_at_change > change.weight_now else "below"
    at, now = percent(change.weight_at_change), share(change.weight_now)
    return f"a {names[change.what]} weight {side} {at} (now {now}) puts {change.leader_after} first"


def rate_text(found: EvaluationAnalysis) -> str:
    """What a quality point is worth in money, and when weights, deliveries and prices came."""
    said = []
    rate = found.analysis.exchange_rate
    if rate is not None and found.need.volume:
        said.append(f"One quality point is worth {a_year(found, rate.amount)}.")
    pin = found.pin
    dates = [
        f"{word} {day(at)}"
        for word, at in (
            ("weights locked", pin.weights_locked_at),
            ("first delivery", pin.first_delivery_at),
            ("first price", pin.first_price_at),
        )
        if at is not None
    ]
    if dates:
        text = ", ".join(dates)
        said.append(f"{text[:1].upper()}{text[1:]}.")
    if pin.weights_locked_at is None:
        said.append("The weights are not locked yet.")
    return " ".join(said)


def warnings_of(found: EvaluationAnalysis) -> tuple[str, ...]:
    """What a reader must know besides the figures, one sentence each."""
    facts = found.panel
    open_flags = sum(not flag.settled for flag in facts.disagreements)
    said = [
        text[:1].upper() + text[1:] + "." for text in found.analysis.warnings if not text.startswith("group ")
    ]
    if facts.asked and facts.rated < facts.asked:
        said.append(f"{facts.rated} of {facts.asked} ratings are in; the others stay open as wide ranges.")
    if open_flags:
        said.append(f"{open_flags} cells on which evaluators lie far apart wait for the panel's consensus.")
    changing = [item for item in facts.without_one if item.changes]
    for item in changing:
        leader = item.leader or "nobody"
        said.append(f"Without the ratings of {item.name}, {leader} would lead.")
    return tuple(said)
