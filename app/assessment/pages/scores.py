"""Rate, lock, look at the panel, declare conflicts."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.assessment import service
from app.assessment.pages.common import EVALUATION, missing_for
from app.assessment.schemas import ConflictIn, LockIn, RatingIn
from app.assessment.views.result import MissingPage
from app.assessment.views.scores import PanelPage, ScoresPage, panel_view, scores_view
from app.core.errors import Conflict
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

router = APIRouter(prefix=EVALUATION, include_in_schema=False)


@router.get("/scores")
def show_scores(
    request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID, criterion: str = ""
) -> Response:
    """My ratings on one criterion, or what is missing before I can rate."""
    return render(request, _scores(session, actor, evaluation_id, blank(), criterion))


@router.post("/scores")
def rate(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Save one rating."""
    criterion = str(form.get("criterion") or "")
    with rejecting(request, form, lambda state: _scores(session, actor, evaluation_id, state, criterion)):
        entry = forms.parse(RatingIn, form)
        service.rate(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    if htmx.is_htmx(request):
        return Response(status_code=204)
    place = f"/evaluations/{evaluation_id}/scores?criterion={entry.criterion}#candidate-{entry.candidate_id}"
    return htmx.redirect(request, place, toast="Saved.")


@router.post("/scores/lock")
def lock_ratings(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Finish my ratings of a candidate."""
    with rejecting(request, form, lambda state: _scores(session, actor, evaluation_id, state, "")):
        entry = forms.parse(LockIn, form)
        service.lock_ratings(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return htmx.redirect(request, f"/evaluations/{evaluation_id}/scores", toast="Your ratings are locked.")


@router.get("/scores/panel")
def show_panel(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Who has rated what."""
    return render(request, _panel(session, actor, evaluation_id, blank()))


@router.post("/scores/conflicts")
def declare_conflict(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Take a person off a candidate."""
    with rejecting(request, form, lambda state: _panel(session, actor, evaluation_id, state)):
        entry = forms.parse(ConflictIn, form)
        service.declare_conflict(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return htmx.redirect(
        request, f"/evaluations/{evaluation_id}/scores/panel", toast="The conflict is on record."
    )


@router.post("/scores/conflicts/{conflict_id}/withdraw")
def withdraw_conflict(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, conflict_id: UUID
) -> Response:
    """Undo a declaration."""
    service.withdraw_conflict(
        session,
        actor=actor,
        evaluation_id=evaluation_id,
        conflict_id=conflict_id,
        reason="withdrawn on the page",
    )
    return htmx.redirect(
        request, f"/evaluations/{evaluation_id}/scores/panel", toast="The declaration is withdrawn."
    )


def _scores(
    session: ReadSession, actor: Actor, evaluation_id: UUID, form: FormState, criterion: str
) -> ScoresPage | MissingPage:
    access = evaluations.open_evaluation(session, actor, evaluation_id)
    frame = evaluation_frame(session, access, StepName.SCORES)
    pin = service.find_pin(session, evaluation_id)
    if pin is None:
        missing = Conflict("assessment.not_pinned", "Ratings go by the scorecard; choose one first.")
        return missing_for(missing, frame, "Ratings")
    board = service.panel_board(session, access.evaluation, pin)
    duties = board.duties.get(actor.id, ())
    if not duties:
        text = "The panel's evaluators rate; the lead puts people on it. You can see how far they are."
        return MissingPage(
            "Ratings", frame, "You are not asked for ratings", text, "Panel", f"{frame.base}/scores/panel"
        )
    if not board.candidates:
        missing = Conflict("assessment.no_candidates", "There is nobody to rate; take vendors in first.")
        return missing_for(missing, frame, "Ratings")
    chosen = criterion if criterion in duties else _next(board, actor.id, duties)
    wanted = next(item for item in board.scorecard.criteria if item.id == chosen)
    day = service.decision_day(access.evaluation)
    evidence = {view.candidate.id: service.beside(session, view, wanted, day) for view in board.candidates}
    return scores_view(frame, form, board, actor.id, wanted, evidence)


def _next(board: service.PanelBoard, user: UUID, duties: tuple[str, ...]) -> str:
    done = {(row.candidate_id, row.criterion) for row in board.ratings if row.user_id == user}
    open_ones = [
        name for name in duties if any((view.candidate.id, name) not in done for view in board.waiting(user))
    ]
    return open_ones[0] if open_ones else duties[0]


def _panel(
    session: ReadSession, actor: Actor, evaluation_id: UUID, form: FormState
) -> PanelPage | MissingPage:
    access = evaluations.open_evaluation(session, actor, evaluation_id)
    frame = evaluation_frame(session, access, StepName.SCORES)
    pin = service.find_pin(session, evaluation_id)
    if pin is None:
        missing = Conflict("assessment.not_pinned", "Ratings go by the scorecard; choose one first.")
        return missing_for(missing, frame, "Panel")
    overview = service.panel_overview(session, access.evaluation, pin, actor)
    return panel_view(
        frame,
        form,
        overview.board,
        actor.id,
        overview.names,
        overview.flags,
        overview.conflicts,
        may_declare=access.may(Action.RATE),
        may_edit=access.may(Action.PANEL_EDIT),
    )
