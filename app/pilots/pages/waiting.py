"""Pages that need the comparison wait here until it is there, and have it computed where nobody asked yet."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.core.errors import NotFound
from app.core.permissions import Action
from app.jobs.models import JobState
from app.kit import htmx, paging
from app.kit.actors import CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import blank
from app.kit.requests import Read, Write
from app.kit.templating import render
from app.pilots import service
from app.pilots.frame import WAITING, base_of, below, waiting_at
from app.pilots.scope import Scope
from app.pilots.views.standing import Standing, WaitingPage

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/results", include_in_schema=False)


def standing(session: ReadSession, found: service.PilotAccess, scope: Scope, here: str, ask: str) -> Standing:
    """How far the comparison of a scope has come that is not there; `ask` is where it is asked for."""
    base, pilot = base_of(found.pilot), found.pilot
    job = service.job_of(session, pilot, scope.gold, up_to=scope.up_to, subset=scope.subset)
    is_dead = job is not None and job.state is JobState.DEAD
    is_ready = service.inputs_of(session, pilot, scope.gold, up_to=scope.up_to) is not None
    query = paging.link("", scope.query)
    may_retry = bool(query) or (found.may(Action.PILOT_EDIT) and found.is_open)
    return Standing(
        here=here,
        whole=f"{base}/results",
        percent=job.progress if job else 0,
        note=job.note if job else "",
        failure=f"The comparison failed: {job.error}" if job and is_dead else "",
        retry=ask if may_retry else "",
        is_computing=job is not None and not is_dead,
        ask=ask if job is None and is_ready else "",
        is_scoped=bool(query),
        nonce=blank().nonce,
    )


def _wanted(to: str) -> str:
    if to not in WAITING:
        raise NotFound("page.not_found", "There is no such page of a pilot; open it from the results.")
    return to


@router.get("/waiting/{to}")
def show(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, to: str) -> Response:
    """How far the comparison has come that a page needs; that page once it is there."""
    found = service.open_pilot(session, actor, pilot_id)
    path = f"{base_of(found.pilot)}/{WAITING[_wanted(to)]}"
    if service.result_of(session, found.pilot) is not None:
        return htmx.redirect(request, path)
    here = waiting_at(found.pilot, to)
    told = standing(session, found, Scope(), here, here)
    if not told.is_under_way:  # nothing to compare: the results page says what is missing
        return htmx.redirect(request, told.whole)
    shown = WaitingPage(
        title="Comparing",
        frame=below(session, found),
        subtitle="This page needs the comparison of the deliveries and opens by itself once that is there.",
        standing=told,
    )
    return render(request, shown)


@router.post("/waiting/{to}")
def ask(session: Write, request: Request, actor: CurrentActor, pilot_id: UUID, to: str) -> Response:
    """Have the comparison computed that a page needs."""
    row = service.ask_comparison(session, actor=actor, pilot_id=pilot_id)
    return htmx.redirect(request, waiting_at(row, _wanted(to)))
