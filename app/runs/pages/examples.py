"""Publish an item with our labels as a good example."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.core.permissions import Action
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Crumb
from app.pilots import service as pilots
from app.pilots.frame import base_of, below
from app.runs import service
from app.runs.schemas import PublishExampleIn
from app.runs.views import examples as views

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/examples", include_in_schema=False)


def _page(
    session: ReadSession, actor: Actor, pilot_id: UUID, item: str, form: FormState | None = None
) -> views.ExamplePage:
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    pilots.require_look(session, actor, found)
    result = pilots.result_of(session, found.pilot)
    outcomes = pilots.outcomes_of(session, result.id) if result and item else None
    known = outcomes is not None and item in outcomes.items and found.is_open
    base, zone = base_of(found.pilot), found.evaluation.time_zone
    return views.ExamplePage(
        title="Good examples",
        frame=below(session, found, Crumb("Pilot results", f"{base}/results")),
        path=f"{base}/examples",
        back=f"{base}/questions",
        item=item if known else "",
        panels=views.ours(outcomes, outcomes.items.index(item)) if outcomes and known else (),
        form=form or blank(),
        published=views.example_views(
            service.examples_of(session, pilot_id), zone, pilots.scenes_of(session, pilot_id)
        ),
    )


@router.get("")
def show_examples(
    session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, item: str = ""
) -> Response:
    """What is published, and the form of `item`."""
    return render(request, _page(session, actor, pilot_id, item))


@router.post("")
def publish_example(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID
) -> Response:
    """Publish an item with our labels; it leaves the scoring."""
    item = str(form.get("item") or "")
    with rejecting(request, form, lambda state: _page(session, actor, pilot_id, item, state)):
        entry = forms.parse(PublishExampleIn, form)
        row = service.publish_example(session, actor=actor, pilot_id=pilot_id, entry=entry)
    found = pilots.open_pilot(session, actor, pilot_id)
    told = f"Published. Gold version {row.gold_number} leaves {row.item} out."
    return htmx.redirect(request, f"{base_of(found.pilot)}/questions", toast=told)
