"""Evaluations and candidates for programs."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.accounts import service as accounts
from app.core.permissions import Action
from app.evaluations import service
from app.evaluations.models import Candidate, Evaluation, EvaluationState, StepName, StepState
from app.evaluations.schemas import (
    CandidateIn,
    CandidateOut,
    CandidatesIn,
    CandidatesOut,
    EvaluationIn,
    EvaluationOut,
    EvaluationPatch,
    MemberOut,
    MoveIn,
    MoveOut,
    MovesIn,
    NamesIn,
    NamesOut,
    NeedIn,
    PanelIn,
    PanelOut,
    PlannedName,
    ReasonIn,
    SearchesOut,
    SearchLogIn,
    SearchOut,
)
from app.kit.actors import Actor, CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.paging import Cursor, Limit, Listing, cut, decode_cursor, encode_cursor
from app.kit.requests import Read, Write
from app.vendors import service as vendors

router = APIRouter(prefix="/api/v1", tags=["evaluations"])


def _evaluation(row: Evaluation, steps: dict[StepName, StepState]) -> EvaluationOut:
    return EvaluationOut(
        **row.model_dump(exclude={"number", "need", "created_at", "created_by"}),
        number=row.label,
        need=service.need_of(row),
        steps=steps,
    )


def _stored(session: ReadSession, row: Evaluation) -> EvaluationOut:
    session.flush()
    return _evaluation(row, service.steps_of_many(session, [row.id])[row.id])


def _candidates(session: ReadSession, actor: Actor, rows: Sequence[Candidate]) -> list[CandidateOut]:
    """The rows of one evaluation with names; codes for leads only, so that blind scores stay blind."""
    if not rows:
        return []
    leads = service.open_evaluation(session, actor, rows[0].evaluation_id).may(Action.EVALUATION_EDIT)
    names = vendors.vendor_names(session, [row.vendor_id for row in rows])
    return [
        CandidateOut(
            **row.model_dump(exclude={"code", "created_at"}),
            vendor=names[row.vendor_id],
            code=row.code if leads else None,
        )
        for row in rows
    ]


def _candidate(session: ReadSession, actor: Actor, row: Candidate) -> CandidateOut:
    return _candidates(session, actor, [row])[0]


def _panel(session: ReadSession, evaluation_id: UUID) -> PanelOut:
    members = service.panel_of(session, evaluation_id)
    names = accounts.names_of(session, [member.user_id for member in members])
    return PanelOut(
        members=[
            MemberOut.model_validate(
                {
                    "user_id": member.user_id,
                    "name": names.get(member.user_id, ""),
                    "roles": member.roles,
                }
            )
            for member in members
        ]
    )


@router.get("/evaluations")
def list_evaluations(
    session: Read,
    actor: CurrentActor,
    limit: Limit = 50,
    cursor: Cursor = "",
    q: Annotated[str, Query(max_length=160, description="Words of the name.")] = "",
    state: EvaluationState | None = None,
) -> Listing[EvaluationOut]:
    """Evaluations, oldest first, narrowed by name and state."""
    found = service.list_after(
        session,
        actor=actor,
        after=decode_cursor(cursor),
        limit=limit + 1,
        text=q,
        state=state.value if state else "",
    )
    shown, more = cut(found, limit)
    steps = service.steps_of_many(session, [row.id for row in shown])
    items = [_evaluation(row, steps[row.id]) for row in shown]
    return Listing(items=items, next=encode_cursor(shown[-1].id) if more else None)


@router.post("/evaluations", status_code=201, response_model=EvaluationOut)
def create_evaluation(request: Request, session: Write, actor: CurrentActor, entry: EvaluationIn) -> Response:
    """Open an evaluation, empty or copied from an earlier one."""
    row = service.create_evaluation(session, actor=actor, entry=entry)
    return created(request, _stored(session, row), f"/api/v1/evaluations/{row.id}")


@router.get("/evaluations/{evaluation_id}")
def get_evaluation(
    response: Response, session: Read, actor: CurrentActor, evaluation_id: UUID
) -> EvaluationOut:
    """One evaluation; its ETag goes into If-Match of a change."""
    row = service.open_evaluation(session, actor, evaluation_id).evaluation
    response.headers["ETag"] = f'"{row.version}"'
    return _stored(session, row)


@router.patch("/evaluations/{evaluation_id}", response_model=EvaluationOut)
def patch_evaluation(
    request: Request,
    session: Write,
    actor: CurrentActor,
    evaluation_id: UUID,
    patch: EvaluationPatch,
    seen: IfMatch,
) -> Response:
    """Change name, governance, time zone or the day of decision."""
    row = service.patch_evaluation(session, actor=actor, evaluation_id=evaluation_id, patch=patch, seen=seen)
    return done(request, _stored(session, row))


@router.put("/evaluations/{evaluation_id}/need", response_model=EvaluationOut)
def set_need(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, need: NeedIn, seen: IfMatch
) -> Response:
    """Replace the need; money is in minor units of its currency."""
    row = service.set_need(session, actor=actor, evaluation_id=evaluation_id, need=need, seen=seen)
    return done(request, _stored(session, row))


@router.post("/evaluations/{evaluation_id}/cancel", response_model=EvaluationOut)
def cancel_evaluation(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: ReasonIn
) -> Response:
    """Stop without a decision."""
    row = service.cancel_evaluation(session, actor=actor, evaluation_id=evaluation_id, reason=entry.reason)
    return done(request, _stored(session, row))


@router.post("/evaluations/{evaluation_id}/reopen", response_model=EvaluationOut)
def reopen_evaluation(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: ReasonIn
) -> Response:
    """Take a cancelled or decided evaluation up again."""
    row = service.reopen_evaluation(session, actor=actor, evaluation_id=evaluation_id, reason=entry.reason)
    return done(request, _stored(session, row))


@router.get("/evaluations/{evaluation_id}/panel")
def get_panel(session: Read, actor: CurrentActor, evaluation_id: UUID) -> PanelOut:
    """Who is on the panel, with which roles."""
    service.open_evaluation(session, actor, evaluation_id)
    return _panel(session, evaluation_id)


@router.put("/evaluations/{evaluation_id}/panel", response_model=PanelOut)
def set_member(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: PanelIn
) -> Response:
    """Give one person roles on the panel; an empty list takes the person off."""
    service.set_member(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return done(request, _panel(session, evaluation_id))


@router.get("/evaluations/{evaluation_id}/candidates")
def list_candidates(session: Read, actor: CurrentActor, evaluation_id: UUID) -> CandidatesOut:
    """Every candidate with its stage, in the order they came in."""
    service.open_evaluation(session, actor, evaluation_id)
    rows = [view.candidate for view in service.candidates_of(session, evaluation_id)]
    return CandidatesOut(candidates=_candidates(session, actor, rows))


@router.post("/evaluations/{evaluation_id}/candidates", status_code=201, response_model=CandidateOut)
def add_candidate(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: CandidateIn
) -> Response:
    """Take a vendor of the register in, at the stage where it really is."""
    row = service.add_candidate(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return created(request, _candidate(session, actor, row), f"/api/v1/candidates/{row.id}")


@router.post("/evaluations/{evaluation_id}/candidates/several", status_code=201, response_model=CandidatesOut)
def add_candidates(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: CandidatesIn
) -> Response:
    """Take several vendors of the register in, all or none."""
    rows = service.add_candidates(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return _several(request, session, actor, evaluation_id, rows)


@router.post("/evaluations/{evaluation_id}/candidates/names/check")
def check_names(session: Read, actor: CurrentActor, evaluation_id: UUID, entry: NamesIn) -> NamesOut:
    """What would become of a pasted list of names; nothing is changed."""
    planned = service.plan_names(session, actor=actor, evaluation_id=evaluation_id, text=entry.names)
    return NamesOut(planned=[PlannedName.model_validate(item) for item in planned])


@router.post("/evaluations/{evaluation_id}/candidates/names", status_code=201, response_model=CandidatesOut)
def add_names(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: NamesIn
) -> Response:
    """Take a pasted list of names in; unknown ones are added to the register first."""
    rows = service.add_names(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return _several(request, session, actor, evaluation_id, rows)


@router.post("/evaluations/{evaluation_id}/candidates/in-house", status_code=201, response_model=CandidateOut)
def add_in_house(request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Take our own team in as the yardstick."""
    row = service.add_in_house(session, actor=actor, evaluation_id=evaluation_id)
    return created(request, _candidate(session, actor, row), f"/api/v1/candidates/{row.id}")


