"""Pinned questionnaires, responses of candidates, answers and their revisions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.kit.columns import Row, Versioned, document, enum_text, moment


class Variant(StrEnum):
    """All questions, or only those marked core."""

    FULL = "full"
    CORE = "core"


class ResponseState(StrEnum):
    """Where a response stands. Submitted: its answerer is done; closed: nobody will answer what is open."""

    DRAFT = "draft"
    SENT = "sent"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    CLOSED = "closed"


FINISHED = frozenset({ResponseState.SUBMITTED, ResponseState.CLOSED})


class Confidence(StrEnum):
    """How an answer was given: said, shown on screen, or backed by a document."""

    TOLD = "told"
    SHOWN = "shown"
    EVIDENCED = "evidenced"


class PinnedQuestionnaire(Row, table=True):
    """A questionnaire as it was when first used; never changed. `body` holds its plain values, with the words of
    the taxonomy written out, `digest` is their SHA-256."""

    __tablename__ = "questionnaire"

    key: str = Field(max_length=80, index=True)
    version: int
    digest: str = Field(max_length=64, unique=True)
    body: dict[str, Any] = document()


class VersionState(StrEnum):
    """A draft can be edited and asked of nobody; a published version never changes again."""

    DRAFT = "draft"
    PUBLISHED = "published"


class QuestionnaireVersion(Versioned, table=True):
    """One version of a questionnaire of our own; shipped ones are files of the library and have no row.

    `body` holds the plain values, the levels of scales as text; a draft's may have faults.
    """

    __tablename__ = "questionnaire_version"
    __table_args__ = (sa.UniqueConstraint("key", "number"),)

    key: str = Field(max_length=80, index=True)
    number: int
    title: str = Field(max_length=200)
    body: dict[str, Any] = document()
    state: VersionState = Field(default=VersionState.DRAFT, sa_type=enum_text(VersionState))
    based_on: str = Field(default="", max_length=100)
    created_by: UUID
    published_at: datetime | None = moment(default=None)


class SheetImport(Versioned, table=True):
    """A spreadsheet on its way to a draft or to answers: its cells as text, until it is used or thrown away.

    `sheets` is a list of {name, rows}; `columns` says which column holds what, once somebody said so. `response_id`
    is set when it holds a vendor's answers.
    """

    __tablename__ = "sheet_import"

    name: str = Field(max_length=150)
    sheets: list[dict[str, Any]] = document()
    columns: dict[str, Any] = document(default_factory=dict)
    response_id: UUID | None = Field(
        default=None, foreign_key="questionnaire_response.id", index=True, ondelete="CASCADE"
    )
    created_by: UUID


class SheetMapping(Versioned, table=True):
    """Which column of a spreadsheet of one shape holds what; `shape` is a digest of its headings."""

    __tablename__ = "sheet_mapping"

    shape: str = Field(max_length=64, unique=True)
    headings: list[str] = document()
    columns: dict[str, Any] = document()


class QuestionnaireResponse(Versioned, table=True):
    """A questionnaire asked of a candidate; `link_id` is the vendor's link that works now."""

    __tablename__ = "questionnaire_response"
    __table_args__ = (sa.UniqueConstraint("candidate_id", "key"),)

    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    questionnaire_id: UUID = Field(foreign_key="questionnaire.id", index=True, ondelete="RESTRICT")
    key: str = Field(max_length=80)
    variant: Variant = Field(default=Variant.FULL, sa_type=enum_text(Variant))
    state: ResponseState = Field(default=ResponseState.DRAFT, sa_type=enum_text(ResponseState))
    due: date | None = Field(default=None)
    sent_at: datetime | None = moment(default=None)
    sent_by: UUID | None = Field(default=None)
    submitted_at: datetime | None = moment(default=None)
    submitted_by: UUID | None = Field(default=None)
    closed_at: datetime | None = moment(default=None)
    link_id: UUID | None = Field(default=None, index=True)
    reminders: bool = Field(default=True)


class AnswerRow(Versioned, table=True):
    """What stands for one question now. `revision` counts what was answered; `mark` is a reviewer's 0–5 and
    belongs to that revision: a new one takes it away. `note` is ours alone, `comment` the vendor's.
    `says_not_applicable`: the vendor says so in `comment`; it counts once we accept it as `not_applicable`."""

    __tablename__ = "answer"
    __owner__: ClassVar[tuple[str, str]] = ("questionnaire_response", "response_id")
    __table_args__ = (sa.UniqueConstraint("response_id", "question_id"),)

    response_id: UUID = Field(foreign_key="questionnaire_response.id", index=True, ondelete="CASCADE")
    question_id: str = Field(max_length=80)
    value: Any = document(nullable=True)
    confidence: Confidence = Field(default=Confidence.TOLD, sa_type=enum_text(Confidence))
    not_applicable: bool = Field(default=False)
    says_not_applicable: bool = Field(default=False)
    note: str = Field(default="", max_length=4000)
    comment: str = Field(default="", max_length=4000)
    mark: int | None = Field(default=None)
    revision: int = Field(default=1)
    answered_by: UUID
    answered_at: datetime = moment()


