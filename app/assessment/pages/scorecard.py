"""Pin, weigh and lock the scorecard."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.assessment import service
from app.assessment.pages.common import EVALUATION
from app.assessment.schemas import PinIn, PriceIn, WeightsIn
from app.assessment.views.scorecard import ScorecardPage, form_values, scorecard_view
from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.scorecards import service as scorecards

router = APIRouter(prefix=EVALUATION, include_in_schema=False)


@router.get("/scorecard")
def show_scorecard(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The scorecard as it counts here, or the choice."""
    pin = service.find_pin(session, evaluation_id)
    # One person alone is offered the short list first; the choice shows the box to nobody else.
    values = form_values(pin) or {"small_team": "yes"}
    form = blank(values, version=pin.version if pin else None)
    return render(request, _page(session, actor, evaluation_id, form))


@router.post("/scorecard/pin")
def pin_scorecard(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Take the chosen scorecard."""
    with rejecting(request, form, lambda state: _page(session, actor, evaluation_id, state)):
        key, _, number = str(form.get("scorecard") or "").partition("@")
        if not key:
            raise Invalid("scorecard.missing", [Problem("scorecard", "Choose a scorecard.")])
        entry = PinIn.model_validate(
            {"key": key, "number": number or None, "small_team": form.get("small_team") == "yes"}
        )
        service.pin_scorecard(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return _back(request, evaluation_id, "The scorecard is frozen for this evaluation.")


@router.post("/scorecard/weights")
def set_weights(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Save the weights."""
    with rejecting(request, form, lambda state: _page(session, actor, evaluation_id, state)):
        entry = WeightsIn.model_validate(_weights(form))
        seen = forms.seen_version(form)
        service.set_weights(session, actor=actor, evaluation_id=evaluation_id, entry=entry, seen=seen)
    return _back(request, evaluation_id, "Weights saved.")


@router.post("/scorecard/price")
def set_price(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Save the price anchors."""
    with rejecting(request, form, lambda state: _page(session, actor, evaluation_id, state)):
        entry, seen = forms.parse(PriceIn, form), forms.seen_version(form)
        service.set_price(session, actor=actor, evaluation_id=evaluation_id, entry=entry, seen=seen)
    return _back(request, evaluation_id, "Price anchors saved.")


@router.post("/scorecard/lock")
def lock_weights(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Fix weights and anchors for good."""
    with rejecting(request, form, lambda state: _page(session, actor, evaluation_id, state)):
        service.lock_weights(session, actor=actor, evaluation_id=evaluation_id)
    return _back(request, evaluation_id, "Weights and price anchors are locked.")


def _weights(form: FormData) -> dict[str, object]:
    texts = forms.text_values(form)
    groups = {
        name.removeprefix("groups."): values[0]
        for name, values in texts.items()
        if name.startswith("groups.")
    }
    found: dict[str, object] = {"groups": {name: value for name, value in groups.items() if value}}
    return {**found, "method": texts["method"][0]} if texts.get("method") else found


def _back(request: Request, evaluation_id: UUID, text: str) -> Response:
    return htmx.redirect(request, f"/evaluations/{evaluation_id}/scorecard", toast=text)


def _page(session: ReadSession, actor: Actor, evaluation_id: UUID, form: FormState) -> ScorecardPage:
    access = evaluations.open_evaluation(session, actor, evaluation_id)
    pin = service.find_pin(session, evaluation_id)
    board = service.panel_board(session, access.evaluation, pin) if pin else None
    if pin is not None and not form.value("groups." + service.scorecard_of(pin).groups[0].id):
        stored = blank(form_values(pin), version=pin.version)
        form = FormState({**stored.raw, **form.raw}, form.errors, form.nonce, form.version or stored.version)
    may_edit = access.may(Action.SCORECARD_PIN)
    return scorecard_view(
        evaluation_frame(session, access, StepName.SCORES),
        form,
        scorecards.pinnable(session),
        access.evaluation.governance,
        pin,
        service.pinned_info(session, pin) if pin else None,
        candidates=len(board.candidates) if board else 0,
        raters=sum(bool(names) for names in board.duties.values()) if board else 0,
        may_edit=may_edit,
        may_replace=may_edit and board is not None and pin is not None
        and not board.ratings and service.locked_at(session, pin) is None,
    )  # fmt: skip
