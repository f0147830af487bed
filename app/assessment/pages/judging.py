"""Cells, consensus, typed-in figures, the shortlist and its waivers."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.assessment import service
from app.assessment.pages.common import EVALUATION, missing_for
from app.assessment.schemas import ConsensusIn, ValueIn, WaiverIn
from app.assessment.views.cell import CellPage, ValuesPage, cell_view, value_card, values_view
from app.assessment.views.result import MissingPage
from app.assessment.views.shortlist import ShortlistPage, shortlist_view
from app.core.errors import Conflict
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.evaluations.schemas import MoveIn
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render

router = APIRouter(prefix=EVALUATION, include_in_schema=False)


@router.get("/cells/{candidate_id}/{criterion}")
def show_cell(
    request: Request,
    session: Read,
    actor: CurrentActor,
    evaluation_id: UUID,
    candidate_id: UUID,
    criterion: str,
) -> Response:
    """One cell with everything behind it."""
    return render(request, _cell(session, actor, evaluation_id, candidate_id, criterion, None))


@router.post("/cells/{candidate_id}/{criterion}/consensus")
def set_consensus(
    request: Request,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    evaluation_id: UUID,
    candidate_id: UUID,
    criterion: str,
) -> Response:
    """Keep what the panel settled on."""
    with rejecting(
        request, form, lambda state: _cell(session, actor, evaluation_id, candidate_id, criterion, state)
    ):
        texts = {name: values[0] for name, values in forms.text_values(form).items() if values[0]}
        entry = ConsensusIn.model_validate({**texts, "candidate_id": candidate_id, "criterion": criterion})
        seen = forms.seen_version(form)
        service.set_consensus(session, actor=actor, evaluation_id=evaluation_id, entry=entry, seen=seen)
    place = f"/evaluations/{evaluation_id}/cells/{candidate_id}/{criterion}"
    return htmx.redirect(request, place, toast="The consensus is set; the ratings stay.")


@router.get("/values")
def show_values(
    request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID, subject: str = ""
) -> Response:
    """Figures that no source of ours holds."""
    return render(request, _values(session, actor, evaluation_id, subject, None))


@router.post("/values")
def set_value(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Save one figure."""
    subject = str(form.get("subject") or "")
    with rejecting(request, form, lambda state: _values(session, actor, evaluation_id, subject, state)):
        entry, seen = forms.parse(ValueIn, form), forms.seen_version(form)
        service.set_value(session, actor=actor, evaluation_id=evaluation_id, entry=entry, seen=seen)
    return htmx.redirect(request, f"/evaluations/{evaluation_id}/values?subject={subject}", toast="Saved.")


@router.post("/values/{value_id}/remove")
def remove_value(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, value_id: UUID
) -> Response:
    """Take a figure away."""
    service.remove_value(session, actor=actor, evaluation_id=evaluation_id, value_id=value_id)
    return htmx.redirect(
        request, f"/evaluations/{evaluation_id}/values", toast="The typed figure is removed."
    )


@router.get("/shortlist")
def show_shortlist(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Gates of every candidate."""
    return render(request, _shortlist(session, actor, evaluation_id, blank()))


@router.post("/shortlist/waive")
def waive(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Answer for an unmet must-have."""
    with rejecting(request, form, lambda state: _shortlist(session, actor, evaluation_id, state)):
        entry = forms.parse(WaiverIn, form)
        service.waive(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return htmx.redirect(request, f"/evaluations/{evaluation_id}/shortlist", toast="The must-have is waived.")


@router.post("/shortlist/waivers/{waiver_id}/withdraw")
def withdraw_waiver(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, waiver_id: UUID
) -> Response:
    """Take a waiver back."""
    service.withdraw_waiver(session, actor=actor, evaluation_id=evaluation_id, waiver_id=waiver_id)
    return htmx.redirect(request, f"/evaluations/{evaluation_id}/shortlist", toast="The waiver is withdrawn.")


@router.post("/shortlist/{candidate_id}/move")
def move_candidate(
    request: Request,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    evaluation_id: UUID,
    candidate_id: UUID,
) -> Response:
    """Keep or drop a candidate; the move remembers the gates shown."""
    with rejecting(request, form, lambda state: _shortlist(session, actor, evaluation_id, state)):
        entry = forms.parse(MoveIn, form)
        service.move_on_gates(
            session, actor=actor, evaluation_id=evaluation_id, candidate_id=candidate_id, entry=entry
        )
    return htmx.redirect(request, f"/evaluations/{evaluation_id}/shortlist", toast=f"Moved to {entry.stage}.")


def _cell(
    session: ReadSession, actor: Actor, evaluation_id: UUID, candidate_id: UUID, criterion: str,
    form: FormState | None,
) -> CellPage:  # fmt: skip
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    shown = service.cell_of(
        session, actor=actor, evaluation_id=evaluation_id, candidate_id=candidate_id, criterion=criterion
    )
    agreed = shown.consensus
    stored = blank(
        {"value": agreed.value, "reason": agreed.reason} if agreed else {},
        version=agreed.version if agreed else None,
    )
    frame = evaluation_frame(session, access, StepName.RESULT)
    return cell_view(frame, form or stored, shown, may_settle=access.may(Action.SCORECARD_PIN))


def _values(
    session: ReadSession, actor: Actor, evaluation_id: UUID, subject: str, form: FormState | None
) -> ValuesPage | MissingPage:
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    frame = evaluation_frame(session, access, StepName.SCORES)
    try:
        shown = service.values_of(session, actor=actor, evaluation_id=evaluation_id, subject=subject)
    except Conflict as failure:
        return missing_for(failure, frame, "Figures")
    rejected = form.value("candidate_id") if form else ""
    cards = [
        value_card(
            shown.board, actor.id, view.candidate.id, shown.subject, shown.found.get(view.candidate.id),
            shown.typed.get(view.candidate.id), form if rejected == str(view.candidate.id) else None,
        )
        for view in shown.board.candidates
    ]  # fmt: skip
    may_edit = access.may(Action.ANSWER_WRITE)
    return values_view(
        frame, form or blank(), shown.board, shown.subjects, shown.subject, cards, may_edit=may_edit
    )


def _shortlist(
    session: ReadSession, actor: Actor, evaluation_id: UUID, form: FormState
) -> ShortlistPage | MissingPage:
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    frame = evaluation_frame(session, access, StepName.SHORTLIST)
    try:
        found = service.shortlist_of(session, actor=actor, evaluation_id=evaluation_id)
    except Conflict as failure:
        return missing_for(failure, frame, "Shortlist")
    may_move, may_waive = access.may(Action.CANDIDATE_MOVE), access.may(Action.GATE_WAIVE)
    return shortlist_view(frame, form, found, may_move=may_move, may_waive=may_waive)
