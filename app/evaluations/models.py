"""One buying decision: its need, panel, candidates, journey and search log."""

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.kit.columns import Row, Versioned, document, enum_text


class Governance(StrEnum):
    """Which controls an evaluation applies; the memo prints which were on."""

    SOLO = "solo"
    TEAM = "team"
    FORMAL = "formal"


class EvaluationState(StrEnum):
    """Whether the decision is still open."""

    OPEN = "open"
    DECIDED = "decided"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """How far a candidate has come."""

    LONGLIST = "longlist"
    CONTACTED = "contacted"
    DISCOVERY = "discovery"
    SHORTLIST = "shortlist"
    PILOT = "pilot"
    FINALIST = "finalist"
    SELECTED = "selected"
    RESERVE = "reserve"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OUT = frozenset({Stage.DECLINED, Stage.WITHDRAWN})


class StepName(StrEnum):
    """The journey, in order."""

    NEED = "need"
    SEARCH = "search"
    DISCOVERY = "discovery"
    SHORTLIST = "shortlist"
    PILOT = "pilot"
    SCORES = "scores"
    RESULT = "result"
    DECISION = "decision"
    ONBOARDING = "onboarding"


class StepState(StrEnum):
    """Where a step stands."""

    TODO = "todo"
    CURRENT = "current"
    DONE = "done"
    SKIPPED = "skipped"


class Evaluation(Versioned, table=True):
    """One buying decision. `number` is printed as EV-0007; `need` is a `NeedIn` document."""

    __tablename__ = "evaluation"

    number: int = Field(unique=True)
    name: str = Field(max_length=160)
    state: EvaluationState = Field(default=EvaluationState.OPEN, sa_type=enum_text(EvaluationState))
    governance: Governance = Field(default=Governance.TEAM, sa_type=enum_text(Governance))
    time_zone: str = Field(default="UTC", max_length=60)
    decide_by: date | None = Field(default=None)
    need: dict[str, Any] = document(default_factory=dict)
    created_by: UUID
    is_demo: bool = Field(default=False)

    @property
    def label(self) -> str:
        """The number as people say it."""
        return f"EV-{self.number:04d}"


class PanelMember(Row, table=True):
    """A person's roles in one evaluation."""

    __tablename__ = "panel_member"
    __owner__: ClassVar[tuple[str, str]] = ("evaluation", "evaluation_id")
    __table_args__ = (sa.UniqueConstraint("evaluation_id", "user_id"),)

    evaluation_id: UUID = Field(foreign_key="evaluation.id", ondelete="CASCADE")
    user_id: UUID = Field(index=True)
    roles: list[str] = document(default_factory=list)


class Candidate(Versioned, table=True):
    """A vendor in an evaluation. `code` hides its name from people who score blind."""

    __tablename__ = "candidate"
    __table_args__ = (
        sa.UniqueConstraint("evaluation_id", "vendor_id"),
        sa.UniqueConstraint("evaluation_id", "code"),
    )

    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    vendor_id: UUID = Field(foreign_key="vendor.id", index=True, ondelete="RESTRICT")
    code: str = Field(max_length=8)
    stage: Stage = Field(default=Stage.LONGLIST, sa_type=enum_text(Stage))
    stage_reason: str = Field(default="", max_length=1000)
    channel: str = Field(default="web_search", max_length=40)


class CandidateMove(Row, table=True):
    """One change of stage, with the reason and what the mover was shown."""

    __tablename__ = "candidate_move"
    __owner__: ClassVar[tuple[str, str]] = ("candidate", "candidate_id")

    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    before: Stage = Field(sa_type=enum_text(Stage, "before"))
    after: Stage = Field(sa_type=enum_text(Stage, "after"))
    reason: str = Field(max_length=1000)
    basis: dict[str, Any] = document(default_factory=dict)
    actor_id: UUID


class EvaluationStep(Row, table=True):
    """Where one step of the journey stands; written by the feature whose step it is."""

    __tablename__ = "evaluation_step"
    __owner__: ClassVar[tuple[str, str]] = ("evaluation", "evaluation_id")
    __table_args__ = (sa.UniqueConstraint("evaluation_id", "step"),)

    evaluation_id: UUID = Field(foreign_key="evaluation.id", ondelete="CASCADE")
    step: StepName = Field(sa_type=enum_text(StepName))
    state: StepState = Field(default=StepState.TODO, sa_type=enum_text(StepState))
    note: str = Field(default="", max_length=60)


class SearchLogEntry(Row, table=True):
    """One search that was made: where, with which words, what came of it."""

    __tablename__ = "search_log_entry"
    __owner__: ClassVar[tuple[str, str]] = ("evaluation", "evaluation_id")

    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    channel: str = Field(max_length=40)
    query: str = Field(max_length=500)
    outcome: str = Field(default="", max_length=1000)
    actor_id: UUID
