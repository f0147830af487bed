"""The results of a pilot, and as tables."""

from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response

from app.core.errors import NotFound
from app.core.permissions import Action
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit import htmx, paging, wording
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.requests import Read, Write
from app.kit.spreadsheet import write_csv, write_workbook
from app.kit.templating import render
from app.pilots import queries, service
from app.pilots.frame import base_of
from app.pilots.models import PilotTask
from app.pilots.pages.waiting import standing
from app.pilots.scope import Scope, Scoped, compared_in, judged, loaded
from app.pilots.service.exports import names_of, table_of
from app.pilots.service.workbook import sheets_of
from app.pilots.views import results as views
from app.pilots.views.choice import choice_of
from app.pilots.views.standing import Standing

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/results", include_in_schema=False)
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("")
def show(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, scope: Scoped) -> Response:
    """The comparison (of a gold version, of earlier rounds, of some items), or how far its computation has come."""
    found = service.open_pilot(session, actor, pilot_id)
    if found.pilot.task is PilotTask.REVIEW_ONLY and service.result_of(session, found.pilot) is not None:
        return htmx.redirect(request, f"{base_of(found.pilot)}/review/newest")
    golds, names = queries.golds(session, pilot_id), names_of(session, found)
    if scope.gold and scope.gold not in {one.number for one in golds}:
        raise NotFound("gold.not_found", "There is no such gold version; choose one from the results page.")
    base, compared = base_of(found.pilot), compared_in(session, pilot_id, scope)
    look = f"{base}/results/look"
    if compared is not None and service.hides_figures(session, actor, found):
        return htmx.redirect(request, look)
    whole = compared if not scope.subset else compared_in(session, pilot_id, scope, whole=True)
    query = paging.link("", scope.query)
    here, asked = f"{base}/results{query}", f"{base}/results/ask{query}"
    shown = views.ResultsPage(
        title="Pilot results",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        base=base,
        query=query,
        report=f"/pilots/{pilot_id}/report" if found.may(Action.RESULT_READ) and not query else "",
        subtitle=_subtitle(found, compared),
        standing=standing(session, found, scope, here, asked) if compared is None else Standing(here, here),
        may_edit=found.may(Action.PILOT_EDIT) and found.is_open,
        look="" if compared is None or service.has_looked(session, actor, found) else look,
        choice=choice_of(whole, golds, names, f"{base}/results", scope.query) if whole else None,
        results=_results(session, actor, found, compared, scope) if compared else None,
    )
    return render(request, shown)


def _results(
    session: ReadSession,
    actor: Actor,
    found: service.PilotAccess,
    compared: service.PilotComparison,
    scope: Scope,
) -> views.Results:
    shown, names = judged(session, actor, found, compared), names_of(session, found)
    base = base_of(found.pilot)
    return views.results_view(shown, names, base=base, query=scope.query, shows_prices=found.may_price)


@router.post("/ask")
def ask(session: Write, request: Request, actor: CurrentActor, pilot_id: UUID, scope: Scoped) -> Response:
    """Have these figures computed."""
    row = service.ask_comparison(
        session, actor=actor, pilot_id=pilot_id, gold=scope.gold, up_to=scope.up_to, subset=scope.subset
    )
    return htmx.redirect(request, paging.link(f"{base_of(row)}/results", scope.query))


@router.get(".csv")
def results_csv(session: Read, actor: CurrentActor, pilot_id: UUID, scope: Scoped) -> Response:
    """The figures of every candidate as CSV."""
    found, compared, names = loaded(session, actor, pilot_id, scope, whole=False)
    compared = judged(session, actor, found, compared)
    header, rows = table_of(compared, names, with_prices=found.may_price)
    return _attached(write_csv(header, rows), "text/csv; charset=utf-8", "pilot-results.csv")


@router.get(".json")
def results_json(session: Read, actor: CurrentActor, pilot_id: UUID, scope: Scoped) -> Response:
    """The comparison as `assay pilot compare --json` prints it and the promises, candidates by their codes."""
    found, compared, _ = loaded(session, actor, pilot_id, scope, whole=False)
    told = service.told_promises(judged(session, actor, found, compared))
    content = orjson.dumps({**compared.document, "promises": told}, option=orjson.OPT_INDENT_2)
    return _attached(content, "application/json", "pilot-results.json")


@router.get(".xlsx")
def results_excel(session: Read, actor: CurrentActor, pilot_id: UUID, scope: Scoped) -> Response:
    """Everything as a workbook; the items only where all of them are compared."""
    found, compared, names = loaded(session, actor, pilot_id, scope, whole=False)
    outcomes = None if scope.subset else service.outcomes_of(session, compared.result_id)
    compared = judged(session, actor, found, compared)
    sheets = sheets_of(compared, outcomes, names, with_prices=found.may_price)
    return _attached(write_workbook(sheets), _EXCEL, "pilot-results.xlsx")


def _attached(content: str | bytes, kind: str, name: str) -> Response:
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _subtitle(found: service.PilotAccess, compared: service.PilotComparison | None) -> str:
    if compared is None:
        return ""
    locked = compared.criteria_locked_at
    parts = [
        f"{wording.number(compared.items)} {wording.plural('item', compared.items)}",
        f"{wording.number(compared.gold_labels)} gold {wording.plural(compared.unit, compared.gold_labels)}",
        f"version {compared.gold}",
        "some items only" if compared.subset else "",
        "same items for all",
        f"criteria locked {wording.day(locked)}" if locked else "criteria not locked",
        "names hidden" if found.is_blind else "",
    ]
    return " · ".join(part for part in parts if part)
