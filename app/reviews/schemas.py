"""What people and programs send and get about reviews, issues and decisions on the gold."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.reviews.models import Fault, Ruling, Thumb, Verdict

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class ReviewIn(BaseModel):
    """A blind review to start: how many random items of every candidate, how many of them for two reviewers."""

    model_config = ConfigDict(extra="forbid")

    size: Annotated[int, Field(ge=1, le=5000)] = 150
    overlap: Annotated[int, Field(ge=0, le=5000)] = 30
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    reviewers: Annotated[list[UUID], Field(min_length=1, max_length=20)]
    shows_gold: bool = Field(default=False, description="Whether reviewers see our gold beside the delivery.")

    @model_validator(mode="after")
    def _two_for_overlap(self) -> "ReviewIn":
        if len(set(self.reviewers)) < len(self.reviewers):
            raise ValueError("Name every reviewer once.")
        if self.overlap > self.size:
            raise ValueError("The overlap is a part of the items: choose at most as many.")
        if self.overlap and len(self.reviewers) < 2:
            raise ValueError("An overlap needs two reviewers: choose another, or set the overlap to 0.")
        return self


class VerdictIn(BaseModel):
    """What a reviewer says; without acceptance the reason is needed."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    fault: Fault | None = None
    thumb: Thumb | None = None
    comment: Annotated[Text, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _reason(self) -> "VerdictIn":
        if self.verdict is not Verdict.ACCEPT and self.fault is None:
            raise ValueError("Choose a category: it says what is wrong.")
        if self.verdict is Verdict.ACCEPT and self.fault is not None:
            raise ValueError("What is accepted has no category: clear it, or choose fix and accept.")
        return self


class ReviewOut(BaseModel):
    """A review as the API shows it; `judged` of `tasks` are done.

    `codes` are the review's own; `candidates` gives each the candidate's code in the pilot, empty until `told_at`.
    """

    id: UUID
    version: int
    pilot_id: UUID
    number: int
    size: int
    overlap: int
    seed: int
    shows_gold: bool
    codes: list[str]
    candidates: dict[str, str]
    closed_at: datetime | None
    told_at: datetime | None
    tasks: int
    judged: int


class TaskOut(BaseModel):
    """One item of a review in its reviewer's hands; the candidate only by the review's own code."""

    id: UUID
    version: int
    code: str
    item: str
    at: int
    verdict: Verdict | None
    fault: Fault | None
    thumb: Thumb | None
    comment: str


class ShareOut(BaseModel):
    """First-pass acceptance of one candidate: shares 0..1 with Wilson's 95 % interval.

    `code` is the review's own until its names are told, then that of the candidate in the pilot.
    """

    code: str
    items: int
    first_pass: float | None
    low: float | None
    high: float | None
    fixed: float | None
    usable: float | None = Field(description="Accepted as it came or after a fix.")
    usable_low: float | None
    usable_high: float | None
    rejected: float | None
    rejected_low: float | None
    rejected_high: float | None
    faults: dict[str, int]
    thumbs_up: int
    thumbs_down: int


class AcceptedPairOut(BaseModel):
    """First-pass acceptance of `a` minus that of `b`, with the interval of all pairs together."""

    a: str
    b: str
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None
    distinguishable: bool


class SummaryOut(BaseModel):
    """What a review says; agreement over the items that two reviewers judged."""

    shares: list[ShareOut]
    pairs: list[AcceptedPairOut]
    unblind: int = Field(
        description="Verdicts given after names were told, in a review that was opened again."
    )
    overlap_items: int
    percent_agreement: float | None
    ac1: float | None
    alpha: float | None


class IssueIn(BaseModel):
    """Something to settle about an item; `code` names a candidate where it is about one.

    About what one was given in a blind review, `task` stands in place of both.
    """

    model_config = ConfigDict(extra="forbid")

    item: Annotated[Text, Field(max_length=1000)] = ""
    code: Annotated[Text, Field(max_length=12)] = ""
    task: UUID | None = None
    title: Annotated[Filled, Field(max_length=200)]
    text: Annotated[Text, Field(max_length=4000)] = ""

    @model_validator(mode="after")
    def _about(self) -> "IssueIn":
        if self.task is None and not self.item:
            raise ValueError("Name the item: copy it from the list of items.")
        if self.task is not None and (self.item or self.code):
            raise ValueError("Leave item and candidate out: the task of the review tells them.")
        return self


class CommentIn(BaseModel):
    """A contribution to an issue."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[Filled, Field(max_length=4000)]


class CommentOut(BaseModel):
    """A contribution as the API shows it."""

    id: UUID
    author_id: UUID
    created_at: datetime
    text: str


class IssueOut(BaseModel):
    """An issue with its thread; raised in a blind review, `code` is the review's own until its names are told."""

    id: UUID
    version: int
    item: str
    code: str
    review_id: UUID | None
    title: str
    opened_by: UUID
    created_at: datetime
    resolved_at: datetime | None
    comments: list[CommentOut]


class DecisionIn(BaseModel):
    """What becomes of an item of the gold.

    Where it is wrong, right is the class `label` of a classification, the answer of the candidate with the code
    `take`, or else our own `marks` (as `assay/gold@1` has them).
    """

    model_config = ConfigDict(extra="forbid")

    item: Annotated[Filled, Field(max_length=1000)]
    ruling: Ruling
    label: Annotated[Text, Field(max_length=500)] = ""
    take: Annotated[Text, Field(max_length=12)] = ""
    marks: Annotated[list[dict[str, Any]], Field(max_length=2000)] = []
    reason: Annotated[Text, Field(max_length=2000)] = ""


class DecisionOut(BaseModel):
    """A decision as the API shows it."""

    id: UUID
    version: int
    gold_number: int
    item: str
    ruling: Ruling
    label: str
    answer: list[dict[str, Any]]
    taken_from: str
    reason: str
    published: int | None


class DisputeOut(BaseModel):
    """An item to adjudicate: why it stands in the queue, and what was decided."""

    item: str
    at: int
    reasons: list[str]
    instead: str
    agreeing: int
    decision: DecisionOut | None
