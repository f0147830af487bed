"""Call mode, the invitation, the summary, and answers of the last time."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.errors import Invalid
from app.evaluations import service as evaluations
from app.evaluations.frame import EvaluationFrame, evaluation_frame
from app.evaluations.models import StepName
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import Page, render
from app.questionnaires import service
from app.questionnaires.pages import filling as forms_of
from app.questionnaires.pages.filling import Place
from app.questionnaires.schemas import CallIn, SummaryIn
from app.questionnaires.service import HeldResponse
from app.questionnaires.views.call import CallPage, call_view, earlier_view, summary_view
from app.questionnaires.views.fill import Filling

router = APIRouter(prefix="/responses/{response_id}", include_in_schema=False)


def place(session: ReadSession, actor: Actor, response_id: UUID) -> Place:
    """The form of the call: its own address, so that saving comes back to it."""

    def page(filling: Filling, _section: str) -> Page:
        return _page(session, actor, filling, shows_all=True)

    return Place(actor, response_id, f"/responses/{response_id}/call", page)


def frame_of(session: ReadSession, actor: Actor, held: HeldResponse) -> tuple[EvaluationFrame, str]:
    """The evaluation's frame and the candidate's name."""
    opened = evaluations.open_evaluation(session, actor, held.access.evaluation.id)
    view, _ = evaluations.candidate_of(session, actor=actor, candidate_id=held.access.candidate.id)
    return evaluation_frame(session, opened, StepName.DISCOVERY), view.name


def _page(session: ReadSession, actor: Actor, filling: Filling, **more: Any) -> CallPage:
    response_id = filling.held.access.response.id
    frame, name = frame_of(session, actor, filling.held)
    shown = service.call_of(session, actor=actor, response_id=response_id)
    earlier = service.earlier_answers(session, actor=actor, response_id=response_id)
    return call_view(filling, frame, name, shown, earlier, **more)


@router.get("/call")
def show_call(
    request: Request,
    session: Read,
    actor: CurrentActor,
    response_id: UUID,
    show: Annotated[str, Query(max_length=10)] = "",
    more: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The screen of the call."""
    filling = forms_of.filling(session, place(session, actor, response_id), more=more)
    return render(request, _page(session, actor, filling, shows_all=show == "all" or bool(more)))


@router.post("/call")
def plan_call(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, response_id: UUID
) -> Response:
    """Set time, place and attendees."""

    def again(state: forms.FormState) -> Page:
        now = forms_of.filling(session, place(session, actor, response_id))
        return _page(session, actor, now, shows_all=False, plan_form=state)

    with rejecting(request, form, again):
        entry, seen = forms.parse(CallIn, form), forms.seen_version(form)
        service.plan_call(session, actor=actor, response_id=response_id, entry=entry, seen=seen)
    return htmx.redirect(request, f"/responses/{response_id}/call", toast="The call is planned.")


@router.post("/call/start")
def start_call(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Start the timer."""
    service.start_call(session, actor=actor, response_id=response_id)
    return htmx.redirect(request, f"/responses/{response_id}/call")


@router.post("/call/end")
def end_call(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Stop the timer and go on to the summary."""
    service.end_call(session, actor=actor, response_id=response_id)
    return htmx.redirect(request, f"/responses/{response_id}/call/summary")


@router.get("/call/invitation.ics")
def download_invitation(request: Request, session: Read, actor: CurrentActor, response_id: UUID) -> Response:
    """The call for a calendar program."""
    text = service.invitation(
        session, actor=actor, response_id=response_id, organisation=request.app.state.settings.organisation
    )
    headers = {"Content-Disposition": 'attachment; filename="invitation.ics"'}
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


@router.post("/call/invite")
def send_invitation(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Mail the invitation to the attendees."""
    count = service.send_invitation(
        session, actor=actor, response_id=response_id, organisation=request.app.state.settings.organisation
    )
    return htmx.redirect(
        request, f"/responses/{response_id}/call", toast=f"Invitations on their way: {count}."
    )


@router.get("/call/summary")
def show_summary(request: Request, session: Read, actor: CurrentActor, response_id: UUID) -> Response:
    """The summary, to be edited."""
    text = service.summary_of(session, actor=actor, response_id=response_id)
    return render(request, _summary(session, actor, response_id, forms.blank({"text": text})))


def _summary(session: ReadSession, actor: Actor, response_id: UUID, form: forms.FormState) -> Page:
    held = service.response_of(session, actor=actor, response_id=response_id)
    frame, name = frame_of(session, actor, held)
    return summary_view(frame, f"/responses/{response_id}/call", name, form)


@router.post("/call/summary")
def send_summary(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, response_id: UUID
) -> Response:
    """Mail the summary."""
    with rejecting(request, form, lambda state: _summary(session, actor, response_id, state)):
        entry = forms.parse(SummaryIn, form)
        service.send_summary(session, actor=actor, response_id=response_id, entry=entry)
    return htmx.redirect(request, f"/responses/{response_id}/vendor", toast="The summary is on its way.")


@router.get("/earlier")
def show_earlier(request: Request, session: Read, actor: CurrentActor, response_id: UUID) -> Response:
    """What the vendor answered the last time."""
    filling = forms_of.filling(session, place(session, actor, response_id))
    frame, _ = frame_of(session, actor, filling.held)
    earlier = service.earlier_answers(session, actor=actor, response_id=response_id)
    return render(request, earlier_view(filling, frame, earlier))


@router.post("/proposals")
def save_proposals(
    request: Request,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    response_id: UUID,
    origin: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Take over the answers of the last time, or of a workbook, that were ticked."""
    count, problems = forms_of.save_proposals(session, place(session, actor, response_id), form)
    if problems:
        raise Invalid("answer.invalid", problems)
    there = f"/responses/{response_id}" + ("" if origin == "workbook" else "/call")
    return htmx.redirect(request, there, toast=f"{count} answers taken over.")
