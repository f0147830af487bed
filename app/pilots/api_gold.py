"""Items, images and gold in the making for programs; files travel as multipart/form-data."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core.errors import NotFound
from app.core.permissions import Action
from app.kit.actors import CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.requests import Read, Write, database
from app.kit.storage import LocalStore
from app.pilots import api, queries, service
from app.pilots.api import gold_out, multipart
from app.pilots.gold_schemas import ChoiceIn, ChoiceOut, DraftOut, ImagesOut, ItemsOut, SetOut
from app.pilots.models import GoldChoice, PilotImages, PilotItems
from app.pilots.reading_sets import FIELDS
from app.pilots.schemas import GoldOut
from app.pilots.service import ReceivedFreeze, ReceivedImages, ReceivedItems, ReceivedSets, RestoredGold

router = APIRouter(prefix="/api/v1", tags=["pilots"])
routers = (api.router, router)
_BINARY = {"type": "string", "format": "binary"}
_SETS = {
    **dict.fromkeys(FIELDS, _BINARY),
    "plain_texts": {"type": "string", "enum": ["yes"], "description": "Case and punctuation do not count."},
    "accept": {"type": "string", "enum": ["yes"], "description": "Apply the repairs that a refusal lists."},
}


def _items(row: PilotItems) -> ItemsOut:
    return ItemsOut(**row.model_dump(include=set(ItemsOut.model_fields)))


def _images(row: PilotImages) -> ImagesOut:
    return ImagesOut(**row.model_dump(include=set(ImagesOut.model_fields)))


def _choice(row: GoldChoice) -> ChoiceOut:
    return ChoiceOut(**row.model_dump(include=set(ChoiceOut.model_fields)))


def _draft(session: ReadSession, actor: CurrentActor, draft_id: UUID) -> DraftOut:
    draft, _ = service.draft_of(session, actor=actor, draft_id=draft_id)
    values = draft.row.model_dump(include=set(DraftOut.model_fields))
    disputes: list[dict[str, Any]] = [dict(one) for one in draft.disputes]
    sets = [SetOut(**one.model_dump(include=set(SetOut.model_fields))) for one in draft.sets]
    return DraftOut(
        **values, sets=sets, disputes=disputes, choices=[_choice(one) for one in draft.choices.values()]
    )


@router.get("/pilots/{pilot_id}/items")
def get_items(session: Read, actor: CurrentActor, pilot_id: UUID) -> ItemsOut:
    """The item list that counts."""
    service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    row = queries.items_file(session, pilot_id)
    if row is None:
        raise NotFound("items.not_found", "There is no item list; the items are those of the gold.")
    return _items(row)


@router.post(
    "/pilots/{pilot_id}/items",
    status_code=201,
    response_model=ItemsOut,
    openapi_extra=multipart({"file": _BINARY}, "file"),
)
def upload_items(
    pending: ReceivedItems, request: Request, session: Write, actor: CurrentActor, pilot_id: UUID
) -> Response:
    """Upload the item list as a new version."""
    row = service.upload_items(session, actor=actor, pilot_id=pilot_id, checked=pending.take())
    return created(request, _items(row), f"/api/v1/pilots/{pilot_id}/items")


@router.post(
    "/pilots/{pilot_id}/images",
    status_code=201,
    response_model=ImagesOut,
    openapi_extra=multipart({"images": _BINARY}, "images"),
)
def upload_images(
    pending: ReceivedImages, request: Request, session: Write, actor: CurrentActor, pilot_id: UUID
) -> Response:
    """Upload the images of the items as a ZIP, in place of those before."""
    row = service.upload_images(session, actor=actor, pilot_id=pilot_id, checked=pending.take())
    return created(request, _images(row), f"/api/v1/pilots/{pilot_id}/items")


def _gold_file(request: Request, actor: CurrentActor, pilot_id: UUID, number: int) -> bytes:
    contents: LocalStore = request.app.state.contents
    return service.gold_that_counts(
        database(request), contents, actor=actor, pilot_id=pilot_id, number=number
    )


@router.get("/pilots/{pilot_id}/gold/{number}.jsonl", response_class=Response)
def download_gold(content: Annotated[bytes, Depends(_gold_file)], number: int) -> Response:
    """A gold version as it counts, adjudication included."""
    headers = {"Content-Disposition": f'attachment; filename="gold-{number}.jsonl"'}
    return Response(content, media_type="application/jsonl", headers=headers)


@router.post("/pilots/{pilot_id}/gold/{number}/restore", status_code=201, response_model=GoldOut)
def restore_gold(
    pending: RestoredGold, request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, number: int
) -> Response:
    """Take an earlier gold version up again as the next one; everything is compared with it."""
    row = service.restore_gold(session, actor=actor, pilot_id=pilot_id, number=number, checked=pending.take())
    return created(request, gold_out(row), f"/api/v1/pilots/{pilot_id}/gold")


@router.post(
    "/pilots/{pilot_id}/gold-sets",
    status_code=201,
    response_model=DraftOut,
    openapi_extra=multipart(_SETS, "first", "second"),
)
def start_draft(
    pending: ReceivedSets, request: Request, session: Write, actor: CurrentActor, pilot_id: UUID
) -> Response:
    """Hold two to five label sets of our own against each other."""
    row = service.start_draft(session, actor=actor, pilot_id=pilot_id, checked=pending.take())
    return created(request, _draft(session, actor, row.id), f"/api/v1/gold-sets/{row.id}")


@router.get("/gold-sets/{draft_id}")
def get_draft(session: Read, actor: CurrentActor, draft_id: UUID) -> DraftOut:
    """How far all sets agree, their disputes, and what is decided."""
    return _draft(session, actor, draft_id)


@router.post("/gold-sets/{draft_id}/choices", response_model=ChoiceOut)
def decide_dispute(
    request: Request, session: Write, actor: CurrentActor, draft_id: UUID, entry: ChoiceIn
) -> Response:
    """Decide about a disputed item that nobody decided yet."""
    row = service.decide_dispute(session, actor=actor, draft_id=draft_id, entry=entry)
    session.flush()
    return done(request, _choice(row))


@router.put("/gold-sets/{draft_id}/choices", response_model=ChoiceOut)
def change_choice(
    request: Request, session: Write, actor: CurrentActor, draft_id: UUID, entry: ChoiceIn, seen: IfMatch
) -> Response:
    """Decide otherwise."""
    row = service.decide_dispute(session, actor=actor, draft_id=draft_id, entry=entry, seen=seen)
    session.flush()
    return done(request, _choice(row))


@router.delete("/gold-sets/{draft_id}/choices", response_model=DraftOut)
def undo_choice(request: Request, session: Write, actor: CurrentActor, draft_id: UUID, item: str) -> Response:
    """Take a decision back."""
    service.undo_choice(session, actor=actor, draft_id=draft_id, item=item)
    session.flush()
    return done(request, _draft(session, actor, draft_id))


@router.post("/gold-sets/{draft_id}/exclude-rest", response_model=DraftOut)
def exclude_rest(request: Request, session: Write, actor: CurrentActor, draft_id: UUID) -> Response:
    """Exclude every item that is still in dispute."""
    service.exclude_rest(session, actor=actor, draft_id=draft_id)
    return done(request, _draft(session, actor, draft_id))


@router.post("/gold-sets/{draft_id}/drop", response_model=DraftOut)
def drop_draft(request: Request, session: Write, actor: CurrentActor, draft_id: UUID) -> Response:
    """Give a draft up."""
    service.drop_draft(session, actor=actor, draft_id=draft_id)
    return done(request, _draft(session, actor, draft_id))


@router.post("/gold-sets/{draft_id}/resume", response_model=DraftOut)
def resume_draft(request: Request, session: Write, actor: CurrentActor, draft_id: UUID) -> Response:
    """Take a dropped draft up again."""
    service.resume_draft(session, actor=actor, draft_id=draft_id)
    return done(request, _draft(session, actor, draft_id))


@router.post("/gold-sets/{draft_id}/freeze", status_code=201, response_model=GoldOut)
def freeze_draft(
    pending: ReceivedFreeze, request: Request, session: Write, actor: CurrentActor, draft_id: UUID
) -> Response:
    """Make the gold's next version of what is agreed and decided."""
    row = service.freeze_draft(session, actor=actor, draft_id=draft_id, checked=pending.take())
    return created(request, gold_out(row), f"/api/v1/pilots/{row.pilot_id}/gold")
