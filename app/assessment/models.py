"""What an evaluation is judged by, and what people judged."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.kit import ids
from app.kit.columns import Row, Versioned, document, moment


class PinnedScorecard(Versioned, table=True):
    """The scorecard of an evaluation as it was when pinned, with this evaluation's own weights and price anchors.

    `body` never changes; `weights` is {"groups": {id: number}, "criteria": {id: number}}, empty: as pinned.
    `price` holds target, cap and currency per accepted label. `left_out` lists criteria a small team dropped.
    """

    __tablename__ = "pinned_scorecard"

    evaluation_id: UUID = Field(foreign_key="evaluation.id", unique=True, ondelete="CASCADE")
    key: str = Field(max_length=64)
    number: int
    name: str = Field(max_length=160)
    digest: str = Field(max_length=64)
    body: dict[str, Any] = document()
    left_out: list[str] = document(default_factory=list)
    weights: dict[str, dict[str, float]] = document(default_factory=dict)
    weights_method: str = Field(default="as pinned", max_length=40)
    price: dict[str, Any] = document(default_factory=dict)
    pinned_by: UUID
    pinned_at: datetime = moment()
    weights_locked_at: datetime | None = moment(default=None)
    weights_locked_by: UUID | None = Field(default=None)


class Rating(Versioned, table=True):
    """One evaluator's judgement of a candidate on a criterion.

    `value` is a level's label, a number or a truth value; `seen` are the evidence references shown beside it,
    each with its revision. `locked_at` is set together for a candidate and never taken back. `salt` keys the
    digest in the audit chain, so that nobody finds the judgement there by trying the few levels there are.
    """

    __tablename__ = "rating"
    __table_args__ = (sa.UniqueConstraint("candidate_id", "criterion", "user_id"),)

    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    criterion: str = Field(max_length=64)
    user_id: UUID = Field(index=True)
    value: Any = document()
    note: str = Field(default="", max_length=4000)
    seen: list[dict[str, Any]] = document(default_factory=list)
    locked_at: datetime | None = moment(default=None)
    salt: str = Field(default_factory=ids.token, max_length=64, sa_column_kwargs={"server_default": ""})


class RatingLock(Row, table=True):
    """An evaluator is done with a candidate: only from here on are the others' ratings shown."""

    __tablename__ = "rating_lock"
    __table_args__ = (sa.UniqueConstraint("candidate_id", "user_id"),)

    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    user_id: UUID = Field(index=True)
    rated: int
    left_open: list[str] = document(default_factory=list)


class Consensus(Versioned, table=True):
    """What the panel agreed on for a cell; the ratings it came from stay as they were. `salt` as with ratings."""

    __tablename__ = "consensus"
    __table_args__ = (sa.UniqueConstraint("candidate_id", "criterion"),)

    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    criterion: str = Field(max_length=64)
    value: Any = document()
    low: Any = document(nullable=True, default=None)
    high: Any = document(nullable=True, default=None)
    reason: str = Field(max_length=2000)
    set_by: UUID
    set_at: datetime = moment()
    salt: str = Field(default_factory=ids.token, max_length=64, sa_column_kwargs={"server_default": ""})


class ConflictOfInterest(Row, table=True):
    """A person who does not judge a candidate: their ratings of it count as absent, never as zero."""

    __tablename__ = "conflict_of_interest"
    __table_args__ = (sa.UniqueConstraint("candidate_id", "user_id"),)

    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    user_id: UUID = Field(index=True)
    reason: str = Field(max_length=1000)
    declared_by: UUID


class GateWaiver(Versioned, table=True):
    """Somebody answers for an unmet requirement of a candidate; counts through `until` unless withdrawn."""

    __tablename__ = "gate_waiver"

    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    requirement: str = Field(max_length=64)
    waived_by: UUID
    reason: str = Field(max_length=1000)
    until: date | None = Field(default=None)
    withdrawn_at: datetime | None = moment(default=None)


class ManualValue(Versioned, table=True):
    """A figure typed in because no source of ours has it, with where it comes from.

    `subject` is a criterion, or `document:ID` or `question:ID` for what a requirement asks.
    """

    __tablename__ = "manual_value"
    __table_args__ = (sa.UniqueConstraint("candidate_id", "subject"),)

    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    subject: str = Field(max_length=80)
    low: Any = document(nullable=True, default=None)
    mid: Any = document(nullable=True, default=None)
    high: Any = document(nullable=True, default=None)
    status: str = Field(max_length=20)
    until: date | None = Field(default=None)
    source: str = Field(max_length=500)
    file_id: UUID | None = Field(default=None)
    set_by: UUID
