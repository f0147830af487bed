"""The library of scorecards: read, fork, edit, publish."""

from fastapi import APIRouter, Request, Response

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import Cell, write_csv
from app.kit.templating import render
from app.kit.ui import Crumb
from app.scorecards import service, views
from app.scorecards.schemas import ForkIn, TextIn

router = APIRouter(include_in_schema=False)


@router.get("/scorecards")
def list_scorecards(request: Request, session: Read, actor: CurrentActor, q: str = "") -> Response:
    """The library."""
    return render(request, views.list_view(_found(session, actor, q), q))


@router.get("/scorecards.csv")
def export_csv(session: Read, actor: CurrentActor, q: str = "") -> Response:
    """The library as CSV."""
    page = views.list_view(_found(session, actor, q), q)
    rows: list[list[Cell]] = [
        [row.name, row.label, row.groups, row.criteria, row.requirements, row.ratings] for row in page.rows
    ]
    head = ("name", "version", "groups", "criteria", "must_haves", "ratings_per_candidate")
    headers = {"Content-Disposition": 'attachment; filename="scorecards.csv"'}
    return Response(write_csv(head, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/scorecards/{key}.yaml")
def download(session: Read, actor: CurrentActor, key: str) -> Response:
    """The scorecard as YAML."""
    view = service.scorecard_of(session, actor=actor, key=key)
    headers = {"Content-Disposition": f'attachment; filename="{view.key}-v{view.number}.yaml"'}
    return Response(service.yaml_of(view), media_type="application/yaml", headers=headers)


@router.get("/scorecards/{key}")
def show(
    request: Request, session: Read, actor: CurrentActor, key: str, number: int | None = None
) -> Response:
    """One scorecard to read."""
    view = service.scorecard_of(session, actor=actor, key=key, number=number)
    versions = service.versions_of(session, key)
    page = views.show_view(view, versions, blank(), may_edit=actor.may(Action.LIBRARY_EDIT))
    return render(request, page)


@router.get("/scorecards/{key}/fork")
def fork_form(request: Request, session: Read, actor: CurrentActor, key: str) -> Response:
    """The form that asks for the copy's name."""
    actor.require(Action.LIBRARY_EDIT)
    return render(request, _fork(session, actor, key, blank()))


@router.post("/scorecards/{key}/fork")
def fork(request: Request, session: Write, actor: CurrentActor, form: RawForm, key: str) -> Response:
    """Start an own copy."""
    with rejecting(request, form, lambda state: _fork(session, actor, key, state)):
        row = service.fork(session, actor=actor, key=key, entry=forms.parse(ForkIn, form))
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
        entry, seen = forms.parse(TextIn, form), forms.seen_version(form)
        try:
            service.edit_draft(session, actor=actor, key=key, entry=entry, seen=seen)
        except Invalid as failure:
            # Paths of the text are no fields of the form: each stands at the one field with its path in words.
            raise Invalid(failure.code, [Problem("text", str(each)) for each in failure.problems]) from None
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


def _found(session: ReadSession, actor: Actor, text: str) -> list[service.ScorecardView]:
    words = text.casefold().split()
    return [
        view
        for view in service.list_scorecards(session, actor=actor)
        if all(word in f"{view.name} {view.key}".casefold() for word in words)
    ]


def _fork(session: ReadSession, actor: Actor, key: str, form: FormState) -> views.ForkPage:
    view = service.scorecard_of(session, actor=actor, key=key)
    crumbs = (*views.CRUMBS, Crumb(view.name, f"/scorecards/{key}"))
    return views.ForkPage(f"Fork {view.name}", crumbs, f"/scorecards/{key}/fork", f"/scorecards/{key}", form)


def _edit(view: service.ScorecardView, form: FormState) -> views.EditPage:
    address = f"/scorecards/{view.key}"
    crumbs = (*views.CRUMBS, Crumb(view.name, address))
    return views.EditPage(f"Edit {view.label}", crumbs, f"{address}/edit", address, form)
