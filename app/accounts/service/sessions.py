"""Who is asking: browsers that are signed in, and programs with a token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, delete, select

from app.accounts.models import ApiToken, SignIn, User
from app.core.errors import Forbidden, NotFound
from app.kit import clock, ids
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
COARSE = timedelta(hours=1)  # how old "last seen" may grow before it is written again
SESSION_DAYS = 14


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a request comes from, and the row whose "last seen" is due to be written, if one is."""

    actor: Actor
    due_sign_in: UUID | None = None
    due_token: UUID | None = None


def actor_of_user(user: User) -> Actor:
    """The person as the one who acts."""
    return Actor(id=user.id, name=user.name, roles=user.role_set())


def identify(session: ReadSession, cookie: str, bearer: str) -> Identity | None:
    """Who holds this session cookie or bearer token; None for nobody.

    A bearer token counts alone: a bad one is nobody, even beside a good cookie. Roles are read anew each time,
    so that a change of roles or a deactivation acts at once.
    """
    now = clock.now()
    if bearer:
        return _by_token(session, bearer, now)
    return _by_cookie(session, cookie, now) if cookie else None


def _by_cookie(session: ReadSession, secret: str, now: datetime) -> Identity | None:
    found = session.exec(
        select(SignIn, User)
        .join(User, col(User.id) == col(SignIn.user_id))
        .where(SignIn.digest == ids.token_digest(secret), col(SignIn.expires_at) > now, col(User.active))
    ).first()
    if found is None:
        return None
    sign_in, user = found
    due = sign_in.id if now - sign_in.last_seen > COARSE else None
    return Identity(actor_of_user(user), due_sign_in=due)


def _by_token(session: ReadSession, secret: str, now: datetime) -> Identity | None:
    found = session.exec(
        select(ApiToken, User)
        .join(User, col(User.id) == col(ApiToken.user_id))
        .where(
            ApiToken.digest == ids.token_digest(secret),
            col(ApiToken.expires_at) > now,
            col(ApiToken.revoked_at).is_(None),
            col(User.active),
        )
    ).first()
    if found is None:
        return None
    token, user = found
    actor = Actor(user.id, user.name, user.role_set(), kind="token", scopes=frozenset(token.scopes))
    due = token.id if token.last_used is None or now - token.last_used > COARSE else None
    return Identity(actor, due_token=due)


def require_scope(actor: Actor, method: str) -> None:
    """Let a request of this HTTP method pass, or raise `Forbidden`: a token without `write` may only read."""
    if actor.kind == "token" and method not in SAFE_METHODS and "write" not in actor.scopes:
        message = "This token may only read. Make one with the scope “write” under Your account."
        raise Forbidden("token.scope", message)


def note_seen(session: WriteSession, identity: Identity) -> None:
    """Write when this browser or token was last seen. Core statements: these columns are no subject of audit."""
    now = clock.now()
    if identity.due_sign_in:
        where = col(SignIn.id) == identity.due_sign_in
        session.connection().execute(sa.update(SignIn).where(where).values(last_seen=now))
    if identity.due_token:
        where = col(ApiToken.id) == identity.due_token
        session.connection().execute(sa.update(ApiToken).where(where).values(last_used=now))


def start_session(
    session: WriteSession, user: User, *, user_agent: str = "", days: int = SESSION_DAYS, replaces: str = ""
) -> str:
    """Sign a browser in and return the secret of its cookie; never one that the browser brought along.

    `replaces` is the cookie it had: that session ends. The user's expired sessions are cleared away.
    """
    now = clock.now()
    stale = col(SignIn.expires_at) <= now
    if replaces:
        stale = sa.or_(stale, col(SignIn.digest) == ids.token_digest(replaces))
    session.exec(delete(SignIn).where(stale))
    secret = ids.token()
    session.add(
        SignIn(
            digest=ids.token_digest(secret),
            user_id=user.id,
            expires_at=now + timedelta(days=days),
            user_agent=user_agent[:200],
        )
    )
    session.flush()
    return secret


def end_session(session: WriteSession, secret: str) -> None:
    """Sign out the browser that holds this cookie; without effect when it was signed out before."""
    session.exec(delete(SignIn).where(col(SignIn.digest) == ids.token_digest(secret)))


def end_session_by_id(session: WriteSession, *, actor: Actor, sign_in_id: UUID) -> None:
    """End one of the actor's own sessions. Raises `NotFound` for anybody else's."""
    row = session.get(SignIn, sign_in_id)
    if row is None or row.user_id != actor.id:
        raise NotFound("session.unknown", "This session has ended already. Load the page again.")
    session.delete(row)


def end_sessions_of(session: WriteSession, user_id: UUID, *, keep: str = "") -> None:
    """End all sessions of a person, except the one whose cookie is `keep`."""
    statement = delete(SignIn).where(col(SignIn.user_id) == user_id)
    if keep:
        statement = statement.where(col(SignIn.digest) != ids.token_digest(keep))
    session.exec(statement)
