"""The people of the demonstration: one for each role, and a one-time link for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.accounts import service as accounts
from app.accounts.models import LinkPurpose
from app.accounts.schemas import UserIn
from app.core.errors import Conflict
from app.core.permissions import Role
from app.kit.actors import SYSTEM, Actor
from app.kit.db import ReadSession, WriteSession

DOMAIN = "demo.example"
PEOPLE: Mapping[str, tuple[str, tuple[Role, ...]]] = {
    "lena": ("Lena Okafor", (Role.PROCUREMENT_LEAD,)),
    "milo": ("Milo Brandt", (Role.ML_LEAD,)),
    "ines": ("Inés Duarte", (Role.EVALUATOR,)),
    "theo": ("Theo Nakamura", (Role.EVALUATOR,)),
    "saba": ("Saba Haddad", (Role.SECURITY_REVIEWER,)),
    "ruth": ("Ruth Albrecht", (Role.APPROVER,)),
    "ravi": ("Ravi Menon", (Role.READER,)),
    "adam": ("Adam Novák", (Role.ADMIN,)),
}


@dataclass(frozen=True, slots=True)
class DemoLink:
    """A way in for one role."""

    role: str
    secret: str


def add_people(session: WriteSession) -> dict[str, Actor]:
    """The demonstration's people by short name, made where they are missing."""
    found = people(session)
    for key, (name, roles) in PEOPLE.items():
        if key not in found:
            entry = UserIn(
                email=f"{key}@{DOMAIN}", name=f"{name} (demo)", roles=list(roles), time_zone="Europe/Berlin"
            )
            accounts.add_user(session, actor=SYSTEM, entry=entry)
    session.flush()
    return people(session)


def people(session: ReadSession) -> dict[str, Actor]:
    """The demonstration's people that exist, by short name."""
    users = {key: accounts.user_by_email(session, f"{key}@{DOMAIN}") for key in PEOPLE}
    return {key: accounts.actor_of_user(user) for key, user in users.items() if user is not None}


def links(session: WriteSession) -> list[DemoLink]:
    """A fresh one-time sign-in link for each person."""
    actors = people(session)
    return [
        DemoLink(
            ", ".join(role.value.replace("_", " ") for role in PEOPLE[key][1]),
            accounts.issue_link(session, actor=SYSTEM, purpose=LinkPurpose.SIGN_IN, user_id=actor.id),
        )
        for key, actor in actors.items()
    ]


def remove_people(session: WriteSession) -> tuple[list[str], list[UUID]]:
    """Erase the demonstration's people; (names of who had to stay because nobody else could manage accounts, ids
    of who was erased)."""
    stay, gone = [], []
    for actor in people(session).values():
        try:
            accounts.erase_user(session, actor=SYSTEM, user_id=actor.id)
            gone.append(actor.id)
        except Conflict:
            stay.append(actor.name)
    return stay, gone
