"""Spreadsheets: send, name the columns, look, use."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.kit import forms, htmx, library
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import BodyRead, RawForm, Read, Write
from app.kit.templating import render
from app.questionnaires import service, workbook
from app.questionnaires.models import SheetImport
from app.questionnaires.pages import call
from app.questionnaires.pages import filling as forms_of
from app.questionnaires.schemas import ColumnsIn, NewTemplateIn
from app.questionnaires.service import sheets
from app.questionnaires.service.sheets import ReadSheets
from app.questionnaires.views import sheets as views
from app.questionnaires.views.call import EarlierPage, workbook_view
from app.questionnaires.views.editor import base_of

router = APIRouter(include_in_schema=False)
Place = Annotated[int | None, Query(ge=0, lt=5000)]


def _read(form: BodyRead, _actor: CurrentActor) -> ReadSheets | Invalid:
    """The file's texts before a session begins; what is wrong with it waits until the form can show it."""
    chosen = forms.upload(form, "file") if form is not None else None
    if chosen is None:
        return Invalid("file.missing", [Problem("file", "Choose a file.")])
    try:
        return sheets.read_file(chosen.file, chosen.filename or "file")
    except Invalid as failure:
        return failure


# In a route it stands before the session: reading takes seconds, and the write slot is for writing.
Sent = Annotated[ReadSheets | Invalid, Depends(_read)]


def _texts(sent: ReadSheets | Invalid) -> ReadSheets:
    if isinstance(sent, Invalid):
        raise sent
    return sent


@router.get("/questionnaires/sheets")
def send_form(request: Request, session: Read, actor: CurrentActor) -> Response:
    """The form for a file, and the files that wait."""
    actor.require(Action.LIBRARY_EDIT)
    return render(request, views.send_view(blank(), sheets.waiting(session, actor=actor)))


@router.post("/questionnaires/sheets")
def send(request: Request, sent: Sent, session: Write, actor: CurrentActor, form: RawForm) -> Response:
    """Keep a file with questions."""
    with rejecting(request, form, lambda state: views.send_view(state, sheets.waiting(session, actor=actor))):
        found = _texts(sent)
        row = sheets.keep(session, actor=actor, found=found)
    return htmx.redirect(request, f"{views.BASE}/{row.id}", toast=" ".join(found.notes) or None)


@router.get("/responses/{response_id}/sheets")
def send_answers_form(request: Request, session: Read, actor: CurrentActor, response_id: UUID) -> Response:
    """The form for a filled file."""
    service.response_access(session, actor, response_id, Action.ANSWER_WRITE)
    return render(request, views.send_answers_view(blank(), str(response_id)))


@router.post("/responses/{response_id}/sheets")
def send_answers(
    request: Request, sent: Sent, session: Write, actor: CurrentActor, form: RawForm, response_id: UUID
) -> Response:
    """Keep a filled file for a response."""
    with rejecting(request, form, lambda state: views.send_answers_view(state, str(response_id))):
        found = _texts(sent)
        if workbook.is_ours(found):
            request.state.answer_location = f"/responses/{response_id}/sheets"
            return render(request, _proposals(session, actor, response_id, found))
        row = sheets.keep(session, actor=actor, found=found, response_id=response_id)
    return htmx.redirect(request, f"{views.BASE}/{row.id}", toast=" ".join(found.notes) or None)


def _proposals(session: ReadSession, actor: Actor, response_id: UUID, found: ReadSheets) -> EarlierPage:
    """What a workbook of ours, filled in and sent by the vendor, would change."""
    place = call.place(session, actor, response_id)
    filling = forms_of.filling(session, place)
    frame, _ = call.frame_of(session, actor, filling.held)
    return workbook_view(filling, frame, *workbook.compare(filling.held, workbook.cells_of(found)))


