"""The discovery step of an evaluation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.core.questionnaire import Questionnaire
from app.evaluations import service as evaluations
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import Cell, write_csv, write_excel
from app.kit.templating import render
from app.questionnaires import service
from app.questionnaires.schemas import StartIn
from app.questionnaires.views.discovery import SHOWS, DiscoveryPage, Narrowed, discovery_view, table

router = APIRouter(prefix="/evaluations/{evaluation_id}", include_in_schema=False)
KEY = "discovery-call"
Text = Annotated[str, Query(max_length=80)]


def _narrowed(template: Questionnaire, section: str, show: str) -> Narrowed:
    known = {each.id for each in template.sections}
    words = {option.value for option in SHOWS}
    return Narrowed(section if section in known else "", show if show in words else "")


def _page(
    session: ReadSession, actor: Actor, evaluation_id: UUID, section: str, show: str, form: FormState
) -> DiscoveryPage:
    access = evaluations.open_evaluation(session, actor, evaluation_id)
    found = service.discovery(session, actor=actor, evaluation_id=evaluation_id, key=KEY)
    template = service.questionnaire_of(session, found, key=KEY)
    return discovery_view(
        template,
        found,
        evaluation_frame(session, access, StepName.DISCOVERY),
        _narrowed(template, section, show),
        may_start=access.may(Action.ANSWER_WRITE),
        is_solo=access.evaluation.governance == "solo",
        form=form,
    )


@router.get("/discovery")
def show_discovery(
    request: Request,
    session: Read,
    actor: CurrentActor,
    evaluation_id: UUID,
    section: Text = "",
    show: Text = "",
) -> Response:
    """Candidates with their responses, and the answers side by side."""
    form = forms.blank({"variant": "full"})
    return render(request, _page(session, actor, evaluation_id, section, show, form))


@router.post("/discovery/start")
def start_response(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Begin the questionnaire with a candidate."""
    with rejecting(request, form, lambda state: _page(session, actor, evaluation_id, "", "", state)):
        entry = forms.parse(StartIn, form)
        candidate_id = _candidate(form.get("candidate_id"))
        row = service.start_response(session, actor=actor, candidate_id=candidate_id, entry=entry)
    return htmx.redirect(request, f"/responses/{row.id}", toast="Begun. Answers are saved as you type.")


def _candidate(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        problem = Problem("candidate_id", "Choose a candidate of the list.")
        raise Invalid("response.candidate", [problem]) from None


def _table(
    session: ReadSession, actor: Actor, evaluation_id: UUID, section: str, show: str
) -> tuple[list[str], list[list[Cell]], str]:
    label = evaluations.open_evaluation(session, actor, evaluation_id).evaluation.label
    found = service.discovery(session, actor=actor, evaluation_id=evaluation_id, key=KEY)
    template = service.questionnaire_of(session, found, key=KEY)
    header, rows = table(template, found, _narrowed(template, section, show))
    return header, rows, f"{label}-discovery"


@router.get("/discovery.csv")
def export_csv(
    session: Read, actor: CurrentActor, evaluation_id: UUID, section: Text = "", show: Text = ""
) -> Response:
    """The table as CSV."""
    header, rows, name = _table(session, actor, evaluation_id, section, show)
    return _download(write_csv(header, rows).encode(), "text/csv; charset=utf-8", f"{name}.csv")


@router.get("/discovery.xlsx")
def export_excel(
    session: Read, actor: CurrentActor, evaluation_id: UUID, section: Text = "", show: Text = ""
) -> Response:
    """The table as a workbook."""
    header, rows, name = _table(session, actor, evaluation_id, section, show)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(write_excel("Discovery", header, rows), kind, f"{name}.xlsx")


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
