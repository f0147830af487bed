"""Notes and files as a part of any subject's page: `templates/files/_notes_and_files.html` shows it."""

from dataclasses import dataclass
from urllib.parse import quote

from app.core.permissions import Action
from app.files import content, queries
from app.files.kinds import NoteKind, Purpose
from app.files.models import File
from app.files.queries import Attached, Written
from app.files.subjects import Subject, panel_roles
from app.kit import wording
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank
from app.kit.ui import FileRow, Option

KINDS = (
    Option(NoteKind.NOTE.value, "Note"),
    Option(NoteKind.CALL.value, "Call"),
    Option(NoteKind.MAIL.value, "Mail"),
)
_LABELS = {option.value: option.label for option in KINDS}


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note as shown; an empty URL hides its button."""

    who: str
    kind: str
    when: str
    at: str
    text: str
    edit_url: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class NotesAndFiles:
    """The panel: what hangs on a subject, and the two forms for whoever may add."""

    notes: tuple[NoteLine, ...]
    files: tuple[FileRow, ...]
    subject_kind: str
    subject_id: str
    return_to: str
    form: FormState
    kinds: tuple[Option, ...]
    accepted: str
    may_note: bool
    may_attach: bool


def href(file: File) -> str:
    """Where a file is downloaded."""
    return f"/files/{file.id}/{quote(file.name, safe='')}"


def notes_and_files(session: ReadSession, *, actor: Actor, subject: Subject, return_to: str) -> NotesAndFiles:
    """The panel of a subject, for a page at the local address `return_to`.

    Put it into the page's dataclass as `panel: NotesAndFiles` and write in the template:
    `{% import "files/_notes_and_files.html" as files %}` and `{{ files.panel(page.panel) }}`.
    Raises `NotFound` when the subject is not the actor's to see.
    """
    panel = panel_roles(session, actor, subject)
    leads = actor.may(Action.EVALUATION_EDIT, panel=panel)
    may_note = actor.may(Action.NOTE_WRITE, panel=panel)
    may_attach = actor.may(Action.FILE_ADD, panel=panel)
    back = "?return_to=" + quote(return_to, safe="")
    notes = queries.written(session, subject)
    files = queries.attached(session, subject)
    return NotesAndFiles(
        notes=tuple(
            _line(item, back, own=may_note and item.note.author_id == actor.id, leads=may_note and leads)
            for item in notes
        ),
        files=tuple(
            _row(item, back, removable=may_attach and (leads or item.attachment.added_by == actor.id))
            for item in files
        ),
        subject_kind=subject.kind,
        subject_id=str(subject.id),
        return_to=return_to,
        form=blank({"kind": NoteKind.NOTE}),
        kinds=KINDS,
        accepted=content.ACCEPTED[Purpose.EVIDENCE],
        may_note=may_note,
        may_attach=may_attach,
    )


def _line(item: Written, back: str, *, own: bool, leads: bool) -> NoteLine:
    note = item.note
    when = wording.moment(note.created_at) + (", edited" if note.edited_at else "")
    return NoteLine(
        who=item.author or "Somebody who was erased",
        kind=_LABELS[note.kind.value],
        when=when,
        at=note.created_at.isoformat(),
        text=note.text,
        edit_url=f"/notes/{note.id}/edit{back}" if own else "",
        remove_url=f"/notes/{note.id}/remove{back}" if own or leads else "",
    )


def _row(item: Attached, back: str, *, removable: bool) -> FileRow:
    by = f" by {item.added_by}" if item.added_by else ""
    return FileRow(
        name=item.file.name,
        href=href(item.file),
        size=wording.size(item.file.size),
        note=f"added {wording.day(item.attachment.created_at)}{by}",
        remove_url=f"/files/attachments/{item.attachment.id}/remove{back}" if removable else "",
    )
