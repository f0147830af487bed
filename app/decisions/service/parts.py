"""From the engines' values to the parts of a record; the analysis knows candidates by name, a record by id."""

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any
from uuid import UUID

from app.assessment.service import CandidateLine, EvaluationAnalysis
from app.core.scoring import Analysis, lead_of, why
from app.decisions.schemas.record import (
    Entrant,
    Gate,
    GateMark,
    GroupName,
    GroupPart,
    Lead,
    Measured,
    PairMark,
    PilotPart,
    RankLine,
    Result,
    Turn,
)
from app.evaluations.service import CandidateView
from app.pilots.service import CandidateResult, PilotComparison

_LONG = re.compile(r"\d+\.\d{5,}")
_FOUR = Decimal("0.0001")
ENOUGH = 30  # gold objects from which a class can be called the weakest


def result_part(found: EvaluationAnalysis, selected: UUID | None) -> Result:
    """The ranking; `selected` is whom the difference explains, against the best other one."""
    analysis, rate = found.analysis, found.analysis.exchange_rate
    names = group_names(analysis)
    ids = {line.name: str(line.id) for line in found.candidates}
    return Result(
        scorecard=f"{found.pin.name}, version {found.pin.number}",
        scorecard_digest=analysis.scorecard_digest,
        engine=analysis.engine,
        draws=analysis.draws,
        seed=analysis.seed,
        concentration=analysis.settings.concentration,
        verdict=analysis.verdict,
        order=analysis.order,
        leader=ids[analysis.leader] if analysis.leader else None,
        groups=tuple(
            GroupName(id=key, name=names[key], weight=weight)
            for key, weight in analysis.group_weights.items()
        ),
        lines=tuple(_rank_line(one) for one in found.candidates),
        turns=tuple(
            Turn(
                group=one.what,
                now=one.weight_now,
                at=one.weight_at_change,
                leader_after=ids[one.leader_after],
            )
            for one in analysis.group_crossovers
        ),
        lead=_lead(found, selected),
        point_worth=rate.amount if rate else None,
        point_currency=rate.currency if rate else None,
        warnings=analysis.warnings,
    )


def group_names(analysis: Analysis) -> dict[str, str]:
    """Group id -> its name in the scorecard, else the id in words."""
    return {group.id: named(group.docs, group.id) for group in analysis.scorecard.groups}


def named(docs: Mapping[str, Any], key: str) -> str:
    """The name a scorecard's author gave, else the id in words."""
    return str(docs.get("name") or key.replace("_", " ").capitalize())


def _rank_line(one: CandidateLine) -> RankLine:
    line = one.line
    first = line.rank_acceptability[0] if line.rank_acceptability else None
    return RankLine(
        candidate=str(one.id),
        status=line.status,
        reason=readable(line.reason or ""),
        low=line.low,
        total=line.total,
        high=line.high,
        rank=line.rank,
        coverage=line.coverage,
        first_share=first,
        groups={
            key: GroupPart(low=score.low, mid=score.mid, high=score.high, contribution=score.contribution)
            for key, score in line.groups.items()
        },
    )


def _lead(found: EvaluationAnalysis, selected: UUID | None) -> Lead | None:
    scored = [one for one in found.candidates if one.line.rank is not None]
    ours = next((one for one in scored if one.id == selected), None)
    other = next((one for one in scored if one.id != selected), None)
    if ours is None or other is None:
        return None
    difference = why(found.analysis, ours.name, other.name)
    first = lead_of(found.analysis)
    priced = first is not None and first.dearer is not None
    told = first if first and priced and (first.leader, first.second) == (ours.name, other.name) else None
    return Lead(
        over=str(other.id),
        gap=difference.gap,
        groups=dict(difference.groups),
        elsewhere=told.elsewhere if told else None,
        worth=told.worth if told else None,
    )


def gate_part(found: EvaluationAnalysis) -> tuple[Gate, ...]:
    """Every must-have that applies to anybody, with each candidate's state."""
    gates: dict[str, tuple[str, list[GateMark]]] = {}
    for one in found.candidates:
        for outcome in one.line.gates:
            _, marks = gates.setdefault(outcome.id, (outcome.name, []))
            marks.append(
                GateMark(
                    candidate=str(one.id),
                    state=outcome.state,
                    reason=readable(outcome.reason),
                    until=outcome.waiver.until if outcome.waiver else None,
                )
            )
    return tuple(Gate(id=key, name=name, marks=tuple(marks)) for key, (name, marks) in gates.items())


def readable(text: str) -> str:
    """An engine's sentence with its figures cut to four decimals."""
    return _LONG.sub(lambda found: f"{Decimal(found[0]).quantize(_FOUR, ROUND_DOWN)}", text)


def pilot_part(found: PilotComparison) -> PilotPart:
    """What the pilot measured, candidates by id."""
    ids = {one.code: str(one.candidate_id) for one in found.candidates}
    return PilotPart(
        name=found.metric_name,
        task=found.task,
        metric=found.metric,
        iou=found.iou,
        items=found.items,
        gold_labels=found.gold_labels,
        gold=found.gold,
        floor=found.floor,
        least_difference=found.minimum_detectable_difference,
        lines=tuple(_measured(found, one) for one in found.candidates),
        pairs=tuple(
            PairMark(a=ids[one.a], b=ids[one.b], value=one.value, distinguishable=one.distinguishable)
            for one in found.pairs
        ),
        warnings=tuple(_with_names(text, found) for text in found.warnings),
        digest=found.digest,
        lower_is_better=found.lower_is_better,
    )


def _with_names(text: str, found: PilotComparison) -> str:
    for one in found.candidates:
        text = text.replace(one.code, one.name)
    return text


def _measured(found: PilotComparison, one: CandidateResult) -> Measured:
    figure = one.metrics[found.metric]
    large = [
        (score.f1, name, score.gold)
        for name, score in one.by_class.items()
        if score.f1 is not None and score.gold >= ENOUGH
    ]
    value, name, count = min(large) if len(large) > 1 else (None, "", None)
    return Measured(
        candidate=str(one.candidate_id),
        name=one.name,
        items=one.items,
        missing=one.missing,
        annotators=one.annotators,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        low_general=figure.low_general,
        high_general=figure.high_general,
        seconds=one.pace.seconds_per_label if one.pace else None,
        per_day=one.pace.per_day if one.pace else None,
        weakest=name,
        weakest_value=value,
        weakest_count=count,
    )


def entrants(views: Sequence[CandidateView]) -> tuple[Entrant, ...]:
    """Who takes part."""
    return tuple(
        Entrant(id=str(view.candidate.id), name=view.name, in_house=view.is_in_house) for view in views
    )
