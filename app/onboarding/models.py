"""The onboarding of a chosen vendor and its tasks."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.core.permissions import Role
from app.kit.columns import Versioned, document, enum_text, moment


class Tier(StrEnum):
    """How much of the checklist applies: enough for one person, or all of it."""

    CORE = "core"
    FULL = "full"


class OnboardingState(StrEnum):
    """Where an onboarding stands; that it is ready follows from its tasks and is never stored."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    CANCELLED = "cancelled"


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DOING = "doing"
    DONE = "done"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"


class Blocks(StrEnum):
    """What may not happen while a task is open."""

    DATA = "data"
    SIGNATURE = "signature"
    KICKOFF = "kickoff"
    PRODUCTION = "production"
    NONE = "none"


class Onboarding(Versioned, table=True):
    """What has to be settled before and after one vendor starts.

    `body` is the checklist as it was at the start, `digest` its SHA-256; `holidays` are ISO dates on which
    nothing is due.
    """

    __tablename__ = "onboarding"

    candidate_id: UUID = Field(foreign_key="candidate.id", unique=True, ondelete="CASCADE")
    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    checklist: str = Field(max_length=80)
    checklist_version: int
    digest: str = Field(max_length=64)
    body: dict[str, Any] = document()
    tier: Tier = Field(sa_type=enum_text(Tier))
    kickoff: date
    holidays: list[str] = document(default_factory=list)
    time_zone: str = Field(max_length=60)
    state: OnboardingState = Field(default=OnboardingState.PLANNED, sa_type=enum_text(OnboardingState))
    reason: str = Field(default="", max_length=1000)
    created_by: UUID


class OnboardingTask(Versioned, table=True):
    """One thing to settle. `day` counts calendar days from kickoff; `planned_due` is the date that follows from
    it, `due` the one that holds; `wanted` names the evidence the checklist asks for, `evidence` is what was given.
    """

    __tablename__ = "task"
    __table_args__ = (sa.UniqueConstraint("onboarding_id", "key"),)

    onboarding_id: UUID = Field(foreign_key="onboarding.id", ondelete="CASCADE")
    key: str = Field(max_length=80)
    is_own: bool = Field(default=False)
    position: int
    stage: str = Field(max_length=80)
    title: str = Field(max_length=300)
    owner_role: Role = Field(sa_type=enum_text(Role))
    owner_id: UUID | None = Field(default=None, index=True)
    day: int
    due: date
    planned_due: date
    blocks: Blocks = Field(default=Blocks.NONE, sa_type=enum_text(Blocks))
    wanted: str = Field(default="", max_length=300)
    state: TaskState = Field(default=TaskState.OPEN, sa_type=enum_text(TaskState))
    reason: str = Field(default="", max_length=1000)
    waived_until: date | None = Field(default=None)
    evidence: str = Field(default="", max_length=4000)
    done_at: datetime | None = moment(default=None)
    done_by: UUID | None = Field(default=None)
    removed_at: datetime | None = moment(default=None)
