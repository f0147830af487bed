"""Items side by side: the random look before any figure, and the gallery of disagreement."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.errors import NotFound
from app.kit import htmx, paging
from app.kit.actors import CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import blank
from app.kit.requests import Read, Write
from app.kit.templating import render
from app.kit.ui import Chip, Crumb, Option
from app.pilots import service
from app.pilots.drawing import legend_of, side_by_side
from app.pilots.frame import base_of, below, waiting_at
from app.pilots.service.exports import names_of
from app.pilots.views import gallery as views
from app.pilots.views.gallery import ROWS, GalleryFilter
from app.pilots.views.items import KINDS

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/results", include_in_schema=False)
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
Text = Annotated[str, Query(max_length=500)]


@router.get("/look")
def show_look(
    session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, page: PageNumber = 1
) -> Response:
    """Random items to look at before any figure, candidates under codes for everybody."""
    found = service.open_pilot(session, actor, pilot_id)
    result = service.result_of(session, found.pilot)
    if result is None:
        return htmx.redirect(request, waiting_at(found.pilot, "look"))
    outcomes, path = service.outcomes_of(session, result.id), f"{base_of(found.pilot)}/results"
    places = service.look_items(len(outcomes.items), found.pilot.seed)
    codes = sorted(outcomes.data["vendors"])
    names = {code: f"Candidate {code}" for code in codes}
    shown = views.LookPage(
        title="Look first",
        frame=below(session, found),
        action=f"{path}/look",
        results_href=path,
        count=len(places),
        items=tuple(
            side_by_side(outcomes, at, codes, names, "") for at in places[(page - 1) * ROWS : page * ROWS]
        ),
        legend=legend_of(outcomes.kind),
        pager=paging.pager(f"{path}/look", {}, page=page, total=len(places), rows=ROWS),
        is_done=service.has_looked(session, actor, found),
        is_needed=service.hides_figures(session, actor, found),
        nonce=blank().nonce,
    )
    return render(request, shown)


@router.post("/look")
def record_look(session: Write, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """Write down that one has looked."""
    found = service.open_pilot(session, actor, pilot_id)
    service.record_look(session, actor=actor, pilot_id=pilot_id)
    return htmx.redirect(request, f"{base_of(found.pilot)}/results", toast="Noted that you looked.")


@router.get("/gallery")
def show_gallery(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    candidate: Text = "",
    kind: Text = "",
    label: Text = "",
    stratum: Text = "",
    page: PageNumber = 1,
) -> Response:
    """Items where candidates and gold differ, drawn side by side."""
    found = service.open_pilot(session, actor, pilot_id)
    service.require_look(session, actor, found)
    result = service.result_of(session, found.pilot)
    if result is None:
        return htmx.redirect(request, waiting_at(found.pilot, "gallery"))
    wanted = GalleryFilter(candidate, kind, label, stratum)
    return render(request, _gallery(session, found, service.outcomes_of(session, result.id), wanted, page))


def _gallery(
    session: ReadSession,
    found: service.PilotAccess,
    outcomes: service.Outcomes,
    wanted: GalleryFilter,
    page: int,
) -> views.GalleryPage:
    names = names_of(session, found)
    known = sorted(outcomes.data["vendors"])
    if wanted.candidate and wanted.candidate not in known:
        raise NotFound("pilot.no_candidate", "No delivery of such a candidate is compared here.")
    codes = [wanted.candidate] if wanted.candidate else known
    places = views.disagreements(outcomes, codes, wanted)
    path = f"{base_of(found.pilot)}/results"
    query = asdict(wanted)
    return views.GalleryPage(
        title="Disagreement",
        frame=below(session, found, Crumb("Pilot results", path)),
        path=f"{path}/gallery",
        candidates=tuple(Option(code, names[code]) for code in known),
        candidate=wanted.candidate,
        kinds=KINDS,
        kind=wanted.kind,
        classes=tuple(Option(name, name) for name in outcomes.data["classes"]),
        label=wanted.label,
        strata=tuple(Option(name, name) for name in outcomes.strata()),
        stratum=wanted.stratum,
        chips=_chips(f"{path}/gallery", query, names),
        items=tuple(
            side_by_side(outcomes, at, known, names, f"{path}/items/{at}")
            for at in places[(page - 1) * ROWS : page * ROWS]
        ),
        legend=legend_of(outcomes.kind),
        pager=paging.pager(f"{path}/gallery", query, page=page, total=len(places), rows=ROWS),
    )


def _chips(path: str, query: Mapping[str, str], names: Mapping[str, str]) -> tuple[Chip, ...]:
    labels = {"candidate": "Candidate", "kind": "Error", "label": "Class", "stratum": "Stratum"}
    return tuple(
        Chip(
            f"{labels[name]}: {names.get(value, value) if name == 'candidate' else value.replace('_', ' ')}",
            paging.link(path, query, **{name: ""}),
        )
        for name, value in query.items()
        if value
    )
