"""How a pilot is run with the vendors: the labeling plan, its published versions, links, packs, questions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.kit.columns import Row, Versioned, document, enum_text, moment


class PilotStage(StrEnum):
    """Where a pilot stands with its vendors; what each of them reached is the comparison's part."""

    PLANNED = "planned"
    AGREED = "agreed"
    CALIBRATING = "calibrating"
    RUNNING = "running"
    DELIVERED = "delivered"
    MEASURING = "measuring"
    CLOSED = "closed"
    ABORTED = "aborted"


class PilotLinkKind(StrEnum):
    """What a vendor's link reaches: everything of its part, or the instructions and questions alone."""

    MAIN = "main"
    LABELER = "labeler"


class QuestionKind(StrEnum):
    """What a message begins: a question, an edge case found, a proposal for the instructions."""

    QUESTION = "question"
    EDGE_CASE = "edge_case"
    PROPOSAL = "proposal"


class PilotRun(Versioned, table=True):
    """The run of one pilot. `plan` is a `LabelingPlanIn` document, `milestones` a list of `MilestoneIn`.

    `shown_round` is the newest round whose figures its vendor may see while the pilot runs, 0 before any was measured.
    After the close each vendor sees its own errors, with `shows_gold` beside our labels, and contests them for
    `contest_days` days.
    """

    __tablename__ = "pilot_run"

    pilot_id: UUID = Field(foreign_key="pilot.id", unique=True, ondelete="CASCADE")
    stage: PilotStage = Field(default=PilotStage.PLANNED, sa_type=enum_text(PilotStage))
    reason: str = Field(default="", max_length=500)
    plan: dict[str, Any] = document(default_factory=dict)
    milestones: list[dict[str, Any]] = document(default_factory=list)
    round: int = Field(default=1)
    rounds: int = Field(default=2)
    attempts: int = Field(default=3)
    shown_round: int = Field(default=0)
    deadline: date | None = Field(default=None)
    contest_days: int = Field(default=5)
    shows_gold: bool = Field(default=True)


class PilotInstructions(Row, table=True):
    """One published version of the labeling plan; the highest number counts, the others stay."""

    __tablename__ = "pilot_instructions"
    __table_args__ = (sa.UniqueConstraint("pilot_id", "number"),)

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    number: int
    plan: dict[str, Any] = document(default_factory=dict)
    digest: str = Field(max_length=64)
    reason: str = Field(default="", max_length=500)
    published_by: UUID


class PilotPart(Versioned, table=True):
    """One candidate's part in a pilot. `promises` is the digest of what its link's holder confirmed.

    `errors_at` is when it was first shown its errors against the gold: from then on it delivers no more.
    """

    __tablename__ = "pilot_part"
    __table_args__ = (sa.UniqueConstraint("pilot_id", "candidate_id"),)

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    promises: str = Field(default="", max_length=64)
    promises_at: datetime | None = moment(default=None)
    instructions: int | None = Field(default=None)
    instructions_at: datetime | None = moment(default=None)
    errors_at: datetime | None = moment(default=None)


class PilotLink(Row, table=True):
    """A link that was handed out for a part."""

    __tablename__ = "pilot_link"
    __owner__: ClassVar[tuple[str, str]] = ("pilot_part", "part_id")

    part_id: UUID = Field(foreign_key="pilot_part.id", index=True, ondelete="CASCADE")
    link_id: UUID = Field(foreign_key="one_time_link.id", unique=True, ondelete="CASCADE")
    kind: PilotLinkKind = Field(sa_type=enum_text(PilotLinkKind))


class PackDownload(Row, table=True):
    """One time a pilot pack left: by whom (a person or a link), with which content."""

    __tablename__ = "pack_download"
    __owner__: ClassVar[tuple[str, str]] = ("pilot_part", "part_id")

    part_id: UUID = Field(foreign_key="pilot_part.id", index=True, ondelete="CASCADE")
    actor_id: UUID
    by_link: bool
    digest: str = Field(max_length=64)
    gold_number: int
    instructions: int


class PilotQuestion(Versioned, table=True):
    """A thread between one vendor and us. `public_text` is the question as all vendors read it once published.

    `adopted` tells what became of an edge case or proposal: None while it is open.
    """

    __tablename__ = "pilot_question"

    pilot_id: UUID = Field(foreign_key="pilot.id", index=True, ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    kind: QuestionKind = Field(default=QuestionKind.QUESTION, sa_type=enum_text(QuestionKind))
    item: str = Field(default="", max_length=300)
    by_us: bool = Field(default=False)
    link_kind: str = Field(default="", max_length=20)
    public_text: str = Field(default="", max_length=2000)
    public_answer: str = Field(default="", max_length=2000)
    published_at: datetime | None = moment(default=None)
    adopted: bool | None = Field(default=None)


class PilotMessage(Row, table=True):
    """One turn of a thread; `sent_at` decides whose turn it was and for how long."""

    __tablename__ = "pilot_message"
    __owner__: ClassVar[tuple[str, str]] = ("pilot_question", "question_id")

    question_id: UUID = Field(foreign_key="pilot_question.id", index=True, ondelete="CASCADE")
    by_us: bool
    text: str = Field(max_length=2000)
    sent_at: datetime = moment()
    author_id: UUID


class StatusMail(Versioned, table=True):
    """Where a pilot's status goes by mail. `note` is the next step in our words; `next_on` the day of the next
    weekly mail, None while none is sent by itself."""

    __tablename__ = "pilot_status_mail"

    pilot_id: UUID = Field(foreign_key="pilot.id", unique=True, ondelete="CASCADE")
    note: str = Field(default="", max_length=2000)
    next_on: date | None = Field(default=None)


class StatusRecipient(Row, table=True):
    """Somebody who gets the status: a person of the panel, whose address is looked up, or a free address.

    `token` is the secret of the link that stops the mails; `stopped_at` stays, so that nobody is asked again.
    """

    __tablename__ = "pilot_status_recipient"
    __owner__: ClassVar[tuple[str, str]] = ("pilot_status_mail", "mail_id")

    mail_id: UUID = Field(foreign_key="pilot_status_mail.id", index=True, ondelete="CASCADE")
    person_id: UUID | None = Field(default=None)
    email: str = Field(default="", max_length=254)
    token: str = Field(max_length=64, unique=True)
    stopped_at: datetime | None = moment(default=None)


class PilotExample(Row, table=True):
    """An item with our labels that every vendor reads as a good example. It counts for nobody from gold version
    `gold_number` on. `shown` is the item with our labels, as `ShownExample` reads it."""

    __tablename__ = "pilot_example"
    __table_args__ = (sa.UniqueConstraint("pilot_id", "item"),)

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    item: str = Field(max_length=1000)
    note: str = Field(default="", max_length=2000)
    gold_number: int
    shown: dict[str, Any] = document(default_factory=dict)
    published_by: UUID
