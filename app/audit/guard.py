"""Session events: no write without an audit event, and the chain is linked at commit.

Linking so late keeps the lock for microseconds; taken at the first write it made writers wait for each other.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, SessionTransaction
from sqlmodel import col, select

from app.audit.models import ActorName, AuditEvent
from app.audit.service import GENESIS, Event, link_hash
from app.kit import clock
from app.kit.canonical import canonical_json, plain
from app.kit.db import WriteSession

# What may be written without an event: the record itself, and what is bookkeeping of the machine.
EXEMPT = frozenset(
    {
        "audit_event",
        "audit_actor",
        "job",
        "link_session",
        "outgoing_mail",
        "sign_in",
        "attempt",
        "idempotency_key",
        "vendor_search",
        "render_cache",
    }
)
_LOCK = 4242  # advisory lock of the chain on PostgreSQL


class MissingAudit(RuntimeError):
    """A verb wrote rows and recorded nothing about them: a bug, never a user's fault."""


def subject_of(row: Any) -> tuple[str, str]:
    """Whose change a row's change is: its own, or its owner's when the model names one in `__owner__`."""
    owner = getattr(type(row), "__owner__", None)
    if owner:
        table, column = owner
        return table, str(getattr(row, column))
    return row.__tablename__, str(getattr(row, "id", "*"))


@event.listens_for(WriteSession, "before_flush")
def note_rows(session: WriteSession, _context: object, _instances: object) -> None:
    """Remember whose rows this flush writes."""
    changed = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    touched = session.info.setdefault("audit_touched", set())
    touched.update(subject_of(row) for row in changed if row.__tablename__ not in EXEMPT)


@event.listens_for(WriteSession, "do_orm_execute")
def note_bulk(state: ORMExecuteState) -> None:
    """Remember bulk statements by their table."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    table = getattr(getattr(state.statement, "table", None), "name", "")
    if table and table not in EXEMPT:
        state.session.info.setdefault("audit_touched", set()).add((table, "*"))


@event.listens_for(WriteSession, "before_commit")
def seal(session: WriteSession) -> None:
    """Refuse an unaudited write; then link this transaction's events to the chain."""
    if session.in_nested_transaction():  # a savepoint ends; the verb is still at work
        return
    session.flush()
    events: list[Event] = session.info.pop("audit_events", [])
    told = {item.subject for item in events}
    tables = {table for table, _ in told}
    touched: set[tuple[str, str]] = session.info.pop("audit_touched", set())
    missing = {(table, key) for table, key in touched - told if key != "*" or table not in tables}
    if missing:
        raise MissingAudit(f"written without an audit event: {sorted(missing)}")
    if events:
        _append(session, events)


@event.listens_for(WriteSession, "after_soft_rollback")
def forget(session: WriteSession, ended: SessionTransaction) -> None:
    """What was rolled back has not happened; a savepoint's end forgets nothing, so the verb stays watched."""
    if ended.nested:
        return
    session.info.pop("audit_events", None)
    session.info.pop("audit_touched", None)


def _append(session: WriteSession, events: list[Event]) -> None:
    if session.connection().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    last = session.exec(select(AuditEvent).order_by(col(AuditEvent.seq).desc()).limit(1)).first()
    seq, prev = (last.seq, last.hash) if last else (0, GENESIS)
    known = _known_names(session, events)
    for item in events:
        seq += 1
        at = clock.now()
        body = _body(item, at)
        link = link_hash(seq, prev, body)
        session.add(
            AuditEvent(
                seq=seq,
                prev=prev,
                hash=link,
                at=at,
                actor_id=item.actor.id,
                action=item.action,
                subject_kind=item.subject[0],
                subject_id=item.subject[1],
                body=body,
                request_id=item.request_id,
            )
        )
        prev = link
        if item.actor.id not in known:
            known.add(item.actor.id)
            session.add(ActorName(actor_id=item.actor.id, kind=item.actor.kind, name=item.actor.name))
    session.flush()


def _body(item: Event, at: datetime) -> str:
    """What the link's digest covers, besides its place in the chain."""
    told = {
        "at": at,
        "actor": item.actor.id,
        "action": item.action,
        "subject": list(item.subject),
        "label": item.label,
        "before": plain(item.before),
        "after": plain(item.after),
        "reason": item.reason,
        "request_id": item.request_id,
    }
    return canonical_json(told).decode()


def _known_names(session: WriteSession, events: list[Event]) -> set[Any]:
    wanted = {item.actor.id for item in events}
    return set(session.exec(select(ActorName.actor_id).where(col(ActorName.actor_id).in_(wanted))).all())
