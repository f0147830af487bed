"""The run of a pilot: stages and guards, vendors' links, the labeling plan."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit import clock, forms, htmx, wording
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write, database
from app.kit.storage import LocalStore
from app.kit.templating import render
from app.kit.ui import Fact
from app.pilots import service as pilots
from app.pilots.frame import base_of
from app.runs import service
from app.runs.models import PilotPart, PilotRun, PilotStage
from app.runs.schemas import LabelingPlanIn, PartLinkIn, PublishIn, RunIn, StageIn
from app.runs.views import run as views

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}", include_in_schema=False)
_MILESTONE = re.compile(
    r"(\d{4}-\d{2}-\d{2})\s+(.+?)(?:\s*\|\s*(\d{4}-\d{2}-\d{2}))?(?:\s*\|\s*round\s+(\d))?"
)
_CLASS_ROWS = 40  # more classes are written in as many steps
_ENDED = (PilotStage.CLOSED, PilotStage.ABORTED)


def _today(found: pilots.PilotAccess) -> date:
    return clock.now().astimezone(ZoneInfo(found.evaluation.time_zone)).date()


def _run(
    session: ReadSession,
    actor: Actor,
    pilot_id: UUID,
    *,
    stage_form: FormState | None = None,
    run_form: FormState | None = None,
    publish_form: FormState | None = None,
    link: str = "",
    link_note: str = "",
) -> views.RunPage:
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    run = service.run_of(session, found.pilot)
    stage = service.stage_of(found.pilot, run)
    today = _today(found)
    return views.RunPage(
        title="Run",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        base=base_of(found.pilot),
        stage=stage.value,
        stage_kind=views.STAGE_KINDS.get(stage, "info"),
        reason=run.reason,
        facts=_facts(session, found, run),
        guards=views.guard_lines(service.checklist(session, found)),
        stages=views.stage_options(stage),
        milestones=_milestones(session, found, run),
        version=run.version,
        parts=_parts(session, found, run, stage),
        versions=views.version_facts(service.instructions_of(session, pilot_id)),
        is_closed=stage in _ENDED,
        nonce=blank().nonce,
        stage_form=stage_form or blank(),
        run_form=run_form or views.run_form(run, service.template_milestones(today)),
        publish_form=publish_form or blank(),
        link=link,
        link_note=link_note,
    )


def _milestones(
    session: ReadSession, found: pilots.PilotAccess, run: PilotRun
) -> tuple[views.MilestoneRow, ...]:
    lines = service.milestone_lines(session, found.pilot, run)
    marked = {at for at, one in enumerate(service.milestones_of(run)) if one.done}
    return views.milestone_rows(lines, marked, base_of(found.pilot), may_mark=found.is_open)


def _facts(session: ReadSession, found: pilots.PilotAccess, run: PilotRun) -> tuple[Fact, ...]:
    zone = found.evaluation.time_zone
    last = service.last_contest_day(found.pilot, run, found.evaluation)
    facts = views.run_facts(run, service.is_late(run, zone), views.contest_words(run, last, zone))
    contests = service.contests_of(session, actor=found.access.actor, pilot_id=found.pilot.id)
    return (*facts, *views.contest_facts(contests, f"{base_of(found.pilot)}/adjudication"))


def _parts(
    session: ReadSession, found: pilots.PilotAccess, run: PilotRun, stage: PilotStage
) -> tuple[views.PartRow, ...]:
    texts = service.instructions_of(session, found.pilot.id)
    newest = texts[0].number if texts else None
    may_send = found.may(Action.EVALUATION_EDIT) and stage not in _ENDED

    def used(part: PilotPart | None) -> int:
        return service.attempts_used(session, run, part) if part else 0

    return tuple(
        views.part_row(one, newest, base_of(found.pilot), (used(one.part), run.attempts), may_send=may_send)
        for one in service.parts_of(session, actor=found.access.actor, pilot_id=found.pilot.id)
    )


@router.get("/run")
def show_run(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """Where the pilot stands, and what is missing."""
    return render(request, _run(session, actor, pilot_id))


@router.post("/run")
def save_run(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Save rounds, attempts, last day and milestones."""
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    with rejecting(request, form, lambda state: _run(session, actor, pilot_id, run_form=state)):
        seen = forms.seen_version(form)
        service.set_run(session, actor=actor, pilot_id=pilot_id, entry=_run_in(form), seen=seen)
    return htmx.redirect(request, f"{base_of(found.pilot)}/run", toast="Saved.")


