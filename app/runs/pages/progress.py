"""Volume per day and the completion forecast of a pilot's candidates."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from app.evaluations import service as evaluations
from app.kit import forms, paging
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank
from app.kit.requests import Read
from app.kit.spreadsheet import write_csv
from app.kit.templating import render
from app.kit.ui import FieldError
from app.pilots import service as pilots
from app.pilots.frame import base_of, below
from app.runs import service
from app.runs.progress_schemas import ForecastIn
from app.runs.views import progress as views

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}", include_in_schema=False)
_FIELDS = ("ready", "lead_weeks", "peak_from", "peak_to", "peak_factor")


def _asked(request: Request) -> tuple[ForecastIn, FormState]:
    """What the address asks for; what is out of range stands at its field, and the forecast is the plain one."""
    values = {name: request.query_params.get(name, "") for name in _FIELDS}
    shown = {"lead_weeks": 2, "peak_factor": 2, **{name: value for name, value in values.items() if value}}
    state = blank(shown)
    try:
        return ForecastIn.model_validate({name: value for name, value in values.items() if value}), state
    except ValidationError as failure:
        told = [FieldError(one.where, one.message) for one in forms.problems(failure)]
        return ForecastIn(), replace(state, errors=tuple(told))


def _page(
    session: ReadSession, request: Request, actor: Actor, pilot_id: UUID, candidate: str
) -> views.ProgressPage:
    found = pilots.open_pilot(session, actor, pilot_id)
    pilots.require_look(session, actor, found)
    entry, state = _asked(request)
    told = service.progress_of(session, found, entry)
    base, names = base_of(found.pilot), pilots.names_of(session, found)
    path = f"{base}/progress"
    query = {name: request.query_params.get(name, "") for name in _FIELDS}
    codes = [one.code for one in told.outlooks]
    chosen = next((one for one in told.outlooks if one.code == candidate and one.plan), None)
    return views.ProgressPage(
        title="Volume and forecast",
        frame=below(session, found),
        path=path,
        back=base,
        facts=views.facts_of(told, evaluations.need_of(found.evaluation).unit),
        why=told.why,
        outlooks=views.outlook_rows(
            told.outlooks,
            names,
            f"{base}/results",
            {code: paging.link(path, query, candidate=code) + "#weeks" for code in codes},
        ),
        arrivals=views.arrival_rows(told.arrivals, names),
        form=state,
        csv_url=f"{path}.csv",
        weeks=views.week_rows(chosen.plan.weeks) if chosen and chosen.plan else (),
        weeks_title=names[chosen.code] if chosen else "",
    )


@router.get("/progress")
def show_progress(
    session: Read,
    request: Request,
    actor: CurrentActor,
    pilot_id: UUID,
    candidate: Annotated[str, Query(max_length=12)] = "",
) -> Response:
    """Deliveries by day and the outlook of every candidate; `candidate` shows its plan week by week."""
    return render(request, _page(session, request, actor, pilot_id, candidate))


@router.get("/progress.csv")
def progress_csv(session: Read, actor: CurrentActor, pilot_id: UUID) -> Response:
    """Deliveries by day as CSV."""
    found = pilots.open_pilot(session, actor, pilot_id)
    pilots.require_look(session, actor, found)
    told, names = service.progress_of(session, found, ForecastIn()), pilots.names_of(session, found)
    content = write_csv(views.CSV_HEAD, [views.csv_row(one, names) for one in told.arrivals])
    headers = {"Content-Disposition": 'attachment; filename="pilot-volume.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
