"""Notes, calls and mails kept on a subject: the verbs."""

from uuid import UUID

from app.audit import service as audit
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.permissions import Action
from app.files import queries
from app.files.models import Note
from app.files.queries import Written
from app.files.schemas import NoteIn
from app.files.service.files import require_own
from app.files.subjects import Subject, may_read, panel_roles
from app.kit import canonical, clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged


def add_note(session: WriteSession, *, actor: Actor, subject: Subject, entry: NoteIn) -> Note:
    """Write a note, call or mail down on a subject."""
    actor.require(Action.NOTE_WRITE, panel=panel_roles(session, actor, subject))
    row = Note(
        subject_kind=subject.kind,
        subject_id=subject.id,
        kind=entry.kind,
        text=entry.text,
        author_id=actor.id,
    )
    session.add(row)
    session.flush()
    after = {"subject": [subject.kind, subject.id], **_facts(row)}
    audit.record(session, actor, "files.note.added", ("note", row.id), after=after)
    return row


def _facts(row: Note) -> dict[str, object]:
    return {"kind": row.kind, "text_digest": canonical.digest(row.text)}  # the text may name people


def edit_note(
    session: WriteSession, *, actor: Actor, note_id: UUID, entry: NoteIn, seen: int | None = None
) -> Note:
    """Change one's own note. Raises `Conflict` with both texts when it changed since version `seen`."""
    row = find_note(session, actor=actor, note_id=note_id)
    actor.require(Action.NOTE_WRITE, panel=panel_roles(session, actor, _subject(row)))
    if row.author_id != actor.id:
        raise Forbidden("note.not_own", "Only its author may change a note. Add one of your own instead.")
    if row.removed_at is not None:
        raise Conflict("note.removed", "This note was removed. Restore it first, then change it.")
    unchanged(row, seen, {"kind": entry.kind.value, "text": entry.text})
    before = _facts(row)
    row.kind, row.text = entry.kind, entry.text
    if _facts(row) != before:
        row.edited_at = clock.now()
        audit.record(session, actor, "files.note.edited", ("note", row.id), before=before, after=_facts(row))
        session.flush()
    return row


def remove_note(session: WriteSession, *, actor: Actor, note_id: UUID) -> Note:
    """Take a note away; `restore_note` undoes it. For its author, and for leads."""
    return _set_removed(session, actor, note_id, removed=True)


def restore_note(session: WriteSession, *, actor: Actor, note_id: UUID) -> Note:
    """Undo `remove_note`."""
    return _set_removed(session, actor, note_id, removed=False)


def _set_removed(session: WriteSession, actor: Actor, note_id: UUID, *, removed: bool) -> Note:
    row = find_note(session, actor=actor, note_id=note_id)
    require_own(session, actor, _subject(row), row.author_id, Action.NOTE_WRITE)
    if (row.removed_at is not None) != removed:
        row.removed_at = clock.now() if removed else None
        session.flush()
        verb = "removed" if removed else "restored"
        audit.record(session, actor, f"files.note.{verb}", ("note", row.id))
    return row


def find_note(session: ReadSession, *, actor: Actor, note_id: UUID) -> Note:
    """A note, removed or not. Raises `NotFound` when its subject is not the actor's to see."""
    row = session.get(Note, note_id)
    if row is None or not may_read(session, actor, _subject(row)):
        raise NotFound("note.not_found", "This note is not there, or it is not yours to see.")
    return row


def notes_of(session: ReadSession, *, actor: Actor, subject: Subject) -> list[Written]:
    """The notes on a subject, newest first. Raises `NotFound` when it is not the actor's to see."""
    panel_roles(session, actor, subject)
    return queries.written(session, subject)


def author_name(session: ReadSession, note: Note) -> str:
    """Who wrote a note, '' once the person was erased."""
    return queries.names(session, {note.author_id}).get(note.author_id, "")


def _subject(note: Note) -> Subject:
    return Subject(note.subject_kind, note.subject_id)
