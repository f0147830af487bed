"""The longlist: stages, moves, search log; and one candidate."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.accounts import service as accounts
from app.core.errors import NotFound
from app.core.permissions import Action
from app.evaluations import service
from app.evaluations.frame import address, evaluation_frame
from app.evaluations.models import EvaluationState, StepName
from app.evaluations.pages.download import download
from app.evaluations.schemas import MoveIn, MovesIn, SearchLogIn
from app.evaluations.service import Access, CandidateView
from app.evaluations.views.candidate import CandidatePage, candidate_view
from app.evaluations.views.candidates import (
    EXPORT,
    SHOW,
    CandidatesPage,
    candidates_view,
    chosen,
    export_rows,
    search_lines,
)
from app.evaluations.views.match import Match
from app.files import service as files
from app.files.service import Subject
from app.kit import forms, htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.paging import link
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Toast
from app.vendors import service as vendors

router = APIRouter(prefix="/evaluations/{evaluation_id}", include_in_schema=False)
MOST_UNDONE = 40  # moves whose ids still fit into the toast's cookie


@router.get("/candidates")
def list_candidates(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The longlist with its filter."""
    return render(request, _list(request, session, actor, evaluation_id))


@router.get("/candidates.{kind}")
def export_candidates(
    request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID, kind: str
) -> Response:
    """The filtered longlist as CSV or Excel."""
    access = service.open_evaluation(session, actor, evaluation_id)
    show, sort = _asked(request)
    found = chosen(service.candidates_of(session, evaluation_id), show, sort)
    rows = export_rows(found, matches(session, access, found))
    return download(kind, "candidates", EXPORT, rows)


