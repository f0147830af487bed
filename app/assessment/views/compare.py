"""Two candidates side by side: where the lead comes from, what would turn it, what moves it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.assessment.service import EvaluationAnalysis
from app.assessment.views.explain import SHOWN
from app.assessment.views.words import listed, plain
from app.charts import Bar, Swing, diverging
from app.charts import tornado as tornado_chart
from app.core.scoring import Criterion, Price, SingleChange, tornado, turnaround, why
from app.kit.ui import Option
from app.kit.wording import number

CHANGES = 4
SWINGS = 10
WIDTH = 640


@dataclass(frozen=True, slots=True)
class Turn:
    """What would have to be true: `lead` introduces the changes."""

    lead: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhyPart:
    """Two candidates side by side: where the lead comes from, what would turn it, what moves it."""

    first: str
    second: str
    options: tuple[Option, ...]
    sentence: str
    chart: Markup
    turns: tuple[Turn, ...]
    tornado: Markup
    tornado_note: str


def why_part(found: EvaluationAnalysis, wanted: tuple[str, str]) -> WhyPart | None:
    """Two ranked candidates compared; by default the first two. None with fewer than two ranked."""
    ranked = [line.name for line in found.candidates if line.line.rank is not None]
    if len(ranked) < 2:
        return None
    first = wanted[0] if wanted[0] in ranked else ranked[0]
    others = [name for name in ranked if name != first]
    second = wanted[1] if wanted[1] in others else others[0]
    difference = why(found.analysis, first, second)
    names = {criterion.id: criterion.name for criterion in found.analysis.scorecard.criteria}
    bars = [Bar(names[name], points) for name, points in difference.criteria.items() if abs(points) >= SHOWN]
    better, worse = (first, second) if difference.gap >= 0 else (second, first)
    gap = number(abs(difference.gap), 1)
    chart, note = _tornado(found, better, worse, abs(difference.gap))
    return WhyPart(
        first=first,
        second=second,
        options=tuple(Option(name, name) for name in ranked),
        sentence=f"{better} stands {gap} points above {worse}."
        if difference.gap
        else "They have the same total.",
        chart=diverging(bars, title=f"{first} against {second}, points of the total", width=WIDTH),
        turns=_turns(found, worse, better),
        tornado=chart,
        tornado_note=note,
    )


def _turns(found: EvaluationAnalysis, worse: str, better: str) -> tuple[Turn, ...]:
    change = turnaround(found.analysis, worse, better)
    if change.gap <= 0:
        return ()
    if change.single:
        said = _changes(found, change.single[:CHANGES])
        many = len(change.single) > 1
        lead = f"{'Any one of these' if many else 'This'} alone would bring {worse} level with {better}:"
        return (Turn(lead, said),)
    if change.fewest:
        lead = (
            f"No single change brings {worse} level with {better}; these {len(change.fewest)} together would:"
        )
        return (Turn(lead, _changes(found, change.fewest)),)
    return (Turn(f"No change of its own cells brings {worse} level with {better}.", ()),)


def _changes(found: EvaluationAnalysis, changes: Sequence[SingleChange]) -> tuple[str, ...]:
    criteria = {criterion.id: criterion for criterion in found.analysis.scorecard.criteria}
    return tuple(_change(found, criteria[change.criterion], change) for change in changes)


def _change(found: EvaluationAnalysis, criterion: Criterion, change: SingleChange) -> str:
    needs, has = (plain(value) if value is not None else "" for value in (change.needs, change.has))
    unit = _unit(found, criterion, change.needs)
    if needs and has and needs != has:
        return f"{criterion.name}: {needs} instead of {has}{unit}"
    needs += unit if needs else ""
    if needs and has:  # a claim that has to be shown
        return f"{criterion.name}: {needs} verified, not only claimed"
    points = f"{number(change.needs_points, 1)} of 100 points instead of {number(change.has_points, 1)}"
    return f"{criterion.name}: {needs}, that is {points}" if needs else f"{criterion.name}: {points}"


def _unit(found: EvaluationAnalysis, criterion: Criterion, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    unit = f"{found.need.currency} per label" if isinstance(criterion.scale, Price) else criterion.unit
    return f" {unit}" if 0 < len(unit) <= 16 and unit != "share" else ""


def _tornado(found: EvaluationAnalysis, better: str, worse: str, gap: float) -> tuple[Markup, str]:
    names = {criterion.id: criterion.name for criterion in found.analysis.scorecard.criteria}
    every = tornado(found.analysis, better, worse)
    swings = [swing for swing in every if swing.width >= SHOWN]
    chart = tornado_chart(
        [Swing(f"{s.candidate}: {names[s.criterion]}", s.low, s.high) for s in swings[:SWINGS]],
        lead=gap,
        title=f"Lead of {better} over {worse} in points, each cell at its low and its high",
        width=WIDTH,
    )
    turning = [f"{names[s.criterion]} of {s.candidate}" for s in swings if s.turns]
    more = f" {len(swings) - SWINGS} smaller ones are not drawn." if len(swings) > SWINGS else ""
    if turning:
        rest = f" and {len(turning) - 3} more" if len(turning) > 3 else ""
        said = ", ".join(turning[:3]) + rest if rest else listed(turning)
        return chart, f"Alone enough to put {worse} ahead: {said}.{more}"
    return chart, f"No open or uncertain cell is alone enough to put {worse} ahead.{more}"