@router.post("/milestones/{at}")
def mark_milestone(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID, at: int
) -> Response:
    """Mark a milestone as done today, or as open again."""
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    is_done, seen = form.get("done") == "yes", forms.seen_version(form)
    service.mark_milestone(session, actor=actor, pilot_id=pilot_id, at=at, is_done=is_done, seen=seen)
    told = "Marked as done." if is_done else "Open again."
    return htmx.redirect(request, f"{base_of(found.pilot)}/run#milestones", toast=told)


def _run_in(form: FormData) -> RunIn:
    """The frame with one milestone per line. Raises `Invalid` naming every line that is no milestone."""
    raw = {name: values[0] for name, values in forms.text_values(form).items() if values[0]}
    rows, problems = [], []
    for at, line in enumerate(raw.pop("milestones", "").splitlines(), 1):
        found = _MILESTONE.fullmatch(line.strip())
        if line.strip() and found is None:
            told = f"Line {at}: write the day, then the title, such as 2026-12-01 First half | round 1."
            problems.append(Problem("milestones", told))
        elif found is not None:
            rows.append({"day": found[1], "title": found[2], "done": found[3], "round": found[4]})
    plain = ("rounds", "attempts", "deadline", "contest_days")
    known: dict[str, object] = {name: raw[name] for name in plain if name in raw}
    known["shows_gold"] = raw.get("shows_gold") == "yes"
    try:
        entry = RunIn.model_validate({**known, "milestones": rows})
    except ValidationError as failure:
        problems += forms.problems(failure)
    if problems:
        raise Invalid("run.invalid", problems)
    return entry


