"""How the order holds: under other weights, other methods, without one evaluator; for whoever defends it."""

from dataclasses import dataclass

from markupsafe import Markup

from app.assessment.service import EvaluationAnalysis, agreement_of
from app.assessment.views.explain import crossover_text
from app.assessment.views.words import share, signed
from app.charts import Reign, winner_map
from app.core.scoring import Analysis, rank_views, second_opinion, show_price
from app.kit.wording import DASH, number, percent

CHANGES = 6
CHANCES = 12
PAIRS = 10


@dataclass(frozen=True, slots=True)
class MapRow:
    """Who leads at which weight of one group."""

    name: str
    text: str
    chart: Markup


@dataclass(frozen=True, slots=True)
class Chances:
    """How often a candidate is first, in three views of the group weights."""

    name: str
    near: str
    ordered: str
    unknown: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would change the leader, in words and strips, and how often each is first."""

    changes: tuple[str, ...]
    moves: tuple[str, ...]
    maps: tuple[MapRow, ...]
    chances: tuple[Chances, ...]
    chances_note: str


@dataclass(frozen=True, slots=True)
class SeverityRow:
    """How one evaluator rates beside the others."""

    name: str
    points: str
    cells: str


@dataclass(frozen=True, slots=True)
class Defender:
    """What a challenged evaluator or buyer brings to the table."""

    opinions: tuple[str, ...]
    without: tuple[str, ...]
    agreement: tuple[str, ...]
    severity: tuple[SeverityRow, ...]
    panel: tuple[str, ...]
    pairs: tuple[str, ...]
    settings: str


@dataclass(frozen=True, slots=True)
class PricePart:
    """How prices became points; `rows` are (candidate, arithmetic)."""

    method: str
    formula: str
    inputs: str
    rounding: str
    warning: str
    rows: tuple[tuple[str, str], ...]


def outlook_of(analysis: Analysis) -> Outlook:
    """Crossovers, weight moves, winner maps of groups, and rank acceptability."""
    names = {group.id: group.name for group in analysis.scorecard.groups}
    views = rank_views(analysis)
    rows = tuple(
        Chances(name, *(percent(view[name][0]) for view in (views.near, views.ordered, views.unknown)))
        for name in list(views.near)[:CHANCES]
    )
    rest = len(views.near) - len(rows)
    more = f" The {rest} ranked lower are not listed." if rest > 0 else ""
    return Outlook(
        changes=tuple(
            _sentence(crossover_text(analysis, one)) for one in analysis.group_crossovers[:CHANGES]
        ),
        moves=tuple(
            f"Moving {share(round(move.share, 3))} of all weight from {names[move.source]} to"
            f" {names[move.target]} puts {move.leader_after} first."
            for move in analysis.weight_transfers[:CHANGES]
        ),
        maps=_maps(analysis),
        chances=rows,
        chances_note=f"Shares of {number(analysis.draws)} drawn weightings of the groups.{more}",
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _maps(analysis: Analysis) -> tuple[MapRow, ...]:
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


def price_part(analysis: Analysis) -> PricePart | None:
    """The price method opened up; None without a price."""
    shown = show_price(analysis)
    if shown is None:
        return None
    inputs = ", ".join(f"{name.replace('_', ' ')} {value:,.6g}" for name, value in shown.inputs.items())
    rows = tuple((line.candidate, line.arithmetic) for line in shown.lines)
    method = shown.method.replace("_", " ")
    return PricePart(method, shown.formula, inputs, shown.rounding, shown.warning or "", rows)


def defender_of(found: EvaluationAnalysis) -> Defender:
    """Second opinions, the panel's agreement, the order without each evaluator, and the settings."""
    agreement, severity = _agreement(found)
    return Defender(
        opinions=_opinions(found.analysis),
        without=_without(found),
        agreement=agreement,
        severity=severity,
        panel=_panel(found),
        pairs=_pairs(found.analysis),
        settings=_settings(found.analysis),
    )


