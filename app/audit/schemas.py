"""Answers of the API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel


class EventOut(BaseModel):
    """One write; `hash` is over `seq`, `prev` and the canonical JSON in `body`."""

    seq: int
    prev: str
    hash: str
    at: datetime
    actor_id: UUID
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    body: str
    before: dict[str, Any]
    after: dict[str, Any]


class EventsOut(BaseModel):
    """Events, newest first; `next` is the `before` of the following answer, null on the last."""

    items: list[EventOut]
    next: int | None


class ChainOut(BaseModel):
    """Outcome of walking the chain; `fault` is empty when it is whole."""

    verified: bool
    events: int
    head: str
    fault: str
