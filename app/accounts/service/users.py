"""People: added, edited, deactivated, erased; never without an admin."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlmodel import select

from app.accounts import queries
from app.accounts.models import ApiToken, LinkPurpose, OneTimeLink, User
from app.accounts.queries import has_other_admin, open_links_of, tokens_of, user_by_email, user_by_id
from app.accounts.schemas import MeIn, UserIn, UserPatch
from app.accounts.service.links import issue_link, withdraw
from app.accounts.service.sessions import end_sessions_of
from app.audit import service as audit
from app.audit.models import ActorName
from app.core.errors import Conflict
from app.core.permissions import Action, Role
from app.kit import clock
from app.kit.actors import SYSTEM, Actor
from app.kit.db import ReadSession, WriteSession, unchanged

ERASED = "Erased person"


def active_people(session: ReadSession) -> Sequence[User]:
    """Everybody who can sign in, by name, for the choices of other features."""
    return queries.people(session, state="active")


def names_of(session: ReadSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id; somebody without an account is missing."""
    return queries.names(session, ids)


def user_of(session: ReadSession, user_id: UUID) -> User:
    """The person with this id. Raises `NotFound`."""
    return user_by_id(session, user_id)


def add_user(session: WriteSession, *, actor: Actor, entry: UserIn) -> User:
    """Add a person, without a password: the first sign-in goes by link.

    Raises `Forbidden`, and `Conflict` at `email` when somebody has the address.
    """
    actor.require(Action.ACCOUNT_MANAGE)
    if user_by_email(session, entry.email) is not None:
        message = "Somebody has this address already. Find the person in the list and edit them."
        raise Conflict("user.email_taken", message, field="email")
    user = User(
        email=entry.email,
        name=entry.name,
        roles=[role.value for role in entry.roles],
        time_zone=entry.time_zone,
    )
    session.add(user)
    session.flush()
    audit.record(session, actor, "account.user.added", ("user", user.id), after={"roles": user.roles})
    return user


def edit_user(
    session: WriteSession, *, actor: Actor, user_id: UUID, entry: UserPatch, seen: int | None = None
) -> User:
    """Change a person's name, roles or whether the account is active; what is None stays.

    Deactivating ends all sessions, tokens and links. Raises `Forbidden`, `NotFound`, `Conflict` for a stale
    version or when nobody could manage accounts any more.
    """
    actor.require(Action.ACCOUNT_MANAGE)
    user = user_by_id(session, user_id)
    wanted = entry.model_dump(exclude_none=True, mode="json")
    unchanged(user, seen, wanted)
    roles, active = wanted.get("roles", user.roles), wanted.get("active", user.active)
    if Role.ADMIN.value not in roles or not active:
        _keep_an_admin(session, user)
    before = {"roles": user.roles, "active": user.active}
    renamed = "name" in wanted and wanted["name"] != user.name
    user.roles, user.active = roles, active
    if renamed:
        rename(session, user, wanted["name"])
    session.add(user)
    old, new = audit.changes(before, {"roles": roles, "active": active})
    if renamed:
        new = {**new, "changed": ["name"]}
    if new:
        audit.record(session, actor, "account.user.edited", ("user", user.id), before=old, after=new)
    if before["active"] and not active:
        _shut_out(session, actor, user)
    session.flush()
    return user


def edit_me(session: WriteSession, *, actor: Actor, entry: MeIn, seen: int | None = None) -> User:
    """Change one's own name or time zone; what is None stays."""
    user = user_by_id(session, actor.id)
    wanted = entry.model_dump(exclude_none=True)
    unchanged(user, seen, wanted)
    changed = [name for name, value in wanted.items() if getattr(user, name) != value]
    if "name" in changed:
        rename(session, user, wanted["name"])
    user.time_zone = wanted.get("time_zone", user.time_zone)
    session.add(user)
    if changed:
        audit.record(
            session, actor, "account.user.edited_self", ("user", user.id), after={"changed": changed}
        )
    session.flush()
    return user


def rename(session: WriteSession, user: User, name: str) -> None:
    """Give a person another name, in the side table of the audit record too."""
    user.name = name
    known = session.get(ActorName, user.id)
    if known is not None:
        known.name = name
        session.add(known)


def erase_user(session: WriteSession, *, actor: Actor, user_id: UUID) -> None:
    """Remove everything personal about somebody; what they did stays in the record under a pseudonym.

    Raises `Forbidden`, `NotFound`, and `Conflict` when nobody could manage accounts any more.
    """
    actor.require(Action.ACCOUNT_MANAGE)
    user = user_by_id(session, user_id)
    _keep_an_admin(session, user)
    _shut_out(session, actor, user)
    for link in session.exec(select(OneTimeLink).where(OneTimeLink.user_id == user.id)):
        link.holder_name = link.holder_email = ""
        session.add(link)
        audit.record(session, actor, "account.link.erased", ("one_time_link", link.id))
    rename(session, user, ERASED)
    user.email, user.password_hash, user.active = f"{user.id}@erased.invalid", None, False
    session.add(user)
    audit.record(session, actor, "account.user.erased", ("user", user.id), after={"active": False})
    session.flush()


def ensure_first_admin(session: WriteSession, *, hours: int | None = None) -> str | None:
    """On a store without people: add an admin and return the secret of a link that sets the password; else None."""
    if session.exec(select(User.id).limit(1)).first() is not None:
        return None
    entry = UserIn(email="admin@localhost", name="Administrator", roles=[Role.ADMIN])
    user = add_user(session, actor=SYSTEM, entry=entry)
    return issue_link(session, actor=SYSTEM, purpose=LinkPurpose.PASSWORD, user_id=user.id, hours=hours)


def _keep_an_admin(session: WriteSession, user: User) -> None:
    if user.active and Role.ADMIN.value in user.roles and not has_other_admin(session, user.id):
        message = "This is the last admin. Give the admin role to somebody else first."
        raise Conflict("user.last_admin", message, field="roles")


def _shut_out(session: WriteSession, actor: Actor, user: User) -> None:
    end_sessions_of(session, user.id)
    now = clock.now()
    tokens: list[ApiToken] = list(tokens_of(session, user.id))
    for token in tokens:
        token.revoked_at = now
        session.add(token)
    if tokens:
        revoked = {"tokens_revoked": [token.id for token in tokens]}
        audit.record(session, actor, "account.token.revoked", ("user", user.id), after=revoked)
    for link in open_links_of(session, user.id, now):
        withdraw(session, actor, link)
