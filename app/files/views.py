"""Pages of this feature: a note or an upload on a page of its own, for a first try that was refused, and for edits."""

from dataclasses import dataclass
from typing import ClassVar

from app.files.models import Note
from app.files.service import NotesAndFiles
from app.files.service.panel import KINDS
from app.kit import htmx
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import Option


@dataclass(frozen=True, slots=True)
class NoteFormPage(Page):
    """Write or change one note."""

    template: ClassVar[str] = "files/note_form.html"

    form: FormState
    action: str
    kinds: tuple[Option, ...]
    subject_kind: str
    subject_id: str
    return_to: str


@dataclass(frozen=True, slots=True)
class AttachFormPage(Page):
    """Attach a file, after a first try was refused."""

    template: ClassVar[str] = "files/attach_form.html"

    form: FormState
    subject_kind: str
    subject_id: str
    return_to: str
    accepted: str


def local(url: str) -> str:
    """`url` when it is a page of ours, else the start page."""
    return url if htmx.is_local(url) else "/"


def new_note(state: FormState) -> NoteFormPage:
    """The refused new note."""
    return NoteFormPage(
        title="Add note",
        form=state,
        action="/notes",
        kinds=KINDS,
        subject_kind=state.value("subject_kind"),
        subject_id=state.value("subject_id"),
        return_to=local(state.value("return_to")),
    )


def edit_note(note: Note, return_to: str, state: FormState | None = None) -> NoteFormPage:
    """The form of a stored note, or the refused change of it."""
    values = {"kind": note.kind, "text": note.text}
    return NoteFormPage(
        title="Change note",
        form=state or blank(values, version=note.version),
        action=f"/notes/{note.id}/edit",
        kinds=KINDS,
        subject_kind=note.subject_kind,
        subject_id=str(note.subject_id),
        return_to=local(return_to),
    )


def attach(state: FormState, panel: NotesAndFiles) -> AttachFormPage:
    """The refused upload."""
    return AttachFormPage(
        title="Attach file",
        form=state,
        subject_kind=panel.subject_kind,
        subject_id=panel.subject_id,
        return_to=local(panel.return_to),
        accepted=panel.accepted,
    )
