"""Input of the verbs and answers of the API."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.core.questionnaire.sheets import PARTS
from app.questionnaires.models import Confidence, ResponseState, Variant, VersionState

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


class StartIn(BaseModel):
    """Begin a response of a candidate."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, StringConstraints(max_length=80)] = Field(
        default="discovery-call", description="Id of the questionnaire in the library."
    )
    variant: Variant = Variant.FULL


class SendIn(BaseModel):
    """Hand the response to the vendor: who gets the link, until when, and whether Assay mails it."""

    model_config = ConfigDict(extra="forbid")

    holder_name: Annotated[Line, StringConstraints(min_length=1)] = Field(examples=["Maria Chen"])
    holder_email: (
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
        | None
    ) = Field(default=None, description="Empty: nothing is mailed, copy the link.")
    due: date | None = Field(default=None, description="Last day for the answers.")
    reminders: bool = Field(
        default=True, description="Whether Assay reminds the vendor 7, 3 and 1 days before the due day."
    )


class DelegateIn(BaseModel):
    """A colleague of the vendor who fills in one section."""

    model_config = ConfigDict(extra="forbid")

    holder_name: Annotated[Line, StringConstraints(min_length=1)]
    holder_email: (
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
        | None
    ) = None


class AnswerIn(BaseModel):
    """What was filled in for one question; `value` as text or plain JSON, null takes the answer away."""

    model_config = ConfigDict(extra="forbid")

    value: Any = Field(default=None, examples=["named", 12, ["overlap", "gold"], [{"role": "Reviewer"}]])
    confidence: Confidence = Confidence.TOLD
    not_applicable: bool = Field(
        default=False,
        description="We accept that the question does not apply. From a vendor's link: the vendor says so, with the "
        "reason in `comment` and no value; it counts once we accept it.",
    )
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = Field(
        default="", description="Ours alone; no vendor sees it."
    )
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = Field(
        default="", description="The vendor's own words beside the answer; taken from a vendor's link only."
    )


class MarkIn(BaseModel):
    """A reviewer's mark 0–5 for an answer; null takes it away. `revision` is the one that was read."""

    model_config = ConfigDict(extra="forbid")

    mark: Any = Field(default=None, examples=[4])
    revision: int | None = None


