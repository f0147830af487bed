"""The status of a pilot by mail: choose, look, send; and the public page that stops it."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.core.errors import NotFound
from app.core.permissions import Action
from app.kit import forms, htmx, links, wording
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.pilots import service as pilots
from app.pilots.frame import base_of, below
from app.runs import service
from app.runs.schemas import StatusMailIn
from app.runs.views import status as views

router = APIRouter(
    prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/status-mail", include_in_schema=False
)
public = APIRouter(prefix="/status-stop/{token}", include_in_schema=False)


def _page(
    session: ReadSession, actor: Actor, pilot_id: UUID, form: FormState | None = None
) -> views.StatusPage:
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    told = service.status_of(session, actor=actor, pilot_id=pilot_id)
    going = sum(one.gets_it for one in told.recipients)
    base, zone = base_of(found.pilot), found.evaluation.time_zone
    return views.StatusPage(
        title="Status mail",
        frame=below(session, found),
        path=f"{base}/status-mail",
        back=f"{base}/run",
        form=form or views.status_form(told),
        people=views.people_options(told),
        may_send=going > 0,
        is_closed=not found.is_open,
        next_on=wording.day(told.mail.next_on) if told.mail and told.mail.next_on else "",
        going=f"{going} {wording.plural('recipient', going)}",
        stopped=tuple(one.name for one in told.recipients if one.row.stopped_at),
        letter=told.letter,
        plain=told.letter.plain(),
        sent=tuple(views.sent_row(one, zone) for one in told.sent[: views.SHOWN]),
        nonce=blank().nonce,
    )


@router.get("")
def show_status(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """Who gets the status, how it reads now, what was sent."""
    return render(request, _page(session, actor, pilot_id))


@router.post("")
def save_status(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Save the list, the next step, and whether it goes every week."""
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    with rejecting(request, form, lambda state: _page(session, actor, pilot_id, state)):
        seen = forms.seen_version(form)
        service.set_status_mail(session, actor=actor, pilot_id=pilot_id, entry=_entry(form), seen=seen)
    told = "Saved. Read the preview, then send."
    return htmx.redirect(request, f"{base_of(found.pilot)}/status-mail", toast=told)


def _entry(form: FormData) -> StatusMailIn:
    """The list with one address per line."""
    raw = forms.text_values(form)
    text = "\n".join(raw.get("addresses", ()))
    lines = dict.fromkeys(one.strip().lower() for one in text.replace(",", "\n").splitlines() if one.strip())
    return StatusMailIn.model_validate(
        {
            "people": [one for one in raw.get("people", ()) if one],
            "addresses": list(lines),
            "note": "\n".join(raw.get("note", ())),
            "weekly": raw.get("weekly", ("",))[0] == "yes",
        }
    )


@router.post("/send")
def send_status(session: Write, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """Mail it now to everybody on the list."""
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    base = request.app.state.settings.public_url
    count = service.send_status(session, actor=actor, pilot_id=pilot_id, base_url=base)
    told = f"{count} {wording.plural('mail', count)} on the way; what became of them stands below."
    return htmx.redirect(request, f"{base_of(found.pilot)}/status-mail", toast=told)


@public.get("")
def show_stop(session: Read, request: Request, token: str) -> Response:
    """The button."""
    try:
        row = service.recipient_by_token(session, token)
    except NotFound as failure:
        page, status = links.refused(failure)
        answer = render(request, page, status=status)
    else:
        shown = views.StopPage("Stop these mails", f"/status-stop/{token}", row.stopped_at is not None)
        answer = render(request, shown)
    answer.headers.update(links.PRIVATE)
    return answer


@public.post("")
def stop(session: Write, request: Request, token: str) -> Response:
    """Send no more of them."""
    try:
        service.stop_status(session, token)
    except NotFound as failure:
        page, status = links.refused(failure)
        return render(request, page, status=status)
    return render(request, views.StopPage("Stop these mails", "", True))
