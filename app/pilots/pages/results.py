"""The results of a pilot, item by item too, and as tables."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.errors import NotFound
from app.core.permissions import Action
from app.evaluations.frame import EvaluationFrame, evaluation_frame
from app.evaluations.models import StepName
from app.jobs.models import JobState
from app.kit import htmx, paging, wording
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import blank
from app.kit.paging import ROWS
from app.kit.requests import Read
from app.kit.spreadsheet import Cell, write_csv, write_excel
from app.kit.templating import render
from app.kit.ui import Chip, Crumb, Option
from app.pilots import service
from app.pilots.drawing import DRAWN, exhibit_of, legend_of
from app.pilots.frame import base_of
from app.pilots.models import PilotTask
from app.pilots.service.exports import names_of, table_of
from app.pilots.views import items as item_views
from app.pilots.views import results as views
from app.pilots.views.items import ItemFilter

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/results", include_in_schema=False)
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Text = Annotated[str, Query(max_length=100)]
Loaded = tuple[service.PilotAccess, service.PilotComparison, Mapping[str, str]]


@router.get("")
def show(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    gold: Annotated[int | None, Query(ge=1, le=100_000)] = None,
) -> Response:
    """The comparison (`gold`: with that version of it), or how far its computation has come."""
    found = service.open_pilot(session, actor, pilot_id)
    if found.pilot.task is PilotTask.REVIEW_ONLY and service.result_of(session, found.pilot) is not None:
        return htmx.redirect(request, f"{base_of(found.pilot)}/review/newest")
    compared = service.comparison_of(session, pilot_id, gold)
    if gold is not None and compared is None:
        raise NotFound(
            "pilot.no_result", "Nothing was compared with this gold version as deliveries stand now."
        )
    look = f"{base_of(found.pilot)}/results/look"
    if compared is not None and service.hides_figures(session, actor, found):
        return htmx.redirect(request, look)
    job = service.job_of(session, found.pilot) if compared is None else None
    is_dead = job is not None and job.state is JobState.DEAD
    shown = views.ResultsPage(
        title="Pilot results",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        base=base_of(found.pilot),
        subtitle=_subtitle(found, compared),
        progress=job.progress if job else 0,
        note=job.note if job else "",
        failure=f"The comparison failed: {job.error}" if job and is_dead else "",
        is_computing=job is not None and not is_dead,
        nonce=blank().nonce,
        may_edit=found.may(Action.PILOT_EDIT) and found.is_open,
        look="" if compared is None or service.has_looked(session, actor, found) else look,
        results=None
        if compared is None
        else views.results_view(
            compared,
            names_of(session, found),
            base=base_of(found.pilot),
            shows_prices=found.may_price,
        ),
    )
    return render(request, shown)


def _subtitle(found: service.PilotAccess, compared: service.PilotComparison | None) -> str:
    if compared is None:
        return ""
    locked = compared.criteria_locked_at
    parts = [
        f"{wording.number(compared.items)} {wording.plural('item', compared.items)}",
        f"{wording.number(compared.gold_labels)} gold {wording.plural(compared.unit, compared.gold_labels)}",
        f"version {compared.gold}",
        "same items for all",
        f"criteria locked {wording.day(locked)}" if locked else "criteria not locked",
        "names hidden" if found.is_blind else "",
    ]
    return " · ".join(part for part in parts if part)


def _loaded(session: ReadSession, actor: Actor, pilot_id: UUID) -> Loaded:
    found = service.open_pilot(session, actor, pilot_id)
    service.require_look(session, actor, found)
    compared = service.comparison_of(session, pilot_id)
    if compared is None:
        raise NotFound("pilot.no_result", "The comparison is not there yet; open the results page.")
    return found, compared, names_of(session, found)


def _below(session: ReadSession, found: service.PilotAccess, *more: Crumb) -> EvaluationFrame:
    """The frame of a page below the results."""
    frame = evaluation_frame(session, found.access, StepName.PILOT)
    return replace(frame, crumbs=(*frame.crumbs, *more))


def _attached(content: str | bytes, kind: str, name: str) -> Response:
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get(".csv")
def results_csv(session: Read, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The figures of every candidate as CSV."""
    found, compared, names = _loaded(session, actor, pilot_id)
    header, rows = table_of(compared, names, with_prices=found.may_price)
    return _attached(write_csv(header, rows), "text/csv; charset=utf-8", "pilot-results.csv")


