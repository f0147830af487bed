"""Reads over accounts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.models import ApiToken, OneTimeLink, SignIn, User
from app.core.errors import NotFound
from app.core.permissions import Role
from app.kit.db import ReadSession

SORTS: dict[str, Any] = {"name": sa.func.lower(User.name), "email": User.email, "added": User.created_at}


def user_by_id(session: ReadSession, user_id: UUID) -> User:
    """The person with this id. Raises `NotFound`."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("user.unknown", "There is no such person. Choose one from the list of people.")
    return user


def user_by_email(session: ReadSession, email: str) -> User | None:
    """The person with this address, in whatever case it is typed."""
    return session.exec(select(User).where(User.email == email.strip().lower())).first()


def people(
    session: ReadSession, *, text: str = "", role: str = "", state: str = "", sort: str = "name"
) -> Sequence[User]:
    """All people that match; `state` is '', active or inactive; `sort` a key of `SORTS`, with - descending."""
    order = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    statement = _matching(text).order_by(sa.desc(order) if sort.startswith("-") else order, col(User.id))
    if state:
        statement = statement.where(col(User.active).is_(state == "active"))
    return _with_role(session.exec(statement), role)


def names(session: ReadSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id, of people who have or had an account."""
    found = session.exec(select(User.id, User.name).where(col(User.id).in_(list(ids))))
    return dict(found.all())


def people_after(
    session: ReadSession, after: UUID | None, limit: int, *, text: str = "", role: str = ""
) -> Sequence[User]:
    """Up to `limit` matching people by id, behind `after`."""
    statement = _matching(text).order_by(col(User.id))
    if after:
        statement = statement.where(col(User.id) > after)
    return _with_role(session.exec(statement), role)[:limit]


def _matching(text: str) -> SelectOfScalar[User]:
    statement = select(User)
    if not text:
        return statement
    return statement.where(
        col(User.name).icontains(text, autoescape=True) | col(User.email).icontains(text, autoescape=True)
    )


def _with_role(found: Iterable[User], role: str) -> list[User]:
    # here and not in the database: people are few, and JSON differs between databases
    return [user for user in found if not role or role in user.roles]


def sessions_of(session: ReadSession, user_id: UUID, now: datetime) -> Sequence[SignIn]:
    """The browsers in which a person is signed in, newest first."""
    statement = select(SignIn).where(SignIn.user_id == user_id, col(SignIn.expires_at) > now)
    return session.exec(statement.order_by(col(SignIn.created_at).desc())).all()


def tokens_of(session: ReadSession, user_id: UUID) -> Sequence[ApiToken]:
    """A person's tokens that were not revoked, newest first; expired ones stay listed."""
    statement = select(ApiToken).where(ApiToken.user_id == user_id, col(ApiToken.revoked_at).is_(None))
    return session.exec(statement.order_by(col(ApiToken.created_at).desc())).all()


def open_links_of(session: ReadSession, user_id: UUID, now: datetime) -> Sequence[OneTimeLink]:
    """The links of a person with an account that still work, newest first."""
    statement = select(OneTimeLink).where(
        OneTimeLink.user_id == user_id,
        col(OneTimeLink.expires_at) > now,
        col(OneTimeLink.used_at).is_(None),
        col(OneTimeLink.revoked_at).is_(None),
    )
    return session.exec(statement.order_by(col(OneTimeLink.created_at).desc())).all()


def has_other_admin(session: ReadSession, user_id: UUID) -> bool:
    """Whether somebody else could still manage accounts.

    Locks the active people on PostgreSQL, so that two admins cannot remove each other at the same moment.
    """
    others = select(User).where(col(User.active).is_(True)).order_by(col(User.id)).with_for_update()
    return any(Role.ADMIN.value in user.roles for user in session.exec(others) if user.id != user_id)
