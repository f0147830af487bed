"""The approver's pages: by a link that works once, without an account."""

from fastapi import APIRouter, Request, Response

from app.core.errors import Conflict, NotFound
from app.decisions import service
from app.decisions.pages.memos import page_response, pdf_response, stored_pdf
from app.decisions.schemas.entries import AnswerIn
from app.decisions.views import screens
from app.decisions.views.memo import memo_html, memo_name
from app.kit import forms, wording
from app.kit.actors import PossibleActor
from app.kit.db import ReadSession
from app.kit.forms import FormRejected, FormState, blank, rejecting
from app.kit.pdf.parts import Preview
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render, render_page

router = APIRouter(include_in_schema=False)


def _refusal(failure: NotFound | Conflict) -> tuple[screens.LinkRefusedPage, int]:
    page = screens.LinkRefusedPage("This link does not work", message=failure.message)
    return page, 404 if isinstance(failure, NotFound) else 409


def _refused(request: Request, failure: NotFound | Conflict) -> Response:
    page, status = _refusal(failure)
    return render(request, page, status=status)


def _page(session: ReadSession, secret: str, form: FormState) -> screens.ApprovePage:
    asked = service.open_request(session, secret)
    return screens.approve_view(
        service.frozen_memo(session, asked.memo),
        name=asked.link.holder_name,
        asked_by=asked.asked_by,
        stale=service.is_stale(session, asked.memo),
        form=form,
        action=f"/approve/{secret}",
        until=wording.moment(asked.link.expires_at, asked.evaluation.time_zone),
    )


@router.get("/approve/{secret}")
def show(request: Request, session: Read, secret: str) -> Response:
    """What is asked; only a button uses the link, because mail scanners open links."""
    try:
        return render(request, _page(session, secret, blank()))
    except (NotFound, Conflict) as failure:
        return _refused(request, failure)


@router.get("/approve/{secret}/memo.pdf")
def show_pdf(request: Request, session: Read, secret: str) -> Response:
    """The memo as PDF."""
    try:
        frozen = service.frozen_memo(session, service.open_request(session, secret).memo)
    except (NotFound, Conflict) as failure:
        return _refused(request, failure)
    return pdf_response(stored_pdf(session, request.app.state.contents, frozen), memo_name(frozen.record))


@router.get("/approve/{secret}/memo")
def show_memo(request: Request, session: Read, secret: str) -> Response:
    """The memo as a page."""
    try:
        frozen = service.frozen_memo(session, service.open_request(session, secret).memo)
    except (NotFound, Conflict) as failure:
        return _refused(request, failure)
    preview = Preview(f"/approve/{secret}", "Your answer", f"/approve/{secret}/memo.pdf")
    return page_response(memo_html(frozen.record, frozen.standing, preview=preview))


@router.post("/approve/{secret}")
def answer(request: Request, session: Write, present: PossibleActor, form: RawForm, secret: str) -> Response:
    """Use the link for one answer, and show the receipt."""
    try:
        record = service.frozen_memo(session, service.open_request(session, secret).memo).record
        with rejecting(request, form, lambda state: _page(session, secret, state)):
            entry = forms.parse(AnswerIn, form)
            given = service.decide_by_link(session, secret=secret, entry=entry, present=present)
    except (NotFound, Conflict) as failure:
        page, status = _refusal(failure)
        raise FormRejected(render_page(request, page), status) from None
    return render(request, screens.receipt_view(record, given))
