"""The pilot's page, its plan, criteria and offers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import Governance, StepName
from app.evaluations.service import Access
from app.files import service as files
from app.files.service import Subject
from app.kit import forms, htmx, wording
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Fact, Toast
from app.pilots import queries, service
from app.pilots.frame import base_of
from app.pilots.models import DraftState, Pilot, PilotState, PilotTask
from app.pilots.schemas import BY_CLASS, METRICS, POINTS, REVIEWED, UNITS, CriteriaIn, PilotIn
from app.pilots.views import plan as views
from app.pilots.views.sizes import sizes

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot", include_in_schema=False)


@router.get("")
def show_newest(session: Read, request: Request, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The newest pilot of the evaluation, or how to begin."""
    access = evaluations.open_evaluation(session, actor, evaluation_id)
    found = service.pilots_of(session, actor=actor, evaluation_id=evaluation_id)
    return render(request, _page(session, actor, access, found[0] if found else None))


@router.get("/new")
def new_plan(session: Read, request: Request, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The empty plan, with what the need says."""
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.PILOT_EDIT)
    need = evaluations.need_of(access.evaluation)
    values = {"iou": "0.5", "seed": "0", "currency": need.currency, "data_class": need.pilot_data_class}
    return render(request, _form(session, access, None, blank({"task": "boxes", **values})))


@router.post("/new")
def create(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Plan the pilot."""
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.PILOT_EDIT)
    with rejecting(request, form, lambda state: _form(session, access, None, state)):
        entry = forms.parse(PilotIn, form)
        row = service.create_pilot(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return htmx.redirect(request, base_of(row), toast="Pilot planned. Upload the gold next.")


@router.get("/{pilot_id}")
def show(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """One pilot."""
    found = service.open_pilot(session, actor, pilot_id)
    return render(request, _page(session, actor, found.access, found.pilot))


@router.get("/{pilot_id}/edit")
def edit_plan(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The plan as stored."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    row = found.pilot
    values = row.model_dump(include={"task", "goal", "data_class", "currency", "seed"})
    state = blank({**values, "iou": f"{row.iou / 10_000:g}"}, version=row.version)
    return render(request, _form(session, found.access, row, state))


@router.post("/{pilot_id}/edit")
def save_plan(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Save the plan."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    with rejecting(request, form, lambda state: _form(session, found.access, found.pilot, state)):
        entry = forms.parse(PilotIn, form)
        row = service.edit_pilot(
            session, actor=actor, pilot_id=pilot_id, entry=entry, seen=forms.seen_version(form)
        )
    return htmx.redirect(request, base_of(row), toast="Plan saved.")


def _form(session: ReadSession, access: Access, row: Pilot | None, state: FormState) -> views.PlanFormPage:
    start = f"/evaluations/{access.evaluation.id}/pilot"
    return views.PlanFormPage(
        title="Edit the plan" if row else "Plan the pilot",
        frame=evaluation_frame(session, access, StepName.PILOT),
        form=state,
        action=f"{base_of(row)}/edit" if row else f"{start}/new",
        back=base_of(row) if row else start,
        tasks=views.TASKS,
        data_classes=views.data_classes(),
        sizes=sizes(len(evaluations.candidates_of(session, access.evaluation.id, with_out=False))),
        submit="Save plan" if row else "Plan pilot",
    )


@router.get("/{pilot_id}/criteria")
def show_criteria(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """What must be reached, as stored."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    return render(request, _criteria(session, found, views.criteria_form(found.pilot)))


@router.post("/{pilot_id}/criteria")
def save_criteria(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Save, and lock where asked."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    with rejecting(request, form, lambda state: _criteria(session, found, state)):
        entry = _criteria_in(form, found.pilot)
        seen = forms.seen_version(form)
        row = service.set_criteria(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen)
    told = "Criteria locked." if row.criteria_locked_at else "Criteria saved."
    return htmx.redirect(request, base_of(row), toast=told)


def _criteria_in(form: FormData, pilot: Pilot) -> CriteriaIn:
    """The fields `target_…` and `floor_…` as promises. Raises `Invalid` at each that is no share."""
    problems, criteria = [], []
    for metric in {**METRICS[pilot.task], **REVIEWED}:
        bounds: dict[str, float | None] = {}
        for of in ("target", "floor"):
            name = views.field_name(of, metric)
            text = str(form.get(name) or "").strip().replace(",", ".")
            try:
                bounds[of] = float(text) if text else None
            except ValueError:
                bounds[of] = -1.0
            value = bounds[of]
            most = 100 if metric in POINTS else 1
            if value is not None and not 0 <= value <= most:
                told = (
                    "points from 0 to 100, such as 60"
                    if metric in POINTS
                    else "a share from 0 to 1, such as 0.9"
                )
                problems.append(Problem(name, f"Type {told}."))
        criteria.append({"metric": metric, **bounds})
    floors, wrong = _class_floors(str(form.get("classes") or ""))
    criteria += floors
    problems += wrong
    if problems:
        raise Invalid("pilot.criteria", problems)
    return CriteriaIn.model_validate({"criteria": criteria, "lock": form.get("lock") == "yes"})


def _class_floors(text: str) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Lines such as `price tag = 0.85` as floors of single classes, and what is no such line."""
    floors, problems = [], []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        label, sign, bound = (part.strip() for part in line.rpartition("="))
        try:
            value = float(bound.replace(",", "."))
        except ValueError:
            value = -1.0
        if not sign or not label or not 0 <= value <= 1:
            message = f"“{line[:60]}”: write a class, = and a share from 0 to 1: price tag = 0.85."
            problems.append(Problem("classes", message))
        floors.append({"metric": BY_CLASS, "label": label, "floor": value})
    return floors, problems


def _criteria(session: ReadSession, found: service.PilotAccess, state: FormState) -> views.CriteriaPage:
    return views.CriteriaPage(
        title="Criteria",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        form=state,
        action=f"{base_of(found.pilot)}/criteria",
        back=base_of(found.pilot),
        fields=views.criteria_fields(found.pilot),
        has_classes=BY_CLASS in METRICS[found.pilot.task],
    )


@router.post("/{pilot_id}/close")
def close(session: Write, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """End the pilot."""
    row = service.close_pilot(session, actor=actor, pilot_id=pilot_id)
    undo = Toast("Pilot closed.", undo_url=f"{base_of(row)}/reopen", undo_label="Reopen")
    return htmx.redirect(request, base_of(row), toast=undo)


@router.post("/{pilot_id}/reopen")
def reopen(session: Write, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """Take the pilot up again."""
    row = service.reopen_pilot(session, actor=actor, pilot_id=pilot_id)
    return htmx.redirect(request, base_of(row), toast="Pilot reopened.")


def _page(session: ReadSession, actor: Actor, access: Access, row: Pilot | None) -> views.PilotPage:
    start = f"/evaluations/{access.evaluation.id}/pilot"
    frame = evaluation_frame(session, access, StepName.PILOT)
    may_edit = access.may(Action.PILOT_EDIT)
    if row is None:
        return views.PilotPage(
            title="Pilot", frame=frame, base=start, new_href=f"{start}/new", is_planned=False, state="",
            state_kind="", facts=(), criteria=(), criteria_note="", is_listed=False, golds=(), under_way=(),
            participants=(), samples=(), others=(), results_href="", is_closed=False, may_edit=may_edit,
            nonce="", warning="", panel=None,
        )  # fmt: skip
    found = service.open_pilot(session, actor, row.id)
    golds = queries.golds(session, row.id)
    lacking = service.missing_agreements(session, row)
    locked = row.criteria_locked_at
    return views.PilotPage(
        title="Pilot",
        frame=frame,
        base=base_of(row),
        new_href=f"{start}/new",
        is_planned=True,
        state=row.state.value,
        state_kind=views.STATE_KINDS[row.state],
        facts=views.plan_facts(row),
        criteria=views.criteria_facts(row),
        criteria_note=f"Locked {wording.moment(locked, access.evaluation.time_zone)}." if locked else "",
        is_listed=row.task is PilotTask.REVIEW_ONLY,
        golds=views.gold_rows(golds, UNITS[row.task], base_of(row), may_edit=may_edit, is_open=found.is_open),
        under_way=_under_way(session, row) if may_edit else (),
        participants=_participants(session, found, lacking, may_edit=may_edit),
        samples=views.sample_links(row.task),
        others=views.others(row, queries.pilots(session, row.evaluation_id)),
        results_href=f"{base_of(row)}/results" if golds else "",
        is_closed=row.state is PilotState.CLOSED,
        may_edit=may_edit,
        nonce=blank().nonce,
        warning=_warning(found, bool(lacking)),
        panel=files.notes_and_files(
            session, actor=actor, subject=Subject("pilot", row.id), return_to=base_of(row)
        ),
    )


def _under_way(session: ReadSession, row: Pilot) -> tuple[Fact, ...]:
    """What leads to the gold: the items that are given out, and label sets of our own that are compared."""
    base, out = base_of(row), []
    if listed := queries.items_file(session, row.id):
        told = ", ".join(f"{wording.number(count)} {role}" for role, count in listed.roles.items() if count)
        count = f"{wording.number(listed.items)} {wording.plural('item', listed.items)}"
        out.append(Fact("Item list", f"version {listed.number}", f"{count}: {told}", f"{base}/items"))
    for draft in queries.drafts(session, row.id):
        if draft.state is DraftState.OPEN:
            decided = len(queries.choices(session, draft.id))
            told = f"{wording.number(decided)} of {wording.number(draft.disputed)} disputes decided"
            out.append(Fact("Own label sets", "go on", told, f"{base}/gold-sets/{draft.id}"))
    return tuple(out)


def _participants(
    session: ReadSession,
    found: service.PilotAccess,
    lacking: Mapping[UUID, tuple[str, ...]],
    *,
    may_edit: bool,
) -> tuple[views.ParticipantRow, ...]:
    row = found.pilot

    deliveries = queries.all_deliveries(session, row.id)
    offers = {one.candidate_id: one for one in queries.all_offers(session, row.id)}
    return tuple(
        views.participant_row(
            found,
            view,
            [one for one in deliveries if one.candidate_id == view.candidate.id],
            () if found.is_blind else lacking.get(view.candidate.id, ()),
            offers.get(view.candidate.id),
            base_of(row),
            may_edit=may_edit and row.state is not PilotState.CLOSED,
        )
        for view in service.participants(session, row)
    )


def _warning(found: service.PilotAccess, is_lacking: bool) -> str:
    if not is_lacking or found.is_blind:
        return ""
    data = views.data_class_name(found.pilot.data_class)
    if found.evaluation.governance is Governance.FORMAL:
        return f"No delivery is taken before the agreements for this data ({data}) are signed; see below."
    return f"Not everybody has signed what this data needs ({data}); no real data should leave before."
