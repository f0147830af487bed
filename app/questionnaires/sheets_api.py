"""Spreadsheets for programs: send, name the columns, look, use."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core.errors import Invalid, Problem
from app.kit import forms
from app.kit.actors import CurrentActor
from app.kit.api import created, done
from app.kit.db import ReadSession
from app.kit.requests import BodyRead, Read, Write, database
from app.questionnaires import service, workbook
from app.questionnaires.library_api import version_out
from app.questionnaires.link_schemas import ProposalsOut, ProposedAllIn
from app.questionnaires.models import SheetImport
from app.questionnaires.schemas import (
    AppliedOut,
    ColumnsIn,
    NewTemplateIn,
    ProposedAnswer,
    SheetAnswersOut,
    SheetDraftOut,
    SheetOut,
    VersionOut,
)
from app.questionnaires.service import sheets
from app.questionnaires.service.sheets import ReadSheets
from app.questionnaires.views.work import proposals_out

router = APIRouter(prefix="/api/v1", tags=["questionnaires"])
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


def _read(form: BodyRead, _actor: CurrentActor) -> ReadSheets:
    chosen = forms.upload(form, "file") if form is not None else None
    if chosen is None:
        raise Invalid("file.missing", [Problem("file", "Send the file as multipart/form-data.")])
    return sheets.read_file(chosen.file, chosen.filename or "file")


# In a route it stands before the session: reading takes seconds, and the write slot is for writing.
Sent = Annotated[ReadSheets, Depends(_read)]


def _out(session: ReadSession, row: SheetImport) -> SheetOut:
    chosen = sheets.choose(session, row)
    columns = ColumnsIn.model_validate(row.columns) if row.columns else chosen.columns
    return SheetOut(
        id=row.id,
        name=row.name,
        sheets=[sheet["name"] for sheet in row.sheets],
        headings=row.sheets[columns.sheet]["rows"][columns.header],
        columns=columns,
        remembered=chosen.remembered,
        response_id=row.response_id,
    )


@router.post("/questionnaire-sheets", status_code=201, response_model=SheetOut, openapi_extra=FILE_BODY)
def send_sheet(request: Request, sent: Sent, session: Write, actor: CurrentActor) -> Response:
    """Send a spreadsheet with questions."""
    row = sheets.keep(session, actor=actor, found=sent)
    return created(request, _out(session, row), f"/api/v1/questionnaire-sheets/{row.id}")


@router.post(
    "/responses/{response_id}/sheets", status_code=201, response_model=SheetOut, openapi_extra=FILE_BODY
)
def send_answers_sheet(
    request: Request, sent: Sent, session: Write, actor: CurrentActor, response_id: UUID
) -> Response:
    """Send a spreadsheet that holds the answers of a response."""
    row = sheets.keep(session, actor=actor, found=sent, response_id=response_id)
    return created(request, _out(session, row), f"/api/v1/questionnaire-sheets/{row.id}")


@router.get("/questionnaire-sheets/{import_id}")
def get_sheet(session: Read, actor: CurrentActor, import_id: UUID) -> SheetOut:
    """A spreadsheet on its way, with its columns as named, remembered or guessed."""
    return _out(session, sheets.kept(session, actor=actor, import_id=import_id))


@router.put("/questionnaire-sheets/{import_id}/columns", response_model=SheetOut)
def name_columns(
    request: Request, session: Write, actor: CurrentActor, import_id: UUID, entry: ColumnsIn
) -> Response:
    """Say which column holds what; kept for the next file of this shape."""
    row = sheets.name_columns(session, actor=actor, import_id=import_id, entry=entry)
    return done(request, _out(session, row))


@router.get("/questionnaire-sheets/{import_id}/draft")
def preview_draft(session: Read, actor: CurrentActor, import_id: UUID) -> SheetDraftOut:
    """What the spreadsheet would become."""
    body, notes = sheets.draft_of(sheets.kept(session, actor=actor, import_id=import_id))
    return SheetDraftOut(body=body, notes=notes)


@router.post("/questionnaire-sheets/{import_id}/draft", status_code=201, response_model=VersionOut)
def make_draft(
    request: Request, session: Write, actor: CurrentActor, import_id: UUID, entry: NewTemplateIn
) -> Response:
    """Begin a draft with its questions."""
    row = sheets.make_draft(session, actor=actor, import_id=import_id, entry=entry)
    return created(request, version_out(row), f"/api/v1/questionnaires/{row.key}")


@router.get("/questionnaire-sheets/{import_id}/answers")
def preview_answers(session: Read, actor: CurrentActor, import_id: UUID) -> SheetAnswersOut:
    """What a filled spreadsheet would change."""
    row = sheets.kept(session, actor=actor, import_id=import_id)
    found, notes = sheets.proposed(session, actor=actor, row=row)
    answers = [
        ProposedAnswer(question_id=each.answer.question, before=each.before, after=each.after)
        for each in found
    ]
    return SheetAnswersOut(answers=answers, notes=notes)


@router.post("/questionnaire-sheets/{import_id}/answers", response_model=AppliedOut)
def apply_answers(request: Request, session: Write, actor: CurrentActor, import_id: UUID) -> Response:
    """Write the answers of a filled spreadsheet down."""
    return done(request, AppliedOut(applied=sheets.apply_answers(session, actor=actor, import_id=import_id)))


@router.delete("/questionnaire-sheets/{import_id}", status_code=204)
def throw_away(session: Write, actor: CurrentActor, import_id: UUID) -> Response:
    """Forget the spreadsheet."""
    sheets.throw_away(session, actor=actor, import_id=import_id)
    return Response(status_code=204)


@router.get("/responses/{response_id}/workbook", response_class=Response)
def download_workbook(request: Request, session: Read, actor: CurrentActor, response_id: UUID) -> Response:
    """The questions as an Excel workbook to hand to the vendor, with what is answered so far; nothing of ours."""
    held = service.response_of(session, actor=actor, response_id=response_id)
    facts = service.facts_of(session, held.access, request.app.state.settings.organisation)
    return Response(workbook.write(held, facts), media_type=workbook.KIND)


@router.post("/responses/{response_id}/workbook", openapi_extra=FILE_BODY)
def read_workbook(request: Request, form: BodyRead, actor: CurrentActor, response_id: UUID) -> ProposalsOut:
    """What a filled-in workbook would change; nothing is saved. It is read before any session begins."""
    read = workbook.read_upload(forms.upload(form, "file") if form is not None else None)
    with database(request).reading() as session:
        held = service.response_of(session, actor=actor, response_id=response_id)
        return proposals_out(*workbook.compare(held, read))


@router.post("/responses/{response_id}/proposals", response_model=AppliedOut)
def save_proposals(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, entry: ProposedAllIn
) -> Response:
    """Save answers that the vendor wrote elsewhere with its comments, all of them or none."""
    for each in entry.answers:
        service.save_proposed(
            session,
            actor=actor,
            response_id=response_id,
            question_id=each.question_id,
            value=each.value,
            comment=each.comment,
            seen=each.revision,
        )
    return done(request, AppliedOut(applied=len(entry.answers)))
