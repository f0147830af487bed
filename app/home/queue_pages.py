"""The work queue and the search."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.home import service
from app.home.views import search_view, work_view
from app.kit import clock
from app.kit.actors import CurrentActor
from app.kit.requests import Read
from app.kit.templating import render
from app.vendors import service as vendors

router = APIRouter(include_in_schema=False)


@router.get("/")
def work_queue(request: Request, session: Read, actor: CurrentActor) -> Response:
    """What waits for whoever is signed in."""
    view = work_view(
        service.work_items(session, actor),
        today=clock.now().date(),
        vendors=vendors.count_vendors(session),
        evaluations=evaluations.count_open(session, actor),
        may_lead=actor.may(Action.EVALUATION_CREATE),
    )
    return render(request, view)


@router.get("/search")
def search(
    request: Request, session: Read, actor: CurrentActor, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Vendors and evaluations by words."""
    return render(request, search_view(q.strip(), service.search(session, actor, q)))
