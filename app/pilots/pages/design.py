"""How large a pilot is to be, and what its strata weigh in production."""

import math
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit import forms, htmx
from app.kit.actors import CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting, seen_version
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Fact, FieldError
from app.pilots import service
from app.pilots.frame import base_of
from app.pilots.schemas import MixIn, SizingIn
from app.pilots.service import design
from app.pilots.views import design as views

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}", include_in_schema=False)
_FIELDS = tuple(SizingIn.model_fields)


@router.get("/size")
def show_size(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The planner, with the assumptions of the address, else with those that were kept."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    people = max(2, len(evaluations.candidates_of(session, found.evaluation.id, with_out=False)))
    values: dict[str, Any] = {**SizingIn(vendors=min(people, 30)).model_dump(), **found.pilot.sizing}
    given = {name: request.query_params[name] for name in _FIELDS if request.query_params.get(name)}
    values = {name: given.get(name, values[name]) for name in _FIELDS}
    try:
        entry = SizingIn.model_validate(values)
        plan, fault = design.planned(entry), None
        told = (views.size_sentence(plan, entry), views.size_facts(plan))
    except (ValidationError, Invalid) as failure:
        told, fault = ("", ()), failure
    state = blank(values, version=found.pilot.version)
    if fault is not None:
        state = FormState(
            raw={name: (str(value),) for name, value in values.items()},
            errors=tuple(FieldError(one.where, one.message) for one in forms.problems(fault)),
            version=str(found.pilot.version),
        )
    return render(request, _size_page(session, found, state, *told))


def _size_page(
    session: ReadSession,
    found: service.PilotAccess,
    state: FormState,
    sentence: str = "",
    facts: tuple[Fact, ...] = (),
) -> views.SizePage:
    base = base_of(found.pilot)
    return views.SizePage(
        title="How many items",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        form=state,
        path=f"{base}/size",
        back=base,
        sentence=sentence,
        facts=facts,
        take=f"{base}/size" if facts and found.is_open else "",
    )


@router.post("/size")
def take_size(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Take the number over into the plan."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    with rejecting(request, form, lambda state: _size_page(session, found, state)):
        entry = forms.parse(SizingIn, form)
        row = design.set_sizing(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen_version(form))
    return htmx.redirect(request, base_of(row), toast=f"The plan says {row.sizing['items']} items.")


@router.get("/mix")
def show_mix(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """What strata weigh in production, as stored."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    names = design.mix_names(session, found.pilot)
    state = blank({"mix": views.mix_text(found.pilot, names)}, version=found.pilot.version)
    return render(request, _mix_page(session, found, state))


@router.post("/mix")
def save_mix(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Save the mix; everything is compared again."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    with rejecting(request, form, lambda state: _mix_page(session, found, state)):
        entry = _mix_in(str(form.get("mix") or ""))
        row = design.set_mix(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen_version(form))
    told = "The figures are computed again at this mix." if row.mix else "The mix is as in the pilot."
    return htmx.redirect(request, base_of(row), toast=told)


def _mix_in(text: str) -> MixIn:
    """Lines such as `night = 30`; lines without a weight are left out. Raises `Invalid` for every other one."""
    mix, problems = {}, []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        name, sign, weight = (part.strip() for part in line.rpartition("="))
        if sign and name and not weight:
            continue
        try:
            value = float(weight.removesuffix("%").replace(",", "."))
        except ValueError:
            value = math.nan
        if not (sign and name and math.isfinite(value) and value >= 0):
            problems.append(Problem("mix", f"“{line[:60]}”: write a stratum, = and its weight: night = 30."))
        elif name in mix:
            problems.append(Problem("mix", f"“{name[:60]}” stands twice; keep one."))
        mix[name] = value
    if problems:
        raise Invalid("pilot.mix", problems)
    return MixIn.model_validate({"mix": mix})


def _mix_page(session: ReadSession, found: service.PilotAccess, state: FormState) -> views.MixPage:
    base = base_of(found.pilot)
    return views.MixPage(
        title="Production mix",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        form=state,
        action=f"{base}/mix",
        back=base,
        names=design.mix_names(session, found.pilot),
    )