@router.get(".xlsx")
def results_excel(session: Read, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The figures of every candidate as a workbook."""
    found, compared, names = _loaded(session, actor, pilot_id)
    header, rows = table_of(compared, names, with_prices=found.may_price)
    return _attached(write_excel("Pilot", header, rows), _EXCEL, "pilot-results.xlsx")


def _filter(request: Request) -> ItemFilter:
    query = request.query_params
    return ItemFilter(
        candidate=query.get("candidate", ""),
        show=query.get("show", ""),
        kind=query.get("kind", ""),
        text=query.get("q", "")[:100],
        sort=query.get("sort", "score"),
    )


def _query(wanted: ItemFilter) -> dict[str, object]:
    sort = "" if wanted.sort == "score" else wanted.sort
    return {
        "candidate": wanted.candidate,
        "show": wanted.show,
        "kind": wanted.kind,
        "q": wanted.text,
        "sort": sort,
    }


def _codes(compared: service.PilotComparison, wanted: ItemFilter) -> list[str]:
    known = [one.code for one in compared.candidates]
    if wanted.candidate and wanted.candidate not in known:
        raise NotFound("pilot.no_candidate", "No delivery of such a candidate is compared here.")
    return [wanted.candidate] if wanted.candidate else known


@router.get("/items")
def list_items(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The items, worst first."""
    found, compared, names = _loaded(session, actor, pilot_id)
    wanted = _filter(request)
    codes, path = _codes(compared, wanted), f"{base_of(found.pilot)}/results/items"
    lines = item_views.lines_of(compared, service.outcomes_of(session, compared.result_id), wanted)
    query = _query(wanted)
    shown = item_views.ItemsPage(
        title="Items",
        frame=_below(session, found, Crumb("Pilot results", f"{base_of(found.pilot)}/results")),
        path=path,
        candidates=tuple(Option(one.code, names[one.code]) for one in compared.candidates),
        candidate=wanted.candidate,
        shows=item_views.SHOWS,
        show=wanted.show,
        kinds=item_views.KINDS,
        kind=wanted.kind,
        text=wanted.text,
        chips=_chips(path, query, names),
        columns=item_views.columns_of(path, query, codes, names),
        rows=item_views.item_rows(lines[(page - 1) * ROWS : page * ROWS], codes, names, path),
        pager=paging.pager(path, query, page=page, total=len(lines)),
        csv_url=paging.link(f"{path}.csv", query),
    )
    return render(request, shown)


def _chips(path: str, query: Mapping[str, object], names: Mapping[str, str]) -> tuple[Chip, ...]:
    labels = {"candidate": "Candidate", "show": "Show", "kind": "Error", "q": "Search"}
    words = {option.value: option.label for option in (*item_views.SHOWS, *item_views.KINDS)}
    return tuple(
        Chip(
            f"{label}: {names.get(str(query[name]), words.get(str(query[name]), str(query[name])))}",
            paging.link(path, query, **{name: ""}),
        )
        for name, label in labels.items()
        if query[name]
    )


@router.get("/items.csv")
def items_csv(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The filtered items as CSV."""
    _, compared, names = _loaded(session, actor, pilot_id)
    wanted = _filter(request)
    codes = _codes(compared, wanted)
    lines = item_views.lines_of(compared, service.outcomes_of(session, compared.result_id), wanted)
    rows: list[list[Cell]] = [
        [line.name, *(line.scores[code] for code in codes), item_views.error_words(line, codes, names)]
        for line in lines
    ]
    header = ("item", *(f"score {names[code]}" for code in codes), "findings")
    return _attached(write_csv(header, rows), "text/csv; charset=utf-8", "pilot-items.csv")


@router.get("/items/{at}")
def show_item(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    at: int,
) -> Response:
    """One item with every finding on it."""
    found, compared, names = _loaded(session, actor, pilot_id)
    outcomes = service.outcomes_of(session, compared.result_id)
    line, path = outcomes.line(at), f"{base_of(found.pilot)}/results"
    size = outcomes.size(at) if outcomes.kind in DRAWN else None
    shown = item_views.ItemPage(
        title=line.name,
        frame=_below(session, found, Crumb("Pilot results", path), Crumb("Items", f"{path}/items")),
        subtitle=f"{size[0]:g} × {size[1]:g} pixels" if size else "",
        exhibit=exhibit_of(outcomes, at),
        cards=item_views.cards_of(outcomes, line, names),
        legend=legend_of(outcomes.kind),
        has_overlap=outcomes.kind in DRAWN or outcomes.kind == "spans",
        previous_url=f"{path}/items/{at - 1}" if at else "",
        next_url=f"{path}/items/{at + 1}" if at + 1 < len(outcomes.items) else "",
    )
    return render(request, shown)
