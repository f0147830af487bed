"""Reading files, attachments and notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from app.audit.models import ActorName
from app.files.models import Attachment, File, Note
from app.files.subjects import Subject
from app.kit.db import ReadSession


@dataclass(frozen=True, slots=True)
class Attached:
    """An attachment with its file and the name of who added it ('' once erased)."""

    attachment: Attachment
    file: File
    added_by: str


@dataclass(frozen=True, slots=True)
class Written:
    """A note with its author's name ('' once erased)."""

    note: Note
    author: str


def names(session: ReadSession, ids: set[UUID]) -> dict[UUID, str]:
    """The names behind pseudonyms, as far as they are still kept."""
    if not ids:
        return {}
    rows = session.exec(select(ActorName).where(col(ActorName.actor_id).in_(ids))).all()
    return {row.actor_id: row.name for row in rows}


def attached(session: ReadSession, subject: Subject, *, purpose: str = "") -> list[Attached]:
    """What is attached now, newest first."""
    stmt = (
        select(Attachment, File)
        .join(File, col(File.id) == col(Attachment.file_id))
        .where(
            Attachment.subject_kind == subject.kind,
            Attachment.subject_id == subject.id,
            col(Attachment.removed_at).is_(None),
        )
        .order_by(col(Attachment.id).desc())
    )
    if purpose:
        stmt = stmt.where(Attachment.purpose == purpose)
    rows = session.exec(stmt).all()
    known = names(session, {attachment.added_by for attachment, _ in rows})
    return [Attached(attachment, file, known.get(attachment.added_by, "")) for attachment, file in rows]


def written(session: ReadSession, subject: Subject) -> list[Written]:
    """The notes that were not removed, newest first."""
    stmt = (
        select(Note)
        .where(
            Note.subject_kind == subject.kind, Note.subject_id == subject.id, col(Note.removed_at).is_(None)
        )
        .order_by(col(Note.id).desc())
    )
    rows = session.exec(stmt).all()
    known = names(session, {row.author_id for row in rows})
    return [Written(row, known.get(row.author_id, "")) for row in rows]


def subjects_of_file(session: ReadSession, file_id: UUID) -> Sequence[Subject]:
    """Where a file is attached now."""
    stmt = select(Attachment.subject_kind, Attachment.subject_id).where(
        Attachment.file_id == file_id, col(Attachment.removed_at).is_(None)
    )
    return [Subject(kind, key) for kind, key in session.exec(stmt.distinct()).all()]


def same_attachment(
    session: ReadSession, subject: Subject, purpose: str, digest: str, name: str
) -> Attachment | None:
    """A live attachment of equal content and name, for somebody who sends it again."""
    stmt = (
        select(Attachment)
        .join(File, col(File.id) == col(Attachment.file_id))
        .where(
            Attachment.subject_kind == subject.kind,
            Attachment.subject_id == subject.id,
            Attachment.purpose == purpose,
            col(Attachment.removed_at).is_(None),
            File.digest == digest,
            File.name == name,
        )
    )
    return session.exec(stmt.limit(1)).first()


def totals(session: ReadSession) -> tuple[int, int]:
    """Number of distinct contents and their bytes together."""
    contents = (
        sa.select(col(File.digest), sa.func.max(File.size).label("size"))
        .group_by(col(File.digest))
        .subquery()
    )
    row = session.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(contents.c.size), 0))).one()
    return int(row[0]), int(row[1])
