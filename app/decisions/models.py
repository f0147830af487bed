"""A recommendation, the memos it was proposed with, and the answers of those who approve."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.kit.columns import Row, Versioned, big_integer, document, enum_text, moment


class DecisionState(StrEnum):
    """Where a recommendation stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


ACTIVE = frozenset({DecisionState.DRAFT, DecisionState.PROPOSED, DecisionState.APPROVED})


class Verdict(StrEnum):
    """What an approver can answer; `return` asks for changes."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


class Decision(Versioned, table=True):
    """One recommendation of an evaluation; at most one of them is draft, proposed or approved.

    `amount` is in minor units for `months` months. `risks` are {title, answer}, `next_steps` {on, text},
    `conditions` {text, owner, by, if_missed, state}; `give_up` and `dissent` are sentences.
    """

    __tablename__ = "decision"
    __table_args__ = (sa.UniqueConstraint("evaluation_id", "number"),)

    evaluation_id: UUID = Field(foreign_key="evaluation.id", ondelete="CASCADE")
    number: int
    state: DecisionState = Field(default=DecisionState.DRAFT, sa_type=enum_text(DecisionState))
    # No ON DELETE here: an evaluation takes its candidates and decisions along in one statement.
    selected_id: UUID | None = Field(default=None, foreign_key="candidate.id", index=True)
    reserve_id: UUID | None = Field(default=None, foreign_key="candidate.id", index=True)
    reserve_until: date | None = Field(default=None)
    amount: int | None = Field(default=None, sa_type=big_integer())
    currency: str = Field(default="USD", max_length=3)
    months: int = Field(default=12)
    give_up: list[str] = document(default_factory=list)
    risks: list[dict[str, Any]] = document(default_factory=list)
    dissent: list[str] = document(default_factory=list)
    next_steps: list[dict[str, Any]] = document(default_factory=list)
    conditions: list[dict[str, Any]] = document(default_factory=list)
    recommended_by: UUID | None = Field(default=None)
    closed_reason: str = Field(default="", max_length=1000)


class Memo(Row, table=True):
    """What was proposed, frozen: `record` holds everything the memo shows, `digest` is the memo's hash.

    `inputs` is the digest of what the record was computed from. The PDF is printed after the commit and again
    after the answer; `printed` holds the digest of every print, newest last.
    """

    __tablename__ = "memo"
    __owner__: ClassVar[tuple[str, str]] = ("decision", "decision_id")
    __table_args__ = (sa.UniqueConstraint("decision_id", "number"),)

    decision_id: UUID = Field(foreign_key="decision.id", ondelete="CASCADE")
    number: int
    record: dict[str, Any] = document(default_factory=dict)
    digest: str = Field(max_length=64, index=True)
    inputs: str = Field(max_length=64)
    audit_head: str = Field(max_length=100)
    file_id: UUID | None = Field(default=None, foreign_key="file.id", index=True, ondelete="RESTRICT")
    printed: list[str] = document(default_factory=list)


class Approval(Row, table=True):
    """One answer to a memo. The name stays here, outside the audit chain, and can be erased.

    `signer_id` is the user's id or the link's; `memo_digest` is what was on the table.
    """

    __tablename__ = "approval"
    __owner__: ClassVar[tuple[str, str]] = ("decision", "decision_id")

    decision_id: UUID = Field(foreign_key="decision.id", index=True, ondelete="CASCADE")
    memo_id: UUID = Field(foreign_key="memo.id", index=True, ondelete="CASCADE")
    step: int = Field(default=1)
    role: str = Field(max_length=80)
    holder_name: str = Field(default="", max_length=120)
    verdict: Verdict = Field(sa_type=enum_text(Verdict))
    comment: str = Field(default="", max_length=2000)
    signer_id: UUID
    by_link: bool = Field(default=False)
    memo_digest: str = Field(max_length=64)
    at: datetime = moment()
