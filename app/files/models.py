"""Uploaded files, where they are attached, and notes: all hang on a subject, named by kind and id."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.files.kinds import NoteKind
from app.kit.columns import Row, Versioned, big_integer, enum_text, moment


class File(Row, table=True):
    """One upload; equal uploads share the content on disk, named by `digest`. Never changed."""

    __tablename__ = "file"

    digest: str = Field(max_length=64, index=True)
    name: str = Field(max_length=150)  # for display and download; never a path
    media_type: str = Field(max_length=120)  # by content, not by the sender's word
    size: int = Field(sa_type=big_integer())
    created_by: UUID


class Attachment(Row, table=True):
    """A file on a subject, for a purpose; removing keeps the row, so that it can be undone."""

    __tablename__ = "attachment"
    __table_args__ = (sa.Index("ix_attachment_subject", "subject_kind", "subject_id"),)

    subject_kind: str = Field(max_length=40)
    subject_id: UUID
    purpose: str = Field(max_length=40)
    file_id: UUID = Field(foreign_key="file.id", index=True, ondelete="RESTRICT")
    added_by: UUID
    removed_at: datetime | None = moment(default=None)


class Note(Versioned, table=True):
    """A note, call or mail kept on a subject; plain text."""

    __tablename__ = "note"
    __table_args__ = (sa.Index("ix_note_subject", "subject_kind", "subject_id"),)

    subject_kind: str = Field(max_length=40)
    subject_id: UUID
    kind: NoteKind = Field(default=NoteKind.NOTE, sa_type=enum_text(NoteKind))
    text: str
    author_id: UUID
    edited_at: datetime | None = moment(default=None)
    removed_at: datetime | None = moment(default=None)
