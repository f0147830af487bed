"""The record of a memo: what the evaluation says today, joined with the recommendation."""

from datetime import datetime

from app.audit import service as audit
from app.decisions.models import Decision
from app.decisions.schemas.entries import ConditionIn, NextStepIn, RiskIn
from app.decisions.schemas.record import About, Asked, Controls, Record
from app.decisions.service.access import Opened
from app.decisions.service.controls import controls_of
from app.decisions.service.parts import entrants, gate_part, pilot_part, result_part
from app.decisions.service.sources import Sources, gather
from app.evaluations.models import Evaluation
from app.evaluations.schemas import NeedIn
from app.kit import clock, library, wording
from app.kit.db import ReadSession


def build_record(
    session: ReadSession, opened: Opened, *, version: int, recommended_by: str, at: datetime | None = None
) -> Record:
    """Everything the memo of a recommendation shows, as of now. Names, codes and prices are all in it: who shows
    it to somebody checks what that person may see."""
    row, evaluation = opened.decision, opened.access.evaluation
    sources = gather(session, evaluation)
    selected = str(row.selected_id) if row.selected_id else None
    analysis = sources.analysis
    return Record(
        made_at=at or clock.now(),
        about=_about(evaluation, sources.need),
        controls=_controls(evaluation, sources),
        asked=_asked(row, version, recommended_by),
        candidates=entrants(sources.views),
        result=result_part(analysis, sources.scorecard, selected) if analysis else None,
        gates=gate_part(analysis) if analysis else (),
        money=sources.money,
        pilot=pilot_part(sources.pilot) if sources.pilot else None,
        inputs=sources.digest(),
        audit_head=audit.head(session),
    )


def _about(evaluation: Evaluation, need: NeedIn) -> About:
    classes = library.taxonomy().data_classes
    production, pilot = classes.get(need.production_data_class), classes.get(need.pilot_data_class)
    data = production.name if production else ""
    if pilot and pilot is not production:
        data += f"; pilot on {pilot.name}"
    volume = f"{wording.compact(need.volume)} {wording.plural(need.unit, need.volume)} a year"
    return About(
        evaluation_id=evaluation.id,
        label=evaluation.label,
        name=evaluation.name,
        is_demo=evaluation.is_demo,
        decide_by=evaluation.decide_by,
        need=volume if need.volume else "",
        data=data if evaluation.need else "",
        unit=need.unit,
        volumes=need.volumes,
        currency=need.currency,
        budget=need.budget,
    )


def _controls(evaluation: Evaluation, sources: Sources) -> Controls:
    on, off = controls_of(evaluation.governance, sources)
    return Controls(profile=evaluation.governance.value, on=on, off=off, notes=sources.notes)


def _asked(row: Decision, version: int, recommended_by: str) -> Asked:
    return Asked(
        number=row.number,
        version=version,
        selected=str(row.selected_id) if row.selected_id else "",
        reserve=str(row.reserve_id) if row.reserve_id else None,
        reserve_until=row.reserve_until,
        amount=row.amount,
        currency=row.currency,
        months=row.months,
        recommended_by=recommended_by,
        give_up=tuple(row.give_up),
        risks=tuple(RiskIn.model_validate(one) for one in row.risks),
        dissent=tuple(row.dissent),
        next_steps=tuple(NextStepIn.model_validate(one) for one in row.next_steps),
        conditions=tuple(ConditionIn.model_validate(one) for one in row.conditions),
    )


def preview_record(session: ReadSession, opened: Opened) -> Record:
    """The record as it would be frozen now, for the draft's preview."""
    return build_record(session, opened, version=0, recommended_by="")
