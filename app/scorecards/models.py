"""Own scorecards: drafts, and published versions that never change again."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.kit.columns import Versioned, document, enum_text, moment


class ScorecardState(StrEnum):
    """A draft can be edited, a published version is frozen."""

    DRAFT = "draft"
    PUBLISHED = "published"


class ScorecardVersion(Versioned, table=True):
    """One version of an own scorecard; shipped ones are files of the library and have no row.

    `text` is the YAML as typed, with its comments; `body` and `digest` are its canonical form. A retired
    version, or a discarded draft, is kept and can be restored; nobody is offered it.
    """

    __tablename__ = "scorecard_version"
    __table_args__ = (sa.UniqueConstraint("key", "number"),)

    key: str = Field(max_length=64, index=True)
    number: int
    name: str = Field(max_length=160)
    text: str
    body: dict[str, Any] = document()
    digest: str = Field(max_length=64)
    state: ScorecardState = Field(default=ScorecardState.DRAFT, sa_type=enum_text(ScorecardState))
    based_on: str = Field(default="", max_length=100)
    created_by: UUID
    published_at: datetime | None = moment(default=None)
    retired_at: datetime | None = moment(default=None)
