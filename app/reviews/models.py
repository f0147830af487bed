"""What people say about deliveries: who looked, blind reviews with verdicts, issues, decisions on the gold."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.kit.columns import Row, Versioned, big_integer, document, enum_text, moment


class Verdict(StrEnum):
    """What a reviewer says about one item of one delivery."""

    ACCEPT = "accept"
    FIX = "fix"
    REJECT = "reject"


class Fault(StrEnum):
    """Why an item was not accepted as it came."""

    MISSING = "missing"
    EXTRA = "extra"
    WRONG_LABEL = "wrong_label"
    LOOSE = "loose"
    DUPLICATE = "duplicate"
    ATTRIBUTE = "attribute"
    GUIDELINE_UNCLEAR = "guideline_unclear"
    ITEM_UNUSABLE = "item_unusable"


class Thumb(StrEnum):
    """A quick impression beside the verdict."""

    UP = "up"
    DOWN = "down"


class Ruling(StrEnum):
    """What becomes of an item of the gold."""

    STANDS = "stands"
    WRONG = "wrong"
    EXCLUDE = "exclude"


class PilotReview(Versioned, table=True):
    """A blind review of the deliveries of one result: the same `size` random items of every candidate.

    `overlap` of the items go to two reviewers. `codes` are the review's own, drawn at random, each with the code of
    its candidate in the pilot. `told_at` is when it was closed first: from then on everybody may know whose is whose.
    """

    __tablename__ = "pilot_review"

    pilot_id: UUID = Field(foreign_key="pilot.id", index=True, ondelete="CASCADE")
    result_id: UUID = Field(foreign_key="pilot_result.id", index=True, ondelete="CASCADE")
    number: int
    size: int
    overlap: int
    seed: int = Field(sa_type=big_integer())
    shows_gold: bool = Field(default=False)
    codes: dict[str, str] = document(default_factory=dict)
    started_by: UUID
    closed_at: datetime | None = moment(default=None)
    told_at: datetime | None = moment(default=None)

    @property
    def shown_codes(self) -> dict[str, str]:
        """Own code -> the code to go by: the own one until the review is told, then that in the pilot."""
        return {own: self.codes[own] if self.told_at else own for own in sorted(self.codes)}


class ReviewTask(Versioned, table=True):
    """One item of one candidate in the hands of one reviewer; two reviewers of an item have a row each.

    `at` is the item's place in the review's result, `place` the order in which this reviewer gets it. `code` is the
    review's own for the candidate.
    """

    __tablename__ = "review_task"
    __owner__: ClassVar[tuple[str, str]] = ("pilot_review", "review_id")
    __table_args__ = (sa.UniqueConstraint("review_id", "reviewer_id", "candidate_id", "at"),)

    review_id: UUID = Field(foreign_key="pilot_review.id", ondelete="CASCADE")
    reviewer_id: UUID = Field(index=True)
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    code: str = Field(max_length=12)
    at: int
    item: str = Field(max_length=1000)
    place: int
    verdict: Verdict | None = Field(default=None, sa_type=enum_text(Verdict), nullable=True)
    fault: Fault | None = Field(default=None, sa_type=enum_text(Fault), nullable=True)
    thumb: Thumb | None = Field(default=None, sa_type=enum_text(Thumb), nullable=True)
    comment: str = Field(default="", max_length=2000)
    judged_at: datetime | None = moment(default=None)


class PilotIssue(Versioned, table=True):
    """Something to settle about an item, with a thread of comments.

    `code` is a candidate's, or empty; raised from a blind review it is the review's own, and `review_id` tells which.
    """

    __tablename__ = "pilot_issue"

    pilot_id: UUID = Field(foreign_key="pilot.id", index=True, ondelete="CASCADE")
    item: str = Field(max_length=1000)
    code: str = Field(default="", max_length=12)
    review_id: UUID | None = Field(
        default=None, foreign_key="pilot_review.id", index=True, ondelete="CASCADE"
    )
    title: str = Field(max_length=200)
    opened_by: UUID
    resolved_at: datetime | None = moment(default=None)


class IssueComment(Row, table=True):
    """One contribution to an issue."""

    __tablename__ = "issue_comment"
    __owner__: ClassVar[tuple[str, str]] = ("pilot_issue", "issue_id")

    issue_id: UUID = Field(foreign_key="pilot_issue.id", index=True, ondelete="CASCADE")
    author_id: UUID
    text: str = Field(max_length=4000)


class GoldDecision(Versioned, table=True):
    """What was decided about an item of one gold version; `published` is the version it went into.

    A wrong item gets the class `label`, the marks of our own `answer`, or the answer of the candidate with the code
    `taken_from`, as `source` (digest, mapping, accept) tells where to read it.
    """

    __tablename__ = "gold_decision"
    __table_args__ = (sa.UniqueConstraint("pilot_id", "gold_number", "item"),)

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    gold_number: int
    item: str = Field(max_length=1000)
    ruling: Ruling = Field(sa_type=enum_text(Ruling))
    label: str = Field(default="", max_length=500)
    answer: list[dict[str, Any]] = document(default_factory=list)
    taken_from: str = Field(default="", max_length=12)
    source: dict[str, Any] = document(default_factory=dict)
    reason: str = Field(default="", max_length=2000)
    decided_by: UUID
    published: int | None = Field(default=None)


class ItemContest(Versioned, table=True):
    """A vendor says after the close that it did not err on an item. `code` is its candidate's.

    The newest decision on the item is its answer: `ruling` and `answer` are copied, because the decision may
    change later for other reasons; None and empty while nothing is decided.
    """

    __tablename__ = "item_contest"
    __table_args__ = (sa.UniqueConstraint("pilot_id", "candidate_id", "item"),)

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    code: str = Field(max_length=12)
    item: str = Field(max_length=1000)
    reason: str = Field(max_length=2000)
    gold_number: int
    ruling: Ruling | None = Field(default=None, sa_type=enum_text(Ruling, "contest_ruling"), nullable=True)
    answer: str = Field(default="", max_length=2000)
    answered_at: datetime | None = moment(default=None)