@router.post("/evaluations/{evaluation_id}/candidates/move", response_model=CandidatesOut)
def move_candidates(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: MovesIn
) -> Response:
    """Move several candidates to one stage, all or none."""
    rows = service.move_candidates(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return done(request, CandidatesOut(candidates=_candidates(session, actor, rows)))


@router.get("/evaluations/{evaluation_id}/searches")
def list_searches(session: Read, actor: CurrentActor, evaluation_id: UUID) -> SearchesOut:
    """Where and with which words was searched, newest first."""
    service.open_evaluation(session, actor, evaluation_id)
    found = service.search_log(session, evaluation_id)
    return SearchesOut(searches=[SearchOut.model_validate(row) for row in found])


@router.post("/evaluations/{evaluation_id}/searches", status_code=201, response_model=SearchOut)
def log_search(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: SearchLogIn
) -> Response:
    """Keep a search that was made."""
    row = service.log_search(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    out = SearchOut.model_validate(row)
    return created(request, out, f"/api/v1/evaluations/{evaluation_id}/searches")


@router.get("/candidates/{candidate_id}")
def get_candidate(response: Response, session: Read, actor: CurrentActor, candidate_id: UUID) -> CandidateOut:
    """One candidate."""
    view, _ = service.candidate_of(session, actor=actor, candidate_id=candidate_id)
    response.headers["ETag"] = f'"{view.candidate.version}"'
    return _candidate(session, actor, view.candidate)


@router.get("/candidates/{candidate_id}/moves")
def list_moves(session: Read, actor: CurrentActor, candidate_id: UUID) -> list[MoveOut]:
    """How a candidate came to where it is, newest first."""
    service.candidate_access(session, actor, candidate_id)
    return [MoveOut.model_validate(row) for row in service.moves_of(session, candidate_id)]


@router.post("/candidates/{candidate_id}/move", response_model=CandidateOut)
def move_candidate(
    request: Request, session: Write, actor: CurrentActor, candidate_id: UUID, entry: MoveIn
) -> Response:
    """Move a candidate to another stage, with the reason."""
    row = service.move_candidate(session, actor=actor, candidate_id=candidate_id, entry=entry)
    return done(request, _candidate(session, actor, row))


@router.post("/candidates/{candidate_id}/moves/{move_id}/undo", response_model=CandidateOut)
def undo_move(
    request: Request, session: Write, actor: CurrentActor, candidate_id: UUID, move_id: UUID
) -> Response:
    """Take the newest move back."""
    row = service.undo_move(session, actor=actor, candidate_id=candidate_id, move_id=move_id)
    return done(request, _candidate(session, actor, row))


def _several(
    request: Request, session: ReadSession, actor: Actor, evaluation_id: UUID, rows: Sequence[Candidate]
) -> Response:
    out = CandidatesOut(candidates=_candidates(session, actor, rows))
    return created(request, out, f"/api/v1/evaluations/{evaluation_id}/candidates")
