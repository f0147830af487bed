"""The result page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.assessment.service import CandidateLine, CellEvidence, EvaluationAnalysis
from app.assessment.views.explain import (
    AskRow,
    MapRow,
    Verdict,
    WhyPart,
    ask_next,
    crossover_text,
    map_rows,
    pair_texts,
    rate_text,
    verdict_of,
    warnings_of,
    why_part,
)
from app.assessment.views.words import GATE, natural_text, points_text, share, worst_gates
from app.core.numbers import largest_remainder
from app.core.scoring import UNIT, Analysis
from app.evaluations.frame import EvaluationFrame
from app.kit.paging import link
from app.kit.templating import Page
from app.kit.wording import DASH, interval, number, percent

SERIES = ("accent", "accent-2", "accent-3", "accent-4", "accent-5", "muted", "text-soft")


@dataclass(frozen=True, slots=True)
class MissingPage(Page):
    """What is missing before this page has something to show, and where to mend it."""

    template: ClassVar[str] = "assessment/missing.html"

    frame: EvaluationFrame
    heading: str
    text: str
    action: str
    href: str


@dataclass(frozen=True, slots=True)
class RankRow:
    """A ranked candidate; low, mid and high are 0 to 100 for the track."""

    rank: str
    name: str
    href: str
    is_yardstick: bool
    leads: bool
    low: float
    mid: float
    high: float
    track: str
    total: str
    can_be: str
    covered: str
    badges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BelowRow:
    """A candidate below the line."""

    name: str
    href: str
    reason: str
    badge: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One group's part of a stacked bar, in percent of the whole width."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class GroupHead:
    """A group above its column."""

    name: str
    weight: str
    href: str


@dataclass(frozen=True, slots=True)
class PointsRow:
    """One candidate's scores by group and the bar they make."""

    name: str
    leads: bool
    scores: tuple[str, ...]
    segments: tuple[Segment, ...]
    parts: str
    total: str


@dataclass(frozen=True, slots=True)
class DetailCell:
    """One cell: points, the value behind them, its state; `href` is its evidence."""

    points: str
    value: str
    href: str
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class DetailRow:
    """One criterion across the candidates."""

    name: str
    weight: str
    cells: tuple[DetailCell, ...]


@dataclass(frozen=True, slots=True)
class DetailSection:
    """One group's criteria."""

    id: str
    name: str
    rows: tuple[DetailRow, ...]


