"""One-time links: handed out once, kept as digests, opened by whoever holds them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, delete, select

from app.accounts.models import LinkPurpose, LinkSession, OneTimeLink, User
from app.accounts.queries import user_by_id
from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action, Role
from app.kit import clock, ids
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession

LINK_HOURS = 72
REUSABLE = frozenset({LinkPurpose.VENDOR})
_FOR_ACCOUNTS = frozenset({LinkPurpose.SIGN_IN, LinkPurpose.PASSWORD})
_RIGHT = {
    LinkPurpose.SIGN_IN: Action.ACCOUNT_MANAGE,
    LinkPurpose.PASSWORD: Action.ACCOUNT_MANAGE,
    LinkPurpose.APPROVE: Action.RECOMMEND,
    LinkPurpose.VENDOR: Action.EVALUATION_EDIT,
}
_GRANTS = {
    LinkPurpose.SIGN_IN: frozenset[Role](),
    LinkPurpose.PASSWORD: frozenset[Role](),
    LinkPurpose.APPROVE: frozenset({Role.APPROVER}),
    LinkPurpose.VENDOR: frozenset({Role.VENDOR_LINK}),
}


def issue_link(
    session: WriteSession,
    *,
    actor: Actor,
    purpose: LinkPurpose,
    user_id: UUID | None = None,
    holder_name: str = "",
    holder_email: str = "",
    subject: tuple[str, UUID] | None = None,
    roles: Iterable[Role] = (),
    hours: int | None = None,
    panel: frozenset[Role] = frozenset(),
) -> str:
    """Make a link and return its secret, which is shown once and stored nowhere.

    Links to sign in or to set a password are for a person with an account; the others name their holder and
    what they are about. `roles` defaults to all that the purpose may carry. `hours` is its validity (72).
    Raises `Forbidden`, `Invalid` with every fault, `Conflict` for a person who was deactivated.
    """
    actor.require(_RIGHT[purpose], panel=panel)
    carried = frozenset(roles) or _GRANTS[purpose]
    faults = _faults(purpose, user_id, holder_name, subject, carried)
    if faults:
        raise Invalid("link.incomplete", faults)
    if user_id is not None and not user_by_id(session, user_id).active:
        raise Conflict("user.inactive", "This person is deactivated. Activate the account first.")
    secret = ids.token()
    valid = LINK_HOURS if hours is None else hours
    link = OneTimeLink(
        digest=ids.token_digest(secret),
        purpose=purpose,
        user_id=user_id,
        holder_name=holder_name.strip(),
        holder_email=holder_email.strip().lower(),
        subject_kind=subject[0] if subject else "",
        subject_id=subject[1] if subject else None,
        roles=sorted(carried),
        expires_at=clock.now() + timedelta(hours=valid),
    )
    session.add(link)
    session.flush()
    after = {"purpose": purpose, "user": user_id, "subject": subject, "roles": carried, "hours": valid}
    audit.record(session, actor, "account.link.issued", ("one_time_link", link.id), after=after)
    return secret


def _faults(
    purpose: LinkPurpose,
    user_id: UUID | None,
    holder_name: str,
    subject: tuple[str, UUID] | None,
    roles: frozenset[Role],
) -> list[Problem]:
    found = []
    if purpose in _FOR_ACCOUNTS and user_id is None:
        found.append(Problem("user_id", "Choose the person who shall sign in."))
    if purpose not in _FOR_ACCOUNTS and subject is None:
        found.append(Problem("subject", "Say what the link is about."))
    if purpose not in _FOR_ACCOUNTS and user_id is None and not holder_name.strip():
        found.append(Problem("holder_name", "Fill in the name of the person who gets the link."))
    if not roles <= _GRANTS[purpose]:
        allowed = ", ".join(sorted(_GRANTS[purpose])) or "none"
        found.append(Problem("roles", f"This kind of link can carry these roles: {allowed}."))
    return found


def open_link(session: ReadSession, secret: str, *purposes: LinkPurpose) -> OneTimeLink:
    """The link with this secret, if it is for one of the purposes and still valid.

    Raises `NotFound` when there is none, `Conflict` when it was used, withdrawn or has expired.
    """
    return _open(session, secret, purposes, lock=False)


def consume_link(session: WriteSession, secret: str, *purposes: LinkPurpose) -> OneTimeLink:
    """Open the link and mark it used, so that nobody opens it again; vendors' links stay open until they expire.

    Of several requests at the same moment exactly one succeeds. Raises what `open_link` raises.
    """
    link = _open(session, secret, purposes, lock=True)
    if link.used_at is None:
        link.used_at = clock.now()
        session.add(link)
        after = {"purpose": link.purpose, "used": True}
        audit.record(
            session, _user_of(session, link), "account.link.used", ("one_time_link", link.id), after=after
        )
    return link


def _open(session: ReadSession, secret: str, purposes: tuple[LinkPurpose, ...], *, lock: bool) -> OneTimeLink:
    statement = select(OneTimeLink).where(OneTimeLink.digest == ids.token_digest(secret))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    link = session.exec(statement).first()
    if link is None or link.purpose not in purposes:
        message = "This link is not known. Check that it was copied whole, or ask its sender for a new one."
        raise NotFound("link.unknown", message)
    if link.revoked_at is not None:
        raise Conflict("link.revoked", "This link was withdrawn. Ask its sender for a new one.")
    if link.used_at is not None and link.purpose not in REUSABLE:
        raise Conflict(
            "link.used", "This link was used already and works once. Ask its sender for a new one."
        )
    if link.expires_at <= clock.now():
        raise Conflict("link.expired", "This link has expired. Ask its sender for a new one.")
    if link.user_id is not None and not user_by_id(session, link.user_id).active:
        raise Conflict("user.inactive", "This account is deactivated. Ask an admin to activate it.")
    return link


def _user_of(session: ReadSession, link: OneTimeLink) -> Actor:
    user = session.get(User, link.user_id) if link.user_id else None
    return Actor(user.id, user.name, user.role_set()) if user else actor_of_link(link)


def actor_of_link(link: OneTimeLink) -> Actor:
    """The holder of a link as the one who acts: the link's id is the pseudonym, its roles are the rights."""
    roles = frozenset(Role(value) for value in link.roles)
    return Actor(id=link.id, name=link.holder_name or "Holder of a link", roles=roles, kind="link")