class AnswerRevision(Row, table=True):
    """One revision of an answer, kept for ever. `salt` keys the digest in the audit chain, so that the chain
    proves the answer and tells nobody a price or a name."""

    __tablename__ = "answer_revision"
    __owner__: ClassVar[tuple[str, str]] = ("questionnaire_response", "response_id")
    __table_args__ = (sa.UniqueConstraint("answer_id", "revision"),)

    answer_id: UUID = Field(foreign_key="answer.id", ondelete="CASCADE")
    response_id: UUID = Field(foreign_key="questionnaire_response.id", index=True, ondelete="CASCADE")
    revision: int
    value: Any = document(nullable=True)
    confidence: Confidence = Field(sa_type=enum_text(Confidence))
    not_applicable: bool
    says_not_applicable: bool = Field(default=False)
    note: str = Field(default="", max_length=4000)
    comment: str = Field(default="", max_length=4000)
    salt: str = Field(max_length=64)
    answered_by: UUID
    answered_at: datetime = moment()


class LinkKind(StrEnum):
    """Why a link was handed out: to answer, to remind, or by the vendor to a colleague for one section."""

    MAIN = "main"
    REMINDER = "reminder"
    DELEGATE = "delegate"


class ResponseLink(Row, table=True):
    """A vendor's way into a response; `section_id` '' means all of it. `link_id` names the row of its secret."""

    __tablename__ = "response_link"
    __owner__: ClassVar[tuple[str, str]] = ("questionnaire_response", "response_id")

    response_id: UUID = Field(foreign_key="questionnaire_response.id", index=True, ondelete="CASCADE")
    link_id: UUID = Field(foreign_key="one_time_link.id", unique=True, ondelete="CASCADE")
    kind: LinkKind = Field(default=LinkKind.MAIN, sa_type=enum_text(LinkKind))
    section_id: str = Field(default="", max_length=80)


class LateDraft(Row, table=True):
    """What a vendor typed when answers were no longer taken: kept until we take it over or leave it."""

    __tablename__ = "late_draft"
    __owner__: ClassVar[tuple[str, str]] = ("questionnaire_response", "response_id")
    __table_args__ = (sa.UniqueConstraint("response_id", "question_id", "saved_by"),)

    response_id: UUID = Field(foreign_key="questionnaire_response.id", index=True, ondelete="CASCADE")
    question_id: str = Field(max_length=80)
    value: Any = document(nullable=True)
    comment: str = Field(default="", max_length=4000)
    saved_by: UUID
    saved_at: datetime = moment()


class AnswerReturn(Row, table=True):
    """One answer sent back to the vendor with what is missing; open until it is handed in again."""

    __tablename__ = "answer_return"
    __owner__: ClassVar[tuple[str, str]] = ("questionnaire_response", "response_id")

    response_id: UUID = Field(foreign_key="questionnaire_response.id", index=True, ondelete="CASCADE")
    question_id: str = Field(max_length=80)
    reason: str = Field(max_length=1000)
    due: date
    returned_by: UUID
    settled_at: datetime | None = moment(default=None)


class Clarification(Versioned, table=True):
    """A vendor's question about a questionnaire. Once answered, every vendor asked the same reads `wording` and
    `answer`, never who asked."""

    __tablename__ = "clarification"
    __owner__: ClassVar[tuple[str, str]] = ("questionnaire_response", "response_id")

    response_id: UUID = Field(foreign_key="questionnaire_response.id", index=True, ondelete="CASCADE")
    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    key: str = Field(max_length=80)
    question_id: str = Field(default="", max_length=80)
    text: str = Field(max_length=2000)
    wording: str = Field(default="", max_length=2000)
    answer: str = Field(default="", max_length=4000)
    answered_at: datetime | None = moment(default=None)


class Call(Versioned, table=True):
    """The discovery call about a response: planned, held, who took part (names stay out of the audit chain)."""

    __tablename__ = "discovery_call"
    __owner__: ClassVar[tuple[str, str]] = ("questionnaire_response", "response_id")

    response_id: UUID = Field(foreign_key="questionnaire_response.id", unique=True, ondelete="CASCADE")
    planned_at: datetime | None = moment(default=None)
    place: str = Field(default="", max_length=500)
    attendees: list[str] = document(default_factory=list)
    started_at: datetime | None = moment(default=None)
    ended_at: datetime | None = moment(default=None)


class FollowUp(Row, table=True):
    """A question marked in the call for a follow-up; `text` says what was promised or is missing."""

    __tablename__ = "follow_up"
    __owner__: ClassVar[tuple[str, str]] = ("questionnaire_response", "response_id")
    __table_args__ = (sa.UniqueConstraint("response_id", "question_id"),)

    response_id: UUID = Field(foreign_key="questionnaire_response.id", index=True, ondelete="CASCADE")
    question_id: str = Field(max_length=80)
    text: str = Field(default="", max_length=500)
