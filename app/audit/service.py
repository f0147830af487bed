"""Record what a verb did; the chain itself is linked by the guard, at commit."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from app.audit.models import ActorName, AuditEvent
from app.kit import canonical
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.kit.logging import request_id

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """One recorded write, before it has its place in the chain."""

    actor: Actor
    action: str
    subject: tuple[str, str]
    label: str
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""
    request_id: str = ""


def record(
    session: WriteSession,
    actor: Actor,
    action: str,
    subject: tuple[str, UUID | str],
    *,
    label: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """Put one event on this transaction's list.

    `action` is `area.subject.verb` in the past tense; `subject` is (table, id) of the row that owns the change.
    `label`, `before` and `after` may hold no personal data and no sealed price: use `sealed_digest` for those.
    """
    session.info.setdefault("audit_events", []).append(
        Event(
            actor=actor,
            action=action,
            subject=(subject[0], str(subject[1])),
            label=label,
            before=before or {},
            after=after or {},
            reason=reason,
            request_id=request_id(),
        )
    )


def changes(
    before: Mapping[str, object], after: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Only what differs, as a (before, after) pair for `record`."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def sealed_digest(secret: bytes, value: object) -> str:
    """A keyed digest that proves later what was sealed and cannot be guessed from a list of likely prices."""
    return hmac.new(secret, canonical.canonical_json(value), "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """Outcome of walking the chain: number of events, its head, and the first fault if any."""

    events: int
    head: str
    fault: str = ""


def verify(session: ReadSession, *, expected_head: str = "") -> ChainCheck:
    """Recompute every hash from the first event on.

    `expected_head` is `SEQ:HASH` as printed earlier: it must lie on the chain, so that a cut tail shows.
    """
    previous, seq, wanted = GENESIS, 0, expected_head.partition(":")
    met = expected_head in ("", f"0:{GENESIS}")
    for row in session.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).yield_per(1000):
        seq += 1
        if row.seq != seq:
            return ChainCheck(seq - 1, previous, f"event {seq} is missing")
        if row.prev != previous or row.hash != link_hash(seq, previous, row.body):
            return ChainCheck(seq - 1, previous, f"event {seq} was changed")
        previous = row.hash
        met = met or (wanted[0] == str(seq) and wanted[2] == row.hash)
    fault = (
        ""
        if met
        else f"the head {expected_head} is not on this chain: its tail was cut or it belongs elsewhere"
    )
    return ChainCheck(seq, f"{seq}:{previous}", fault)


def head(session: ReadSession) -> str:
    """`SEQ:HASH` of the newest event, to be printed where it can be compared later."""
    row = session.exec(select(AuditEvent).order_by(col(AuditEvent.seq).desc()).limit(1)).first()
    return f"{row.seq}:{row.hash}" if row else f"0:{GENESIS}"


def link_hash(seq: int, prev: str, body: str) -> str:
    """Hash of one event: SHA-256 over canonical JSON of its place, its predecessor and its body."""
    return canonical.digest({"seq": seq, "prev": prev, "body": body})


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event as read back; `who` is '' once the person was erased."""

    at: datetime
    who: str
    action: str
    label: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    reason: str


def recent(
    session: ReadSession,
    subjects: Sequence[tuple[str, UUID]],
    *,
    limit: int,
    without: Sequence[str] = (),
) -> list[Recorded]:
    """The newest events of some subjects, given as (table, id); actions in `without` are left out."""
    ids = {str(subject_id) for _, subject_id in subjects}
    kinds = {kind for kind, _ in subjects}
    wanted = (
        select(AuditEvent, ActorName.name)
        .outerjoin(ActorName, col(ActorName.actor_id) == col(AuditEvent.actor_id))
        .where(
            col(AuditEvent.subject_id).in_(ids),
            col(AuditEvent.subject_kind).in_(kinds),
            col(AuditEvent.action).not_in(list(without)),
        )
        .order_by(col(AuditEvent.seq).desc())
        .limit(limit)
    )
    return [_recorded(event, name or "") for event, name in session.exec(wanted)]


def _recorded(event: AuditEvent, who: str) -> Recorded:
    body = json.loads(event.body)
    return Recorded(
        at=event.at,
        who=who,
        action=event.action,
        label=body["label"],
        before=body["before"],
        after=body["after"],
        reason=body["reason"],
    )