@router.post("/stage")
def set_stage(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Move to the next stage."""
    with rejecting(request, form, lambda state: _run(session, actor, pilot_id, stage_form=state)):
        entry = forms.parse(StageIn, form)
        row = service.set_stage(session, actor=actor, pilot_id=pilot_id, entry=entry)
    found = pilots.open_pilot(session, actor, pilot_id)
    return htmx.redirect(request, f"{base_of(found.pilot)}/run", toast=f"The pilot is {row.stage.value}.")


@router.post("/publish")
def publish(session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID) -> Response:
    """Publish the labeling plan as the next version of the instructions."""
    with rejecting(request, form, lambda state: _run(session, actor, pilot_id, publish_form=state)):
        entry = forms.parse(PublishIn, form)
        row = service.publish_instructions(session, actor=actor, pilot_id=pilot_id, entry=entry)
    found = pilots.open_pilot(session, actor, pilot_id)
    told = f"Version {row.number} is published; every team confirms it by its link."
    return htmx.redirect(request, f"{base_of(found.pilot)}/run", toast=told)


def _part(
    session: ReadSession, actor: Actor, pilot_id: UUID, candidate_id: UUID, state: FormState
) -> views.PartPage:
    found = pilots.open_pilot(session, actor, pilot_id, Action.EVALUATION_EDIT)
    lines = service.parts_of(session, actor=actor, pilot_id=pilot_id)
    name = next((one.name for one in lines if one.candidate_id == candidate_id), "this vendor")
    log = service.downloads_of(session, actor=actor, pilot_id=pilot_id, candidate_id=candidate_id)
    base = base_of(found.pilot)
    return views.PartPage(
        title=f"Link for {name}",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        form=state,
        action=f"{base}/parts/{candidate_id}",
        back=f"{base}/run",
        log=views.download_facts(log, found.evaluation.time_zone),
    )


@router.get("/parts/{candidate_id}")
def show_part(
    session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, candidate_id: UUID
) -> Response:
    """The form of a vendor's link, and the access log of its pack."""
    return render(request, _part(session, actor, pilot_id, candidate_id, blank({"days": 60})))


@router.post("/parts/{candidate_id}")
def send_part(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID, candidate_id: UUID
) -> Response:
    """Make the link; it is shown this once."""
    with rejecting(request, form, lambda state: _part(session, actor, pilot_id, candidate_id, state)):
        url, until = service.send_part(
            session,
            actor=actor,
            pilot_id=pilot_id,
            candidate_id=candidate_id,
            entry=forms.parse(PartLinkIn, form),
            base_url=request.app.state.settings.public_url,
        )
    found = pilots.open_pilot(session, actor, pilot_id)
    request.state.answer_location = f"{base_of(found.pilot)}/run"
    note = f"It works until {wording.day(until)}, in place of earlier links, and is shown only now."
    return render(request, _run(session, actor, pilot_id, link=url, link_note=note))


@router.post("/parts/{candidate_id}/recall")
def recall_part(
    session: Write, request: Request, actor: CurrentActor, pilot_id: UUID, candidate_id: UUID
) -> Response:
    """Withdraw a vendor's links."""
    service.recall_part(session, actor=actor, pilot_id=pilot_id, candidate_id=candidate_id)
    found = pilots.open_pilot(session, actor, pilot_id)
    return htmx.redirect(request, f"{base_of(found.pilot)}/run", toast="The link is withdrawn.")


def _packed(request: Request, actor: CurrentActor, pilot_id: UUID, candidate_id: UUID) -> service.Pack:
    contents: LocalStore = request.app.state.contents
    return service.pack_of(
        database(request), contents, actor=actor, pilot_id=pilot_id, candidate_id=candidate_id
    )


PackedForLead = Annotated[service.Pack, Depends(_packed)]


@router.post("/parts/{candidate_id}/pack")
def download_pack(pack: PackedForLead, session: Write, actor: CurrentActor) -> Response:
    """A vendor's pack, to look through; logged as every download."""
    service.note_download(session, actor=actor, pack=pack)
    headers = {"Content-Disposition": f'attachment; filename="{pack.name}"', "Cache-Control": "no-store"}
    return Response(pack.content, media_type="application/zip", headers=headers)


def _plan(
    session: ReadSession, actor: Actor, pilot_id: UUID, state: FormState | None
) -> views.LabelingPlanPage:
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    run = service.run_of(session, found.pilot)
    form = state or views.plan_form(service.plan_of(run), run.version)
    base = base_of(found.pilot)
    golds = pilots.golds(session, pilot_id)
    named = min(len(golds[0].classes), _CLASS_ROWS) if golds else 0
    return views.LabelingPlanPage(
        title="Labeling plan",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        form=form,
        action=f"{base}/labeling-plan",
        back=f"{base}/run",
        classes=views.numbered(form, "class", views.CLASS_FIELDS, named),
        examples=views.numbered(form, "example", views.EXAMPLE_FIELDS),
    )


@router.get("/labeling-plan")
def show_plan(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The labeling plan as stored, at first the template's."""
    return render(request, _plan(session, actor, pilot_id, None))


@router.post("/labeling-plan")
def save_plan(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Save the labeling plan."""
    with rejecting(request, form, lambda state: _plan(session, actor, pilot_id, state)):
        seen = forms.seen_version(form)
        service.set_plan(session, actor=actor, pilot_id=pilot_id, entry=_plan_in(form), seen=seen)
    found = pilots.open_pilot(session, actor, pilot_id)
    told = "Saved. Vendors see it once it is published."
    return htmx.redirect(request, f"{base_of(found.pilot)}/run", toast=told)


def _plan_in(form: FormData) -> LabelingPlanIn:
    """The plan from its fields and numbered rows. Raises `Invalid` at the numbered fields."""
    raw = {name: values[0] for name, values in forms.text_values(form).items()}
    classes, class_at = _rows(raw, "class", views.CLASS_FIELDS)
    examples, example_at = _rows(raw, "example", views.EXAMPLE_FIELDS)
    plain = set(LabelingPlanIn.model_fields) - {"ontology", "examples", "planted"}
    planted = [line.strip() for line in raw.get("planted", "").splitlines() if line.strip()]
    entry = {name: raw[name] for name in plain if raw.get(name)}
    try:
        return LabelingPlanIn.model_validate(
            {**entry, "ontology": classes, "examples": examples, "planted": planted}
        )
    except ValidationError as failure:
        places = {"ontology": ("class", class_at), "examples": ("example", example_at)}
        told = [_placed(one, places) for one in forms.problems(failure)]
        raise Invalid("plan.invalid", told) from None


def _rows(
    raw: Mapping[str, str], prefix: str, fields: tuple[str, ...]
) -> tuple[list[dict[str, str]], list[int]]:
    numbers = {
        int(name.rpartition("_")[2])
        for name in raw
        if name.startswith(f"{prefix}_")
        and name.rpartition("_")[2].isascii()
        and name.rpartition("_")[2].isdigit()
    }
    rows, places = [], []
    for at in sorted(numbers):
        one = {name: raw.get(f"{prefix}_{name}_{at}", "") for name in fields}
        if any(one.values()):
            rows.append(one)
            places.append(at)
    return rows, places


def _placed(problem: Problem, places: Mapping[str, tuple[str, list[int]]]) -> Problem:
    head, _, rest = problem.where.partition("[")
    if head not in places or not rest:
        return problem
    number, _, name = rest.partition("]")
    prefix, at = places[head]
    field = name.lstrip(".") or ("name" if prefix == "class" else "right")
    return Problem(f"{prefix}_{field}_{at[int(number)]}", problem.message)