@dataclass(frozen=True, slots=True)
class Slider:
    """A trial weight of one group."""

    name: str
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Trial weights and what they would give; `rows` are (name, total, change) of the trial."""

    action: str
    sliders: tuple[Slider, ...]
    badge: tuple[str, str]
    text: str
    rows: tuple[tuple[str, str, str], ...]
    reset_url: str


@dataclass(frozen=True, slots=True)
class ResultPage(Page):
    """Who leads, how sure that is, where the points come from, what to ask next."""

    template: ClassVar[str] = "assessment/result.html"
    partial: ClassVar[str] = "assessment/_what_if.html"

    frame: EvaluationFrame
    scorecard: str
    verdict: Verdict
    ranked: tuple[RankRow, ...]
    below: tuple[BelowRow, ...]
    groups: tuple[GroupHead, ...]
    points: tuple[PointsRow, ...]
    names: tuple[str, ...]
    details: tuple[DetailSection, ...]
    rate: str
    why: WhyPart | None
    what_if: WhatIf
    ask: tuple[AskRow, ...]
    crossovers: tuple[str, ...]
    maps: tuple[MapRow, ...]
    pairs: tuple[str, ...]
    panel: tuple[str, ...]
    warnings: tuple[str, ...]
    digest: str
    base: str


def result_view(
    found: EvaluationAnalysis,
    frame: EvaluationFrame,
    *,
    trial: Analysis | None,
    trial_weights: Mapping[str, float],
    compared: tuple[str, str],
) -> ResultPage:
    """The whole page."""
    analysis = found.analysis
    shown = [line for line in found.candidates if line.line.status != "excluded"]
    return ResultPage(
        title=f"Result of {frame.name}",
        frame=frame,
        scorecard=f"scorecard {found.pin.key} v{found.pin.number}",
        verdict=verdict_of(found),
        ranked=tuple(_rank_row(found, line) for line in shown),
        below=_below(found, frame.base),
        groups=tuple(
            GroupHead(group.name, share(analysis.group_weights[group.id]), f"#group-{group.id}")
            for group in analysis.scorecard.groups
        ),
        points=tuple(_points_row(found, line) for line in shown if line.line.rank is not None),
        names=tuple(line.name for line in found.candidates),
        details=_details(found),
        rate=rate_text(found),
        why=why_part(found, compared),
        what_if=_what_if(found, frame.base, trial, trial_weights),
        ask=ask_next(found),
        crossovers=tuple(crossover_text(analysis, change) for change in analysis.group_crossovers[:6]),
        maps=map_rows(analysis),
        pairs=pair_texts(found),
        panel=_panel(found),
        warnings=warnings_of(found),
        digest=found.input_digest,
        base=frame.base,
    )


def _rank_row(found: EvaluationAnalysis, line: CandidateLine) -> RankRow:
    result = line.line
    low, high = result.low or 0.0, result.high if result.high is not None else 100.0
    mid = result.total if result.total is not None else (low + high) / 2
    total = number(result.total, 1)
    best, worst = result.best_rank, result.worst_rank
    return RankRow(
        rank=str(result.rank or DASH),
        name=line.name,
        href=f"/evaluations/{found.evaluation.id}/candidates/{line.id}",
        is_yardstick=line.is_in_house,
        leads=line.name == found.analysis.leader,
        low=low,
        mid=mid,
        high=high,
        track=f"{line.name}: {total} points, possible {interval(low, high)}",
        total=total,
        can_be=str(best) if best == worst else f"{best}–{worst}",
        covered=percent(result.coverage),
        badges=_badges(line),
    )


def _badges(line: CandidateLine) -> tuple[tuple[str, str], ...]:
    gates = worst_gates(line.line.gates)
    if not gates:
        return (("all met", "ok"),) if line.line.gates else ()
    if len(gates) > 1:
        states = [gate.state for gate in gates]
        return tuple(
            (f"{states.count(state)} {GATE[state][0]}", GATE[state][1]) for state in dict.fromkeys(states)
        )
    return tuple((f"{GATE[gate.state][0]}: {gate.name}", GATE[gate.state][1]) for gate in gates)


def _below(found: EvaluationAnalysis, base: str) -> tuple[BelowRow, ...]:
    rows = [
        BelowRow(line.name, f"{base}/candidates/{line.id}", f"not ranked: {line.line.reason}", "excluded")
        for line in found.candidates
        if line.line.status == "excluded"
    ]
    rows += [
        BelowRow(out.name, f"{base}/candidates/{out.id}", out.reason or "no reason on record", out.stage)
        for out in found.out
    ]
    return tuple(rows)


def _points_row(found: EvaluationAnalysis, line: CandidateLine) -> PointsRow:
    result = line.line
    groups = [group for group in found.analysis.scorecard.groups if group.id in result.groups]
    segments, x = [], 0.0
    for at, group in enumerate(groups):
        width = max(0.0, result.groups[group.id].contribution)
        segments.append(Segment(round(x, 3), round(max(width - 0.4, 0), 3), SERIES[at % len(SERIES)]))
        x += width
    units = [round(result.groups[group.id].contribution * UNIT) for group in groups]
    tenth = largest_remainder(units, UNIT // 10)
    parts = ", ".join(
        f"{group.name} {number(part / 10, 1)}" for group, part in zip(groups, tenth, strict=True)
    )
    return PointsRow(
        name=line.name,
        leads=line.name == found.analysis.leader,
        scores=tuple(
            number(result.groups[group.id].mid) if group.id in result.groups else DASH
            for group in found.analysis.scorecard.groups
        ),
        segments=tuple(segments),
        parts=f"{line.name}: {parts}",
        total=number(result.total, 1),
    )


def _details(found: EvaluationAnalysis) -> tuple[DetailSection, ...]:
    analysis = found.analysis
    return tuple(
        DetailSection(
            group.id,
            f"{group.name}, {share(analysis.group_weights[group.id])}",
            tuple(
                DetailRow(
                    criterion.name,
                    share(analysis.weights[criterion.id]),
                    tuple(_detail(found, found.cells[line.id, criterion.id]) for line in found.candidates),
                )
                for criterion in group.criteria
            ),
        )
        for group in analysis.scorecard.groups
    )


def _detail(found: EvaluationAnalysis, cell: CellEvidence) -> DetailCell:
    criterion = next(c for c in found.analysis.scorecard.criteria if c.id == cell.criterion)
    state = ("", "")
    if cell.cell.status != "verified":
        state = (cell.cell.status.replace("_", " "), "warn" if cell.cell.status == "claimed" else "")
    elif cell.flag:
        state = ("evaluators disagree", "warn")
    value = natural_text(criterion, cell.cell)
    return DetailCell(points_text(cell.value), "" if value == DASH else value, cell.href, state)


def _what_if(
    found: EvaluationAnalysis, base: str, trial: Analysis | None, weights: Mapping[str, float]
) -> WhatIf:
    stated = {g.id: found.analysis.group_weights[g.id] * 100 for g in found.analysis.scorecard.groups}
    sliders = tuple(
        Slider(f"w_{group.id}", group.name, max(1, round(weights.get(group.id, stated[group.id]))))
        for group in found.analysis.scorecard.groups
    )
    text = "A trial only: the locked weights do not change."
    if trial is None:
        return WhatIf(f"{base}/result", sliders, ("as they are", ""), text, (), "")
    before = {line.name: line.line.total for line in found.candidates}
    rows = tuple(
        (line.id, number(line.total, 1), _change(line.total, before[line.id]))
        for line in trial.candidates
        if line.total is not None
    )
    same = trial.leader == found.analysis.leader
    badge = ("same leader", "ok") if same else (f"{trial.leader or 'nobody'} would lead", "warn")
    return WhatIf(f"{base}/result", sliders, badge, text, rows, link(f"{base}/result", {}))


def _change(now: float, before: float | None) -> str:
    if before is None:
        return ""
    text = number(now - before, 1)
    return f"+{text}" if now - before >= 0.05 else text


def _panel(found: EvaluationAnalysis) -> tuple[str, ...]:
    facts = found.panel
    said = [
        f"{facts.rated} of {facts.asked} ratings are in."
        if facts.asked
        else "No criterion is rated by people."
    ]
    said += [f"{rater.name}: {rater.done} of {rater.asked} candidates done" for rater in facts.raters]
    said += [
        f"Without {item.name}: {item.leader or 'nobody'} leads" + (" (changes)" if item.changes else "")
        for item in facts.without_one
    ]
    if facts.disagreements:
        settled = sum(flag.settled for flag in facts.disagreements)
        said.append(f"Evaluators lie far apart on {len(facts.disagreements)} cells, {settled} settled.")
    said += [
        f"{control.name}: {'on' if control.on else 'off'} ({control.text})" for control in found.controls
    ]
    return tuple(said)
