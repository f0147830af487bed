"""A vendor's link: one button, exchanged for a cookie that reaches this response alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.accounts import service as accounts
from app.core.errors import Conflict, NotFound
from app.files import service as files
from app.files.service import Purpose, Received
from app.kit import htmx, links
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.requests import BodyRead, Read, Write, database
from app.kit.templating import render
from app.questionnaires import service
from app.questionnaires.views.vendor import link_view
from app.settings import Settings
from app.vendors import service as vendors

router = APIRouter(prefix="/vendor-link/{secret}", include_in_schema=False)


@router.get("")
def show_link(request: Request, session: Read, secret: str) -> Response:
    """The button. Looking changes nothing, because mail scanners open every link."""
    try:
        link, access = service.open_vendor_link(session, secret)
    except (NotFound, Conflict) as failure:
        page, status = links.refused(failure)
        answer = render(request, page, status=status)
    else:
        held = service.response_of(
            session, actor=accounts.actor_of_link(link), response_id=access.response.id
        )
        vendor = vendors.vendor_of(session, access.candidate.vendor_id).name
        asker = service.asker_of(session, access.response)
        answer = render(request, link_view(held, vendor, asker, f"/vendor-link/{secret}"))
    answer.headers.update(links.PRIVATE)
    return answer


@router.post("")
def enter(request: Request, session: Write, secret: str) -> Response:
    """Exchange the link for a cookie and go to an address without the secret."""
    settings: Settings = request.app.state.settings
    try:
        _, access = service.open_vendor_link(session, secret)
        response_id, cookie, until = service.enter_by_link(
            session,
            secret,
            days=settings.session_days,
            replaces=links.held(request, access.response.id),
        )
    except (NotFound, Conflict) as failure:
        page, status = links.refused(failure)
        return render(request, page, status=status)
    return links.hold(request, htmx.redirect(request, f"/respond/{response_id}"), response_id, cookie, until)


def _holder(request: Request, form: BodyRead, response_id: UUID) -> Actor:
    """Who holds the link to this response in this browser; what a form carried is given back when nobody does."""
    cookie = links.held(request, response_id)
    with database(request).reading() as session:
        try:
            return _actor(session, cookie, response_id)
        except (NotFound, Conflict) as failure:
            raise links.rejected(request, form, failure) from None


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
