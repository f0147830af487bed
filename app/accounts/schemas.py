"""What people and programs send about accounts, and what programs are told."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.core.permissions import Role

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
PEOPLE_ROLES: tuple[Role, ...] = tuple(role for role in Role if role is not Role.VENDOR_LINK)


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("Type an e-mail address, such as ana@example.org.")
    return value.lower()


def _roles(value: list[Role]) -> list[Role]:
    if Role.VENDOR_LINK in value:
        raise ValueError("A person cannot hold the role of a vendor's link; choose another one.")
    return sorted(set(value), key=list(Role).index)


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("Choose a time zone from the list, such as Europe/Berlin.")
    return value


Email = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254), AfterValidator(_email)
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Roles = Annotated[list[Role], Field(min_length=1), AfterValidator(_roles)]
Zone = Annotated[str, AfterValidator(_zone)]
Scope = Literal["read", "write"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UserIn(_In):
    """A new person."""

    email: Email
    name: Name
    roles: Roles
    time_zone: Zone = "UTC"


class UserPatch(_In):
    """What an admin changes about a person; absent fields stay as they are."""

    name: Name | None = None
    roles: Roles | None = None
    active: bool | None = None


class PersonForm(_In):
    """What the page of a person sends: both are always there."""

    name: Name
    roles: Roles


class MeIn(_In):
    """What everybody changes about themselves; absent fields stay as they are."""

    name: Name | None = None
    time_zone: Zone | None = None


class PasswordIn(_In):
    """A new password, with the current one where there is one."""

    current: str = Field(default="", max_length=200)
    password: str = Field(max_length=1000)


class LinkIn(_In):
    """A link for a person with an account."""

    purpose: Literal["sign_in", "password"] = "sign_in"
    hours: int | None = Field(default=None, ge=1, le=2160)


class TokenIn(_In):
    """A new API token."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    scope: Scope = "read"
    days: int = Field(default=90, ge=1, le=365)


class UserOut(BaseModel):
    """A person as programs see them."""

    id: UUID
    version: int
    email: str
    name: str
    roles: list[Role]
    active: bool
    time_zone: str
    created_at: datetime


class MeOut(BaseModel):
    """Who is asking, and with which rights."""

    id: UUID
    version: int
    email: str
    name: str
    roles: list[Role]
    time_zone: str
    kind: str
    scopes: list[str]


class SessionOut(BaseModel):
    """A browser that is signed in."""

    id: UUID
    created_at: datetime
    last_seen: datetime
    expires_at: datetime
    user_agent: str


class LinkOut(BaseModel):
    """A link; the address is told once, when it is made, and null ever after."""

    id: UUID
    expires_at: datetime
    url: str | None


class TokenOut(BaseModel):
    """An API token without its secret."""

    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used: datetime | None


class NewTokenOut(TokenOut):
    """A token as made; the secret is told once and null when the same request is repeated."""

    secret: str | None


ROLE_TEXTS: dict[Role, tuple[str, str]] = {
    Role.ADMIN: ("Admin", "manages people, and may do everything else"),
    Role.PROCUREMENT_LEAD: ("Procurement lead", "runs evaluations, fills questionnaires, sees prices"),
    Role.ML_LEAD: ("ML lead", "sets up pilots and compares them"),
    Role.EVALUATOR: ("Evaluator", "scores candidates"),
    Role.SECURITY_REVIEWER: ("Security reviewer", "scores, and checks certificates"),
    Role.APPROVER: ("Approver", "signs decisions and waives must-haves"),
    Role.READER: ("Reader", "reads"),
    Role.VENDOR_LINK: ("Vendor", "answers by link, without an account"),
}


def role_names(roles: Iterable[Role]) -> str:
    """Roles in the words of the screen, in the order of the table above."""
    held = frozenset(roles)
    return ", ".join(ROLE_TEXTS[role][0] for role in Role if role in held)
