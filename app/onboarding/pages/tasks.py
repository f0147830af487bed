"""The pages of tasks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.errors import Invalid
from app.core.permissions import Action
from app.kit import forms, htmx
from app.kit.actors import CurrentActor
from app.kit.forms import rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Toast
from app.onboarding import queries, service, views
from app.onboarding.pages.common import board, place_of, place_of_task, task_page
from app.onboarding.schemas import AssignIn, TaskEditIn, TaskIn, TaskStateIn, WaiveIn
from app.onboarding.service import TaskChange
from app.onboarding.views.words import STATES

router = APIRouter(include_in_schema=False)


@router.get("/tasks/{task_id}")
def show_task(
    request: Request,
    session: Read,
    actor: CurrentActor,
    task_id: UUID,
    wanted: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """One task."""
    return render(request, task_page(session, actor, task_id, wanted=wanted))


@router.post("/tasks/{task_id}/state")
def set_task_state(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, task_id: UUID
) -> Response:
    """Say where a task stands, from its page or from a button of the board."""
    _, place = place_of_task(session, actor, task_id)
    seen, in_board = forms.seen_version(form), form.get("back") == "board"
    with rejecting(request, form, lambda state: task_page(session, actor, task_id, form=state)):
        entry = forms.parse(TaskStateIn, form)
        if not in_board:
            texts = forms.text_values(form)
            entry = entry.model_copy(update={"evidence": (texts.get("evidence") or ("",))[0]})
        try:
            change = service.set_task_state(session, actor=actor, task_id=task_id, entry=entry, seen=seen)
        except Invalid as failure:
            if not in_board:
                raise
            toast = Toast(failure.problems[0].message, "warn")
            return htmx.redirect(request, f"/tasks/{task_id}?wanted={entry.state}", toast=toast)
    if not in_board:
        return htmx.redirect(request, place.here, toast=_told(change))
    if not htmx.is_htmx(request):
        return htmx.redirect(request, place.here, toast=_told(change))
    request.state.answer_status, request.state.answer_location = 303, place.here
    show = str(form.get("show") or "")
    again = place_of(session, actor, place.found.onboarding.id)
    return render(request, board(session, again, show=show, toasts=(_told(change),)))


def _told(change: TaskChange) -> Toast:
    text = f"{change.task.title}: {STATES[change.task.state]}."
    return Toast(" ".join((text, *change.warnings)), "warn" if change.warnings else "ok")


@router.get("/tasks/{task_id}/edit")
def edit_form(request: Request, session: Read, actor: CurrentActor, task_id: UUID) -> Response:
    """The form for another date."""
    task, place = place_of_task(session, actor, task_id)
    place.access.require(Action.ONBOARDING_EDIT)
    return render(request, views.edit_form(place.frame, place.found, task))


@router.post("/tasks/{task_id}/edit")
def edit_task(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, task_id: UUID
) -> Response:
    """Save what the form says."""
    task, place = place_of_task(session, actor, task_id)
    with rejecting(request, form, lambda state: views.edit_form(place.frame, place.found, task, state)):
        entry = forms.parse(TaskEditIn, form)
        seen = forms.seen_version(form)
        service.edit_task(session, actor=actor, task_id=task_id, entry=entry, seen=seen)
    return htmx.redirect(request, f"/tasks/{task_id}", toast="Saved.")


@router.get("/tasks/{task_id}/assign")
def assign_form(request: Request, session: Read, actor: CurrentActor, task_id: UUID) -> Response:
    """The form for the owner."""
    task, place = place_of_task(session, actor, task_id)
    service.open_task(session, actor, task_id, changing=True)
    people = queries.active_people(session)
    return render(request, views.assign_form(place.frame, place.found, task, people))


@router.post("/tasks/{task_id}/assign")
def assign(request: Request, session: Write, actor: CurrentActor, form: RawForm, task_id: UUID) -> Response:
    """Set the owner."""
    task, place = place_of_task(session, actor, task_id)
    people = queries.active_people(session)
    with rejecting(
        request, form, lambda state: views.assign_form(place.frame, place.found, task, people, state)
    ):
        entry = forms.parse(AssignIn, form)
        seen = forms.seen_version(form)
        service.assign(session, actor=actor, task_id=task_id, entry=entry, seen=seen)
    return htmx.redirect(request, f"/tasks/{task_id}", toast="Owner set.")


@router.get("/tasks/{task_id}/waive")
def waive_form(request: Request, session: Read, actor: CurrentActor, task_id: UUID) -> Response:
    """The form that asks for reason and date."""
    task, place = place_of_task(session, actor, task_id)
    place.access.require(Action.GATE_WAIVE)
    return render(request, views.waive_form(place.frame, place.found, task))


@router.post("/tasks/{task_id}/waive")
def waive(request: Request, session: Write, actor: CurrentActor, form: RawForm, task_id: UUID) -> Response:
    """Waive until a date."""
    task, place = place_of_task(session, actor, task_id)
    with rejecting(request, form, lambda state: views.waive_form(place.frame, place.found, task, state)):
        entry = forms.parse(WaiveIn, form)
        seen = forms.seen_version(form)
        service.waive(session, actor=actor, task_id=task_id, entry=entry, seen=seen)
    return htmx.redirect(request, place.here, toast=f"Waived until {entry.until.isoformat()}.")


@router.get("/onboardings/{onboarding_id}/tasks/new")
def add_form(request: Request, session: Read, actor: CurrentActor, onboarding_id: UUID) -> Response:
    """The form of a task of our own."""
    place = place_of(session, actor, onboarding_id)
    place.access.require(Action.ONBOARDING_EDIT)
    return render(request, views.add_form(place.frame, place.found, queries.active_people(session)))


@router.post("/onboardings/{onboarding_id}/tasks")
def add_task(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, onboarding_id: UUID
) -> Response:
    """Add what the form says."""
    place = place_of(session, actor, onboarding_id)
    people = queries.active_people(session)
    with rejecting(request, form, lambda state: views.add_form(place.frame, place.found, people, state)):
        entry = forms.parse(TaskIn, form)
        service.add_task(session, actor=actor, onboarding_id=onboarding_id, entry=entry)
    return htmx.redirect(request, place.here, toast="Task added.")


@router.post("/tasks/{task_id}/remove")
def remove_task(request: Request, session: Write, actor: CurrentActor, task_id: UUID) -> Response:
    """Remove a task of our own; the toast undoes it."""
    _, place = place_of_task(session, actor, task_id)
    service.remove_task(session, actor=actor, task_id=task_id)
    return htmx.redirect(
        request, place.here, toast=Toast("Task removed.", undo_url=f"/tasks/{task_id}/restore")
    )


@router.post("/tasks/{task_id}/restore")
def restore_task(request: Request, session: Write, actor: CurrentActor, task_id: UUID) -> Response:
    """Undo the removal."""
    task = service.restore_task(session, actor=actor, task_id=task_id)
    return htmx.redirect(request, place_of(session, actor, task.onboarding_id).here, toast="Task is back.")
