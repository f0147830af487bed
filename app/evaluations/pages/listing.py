"""The list of evaluations, and a new one."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData

from app.accounts import service as accounts
from app.core.errors import NotFound
from app.core.permissions import Action
from app.evaluations import service
from app.evaluations.models import EvaluationState, Governance
from app.evaluations.pages.download import download
from app.evaluations.schemas import EvaluationIn
from app.evaluations.views.entry import NewEvaluationPage, new_view
from app.evaluations.views.listing import EXPORT, export_rows, list_view
from app.kit import clock, forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.paging import ROWS
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render

router = APIRouter(include_in_schema=False)
MOST_EXPORTED = 20_000
MOST_OFFERED = 200  # evaluations to copy from, newest first


@router.get("/evaluations")
def list_evaluations(
    request: Request, session: Read, actor: CurrentActor, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    """The evaluations with their filters."""
    query = _query(request)
    found, total = service.list_page(session, actor=actor, **_asked(query), page=page, rows=ROWS)
    view = list_view(
        query,
        found,
        service.steps_of_many(session, [row.id for row in found]),
        total,
        page=page,
        today=clock.now().date(),
        may_create=actor.may(Action.EVALUATION_CREATE),
    )
    return render(request, view)


@router.get("/evaluations.{kind}")
def export_evaluations(request: Request, session: Read, actor: CurrentActor, kind: str) -> Response:
    """The filtered list as CSV or Excel."""
    asked = _asked(_query(request))
    found, _ = service.list_page(session, actor=actor, **asked, page=1, rows=MOST_EXPORTED)
    steps = service.steps_of_many(session, [row.id for row in found])
    return download(kind, "evaluations", EXPORT, export_rows(found, steps))


@router.get("/evaluations/new")
def new_evaluation(request: Request, session: Read, actor: CurrentActor) -> Response:
    """The empty form, in the time zone of whoever opens it."""
    actor.require(Action.EVALUATION_CREATE)
    start = blank({"governance": Governance.TEAM, "time_zone": _zone(session, actor)})
    return render(request, _new(session, actor, start))


@router.post("/evaluations/new")
def create_evaluation(request: Request, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """Open what the form says."""
    with rejecting(request, form, lambda state: _new(session, actor, state)):
        row = service.create_evaluation(session, actor=actor, entry=_entry(form))
    copied = bool(row.need)
    where = f"/evaluations/{row.id}" if copied else f"/evaluations/{row.id}/need"
    told = "is open, with the need, panel and candidates of the earlier one" if copied else "is open"
    return htmx.redirect(request, where, toast=f"{row.label} {told}.")


def _entry(form: FormData) -> EvaluationIn:
    return forms.parse(EvaluationIn, form)


def _new(session: ReadSession, actor: Actor, form: FormState) -> NewEvaluationPage:
    earlier, _ = service.list_page(session, actor=actor, text="", state="", page=1, rows=MOST_OFFERED)
    return new_view(form, earlier)


def _zone(session: ReadSession, actor: Actor) -> str:
    try:
        return accounts.user_of(session, actor.id).time_zone
    except NotFound:  # a token's or a link's holder has none
        return "UTC"


def _query(request: Request) -> dict[str, str]:
    asked = request.query_params
    state = asked.get("state", "")
    return {
        "q": asked.get("q", "").strip()[:160],
        "state": state if state in set(EvaluationState) else "",
        "sort": asked.get("sort", ""),
    }


def _asked(query: dict[str, str]) -> dict[str, str]:
    return {"text": query["q"], "state": query["state"], "sort": query["sort"] or "-number"}
