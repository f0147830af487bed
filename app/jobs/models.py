"""The one table of jobs."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.kit.columns import Row, document, enum_text, moment


class JobState(StrEnum):
    """Where a job stands: waiting, being worked on, finished, or given up with its error kept."""

    TODO = "todo"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


class Job(Row, table=True):
    """One piece of work. Bookkeeping of the machine: what a job does is audited, the job itself is not."""

    __tablename__ = "job"
    __table_args__ = (sa.Index("ix_job_due", "state", "run_at"),)

    task: str = Field(max_length=80)
    args: dict[str, Any] = document(default_factory=dict)  # emptied when done: it may hold addresses or links
    run_at: datetime = moment()
    attempts: int = 0
    lease_until: datetime | None = moment(default=None)
    leased_by: str = Field(default="", max_length=64)  # a fresh token per claim
    state: JobState = Field(default=JobState.TODO, sa_type=enum_text(JobState))
    error: str = ""
    dedupe: str | None = Field(default=None, max_length=200, unique=True)
    progress: int = 0  # percent
    note: str = Field(default="", max_length=300)
    done_at: datetime | None = moment(default=None)


class MailState(StrEnum):
    """How far a mail came: waiting, taken by the mail server, refused for good, or come back."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"


class OutgoingMail(Row, table=True):
    """A mail on its way, and what became of it, for the page it was sent from. Its text goes once it was sent."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (sa.Index("ix_outgoing_mail_subject", "subject_kind", "subject_id"),)

    subject_kind: str = Field(default="", max_length=40)
    subject_id: UUID | None = Field(default=None)
    purpose: str = Field(default="", max_length=40)
    to: str = Field(max_length=254)
    subject: str = Field(max_length=300)
    text: str = Field(default="")
    html: str = Field(default="")
    calendar: str = Field(default="")
    state: MailState = Field(default=MailState.QUEUED, sa_type=enum_text(MailState))
    error: str = Field(default="", max_length=500)
    sent_at: datetime | None = moment(default=None)
