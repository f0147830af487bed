"""The way in and out: password, one-time link, sign-out."""

from fastapi import APIRouter, Request, Response

from app.accounts import queries, service
from app.accounts.cookies import drop_cookie, session_cookie, session_days, set_cookie
from app.accounts.models import LinkPurpose, OneTimeLink
from app.accounts.views import EnterPage, LinkRefusedPage, SignInPage
from app.core.errors import Conflict, NotFound
from app.kit import forms, htmx
from app.kit.actors import PossibleActor
from app.kit.forms import FormState, rejecting
from app.kit.requests import RawForm, Read, Write, database
from app.kit.templating import render
from app.kit.ui import FieldError

router = APIRouter(include_in_schema=False)
ENTRY_LINKS = (LinkPurpose.SIGN_IN, LinkPurpose.PASSWORD)


def _user_agent(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _goal(wanted: str) -> str:
    return wanted if wanted and htmx.is_local(wanted) else "/"


@router.get("/sign-in")
def sign_in_page(request: Request, actor: PossibleActor, next: str = "") -> Response:
    """The form; whoever is signed in goes on."""
    if actor is not None:
        return htmx.redirect(request, _goal(next))
    wanted = next if htmx.is_local(next) else ""
    return render(request, SignInPage("Sign in", form=forms.blank(), next_url=wanted))


@router.post("/sign-in")
def sign_in(request: Request, session: Write, form: RawForm) -> Response:
    """Sign in with a password. A failure is committed too, so that it counts."""
    values = forms.text_values(form)
    email, wanted = values.get("email", ("",))[0], values.get("next", ("",))[0]
    password = form.get("password")
    address = request.client.host if request.client else ""
    with database(request).reading() as reading:
        typed = password if isinstance(password, str) else ""
        check = service.check_password(reading, email=email, password=typed, address=address)
    secret = service.sign_in_with_password(
        session,
        check,
        user_agent=_user_agent(request),
        days=session_days(request),
        replaces=session_cookie(request),
    )
    if secret is None:
        state = FormState(raw={"email": (email,)}, errors=(FieldError("email", check.refusal),))
        page = SignInPage("Sign in", form=state, next_url=wanted if htmx.is_local(wanted) else "")
        return render(request, page, status=429 if check.limited else 422)
    return set_cookie(request, htmx.redirect(request, _goal(wanted)), secret)


@router.post("/sign-out")
def sign_out(request: Request, session: Write) -> Response:
    """End this browser's session."""
    service.end_session(session, session_cookie(request))
    return drop_cookie(request, htmx.redirect(request, "/sign-in", toast="You are signed out."))


def _enter_page(session: Read, link: OneTimeLink, secret: str, state: FormState) -> EnterPage:
    assert link.user_id is not None  # noqa: S101 — links of these purposes name a person
    sets_password = link.purpose is LinkPurpose.PASSWORD
    return EnterPage(
        "Choose a password" if sets_password else "Sign in to Assay",
        form=state,
        name=queries.user_by_id(session, link.user_id).name,
        action=f"/enter/{secret}",
        sets_password=sets_password,
    )


def _refused(request: Request, failure: NotFound | Conflict) -> Response:
    status = 404 if isinstance(failure, NotFound) else 409
    return render(request, LinkRefusedPage("This link does not work", message=failure.message), status=status)


@router.get("/enter/{secret}")
def enter_page(request: Request, session: Read, secret: str) -> Response:
    """Show what the link does; only the button uses it, because mail scanners open links."""
    try:
        link = service.open_link(session, secret, *ENTRY_LINKS)
    except (NotFound, Conflict) as failure:
        return _refused(request, failure)
    return render(request, _enter_page(session, link, secret, forms.blank()))


@router.post("/enter/{secret}")
def enter(request: Request, session: Write, form: RawForm, secret: str) -> Response:
    """Use the link: sign its person in, with the new password when it is for that."""
    try:
        link = service.consume_link(session, secret, *ENTRY_LINKS)
    except (NotFound, Conflict) as failure:
        return _refused(request, failure)
    assert link.user_id is not None  # noqa: S101 — links of these purposes name a person
    user = queries.user_by_id(session, link.user_id)
    if link.purpose is LinkPurpose.PASSWORD:
        password = form.get("password")
        with rejecting(request, form, lambda state: _enter_page(session, link, secret, state)):
            typed = password if isinstance(password, str) else ""
            service.set_password(session, actor=service.actor_of_user(user), user_id=user.id, password=typed)
    cookie = service.start_session(
        session,
        user,
        user_agent=_user_agent(request),
        days=session_days(request),
        replaces=session_cookie(request),
    )
    return set_cookie(request, htmx.redirect(request, "/"), cookie)
