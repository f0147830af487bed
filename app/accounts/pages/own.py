"""Your account: profile, password and sessions, API tokens."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.accounts import queries, service, views
from app.accounts.cookies import session_cookie
from app.accounts.schemas import MeIn, PasswordIn, TokenIn
from app.core.errors import Invalid, Problem
from app.kit import clock, forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import FieldError

router = APIRouter(include_in_schema=False, prefix="/account")
_FIRST_TOKEN = {"scope": "read", "days": 90}


@router.get("")
def profile(request: Request, session: Read, actor: CurrentActor) -> Response:
    """Own name and time zone."""
    user = queries.user_by_id(session, actor.id)
    form = forms.blank({"name": user.name, "time_zone": user.time_zone}, version=user.version)
    return render(request, views.profile_page(user, form))


@router.post("")
def edit_profile(request: Request, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """Store own name and time zone."""
    user = queries.user_by_id(session, actor.id)
    with rejecting(request, form, lambda state: views.profile_page(user, state)):
        entry = forms.parse(MeIn, form)
        if entry.name is None:
            raise Invalid("user.name", [Problem("name", "Fill this in.")])
        service.edit_me(session, actor=actor, entry=entry, seen=forms.seen_version(form))
    return htmx.redirect(request, "/account", toast="Your account is saved.")


def _security(request: Request, session: ReadSession, actor: Actor, state: FormState) -> views.SecurityPage:
    user = queries.user_by_id(session, actor.id)
    sessions = queries.sessions_of(session, user.id, clock.now())
    return views.security_page(user, sessions, session_cookie(request), state)


@router.get("/security")
def security(request: Request, session: Read, actor: CurrentActor) -> Response:
    """Own password, and the browsers that are signed in."""
    return render(request, _security(request, session, actor, forms.blank()))


@router.post("/password")
def change_password(request: Request, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """Set or change one's own password; a wrong current one is counted like a failed sign-in."""
    service.require_person(actor)
    user = queries.user_by_id(session, actor.id)
    with rejecting(request, form, lambda state: _security(request, session, actor, state)):
        entry = PasswordIn(current=str(form.get("current") or ""), password=str(form.get("password") or ""))
    if service.has_password(user):
        address = request.client.host if request.client else ""
        check = service.check_password(session, email=user.email, password=entry.current, address=address)
        if not service.note_check(session, check):
            message = check.refusal if check.limited else "This is not your current password. Type it again."
            state = FormState(errors=(FieldError("current", message),))
            page = _security(request, session, actor, state)
            return render(request, page, status=429 if check.limited else 422)
    with rejecting(request, form, lambda state: _security(request, session, actor, state)):
        service.set_password(
            session, actor=actor, user_id=actor.id, password=entry.password, keep=session_cookie(request)
        )
    return htmx.redirect(
        request, "/account/security", toast="Your password is set. Other browsers are signed out."
    )


@router.post("/sessions/end-others")
def end_others(request: Request, session: Write, actor: CurrentActor) -> Response:
    """Sign out every browser but this one."""
    service.require_person(actor)
    service.end_sessions_of(session, actor.id, keep=session_cookie(request))
    return htmx.redirect(request, "/account/security", toast="All other browsers are signed out.")


@router.post("/sessions/{sign_in_id}/end")
def end_session(request: Request, session: Write, actor: CurrentActor, sign_in_id: UUID) -> Response:
    """Sign out one browser."""
    service.end_session_by_id(session, actor=actor, sign_in_id=sign_in_id)
    return htmx.redirect(request, "/account/security", toast="That browser is signed out.")


def _tokens(session: ReadSession, actor: Actor, state: FormState, secret: str = "") -> views.TokensPage:
    user = queries.user_by_id(session, actor.id)
    return views.tokens_page(user, queries.tokens_of(session, user.id), clock.now(), state, secret)


@router.get("/tokens")
def tokens(request: Request, session: Read, actor: CurrentActor) -> Response:
    """Own API tokens."""
    return render(request, _tokens(session, actor, forms.blank(_FIRST_TOKEN)))


@router.post("/tokens")
def create_token(request: Request, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """Make a token and show its secret this once; the same form sent again leads to the list."""
    with rejecting(request, form, lambda state: _tokens(session, actor, state)):
        _, secret = service.create_token(session, actor=actor, entry=forms.parse(TokenIn, form))
    request.state.answer_location = "/account/tokens"
    return render(request, _tokens(session, actor, forms.blank(_FIRST_TOKEN), secret))


@router.post("/tokens/{token_id}/revoke")
def revoke_token(request: Request, session: Write, actor: CurrentActor, token_id: UUID) -> Response:
    """End a token at once."""
    service.revoke_token(session, actor=actor, token_id=token_id)
    return htmx.redirect(request, "/account/tokens", toast="The token is revoked.")
