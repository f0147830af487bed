"""Behind a vendor's link: no account, one response, nothing of ours."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts import service as accounts
from app.accounts.models import LinkPurpose, OneTimeLink
from app.core.errors import AssayError, Conflict, NotFound
from app.files import service as files
from app.files.download import content_response
from app.files.service import Purpose, Received
from app.kit import htmx
from app.kit.db import ReadSession
from app.kit.requests import BodyRead, RawForm, Read, Write, database
from app.kit.templating import Page, render
from app.questionnaires import service
from app.questionnaires.pages import filling as forms_of
from app.questionnaires.pages.filling import Place
from app.questionnaires.views.fill import Filling
from app.questionnaires.views.response import RefusedPage, receipt_view, vendor_view
from app.vendors import service as vendors

router = APIRouter(prefix="/vendor-link/{secret}", include_in_schema=False)


def _link(session: ReadSession, secret: str) -> OneTimeLink:
    return accounts.open_link(session, secret, LinkPurpose.VENDOR)


def _place(session: ReadSession, secret: str) -> Place:
    link = _link(session, secret)
    if link.subject_kind != "questionnaire_response" or link.subject_id is None:
        raise NotFound("link.unknown", "This link is not known. Ask its sender for a new one.")
    base = f"/vendor-link/{secret}"

    def page(filling: Filling) -> Page:
        return vendor_view(filling, _vendor(session, filling))

    return Place(accounts.actor_of_link(link), link.subject_id, base, page)


def _vendor(session: ReadSession, filling: Filling) -> str:
    return vendors.vendor_of(session, filling.held.access.candidate.vendor_id).name


def _refused(request: Request, failure: AssayError) -> Response:
    status = 404 if isinstance(failure, NotFound) else 409
    return render(request, RefusedPage("This link does not work", failure.message), status=status)


def _received(request: Request, form: BodyRead, secret: str) -> Received:
    """Files of whoever holds a link that works; checked before anything is put on disk."""
    with database(request).reading() as session:
        _link(session, secret)
    return files.store_received(request, form, Purpose.EVIDENCE)


ReceivedByLink = Annotated[Received, Depends(_received)]


@router.get("")
def show_form(
    request: Request, session: Read, secret: str, more: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """The form; once submitted, the receipt. Opening it changes nothing, because mail scanners do."""
    try:
        place = _place(session, secret)
        filling = forms_of.filling(session, place, more=more)
    except (NotFound, Conflict) as failure:
        return _refused(request, failure)
    if filling.held.access.is_finished:
        return render(request, receipt_view(filling.held, _vendor(session, filling)))
    return render(request, place.page(filling))


@router.get("/answers/{question_id}")
def show_question(request: Request, session: Read, secret: str, question_id: str) -> Response:
    """One question as it is stored."""
    return forms_of.show_question(request, session, _place(session, secret), question_id)


@router.post("/answers/{question_id}")
def save_answer(request: Request, session: Write, form: RawForm, secret: str, question_id: str) -> Response:
    """Save one question."""
    return forms_of.save_answer(request, session, _place(session, secret), form, question_id)


@router.post("/sections/{section_id}")
def save_section(request: Request, session: Write, form: RawForm, secret: str, section_id: str) -> Response:
    """Save a section, without JavaScript."""
    return forms_of.save_section(request, session, _place(session, secret), form, section_id)


@router.post("/answers/{question_id}/files")
def add_files(
    request: Request,
    received: ReceivedByLink,
    session: Write,
    secret: str,
    question_id: str,
) -> Response:
    """Attach files to an answer."""
    return forms_of.save_files(request, session, _place(session, secret), received, question_id)


@router.post("/answers/{question_id}/files/{file_id}/drop")
def drop_file(request: Request, session: Write, secret: str, question_id: str, file_id: UUID) -> Response:
    """Take a file out of an answer."""
    place = _place(session, secret)
    service.drop_file(
        session,
        actor=place.actor,
        response_id=place.response_id,
        question_id=question_id,
        file_id=file_id,
    )
    return htmx.redirect(request, f"{place.base}#q-{question_id}", toast="File taken out.")


@router.get("/files/{file_id}/{name}")
def download(request: Request, session: Read, secret: str, file_id: UUID) -> Response:
    """A file of one of the answers; not what we keep beside them."""
    place = _place(session, secret)
    filling = forms_of.filling(session, place)
    named = {
        each
        for question in filling.held.access.template.questions()
        if question.type == "file" and question.id in filling.held.rows
        for each in filling.held.rows[question.id].value or ()
    }
    if str(file_id) not in named or str(file_id) not in filling.files:
        raise NotFound("file.not_found", "This file is not part of your answers.")
    return content_response(request, filling.files[str(file_id)])


@router.post("/submit")
def submit(request: Request, session: Write, secret: str) -> Response:
    """The vendor is done; the same address then shows the receipt."""
    place = _place(session, secret)
    service.submit_response(session, actor=place.actor, response_id=place.response_id)
    return htmx.redirect(request, place.base)
