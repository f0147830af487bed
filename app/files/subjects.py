"""What files and notes can hang on: each feature says who may read its subjects; wiring registers them."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import NotFound
from app.core.permissions import Role
from app.kit.actors import Actor
from app.kit.db import ReadSession

MayRead = Callable[[ReadSession, Actor, UUID], bool]
PanelRoles = Callable[[ReadSession, Actor, UUID], frozenset[Role]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A vendor, candidate, pilot, decision or task: the table's name and the row's id."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True)
class _Rule:
    may_read: MayRead
    panel: PanelRoles


_RULES: dict[str, _Rule] = {}


def _no_panel(_session: ReadSession, _actor: Actor, _id: UUID) -> frozenset[Role]:
    return frozenset()


def register_subject(kind: str, may_read: MayRead, *, panel: PanelRoles = _no_panel) -> None:
    """Let files and notes hang on `kind`.

    `may_read(session, actor, id)` is False too for an id that does not exist. `panel` gives the roles the actor
    has on the subject beside the general ones. Called at import of the composition root.
    """
    _RULES[kind] = _Rule(may_read, panel)


def may_read(session: ReadSession, actor: Actor, subject: Subject) -> bool:
    """Whether the actor may know that the subject exists; an unregistered kind does not."""
    rule = _RULES.get(subject.kind)
    return rule is not None and rule.may_read(session, actor, subject.id)


def panel_roles(session: ReadSession, actor: Actor, subject: Subject) -> frozenset[Role]:
    """The actor's roles on this subject. Raises `NotFound` when he may not see it."""
    if not may_read(session, actor, subject):
        raise NotFound("subject.not_found", "There is no such subject, or it is not yours to see.")
    return _RULES[subject.kind].panel(session, actor, subject.id)
