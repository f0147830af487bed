"""The record for programs."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.audit import queries, service
from app.audit.models import AuditEvent
from app.audit.queries import Filters
from app.audit.schemas import ChainOut, EventOut, EventsOut
from app.core.permissions import Action
from app.kit.actors import CurrentActor
from app.kit.paging import Limit, cut
from app.kit.requests import Read

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
Head = Annotated[str, Query(pattern=r"^(\d+:[0-9a-f]{64})?$", description="SEQ:HASH as printed earlier.")]


@router.get("/events")
def list_events(
    session: Read,
    actor: CurrentActor,
    limit: Limit = 50,
    before: Annotated[int | None, Query(ge=1, description="`next` of the answer before.")] = None,
    subject_kind: str = "",
    subject_id: str = "",
    action: Annotated[str, Query(description="The beginning of an action, such as vendors.")] = "",
    actor_id: UUID | None = None,
) -> EventsOut:
    """Events, newest first."""
    actor.require(Action.AUDIT_READ)
    filters = Filters(subject_kind, subject_id, action, actor_id)
    rows, more = cut(queries.events(session, filters, limit=limit + 1, before=before), limit)
    names = queries.names(session)
    return EventsOut(
        items=[_event(row, names.get(row.actor_id, "")) for row in rows], next=rows[-1].seq if more else None
    )


@router.get("/chain")
def verify_chain(session: Read, actor: CurrentActor, head: Head = "") -> ChainOut:
    """Recompute the whole chain; with `head`, also whether that printed head lies on it."""
    actor.require(Action.AUDIT_READ)
    check = service.verify(session, expected_head=head)
    return ChainOut(verified=not check.fault, events=check.events, head=check.head, fault=check.fault)


def _event(row: AuditEvent, name: str) -> EventOut:
    body = json.loads(row.body)
    return EventOut(
        **row.model_dump(exclude={"request_id"}), actor=name, before=body["before"], after=body["after"]
    )
