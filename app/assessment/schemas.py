"""What people and programs send and get about scoring."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
CriterionId = Annotated[Text, Field(min_length=1, max_length=80)]


def _plain_number(value: Any) -> Any:
    """Accept 1,200.50 as people type it."""
    return value.replace(",", "").replace(" ", "") if isinstance(value, str) else value


Amount = Annotated[
    Decimal, BeforeValidator(_plain_number), Field(ge=0, le=10**12, max_digits=18, decimal_places=6)
]
Weight = Annotated[Decimal, BeforeValidator(_plain_number), Field(gt=0, le=1_000_000, decimal_places=4)]


class PinIn(BaseModel):
    """Take a scorecard of the library into an evaluation."""

    model_config = ConfigDict(extra="forbid")

    key: Text = Field(examples=["image-labeling"])
    number: int | None = Field(default=None, description="Version; empty: the newest published one.")
    small_team: bool = Field(
        default=False, description="Solo governance: keep only the scorecard's short list."
    )


class WeightsIn(BaseModel):
    """Weights of groups and, if given, of criteria inside their groups.

    direct and swing: positive numbers, divided by their sum. order: 1 for the most important group, 2 for the next;
    the weights are then the centre of all weights in that order (rank-order centroid).
    """

    model_config = ConfigDict(extra="forbid")

    method: Literal["direct", "swing", "order"] = "direct"
    groups: dict[str, Weight]
    criteria: dict[str, Weight] = {}


class PriceIn(BaseModel):
    """Price per accepted label that earns 100 points (target) and the one that earns none (cap)."""

    model_config = ConfigDict(extra="forbid")

    target: Amount
    cap: Amount

    @model_validator(mode="after")
    def _ordered(self) -> "PriceIn":
        if self.target >= self.cap:
            raise ValueError("The target must be less than the cap.")
        return self


class RatingIn(BaseModel):
    """One rating: a level's label, a number or true/false; without a value the rating is taken back."""

    model_config = ConfigDict(extra="forbid")

    candidate_id: UUID
    criterion: CriterionId
    value: str | float | bool | None = None
    note: Annotated[Text, Field(max_length=4000)] = ""


class LockIn(BaseModel):
    """Lock one's ratings of a candidate, after which the others' ratings are shown."""

    model_config = ConfigDict(extra="forbid")

    candidate_id: UUID
    leave_open: bool = Field(default=False, description="Lock although criteria are not rated.")


class ConsensusIn(BaseModel):
    """What the panel agreed on for one cell."""

    model_config = ConfigDict(extra="forbid")

    candidate_id: UUID
    criterion: CriterionId
    value: str | float | bool
    low: str | float | None = None
    high: str | float | None = None
    reason: Reason


class ConflictIn(BaseModel):
    """A person who does not judge a candidate."""

    model_config = ConfigDict(extra="forbid")

    candidate_id: UUID
    user_id: UUID | None = Field(default=None, description="Empty: oneself.")
    reason: Reason


class WaiverIn(BaseModel):
    """Answer for an unmet requirement of a candidate."""

    model_config = ConfigDict(extra="forbid")

    candidate_id: UUID
    requirement: CriterionId
    reason: Reason
    until: date | None = Field(default=None, description="Last day it counts; empty: no end.")


class ValueIn(BaseModel):
    """A figure typed in by hand, with its source. Low and high: the range that is possible."""

    model_config = ConfigDict(extra="forbid")

    candidate_id: UUID
    subject: CriterionId = Field(description="A criterion, document:ID or question:ID.")
    low: str | float | bool | None = None
    mid: str | float | bool | None = None
    high: str | float | bool | None = None
    status: Literal["claimed", "verified"] = "claimed"
    until: date | None = Field(default=None, description="Documents: the last valid day.")
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
    file_id: UUID | None = None


class PinOut(BaseModel):
    """The scorecard of an evaluation."""

    version: int
    evaluation_id: UUID
    key: str
    number: int
    name: str
    digest: str
    left_out: list[str]
    weights: dict[str, float] = Field(description="Global share 0-1 of each criterion.")
    group_weights: dict[str, float]
    weights_method: str
    price: dict[str, Any]
    pinned_at: datetime
    weights_locked_at: datetime | None
    body: dict[str, Any]


class RatingOut(BaseModel):
    """A rating as far as the reader may see it."""

    id: UUID
    version: int
    candidate_id: UUID
    criterion: str
    user_id: UUID
    value: Any
    note: str
    state: str = Field(examples=["draft", "locked"])


class ChangedOut(BaseModel):
    """The row that was written."""

    id: UUID
    version: int | None = None
