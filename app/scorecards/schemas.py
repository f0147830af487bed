"""What people and programs send and get about scorecards."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

KEY = r"^[a-z0-9][a-z0-9-]{0,63}$"
RESERVED = ("compare", "import")  # addresses of the library's own pages


def _free(key: str) -> str:
    if key in RESERVED:
        raise ValueError(f"{key} is an address of the library itself; choose another.")
    return key


Key = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=KEY, max_length=64), AfterValidator(_free)
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=160)]


class ForkIn(BaseModel):
    """Make an own copy of a scorecard."""

    model_config = ConfigDict(extra="forbid")

    key: Key = Field(
        description="Lower-case letters, digits and hyphens; the address of the copy.",
        examples=["shelf-detection"],
    )
    name: Name = Field(examples=["Shelf detection"])


class TextIn(BaseModel):
    """A scorecard as YAML text."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=500_000)]


class ImportIn(BaseModel):
    """A scorecard file to take in as a draft; with `key` it comes in under another short name."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=500_000)]
    key: Key | None = Field(default=None, examples=["shelf-detection"])


class ChangeOut(BaseModel):
    """One difference between two scorecards; `sentence` says it in words."""

    kind: str = Field(examples=["added", "removed", "changed"])
    part: str = Field(examples=["scorecard", "group", "criterion", "requirement"])
    id: str
    name: str
    what: str = Field(examples=["weight"])
    before: str
    after: str
    sentence: str


class ComparisonOut(BaseModel):
    """What changed from one scorecard to another."""

    old: str = Field(examples=["image-labeling v2"])
    new: str = Field(examples=["shelf-detection v1"])
    old_digest: str
    new_digest: str
    changes: list[ChangeOut]


class VersionOut(BaseModel):
    """One version of a scorecard."""

    number: int
    name: str
    state: str = Field(examples=["draft", "published", "retired"])
    digest: str
    based_on: str
    published_at: datetime | None


class ScorecardOut(BaseModel):
    """A scorecard as the API shows it; `id` and `version` only for own ones."""

    id: UUID | None
    version: int | None
    key: str
    number: int
    name: str
    source: str = Field(examples=["shipped", "own"])
    state: str = Field(examples=["draft", "published", "retired"])
    digest: str
    data_types: list[str]
    groups: int
    criteria: int
    requirements: int
    ratings_per_candidate: int
    body: dict[str, Any]
