"""One evaluation: overview, head data, need, panel."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.accounts import service as accounts
from app.audit import service as audit
from app.core.permissions import Action
from app.evaluations import service
from app.evaluations.frame import address, evaluation_frame
from app.evaluations.models import StepName
from app.evaluations.pages.needform import need_form, read_need
from app.evaluations.schemas import EvaluationIn, PanelIn, ReasonIn
from app.evaluations.service import Access
from app.evaluations.views.entry import EditEvaluationPage, NeedPage, edit_view, need_view
from app.evaluations.views.overview import (
    MemberLine,
    OverviewPage,
    PanelPage,
    member_lines,
    overview_view,
    panel_view,
)
from app.files import service as files
from app.files.service import Subject
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Toast

router = APIRouter(prefix="/evaluations/{evaluation_id}", include_in_schema=False)
HISTORY = 12


@router.get("")
def show_evaluation(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The overview."""
    return render(request, _overview(session, actor, evaluation_id, blank()))


@router.get("/edit")
def edit_form(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The form of the head data."""
    access = service.open_evaluation(session, actor, evaluation_id, Action.EVALUATION_EDIT, changing=True)
    row = access.evaluation
    stored = blank(
        row.model_dump(include={"name", "governance", "time_zone", "decide_by"}), version=row.version
    )
    return render(request, _edit(session, access, stored))


@router.post("/edit")
def edit_evaluation(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Save the head data."""
    access = service.open_evaluation(session, actor, evaluation_id, Action.EVALUATION_EDIT)
    with rejecting(request, form, lambda state: _edit(session, access, state)):
        entry, seen = forms.parse(EvaluationIn, form), forms.seen_version(form)
        service.edit_evaluation(session, actor=actor, evaluation_id=evaluation_id, entry=entry, seen=seen)
    return htmx.redirect(request, address(evaluation_id), toast="Saved.")


@router.post("/cancel")
def cancel_evaluation(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Stop without a decision; the toast offers to undo."""
    with rejecting(request, form, lambda state: _overview(session, actor, evaluation_id, state)):
        reason = forms.parse(ReasonIn, form).reason
        row = service.cancel_evaluation(session, actor=actor, evaluation_id=evaluation_id, reason=reason)
    undo = Toast(f"{row.label} is cancelled.", undo_url=f"{address(evaluation_id)}/reopen")
    return htmx.redirect(request, address(evaluation_id), toast=undo)


@router.post("/reopen")
def reopen_evaluation(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Take it up again, by its form or by the toast's undo, which gives no reason."""
    with rejecting(request, form, lambda state: _overview(session, actor, evaluation_id, state)):
        given = forms.parse(ReasonIn, form).reason if "reason" in form else "Taken back."
        row = service.reopen_evaluation(session, actor=actor, evaluation_id=evaluation_id, reason=given)
    return htmx.redirect(request, address(evaluation_id), toast=f"{row.label} is open again.")


@router.get("/need")
def show_need(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The form of the need."""
    access = service.open_evaluation(session, actor, evaluation_id, Action.EVALUATION_EDIT, changing=True)
    stored = need_form(service.need_of(access.evaluation), version=access.evaluation.version)
    return render(request, _need(session, access, stored))


@router.post("/need")
def set_need(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Save the need."""
    access = service.open_evaluation(session, actor, evaluation_id, Action.EVALUATION_EDIT)
    with rejecting(request, form, lambda state: _need(session, access, state)):
        need, seen = read_need(form), forms.seen_version(form)
        service.set_need(session, actor=actor, evaluation_id=evaluation_id, need=need, seen=seen)
    return htmx.redirect(request, address(evaluation_id), toast="The need is saved.")


@router.get("/panel")
def show_panel(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Who is on the panel."""
    return render(request, _panel(session, actor, evaluation_id, blank()))


@router.post("/panel")
def set_member(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Give somebody roles."""
    with rejecting(request, form, lambda state: _panel(session, actor, evaluation_id, state)):
        entry = forms.parse(PanelIn, form)
        service.set_member(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    name = accounts.names_of(session, [entry.user_id]).get(entry.user_id, "")
    return htmx.redirect(request, f"{address(evaluation_id)}/panel", toast=f"{name} is on the panel.")


@router.post("/panel/{user_id}/remove")
def remove_member(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, user_id: UUID
) -> Response:
    """Take somebody off."""
    service.set_member(session, actor=actor, evaluation_id=evaluation_id, entry=PanelIn(user_id=user_id))
    return htmx.redirect(request, f"{address(evaluation_id)}/panel", toast="Taken off the panel.")


def _overview(session: ReadSession, actor: Actor, evaluation_id: UUID, form: FormState) -> OverviewPage:
    access = service.open_evaluation(session, actor, evaluation_id)
    candidates = service.candidates_of(session, evaluation_id)
    subjects = [("evaluation", evaluation_id), *(("candidate", view.candidate.id) for view in candidates)]
    history = audit.recent(session, subjects, limit=HISTORY, without=("evaluations.step.marked",))
    subject = Subject("evaluation", evaluation_id)
    here = address(evaluation_id)
    return overview_view(
        evaluation_frame(session, access, StepName.NEED),
        access,
        states={
            name: (step.state, step.note) for name, step in service.steps_of(session, evaluation_id).items()
        },
        candidates=candidates,
        members=_members(session, evaluation_id),
        history=history,
        notes=files.notes_and_files(session, actor=actor, subject=subject, return_to=here),
        form=form,
    )


def _edit(session: ReadSession, access: Access, form: FormState) -> EditEvaluationPage:
    return edit_view(form, evaluation_frame(session, access, StepName.NEED))


def _need(session: ReadSession, access: Access, form: FormState) -> NeedPage:
    return need_view(form, evaluation_frame(session, access, StepName.NEED))


def _panel(session: ReadSession, actor: Actor, evaluation_id: UUID, form: FormState) -> PanelPage:
    access = service.open_evaluation(session, actor, evaluation_id)
    may_seat = access.may(Action.PANEL_EDIT)
    return panel_view(
        evaluation_frame(session, access, StepName.NEED),
        access.evaluation,
        _members(session, evaluation_id),
        accounts.active_people(session) if may_seat else (),
        form,
        may_seat=may_seat,
    )


def _members(session: ReadSession, evaluation_id: UUID) -> tuple[MemberLine, ...]:
    members = service.panel_of(session, evaluation_id)
    return member_lines(members, accounts.names_of(session, [member.user_id for member in members]))
