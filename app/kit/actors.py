"""Who acts: a plain value that services take, and the dependency that finds it."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.core import permissions
from app.core.errors import AssayError
from app.core.permissions import Action, Role


class Unauthenticated(AssayError):
    """Nobody is signed in, or the token is not valid."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a link holder, a token or Assay itself.

    `id` is the pseudonym that enters the audit chain; `name` stays outside it. `kind` is user, link, token or
    system. `scopes` limits what a token may do (empty: everything its roles may).
    """

    id: UUID
    name: str
    roles: frozenset[Role]
    kind: str = "user"
    scopes: frozenset[str] = frozenset()

    def may(self, action: Action, *, panel: frozenset[Role] = frozenset()) -> bool:
        """Whether a general role, or one on this evaluation's panel, carries the right."""
        return permissions.may(self.roles | panel, action)

    def require(self, action: Action, *, panel: frozenset[Role] = frozenset()) -> None:
        """Let pass, or raise `Forbidden`."""
        permissions.require(self.roles | panel, action)


SYSTEM = Actor(id=UUID(int=0), name="Assay", roles=frozenset({Role.ADMIN}), kind="system")


def _possible_actor(request: Request) -> Actor | None:
    actor: Actor | None = request.app.state.identify(request)
    request.state.actor = actor
    return actor


# The lookup opens and closes its own short session: it may not hold a second connection while the route runs.
PossibleActor = Annotated[Actor | None, Depends(_possible_actor)]


def _current_actor(actor: PossibleActor) -> Actor:
    if actor is None:
        raise Unauthenticated("account.sign_in", "Sign in first.")
    return actor


CurrentActor = Annotated[Actor, Depends(_current_actor)]
