"""What people and programs send and get about scorecards."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Key = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", max_length=64)
]


class ForkIn(BaseModel):
    """Make an own copy of a scorecard."""

    model_config = ConfigDict(extra="forbid")

    key: Key = Field(
        description="Lower-case letters, digits and hyphens; the address of the copy.",
        examples=["shelf-detection"],
    )
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160)] = Field(
        examples=["Shelf detection"]
    )


class TextIn(BaseModel):
    """A scorecard as YAML text."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=500_000)]


class ScorecardOut(BaseModel):
    """A scorecard as the API shows it; `id` and `version` only for own ones."""

    id: UUID | None
    version: int | None
    key: str
    number: int
    name: str
    source: str = Field(examples=["shipped", "own"])
    state: str = Field(examples=["published"])
    digest: str
    groups: int
    criteria: int
    requirements: int
    ratings_per_candidate: int
    body: dict[str, Any]
