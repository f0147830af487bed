"""The library's questionnaires."""

from fastapi import APIRouter, Request, Response

from app.kit.actors import CurrentActor
from app.kit.templating import render
from app.questionnaires import service
from app.questionnaires.views import library

router = APIRouter(prefix="/questionnaires", include_in_schema=False)


@router.get("")
def list_questionnaires(request: Request, actor: CurrentActor) -> Response:
    """What the library ships."""
    return render(request, library.list_view(service.library_questionnaires(actor=actor)))


@router.get("/{key}")
def show_questionnaire(request: Request, actor: CurrentActor, key: str) -> Response:
    """One questionnaire, to read or print."""
    return render(request, library.show_view(service.library_questionnaire(actor=actor, key=key)))
