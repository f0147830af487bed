"""People: for admins."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.accounts import queries, service, views
from app.accounts.models import LinkPurpose, User
from app.accounts.schemas import LinkIn, PersonForm, UserIn, UserPatch, role_names
from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.kit import clock, forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import write_csv, write_excel
from app.kit.templating import render
from app.kit.ui import FieldError, Toast

router = APIRouter(include_in_schema=False, prefix="/people")
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADER = ("name", "email", "roles", "active", "added")


@router.get("")
def people(
    request: Request,
    session: Read,
    actor: CurrentActor,
    q: Annotated[str, Query(max_length=100)] = "",
    role: str = "",
    state: str = "",
    sort: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    format: Literal["", "csv", "xlsx"] = "",
) -> Response:
    """The list, filtered and sorted by the address; also as CSV and Excel."""
    actor.require(Action.ACCOUNT_MANAGE)
    found = queries.people(session, text=q.strip(), role=role, state=state, sort=sort or "name")
    if format:
        return _export(found, format)
    query = {"q": q.strip(), "role": role, "state": state, "sort": sort}
    return render(request, views.people_page(found, query, page))


def _export(found: Sequence[User], kind: str) -> Response:
    rows = [
        (
            user.name,
            user.email,
            role_names(user.role_set()),
            "yes" if user.active else "no",
            user.created_at.date(),
        )
        for user in found
    ]
    headers = {"Content-Disposition": f'attachment; filename="people.{kind}"', "Cache-Control": "no-store"}
    if kind == "csv":
        return Response(write_csv(_HEADER, rows), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(write_excel("People", _HEADER, rows), media_type=_EXCEL, headers=headers)


@router.get("/new")
def new_person(request: Request, actor: CurrentActor) -> Response:
    """The form for one more person."""
    actor.require(Action.ACCOUNT_MANAGE)
    return render(request, views.new_person_page(forms.blank({"time_zone": "UTC"})))


@router.post("")
def add_person(request: Request, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """Add a person; the next step is a link for them."""
    with rejecting(request, form, views.new_person_page):
        user = service.add_user(session, actor=actor, entry=forms.parse(UserIn, form))
    return htmx.redirect(request, f"/people/{user.id}", toast="Added. Now make a sign-in link and send it.")


def _person(
    session: ReadSession,
    actor: Actor,
    user_id: UUID,
    form: FormState | None = None,
    *,
    errors: tuple[FieldError, ...] = (),
    erase_form: FormState | None = None,
    link_url: str = "",
    link_note: str = "",
) -> views.PersonPage:
    user = queries.user_by_id(session, user_id)
    zone = queries.user_by_id(session, actor.id).time_zone
    links = queries.open_links_of(session, user_id, clock.now())
    stored = forms.blank({"name": user.name, "roles": user.roles}, version=user.version)
    stored = replace(stored, errors=errors)
    return views.person_page(
        user,
        links,
        zone,
        form or stored,
        erase_form=erase_form or forms.blank(),
        link_url=link_url,
        link_note=link_note,
    )


@router.get("/{user_id}")
def person(request: Request, session: Read, actor: CurrentActor, user_id: UUID) -> Response:
    """One person."""
    actor.require(Action.ACCOUNT_MANAGE)
    return render(request, _person(session, actor, user_id))


@router.post("/{user_id}")
def edit_person(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, user_id: UUID
) -> Response:
    """Store a person's name and roles."""
    actor.require(Action.ACCOUNT_MANAGE)
    with rejecting(request, form, lambda state: _person(session, actor, user_id, state)):
        typed = forms.parse(PersonForm, form)
        entry = UserPatch(name=typed.name, roles=typed.roles)
        seen = forms.seen_version(form)
        user = service.edit_user(session, actor=actor, user_id=user_id, entry=entry, seen=seen)
    return htmx.redirect(request, f"/people/{user_id}", toast=f"{user.name} is saved.")


@router.post("/{user_id}/deactivate")
def deactivate(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, user_id: UUID
) -> Response:
    """Shut a person out at once; can be undone."""
    actor.require(Action.ACCOUNT_MANAGE)
    with rejecting(request, form, lambda state: _person(session, actor, user_id, errors=state.errors)):
        user = service.edit_user(session, actor=actor, user_id=user_id, entry=UserPatch(active=False))
    undo = f"/people/{user_id}/activate"
    toast = Toast(f"{user.name} is deactivated and signed out everywhere.", undo_url=undo)
    return htmx.redirect(request, f"/people/{user_id}", toast=toast)


@router.post("/{user_id}/activate")
def activate(request: Request, session: Write, actor: CurrentActor, user_id: UUID) -> Response:
    """Let a person in again."""
    user = service.edit_user(session, actor=actor, user_id=user_id, entry=UserPatch(active=True))
    return htmx.redirect(request, f"/people/{user_id}", toast=f"{user.name} may sign in again.")


@router.post("/{user_id}/link")
def issue_link(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, user_id: UUID
) -> Response:
    """Make a link and show it this once; the same form sent again leads to the person."""
    actor.require(Action.ACCOUNT_MANAGE)
    entry = forms.parse(LinkIn, form)
    hours = entry.hours or request.app.state.settings.link_hours
    purpose = LinkPurpose(entry.purpose)
    secret = service.issue_link(session, actor=actor, purpose=purpose, user_id=user_id, hours=hours)
    request.state.answer_location = f"/people/{user_id}"
    url = f"{request.app.state.settings.public_url}/enter/{secret}"
    note = f"{views.PURPOSE_TEXTS[purpose]}, works once, for {hours} hours. It is shown only now."
    return render(request, _person(session, actor, user_id, link_url=url, link_note=note))


@router.post("/{user_id}/links/{link_id}/revoke")
def revoke_link(
    request: Request, session: Write, actor: CurrentActor, user_id: UUID, link_id: UUID
) -> Response:
    """Withdraw a link."""
    service.revoke_link(session, actor=actor, link_id=link_id)
    return htmx.redirect(request, f"/people/{user_id}", toast="The link is withdrawn.")


@router.post("/{user_id}/erase")
def erase(request: Request, session: Write, actor: CurrentActor, form: RawForm, user_id: UUID) -> Response:
    """Erase a person for good, once their address was typed to confirm it."""
    actor.require(Action.ACCOUNT_MANAGE)
    user = queries.user_by_id(session, user_id)
    with rejecting(request, form, lambda state: _person(session, actor, user_id, erase_form=state)):
        if str(form.get("confirm") or "").strip().lower() != user.email:
            raise Invalid("user.confirm", [Problem("confirm", f"Type {user.email} to erase this person.")])
        service.erase_user(session, actor=actor, user_id=user_id)
    return htmx.redirect(request, "/people", toast="Everything personal about them is erased.")
