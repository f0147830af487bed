"""The discovery step of an evaluation."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

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
from app.kit.ui import Option
from app.questionnaires import service
from app.questionnaires.schemas import StartIn
from app.questionnaires.views.compare import SHOWS, Narrowed, chosen, comparison, table
from app.questionnaires.views.discovery import DiscoveryPage, discovery_view

router = APIRouter(prefix="/evaluations/{evaluation_id}", include_in_schema=False)
KEY = "discovery-call"
Text = Annotated[str, Query(max_length=80)]
Candidates = Annotated[list[str] | None, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class _Query:
    """What the address asks for, as typed."""

    key: str
    section: str
    show: str
    candidates: list[str]


def _query(key: Text = KEY, section: Text = "", show: Text = "", candidate: Candidates = None) -> _Query:
    return _Query(key or KEY, section, show, candidate or [])


Wanted = Annotated[_Query, Depends(_query)]


def _narrowed(template: Questionnaire, query: _Query) -> Narrowed:
    known = {each.id for each in template.sections}
    words = {option.value for option in SHOWS}
    return Narrowed(
        query.section if query.section in known else "",
        query.show if query.show in words else "",
        tuple(query.candidates),
    )


def _page(
    session: ReadSession, actor: Actor, evaluation_id: UUID, query: _Query, form: FormState
) -> DiscoveryPage:
    access = evaluations.open_evaluation(session, actor, evaluation_id)
    found = service.discovery(session, actor=actor, evaluation_id=evaluation_id, key=query.key)
    template = service.questionnaire_of(session, found, key=query.key)
    frame = evaluation_frame(session, access, StepName.DISCOVERY)
    narrowed = _narrowed(template, query)
    files = {
        each.held.access.response.id: service.files_of(session, each.held.access)
        for each in chosen(found, narrowed)
        if each.held is not None
    }
    url = f"{frame.base}/discovery"
    return discovery_view(
        template,
        found,
        frame,
        comparison(template, found, narrowed, url, query.key, files),
        keys=_keys(session, actor),
        may_start=access.may(Action.ANSWER_WRITE),
        is_solo=access.evaluation.governance == "solo",
        form=form,
    )


def _keys(session: ReadSession, actor: Actor) -> list[Option]:
    """What can be asked."""
    if not actor.may(Action.LIBRARY_READ):
        return []
    return [Option(each.key, each.title) for each in service.askable(session, actor=actor)]


@router.get("/discovery")
def show_discovery(
    request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID, query: Wanted
) -> Response:
    """Candidates with their responses, and the answers side by side."""
    form = forms.blank({"variant": "full"})
    return render(request, _page(session, actor, evaluation_id, query, form))


@router.post("/discovery/start")
def start_response(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Begin the questionnaire with a candidate."""
    sent = form.get("key")
    query = _Query(sent if isinstance(sent, str) and sent else KEY, "", "", [])
    with rejecting(request, form, lambda state: _page(session, actor, evaluation_id, query, state)):
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
    session: ReadSession, actor: Actor, evaluation_id: UUID, query: _Query
) -> tuple[list[str], list[list[Cell]], str]:
    label = evaluations.open_evaluation(session, actor, evaluation_id).evaluation.label
    found = service.discovery(session, actor=actor, evaluation_id=evaluation_id, key=query.key)
    template = service.questionnaire_of(session, found, key=query.key)
    header, rows = table(template, found, _narrowed(template, query))
    return header, rows, f"{label}-{template.id}"


@router.get("/discovery.csv")
def export_csv(session: Read, actor: CurrentActor, evaluation_id: UUID, query: Wanted) -> Response:
    """The table as CSV."""
    header, rows, name = _table(session, actor, evaluation_id, query)
    return _download(write_csv(header, rows).encode(), "text/csv; charset=utf-8", f"{name}.csv")


@router.get("/discovery.xlsx")
def export_excel(session: Read, actor: CurrentActor, evaluation_id: UUID, query: Wanted) -> Response:
    """The table as a workbook."""
    header, rows, name = _table(session, actor, evaluation_id, query)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(write_excel("Answers", header, rows), kind, f"{name}.xlsx")


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
