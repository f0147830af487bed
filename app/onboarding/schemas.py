"""What people and programs send and get about onboardings."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.core.permissions import Role
from app.onboarding.models import Blocks, OnboardingState, TaskState, Tier

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
OwnerRole = Literal["procurement_lead", "ml_lead", "evaluator", "security_reviewer", "approver"]
OWNER_ROLES: tuple[Role, ...] = (
    Role.PROCUREMENT_LEAD,
    Role.ML_LEAD,
    Role.EVALUATOR,
    Role.SECURITY_REVIEWER,
    Role.APPROVER,
)


def _split(value: Any) -> Any:
    """Take dates as people type them: one a line, or separated by commas or spaces."""
    items = value if isinstance(value, list) else [value]
    texts = [re.split(r"[\s,;]+", item) if isinstance(item, str) else [item] for item in items]
    return [item for found in texts for item in found if item != ""]


def _split_given(value: Any) -> Any:
    return None if value is None else _split(value)


Holidays = Annotated[list[date], BeforeValidator(_split), Field(max_length=100)]


class StartIn(BaseModel):
    """Start the onboarding of a candidate."""

    model_config = ConfigDict(extra="forbid")

    kickoff: date = Field(description="Day 0: the kickoff meeting with the delivery team.")
    tier: Tier = Tier.CORE
    checklist: Annotated[Text, Field(max_length=80)] = "onboarding"
    holidays: Holidays = Field(default=[], description="Days on which nothing is due.")
    reason: Annotated[Text, Field(max_length=1000)] = Field(
        default="", description="Needed for a finalist: why it starts without a decision here."
    )


class KickoffIn(BaseModel):
    """Another kickoff day; `holidays` left out keeps them, an empty list removes them."""

    model_config = ConfigDict(extra="forbid")

    kickoff: date
    holidays: Annotated[list[date] | None, BeforeValidator(_split_given), Field(max_length=100)] = None


class OnboardingStateIn(BaseModel):
    """Move the onboarding as a whole."""

    model_config = ConfigDict(extra="forbid")

    state: OnboardingState
    reason: Annotated[Text, Field(max_length=1000)] = ""


class TaskStateIn(BaseModel):
    """Say where a task stands; waiving is a verb of its own."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["open", "doing", "done", "not_applicable"]
    evidence: Annotated[Text, Field(max_length=4000)] | None = Field(
        default=None, description="What proves it; left out keeps what is there."
    )
    reason: Annotated[Text, Field(max_length=1000)] = ""


class WaiveIn(BaseModel):
    """Go on without a task, until a date."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    until: date = Field(description="Last day on which the waiver counts.")


class AssignIn(BaseModel):
    """Give a task to a person, or to nobody in particular of a role."""

    model_config = ConfigDict(extra="forbid")

    owner_id: UUID | None = None
    owner_role: OwnerRole | None = Field(default=None, description="Left out keeps the role.")


class TaskIn(BaseModel):
    """A task of our own beside those of the checklist."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    stage: Annotated[Text, Field(max_length=80)]
    due: date
    owner_role: OwnerRole
    owner_id: UUID | None = None
    blocks: Blocks = Blocks.NONE
    wanted: Annotated[Text, Field(max_length=300)] = Field(default="", description="What will prove it.")


class TaskEditIn(BaseModel):
    """Another date, and for a task of our own another title."""

    model_config = ConfigDict(extra="forbid")

    due: date
    title: Title | None = None


class GateOut(BaseModel):
    """Whether something may happen, and the keys of the tasks it waits for."""

    open: bool
    waits_for: list[str]


class ReadinessOut(BaseModel):
    """What may start today."""

    data: GateOut
    signature: GateOut
    kickoff: GateOut
    production: GateOut
    settled: int
    total: int
    on: date


class OnboardingOut(BaseModel):
    """An onboarding as the API shows it; `ready` says whether the kickoff may take place today."""

    id: UUID
    version: int
    evaluation_id: UUID
    candidate_id: UUID
    vendor: str
    checklist: str
    checklist_version: int
    digest: str
    tier: Tier
    kickoff: date
    holidays: list[date]
    time_zone: str
    state: OnboardingState
    ready: bool
    reason: str
    settled: int
    total: int
    overdue: int


class KickoffOut(OnboardingOut):
    """The same after the kickoff moved: how many due dates went with it, how many set by hand stayed."""

    moved: int
    by_hand: int


class TaskOut(BaseModel):
    """A task as the API shows it."""

    id: UUID
    version: int
    onboarding_id: UUID
    key: str
    is_own: bool
    stage: str
    title: str
    owner_role: Role
    owner_id: UUID | None
    due: date
    planned_due: date
    blocks: Blocks
    wanted: str
    state: TaskState
    settled: bool
    overdue: bool
    reason: str
    waived_until: date | None
    evidence: str
    done_at: datetime | None
    warnings: list[str] = []


class ChecklistOut(BaseModel):
    """A checklist of the library."""

    key: str
    version: int
    name: str
    tasks: int
    core: int


class ChecklistFullOut(ChecklistOut):
    """The same with everything in it, as the file says it."""

    body: dict[str, Any]


class WorkItemOut(BaseModel):
    """A task that waits for the actor; `days_late` is negative while there is time."""

    model_config = ConfigDict(from_attributes=True)

    task_id: UUID
    title: str
    vendor: str
    evaluation: str
    due: date
    days_late: int
    blocks: str
    href: str
