"""Behind a vendor's link to its pilot: no account, one part, nothing of ours and nothing of other vendors."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.accounts import service as accounts
from app.core.errors import Conflict, NotFound
from app.files import service as files
from app.files.service import Purpose, Received
from app.kit import forms, htmx, links, wording
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.forms import rejecting
from app.kit.requests import BodyRead, RawForm, Read, Write, database
from app.kit.storage import LocalStore
from app.kit.templating import render
from app.pilots.service import CheckedDelivery, Pending, mapping
from app.runs import service
from app.runs.schemas import QuestionIn, ReplyIn
from app.runs.views import vendor as views
from app.runs.views.vendor import VendorForms
from app.settings import Settings
from app.vendors import service as vendors

router = APIRouter(include_in_schema=False)
_LINK = "/pilot-link/{secret}"
_PART = "/pilot-work/{part_id}"


@router.get(_LINK)
def show_link(request: Request, session: Read, secret: str) -> Response:
    """The button. Looking changes nothing, because mail scanners open every link."""
    try:
        _, found = service.open_part_link(session, secret)
    except (NotFound, Conflict) as failure:
        page, status = links.refused(failure)
        answer = render(request, page, status=status)
    else:
        name, action = _vendor(session, found), f"/pilot-link/{secret}"
        answer = render(request, views.PilotLinkPage("Your pilot", name, action, found.is_labeler))
    answer.headers.update(links.PRIVATE)
    return answer


@router.post(_LINK)
def enter(request: Request, session: Write, secret: str) -> Response:
    """Exchange the link for a cookie and go to an address without the secret."""
    settings: Settings = request.app.state.settings
    try:
        _, found = service.open_part_link(session, secret)
        part_id, cookie, until = service.enter_part(
            session, secret, days=settings.session_days, replaces=links.held(request, found.part.id)
        )
    except (NotFound, Conflict) as failure:
        page, status = links.refused(failure)
        return render(request, page, status=status)
    return links.hold(request, htmx.redirect(request, f"/pilot-work/{part_id}"), part_id, cookie, until)


def _holder(request: Request, form: BodyRead, part_id: UUID) -> Actor:
    """Who holds the link to this part in this browser; what a form carried is given back when nobody does."""
    with database(request).reading() as session:
        try:
            actor = accounts.actor_of_link(accounts.link_of_session(session, links.held(request, part_id)))
            service.part_access(session, actor, part_id)
        except (NotFound, Conflict) as failure:
            raise links.rejected(request, form, failure) from None
    return actor


Holder = Annotated[Actor, Depends(_holder)]


def _received(request: Request, form: BodyRead, _actor: Holder) -> Received:
    """Files of whoever holds a link that works; checked before anything is put on disk."""
    return files.store_received(request, form, Purpose.ANNOTATIONS)


def _checked(
    request: Request,
    received: Annotated[Received, Depends(_received)],
    form: BodyRead,
    actor: Holder,
    part_id: UUID,
) -> Pending[CheckedDelivery]:
    told = service.receive_by_link(request, received, form, actor, part_id)
    return replace(told, fault=mapping.numbered(told.fault, form)) if told.fault else told


CheckedByLink = Annotated[Pending[CheckedDelivery], Depends(_checked)]


def _packed(request: Request, actor: Holder, part_id: UUID) -> service.Pack:
    contents: LocalStore = request.app.state.contents
    return service.pack_by_link(database(request), contents, actor=actor, part_id=part_id)


Packed = Annotated[service.Pack, Depends(_packed)]


def _vendor(session: ReadSession, found: service.PartAccess) -> str:
    return vendors.vendor_of(session, found.candidate.vendor_id).name


def _page(
    session: ReadSession,
    actor: Actor,
    part_id: UUID,
    came_back: VendorForms = views.NO_FORMS,
    link: str = "",
) -> views.VendorPilotPage:
    found = service.part_access(session, actor, part_id)
    return views.vendor_view(session, found, _vendor(session, found), came_back, link)


@router.get(_PART)
def show(request: Request, actor: Holder, session: Read, part_id: UUID) -> Response:
    """The vendor's pilot."""
    return render(request, _page(session, actor, part_id))


