"""The need, and what people and programs send and get about evaluations."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from app.core.money import read_count
from app.core.permissions import Role
from app.evaluations.models import EvaluationState, Governance, Stage, StepName, StepState
from app.kit import library

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]


def _grouped(value: Any) -> Any:
    """Accept 1,200,000 and 1 200 000 as people type them."""
    return read_count(value) if isinstance(value, str) else value


Count = Annotated[int, BeforeValidator(_grouped), Field(ge=0, le=10**12)]
Minor = Annotated[int, BeforeValidator(_grouped), Field(ge=0, le=10**14)]


def _known(listed: str) -> AfterValidator:
    def check(values: list[str]) -> list[str]:
        terms = library.taxonomy().terms(listed)
        for value in values:
            if value not in terms and listed != "languages":
                raise ValueError(f"{value!r} is not in the taxonomy; choose one of the listed entries.")
        return values

    return AfterValidator(check)


def _data_class(value: str) -> str:
    if value not in library.taxonomy().data_classes:
        raise ValueError("Choose one of the listed data classes.")
    return value


def _currency(value: str) -> str:
    if value not in list_currencies():
        raise ValueError("Choose a currency by its three letters, such as USD.")
    return value


DataClass = Annotated[str, AfterValidator(_data_class)]


class InHouseCost(BaseModel):
    """What labeling costs us today, per year, in minor units of the need's currency; every line counts."""

    model_config = ConfigDict(extra="forbid")

    labels_per_year: Count = Field(default=0, description="Labels the in-house team makes in a year.")
    wages: Minor = 0
    management: Minor = 0
    review: Minor = 0
    engineers: Minor = Field(default=0, description="Engineers' hours on tools and pipelines.")
    recruiting: Minor = 0
    licences: Minor = 0
    storage: Minor = 0
    upkeep: Minor = 0
    compliance: Minor = 0
    ramp_up: Minor = 0

    @property
    def total(self) -> int:
        """All lines, per year, in minor units."""
        return sum(value for name, value in self.model_dump().items() if name != "labels_per_year")


