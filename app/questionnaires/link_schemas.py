"""What a vendor's programs send and get, and what several candidates are asked at once."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.questionnaires.models import ResponseState, Variant
from app.questionnaires.schemas import DelegateIn


class RecipientIn(DelegateIn):
    """A candidate with the person who gets its link."""

    candidate_id: UUID


class RoundIn(BaseModel):
    """One questionnaire for several candidates, with one due day."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, StringConstraints(max_length=80)] = Field(
        default="discovery-call", description="Id of the questionnaire in the library."
    )
    variant: Variant = Variant.FULL
    due: date | None = None
    reminders: bool = True
    to: list[RecipientIn] = Field(min_length=1, max_length=50)


class RoundOut(BaseModel):
    """What one candidate was sent; `link` is shown only now."""

    response_id: UUID
    vendor: str
    link: str
    valid_until: datetime
    mailed: bool


class ExchangeIn(BaseModel):
    """The secret of a vendor's link: the last part of its address."""

    model_config = ConfigDict(extra="forbid")

    secret: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class WorkTokenOut(BaseModel):
    """A bearer token for one questionnaire; it is shown this once."""

    response_id: UUID
    token: str
    link_until: datetime


class VendorAnswerIn(BaseModel):
    """A vendor's answer: `value` as text or plain JSON, null takes it away."""

    model_config = ConfigDict(extra="forbid")

    value: Any = Field(examples=["5"])
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""


class OwnFileOut(BaseModel):
    """A file of an answer; `is_late`: it came too late and does not count yet."""

    id: UUID
    name: str
    size: int
    is_late: bool


class LateValueOut(BaseModel):
    """What came when answers were no longer taken; it counts once those who asked take it over."""

    value: Any
    comment: str
    saved_at: datetime


class OwnQuestionOut(BaseModel):
    """A question with what stands; `asked` is false while it does not apply, `fields` say what an answer holds."""

    id: str
    section_id: str
    text: str
    help: str
    type: str
    unit: str
    options: dict[str, str]
    columns: dict[str, str] = Field(description="Id -> heading, of a table.")
    evidence: list[str]
    asked: bool
    may_change: bool
    value: Any
    comment: str
    revision: int = Field(description="0: not answered. For If-Match of a change.")
    files: list[OwnFileOut]
    returned: str = Field(description="What is missing, while the answer is sent back.")
    late: LateValueOut | None


class OwnSectionOut(BaseModel):
    """A section of the questionnaire."""

    id: str
    title: str
    minutes: int
    settled: int
    asked: int


class ColleagueOut(BaseModel):
    """Somebody who was asked for one section."""

    id: UUID
    section_id: str
    holder: str
    opened_at: datetime | None
    is_live: bool


class WorkOut(BaseModel):
    """A questionnaire as its vendor reads it. `ended`: why answers are late drafts now, '' while they count."""

    title: str
    intro: str
    vendor: str
    asked_by: str
    state: ResponseState
    due: date | None
    deadline: datetime | None
    ended: str
    sections: list[OwnSectionOut]
    questions: list[OwnQuestionOut]
    colleagues: list[ColleagueOut]


class KeptOut(BaseModel):
    """What became of an answer: `late` when it is kept as a late draft; `revision` is the one that stands."""

    late: bool
    revision: int


class ProposalOut(BaseModel):
    """An answer of a workbook or of the last time; save it with If-Match `revision`. `is_old`: changed since."""

    question_id: str
    value: Any
    comment: str
    revision: int
    is_old: bool
    doubt: str = Field(
        description="What to ask before it is saved, such as 0.45 for a share; '' for nothing."
    )


class ProposalsOut(BaseModel):
    """What could be saved, and what cannot be taken, with place and remedy."""

    answers: list[ProposalOut]
    problems: list[str]


class ProposedIn(BaseModel):
    """An answer that a vendor wrote elsewhere, with its comment, made from `revision` (0: none)."""

    model_config = ConfigDict(extra="forbid")

    question_id: Annotated[str, StringConstraints(max_length=80)]
    value: Any
    comment: Annotated[str, StringConstraints(max_length=4000)] = ""
    revision: int


class ProposedAllIn(BaseModel):
    """Answers of a workbook, to be saved together."""

    model_config = ConfigDict(extra="forbid")

    answers: list[ProposedIn] = Field(min_length=1, max_length=1000)


class AskedOut(BaseModel):
    """A question about the questionnaire; `answer` '' while it waits. Nobody reads who else asked."""

    text: str
    answer: str
    is_own: bool


class ColleagueLinkOut(BaseModel):
    """A colleague's link; it is shown this once."""

    url: str
