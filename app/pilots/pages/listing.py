"""The item list and the images of a pilot."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.permissions import Action
from app.kit import htmx, paging, wording
from app.kit.actors import CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import write_csv
from app.kit.templating import render
from app.kit.ui import Fact, Option
from app.pilots import service
from app.pilots.frame import base_of, below
from app.pilots.models import PilotTask
from app.pilots.service import PilotAccess, ReceivedImages, ReceivedItems
from app.pilots.views import listing as views

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}", include_in_schema=False)
Text = Annotated[str, Query(max_length=300)]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
_IMAGE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=3600",
}


def _page(
    session: ReadSession,
    found: PilotAccess,
    form: FormState,
    *,
    role: str = "",
    text: str = "",
    page: int = 1,
) -> views.ItemListPage:
    listing, images = service.listing_of(session, found.pilot.id), service.images_of(session, found.pilot.id)
    path, scenes = f"{base_of(found.pilot)}/items", service.scenes_of(session, found.pilot.id)
    kept = views.wanted(listing.items, role, text) if listing else []
    shown = kept[(page - 1) * paging.ROWS : page * paging.ROWS]
    query = {"role": role, "text": text}
    return views.ItemListPage(
        title="Items",
        frame=below(session, found),
        path=path,
        base=base_of(found.pilot),
        has_list=listing is not None,
        facts=_facts(listing, images[0].images if images else 0),
        notes=tuple(listing.row.notes) if listing else (),
        roles=tuple(Option(one.value, words) for one, words in views.ROLES.items()),
        role=role,
        text=text,
        rows=tuple(views.row_of(one, scenes.scene(one.item).image) for one in shown),
        has_images=images is not None,
        pager=paging.pager(path, query, page=page, total=len(kept)),
        csv_url=paging.link(f"{path}/all.csv", query),
        may_change=found.is_open,
        may_list=found.pilot.task is not PilotTask.REVIEW_ONLY,
        form=form,
    )


def _facts(listing: service.Listing | None, images: int) -> tuple[Fact, ...]:
    if listing is None:
        return (Fact("Images", wording.number(images)),) if images else ()
    roles = [
        Fact(words.partition(",")[0].capitalize(), wording.number(listing.row.roles[role.value]))
        for role, words in views.ROLES.items()
        if listing.row.roles.get(role.value)
    ]
    return (
        Fact("Version", str(listing.row.number)),
        Fact("Items", wording.number(listing.row.items)),
        *roles,
        Fact("Images", wording.number(images)),
        Fact("Digest", listing.row.digest[:12]),
    )


@router.get("/items")
def show_items(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    role: Text = "",
    text: Text = "",
    page: PageNumber = 1,
) -> Response:
    """What is handed out, and what each item is for."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    return render(request, _page(session, found, blank(), role=role, text=text, page=page))


@router.get("/items/all.csv")
def items_csv(
    session: Read, actor: CurrentActor, pilot_id: UUID, role: Text = "", text: Text = ""
) -> Response:
    """The filtered items as CSV, with the codes under which they leave."""
    service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    listing = service.listing_of(session, pilot_id)
    codes = listing.codes if listing and listing.hides_repeats else {}
    rows = [
        [
            one.item,
            one.role.value,
            one.repeat_of,
            one.question,
            one.stratum,
            one.text,
            one.image,
            codes.get(one.item, one.item),
        ]
        for one in (views.wanted(listing.items, role, text) if listing else ())
    ]
    head = ("item", "role", "repeat_of", "question", "stratum", "text", "image", "leaves_as")
    headers = {"Content-Disposition": 'attachment; filename="pilot-items.csv"'}
    return Response(write_csv(head, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/items")
def save_items(
    pending: ReceivedItems,
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    pilot_id: UUID,
) -> Response:
    """Keep the item list as a new version."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    with rejecting(request, form, lambda state: _page(session, found, state)):
        row = service.upload_items(session, actor=actor, pilot_id=pilot_id, checked=pending.take())
    told = f"Item list version {row.number}: {row.items} items."
    return htmx.redirect(request, f"{base_of(found.pilot)}/items", toast=told)


@router.post("/images")
def save_images(
    pending: ReceivedImages,
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    pilot_id: UUID,
) -> Response:
    """Keep the images."""
    found = service.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    with rejecting(request, form, lambda state: _page(session, found, state)):
        row = service.upload_images(session, actor=actor, pilot_id=pilot_id, checked=pending.take())
    return htmx.redirect(request, f"{base_of(found.pilot)}/items", toast=f"{row.images} images are in.")


@router.get("/images/{images_id}/{at}")
def image(
    session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, images_id: UUID, at: int
) -> Response:
    """One image of the pilot, for whoever may see the pilot."""
    row, picture = service.image_of(session, actor=actor, pilot_id=pilot_id, images_id=images_id, at=at)
    tag = f'"{row.digest[:16]}-{at}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={**_IMAGE, "ETag": tag})
    content = service.image_bytes(request.app.state.contents, row, picture)
    return Response(content, media_type=picture.media_type, headers={**_IMAGE, "ETag": tag})
