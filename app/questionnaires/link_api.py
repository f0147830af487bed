"""A vendor's questionnaire for its own programs: the link's secret is exchanged for a bearer token that reaches one
response. The same verbs with the same guards as the vendor's pages.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.accounts import service as accounts
from app.core.errors import Invalid, NotFound, Problem
from app.files import service as files
from app.files.download import content_response
from app.files.service import Purpose, Received
from app.kit import forms
from app.kit.actors import Actor, Unauthenticated
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.requests import BodyRead, Read, Write, database
from app.questionnaires import service, workbook
from app.questionnaires.link_schemas import (
    AskedOut,
    ColleagueLinkOut,
    ExchangeIn,
    KeptOut,
    ProposalsOut,
    VendorAnswerIn,
    WorkOut,
    WorkTokenOut,
)
from app.questionnaires.schemas import AnswerIn, AskIn, DelegateIn
from app.questionnaires.sheets_api import FILE_BODY
from app.questionnaires.views.receipt import receipt_pdf
from app.questionnaires.views.work import proposals_out, work_out
from app.settings import Settings
from app.vendors import service as vendors

router = APIRouter(prefix="/api/v1", tags=["questionnaires by link"])
_WORK = "/questionnaire-work/{response_id}"


@router.post("/questionnaire-links/exchange", status_code=201, response_model=WorkTokenOut)
def exchange(request: Request, session: Write, entry: ExchangeIn) -> Response:
    """A bearer token for the link's secret, the last part of its address; it ends with the link at the latest."""
    settings: Settings = request.app.state.settings
    response_id, token, until = service.enter_by_link(
        session, entry.secret, days=settings.session_days, replaces=""
    )
    out = WorkTokenOut(response_id=response_id, token=token, link_until=until)
    answer = created(request, out, f"/api/v1/questionnaire-work/{response_id}")
    # A repeated key must not store the token.
    request.state.answer_body = out.model_copy(update={"token": ""}).model_dump_json()
    return answer


def _holder(request: Request, response_id: UUID) -> Actor:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        message = "Send the token of /api/v1/questionnaire-links/exchange as Authorization: Bearer."
        raise Unauthenticated("link.token", message)
    with database(request).reading() as session:
        actor = accounts.actor_of_link(accounts.link_of_session(session, token.strip()))
        service.response_access(session, actor, response_id)
    return actor


Bearer = Annotated[Actor, Depends(_holder)]


def _work(session: ReadSession, actor: Actor, response_id: UUID) -> WorkOut:
    held = service.response_of(session, actor=actor, response_id=response_id)
    access = held.access
    vendor = vendors.vendor_of(session, access.candidate.vendor_id).name
    returned = service.returns_of(session, actor=actor, response_id=response_id)
    return work_out(
        held,
        (vendor, service.asker_of(session, access.response)),
        service.late_values(session, access),
        {each.question_id: each.reason for each in returned},
        service.own_files(session, access),
        service.links_of(session, actor=actor, response_id=response_id),
    )


@router.get(_WORK)
def get_work(actor: Bearer, session: Read, response_id: UUID) -> WorkOut:
    """The questions with what stands, what came too late, and what was sent back."""
    return _work(session, actor, response_id)


@router.put(_WORK + "/answers/{question_id}", response_model=KeptOut)
def save_answer(
    request: Request,
    actor: Bearer,
    session: Write,
    response_id: UUID,
    question_id: str,
    entry: VendorAnswerIn,
    seen: IfMatch = None,
) -> Response:
    """Answer one question; If-Match holds the revision that was read (0: none). Too late, it is kept as a draft."""
    late = service.save_or_keep(
        session,
        actor=actor,
        response_id=response_id,
        question_id=question_id,
        entry=AnswerIn(value=entry.value, comment=entry.comment),
        seen=seen,
    )
    return done(request, _kept(session, actor, response_id, question_id, late=late))


def _kept(session: ReadSession, actor: Actor, response_id: UUID, question_id: str, *, late: bool) -> KeptOut:
    row = service.response_of(session, actor=actor, response_id=response_id).rows.get(question_id)
    return KeptOut(late=late, revision=row.revision if row is not None else 0)


def _received(request: Request, form: BodyRead, _actor: Bearer) -> Received:
    return files.store_received(request, form, Purpose.EVIDENCE)


@router.post(_WORK + "/answers/{question_id}/files", response_model=KeptOut, openapi_extra=FILE_BODY)
def add_files(
    request: Request,
    received: Annotated[Received, Depends(_received)],
    actor: Bearer,
    session: Write,
    response_id: UUID,
    question_id: str,
) -> Response:
    """Attach files to an answer; too late, they are kept as a draft beside it."""
    uploads = received.several("file")
    if not uploads:
        raise Invalid("file.missing", [Problem("file", "Send the file as multipart/form-data.")])
    late = service.attach_or_keep(
        session, actor=actor, response_id=response_id, question_id=question_id, uploads=uploads
    )
    return done(request, _kept(session, actor, response_id, question_id, late=late))


@router.delete(_WORK + "/answers/{question_id}/files/{file_id}", status_code=204)
def drop_file(actor: Bearer, session: Write, response_id: UUID, question_id: str, file_id: UUID) -> Response:
    """Take a file out of an answer."""
    service.drop_or_leave(
        session, actor=actor, response_id=response_id, question_id=question_id, file_id=file_id
    )
    return Response(status_code=204)


