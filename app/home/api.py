"""The work queue and the search for programs."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from app.home import service
from app.kit.actors import CurrentActor
from app.kit.requests import Read

router = APIRouter(prefix="/api/v1", tags=["work"])


class WorkOut(BaseModel):
    """One thing that waits; `href` is the page where it is done."""

    model_config = ConfigDict(from_attributes=True)

    title: str
    subject: str
    href: str
    note: str
    due: date | None


class HitOut(BaseModel):
    """Something found."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str


class SearchOut(BaseModel):
    """The first hits of each kind, and how many there are."""

    vendors: list[HitOut]
    vendor_total: int
    evaluations: list[HitOut]
    evaluation_total: int


@router.get("/work-items")
def list_work(session: Read, actor: CurrentActor) -> list[WorkOut]:
    """What waits for the token's owner, what is due first at the top."""
    return [WorkOut.model_validate(item) for item in service.work_items(session, actor)]


@router.get("/search")
def search(
    session: Read, actor: CurrentActor, q: Annotated[str, Query(min_length=1, max_length=200)]
) -> SearchOut:
    """Vendors and evaluations that the words name."""
    found = service.search(session, actor, q)
    return SearchOut(
        vendors=[HitOut.model_validate(row) for row in found.vendors],
        vendor_total=found.vendor_total,
        evaluations=[HitOut.model_validate(row) for row in found.evaluations],
        evaluation_total=found.evaluation_total,
    )