def revoke_link(
    session: WriteSession, *, actor: Actor, link_id: UUID, panel: frozenset[Role] = frozenset()
) -> None:
    """Withdraw a link; whoever may issue it may withdraw it. Without effect on one that was withdrawn before."""
    link = session.get(OneTimeLink, link_id)
    if link is None:
        raise NotFound("link.unknown", "There is no such link. Load the page again.")
    actor.require(_RIGHT[link.purpose], panel=panel)
    if link.revoked_at is None:
        withdraw(session, actor, link)


def withdraw(session: WriteSession, actor: Actor, link: OneTimeLink) -> None:
    """Mark a link as withdrawn, for a verb that has checked the right."""
    link.revoked_at = clock.now()
    session.add(link)
    audit.record(session, actor, "account.link.revoked", ("one_time_link", link.id), after={"revoked": True})


def hand_on(session: WriteSession, *, actor: Actor, holder_name: str, holder_email: str) -> str:
    """A second link to the same subject for a colleague of a link's holder; returns its secret.

    It ends when the holder's own link ends. What it reaches of the subject is the caller's part. Raises
    `NotFound` for an actor that holds no vendor's link.
    """
    own = session.get(OneTimeLink, actor.id)
    if own is None or own.purpose is not LinkPurpose.VENDOR:
        raise NotFound("link.unknown", "Only the holder of a link can hand on a part of it.")
    secret = ids.token()
    link = OneTimeLink(
        digest=ids.token_digest(secret),
        purpose=own.purpose,
        holder_name=holder_name.strip(),
        holder_email=holder_email.strip().lower(),
        subject_kind=own.subject_kind,
        subject_id=own.subject_id,
        roles=own.roles,
        expires_at=own.expires_at,
    )
    session.add(link)
    session.flush()
    after = {"purpose": link.purpose, "handed_on_by": own.id}
    audit.record(session, actor, "account.link.issued", ("one_time_link", link.id), after=after)
    return secret


def extend_link(
    session: WriteSession,
    *,
    actor: Actor,
    link_id: UUID,
    until: datetime,
    panel: frozenset[Role] = frozenset(),
) -> None:
    """Let a link that works go on working until a later moment; without effect on any other."""
    link = session.get(OneTimeLink, link_id)
    if link is None:
        raise NotFound("link.unknown", "There is no such link. Load the page again.")
    actor.require(_RIGHT[link.purpose], panel=panel)
    if link.revoked_at is None and clock.now() < link.expires_at < until:
        link.expires_at = until
        session.add(link)
        audit.record(
            session, actor, "account.link.extended", ("one_time_link", link.id), after={"until": until}
        )


def start_link_session(session: WriteSession, link: OneTimeLink, *, days: int, replaces: str = "") -> str:
    """Let a browser act with a vendor's link from now on, and return the secret of its cookie.

    The cookie never outlives the link. `replaces` is the cookie the browser had for the same subject.
    """
    now = clock.now()
    stale = col(LinkSession.expires_at) <= now
    if replaces:
        stale = sa.or_(stale, col(LinkSession.digest) == ids.token_digest(replaces))
    session.exec(delete(LinkSession).where(stale))
    secret = ids.token()
    ends = min(link.expires_at, now + timedelta(days=days))
    session.add(LinkSession(digest=ids.token_digest(secret), link_id=link.id, expires_at=ends))
    session.flush()
    return secret


def link_of_session(session: ReadSession, cookie: str) -> OneTimeLink:
    """The link that a browser's cookie stands for. Raises `NotFound` without one, `Conflict` once it has ended."""
    wanted = (
        select(OneTimeLink)
        .join(LinkSession, col(LinkSession.link_id) == col(OneTimeLink.id))
        .where(LinkSession.digest == ids.token_digest(cookie), col(LinkSession.expires_at) > clock.now())
    )
    link = session.exec(wanted).first() if cookie else None
    if link is None:
        raise NotFound(
            "link.session", "Open the link of your mail once more: this browser does not hold it any more."
        )
    if link.revoked_at is not None:
        raise Conflict("link.revoked", "This link was withdrawn. Ask its sender for a new one.")
    return link


def end_link_session(session: WriteSession, cookie: str) -> None:
    """Forget a browser; the link itself goes on working."""
    session.exec(delete(LinkSession).where(col(LinkSession.digest) == ids.token_digest(cookie)))