@router.get(_WORK + "/files/{file_id}", response_class=Response)
def download(request: Request, actor: Bearer, session: Read, response_id: UUID, file_id: UUID) -> Response:
    """A file of one of the answers."""
    own = service.own_files(session, service.response_access(session, actor, response_id))
    if str(file_id) not in own:
        raise NotFound("file.not_found", "This file is not part of your answers.")
    return content_response(request, own[str(file_id)])


@router.get(_WORK + "/workbook", response_class=Response)
def download_workbook(request: Request, actor: Bearer, session: Read, response_id: UUID) -> Response:
    """The questions as an Excel workbook, with what is answered so far."""
    held = service.response_of(session, actor=actor, response_id=response_id)
    facts = service.facts_of(session, held.access, request.app.state.settings.organisation)
    return _content(workbook.write(held, facts), workbook.KIND)


def _content(content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Cache-Control": "no-store"})


@router.post(_WORK + "/workbook", openapi_extra=FILE_BODY)
def read_workbook(request: Request, form: BodyRead, actor: Bearer, response_id: UUID) -> ProposalsOut:
    """What a filled-in workbook would change; nothing is saved. It is read before any session begins."""
    read = workbook.read_upload(forms.upload(form, "file") if form is not None else None)
    with database(request).reading() as session:
        held = service.response_of(session, actor=actor, response_id=response_id)
        return proposals_out(*workbook.compare(held, read))


@router.get(_WORK + "/earlier")
def get_earlier(actor: Bearer, session: Read, response_id: UUID) -> ProposalsOut:
    """Answers of the last time that may still hold."""
    found = service.earlier_answers(session, actor=actor, response_id=response_id).proposals
    return proposals_out(found)


@router.post(_WORK + "/submit", response_model=WorkOut)
def submit(request: Request, actor: Bearer, session: Write, response_id: UUID) -> Response:
    """Hand the answers in; a second time changes nothing."""
    if not service.response_access(session, actor, response_id).is_finished:
        service.submit_response(session, actor=actor, response_id=response_id)
    return done(request, _work(session, actor, response_id))


@router.get(_WORK + "/receipt", response_class=Response)
def print_receipt(request: Request, actor: Bearer, response_id: UUID) -> Response:
    """The receipt as a PDF with the answers attached, once they are handed in."""
    with database(request).reading() as session:
        held = service.response_of(session, actor=actor, response_id=response_id)
        vendor = vendors.vendor_of(session, held.access.candidate.vendor_id).name
    return _content(receipt_pdf(held, vendor, request.app.state.settings.organisation), "application/pdf")


@router.post(_WORK + "/colleagues/{section_id}", status_code=201, response_model=ColleagueLinkOut)
def delegate(
    request: Request,
    actor: Bearer,
    session: Write,
    response_id: UUID,
    section_id: str,
    entry: DelegateIn,
) -> Response:
    """A link to one section for a colleague; its address is in this answer alone."""
    url = service.delegate_section(
        session,
        actor=actor,
        response_id=response_id,
        section_id=section_id,
        entry=entry,
        base_url=request.app.state.settings.public_url,
        organisation=request.app.state.settings.organisation,
    )
    answer = created(request, ColleagueLinkOut(url=url), f"/api/v1/questionnaire-work/{response_id}")
    request.state.answer_body = ColleagueLinkOut(url="").model_dump_json()
    return answer


@router.delete(_WORK + "/colleagues/{link_id}", status_code=204)
def withdraw_delegate(actor: Bearer, session: Write, response_id: UUID, link_id: UUID) -> Response:
    """Take a section back from a colleague."""
    service.withdraw_delegate(session, actor=actor, response_id=response_id, link_id=link_id)
    return Response(status_code=204)


@router.get(_WORK + "/questions")
def list_questions(actor: Bearer, session: Read, response_id: UUID) -> list[AskedOut]:
    """Answered questions of everybody who was asked the same, and the vendor's own open ones."""
    return _asked(session, actor, response_id)


def _asked(session: ReadSession, actor: Actor, response_id: UUID) -> list[AskedOut]:
    found = service.clarifications_of(session, actor=actor, response_id=response_id)
    return [AskedOut(text=each.text, answer=each.row.answer, is_own=each.is_own) for each in found]


@router.post(_WORK + "/questions", status_code=201, response_model=AskedOut)
def ask(request: Request, actor: Bearer, session: Write, response_id: UUID, entry: AskIn) -> Response:
    """Ask about the questionnaire; the answer goes to everybody who was asked the same, without a name."""
    service.ask(session, actor=actor, response_id=response_id, entry=entry)
    location = f"/api/v1/questionnaire-work/{response_id}/questions"
    row = AskedOut(text=entry.text, answer="", is_own=True)
    return created(request, row, location)


@router.post(_WORK + "/leave", status_code=204)
def leave(request: Request, _actor: Bearer, session: Write, response_id: UUID) -> Response:  # noqa: ARG001
    """End this token; the link gives another."""
    accounts.end_link_session(session, request.headers["authorization"].partition(" ")[2].strip())
    return Response(status_code=204)
