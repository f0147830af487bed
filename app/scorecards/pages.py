"""The library of scorecards: read, compare, fork, edit, import, publish, retire."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.kit import forms, htmx, library
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession, WriteSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import write_csv, write_excel
from app.kit.templating import render
from app.kit.ui import Crumb, Toast
from app.scorecards import service
from app.scorecards.models import ScorecardState
from app.scorecards.schemas import ForkIn, ImportIn, TextIn
from app.scorecards.service import Reference, ScorecardView
from app.scorecards.views import CRUMBS, compare, entry, listing, show
from app.scorecards.views.listing import Filters

router = APIRouter(include_in_schema=False)
People = Annotated[int, Query(ge=1, le=show.MOST_PEOPLE)]


def _filters(request: Request) -> Filters:
    query = request.query_params
    return Filters(
        query.get("q", ""), query.get("data", ""), query.get("state", ""), query.get("sort", "name")
    )


def _found(
    session: ReadSession, actor: Actor, filters: Filters
) -> tuple[list[ScorecardView], list[ScorecardView]]:
    every = service.list_scorecards(session, actor=actor, retired=filters.state == "retired")
    return listing.narrowed(every, filters), every


@router.get("/scorecards")
def list_scorecards(request: Request, session: Read, actor: CurrentActor) -> Response:
    """The library with its filters."""
    filters = _filters(request)
    found, every = _found(session, actor, filters)
    may_edit = actor.may(Action.LIBRARY_EDIT)
    return render(request, listing.list_view(found, every, filters, library.taxonomy(), may_edit=may_edit))


@router.get("/scorecards.csv")
def export_csv(request: Request, session: Read, actor: CurrentActor) -> Response:
    """The list as CSV."""
    found, _ = _found(session, actor, _filters(request))
    rows = listing.export_rows(found, library.taxonomy())
    headers = {"Content-Disposition": 'attachment; filename="scorecards.csv"'}
    return Response(write_csv(listing.EXPORT, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/scorecards.xlsx")
def export_excel(request: Request, session: Read, actor: CurrentActor) -> Response:
    """The list as a workbook."""
    found, _ = _found(session, actor, _filters(request))
    book = write_excel("Scorecards", listing.EXPORT, listing.export_rows(found, library.taxonomy()))
    headers = {"Content-Disposition": 'attachment; filename="scorecards.xlsx"'}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(book, media_type=kind, headers=headers)


@router.get("/scorecards/compare")
def compare_scorecards(
    request: Request,
    session: Read,
    actor: CurrentActor,
    old: str = "",
    new: str = "",
    pick: Annotated[list[str] | None, Query()] = None,
    only: str = "",
) -> Response:
    """Two scorecards side by side: `old` and `new`, or the first two that were ticked in the list."""
    ticked = pick or []
    old, new = old or (ticked[0] if ticked else ""), new or (ticked[1] if len(ticked) > 1 else "")
    found = None
    if old and new:
        found = service.compare(session, actor=actor, old=Reference.read(old), new=Reference.read(new))
    choices = service.list_scorecards(session, actor=actor)
    return render(request, compare.compare_view(choices, found, picked=(old, new), only=only == "yes"))


@router.get("/scorecards/import")
def import_form(request: Request, actor: CurrentActor) -> Response:
    """The form that takes a file."""
    actor.require(Action.LIBRARY_EDIT)
    return render(request, entry.ImportPage("Import a scorecard", CRUMBS, blank()))


@router.post("/scorecards/import")
def import_file(request: Request, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """Take a file in as a draft, or list every problem of it."""
    with rejecting(request, form, lambda state: entry.ImportPage("Import a scorecard", CRUMBS, state)):
        text = forms.text_of(form, "file", "text")
        key = str(form.get("key") or "").strip() or None
        if not text.strip():
            raise Invalid("scorecard.no_text", [Problem("file", "Choose a file, or paste its text.")])
        try:
            row = service.import_scorecard(session, actor=actor, entry=ImportIn(text=text, key=key))
        except Invalid as failure:
            raise _at(failure, "text") from None
    return htmx.redirect(request, f"/scorecards/{row.key}", toast="It is a draft. Read it, then publish.")


@router.get("/scorecards/{key}.yaml")
def download(session: Read, actor: CurrentActor, key: str, number: int | None = None) -> Response:
    """The scorecard as YAML."""
    view = service.scorecard_of(session, actor=actor, key=key, number=number)
    headers = {"Content-Disposition": f'attachment; filename="{view.key}-v{view.number}.yaml"'}
    return Response(service.yaml_of(view), media_type="application/yaml", headers=headers)


@router.get("/scorecards/{key}")
def show_scorecard(
    request: Request,
    session: Read,
    actor: CurrentActor,
    key: str,
    number: int | None = None,
    candidates: People = 4,
    evaluators: People = 3,
) -> Response:
    """One scorecard to read."""
    page = show.show_view(
        service.scorecard_of(session, actor=actor, key=key, number=number),
        service.versions_of(session, actor=actor, key=key),
        service.list_scorecards(session, actor=actor),
        library.taxonomy(),
        blank(),
        people=(candidates, evaluators),
        may_edit=actor.may(Action.LIBRARY_EDIT),
    )
    return render(request, page)


@router.get("/scorecards/{key}/fork")
def fork_form(
    request: Request, session: Read, actor: CurrentActor, key: str, number: int | None = None
) -> Response:
    """The form that asks for the copy's name."""
    actor.require(Action.LIBRARY_EDIT)
    return render(request, _fork(session, actor, key, number, blank()))


