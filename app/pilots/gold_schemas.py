"""What people and programs send and get about items, images and gold in the making."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.pilots.own_sets import MAX_SETS
from app.pilots.models import ChoiceKind, DraftState


class ItemsOut(BaseModel):
    """A version of the item list; `roles` counts the items of each."""

    number: int
    digest: str
    items: int
    roles: dict[str, int]
    notes: list[str]
    created_at: datetime


class ImagesOut(BaseModel):
    """The images of a pilot's items."""

    digest: str
    images: int
    created_at: datetime


class ChoiceIn(BaseModel):
    """What becomes of an item that our label sets dispute: `take` the answer of a side (the set's place, from 0), `own`
    marks as `DraftOut.disputes` shows them, or `exclude` it."""

    model_config = ConfigDict(extra="forbid")

    item: Annotated[str, Field(min_length=1, max_length=1000)]
    kind: ChoiceKind
    side: Annotated[int, Field(ge=0, lt=MAX_SETS)] = 0
    marks: Annotated[list[dict[str, Any]], Field(max_length=2000)] = []


class ChoiceOut(BaseModel):
    """A decision as the API shows it; its version goes into If-Match of a change."""

    version: int
    item: str
    kind: ChoiceKind
    side: int
    marks: list[dict[str, Any]]


class SetOut(BaseModel):
    """A label set that gold is made of."""

    place: int
    name: str
    digest: str


class DraftOut(BaseModel):
    """Gold in the making: how far all sets agree, their disputes with every answer, and what is decided."""

    id: UUID
    state: DraftState
    agreed: int
    disputed: int
    agreement: dict[str, Any]
    gold_number: int | None
    sets: list[SetOut]
    disputes: list[dict[str, Any]]
    choices: list[ChoiceOut]
