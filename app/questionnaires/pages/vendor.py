"""Behind a vendor's link: no account, one response, nothing of ours."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData

from app.accounts import service as accounts
from app.core.errors import Invalid, NotFound
from app.files.download import content_response
from app.kit import forms, htmx, links
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.forms import FormState, rejecting
from app.kit.requests import BodyRead, RawForm, Read, Write, database
from app.kit.templating import Page, render
from app.kit.ui import Toast
from app.questionnaires import service, workbook
from app.questionnaires.pages import filling as forms_of
from app.questionnaires.pages.filling import Place
from app.questionnaires.pages.link import Holder, ReceivedByLink
from app.questionnaires.schemas import AskIn, DelegateIn
from app.questionnaires.views import receipt
from app.questionnaires.views import vendor as views
from app.questionnaires.views.fill import Filling
from app.vendors import service as vendors

router = APIRouter(prefix="/respond/{response_id}", include_in_schema=False)


def _place(session: ReadSession, actor: Actor, response_id: UUID) -> Place:
    def page(filling: Filling, section_id: str) -> Page:
        found = views.section_view(filling, section_id)
        return found if found is not None else _start(session, actor, filling)

    return Place(actor, response_id, f"/respond/{response_id}", page, by_section=True)


def _vendor(session: ReadSession, filling: Filling) -> str:
    return vendors.vendor_of(session, filling.held.access.candidate.vendor_id).name


def _start(session: ReadSession, actor: Actor, filling: Filling, **more: Any) -> views.StartPage:
    response_id = filling.held.access.response.id
    return views.start_view(
        filling,
        _vendor(session, filling),
        service.asker_of(session, filling.held.access.response),
        service.clarifications_of(session, actor=actor, response_id=response_id),
        service.links_of(session, actor=actor, response_id=response_id),
        service.earlier_answers(session, actor=actor, response_id=response_id),
        **more,
    )


def _started(session: ReadSession, actor: Actor, response_id: UUID, **more: Any) -> views.StartPage:
    return _start(session, actor, forms_of.filling(session, _place(session, actor, response_id)), **more)


@router.get("")
def show_tasks(request: Request, session: Read, actor: Holder, response_id: UUID) -> Response:
    """The task list; once handed in or closed, the receipt."""
    filling = forms_of.filling(session, _place(session, actor, response_id))
    if filling.held.access.is_finished:
        return render(request, receipt.receipt_view(filling, _vendor(session, filling)))
    return render(request, _start(session, actor, filling))


@router.get("/sections/{section_id}")
def show_section(
    request: Request,
    session: Read,
    actor: Holder,
    response_id: UUID,
    section_id: str,
    more: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """One section."""
    filling = forms_of.filling(session, _place(session, actor, response_id), more=more)
    page = views.section_view(filling, section_id)
    if page is None:
        raise NotFound("section.not_found", "This questionnaire has no such section.")
    return render(request, page)


@router.get("/answers/{question_id}")
def show_question(
    request: Request, session: Read, actor: Holder, response_id: UUID, question_id: str
) -> Response:
    """One question as it is stored."""
    return forms_of.show_question(request, session, _place(session, actor, response_id), question_id)


@router.post("/answers/{question_id}")
def save_answer(
    request: Request, actor: Holder, session: Write, form: RawForm, response_id: UUID, question_id: str
) -> Response:
    """Save one question."""
    return forms_of.save_answer(request, session, _place(session, actor, response_id), form, question_id)


@router.post("/sections/{section_id}")
def save_section(
    request: Request, actor: Holder, session: Write, form: RawForm, response_id: UUID, section_id: str
) -> Response:
    """Save a section, without JavaScript."""
    return forms_of.save_section(request, session, _place(session, actor, response_id), form, section_id)


@router.post("/answers/{question_id}/files")
def add_files(
    request: Request,
    received: ReceivedByLink,
    actor: Holder,
    session: Write,
    response_id: UUID,
    question_id: str,
) -> Response:
    """Attach files to an answer."""
    place = _place(session, actor, response_id)
    return forms_of.save_files(request, session, place, received, question_id)


@router.post("/answers/{question_id}/files/{file_id}/drop")
def drop_file(
    request: Request, actor: Holder, session: Write, response_id: UUID, question_id: str, file_id: UUID
) -> Response:
    """Take a file out of an answer."""
    service.drop_or_leave(
        session, actor=actor, response_id=response_id, question_id=question_id, file_id=file_id
    )
    now = forms_of.filling(session, _place(session, actor, response_id))
    section = now.held.access.question(question_id).section
    return htmx.redirect(request, now.page_url(section, question_id), toast="File taken out.")


@router.get("/files/{file_id}/{name}")
def download(request: Request, session: Read, actor: Holder, response_id: UUID, file_id: UUID) -> Response:
    """A file of one of the answers; not what we keep beside them."""
    files = service.own_files(session, service.response_access(session, actor, response_id))
    if str(file_id) not in files:
        raise NotFound("file.not_found", "This file is not part of your answers.")
    return content_response(request, files[str(file_id)])


@router.get("/check")
def show_check(request: Request, session: Read, actor: Holder, response_id: UUID) -> Response:
    """All answers before they are handed in."""
    filling = forms_of.filling(session, _place(session, actor, response_id))
    return render(request, views.check_view(filling))


@router.post("/submit")
def submit(request: Request, actor: Holder, session: Write, response_id: UUID) -> Response:
    """The vendor is done; who sends it twice gets the same receipt."""
    held = service.response_of(session, actor=actor, response_id=response_id)
    if not held.access.is_finished:
        service.submit_response(session, actor=actor, response_id=response_id)
    return htmx.redirect(request, f"/respond/{response_id}")


@router.get("/receipt.pdf")
def print_receipt(request: Request, actor: Holder, response_id: UUID) -> Response:
    """The receipt to keep, printed after the session ended; the answers are attached to it."""
    with database(request).reading() as session:
        held = service.response_of(session, actor=actor, response_id=response_id)
        vendor = vendors.vendor_of(session, held.access.candidate.vendor_id).name
    return _download(
        receipt.receipt_pdf(held, vendor, request.app.state.settings.organisation),
        "application/pdf",
        "receipt.pdf",
    )


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


@router.post("/colleagues")
def delegate(request: Request, actor: Holder, session: Write, form: RawForm, response_id: UUID) -> Response:
    """Ask a colleague for one section; the link is shown this once."""

    def again(state: FormState) -> Page:
        return _started(session, actor, response_id, delegate_form=state)

    with rejecting(request, form, again):
        url = service.delegate_section(
            session,
            actor=actor,
            response_id=response_id,
            section_id=str(form.get("section_id") or ""),
            entry=forms.parse(DelegateIn, form),
            base_url=request.app.state.settings.public_url,
            organisation=request.app.state.settings.organisation,
        )
    request.state.answer_location = f"/respond/{response_id}"
    return render(request, _started(session, actor, response_id, link=url))


@router.post("/colleagues/{link_id}/withdraw")
def withdraw_delegate(
    request: Request, actor: Holder, session: Write, response_id: UUID, link_id: UUID
) -> Response:
    """Take a section back from a colleague."""
    service.withdraw_delegate(session, actor=actor, response_id=response_id, link_id=link_id)
    return htmx.redirect(request, f"/respond/{response_id}", toast="Your colleague's link is withdrawn.")


@router.post("/questions")
def ask(request: Request, actor: Holder, session: Write, form: RawForm, response_id: UUID) -> Response:
    """Ask about the questionnaire."""
    with rejecting(request, form, lambda state: _started(session, actor, response_id, ask_form=state)):
        service.ask(session, actor=actor, response_id=response_id, entry=forms.parse(AskIn, form))
    text = "Asked. The answer goes to everybody who was asked the same, without your name."
    return htmx.redirect(request, f"/respond/{response_id}", toast=text)


@router.get("/earlier")
def show_earlier(request: Request, session: Read, actor: Holder, response_id: UUID) -> Response:
    """Answers of the last time, to be confirmed."""
    filling = forms_of.filling(session, _place(session, actor, response_id))
    found = service.earlier_answers(session, actor=actor, response_id=response_id).proposals
    intro = "You gave these answers the last time. Tick what still holds; change the rest in its section."
    page = views.proposals_view(filling, "Answers of the last time", intro, found, ())
    return render(request, page)


@router.get("/workbook.xlsx")
def download_workbook(request: Request, session: Read, actor: Holder, response_id: UUID) -> Response:
    """The questions as a workbook, with what is answered so far."""
    held = service.response_of(session, actor=actor, response_id=response_id)
    facts = service.facts_of(session, held.access, request.app.state.settings.organisation)
    return _download(workbook.write(held, facts), workbook.KIND, f"{held.access.response.key}.xlsx")


@router.post("/workbook")
def read_workbook(request: Request, form: BodyRead, actor: Holder, response_id: UUID) -> Response:
    """What a filled-in workbook would change; nothing is saved yet. It is read before any session begins."""
    fields = form if form is not None else FormData()
    with database(request).reading() as session:

        def again(state: FormState) -> Page:
            return _started(session, actor, response_id, workbook_form=state)

        with rejecting(request, fields, again):
            read = workbook.read_upload(forms.upload(fields, "file"))
            held = service.response_of(session, actor=actor, response_id=response_id)
            found, problems = workbook.compare(held, read)
        filling = forms_of.filling(session, _place(session, actor, response_id))
        intro = "Nothing is saved yet. Tick what the workbook shall change."
        page = views.proposals_view(filling, "What the workbook changes", intro, found, problems)
        return render(request, page)


@router.post("/proposals")
def save_proposals(
    request: Request, actor: Holder, session: Write, form: RawForm, response_id: UUID
) -> Response:
    """Save the proposed answers that were ticked."""
    count, problems = forms_of.save_proposals(session, _place(session, actor, response_id), form)
    if problems:
        raise Invalid("answer.invalid", problems)
    toast = Toast(f"{count} answers saved." if count != 1 else "1 answer saved.")
    return htmx.redirect(request, f"/respond/{response_id}", toast=toast)


@router.post("/leave")
def forget(request: Request, _actor: Holder, session: Write, response_id: UUID) -> Response:
    """End the session of this browser; the link of the mail opens it again."""
    accounts.end_link_session(session, links.held(request, response_id))
    page = links.RefusedPage("You left the questionnaire", "The link of your mail opens it again.")
    return links.leave(request, render(request, page), response_id)
