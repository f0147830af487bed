"""API tokens: made and revoked by the person they act for."""

from datetime import timedelta
from uuid import UUID

from app.accounts.models import ApiToken
from app.accounts.queries import user_by_id
from app.accounts.schemas import TokenIn
from app.audit import service as audit
from app.core.errors import Forbidden, NotFound
from app.kit import clock, ids
from app.kit.actors import SYSTEM, Actor
from app.kit.db import WriteSession


def create_token(
    session: WriteSession, *, actor: Actor, entry: TokenIn, user_id: UUID | None = None
) -> tuple[ApiToken, str]:
    """Make a token for the actor, and return it with its secret, which is shown once.

    `user_id` is for Assay's own command line. Raises `Forbidden` for a token: a stolen one could else outlive
    its revocation.
    """
    require_person(actor)
    owner = user_by_id(session, user_id if user_id and actor == SYSTEM else actor.id)
    secret = "assay_" + ids.token()
    token = ApiToken(
        digest=ids.token_digest(secret),
        user_id=owner.id,
        name=entry.name,
        scopes=["read", "write"] if entry.scope == "write" else ["read"],
        expires_at=clock.now() + timedelta(days=entry.days),
    )
    session.add(token)
    session.flush()
    after = {"token": token.id, "scopes": token.scopes, "days": entry.days}
    audit.record(session, actor, "account.token.created", ("user", owner.id), after=after)
    return token, secret


def revoke_token(session: WriteSession, *, actor: Actor, token_id: UUID) -> None:
    """End one of the actor's own tokens at once. Raises `NotFound` for anybody else's."""
    token = session.get(ApiToken, token_id)
    if token is None or token.user_id != actor.id or token.revoked_at is not None:
        raise NotFound(
            "token.unknown", "There is no such token. Load the page again; it may be revoked already."
        )
    token.revoked_at = clock.now()
    session.add(token)
    audit.record(session, actor, "account.token.revoked", ("user", actor.id), after={"token": token.id})


def require_person(actor: Actor) -> None:
    """Let people and Assay itself pass, or raise `Forbidden` for a token or link."""
    if actor.kind not in ("user", "system"):
        message = "A token cannot do this. Sign in with a browser and do it under Your account."
        raise Forbidden("account.needs_sign_in", message)
