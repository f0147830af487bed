"""Memos to read: the preview of a draft, and what was frozen."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.core.errors import NotFound
from app.decisions import service
from app.decisions.models import DecisionState
from app.decisions.schemas.record import Record
from app.decisions.service import Frozen, Standing
from app.decisions.views.memo import memo_html, memo_name, memo_pdf
from app.evaluations.frame import address
from app.files.models import File
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.pdf.parts import Preview
from app.kit.requests import Read
from app.kit.storage import LocalStore

router = APIRouter(include_in_schema=False)
_PRIVATE = {"Cache-Control": "private, no-store"}


def page_response(html: str) -> Response:
    """A document as a page of its own."""
    return HTMLResponse(html, headers=_PRIVATE)


def pdf_response(pdf: bytes, name: str) -> Response:
    """A PDF to download."""
    headers = {**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def stored_pdf(session: ReadSession, contents: LocalStore, frozen: Frozen) -> bytes:
    """The printed file of a memo; printed now while the job has not done it yet."""
    file = session.get(File, frozen.memo.file_id) if frozen.memo.file_id else None
    if file is None:
        return memo_pdf(frozen.record, frozen.standing, frozen.memo.created_at)
    with contents.open(file.digest) as stream:
        return stream.read()


def _current(
    session: ReadSession, actor: Actor, evaluation_id: UUID
) -> tuple[Record, Standing, Frozen | None]:
    """The draft as it would be frozen now, else the newest memo."""
    row = service.decision_of(session, actor=actor, evaluation_id=evaluation_id)
    if row is None:
        raise NotFound(
            "decision.not_found", "There is no recommendation yet. Start one on the decision's page."
        )
    memo = service.current_memo(session, row)
    if row.state is DecisionState.DRAFT or memo is None:
        opened = service.open_decision(session, actor, row.id)
        return service.preview_record(session, actor, opened), Standing(None), None
    memo, _ = service.open_memo(session, actor, memo.id)
    frozen = service.frozen_memo(session, memo)
    return frozen.record, frozen.standing, frozen


def current_memo_pdf(
    session: ReadSession, actor: Actor, evaluation_id: UUID, contents: LocalStore
) -> tuple[bytes, str]:
    """The memo of the decision with its file name: a marked draft, or what was frozen. Raises `NotFound`."""
    record, standing, frozen = _current(session, actor, evaluation_id)
    if frozen is None:
        return memo_pdf(record, standing, record.made_at), memo_name(record)
    return stored_pdf(session, contents, frozen), memo_name(record)


@router.get("/evaluations/{evaluation_id}/decision/memo.pdf")
def current_pdf(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The memo of the decision as PDF."""
    return pdf_response(*current_memo_pdf(session, actor, evaluation_id, request.app.state.contents))


@router.get("/evaluations/{evaluation_id}/decision/memo")
def current_page(session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """The memo of the decision as a page."""
    record, standing, _ = _current(session, actor, evaluation_id)
    base = f"{address(evaluation_id)}/decision"
    preview = Preview(base, "Decision", f"{base}/memo.pdf")
    return page_response(memo_html(record, standing, preview=preview))


@router.get("/memos/{memo_id}.pdf")
def memo_file(request: Request, session: Read, actor: CurrentActor, memo_id: UUID) -> Response:
    """A frozen memo as PDF."""
    memo, _ = service.open_memo(session, actor, memo_id)
    frozen = service.frozen_memo(session, memo)
    return pdf_response(stored_pdf(session, request.app.state.contents, frozen), memo_name(frozen.record))


@router.get("/memos/{memo_id}")
def memo_page(session: Read, actor: CurrentActor, memo_id: UUID) -> Response:
    """A frozen memo as a page, made from its record."""
    memo, opened = service.open_memo(session, actor, memo_id)
    frozen = service.frozen_memo(session, memo)
    base = f"{address(opened.decision.evaluation_id)}/decision"
    preview = Preview(base, "Decision", f"/memos/{memo_id}.pdf")
    return page_response(memo_html(frozen.record, frozen.standing, preview=preview))