@router.get("/responses/{response_id}/workbook.xlsx")
def download_workbook(request: Request, session: Read, actor: CurrentActor, response_id: UUID) -> Response:
    """The questions as a workbook that can be mailed, without anything of ours."""
    held = service.response_of(session, actor=actor, response_id=response_id)
    facts = service.facts_of(session, held.access, request.app.state.settings.organisation)
    headers = {"Content-Disposition": f'attachment; filename="{held.access.response.key}.xlsx"'}
    return Response(workbook.write(held, facts), media_type=workbook.KIND, headers=headers)


@router.get("/questionnaires/sheets/{import_id}")
def show_columns(
    request: Request,
    session: Read,
    actor: CurrentActor,
    import_id: UUID,
    sheet: Place = None,
    header: Place = None,
) -> Response:
    """The sheet and a select for each part."""
    row = sheets.kept(session, actor=actor, import_id=import_id)
    chosen = sheets.choose(session, row, sheet, header)
    return render(request, views.columns_view(row, chosen, blank(views.form_values(chosen.columns))))


@router.post("/questionnaires/sheets/{import_id}")
def name_columns(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, import_id: UUID
) -> Response:
    """Keep what was said about the columns."""
    row = sheets.kept(session, actor=actor, import_id=import_id)

    def page(state: FormState) -> views.ColumnsPage:
        place = [forms.version_number(state.value(name)) for name in ("sheet", "header")]
        return views.columns_view(row, sheets.choose(session, row, *place), state)

    with rejecting(request, form, page):
        entry = forms.parse(ColumnsIn, form)
        sheets.name_columns(session, actor=actor, import_id=import_id, entry=entry)
    return htmx.redirect(request, f"{views.BASE}/{import_id}/preview")


@router.get("/questionnaires/sheets/{import_id}/preview")
def show_preview(request: Request, session: Read, actor: CurrentActor, import_id: UUID) -> Response:
    """What the file would become or change."""
    row = sheets.kept(session, actor=actor, import_id=import_id)
    return render(request, _preview(session, actor, row, blank({"title": row.name.rpartition(".")[0][:200]})))


def _preview(
    session: ReadSession, actor: Actor, row: SheetImport, form: FormState
) -> views.SheetDraftPage | views.SheetAnswersPage:
    if row.response_id is not None:
        found, notes = sheets.proposed(session, actor=actor, row=row)
        return views.answers_view(row, found, notes, form.nonce)
    body, notes = sheets.draft_of(row)
    return views.draft_view(row, body, notes, library.taxonomy(), form)


@router.post("/questionnaires/sheets/{import_id}/draft")
def make_draft(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, import_id: UUID
) -> Response:
    """Begin the draft."""
    row = sheets.kept(session, actor=actor, import_id=import_id)
    with rejecting(request, form, lambda state: _preview(session, actor, row, state)):
        entry = forms.parse(NewTemplateIn, form)
        made = sheets.make_draft(session, actor=actor, import_id=import_id, entry=entry)
    return htmx.redirect(request, base_of(made.key), toast=f"{made.title} is a draft now.")


@router.post("/questionnaires/sheets/{import_id}/answers")
def apply_answers(request: Request, session: Write, actor: CurrentActor, import_id: UUID) -> Response:
    """Write the answers down."""
    response_id = sheets.kept(session, actor=actor, import_id=import_id).response_id
    count = sheets.apply_answers(session, actor=actor, import_id=import_id)
    return htmx.redirect(request, f"/responses/{response_id}", toast=f"{count} answers were written down.")


@router.post("/questionnaires/sheets/{import_id}/discard")
def throw_away(request: Request, session: Write, actor: CurrentActor, import_id: UUID) -> Response:
    """Forget the file."""
    response_id = sheets.kept(session, actor=actor, import_id=import_id).response_id
    sheets.throw_away(session, actor=actor, import_id=import_id)
    address = f"/responses/{response_id}" if response_id else views.BASE
    return htmx.redirect(request, address, toast="The file is forgotten.")
