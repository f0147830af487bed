"""Reading the record: newest first, narrowed by subject, action and actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from app.audit.models import ActorName, AuditEvent
from app.kit.db import ReadSession


@dataclass(frozen=True, slots=True)
class Filters:
    """What to show; '' and None mean all. `action` is the beginning of an action's name."""

    subject_kind: str = ""
    subject_id: str = ""
    action: str = ""
    actor: UUID | None = None


def _narrow(stmt: Any, filters: Filters) -> Any:
    if filters.subject_kind:
        stmt = stmt.where(AuditEvent.subject_kind == filters.subject_kind)
    if filters.subject_id:
        stmt = stmt.where(AuditEvent.subject_id == filters.subject_id)
    if filters.action:
        stmt = stmt.where(col(AuditEvent.action).startswith(filters.action, autoescape=True))
    if filters.actor is not None:
        stmt = stmt.where(AuditEvent.actor_id == filters.actor)
    return stmt


def events(
    session: ReadSession, filters: Filters, *, limit: int, offset: int = 0, before: int | None = None
) -> Sequence[AuditEvent]:
    """Events, newest first; `before` is a place in the chain to start below."""
    stmt = _narrow(select(AuditEvent), filters).order_by(col(AuditEvent.seq).desc())
    if before is not None:
        stmt = stmt.where(col(AuditEvent.seq) < before)
    found: Sequence[AuditEvent] = session.exec(stmt.limit(limit).offset(offset)).all()
    return found


def count(session: ReadSession, filters: Filters) -> int:
    """How many events fit."""
    return int(session.execute(_narrow(sa.select(sa.func.count(col(AuditEvent.seq))), filters)).scalar_one())


def names(session: ReadSession) -> dict[UUID, str]:
    """Everybody who is named and not erased, by pseudonym."""
    rows = session.exec(select(ActorName).order_by(col(ActorName.name))).all()
    return {row.actor_id: row.name for row in rows}


def subject_kinds(session: ReadSession) -> list[str]:
    """The kinds of subject that occur."""
    return list(
        session.exec(select(AuditEvent.subject_kind).distinct().order_by(AuditEvent.subject_kind)).all()
    )
