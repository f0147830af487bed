"""Files and attachments: the verbs.

A file travels in three steps: `store_upload` puts the content on disk and judges it, before any session has
begun (hashing and fsync may not hold the write slot); `store` makes the row; `attach_file` hangs it on a subject.
In a route the first step is done by a parameter, see `receiving`.
"""

from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from app.audit import service as audit
from app.core.errors import Forbidden, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.files import content, queries
from app.files.kinds import Purpose
from app.files.models import Attachment, File
from app.files.queries import Attached
from app.files.subjects import Subject, may_read, panel_roles
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.kit.storage import LocalStore


@dataclass(frozen=True, slots=True)
class Upload:
    """Content that lies on disk and was judged, and has no row yet."""

    name: str
    media_type: str
    digest: str
    size: int


def store_upload(
    contents: LocalStore,
    stream: BinaryIO,
    sent_name: str,
    *,
    purpose: Purpose,
    limit: int,
    field: str = "file",
) -> Upload:
    """Judge `stream` (seekable) by its content and put it on disk; takes no session, call it before one begins.

    Reads the stream once for the disk and its first 256 KB for the type. Raises `Invalid` at `field` for an empty
    file, a type the purpose does not take, or more than `limit` bytes. What no row names later is an orphan.
    """
    name = content.display_name(sent_name)
    kind = content.media_type(stream)
    if kind == "application/x-empty" or not stream.read(1):
        raise _refused(field, f"{name} is empty. Choose the file again, or check how it was saved.")
    stream.seek(0)
    remedy = content.refusal(kind, purpose)
    if remedy:
        raise _refused(field, f"{name}: {remedy}")
    try:
        stored = contents.put(stream, limit)
    except Invalid as failure:
        raise _refused(field, f"{name}: {failure.problems[0].message}") from None
    return Upload(name, kind, stored.digest, stored.size)


def _refused(field: str, message: str) -> Invalid:
    return Invalid("file.refused", [Problem(field, message)])


def store(session: WriteSession, *, actor: Actor, upload: Upload) -> File:
    """The row of an upload, for a feature that refers to the file itself; only its uploader may read it until it
    is attached."""
    row = File(
        digest=upload.digest,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        created_by=actor.id,
    )
    session.add(row)
    session.flush()
    facts = {"digest": row.digest, "media_type": row.media_type, "size": row.size}  # a name may name a person
    audit.record(session, actor, "files.file.stored", ("file", row.id), after=facts)
    return row


def attach_file(
    session: WriteSession,
    *,
    actor: Actor,
    subject: Subject,
    file: Upload | File,
    purpose: Purpose = Purpose.EVIDENCE,
) -> Attachment:
    """Hang a file on a subject; the same content under the same name again changes nothing.

    Raises `NotFound` when the actor may not see the subject, `Forbidden` without the right to add files.
    """
    actor.require(Action.FILE_ADD, panel=panel_roles(session, actor, subject))
    there = queries.same_attachment(session, subject, purpose, file.digest, file.name)
    if there is not None:
        return there
    row = file if isinstance(file, File) else store(session, actor=actor, upload=file)
    attachment = Attachment(
        subject_kind=subject.kind,
        subject_id=subject.id,
        purpose=purpose.value,
        file_id=row.id,
        added_by=actor.id,
    )
    session.add(attachment)
    session.flush()
    after = {"subject": [subject.kind, subject.id], "purpose": purpose, "file": row.id, "digest": row.digest}
    audit.record(session, actor, "files.attachment.added", ("attachment", attachment.id), after=after)
    return attachment


def remove_attachment(session: WriteSession, *, actor: Actor, attachment_id: UUID) -> Attachment:
    """Take a file off its subject; `restore_attachment` undoes it. For who added it, and for leads."""
    row = _attachment(session, actor, attachment_id, changing=True)
    if row.removed_at is None:
        row.removed_at = clock.now()
        audit.record(session, actor, "files.attachment.removed", ("attachment", row.id))
    return row


def restore_attachment(session: WriteSession, *, actor: Actor, attachment_id: UUID) -> Attachment:
    """Undo `remove_attachment`."""
    row = _attachment(session, actor, attachment_id, changing=True)
    if row.removed_at is not None:
        row.removed_at = None
        audit.record(session, actor, "files.attachment.restored", ("attachment", row.id))
    return row


def find_attachment(session: ReadSession, *, actor: Actor, attachment_id: UUID) -> Attached:
    """An attachment, removed or not, with its file. Raises `NotFound` when the subject is not the actor's to see."""
    row = _attachment(session, actor, attachment_id, changing=False)
    known = queries.names(session, {row.added_by})
    return Attached(row, session.get_one(File, row.file_id), known.get(row.added_by, ""))


def _attachment(session: ReadSession, actor: Actor, attachment_id: UUID, *, changing: bool) -> Attachment:
    row = session.get(Attachment, attachment_id)
    subject = Subject(row.subject_kind, row.subject_id) if row else None
    if row is None or subject is None or not may_read(session, actor, subject):
        raise NotFound("file.not_found", "This file is not there, or it is not yours to see.")
    if changing:
        require_own(session, actor, subject, row.added_by, Action.FILE_ADD)
    return row


def require_own(session: ReadSession, actor: Actor, subject: Subject, owner: UUID, action: Action) -> None:
    """Let the one who added something pass, and leads; raise `Forbidden` for others."""
    panel = panel_roles(session, actor, subject)
    actor.require(action, panel=panel)
    if owner != actor.id and not actor.may(Action.EVALUATION_EDIT, panel=panel):
        raise Forbidden("subject.not_own", "Only who added this, or a lead, may remove it. Ask one of them.")


def attachments_of(
    session: ReadSession, *, actor: Actor, subject: Subject, purpose: Purpose | None = None
) -> list[Attached]:
    """The files on a subject, newest first. Raises `NotFound` when it is not the actor's to see."""
    panel_roles(session, actor, subject)
    return queries.attached(session, subject, purpose=purpose.value if purpose else "")


def find_file(session: ReadSession, *, actor: Actor, file_id: UUID) -> File:
    """A file that the actor may read: attached to something he may see, or stored by himself.

    Raises `NotFound` otherwise, without telling whether it exists.
    """
    row = session.get(File, file_id)
    if row is not None:
        on = queries.subjects_of_file(session, file_id)
        if row.created_by == actor.id or any(may_read(session, actor, subject) for subject in on):
            return row
    raise NotFound("file.not_found", "This file is not there, or it is not yours to see.")
