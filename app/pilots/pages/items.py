"""Item by item: the list, its CSV, one item."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.errors import NotFound
from app.core.permissions import Action
from app.evaluations.frame import EvaluationFrame, evaluation_frame
from app.evaluations.models import StepName
from app.kit import htmx, paging, wording
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.paging import ROWS
from app.kit.requests import Read
from app.kit.spreadsheet import Cell, write_csv
from app.kit.templating import render
from app.kit.ui import Chip, Crumb, Option
from app.pilots import service
from app.pilots.drawing import DRAWN, exhibit_of, legend_of
from app.pilots.frame import base_of, waiting_at
from app.pilots.scope import Loaded, Scope, Scoped, compared_in, loaded
from app.pilots.service import Outcomes, PilotComparison, Wanted
from app.pilots.views import items as views
from app.pilots.views.items import ItemFilter

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/results", include_in_schema=False)
_KEPT = ("from", "to", "class", "who", "gold", "round")  # filters that only links set
_CHIPS = {
    "q": "Search", "candidate": "Candidate", "show": "Show", "kind": "Error", "label": "Class",
    "from": "Gold", "to": "Delivered as", "by": "Annotator", "class": "Gold holds", "stratum": "Stratum",
    "who": "Answered by", "gold": "Gold version", "round": "Up to round",
}  # fmt: skip


def _below(session: ReadSession, found: service.PilotAccess, *more: Crumb) -> EvaluationFrame:
    """The frame of a page below the results."""
    frame = evaluation_frame(session, found.access, StepName.PILOT)
    return replace(frame, crumbs=(*frame.crumbs, *more))


def _filter(request: Request, scope: Scope) -> ItemFilter:
    query = request.query_params
    return ItemFilter(
        candidate=query.get("candidate", ""),
        show=query.get("show", ""),
        text=query.get("q", "")[:100],
        subset=scope.subset,
        sort=query.get("sort", "score"),
        wanted=Wanted(
            kind=query.get("kind", ""),
            gold=query.get("from", "")[:500],
            delivered=query.get("to", "")[:500],
            label=query.get("label", "")[:500],
            annotator=query.get("by", "")[:300],
        ),
    )


def _query(wanted: ItemFilter, scope: Scope) -> dict[str, object]:
    each = wanted.wanted
    return {
        "q": wanted.text,
        "candidate": wanted.candidate,
        "show": wanted.show,
        "kind": each.kind,
        "label": each.label,
        "from": each.gold,
        "to": each.delivered,
        "by": each.annotator,
        "sort": "" if wanted.sort == "score" else wanted.sort,
        **scope.query,
    }


def _codes(compared: PilotComparison, wanted: ItemFilter) -> list[str]:
    known = [one.code for one in compared.candidates]
    if wanted.candidate and wanted.candidate not in known:
        raise NotFound("pilot.no_candidate", "No delivery of such a candidate is compared here.")
    return [wanted.candidate] if wanted.candidate else known


def _wait(session: ReadSession, request: Request, actor: Actor, pilot_id: UUID, scope: Scope) -> Response:
    """To where the comparison is waited for; another gold or earlier rounds are asked for on the results page."""
    pilot = service.open_pilot(session, actor, pilot_id).pilot
    query = paging.link("", scope.query)
    return htmx.redirect(request, f"{base_of(pilot)}/results{query}" if query else waiting_at(pilot, "items"))


@router.get("/items")
def list_items(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    scope: Scoped,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The items, worst first."""
    if compared_in(session, pilot_id, scope, whole=True) is None:
        return _wait(session, request, actor, pilot_id, scope)
    return render(request, _list(session, loaded(session, actor, pilot_id, scope), request, scope, page))


