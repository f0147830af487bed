"""The API of accounts: oneself, people, links, tokens."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.accounts import queries, service
from app.accounts.cookies import session_cookie
from app.accounts.models import ApiToken, LinkPurpose, User
from app.accounts.schemas import (
    LinkIn,
    LinkOut,
    MeIn,
    MeOut,
    NewTokenOut,
    PasswordIn,
    SessionOut,
    TokenIn,
    TokenOut,
    UserIn,
    UserOut,
    UserPatch,
)
from app.core.errors import Problem
from app.core.permissions import Action
from app.kit import clock
from app.kit.actors import Actor, CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.errors_http import problem_json
from app.kit.paging import Cursor, Limit, Listing, cut, decode_cursor, encode_cursor
from app.kit.requests import Read, Write

router = APIRouter(prefix="/api/v1", tags=["accounts"])
NO_CONTENT = 204


def _user(user: User) -> UserOut:
    return UserOut.model_validate(user, from_attributes=True)


def _me(user: User, actor: Actor) -> MeOut:
    return MeOut(**_user(user).model_dump(), kind=actor.kind, scopes=sorted(actor.scopes))


def _gone(request: Request) -> Response:
    request.state.answer_status = NO_CONTENT
    return Response(status_code=NO_CONTENT)


@router.get("/me", response_model=MeOut)
def me(request: Request, session: Read, actor: CurrentActor) -> Response:
    """Who is asking, with which roles and scopes."""
    return done(request, _me(queries.user_by_id(session, actor.id), actor))


@router.patch("/me", response_model=MeOut)
def edit_me(request: Request, session: Write, actor: CurrentActor, entry: MeIn, seen: IfMatch) -> Response:
    """Change one's own name or time zone."""
    return done(request, _me(service.edit_me(session, actor=actor, entry=entry, seen=seen), actor))


@router.put("/me/password", status_code=NO_CONTENT)
def change_password(request: Request, session: Write, actor: CurrentActor, entry: PasswordIn) -> Response:
    """Set or change one's own password and sign out other browsers; needs a signed-in browser, no token."""
    service.require_person(actor)
    user = queries.user_by_id(session, actor.id)
    if service.has_password(user):
        address = request.client.host if request.client else ""
        check = service.check_password(session, email=user.email, password=entry.current, address=address)
        if not service.note_check(session, check):  # answered, not raised: the failure has to be stored
            faults = (Problem("current", check.refusal),)
            status = 429 if check.limited else 422
            return problem_json(request, status, "password.wrong", check.refusal, faults)
    cookie = session_cookie(request)
    service.set_password(session, actor=actor, user_id=user.id, password=entry.password, keep=cookie)
    return _gone(request)


@router.get("/me/sessions")
def my_sessions(session: Read, actor: CurrentActor) -> Listing[SessionOut]:
    """The browsers one is signed in with."""
    rows = queries.sessions_of(session, actor.id, clock.now())
    return Listing(items=[SessionOut.model_validate(row, from_attributes=True) for row in rows])


@router.delete("/me/sessions/{sign_in_id}", status_code=NO_CONTENT)
def end_session(request: Request, session: Write, actor: CurrentActor, sign_in_id: UUID) -> Response:
    """Sign out one of one's own browsers."""
    service.end_session_by_id(session, actor=actor, sign_in_id=sign_in_id)
    return _gone(request)


@router.delete("/me/sessions", status_code=NO_CONTENT)
def end_sessions(request: Request, session: Write, actor: CurrentActor) -> Response:
    """Sign out all of one's own browsers but the one that asks."""
    service.end_sessions_of(session, actor.id, keep=session_cookie(request))
    return _gone(request)


@router.get("/users")
def users(
    session: Read, actor: CurrentActor, limit: Limit = 50, cursor: Cursor = "", role: str = "", q: str = ""
) -> Listing[UserOut]:
    """Everybody with an account, oldest first; `q` searches name and e-mail. Needs the admin role."""
    actor.require(Action.ACCOUNT_MANAGE)
    after = decode_cursor(cursor)
    found = queries.people_after(session, after, limit + 1, text=q.strip(), role=role)
    rows, more = cut(found, limit)
    return Listing(items=[_user(row) for row in rows], next=encode_cursor(rows[-1].id) if more else None)


