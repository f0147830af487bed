"""The checklists of the library."""

from fastapi import APIRouter, Request, Response

from app.core.permissions import Action
from app.kit import library
from app.kit.actors import CurrentActor
from app.kit.templating import render
from app.onboarding import service, views

router = APIRouter(include_in_schema=False)


@router.get("/checklists")
def list_checklists(request: Request, actor: CurrentActor) -> Response:
    """Every checklist."""
    actor.require(Action.LIBRARY_READ)
    found = [service.checklist_of(key)[0] for key in library.ids("checklists")]
    return render(request, views.checklists_view(found))


@router.get("/checklists/{key}")
def show_checklist(request: Request, actor: CurrentActor, key: str) -> Response:
    """One checklist."""
    actor.require(Action.LIBRARY_READ)
    return render(request, views.checklist_view(service.checklist_of(key)[0]))
