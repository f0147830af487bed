"""One response: fill in, mark, send, submit, reopen, close."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.evaluations import service as evaluations
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.files import service as files
from app.files.service import ReceivedEvidence
from app.kit import forms, htmx, wording
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import write_csv
from app.kit.templating import Page, render
from app.kit.ui import Toast
from app.questionnaires import service
from app.questionnaires.pages import call
from app.questionnaires.pages import filling as forms_of
from app.questionnaires.pages.filling import Place
from app.questionnaires.schemas import MarkIn, ReasonIn, SendIn
from app.questionnaires.views.fill import Filling
from app.questionnaires.views.points import HEADER as POINTS_HEADER
from app.questionnaires.views.points import points_table, points_view
from app.questionnaires.views.response import ResponsePage, blank_send_form, response_view

router = APIRouter(prefix="/responses/{response_id}", include_in_schema=False)


def _place(session: ReadSession, actor: Actor, response_id: UUID) -> Place:
    def page(filling: Filling, _section: str) -> Page:
        return _page(session, actor, filling)

    return Place(actor, response_id, f"/responses/{response_id}", page)


def _where(request: Request, session: ReadSession, actor: Actor, response_id: UUID) -> Place:
    """The page that sent the form: the response, or the call about it."""
    if request.url.path.startswith(f"/responses/{response_id}/call/"):
        return call.place(session, actor, response_id)
    return _place(session, actor, response_id)


def _page(session: ReadSession, actor: Actor, filling: Filling, **more: Any) -> ResponsePage:
    access = filling.held.access
    opened = evaluations.open_evaluation(session, actor, access.evaluation.id)
    view, _ = evaluations.candidate_of(session, actor=actor, candidate_id=access.candidate.id)
    subject = files.Subject(service.SUBJECT, access.response.id)
    panel = files.notes_and_files(session, actor=actor, subject=subject, return_to=filling.base)
    frame = evaluation_frame(session, opened, StepName.DISCOVERY)
    row_id = access.response.id
    late = len(service.drafts_of(session, actor=actor, response_id=row_id))
    sent = service.sent_states(session, [row_id])[row_id]
    more.setdefault("send_form", blank_send_form(access.response, service.contact_of(session, access)))
    return response_view(filling, frame, panel, view.name, sent=sent, late=late, **more)


def _show(session: ReadSession, actor: Actor, response_id: UUID, **more: Any) -> ResponsePage:
    place = _place(session, actor, response_id)
    return _page(session, actor, forms_of.filling(session, place), **more)


@router.get("")
def show_response(
    request: Request,
    session: Read,
    actor: CurrentActor,
    response_id: UUID,
    more: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The form, or what was answered."""
    place = _place(session, actor, response_id)
    return render(request, _page(session, actor, forms_of.filling(session, place, more=more)))


@router.get("/points")
def show_points(request: Request, session: Read, actor: CurrentActor, response_id: UUID) -> Response:
    """How the points come about, down to the answers."""
    held = service.response_of(session, actor=actor, response_id=response_id)
    opened = evaluations.open_evaluation(session, actor, held.access.evaluation.id)
    view, _ = evaluations.candidate_of(session, actor=actor, candidate_id=held.access.candidate.id)
    frame = evaluation_frame(session, opened, StepName.DISCOVERY)
    return render(request, points_view(held, frame, view.name, f"/responses/{response_id}"))


@router.get("/points.csv")
def export_points(session: Read, actor: CurrentActor, response_id: UUID) -> Response:
    """The same as CSV, unrounded."""
    held = service.response_of(session, actor=actor, response_id=response_id)
    headers = {"Content-Disposition": f'attachment; filename="{held.access.response.key}-points.csv"'}
    text = write_csv(POINTS_HEADER, points_table(held))
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/answers/{question_id}")
@router.get("/call/answers/{question_id}")
def show_question(
    request: Request, session: Read, actor: CurrentActor, response_id: UUID, question_id: str
) -> Response:
    """One question as it is stored."""
    return forms_of.show_question(request, session, _where(request, session, actor, response_id), question_id)


