"""People, their sessions, one-time links, API tokens, and the count of failed sign-ins."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlmodel import Field

from app.core.permissions import Role
from app.kit.columns import Row, Versioned, document, enum_text, moment


class LinkPurpose(StrEnum):
    """What a link lets its holder do."""

    SIGN_IN = "sign_in"
    PASSWORD = "password"  # noqa: S105 — the word, not a secret
    APPROVE = "approve"
    VENDOR = "vendor"


class User(Versioned, table=True):
    """A person with an account; `email` is stored in lower case, `roles` holds values of `Role`."""

    __tablename__ = "user"

    email: str = Field(unique=True, max_length=254)
    name: str = Field(max_length=120)
    roles: list[str] = document(default_factory=list)
    password_hash: str | None = Field(default=None, max_length=200)
    active: bool = Field(default=True)
    time_zone: str = Field(default="UTC", max_length=60)

    def role_set(self) -> frozenset[Role]:
        """The roles as members."""
        return frozenset(Role(value) for value in self.roles)


class SignIn(Row, table=True):
    """One browser that is signed in; the cookie's secret is kept as a digest alone."""

    __tablename__ = "sign_in"

    digest: str = Field(unique=True, max_length=64)
    user_id: UUID = Field(foreign_key="user.id", index=True, ondelete="CASCADE")
    last_seen: datetime = moment()
    expires_at: datetime = moment()
    user_agent: str = Field(default="", max_length=200)


class OneTimeLink(Row, table=True):
    """A link that was handed out; its secret is kept as a digest alone.

    `user_id` names a person with an account, else `holder_name` and `holder_email` say who holds it.
    `subject_kind` and `subject_id` name what it is about; `roles` are what the holder acts with.
    """

    __tablename__ = "one_time_link"

    digest: str = Field(unique=True, max_length=64)
    purpose: LinkPurpose = Field(sa_type=enum_text(LinkPurpose))
    user_id: UUID | None = Field(default=None, foreign_key="user.id", index=True, ondelete="CASCADE")
    holder_name: str = Field(default="", max_length=120)
    holder_email: str = Field(default="", max_length=254)
    subject_kind: str = Field(default="", max_length=40)
    subject_id: UUID | None = Field(default=None, index=True)
    roles: list[str] = document(default_factory=list)
    expires_at: datetime = moment()
    used_at: datetime | None = moment(default=None)
    revoked_at: datetime | None = moment(default=None)


class LinkSession(Row, table=True):
    """One browser that opened a vendor's link; its cookie reaches what the link reaches, and ends with the link."""

    __tablename__ = "link_session"

    digest: str = Field(unique=True, max_length=64)
    link_id: UUID = Field(foreign_key="one_time_link.id", index=True, ondelete="CASCADE")
    expires_at: datetime = moment()


class ApiToken(Row, table=True):
    """A program's key to the API; acts as its user, `scopes` are read and write."""

    __tablename__ = "api_token"
    __owner__: ClassVar = ("user", "user_id")

    digest: str = Field(unique=True, max_length=64)
    user_id: UUID = Field(foreign_key="user.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=80)
    scopes: list[str] = document(default_factory=list)
    expires_at: datetime = moment()
    last_used: datetime | None = moment(default=None)
    revoked_at: datetime | None = moment(default=None)


class Attempt(Row, table=True):
    """One failed sign-in, counted for an account or an address; `key` is a digest of either."""

    __tablename__ = "attempt"

    key: str = Field(max_length=64, index=True)
