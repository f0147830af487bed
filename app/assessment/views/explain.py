"""The result in sentences: the verdict, why one leads, what would change it, what to ask next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.numbers import get_currency_precision
from markupsafe import Markup

from app.assessment.service import CandidateLine, EvaluationAnalysis
from app.assessment.views.words import listed, plain, share, tenth_parts
from app.charts import Bar, Reign, diverging, winner_map
from app.core.scoring import Analysis, Crossover, what_would_it_take, why
from app.kit.ui import Option
from app.kit.wording import day, money, number, percent

ASKED = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sentence above the ranking."""

    headline: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class WhyPart:
    """Two candidates side by side: where the lead comes from, what would turn it."""

    first: str
    second: str
    firsts: tuple[Option, ...]
    seconds: tuple[Option, ...]
    sentence: str
    chart: Markup
    turns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskRow:
    """Something to find out next; `href` is the cell or the gate it decides."""

    text: str
    note: str
    href: str
    action: str


@dataclass(frozen=True, slots=True)
class MapRow:
    """Who leads at which weight of one group."""

    name: str
    text: str
    chart: Markup


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
            _headline(leader.name, "is the only one ranked", waits), _sure(found), "warn" if waits else ""
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
    return f"{name} {verb}; the award waits for {listed(list(waits))}." if waits else f"{name} {verb}."


def _lead(found: EvaluationAnalysis, leader: CandidateLine, second: CandidateLine) -> str:
    difference = why(found.analysis, leader.name, second.name)
    names = {group.id: group.name for group in found.analysis.scorecard.groups}
    groups = list(difference.groups.items())
    shown = tenth_parts([points for _, points in groups])
    parts = [f"{names[name]} {text}" for (name, _), text in zip(groups, shown, strict=True) if text != "0.0"]
    cost = _cost_words(found, leader, second)
    apposition = f", which is {cost}," if cost else ""
    return f"Ahead of {second.name}{apposition} by {number(difference.gap, 1)} points: {', '.join(parts)}."


def _cost_words(found: EvaluationAnalysis, leader: CandidateLine, other: CandidateLine) -> str:
    price = found.analysis.scorecard.price
    if price is None or not found.need.volume:
        return ""
    first, second = (line.line.cells[price.id].natural for line in (leader, other))
    if not isinstance(first, int | float) or not isinstance(second, int | float) or first == second:
        return ""
    minor = 10 ** get_currency_precision(found.need.currency)
    amount = round(abs(second - first) * found.need.volume) * minor
    word = "cheaper" if second < first else "dearer"
    return f"{money(amount, found.need.currency)} a year {word}"


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


def why_part(found: EvaluationAnalysis, wanted: tuple[str, str]) -> WhyPart | None:
    """Two ranked candidates compared; by default the first two. None with fewer than two ranked."""
    ranked = [line.name for line in found.candidates if line.line.rank is not None]
    if len(ranked) < 2:
        return None
    first = wanted[0] if wanted[0] in ranked else ranked[0]
    second = (
        wanted[1] if wanted[1] in ranked and wanted[1] != first else next(n for n in ranked if n != first)
    )
    difference = why(found.analysis, first, second)
    names = {criterion.id: criterion for criterion in found.analysis.scorecard.criteria}
    bars = [
        Bar(names[name].name, points) for name, points in difference.criteria.items() if abs(points) >= 0.05
    ]
    options = tuple(Option(name, name) for name in ranked)
    better, worse = (first, second) if difference.gap >= 0 else (second, first)
    gap = number(abs(difference.gap), 1)
    sentence = (
        f"{better} stands {gap} points above {worse}." if difference.gap else "They have the same total."
    )
    turns = tuple(
        f"{names[change.criterion].name}: {_turn(change.has, change.needs, change.has_points, change.needs_points)}"
        for change in what_would_it_take(found.analysis, worse, better)[:4]
    )
    return WhyPart(
        first,
        second,
        options,
        options,
        sentence,
        diverging(bars, title=f"{first} against {second}, points of the total", width=520),
        turns,
    )


def _turn(has: object, needs: object, has_points: float, needs_points: float) -> str:
    natural = plain(needs) if isinstance(needs, int | float | str | bool) else ""
    before = plain(has) if isinstance(has, int | float | str | bool) else ""
    if natural and before:
        return f"{natural} instead of {before}"
    points = f"{number(needs_points, 1)} of 100 points instead of {number(has_points, 1)}"
    return f"{natural}, that is {points}" if natural else points


def ask_next(found: EvaluationAnalysis) -> tuple[AskRow, ...]:
    """Open must-haves first, then the cells whose knowledge is worth most."""
    base = f"/evaluations/{found.evaluation.id}"
    rows = [
        AskRow(f"{line.name}: {gate.name}", gate.reason, f"{base}/shortlist#candidate-{line.id}", "look")
        for line in found.candidates
        if line.line.rank is not None
        for gate in line.line.gates
        if gate.state == "unknown"
    ]
    names = {criterion.id: criterion.name for criterion in found.analysis.scorecard.criteria}
    for question in found.analysis.open_questions:
        if question.value < 0.05:
            continue
        line = found.named(question.candidate)
        cell = found.cells[line.id, question.criterion]
        text = f"{line.name}: {names[question.criterion]}"
        rows.append(
            AskRow(
                text, f"worth {number(question.value, 1)} points, now {question.status}", cell.href, "open"
            )
        )
    return tuple(rows[:ASKED])


def map_rows(analysis: Analysis) -> tuple[MapRow, ...]:
    """For each group: who leads at which weight, in words and as a strip."""
    rows = []
    for group in analysis.scorecard.groups:
        segments = analysis.group_winner_maps.get(group.id, ())
        if len(segments) < 2:
            continue
        text = "; ".join(f"{s.leader} from {percent(s.start)} to {percent(s.end)}" for s in segments)
        reigns = [Reign(s.start, s.end, s.leader) for s in segments]
        chart = winner_map(reigns, weight=analysis.group_weights[group.id], name=group.name)
        rows.append(MapRow(f"{group.name}, now {share(analysis.group_weights[group.id])}", text, chart))
    return tuple(rows)


def rate_text(found: EvaluationAnalysis) -> str:
    """What a quality point is worth in money, and when weights, deliveries and prices came."""
    said = []
    rate = found.analysis.exchange_rate
    if rate is not None and found.need.volume:
        minor = 10 ** get_currency_precision(found.need.currency)
        amount = round(rate.amount * found.need.volume) * minor
        said.append(f"One quality point is worth {money(amount, found.need.currency)} a year.")
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


def pair_texts(found: EvaluationAnalysis) -> tuple[str, ...]:
    """Each pair of ranked candidates: the share of all possible group weights under which the first is ahead."""
    seen: set[frozenset[str]] = set()
    said = []
    for pair in found.analysis.pairwise:
        key = frozenset((pair.a, pair.b))
        if key not in seen:
            seen.add(key)
            said.append(f"{pair.a} above {pair.b} under {percent(pair.share)} of all possible group weights")
    return tuple(said[:10])


def weights_from(query: Mapping[str, str], groups: Sequence[str]) -> dict[str, float]:
    """Trial weights in the address, `w_<group>`; what is no number from 1 to 100 is left as it is."""
    found: dict[str, float] = {}
    for name in groups:
        try:
            value = float(query.get(f"w_{name}", ""))
        except ValueError:
            continue
        if 1 <= value <= 100:
            found[name] = value
    return found
