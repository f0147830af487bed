"""The record as a page."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from app.audit.models import AuditEvent
from app.kit import wording
from app.kit.templating import Page
from app.kit.ui import Chip, Option, Pager


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an event; '' where it was or is not there."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """One write."""

    seq: str
    when: str
    at: str
    who: str
    action: str
    subject: str
    reason: str
    changes: tuple[Change, ...]
    hash: str


@dataclass(frozen=True, slots=True)
class AuditPage(Page):
    """Who changed what, newest first."""

    template: ClassVar[str] = "audit/list.html"
    partial: ClassVar[str] = "audit/_list.html"

    events: tuple[EventLine, ...]
    pager: Pager
    chips: tuple[Chip, ...]
    kinds: tuple[Option, ...]
    kind: str
    actors: tuple[Option, ...]
    actor: str
    action: str
    csv_url: str
    verify_url: str
    verdict: str
    verdict_kind: str


def event_line(row: AuditEvent, who: str) -> EventLine:
    """An event as shown; the body is what the hash covers, so nothing else is trusted here."""
    body = json.loads(row.body)
    return EventLine(
        seq=wording.number(row.seq),
        when=wording.moment(row.at),
        at=row.at.isoformat(),
        who=who or "Somebody who was erased",
        action=row.action,
        subject=body["label"] or f"{row.subject_kind} {row.subject_id}",
        reason=body["reason"],
        changes=changes(body),
        hash=row.hash,
    )


def changes(body: dict[str, Any]) -> tuple[Change, ...]:
    """Every field of an event's before and after, in order."""
    before, after = body["before"], body["after"]
    fields = sorted({*before, *after})
    return tuple(Change(name, _text(before.get(name)), _text(after.get(name))) for name in fields)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