def _list(session: ReadSession, told: Loaded, request: Request, scope: Scope, page: int) -> views.ItemsPage:
    (found, compared, names), wanted = told, _filter(request, scope)
    codes, path = _codes(compared, wanted), f"{base_of(found.pilot)}/results/items"
    outcomes = service.outcomes_of(session, compared.result_id)
    places = views.places_of(compared, outcomes, wanted)
    query, start = _query(wanted, scope), (page - 1) * ROWS
    lines = outcomes.lines(places[start : start + ROWS])
    back = Crumb("Pilot results", paging.link(f"{base_of(found.pilot)}/results", scope.query))
    return views.ItemsPage(
        title="Items",
        frame=_below(session, found, back),
        path=path,
        candidates=tuple(Option(code, names[code]) for code in outcomes.codes),
        candidate=wanted.candidate,
        shows=views.SHOWS,
        show=wanted.show,
        kinds=views.KINDS,
        kind=wanted.wanted.kind,
        classes=_options(compared.classes),
        label=wanted.wanted.label,
        strata=_options(compared.strata),
        stratum=scope.stratum,
        people=_people(outcomes, codes, names),
        annotator=wanted.wanted.annotator,
        kept=tuple((name, str(query[name])) for name in _KEPT if query[name]),
        text=wanted.text,
        chips=_chips(path, query, names),
        columns=views.columns_of(path, query, codes, names),
        rows=views.item_rows(lines, codes, names, path, paging.link("", scope.query)),
        pager=paging.pager(path, query, page=page, total=len(places)),
        csv_url=paging.link(f"{path}.csv", query),
    )


def _options(names: Sequence[str]) -> tuple[Option, ...]:
    return tuple(Option(name, name) for name in names)


def _people(outcomes: Outcomes, codes: Sequence[str], names: Mapping[str, str]) -> tuple[Option, ...]:
    """Annotators to choose from once a candidate is chosen: codes of several may be alike."""
    if len(codes) != 1:
        return ()
    people = sorted(outcomes.people(codes[0]), key=wording.counting_key)
    return tuple(Option(one, f"{names[codes[0]]}: {one}") for one in people[:500])


def _chips(path: str, query: Mapping[str, object], names: Mapping[str, str]) -> tuple[Chip, ...]:
    words = {option.value: option.label for option in (*views.SHOWS, *views.KINDS)} | {"-": "nothing"}

    def shown(name: str, value: str) -> str:
        if name == "candidate":
            return names.get(value, value)
        if name == "who":
            code, _, annotator = value.partition(":")
            return f"{names.get(code, code)}, {annotator}"
        return words.get(value, value) if name in ("show", "kind", "from", "to") else value

    return tuple(
        Chip(f"{label}: {shown(name, str(query[name]))}", paging.link(path, query, **{name: ""}))
        for name, label in _CHIPS.items()
        if query[name]
    )


@router.get("/items.csv")
def items_csv(
    session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, scope: Scoped
) -> Response:
    """The filtered items as CSV."""
    _, compared, names = loaded(session, actor, pilot_id, scope)
    wanted = _filter(request, scope)
    codes = _codes(compared, wanted)
    outcomes = service.outcomes_of(session, compared.result_id)
    rows: list[list[Cell]] = [
        [line.name, *(line.scores[code] for code in codes), views.error_words(line, codes, names)]
        for line in outcomes.lines(views.places_of(compared, outcomes, wanted))
    ]
    header = ("item", *(f"score {names[code]}" for code in codes), "findings")
    headers = {"Content-Disposition": 'attachment; filename="pilot-items.csv"'}
    return Response(write_csv(header, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/items/{at}")
def show_item(
    session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, at: int, scope: Scoped
) -> Response:
    """One item with every finding on it."""
    found, compared, names = loaded(session, actor, pilot_id, scope)
    outcomes = service.outcomes_of(session, compared.result_id)
    line, path = outcomes.line(at), f"{base_of(found.pilot)}/results"
    size = outcomes.size(at) if outcomes.kind in DRAWN else None
    crumbs = (
        Crumb("Pilot results", paging.link(path, scope.query)),
        Crumb("Items", paging.link(f"{path}/items", scope.query)),
    )
    shown = views.ItemPage(
        title=line.name,
        frame=_below(session, found, *crumbs),
        subtitle=f"{size[0]:g} × {size[1]:g} pixels" if size else "",
        exhibit=exhibit_of(outcomes, at),
        cards=views.cards_of(outcomes, line, names),
        legend=legend_of(outcomes.kind),
        has_overlap=outcomes.kind in DRAWN or outcomes.kind == "spans",
        previous_url=paging.link(f"{path}/items/{at - 1}", scope.query) if at else "",
        next_url=paging.link(f"{path}/items/{at + 1}", scope.query) if at + 1 < len(outcomes.items) else "",
        example_url=paging.link(f"{base_of(found.pilot)}/examples", {"item": line.name})
        if found.may(Action.PILOT_EDIT) and found.is_open
        else "",
    )
    return render(request, shown)
