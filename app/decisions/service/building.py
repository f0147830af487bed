"""The record of a memo: what the evaluation says today, joined with the recommendation."""

from datetime import date
from zoneinfo import ZoneInfo

from app.audit import service as audit
from app.decisions.models import Decision
from app.decisions.schemas.entries import ConditionIn, NextStepIn, RiskIn
from app.decisions.schemas.record import About, Asked, Controls, Record
from app.decisions.service.access import Opened
from app.decisions.service.controls import controls_of, panel_notes
from app.decisions.service.parts import entrants, gate_part, pilot_part, result_part
from app.decisions.service.sources import Sources, gather
from app.evaluations.models import Evaluation
from app.evaluations.schemas import NeedIn
from app.kit import clock, library, wording
from app.kit.db import ReadSession


def build_record(session: ReadSession, opened: Opened, *, version: int, recommended_by: str) -> Record:
    """Everything the memo of a recommendation shows, as of now. Names, codes and prices are all in it: who shows
    it to somebody checks what that person may see."""
    row, evaluation = opened.decision, opened.access.evaluation
    sources = gather(session, evaluation)
    analysis = sources.analysis
    built = Record(
        made_at=clock.now(),
        day=analysis.day if analysis else today_of(evaluation),
        about=_about(evaluation, sources.need),
        controls=_controls(evaluation, sources),
        asked=_asked(row, version, recommended_by),
        candidates=entrants(sources.views),
        result=result_part(analysis, row.selected_id) if analysis else None,
        missing=sources.missing,
        gates=gate_part(analysis) if analysis else (),
        money=sources.money,
        pilot=pilot_part(sources.pilot) if sources.pilot else None,
        inputs=sources.digest(),
        audit_head=audit.head(session),
    )
    return Record.model_validate(built.model_dump())  # every default is told too


def today_of(evaluation: Evaluation) -> date:
    """Today in the evaluation's time zone."""
    return clock.now().astimezone(ZoneInfo(evaluation.time_zone)).date()


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
    on, off = controls_of(evaluation.governance, sources.analysis)
    return Controls(profile=evaluation.governance.value, on=on, off=off, notes=panel_notes(sources.analysis))


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