def _opinions(analysis: Analysis) -> tuple[str, ...]:
    said = []
    for one in second_opinion(analysis):
        leader = "the same leader" if one.agrees else f"{one.leader} would lead"
        order = (
            "no order to compare" if one.tau is None else f"Kendall τ {number(one.tau, 2)} with this ranking"
        )
        said.append(f"{one.method} ({one.about}): {leader}, {order}.")
    return tuple(said)


def _without(found: EvaluationAnalysis) -> tuple[str, ...]:
    said = []
    for item in found.panel.without_one:
        by = f" by {number(item.lead, 1)} points" if item.lead is not None else ""
        changes = ": another leader" if item.changes else ""
        said.append(f"Without {item.name}: {item.leader or 'nobody'} leads{by}{changes}.")
    return tuple(said)


def _agreement(found: EvaluationAnalysis) -> tuple[tuple[str, ...], tuple[SeverityRow, ...]]:
    panel = agreement_of(found)
    if panel is None:
        return (), ()
    names = {str(rater.user_id): rater.name for rater in found.panel.raters}
    said = []
    if panel.complete is not None and panel.complete.mean is not None:
        icc = panel.complete
        said.append(
            f"ICC(A,k) of the panel's mean {_with_ends(icc.mean, icc.mean_interval)}, of one evaluator"
            f" {_with_ends(icc.one, icc.one_interval)}, over {icc.targets} cells that all {icc.raters} rated."
        )
    else:
        people = len({one.evaluator for one in found.panel.judged})
        said.append(f"No ICC: it needs two cells with differing ratings that all {people} evaluators rated.")
    alpha = panel.alpha
    ends = (alpha.low, alpha.high) if alpha.low is not None and alpha.high is not None else None
    value = (
        _with_ends(alpha.value, ends) if alpha.value is not None else "not defined, too few ratings differ"
    )
    said.append(f"Krippendorff's ordinal α {value}; from 0.80 on to be relied on, from 0.67 tentatively.")
    rows = tuple(
        SeverityRow(names.get(one.evaluator, "a person no longer here"), signed(one.points), str(one.cells))
        for one in panel.severity
    )
    return tuple(said), rows


def _with_ends(value: float | None, ends: tuple[float, float] | None) -> str:
    if value is None:
        return DASH
    told = f" (95%: {number(ends[0], 2)} to {number(ends[1], 2)})" if ends else ""
    return f"{number(value, 2)}{told}"


def _panel(found: EvaluationAnalysis) -> tuple[str, ...]:
    facts = found.panel
    rated = f"{facts.rated} of {facts.asked} ratings are in."
    said = [rated if facts.asked else "No criterion is rated by people."]
    said += [f"{rater.name}: {rater.done} of {rater.asked} candidates done" for rater in facts.raters]
    if facts.disagreements:
        settled = sum(flag.settled for flag in facts.disagreements)
        said.append(f"Evaluators lie far apart on {len(facts.disagreements)} cells, {settled} settled.")
    said += [
        f"{control.name}: {'on' if control.on else 'off'} ({control.text})" for control in found.controls
    ]
    return tuple(said)


def _pairs(analysis: Analysis) -> tuple[str, ...]:
    """Pairs of ranked candidates: the share of all possible group weights under which the first is ahead."""
    seen: set[frozenset[str]] = set()
    said: list[str] = []
    for pair in analysis.pairwise:
        key = frozenset((pair.a, pair.b))
        if key not in seen and len(said) < PAIRS:
            seen.add(key)
            said.append(f"{pair.a} above {pair.b} under {percent(pair.share)} of all possible group weights")
    return tuple(said)


def _settings(analysis: Analysis) -> str:
    settings = analysis.settings
    return (
        f"Tie: closer than {number(settings.display_step, 1)} points. Robust: first in at least"
        f" {percent(settings.robust_share)} of the weightings near the stated ones, and no single weight within"
        f" ±{percent(settings.crossover_margin)} of itself changes the leader. {number(analysis.draws)} draws,"
        f" seed {analysis.seed}, concentration {settings.concentration:g}; {analysis.engine}."
    )