@router.post("/candidates/move")
def move_candidates(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Move the ticked ones; the toast offers to undo."""
    with rejecting(
        request, form, lambda state: _list(request, session, actor, evaluation_id, move_form=state)
    ):
        entry = forms.parse(MovesIn, form)
        access = service.open_evaluation(session, actor, evaluation_id)
        views = service.candidates_of(session, evaluation_id)
        fits = matches(session, access, views)
        rows = service.move_candidates(
            session,
            actor=actor,
            evaluation_id=evaluation_id,
            entry=entry,
            basis={view.candidate.id: _basis(fits[view.vendor.id]) for view in views},
        )
    what = vendors.vendor_of(session, rows[0].vendor_id).name if len(rows) == 1 else f"{len(rows)} candidates"
    here = f"{address(evaluation_id)}/candidates"
    show, sort = _asked(request)
    toast = _toast(session, here, [row.id for row in rows], f"{what} moved to {entry.stage}.")
    return htmx.redirect(request, link(here, {"show": show, "sort": sort}), toast=toast)


@router.post("/candidates/undo")
def undo_moves(
    request: Request,
    session: Write,
    actor: CurrentActor,
    evaluation_id: UUID,
    move: Annotated[list[str], Query(max_length=MOST_UNDONE)],
) -> Response:
    """Take moves back, as the toast offered; each is `candidate.move`."""
    for pair in move:
        candidate, _, number = pair.partition(".")
        service.undo_move(session, actor=actor, candidate_id=as_id(candidate), move_id=as_id(number))
    return htmx.redirect(request, f"{address(evaluation_id)}/candidates", toast="Moved back.")


@router.post("/searches")
def log_search(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Keep a search that was made."""
    with rejecting(
        request, form, lambda state: _list(request, session, actor, evaluation_id, log_form=state)
    ):
        entry = forms.parse(SearchLogIn, form)
        service.log_search(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return htmx.redirect(request, f"{address(evaluation_id)}/candidates", toast="Search noted.")


@router.get("/candidates/{candidate_id}")
def show_candidate(
    request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID, candidate_id: UUID
) -> Response:
    """One candidate."""
    return render(request, _candidate(session, actor, evaluation_id, candidate_id, blank()))


@router.post("/candidates/{candidate_id}/move")
def move_candidate(
    request: Request,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    evaluation_id: UUID,
    candidate_id: UUID,
) -> Response:
    """Move this one; the toast offers to undo."""
    with rejecting(
        request, form, lambda state: _candidate(session, actor, evaluation_id, candidate_id, state)
    ):
        entry = forms.parse(MoveIn, form)
        view, access = _in(session, actor, evaluation_id, candidate_id)
        basis = _basis(matches(session, access, [view])[view.vendor.id])
        service.move_candidate(session, actor=actor, candidate_id=candidate_id, entry=entry, basis=basis)
    here = f"{address(evaluation_id)}/candidates"
    toast = _toast(session, here, [candidate_id], f"{view.name} moved to {entry.stage}.")
    return htmx.redirect(request, f"{here}/{candidate_id}", toast=toast)


def as_id(text: str) -> UUID:
    """The id in a part of an address. Raises `NotFound` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(
            "candidate.not_found", "There is no such candidate, or it is not shared with you."
        ) from None


def matches(session: ReadSession, access: Access, views: Sequence[CandidateView]) -> dict[UUID, Match]:
    """How well each vendor fits the need, by vendor."""
    facets = service.need_of(access.evaluation).facets()
    offers = vendors.capabilities_of(session, [view.vendor.id for view in views])
    return {vendor_id: Match(*vendors.need_match(offered, facets)) for vendor_id, offered in offers.items()}


def _basis(match: Match) -> dict[str, object]:
    return {"match": match.text} if match.wanted else {}


def _toast(session: ReadSession, here: str, moved: Sequence[UUID], told: str) -> Toast:
    pairs = [f"{each}.{service.moves_of(session, each)[0].id}" for each in moved]
    return Toast(told, undo_url=link(f"{here}/undo", {"move": pairs}) if len(pairs) <= MOST_UNDONE else "")


def _asked(request: Request) -> tuple[str, str]:
    show, sort = request.query_params.get("show", ""), request.query_params.get("sort", "")
    return (show if show in {option.value for option in SHOW} else ""), sort


def _list(
    request: Request,
    session: ReadSession,
    actor: Actor,
    evaluation_id: UUID,
    *,
    move_form: FormState | None = None,
    log_form: FormState | None = None,
) -> CandidatesPage:
    access = service.open_evaluation(session, actor, evaluation_id)
    show, sort = _asked(request)
    candidates = service.candidates_of(session, evaluation_id)
    searches = service.search_log(session, evaluation_id)
    names = accounts.names_of(session, {row.actor_id for row in searches})
    step = StepName.SHORTLIST if show == "shortlist" else StepName.SEARCH
    return candidates_view(
        evaluation_frame(session, access, step),
        candidates,
        show=show,
        sort=sort,
        matches=matches(session, access, candidates),
        searches=search_lines(searches, names, access.evaluation.time_zone),
        move_form=move_form or blank(),
        log_form=log_form or blank({"channel": "web_search"}),
        may_move=may_move(access),
        shows_codes=access.may(Action.EVALUATION_EDIT),
    )


def may_move(access: Access) -> bool:
    """Whether candidates can be taken in and moved here, now, by this person."""
    return access.may(Action.CANDIDATE_MOVE) and access.evaluation.state is EvaluationState.OPEN


def _in(
    session: ReadSession, actor: Actor, evaluation_id: UUID, candidate_id: UUID
) -> tuple[CandidateView, Access]:
    access = service.open_evaluation(session, actor, evaluation_id)
    view, evaluation = service.candidate_of(session, actor=actor, candidate_id=candidate_id)
    if evaluation.id != evaluation_id:
        raise NotFound("candidate.not_found", "There is no such candidate in this evaluation.")
    return view, access


def _candidate(
    session: ReadSession, actor: Actor, evaluation_id: UUID, candidate_id: UUID, form: FormState
) -> CandidatePage:
    view, access = _in(session, actor, evaluation_id, candidate_id)
    moves = service.moves_of(session, candidate_id)
    here = f"{address(evaluation_id)}/candidates/{candidate_id}"
    subject = Subject("candidate", candidate_id)
    step = StepName.SHORTLIST if view.candidate.stage in service.FAR else StepName.SEARCH
    return candidate_view(
        evaluation_frame(session, access, step),
        view,
        access.evaluation,
        match=matches(session, access, [view])[view.vendor.id],
        moves=moves,
        names=accounts.names_of(session, {move.actor_id for move in moves}),
        notes=files.notes_and_files(session, actor=actor, subject=subject, return_to=here),
        form=form,
        may_move=may_move(access),
        shows_code=access.may(Action.EVALUATION_EDIT),
    )
