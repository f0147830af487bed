"""Leading a response that is with the vendor."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.evaluations import service as evaluations
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import Page, render
from app.questionnaires import service
from app.questionnaires.models import Clarification
from app.questionnaires.schemas import ClarifyIn, ExtendIn, ReturnIn
from app.questionnaires.views.chasing import Chasing, ChasingPage, chasing_view

router = APIRouter(include_in_schema=False)


def _page(session: ReadSession, actor: Actor, response_id: UUID, **more: Any) -> ChasingPage:
    held = service.response_of(session, actor=actor, response_id=response_id)
    opened = evaluations.open_evaluation(session, actor, held.access.evaluation.id)
    view, _ = evaluations.candidate_of(session, actor=actor, candidate_id=held.access.candidate.id)
    found = Chasing(
        held,
        service.links_of(session, actor=actor, response_id=response_id),
        service.mails_of(session, actor=actor, response_id=response_id),
        service.drafts_of(session, actor=actor, response_id=response_id),
        service.returns_of(session, actor=actor, response_id=response_id),
        service.clarifications_of(session, actor=actor, response_id=response_id),
        service.files_of(session, held.access),
    )
    return chasing_view(found, evaluation_frame(session, opened, StepName.DISCOVERY), view.name, **more)


@router.get("/responses/{response_id}/vendor")
def show(
    request: Request,
    session: Read,
    actor: CurrentActor,
    response_id: UUID,
    answer: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Links, mails, late answers, sent-back answers and questions; `answer` is the one to send back."""
    form = forms.blank({"question_id": answer})
    return render(request, _page(session, actor, response_id, return_form=form))


@router.post("/responses/{response_id}/remind")
def remind(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Mail the vendor's contact once more."""
    settings = request.app.state.settings
    service.send_reminder(
        session,
        actor=actor,
        response_id=response_id,
        base_url=settings.public_url,
        organisation=settings.organisation,
    )
    return htmx.redirect(request, f"/responses/{response_id}/vendor", toast="The reminder is on its way.")


@router.post("/responses/{response_id}/extend")
def extend(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, response_id: UUID
) -> Response:
    """Give more time."""
    with rejecting(request, form, lambda state: _page(session, actor, response_id, extend_form=state)):
        entry = forms.parse(ExtendIn, form)
        service.extend_response(session, actor=actor, response_id=response_id, entry=entry)
    text = "New last day set; what came too late counts as answered."
    return htmx.redirect(request, f"/responses/{response_id}/vendor", toast=text)


@router.post("/responses/{response_id}/late/accept")
def accept_drafts(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Let late answers count."""
    count = service.accept_drafts(session, actor=actor, response_id=response_id)
    return htmx.redirect(
        request, f"/responses/{response_id}/vendor", toast=f"{count} late answers count now."
    )


@router.post("/responses/{response_id}/late/leave")
def leave_drafts(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Leave late answers out."""
    count = service.leave_drafts(session, actor=actor, response_id=response_id)
    return htmx.redirect(request, f"/responses/{response_id}/vendor", toast=f"{count} late answers left out.")


@router.post("/responses/{response_id}/return")
def return_answer(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, response_id: UUID
) -> Response:
    """Send one answer back."""
    with rejecting(request, form, lambda state: _page(session, actor, response_id, return_form=state)):
        service.return_answer(
            session,
            actor=actor,
            response_id=response_id,
            question_id=str(form.get("question_id") or ""),
            entry=forms.parse(ReturnIn, form),
            base_url=request.app.state.settings.public_url,
            organisation=request.app.state.settings.organisation,
        )
    return htmx.redirect(request, f"/responses/{response_id}/vendor", toast="Sent back to the vendor.")


@router.post("/responses/{response_id}/returns/{return_id}/withdraw")
def withdraw_return(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, return_id: UUID
) -> Response:
    """Take back that an answer was sent back."""
    service.withdraw_return(session, actor=actor, response_id=response_id, return_id=return_id)
    text = "Taken back. The answer stands as it is."
    return htmx.redirect(request, f"/responses/{response_id}/vendor", toast=text)


@router.post("/clarifications/{clarification_id}")
def clarify(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, clarification_id: UUID
) -> Response:
    """Answer a vendor's question to everybody."""
    row = session.get(Clarification, clarification_id)

    def again(state: FormState) -> Page:
        response_id = row.response_id if row is not None else clarification_id
        return _page(session, actor, response_id, clarify_form=(clarification_id, state))

    with rejecting(request, form, again):
        saved = service.clarify(
            session,
            actor=actor,
            clarification_id=clarification_id,
            entry=forms.parse(ClarifyIn, form),
            seen=forms.seen_version(form),
        )
    text = "Answered to everybody who was asked the same."
    return htmx.redirect(request, f"/responses/{saved.response_id}/vendor", toast=text)
