"""What people and programs send and get about decisions."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.decisions.models import DecisionState, Verdict

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
ConditionState = Literal["open", "met", "waived"]


def _lines(value: Any) -> Any:
    """Accept one text with a sentence per line, as a form sends it."""
    if isinstance(value, list):
        value = "\n".join(item for item in value if isinstance(item, str))
    return [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else value


Lines = Annotated[list[Line], BeforeValidator(_lines), Field(max_length=12)]


class RiskIn(BaseModel):
    """What may go wrong, and what is done about it."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    answer: Short = ""


class NextStepIn(BaseModel):
    """What happens next; without a day it follows when it can."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = None
    text: Line


class ConditionIn(BaseModel):
    """Something that must be true before signature; `owner` is a role, not a name."""

    model_config = ConfigDict(extra="forbid")

    text: Line
    owner: Short = ""
    by: date | None = None
    if_missed: Short = ""
    state: ConditionState = "open"


class DecisionIn(BaseModel):
    """A recommendation as it is written; what is still missing is asked for when it is proposed."""

    model_config = ConfigDict(extra="forbid")

    selected_id: UUID | None = Field(default=None, description="Candidate that is recommended.")
    reserve_id: UUID | None = Field(default=None, description="Candidate that stands by.")
    reserve_until: date | None = None
    amount: Annotated[int, Field(ge=0, le=10**14)] | None = Field(
        default=None, description="For all months together, in minor units."
    )
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    months: Annotated[int, Field(ge=1, le=120)] = 12
    give_up: Lines = []
    risks: Annotated[list[RiskIn], Field(max_length=20)] = []
    dissent: Lines = []
    next_steps: Annotated[list[NextStepIn], Field(max_length=20)] = []
    conditions: Annotated[list[ConditionIn], Field(max_length=30)] = []

    @model_validator(mode="after")
    def _two_candidates(self) -> "DecisionIn":
        if self.selected_id is not None and self.selected_id == self.reserve_id:
            raise ValueError("The reserve must be another candidate than the recommended one.")
        return self


def _mail(value: str) -> str:
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise ValueError("Type a mail address such as name@company.example.")
    return value


class ApprovalLinkIn(BaseModel):
    """Who shall approve without an account; with `send` the link is mailed instead of shown."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_mail)] = (
        ""
    )
    send: bool = False
    hours: Annotated[int, Field(ge=1, le=2160)] | None = None

    @model_validator(mode="after")
    def _address_to_send_to(self) -> "ApprovalLinkIn":
        if self.send and not self.email:
            raise ValueError("Fill in the address that the link shall be sent to.")
        return self


class AnswerIn(BaseModel):
    """An approver's answer to exactly the memo that was read."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    memo_digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="Digest of the memo that was read."
    )
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""

    @model_validator(mode="after")
    def _reasoned(self) -> "AnswerIn":
        if self.verdict is not Verdict.APPROVE and len(self.comment) < 3:
            raise ValueError("Say in the comment what should change, or why not.")
        return self


class ReasonIn(BaseModel):
    """Why something is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]


class DecisionOut(DecisionIn):
    """A decision as the API shows it."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)

    id: UUID
    version: int
    evaluation_id: UUID
    number: int
    state: DecisionState
    closed_reason: str


class MemoOut(BaseModel):
    """A frozen memo as the API shows it; `stale` when what it was computed from has changed since."""

    id: UUID
    decision_id: UUID
    number: int
    digest: str
    inputs: str
    audit_head: str
    printed: list[str]
    created_at: datetime
    stale: bool


class LinkOut(BaseModel):
    """A link that was made; `url` is shown once, and empty when it was mailed."""

    url: str
    expires_in_hours: int


class ApprovalOut(BaseModel):
    """One answer as the API shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    memo_id: UUID
    step: int
    role: str
    holder_name: str
    verdict: Verdict
    comment: str
    by_link: bool
    memo_digest: str
    at: datetime
