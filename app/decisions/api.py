"""Decisions for programs."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.core.errors import Conflict
from app.decisions import queries, service
from app.decisions.models import Approval, Decision, Memo
from app.decisions.schemas.entries import (
    AnswerIn,
    ApprovalLinkIn,
    ApprovalOut,
    DecisionIn,
    DecisionOut,
    LinkOut,
    MemoOut,
    ReasonIn,
)
from app.decisions.schemas.record import Record
from app.kit.actors import CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.paging import Listing
from app.kit.requests import Read, Write

router = APIRouter(prefix="/api/v1", tags=["decisions"])


def _decision(row: Decision) -> DecisionOut:
    return DecisionOut.model_validate(row)


def _memo(session: ReadSession, memo: Memo) -> MemoOut:
    return MemoOut(**memo.model_dump(exclude={"record", "file_id"}), stale=service.is_stale(session, memo))


@router.get("/evaluations/{evaluation_id}/decisions")
def list_decisions(session: Read, actor: CurrentActor, evaluation_id: UUID) -> Listing[DecisionOut]:
    """Every recommendation of an evaluation, newest first."""
    rows = service.decisions_of(session, actor=actor, evaluation_id=evaluation_id)
    return Listing(items=[_decision(row) for row in rows], next=None)


@router.post("/evaluations/{evaluation_id}/decisions", status_code=201, response_model=DecisionOut)
def draft_decision(request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Start a recommendation with what the figures suggest."""
    row = service.draft_decision(session, actor=actor, evaluation_id=evaluation_id)
    return created(request, _decision(row), f"/api/v1/decisions/{row.id}")


@router.get("/decisions/{decision_id}")
def get_decision(response: Response, session: Read, actor: CurrentActor, decision_id: UUID) -> DecisionOut:
    """One recommendation; its ETag goes into If-Match of a change."""
    row = service.read_decision(session, actor, decision_id)
    response.headers["ETag"] = f'"{row.version}"'
    return _decision(row)


@router.put("/decisions/{decision_id}", response_model=DecisionOut)
def edit_decision(
    request: Request,
    session: Write,
    actor: CurrentActor,
    decision_id: UUID,
    entry: DecisionIn,
    seen: IfMatch,
) -> Response:
    """Replace a draft's choice and texts."""
    row = service.edit_decision(session, actor=actor, decision_id=decision_id, entry=entry, seen=seen)
    return done(request, _decision(row))


@router.post("/decisions/{decision_id}/memos", status_code=201, response_model=MemoOut)
def propose(
    request: Request, session: Write, actor: CurrentActor, decision_id: UUID, seen: IfMatch
) -> Response:
    """Freeze the memo and put it before the approvers."""
    memo = service.propose(session, actor=actor, decision_id=decision_id, seen=seen)
    return created(request, _memo(session, memo), f"/api/v1/memos/{memo.id}")


@router.get("/decisions/{decision_id}/memos")
def list_memos(session: Read, actor: CurrentActor, decision_id: UUID) -> Listing[MemoOut]:
    """What was proposed, newest first."""
    row = service.read_decision(session, actor, decision_id)
    return Listing(items=[_memo(session, memo) for memo in queries.memos(session, row.id)], next=None)


@router.get("/memos/{memo_id}")
def get_memo(session: Read, actor: CurrentActor, memo_id: UUID) -> MemoOut:
    """One frozen memo."""
    memo, _ = service.open_memo(session, actor, memo_id)
    return _memo(session, memo)


@router.get("/memos/{memo_id}/record")
def get_record(session: Read, actor: CurrentActor, memo_id: UUID) -> Record:
    """Everything the memo shows; SHA-256 of its RFC 8785 JSON is the memo's digest."""
    memo, _ = service.open_memo(session, actor, memo_id)
    return Record.model_validate(memo.record)


@router.post("/decisions/{decision_id}/links", status_code=201, response_model=LinkOut)
def issue_link(
    request: Request, session: Write, actor: CurrentActor, decision_id: UUID, entry: ApprovalLinkIn
) -> Response:
    """Make a one-time link for an approver without account; its address is answered once."""
    if "idempotency-key" in request.headers:
        message = "A link is answered once and kept nowhere, so it cannot be repeated; leave the key out."
        raise Conflict("link.not_repeatable", message)
    settings = request.app.state.settings
    url = service.issue_approval_link(
        session,
        actor=actor,
        decision_id=decision_id,
        entry=entry,
        public_url=settings.public_url,
        hours=settings.link_hours,
    )
    out = LinkOut(url="" if entry.send else url, expires_in_hours=entry.hours or settings.link_hours)
    return created(request, out, f"/api/v1/decisions/{decision_id}")


@router.post("/decisions/{decision_id}/links/{link_id}/withdraw", response_model=DecisionOut)
def withdraw_link(
    request: Request, session: Write, actor: CurrentActor, decision_id: UUID, link_id: UUID
) -> Response:
    """Take a link back before it was used."""
    service.withdraw_link(session, actor=actor, decision_id=decision_id, link_id=link_id)
    return done(request, _decision(service.read_decision(session, actor, decision_id)))


@router.post("/decisions/{decision_id}/approvals", status_code=201, response_model=ApprovalOut)
def decide(
    request: Request, session: Write, actor: CurrentActor, decision_id: UUID, entry: AnswerIn
) -> Response:
    """Approve, return or reject the memo with the given digest."""
    answer = service.decide(session, actor=actor, decision_id=decision_id, entry=entry)
    return created(request, _approval(answer), f"/api/v1/decisions/{decision_id}/approvals")


@router.get("/decisions/{decision_id}/approvals")
def list_approvals(session: Read, actor: CurrentActor, decision_id: UUID) -> Listing[ApprovalOut]:
    """Every answer, in the order they came."""
    row = service.read_decision(session, actor, decision_id)
    return Listing(items=[_approval(one) for one in queries.approvals(session, row.id)], next=None)


@router.post("/decisions/{decision_id}/withdraw", response_model=DecisionOut)
def withdraw(
    request: Request, session: Write, actor: CurrentActor, decision_id: UUID, entry: ReasonIn
) -> Response:
    """Take a recommendation back; an approved one opens the evaluation again."""
    row = service.withdraw_decision(session, actor=actor, decision_id=decision_id, entry=entry)
    return done(request, _decision(row))


def _approval(row: Approval) -> ApprovalOut:
    return ApprovalOut.model_validate(row)
