"""Behind a vendor's link after the close: its own errors, and contesting them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.kit import forms, htmx
from app.kit.forms import FormState, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import write_csv
from app.kit.templating import render
from app.pilots import service as pilots
from app.runs import service
from app.runs.link_schemas import ContestIn
from app.runs.pages.vendor import Holder
from app.runs.views import errors as views
from app.runs.views.errors import ErrorFilter

router = APIRouter(prefix="/pilot-work/{part_id}", include_in_schema=False)
Choice = Annotated[str, Query(max_length=40)]
IMAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=3600",
}
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


def _page(
    session: Read,
    actor: Holder,
    part_id: UUID,
    wanted: ErrorFilter,
    page: int = 1,
    came_back: tuple[str, FormState] | None = None,
) -> views.ErrorsPage:
    found = service.part_access(session, actor, part_id)
    own = service.own_errors(session, found)
    may_show = service.may_show_errors(found)
    return views.errors_view(found, own, wanted, page, came_back, may_show=may_show)


@router.get("/errors")
def show_errors(
    request: Request,
    actor: Holder,
    session: Read,
    part_id: UUID,
    kind: Choice = "",
    state: Choice = "",
    page: PageNumber = 1,
) -> Response:
    """The items on which the vendor erred."""
    return render(request, _page(session, actor, part_id, ErrorFilter(kind, state), page))


@router.get("/errors.csv")
def errors_csv(
    actor: Holder, session: Read, part_id: UUID, kind: Choice = "", state: Choice = ""
) -> Response:
    """The filtered errors as CSV."""
    own = service.own_errors(session, service.part_access(session, actor, part_id))
    content = write_csv(views.CSV_HEAD, views.csv_rows(ErrorFilter(kind, state).lines(own)))
    headers = {"Content-Disposition": 'attachment; filename="pilot-errors.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/images/{images_id}/{at}")
def show_image(
    request: Request, actor: Holder, session: Read, part_id: UUID, images_id: UUID, at: int
) -> Response:
    """The image of an item, for the vendor that labels it."""
    row, picture = service.image_by_link(session, actor=actor, part_id=part_id, images_id=images_id, at=at)
    content = pilots.image_bytes(request.app.state.contents, row, picture)
    return Response(content, media_type=picture.media_type, headers=IMAGE_HEADERS)


@router.post("/errors/show")
def reveal(request: Request, actor: Holder, session: Write, part_id: UUID) -> Response:
    """Show the errors from now on; that they were shown is written down first."""
    service.show_errors(session, actor=actor, part_id=part_id)
    return htmx.redirect(request, f"/pilot-work/{part_id}/errors")


@router.post("/errors")
def contest(request: Request, actor: Holder, session: Write, form: RawForm, part_id: UUID) -> Response:
    """Contest one item."""
    item = str(form.get("item") or "")
    with rejecting(
        request, form, lambda state: _page(session, actor, part_id, ErrorFilter(), came_back=(item, state))
    ):
        service.contest_item(session, actor=actor, part_id=part_id, entry=forms.parse(ContestIn, form))
    told = "Contested. The answer comes to this page."
    return htmx.redirect(request, f"/pilot-work/{part_id}/errors", toast=told)


@router.post("/errors/{contest_id}/withdraw")
def withdraw(request: Request, actor: Holder, session: Write, part_id: UUID, contest_id: UUID) -> Response:
    """Take a contest back."""
    service.withdraw_contest(session, actor=actor, part_id=part_id, contest_id=contest_id)
    return htmx.redirect(request, f"/pilot-work/{part_id}/errors", toast="The contest is withdrawn.")
