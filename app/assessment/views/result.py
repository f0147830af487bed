"""The result page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.assessment.service import CandidateLine, EvaluationAnalysis
from app.assessment.views.asking import AskRow, ask_next
from app.assessment.views.cells import DetailSection, details
from app.assessment.views.compare import WhyPart, why_part
from app.assessment.views.explain import Verdict, rate_text, verdict_of, warnings_of
from app.assessment.views.outlook import (
    Defender,
    Outlook,
    PricePart,
    defender_of,
    outlook_of,
    price_part,
)
from app.assessment.views.what_if import WhatIf, what_if_part
from app.assessment.views.words import GATE, share, worst_gates
from app.core.numbers import largest_remainder
from app.core.scoring import UNIT, Analysis
from app.evaluations.frame import EvaluationFrame
from app.kit.templating import Page
from app.kit.wording import DASH, interval, number, percent

FIRST_ROWS = 12  # of the table of points; the others unfold
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
class GateBadge:
    """Must-haves in one state: the state's word, or how many, and the name when it is a single one."""

    state: str
    kind: str
    name: str


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
    badges: tuple[GateBadge, ...]


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
    points_rest: tuple[PointsRow, ...]
    details: tuple[DetailSection, ...]
    rate: str
    why: WhyPart | None
    what_if: WhatIf
    ask: tuple[AskRow, ...]
    ask_more: str
    outlook: Outlook
    price: PricePart | None
    defender: Defender
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
    points = [_points_row(found, line) for line in shown if line.line.rank is not None]
    ask, ask_more = ask_next(found)
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
        points=tuple(points[:FIRST_ROWS]),
        points_rest=tuple(points[FIRST_ROWS:]),
        details=details(found),
        rate=rate_text(found),
        why=why_part(found, compared),
        what_if=what_if_part(found, frame.base, trial, trial_weights),
        ask=ask,
        ask_more=ask_more,
        outlook=outlook_of(analysis),
        price=price_part(analysis),
        defender=defender_of(found),
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


def _badges(line: CandidateLine) -> tuple[GateBadge, ...]:
    gates = worst_gates(line.line.gates)
    if not gates:
        return (GateBadge("all met", "ok", ""),) if line.line.gates else ()
    if len(gates) == 1:
        return (GateBadge(*GATE[gates[0].state], gates[0].name),)
    states = [gate.state for gate in gates]
    return tuple(
        GateBadge(f"{states.count(state)} {GATE[state][0]}", GATE[state][1], "")
        for state in dict.fromkeys(states)
    )


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