Key = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class NewTemplateIn(BaseModel):
    """The address and title of a questionnaire of our own: a blank one, or a copy of another."""

    model_config = ConfigDict(extra="forbid")

    key: Key = Field(
        default="",
        description="Lower-case letters, digits and hyphens; it stands in addresses. Blank: made of the title.",
        examples=["security-short"],
    )
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = Field(
        examples=["Security, short"]
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        if not isinstance(given, dict) or str(given.get("key") or "").strip():
            return given
        name = re.sub(r"[^a-z0-9]+", "-", str(given.get("title") or "").casefold()).strip("-")[:64]
        return {**given, "key": name or "questionnaire"}


class TextIn(BaseModel):
    """A questionnaire as YAML text."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)]


class BodyIn(BaseModel):
    """The plain values of a draft; id and version are kept as they are."""

    model_config = ConfigDict(extra="forbid")

    body: dict[str, Any]


ColumnNumber = Annotated[int | None, Field(ge=0, lt=60)]


class ColumnsIn(BaseModel):
    """Which column of a spreadsheet holds what; rows and columns are counted from 0, empty: none does."""

    model_config = ConfigDict(extra="forbid")

    sheet: int = Field(default=0, ge=0, lt=120)
    header: int = Field(default=0, ge=0, lt=5000, description="The row with the headings.")
    every_sheet: bool = Field(default=False, description="Take every sheet with the same headings.")
    id: ColumnNumber = None
    section: ColumnNumber = None
    question: ColumnNumber = None
    options: ColumnNumber = None
    help: ColumnNumber = None
    answer: ColumnNumber = None
    comment: ColumnNumber = None
    kind: Literal["yes_no", "long_text", "text"] = Field(
        default="yes_no", description="Type of a question whose possible answers the sheet does not list."
    )

    def at(self) -> dict[str, int]:
        """Part -> column, of those that are named."""
        named = {part: getattr(self, part) for part in PARTS}
        return {part: column for part, column in named.items() if column is not None}


class SheetOut(BaseModel):
    """A spreadsheet on its way; `columns` are those named, remembered from the last file of this shape, or guessed."""

    id: UUID
    name: str
    sheets: list[str]
    headings: list[str]
    columns: ColumnsIn
    remembered: bool
    response_id: UUID | None


class SheetDraftOut(BaseModel):
    """What a spreadsheet would become, and what was left out."""

    body: dict[str, Any]
    notes: list[str]


class ProposedAnswer(BaseModel):
    """An answer of a filled spreadsheet beside what stands."""

    question_id: str
    before: str
    after: str


class SheetAnswersOut(BaseModel):
    """The answers of a filled spreadsheet that differ, and the rows that could not be used."""

    answers: list[ProposedAnswer]
    notes: list[str]


class AppliedOut(BaseModel):
    """How many answers were written down."""

    applied: int


class VersionOut(BaseModel):
    """A version of a questionnaire of our own; `problems` have to go before a draft can be published."""

    id: UUID
    version: int = Field(description="For If-Match of the next change.")
    key: str
    number: int
    title: str
    state: VersionState
    based_on: str
    problems: list[str]
    never_shown: list[str] = Field(description="Ids of questions that no need and no answers bring up.")
    body: dict[str, Any]


class ChangeOut(BaseModel):
    """What happened to the head, a section or a question between two versions."""

    subject: str = Field(examples=["question"])
    id: str
    text: str
    kind: str = Field(examples=["added", "removed", "changed"])
    differences: list[dict[str, Any]] = Field(description="key, before and after of everything that differs.")


class ReasonIn(BaseModel):
    """Why something is done."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]


class ExtendIn(BaseModel):
    """A new last day for the answers."""

    model_config = ConfigDict(extra="forbid")

    due: date


class ReturnIn(BaseModel):
    """Why an answer is sent back, and by when it is wanted."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)] = Field(
        description="The vendor reads this."
    )
    due: date


class AskIn(BaseModel):
    """A vendor's question about the questionnaire, or about one of its questions."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
    question_id: Annotated[str, StringConstraints(max_length=80)] = ""


class ClarifyIn(BaseModel):
    """Our answer to everybody; `wording` is the question as all of them read it, without naming the asker."""

    model_config = ConfigDict(extra="forbid")

    wording: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class CallIn(BaseModel):
    """When and where the call is; one attendee a line, with a mail address where an invitation shall go."""

    model_config = ConfigDict(extra="forbid")

    planned_at: datetime | None = Field(
        default=None, description="Without an offset: in the time zone of the evaluation."
    )
    place: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    attendees: Annotated[str, StringConstraints(strip_whitespace=True, max_length=3000)] = ""


class FlagIn(BaseModel):
    """Whether a question needs a follow-up, and which."""

    model_config = ConfigDict(extra="forbid")

    flag: bool = False
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class SummaryIn(BaseModel):
    """Where the summary of a call goes, in which words."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]


class QuestionnaireOut(BaseModel):
    """A questionnaire of the library in short; `source` shipped or own, `state` published or draft."""

    key: str
    version: int
    title: str
    source: str = Field(examples=["shipped", "own"])
    state: VersionState
    questions: int
    core_questions: int
    minutes: int


class QuestionnaireFull(QuestionnaireOut):
    """A questionnaire of the library with its plain values."""

    body: dict[str, Any]


class AnswerOut(BaseModel):
    """An answer; `revision` goes into If-Match of the next change."""

    id: UUID
    question_id: str
    value: Any
    confidence: Confidence
    not_applicable: bool
    says_not_applicable: bool = Field(description="The vendor says it does not apply; `comment` says why.")
    note: str
    comment: str
    mark: int | None
    revision: int
    answered_by: UUID
    answered_at: datetime


class QuestionPoints(BaseModel):
    """What one question adds to the total; `state` scored, open, to_mark, undecided or closed_unanswered."""

    section: str
    question_id: str
    state: str
    low: float = Field(description="Points of 100 for the answer, at least.")
    high: float
    share: float = Field(description="Its part of the total, 0 to 1.")
    adds_low: float = Field(description="Points of the total; those of all questions add up to it.")
    adds_high: float


class ScoreOut(BaseModel):
    """Points of 100 as an interval, null when nothing is scored; `knock_outs` end it whatever the score."""

    low: float | None
    high: float | None
    coverage: float | None
    knock_outs: list[str]
    left_out: list[str] = Field(description="Sealed sections that were not counted.")
    questions: list[QuestionPoints]


class ResponseOut(BaseModel):
    """A response with what may be read of it."""

    id: UUID
    version: int
    candidate_id: UUID
    key: str
    questionnaire_version: int
    variant: Variant
    state: ResponseState
    due: date | None
    sent_at: datetime | None
    submitted_at: datetime | None
    closed_at: datetime | None
    asked: int
    settled: int
    sealed_hidden: bool = Field(description="Whether sealed sections are kept from the one who asks.")
    score: ScoreOut
    answers: list[AnswerOut]


class SentOut(BaseModel):
    """A response that was handed out; `link` is shown only now."""

    response: ResponseOut
    link: str
    valid_until: datetime


class ComparedAnswer(BaseModel):
    """One candidate's answer in the side-by-side table; `status` answered, open, not_applicable, not_asked…"""

    candidate_id: UUID
    status: str
    text: str
    confidence: Confidence | None
    revision: int | None
    points: float | None = Field(description="What the answer is worth of 100; null where it has no points.")


class ComparedQuestion(BaseModel):
    """One question with the answers of all candidates."""

    question_id: str
    section: str
    text: str
    answers: list[ComparedAnswer]
