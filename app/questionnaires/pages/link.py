"""A vendor's link: one button, exchanged for a cookie that reaches this response alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.accounts import service as accounts
from app.core.errors import AssayError, Conflict, NotFound
from app.files import service as files
from app.files.service import Purpose, Received
from app.kit import forms, htmx
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.forms import FormRejected
from app.kit.requests import BodyRead, Read, Write, database
from app.kit.templating import render, render_page
from app.questionnaires import service
from app.questionnaires.views.vendor import RefusedPage, link_view
from app.settings import Settings
from app.vendors import service as vendors

router = APIRouter(prefix="/vendor-link/{secret}", include_in_schema=False)
_PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


def cookie_name(request: Request, response_id: UUID) -> str:
    """One cookie per response, so that a vendor asked twice keeps both open in one browser."""
    prefix = "__Host-assay-link" if _secure(request) else "assay_link"
    return f"{prefix}-{response_id.hex}"


def _secure(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    return request.url.scheme == "https" or settings.public_url.startswith("https://")


def refused(failure: AssayError) -> tuple[RefusedPage, int]:
    """The page for a link that does not work, and its status: 404 unknown, 410 over."""
    status = 404 if isinstance(failure, NotFound) else 410
    return RefusedPage("This link does not work", failure.message), status


@router.get("")
def show_link(request: Request, session: Read, secret: str) -> Response:
    """The button. Looking changes nothing, because mail scanners open every link."""
    try:
        link, access = service.open_vendor_link(session, secret)
    except (NotFound, Conflict) as failure:
        page, status = refused(failure)
        answer = render(request, page, status=status)
    else:
        held = service.response_of(
            session, actor=accounts.actor_of_link(link), response_id=access.response.id
        )
        vendor = vendors.vendor_of(session, access.candidate.vendor_id).name
        answer = render(request, link_view(held, vendor, f"/vendor-link/{secret}"))
    answer.headers.update(_PRIVATE)
    return answer


@router.post("")
def enter(request: Request, session: Write, secret: str) -> Response:
    """Exchange the link for a cookie and go to an address without the secret."""
    settings: Settings = request.app.state.settings
    try:
        _, access = service.open_vendor_link(session, secret)
        name = cookie_name(request, access.response.id)
        response_id, cookie, until = service.enter_by_link(
            session, secret, days=settings.session_days, replaces=request.cookies.get(name, "")
        )
    except (NotFound, Conflict) as failure:
        page, status = refused(failure)
        return render(request, page, status=status)
    answer = htmx.redirect(request, f"/respond/{response_id}")
    answer.set_cookie(
        name, cookie, expires=until, httponly=True, samesite="lax", secure=_secure(request), path="/"
    )
    answer.headers.update({"Cache-Control": "no-store", **_PRIVATE})
    return answer


def leave(request: Request, answer: Response, response_id: UUID) -> Response:
    """Take the cookie from the browser."""
    name = cookie_name(request, response_id)
    answer.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=_secure(request))
    return answer


def _holder(request: Request, form: BodyRead, response_id: UUID) -> Actor:
    """Who holds the link to this response in this browser; what a form carried is given back when nobody does."""
    cookie = request.cookies.get(cookie_name(request, response_id), "")
    with database(request).reading() as session:
        try:
            return _actor(session, cookie, response_id)
        except (NotFound, Conflict) as failure:
            page, status = refused(failure)
    typed = forms.text_values(form) if form is not None else {}
    skipped = ("-revision", "-flags", "_")
    texts = tuple(
        text
        for name, values in typed.items()
        for text in values
        if text and not name.endswith(skipped[:2]) and not name.startswith("_")
    )
    shown = RefusedPage(page.title, page.message, texts)
    raise FormRejected(render_page(request, shown), status)


def _actor(session: ReadSession, cookie: str, response_id: UUID) -> Actor:
    link = accounts.link_of_session(session, cookie)
    actor = accounts.actor_of_link(link)
    service.response_of(session, actor=actor, response_id=response_id)
    return actor


Holder = Annotated[Actor, Depends(_holder)]


def _received(request: Request, form: BodyRead, _actor: Holder) -> Received:
    """Files of whoever holds a link that works; checked before anything is put on disk."""
    return files.store_received(request, form, Purpose.EVIDENCE)


ReceivedByLink = Annotated[Received, Depends(_received)]
