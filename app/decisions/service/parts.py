"""From the engines' values to the parts of a record; nothing is computed here but sums the record prints."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import get_currency_precision

from app.core.scoring import Analysis, CandidateResult, why
from app.decisions.schemas.record import (
    Entrant,
    Gate,
    GateMark,
    GroupName,
    GroupPart,
    Lead,
    Measured,
    MoneyLine,
    MoneyTable,
    PairMark,
    PilotPart,
    RankLine,
    Result,
    Turn,
)
from app.evaluations.schemas import NeedIn
from app.evaluations.service import CandidateView
from app.pilots.service import CandidateResult as PilotLine
from app.pilots.service import PilotComparison

ENOUGH = 30  # gold objects from which a class can be called the weakest


def result_part(analysis: Analysis, scorecard: str, selected: str | None) -> Result:
    """The ranking; `selected` is whom the difference explains, against the best other one."""
    names = group_names(analysis)
    rate = analysis.exchange_rate
    return Result(
        scorecard=scorecard,
        scorecard_digest=analysis.scorecard_digest,
        engine=analysis.engine,
        draws=analysis.draws,
        seed=analysis.seed,
        concentration=analysis.settings.concentration,
        verdict=analysis.verdict,
        order=analysis.order,
        leader=analysis.leader,
        groups=tuple(
            GroupName(id=key, name=names[key], weight=weight)
            for key, weight in analysis.group_weights.items()
        ),
        lines=tuple(_rank_line(line) for line in analysis.candidates),
        turns=tuple(
            Turn(group=one.what, now=one.weight_now, at=one.weight_at_change, leader_after=one.leader_after)
            for one in analysis.group_crossovers
        ),
        lead=_lead(analysis, selected),
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


def _rank_line(line: CandidateResult) -> RankLine:
    first = line.rank_acceptability[0] if line.rank_acceptability else None
    return RankLine(
        candidate=line.id,
        status=line.status,
        reason=line.reason or "",
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


def _lead(analysis: Analysis, selected: str | None) -> Lead | None:
    scored = [line.id for line in analysis.candidates if line.rank is not None]
    others = [key for key in scored if key != selected]
    if selected not in scored or not others:
        return None
    found = why(analysis, selected, others[0])
    return Lead(over=others[0], gap=found.gap, groups=dict(found.groups))


def gate_part(analysis: Analysis) -> tuple[Gate, ...]:
    """Every must-have that applies to anybody, with each candidate's state."""
    gates: dict[str, tuple[str, list[GateMark]]] = {}
    for line in analysis.candidates:
        for outcome in line.gates:
            _, marks = gates.setdefault(outcome.id, (outcome.name, []))
            marks.append(
                GateMark(
                    candidate=line.id,
                    state=outcome.state,
                    reason=outcome.reason,
                    until=outcome.waiver.until if outcome.waiver else None,
                )
            )
    return tuple(Gate(id=key, name=name, marks=tuple(marks)) for key, (name, marks) in gates.items())


def pilot_part(found: PilotComparison) -> PilotPart:
    """What the pilot measured, candidates by id."""
    ids = {one.code: str(one.candidate_id) for one in found.candidates}
    return PilotPart(
        name=found.metric_name,
        task=found.task,
        metric=found.metric,
        iou=found.iou,
        items=found.items,
        floor=found.floor,
        least_difference=found.minimum_detectable_difference,
        lines=tuple(_measured(found, one) for one in found.candidates),
        pairs=tuple(
            PairMark(a=ids[one.a], b=ids[one.b], value=one.value, distinguishable=one.distinguishable)
            for one in found.pairs
        ),
        warnings=tuple(_with_names(text, found) for text in found.warnings),
        digest=found.digest,
    )


def _with_names(text: str, found: PilotComparison) -> str:
    for one in found.candidates:
        text = text.replace(one.code, one.name)
    return text


def _measured(found: PilotComparison, one: PilotLine) -> Measured:
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
        seconds=one.pace.seconds_per_item if one.pace else None,
        weakest=name,
        weakest_value=value,
        weakest_count=count,
    )


def money_part(
    views: Sequence[CandidateView], need: NeedIn, analysis: Analysis | None, found: PilotComparison | None
) -> MoneyTable | None:
    """Cost a year at the need's three volumes: from the offer of the pilot, else the scored price per label times
    the volume; None when no candidate has a price."""
    currency = found.currency if found else need.currency
    lines = [_money_line(view, need, analysis, found, currency) for view in views if not view.is_out]
    if not any(line.totals[1] is not None or line.note for line in lines):
        return None
    return MoneyTable(currency=currency, lines=tuple(lines))


def _money_line(
    view: CandidateView,
    need: NeedIn,
    analysis: Analysis | None,
    found: PilotComparison | None,
    currency: str,
) -> MoneyLine:
    key = str(view.candidate.id)
    measured = next((one for one in found.candidates if str(one.candidate_id) == key), None) if found else None
    if measured is not None and measured.costs:
        low, expected, high = measured.costs
        return MoneyLine(
            candidate=key,
            totals=(low.total, expected.total, high.total),
            fixed=expected.fixed,
            per_accepted=expected.per_accepted,
            pay_per_hour=expected.pay_per_hour,
            note="",
        )
    price = _scored_price(analysis, key, currency)
    if price is not None and need.volume:
        low_total, mid_total, high_total = (round(price * volume) for volume in need.volumes)
        totals = (low_total, mid_total, high_total)
        note = "price per accepted label times the volume; no offer with its lines is on file"
        return MoneyLine(
            candidate=key, totals=totals, fixed=None, per_accepted=price, pay_per_hour=None, note=note
        )
    note = measured.price_note if measured else ""
    return MoneyLine(
        candidate=key, totals=(None, None, None), fixed=None, per_accepted=None, pay_per_hour=None, note=note
    )


def _scored_price(analysis: Analysis | None, key: str, currency: str) -> float | None:
    """The price per label that was scored, in minor units; None when it is unknown or in another currency."""
    if analysis is None or analysis.scorecard.price is None:
        return None
    line = next((one for one in analysis.candidates if one.id == key), None)
    value = line.cells[analysis.scorecard.price.id].natural if line else None
    scale: Any = analysis.scorecard.price.scale
    if isinstance(value, bool) or not isinstance(value, int | float) or scale.currency not in (None, currency):
        return None
    return float(value * 10 ** get_currency_precision(currency))


def entrants(views: Sequence[CandidateView]) -> tuple[Entrant, ...]:
    """Who takes part."""
    return tuple(
        Entrant(id=str(view.candidate.id), name=view.name, in_house=view.is_in_house)
        for view in views
        if not view.is_out
    )
