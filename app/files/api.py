"""Notes and files for programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from app.files import service
from app.files.download import content_response
from app.files.models import File, Note
from app.files.queries import Attached
from app.files.schemas import FileOut, NoteIn, NoteNew, NoteOut
from app.files.service import ReceivedEvidence, Subject
from app.kit.actors import CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.requests import Read, Write

router = APIRouter(prefix="/api/v1", tags=["notes and files"])


def _subject(
    subject_kind: Annotated[str, Query(max_length=40, description="Such as candidate or vendor.")],
    subject_id: UUID,
) -> Subject:
    return Subject(subject_kind, subject_id)


OnSubject = Annotated[Subject, Depends(_subject)]


def _note(session: ReadSession, note: Note) -> NoteOut:
    return NoteOut(**note.model_dump(), author=service.author_name(session, note))


def _file(found: Attached) -> FileOut:
    attachment, file = found.attachment, found.file
    return FileOut(
        id=attachment.id,
        file_id=file.id,
        subject_kind=attachment.subject_kind,
        subject_id=attachment.subject_id,
        purpose=attachment.purpose,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        digest=file.digest,
        added_by=attachment.added_by,
        added_at=attachment.created_at,
        removed_at=attachment.removed_at,
        href=f"/api/v1/files/{attachment.id}/content",
    )


@router.get("/notes")
def list_notes(session: Read, actor: CurrentActor, subject: OnSubject) -> list[NoteOut]:
    """The notes on one subject, newest first."""
    found = service.notes_of(session, actor=actor, subject=subject)
    return [NoteOut(**item.note.model_dump(), author=item.author) for item in found]


@router.post("/notes", status_code=201, response_model=NoteOut)
def add_note(session: Write, request: Request, actor: CurrentActor, entry: NoteNew) -> Response:
    """Write a note, call or mail down on a subject."""
    subject = Subject(entry.subject_kind, entry.subject_id)
    note = service.add_note(
        session, actor=actor, subject=subject, entry=NoteIn(kind=entry.kind, text=entry.text)
    )
    return created(request, _note(session, note), f"/api/v1/notes/{note.id}")


@router.get("/notes/{note_id}")
def get_note(session: Read, actor: CurrentActor, note_id: UUID) -> NoteOut:
    """One note, removed or not."""
    return _note(session, service.find_note(session, actor=actor, note_id=note_id))


@router.put("/notes/{note_id}", response_model=NoteOut)
def edit_note(
    session: Write, request: Request, actor: CurrentActor, note_id: UUID, entry: NoteIn, seen: IfMatch
) -> Response:
    """Change one's own note; send the ETag as If-Match to notice a change by somebody else."""
    note = service.edit_note(session, actor=actor, note_id=note_id, entry=entry, seen=seen)
    return done(request, _note(session, note))


@router.delete("/notes/{note_id}", response_model=NoteOut)
def remove_note(session: Write, request: Request, actor: CurrentActor, note_id: UUID) -> Response:
    """Remove a note; it can be restored."""
    return done(request, _note(session, service.remove_note(session, actor=actor, note_id=note_id)))


@router.post("/notes/{note_id}/restore", response_model=NoteOut)
def restore_note(session: Write, request: Request, actor: CurrentActor, note_id: UUID) -> Response:
    """Undo the removal of a note."""
    return done(request, _note(session, service.restore_note(session, actor=actor, note_id=note_id)))


@router.get("/files")
def list_files(session: Read, actor: CurrentActor, subject: OnSubject) -> list[FileOut]:
    """The files attached to one subject, newest first."""
    return [_file(item) for item in service.attachments_of(session, actor=actor, subject=subject)]


@router.post(
    "/files",
    status_code=201,
    response_model=FileOut,
    openapi_extra={
        "requestBody": {
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["subject_kind", "subject_id", "file"],
                        "properties": {
                            "subject_kind": {"type": "string"},
                            "subject_id": {"type": "string", "format": "uuid"},
                            "file": {"type": "string", "format": "binary"},
                        },
                    }
                }
            }
        }
    },
)
def attach_file(
    received: ReceivedEvidence,
    session: Write,
    request: Request,
    actor: CurrentActor,
    subject_kind: Annotated[str, Form(max_length=40)],
    subject_id: Annotated[UUID, Form()],
) -> Response:
    """Attach one file, sent as multipart/form-data, to a subject."""
    subject = Subject(subject_kind, subject_id)
    attachment = service.attach_file(session, actor=actor, subject=subject, file=received.one("file"))
    found = service.find_attachment(session, actor=actor, attachment_id=attachment.id)
    return created(request, _file(found), f"/api/v1/files/{attachment.id}")


@router.get("/files/{attachment_id}")
def get_file(session: Read, actor: CurrentActor, attachment_id: UUID) -> FileOut:
    """What is known of one attached file, removed or not."""
    return _file(service.find_attachment(session, actor=actor, attachment_id=attachment_id))


def _content(session: Read, actor: CurrentActor, attachment_id: UUID) -> File:
    found = service.find_attachment(session, actor=actor, attachment_id=attachment_id)
    return service.find_file(session, actor=actor, file_id=found.file.id)


@router.get("/files/{attachment_id}/content", response_class=Response)
def download_file(request: Request, file: Annotated[File, Depends(_content, scope="function")]) -> Response:
    """The content of an attached file, as a download."""
    return content_response(request, file)


@router.delete("/files/{attachment_id}", response_model=FileOut)
def remove_file(session: Write, request: Request, actor: CurrentActor, attachment_id: UUID) -> Response:
    """Take a file off its subject; it can be restored."""
    service.remove_attachment(session, actor=actor, attachment_id=attachment_id)
    return done(request, _file(service.find_attachment(session, actor=actor, attachment_id=attachment_id)))


@router.post("/files/{attachment_id}/restore", response_model=FileOut)
def restore_file(session: Write, request: Request, actor: CurrentActor, attachment_id: UUID) -> Response:
    """Undo the removal of a file."""
    service.restore_attachment(session, actor=actor, attachment_id=attachment_id)
    return done(request, _file(service.find_attachment(session, actor=actor, attachment_id=attachment_id)))
