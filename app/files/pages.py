"""Routes of the panel that other pages include, and the download."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData

from app.core.errors import Invalid, NotFound, Problem
from app.core.permissions import Action
from app.files import service, views
from app.files.download import content_response
from app.files.models import File
from app.files.schemas import NoteIn
from app.files.service import ReceivedEvidence, Subject
from app.kit import forms, htmx
from app.kit.actors import CurrentActor
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Toast

router = APIRouter(include_in_schema=False)
ReturnTo = Annotated[str, Query(max_length=500)]


def _subject(form: FormData) -> Subject:
    kind, key = form.get("subject_kind"), form.get("subject_id")
    try:
        return Subject(str(kind), UUID(str(key)))
    except ValueError:
        raise NotFound("subject.not_found", "There is no such subject, or it is not yours to see.") from None


def _back(form: FormData, given: str = "") -> str:
    value = form.get("return_to") or given
    return views.local(value if isinstance(value, str) else "")


@router.post("/notes")
def add_note(session: Write, request: Request, actor: CurrentActor, form: RawForm) -> Response:
    """Add a note from the panel."""
    subject = _subject(form)
    with forms.rejecting(request, form, views.new_note):
        entry = forms.parse(NoteIn, form)
        service.add_note(session, actor=actor, subject=subject, entry=entry)
    return htmx.redirect(request, _back(form), toast="Note added.")


@router.get("/notes/{note_id}/edit")
def show_note(
    session: Read, request: Request, actor: CurrentActor, note_id: UUID, return_to: ReturnTo = "/"
) -> Response:
    """The form of one's own note."""
    note = service.find_note(session, actor=actor, note_id=note_id)
    actor.require(
        Action.NOTE_WRITE,
        panel=service.panel_roles(session, actor, Subject(note.subject_kind, note.subject_id)),
    )
    return render(request, views.edit_note(note, return_to))


@router.post("/notes/{note_id}/edit")
def edit_note(
    session: Write, request: Request, actor: CurrentActor, form: RawForm, note_id: UUID
) -> Response:
    """Store the changed note."""
    note = service.find_note(session, actor=actor, note_id=note_id)
    with forms.rejecting(request, form, lambda state: views.edit_note(note, _back(form), state)):
        entry = forms.parse(NoteIn, form)
        service.edit_note(session, actor=actor, note_id=note_id, entry=entry, seen=forms.seen_version(form))
    return htmx.redirect(request, _back(form), toast="Note changed.")


@router.post("/notes/{note_id}/remove")
def remove_note(
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    note_id: UUID,
    return_to: ReturnTo = "",
) -> Response:
    """Remove a note; the toast undoes it."""
    service.remove_note(session, actor=actor, note_id=note_id)
    back = _back(form, return_to)
    undo = Toast("Note removed.", undo_url=f"/notes/{note_id}/restore?return_to={quote(back, safe='')}")
    return htmx.redirect(request, back, toast=undo)


@router.post("/notes/{note_id}/restore")
def restore_note(
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    note_id: UUID,
    return_to: ReturnTo = "",
) -> Response:
    """Undo the removal of a note."""
    service.restore_note(session, actor=actor, note_id=note_id)
    return htmx.redirect(request, _back(form, return_to), toast="Note restored.")


@router.post("/files/attach")
def attach(
    received: ReceivedEvidence, session: Write, request: Request, actor: CurrentActor, form: RawForm
) -> Response:
    """Attach files from the panel."""
    subject, back = _subject(form), _back(form)
    panel = service.notes_and_files(session, actor=actor, subject=subject, return_to=back)
    with forms.rejecting(request, form, lambda state: views.attach(state, panel)):
        uploads = received.several("file")
        if not uploads:
            raise Invalid("file.missing", [Problem("file", "Choose a file.")])
        for upload in uploads:
            service.attach_file(session, actor=actor, subject=subject, file=upload)
    told = "File attached." if len(uploads) == 1 else f"{len(uploads)} files attached."
    return htmx.redirect(request, back, toast=told)


@router.post("/files/attachments/{attachment_id}/remove")
def remove_attachment(
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    attachment_id: UUID,
    return_to: ReturnTo = "",
) -> Response:
    """Take a file off its subject; the toast undoes it."""
    service.remove_attachment(session, actor=actor, attachment_id=attachment_id)
    back = _back(form, return_to)
    url = f"/files/attachments/{attachment_id}/restore?return_to={quote(back, safe='')}"
    return htmx.redirect(request, back, toast=Toast("File removed.", undo_url=url))


@router.post("/files/attachments/{attachment_id}/restore")
def restore_attachment(
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    attachment_id: UUID,
    return_to: ReturnTo = "",
) -> Response:
    """Undo the removal of a file."""
    service.restore_attachment(session, actor=actor, attachment_id=attachment_id)
    return htmx.redirect(request, _back(form, return_to), toast="File restored.")


def _found(session: Read, actor: CurrentActor, file_id: UUID) -> File:
    return service.find_file(session, actor=actor, file_id=file_id)


@router.get("/files/{file_id}/{name}")
def download(request: Request, file: Annotated[File, Depends(_found, scope="function")]) -> Response:
    """The content, always as a download; the last part of the address is decoration."""
    return content_response(request, file)
