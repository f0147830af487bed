"""Input of the verbs and answers of the API."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from app.files.kinds import NoteKind

NoteText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]


class NoteIn(BaseModel):
    """What a person writes down: a note, or what was said in a call or a mail."""

    model_config = ConfigDict(extra="forbid")

    kind: NoteKind = NoteKind.NOTE
    text: NoteText


class NoteNew(NoteIn):
    """A note and the subject it belongs to, such as `candidate` and its id."""

    subject_kind: str
    subject_id: UUID


class NoteOut(BaseModel):
    """A note as stored; `version` is its ETag, `author` is empty once the person was erased."""

    id: UUID
    version: int
    subject_kind: str
    subject_id: UUID
    kind: NoteKind
    text: str
    author_id: UUID
    author: str
    created_at: datetime
    edited_at: datetime | None
    removed_at: datetime | None


class FileOut(BaseModel):
    """An attached file; `id` names the attachment, `href` is where the content is read."""

    id: UUID
    file_id: UUID
    subject_kind: str
    subject_id: UUID
    purpose: str
    name: str
    media_type: str
    size: int
    digest: str
    added_by: UUID
    added_at: datetime
    removed_at: datetime | None
    href: str