@router.post("/users", response_model=UserOut, status_code=201)
def add_user(request: Request, session: Write, actor: CurrentActor, entry: UserIn) -> Response:
    """Add a person; the first sign-in goes by link. Needs the admin role."""
    user = service.add_user(session, actor=actor, entry=entry)
    return created(request, _user(user), f"/api/v1/users/{user.id}")


@router.get("/users/{user_id}", response_model=UserOut)
def user(request: Request, session: Read, actor: CurrentActor, user_id: UUID) -> Response:
    """One person. Needs the admin role."""
    actor.require(Action.ACCOUNT_MANAGE)
    return done(request, _user(queries.user_by_id(session, user_id)))


@router.patch("/users/{user_id}", response_model=UserOut)
def edit_user(
    request: Request, session: Write, actor: CurrentActor, user_id: UUID, entry: UserPatch, seen: IfMatch
) -> Response:
    """Change a person's name, roles or whether the account is active. Needs the admin role."""
    changed = service.edit_user(session, actor=actor, user_id=user_id, entry=entry, seen=seen)
    return done(request, _user(changed))


@router.delete("/users/{user_id}", status_code=NO_CONTENT)
def erase_user(request: Request, session: Write, actor: CurrentActor, user_id: UUID) -> Response:
    """Erase everything personal about somebody; the record keeps a pseudonym. Needs the admin role."""
    service.erase_user(session, actor=actor, user_id=user_id)
    return _gone(request)


@router.post("/users/{user_id}/link", response_model=LinkOut, status_code=201)
def issue_link(
    request: Request, session: Write, actor: CurrentActor, user_id: UUID, entry: LinkIn
) -> Response:
    """Make a one-time link for a person. Needs the admin role."""
    settings = request.app.state.settings
    purpose = LinkPurpose(entry.purpose)
    hours = entry.hours or settings.link_hours
    issued = service.issue_link(session, actor=actor, purpose=purpose, user_id=user_id, hours=hours)
    link = service.open_link(session, issued, purpose)
    out = LinkOut(id=link.id, expires_at=link.expires_at, url=f"{settings.public_url}/enter/{issued}")
    answer = created(request, out, f"/api/v1/users/{user_id}/links")
    request.state.answer_body = out.model_copy(update={"url": None}).model_dump_json()  # secrets are not kept
    return answer


@router.get("/users/{user_id}/links")
def open_links(session: Read, actor: CurrentActor, user_id: UUID) -> Listing[LinkOut]:
    """The links of a person that still work, without their addresses. Needs the admin role."""
    actor.require(Action.ACCOUNT_MANAGE)
    rows = queries.open_links_of(session, queries.user_by_id(session, user_id).id, clock.now())
    return Listing(items=[LinkOut(id=row.id, expires_at=row.expires_at, url=None) for row in rows])


@router.delete("/users/{user_id}/links/{link_id}", status_code=NO_CONTENT)
def revoke_link(
    request: Request, session: Write, actor: CurrentActor, user_id: UUID, link_id: UUID
) -> Response:
    """Withdraw a link. Needs the admin role."""
    actor.require(Action.ACCOUNT_MANAGE)
    queries.user_by_id(session, user_id)
    service.revoke_link(session, actor=actor, link_id=link_id)
    return _gone(request)


def _token(token: ApiToken) -> TokenOut:
    return TokenOut.model_validate(token, from_attributes=True)


@router.get("/tokens")
def tokens(session: Read, actor: CurrentActor) -> Listing[TokenOut]:
    """One's own tokens that were not revoked, without their secrets."""
    return Listing(items=[_token(row) for row in queries.tokens_of(session, actor.id)])


@router.post("/tokens", response_model=NewTokenOut, status_code=201)
def create_token(request: Request, session: Write, actor: CurrentActor, entry: TokenIn) -> Response:
    """Make a token; needs a signed-in browser, no token. The secret is told this once."""
    token, secret = service.create_token(session, actor=actor, entry=entry)
    out = NewTokenOut(**_token(token).model_dump(), secret=secret)
    answer = created(request, out, "/api/v1/tokens")
    request.state.answer_body = out.model_copy(update={"secret": None}).model_dump_json()
    return answer


@router.delete("/tokens/{token_id}", status_code=NO_CONTENT)
def revoke_token(request: Request, session: Write, actor: CurrentActor, token_id: UUID) -> Response:
    """Revoke one of one's own tokens."""
    service.revoke_token(session, actor=actor, token_id=token_id)
    return _gone(request)