@router.post("/answers/{question_id}")
@router.post("/call/answers/{question_id}")
def save_answer(
    request: Request,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    response_id: UUID,
    question_id: str,
) -> Response:
    """Save one question."""
    place = _where(request, session, actor, response_id)
    return forms_of.save_answer(request, session, place, form, question_id)


@router.post("/sections/{section_id}")
@router.post("/call/sections/{section_id}")
def save_section(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, response_id: UUID, section_id: str
) -> Response:
    """Save a section, without JavaScript."""
    place = _where(request, session, actor, response_id)
    return forms_of.save_section(request, session, place, form, section_id)


@router.post("/answers/{question_id}/files")
@router.post("/call/answers/{question_id}/files")
def add_files(
    request: Request,
    received: ReceivedEvidence,
    session: Write,
    actor: CurrentActor,
    response_id: UUID,
    question_id: str,
) -> Response:
    """Attach files to an answer."""
    place = _where(request, session, actor, response_id)
    return forms_of.save_files(request, session, place, received, question_id)


@router.post("/answers/{question_id}/files/{file_id}/drop")
@router.post("/call/answers/{question_id}/files/{file_id}/drop")
def drop_file(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, question_id: str, file_id: UUID
) -> Response:
    """Take a file out of an answer."""
    service.drop_file(session, actor=actor, response_id=response_id, question_id=question_id, file_id=file_id)
    return htmx.redirect(request, f"/responses/{response_id}#q-{question_id}", toast="File taken out.")


@router.post("/answers/{question_id}/mark")
def mark_answer(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, response_id: UUID, question_id: str
) -> Response:
    """Set a reviewer's mark."""
    entry = forms.parse(MarkIn, form)
    service.mark_answer(session, actor=actor, response_id=response_id, question_id=question_id, entry=entry)
    return htmx.redirect(request, f"/responses/{response_id}#q-{question_id}", toast="Mark saved.")


@router.post("/send")
def send_response(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, response_id: UUID
) -> Response:
    """Make the vendor's link and show it this once; the same form sent again leads to the response."""
    settings = request.app.state.settings
    with rejecting(request, form, lambda state: _show(session, actor, response_id, send_form=state)):
        entry = forms.parse(SendIn, form)
        sent = service.send_response(
            session,
            actor=actor,
            response_id=response_id,
            entry=entry,
            base_url=settings.public_url,
            organisation=settings.organisation,
        )
    request.state.answer_location = f"/responses/{response_id}"
    mailed = f" It was mailed to {entry.holder_email}." if entry.holder_email else ""
    note = (
        f"For {entry.holder_name}, works until {wording.moment(sent.valid_until)}.{mailed} "
        "It is shown only now; an earlier link stopped working."
    )
    return render(request, _show(session, actor, response_id, link=sent.link, link_note=note))


@router.post("/recall")
def recall_response(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Withdraw the link."""
    service.recall_response(session, actor=actor, response_id=response_id)
    return htmx.redirect(request, f"/responses/{response_id}", toast="The vendor's link is withdrawn.")


@router.post("/submit")
def submit_response(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """The answers are complete."""
    service.submit_response(session, actor=actor, response_id=response_id)
    return htmx.redirect(
        request, f"/responses/{response_id}", toast="Submitted. Reopen it to change an answer."
    )


@router.post("/close")
def close_response(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Nothing more will be answered."""
    service.close_response(session, actor=actor, response_id=response_id)
    text = "Closed. What is open earns nothing; reopen it to change that."
    return htmx.redirect(request, f"/responses/{response_id}", toast=Toast(text))


@router.post("/reopen")
def reopen_response(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, response_id: UUID
) -> Response:
    """Answers may change again."""
    with rejecting(request, form, lambda state: _show(session, actor, response_id, reopen_form=state)):
        reason = forms.parse(ReasonIn, form).reason
        service.reopen_response(session, actor=actor, response_id=response_id, reason=reason)
    return htmx.redirect(request, f"/responses/{response_id}", toast="Open again.")