@router.post("/scorecards/{key}/fork")
def fork(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str, number: int | None = None
) -> Response:
    """Start an own copy."""
    with rejecting(request, form, lambda state: _fork(session, actor, key, number, state)):
        chosen = forms.parse(ForkIn, form)
        row = service.fork(session, actor=actor, key=key, entry=chosen, number=number)
    return htmx.redirect(request, f"/scorecards/{row.key}/edit", toast="Your copy is a draft.")


@router.get("/scorecards/{key}/edit")
def edit_form(request: Request, session: Read, actor: CurrentActor, key: str) -> Response:
    """The draft's text."""
    actor.require(Action.LIBRARY_EDIT)
    view = service.scorecard_of(session, actor=actor, key=key)
    version = view.row.version if view.row else None
    return render(request, _edit(view, blank({"text": service.yaml_of(view)}, version=version)))


@router.post("/scorecards/{key}/edit")
def edit_draft(request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str) -> Response:
    """Save the draft, or list every problem of it."""
    view = service.scorecard_of(session, actor=actor, key=key)
    with rejecting(request, form, lambda state: _edit(view, state)):
        text, seen = forms.parse(TextIn, form), forms.seen_version(form)
        try:
            service.edit_draft(session, actor=actor, key=key, entry=text, seen=seen)
        except Invalid as failure:
            raise _at(failure, "text") from None
    return htmx.redirect(request, f"/scorecards/{key}", toast="The draft is saved. Read it, then publish.")


@router.post("/scorecards/{key}/publish")
def publish(request: Request, session: Write, actor: CurrentActor, key: str) -> Response:
    """Freeze the draft."""
    row = service.publish(session, actor=actor, key=key)
    return htmx.redirect(request, f"/scorecards/{key}", toast=f"{row.name} v{row.number} is published.")


@router.post("/scorecards/{key}/new-version")
def new_version(request: Request, session: Write, actor: CurrentActor, key: str) -> Response:
    """Start the next version as a draft."""
    row = service.new_version(session, actor=actor, key=key)
    return htmx.redirect(request, f"/scorecards/{key}/edit", toast=f"Version {row.number} is a draft.")


@router.post("/scorecards/{key}/versions/{number}/retire")
def retire(request: Request, session: Write, actor: CurrentActor, key: str, number: int) -> Response:
    """Take a version out, or discard a draft; the toast undoes it."""
    row = service.retire(session, actor=actor, key=key, number=number)
    done = "discarded" if row.state is ScorecardState.DRAFT else "retired"
    undo = f"/scorecards/{key}/versions/{number}/restore"
    return htmx.redirect(
        request, _after(session, actor, key), toast=Toast(f"v{number} is {done}.", undo_url=undo)
    )


@router.post("/scorecards/{key}/versions/{number}/restore")
def restore(request: Request, session: Write, actor: CurrentActor, key: str, number: int) -> Response:
    """Undo retire."""
    row = service.restore(session, actor=actor, key=key, number=number)
    return htmx.redirect(request, f"/scorecards/{key}?number={number}", toast=f"v{row.number} is back.")


def _after(session: WriteSession, actor: Actor, key: str) -> str:
    """The scorecard while a version of it is left, else the list."""
    left = [view for view in service.versions_of(session, actor=actor, key=key) if not view.is_retired]
    return f"/scorecards/{key}" if left else "/scorecards"


def _at(failure: Invalid, field: str) -> Invalid:
    """Paths of the text are no fields of the form: each stands at the one field with its path in words."""
    return Invalid(failure.code, [Problem(field, str(each)) for each in failure.problems])


def _fork(
    session: ReadSession, actor: Actor, key: str, number: int | None, form: FormState
) -> entry.ForkPage:
    view = service.scorecard_of(session, actor=actor, key=key, number=number)
    query = "" if number is None else f"?number={number}"
    crumbs = (*CRUMBS, Crumb(view.name, f"/scorecards/{key}{query}"))
    action, back = f"/scorecards/{key}/fork{query}", f"/scorecards/{key}{query}"
    return entry.ForkPage(f"Fork {view.name}", crumbs, action, back, form)


def _edit(view: ScorecardView, form: FormState) -> entry.EditPage:
    address = f"/scorecards/{view.key}"
    crumbs = (*CRUMBS, Crumb(view.name, address))
    return entry.EditPage(f"Edit {view.label}", crumbs, f"{address}/edit", address, form)
