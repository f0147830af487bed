"""What people, programs and vendors send and get about the run of a pilot."""

import re
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.jobs.models import MailState
from app.runs.models import PilotStage, QuestionKind

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
_MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


class Entry(BaseModel):
    """What somebody sends; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class ClassIn(Entry):
    """A class of the ontology; `decide` is the rule against the class it is most easily taken for."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    definition: Filled
    includes: Words = ""
    excludes: Words = ""
    confused_with: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    decide: Words = ""

    @model_validator(mode="after")
    def _decided(self) -> "ClassIn":
        if self.confused_with and not self.decide:
            raise ValueError(f"Say how to decide between {self.name} and {self.confused_with}.")
        return self


class ExampleIn(Entry):
    """A right and a wrong way, with the reason."""

    right: Filled
    wrong: Filled
    reason: Words = ""


class LabelingPlanIn(Entry):
    """The labeling plan: what is labelled, how it was chosen, the ontology and the instructions.

    `planted` are items for which the instructions say nothing on purpose; they never leave.
    """

    source: Words = ""
    how_drawn: Words = ""
    strata: Words = ""
    redaction: Words = ""
    pre_labels: Words = ""
    location: Annotated[Words, Field(description="Where the vendor gets the items.")] = ""
    ontology: Annotated[list[ClassIn], Field(max_length=500)] = []
    steps: Annotated[Long, Field(description="Step by step, one line each.")] = ""
    examples: Annotated[list[ExampleIn], Field(max_length=200)] = []
    mistakes: Annotated[Long, Field(description="Common mistakes, one line each.")] = ""
    in_doubt: Words = ""
    checked: Words = ""
    channel: Words = ""
    planted: Annotated[list[Line], Field(max_length=500)] = []

    @model_validator(mode="after")
    def _once(self) -> "LabelingPlanIn":
        names = [item.name for item in self.ontology]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"These classes stand twice: {', '.join(twice)}.")
        return self


def _address(value: str) -> str:
    if not _MAIL.fullmatch(value):
        raise ValueError(f"{value[:60]!r} is no mail address; write it like ada@example.org.")
    return value.lower()


MailAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_address)
]


class SentOut(BaseModel):
    """A mail and what became of it."""

    to: str
    at: datetime
    state: MailState
    error: str


class PublishIn(Entry):
    """Why a new version of the instructions is published."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class MilestoneIn(Entry):
    """A step on a day; `done` is the day it was reached, `round` the delivery that every vendor owes for it."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    day: date
    done: date | None = None
    round: Annotated[int | None, Field(ge=1, le=9)] = None


class RunIn(Entry):
    """The frame of a run: rounds of delivery, attempts by link in each, the last day of the present round."""

    rounds: Annotated[int, Field(ge=1, le=9)] = 2
    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    deadline: date | None = None
    contest_days: Annotated[
        int, Field(ge=0, le=60, description="Days after the close in which vendors contest their errors.")
    ] = 5
    shows_gold: Annotated[
        bool, Field(description="Whether vendors see our labels beside their errors after the close.")
    ] = True
    milestones: Annotated[list[MilestoneIn], Field(max_length=40)] = []


class StageIn(Entry):
    """The next stage of a pilot. Back to `running` after measuring opens a round of rework."""

    stage: PilotStage
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class PartLinkIn(Entry):
    """Who gets a vendor's link, and for how many days; with an address it is mailed."""

    holder_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    holder_email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)] = ""
    days: Annotated[int, Field(ge=1, le=365)] = 60

    @model_validator(mode="after")
    def _address(self) -> "PartLinkIn":
        if self.holder_email and not _MAIL.fullmatch(self.holder_email):
            raise ValueError("Type a mail address such as ada@example.org, or leave it empty.")
        return self


class QuestionIn(Entry):
    """A question, an edge case or a proposal, about one item or in general."""

    kind: QuestionKind = QuestionKind.QUESTION
    item: Line = ""
    text: Filled


class OurQuestionIn(QuestionIn):
    """A question of ours to one vendor."""

    candidate_id: UUID


class ReplyIn(Entry):
    """One more turn of a thread."""

    text: Filled


class PublishAnswerIn(Entry):
    """Question and answer as all vendors read them; who asked stays out."""

    question: Filled
    answer: Filled


class AdoptIn(Entry):
    """What became of an edge case or proposal."""

    adopted: Literal["yes", "no", "open"]


class MessageOut(BaseModel):
    """One turn."""

    by_us: bool
    text: str
    sent_at: datetime


class QuestionOut(BaseModel):
    """A thread as the API shows it; `hours` are the vendor's own working hours, None while it owes nothing."""

    id: UUID
    version: int
    candidate: str
    kind: QuestionKind
    item: str
    by_us: bool
    messages: list[MessageOut]
    public_text: str
    public_answer: str
    published_at: datetime | None
    adopted: bool | None
    noticed: bool
    hours: float | None


class PartOut(BaseModel):
    """A candidate's part as the API shows it; `lacking` are agreements that are not signed."""

    id: UUID | None
    candidate_id: UUID
    candidate: str
    promises_confirmed: bool
    promises_at: datetime | None
    instructions: int | None
    instructions_at: datetime | None
    link_until: datetime | None
    downloads: int
    attempts_used: int
    errors_shown_at: datetime | None
    lacking: list[str]


class GuardOut(BaseModel):
    """One line of the checklist before the pilot is agreed."""

    id: str
    title: str
    met: bool
    detail: str


class RunOut(BaseModel):
    """The run of a pilot as the API shows it."""

    version: int
    stage: PilotStage
    next: list[PilotStage]
    reason: str
    round: int
    rounds: int
    attempts: int
    shown_round: int
    deadline: date | None
    contest_days: int
    shows_gold: bool
    last_contest_day: date | None
    milestones: list[MilestoneIn]
    checklist: list[GuardOut]
    instructions: int | None
    plan: LabelingPlanIn


class DownloadOut(BaseModel):
    """One time a pack left."""

    at: datetime
    by_link: bool
    digest: str
    gold: int
    instructions: int


class LinkOut(BaseModel):
    """A link that was just made; it is shown this once."""

    url: str
    valid_until: datetime


class InstructionsOut(BaseModel):
    """A published version of the instructions."""

    number: int
    digest: str
    reason: str
    created_at: datetime
    plan: LabelingPlanIn


class PublishedOut(BaseModel):
    """A question and our answer as every vendor reads them."""

    question: str
    answer: str
    published_at: datetime | None


class StatusMailIn(Entry):
    """Who gets the status of a pilot: people of the panel and free addresses; whether every week; the next step."""

    people: Annotated[list[UUID], Field(max_length=100)] = []
    addresses: Annotated[list[MailAddress], Field(max_length=50)] = []
    note: Words = ""
    weekly: bool = False


class StatusMailOut(BaseModel):
    """Where the status goes, how it reads now, and what became of what was sent."""

    version: int
    recipients: list[str]
    stopped: list[str]
    note: str
    next_on: date | None
    subject: str
    text: str
    sent: list[SentOut]


class PublishExampleIn(Entry):
    """An item to publish with our labels, and what it is a good example of."""

    item: Annotated[str, Field(min_length=1, max_length=1000)]
    note: Filled


class ExampleOut(BaseModel):
    """A good example: it counts for nobody from gold version `gold_number` on."""

    item: str
    note: str
    labels: list[str]
    gold_number: int
    created_at: datetime
