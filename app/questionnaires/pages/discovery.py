"""The discovery step of an evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

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
from app.questionnaires.link_schemas import RecipientIn, RoundIn
from app.questionnaires.schemas import StartIn
from app.questionnaires.service import SentTo
from app.questionnaires.views.compare import SHOWS, Narrowed, chosen, comparison, table
from app.questionnaires.views.discovery import DiscoveryPage, discovery_view
from app.questionnaires.views.rounds import RoundPage, round_view

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
        may_send=access.may(Action.EVALUATION_EDIT),
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


def _round(
    session: ReadSession,
    actor: Actor,
    evaluation_id: UUID,
    key: str,
    form: FormState,
    sent: Sequence[SentTo] = (),
) -> RoundPage:
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.EVALUATION_EDIT)
    found = service.discovery(session, actor=actor, evaluation_id=evaluation_id, key=key)
    frame = evaluation_frame(session, access, StepName.DISCOVERY)
    return round_view(found, frame, key, _keys(session, actor), form, sent)


@router.get("/discovery/ask")
def show_round(
    request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID, key: Text = KEY
) -> Response:
    """Whom to ask, for several candidates at once."""
    return render(request, _round(session, actor, evaluation_id, key or KEY, forms.blank()))


@router.post("/discovery/ask")
def send_round(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Send the questionnaire to everybody ticked; links of those without an address are shown this once."""
    sent = form.get("key")
    key = sent if isinstance(sent, str) and sent else KEY
    with rejecting(request, form, lambda state: _round(session, actor, evaluation_id, key, state)):
        entry = _round_of(form, key)
        settings = request.app.state.settings
        found = service.send_round(
            session,
            actor=actor,
            evaluation_id=evaluation_id,
            entry=entry,
            base_url=settings.public_url,
            organisation=settings.organisation,
        )
    request.state.answer_location = f"/evaluations/{evaluation_id}/discovery"
    return render(request, _round(session, actor, evaluation_id, key, forms.blank(), found))


def _round_of(form: FormData, key: str) -> RoundIn:
    """The form's input; faults of a row stand at its own fields."""
    to, problems = [], []
    for name in dict.fromkeys(forms.text_values(form).get("take", ())):
        given = {"holder_name": form.get(f"name-{name}"), "holder_email": form.get(f"email-{name}") or None}
        try:
            to.append(RecipientIn.model_validate({**given, "candidate_id": name}))
        except ValidationError as failure:
            fields = {"holder_name": f"name-{name}", "holder_email": f"email-{name}"}
            problems += [
                Problem(fields.get(item.where, "take"), item.message) for item in forms.problems(failure)
            ]
    if not to and not problems:
        problems = [Problem("take", "Tick at least one vendor.")]
    if problems:
        raise Invalid("round.to", problems)
    more = {name: form.get(name) or None for name in ("variant", "due")}
    return RoundIn.model_validate({"key": key, "to": to, **{k: v for k, v in more.items() if v}})


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