class NeedIn(BaseModel):
    """What is to be labelled, how much, by when, under which rules; money in minor units of `currency`."""

    model_config = ConfigDict(extra="forbid")

    summary: Annotated[Text, Field(max_length=2000)] = ""
    data_types: Annotated[list[str], _known("data_types")] = []
    techniques: Annotated[list[str], _known("techniques")] = []
    industries: Annotated[list[str], _known("industries")] = []
    languages: Annotated[list[str], _known("languages")] = []
    specialists: Annotated[list[str], _known("specialists")] = []
    unit: Annotated[Text, Field(max_length=40)] = Field(
        default="label", description="What one paid label is: box, item…"
    )
    volume: Count = Field(default=0, description="Accepted labels per year, expected.")
    volume_low: Count | None = Field(default=None, description="Low case; empty: half of expected.")
    volume_high: Count | None = Field(default=None, description="High case; empty: twice the expected.")
    currency: Annotated[Text, AfterValidator(_currency)] = "USD"
    budget: Minor | None = Field(default=None, description="Budget per year, minor units.")
    start_by: date | None = Field(default=None, description="When the first accepted batch is wanted.")
    deadline: date | None = Field(default=None, description="When the work must be finished, or empty.")
    pilot_data_class: DataClass = "public"
    production_data_class: DataClass = "public"
    working_days: Annotated[int, Field(ge=1, le=366)] = 220
    in_house: InHouseCost = InHouseCost()

    @field_validator("volume_low")
    @classmethod
    def _low_is_lowest(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and value > info.data.get("volume", value):
            raise ValueError("The low volume must not exceed the expected one.")
        return value

    @field_validator("volume_high")
    @classmethod
    def _high_is_highest(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and value < info.data.get("volume", value):
            raise ValueError("The high volume must not be below the expected one.")
        return value

    @property
    def volumes(self) -> tuple[int, int, int]:
        """Accepted labels per year: low, expected, high."""
        low = self.volume // 2 if self.volume_low is None else self.volume_low
        high = self.volume * 2 if self.volume_high is None else self.volume_high
        return low, self.volume, high

    def facets(self) -> dict[str, list[str]]:
        """What a vendor's capabilities are matched against: facet -> values."""
        return {
            "data_type": self.data_types,
            "technique": self.techniques,
            "industry": self.industries,
            "language": self.languages,
        }


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("Choose a time zone such as Europe/Berlin.")
    return value


class EvaluationIn(BaseModel):
    """A new evaluation, or its head data changed."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160)] = Field(
        examples=["Shelf detection 2027"]
    )
    governance: Governance = Governance.TEAM
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    decide_by: date | None = None
    copy_from: UUID | None = Field(default=None, description="Take need, panel and candidates from this one.")


class EvaluationPatch(BaseModel):
    """Head data to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    governance: Governance | None = None
    time_zone: str | None = None
    decide_by: date | None = None


class ReasonIn(BaseModel):
    """Why an evaluation is cancelled or taken up again."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class PanelIn(BaseModel):
    """A person's roles on the panel; no roles takes the person off."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID
    roles: list[Role] = []

    @field_validator("roles")
    @classmethod
    def _for_people(cls, value: list[Role]) -> list[Role]:
        if Role.VENDOR_LINK in value:
            raise ValueError("A person cannot hold the role of a vendor's link; choose another one.")
        return value


class CandidateIn(BaseModel):
    """Take a vendor of the register into the evaluation."""

    model_config = ConfigDict(extra="forbid")

    vendor_id: UUID
    channel: Text = "web_search"
    stage: Stage = Stage.LONGLIST


class CandidatesIn(BaseModel):
    """Take several vendors of the register in at once; all, or none."""

    model_config = ConfigDict(extra="forbid")

    vendor_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    channel: Text = "web_search"
    stage: Stage = Stage.LONGLIST


class NamesIn(BaseModel):
    """Names of vendors, one a line; those the register does not know are added to it first."""

    model_config = ConfigDict(extra="forbid")

    names: Annotated[Text, StringConstraints(min_length=1, max_length=20_000)] = Field(
        examples=["Harbor Annotation\nNorthwind Labels"]
    )
    channel: Text = "web_search"
    stage: Stage = Stage.LONGLIST


class MoveIn(BaseModel):
    """Move a candidate to another stage, with the reason."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage
    reason: Reason


class MovesIn(MoveIn):
    """Move several candidates of one evaluation to the same stage for the same reason; all, or none."""

    candidate_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class SearchLogIn(BaseModel):
    """One search that was made."""

    model_config = ConfigDict(extra="forbid")

    channel: Text
    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    outcome: Annotated[Text, Field(max_length=1000)] = ""


class EvaluationOut(BaseModel):
    """An evaluation as the API shows it."""

    id: UUID
    version: int
    number: str = Field(examples=["EV-0007"])
    name: str
    state: EvaluationState
    governance: Governance
    time_zone: str
    decide_by: date | None
    need: NeedIn
    steps: dict[StepName, StepState]
    is_demo: bool


class MemberOut(BaseModel):
    """A person on the panel."""

    user_id: UUID
    name: str
    roles: list[Role]


class PanelOut(BaseModel):
    """Everybody on the panel."""

    members: list[MemberOut]


class CandidateOut(BaseModel):
    """A candidate as the API shows it."""

    id: UUID
    version: int
    evaluation_id: UUID
    vendor_id: UUID
    vendor: str
    code: str | None = Field(
        description="Hides the name from people who score blind; null for all but leads."
    )
    stage: Stage
    stage_reason: str
    channel: str


class CandidatesOut(BaseModel):
    """Several candidates, after a verb that touched them together."""

    candidates: list[CandidateOut]


class MoveOut(BaseModel):
    """One change of stage."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    candidate_id: UUID
    before: Stage
    after: Stage
    reason: str
    basis: dict[str, Any]
    actor_id: UUID
    created_at: datetime


class PlannedName(BaseModel):
    """What would become of one name: `take_in`, `add` (to the register first), `present` or `refused`."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    outcome: str
    note: str
    vendor_id: UUID | None


class NamesOut(BaseModel):
    """What would become of each name; nothing was changed."""

    planned: list[PlannedName]


class SearchOut(BaseModel):
    """A search that was made."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    channel: str
    query: str
    outcome: str
    actor_id: UUID
    created_at: datetime


class SearchesOut(BaseModel):
    """The search log, newest first."""

    searches: list[SearchOut]