@router.post(_PART + "/promises")
def confirm_promises(
    request: Request, actor: Holder, session: Write, form: RawForm, part_id: UUID
) -> Response:
    """Confirm the criteria and the fee as they stood on the page."""
    digest = str(form.get("digest") or "")
    service.confirm_promises(session, actor=actor, part_id=part_id, digest=digest)
    return htmx.redirect(request, f"/pilot-work/{part_id}", toast="Promises confirmed.")


@router.post(_PART + "/instructions")
def confirm_instructions(
    request: Request, actor: Holder, session: Write, form: RawForm, part_id: UUID
) -> Response:
    """Confirm that the team works after this version."""
    number = service.round_of(form, "number")
    service.confirm_instructions(session, actor=actor, part_id=part_id, number=number)
    told = f"Version {number} of the instructions confirmed."
    return htmx.redirect(request, f"/pilot-work/{part_id}", toast=told)


@router.post(_PART + "/pack")
def download_pack(pack: Packed, actor: Holder, session: Write) -> Response:
    """The pilot pack; that it left is written down first."""
    service.note_download(session, actor=actor, pack=pack)
    headers = {
        "Content-Disposition": f'attachment; filename="{pack.name}"',
        "Cache-Control": "no-store",
        **links.PRIVATE,
    }
    return Response(pack.content, media_type="application/zip", headers=headers)


@router.post(_PART + "/deliver")
def deliver(
    checked: CheckedByLink, request: Request, actor: Holder, session: Write, form: RawForm, part_id: UUID
) -> Response:
    """Take the vendor's delivery in."""
    strange = mapping.asked(checked.fault, form)
    with rejecting(
        request,
        form,
        lambda state: _page(session, actor, part_id, VendorForms(deliver=state, strange=strange)),
    ):
        row = service.deliver_by_link(
            session,
            actor=actor,
            part_id=part_id,
            round_seen=service.round_of(form),
            checked=checked.take(),
        )
    told = (
        f"Received: {wording.number(row.items)} items, {wording.number(row.labels)} labels. "
        "The receipt stands below."
    )
    return htmx.redirect(request, f"/pilot-work/{part_id}", toast=told)


@router.post(_PART + "/questions")
def ask(request: Request, actor: Holder, session: Write, form: RawForm, part_id: UUID) -> Response:
    """Ask, report an edge case, or propose a change."""
    with rejecting(request, form, lambda state: _page(session, actor, part_id, VendorForms(ask=state))):
        service.ask_by_link(session, actor=actor, part_id=part_id, entry=forms.parse(QuestionIn, form))
    told = "Sent. An answer that helps everybody is published without your name."
    return htmx.redirect(request, f"/pilot-work/{part_id}#questions", toast=told)


@router.post(_PART + "/questions/{question_id}/reply")
def reply(
    request: Request, actor: Holder, session: Write, form: RawForm, part_id: UUID, question_id: UUID
) -> Response:
    """The vendor's next turn in a thread."""
    with rejecting(
        request,
        form,
        lambda state: _page(session, actor, part_id, VendorForms(reply=(str(question_id), state))),
    ):
        entry = forms.parse(ReplyIn, form)
        service.reply_by_link(session, actor=actor, part_id=part_id, question_id=question_id, entry=entry)
    return htmx.redirect(request, f"/pilot-work/{part_id}#questions", toast="Sent.")


@router.post(_PART + "/labelers")
def invite(request: Request, actor: Holder, session: Write, form: RawForm, part_id: UUID) -> Response:
    """A link for labelers, shown this once."""
    with rejecting(request, form, lambda state: _page(session, actor, part_id, VendorForms(labeler=state))):
        url = service.invite_labeler(
            session,
            actor=actor,
            part_id=part_id,
            name=str(form.get("holder_name") or ""),
            base_url=request.app.state.settings.public_url,
        )
    request.state.answer_location = f"/pilot-work/{part_id}"
    return render(request, _page(session, actor, part_id, link=url))


@router.post(_PART + "/leave")
def forget(request: Request, _actor: Holder, session: Write, part_id: UUID) -> Response:
    """End the session of this browser; the link of the mail opens it again."""
    accounts.end_link_session(session, links.held(request, part_id))
    page = links.RefusedPage("You left the pilot", "The link of your mail opens it again.")
    return links.leave(request, render(request, page), part_id)
