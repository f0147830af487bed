"""The test project: its plan and promises, gold, deliveries, offers, and what was computed from them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.kit import canonical
from app.kit.columns import Points, Row, Versioned, big_integer, document, enum_text, moment


class PilotTask(StrEnum):
    """What is labelled; each has its formats and figures in `core.pilots.tasks`.

    What is `review_only` has no figures: its gold is the list of items, and people judge what came back.
    """

    CLASSIFICATION = "classification"
    MULTILABEL = "multilabel"
    BOXES = "boxes"
    POLYGONS = "polygons"
    MASKS = "masks"
    SPANS = "spans"
    TRANSCRIPTION = "transcription"
    TRANSLATION = "translation"
    REVIEW_ONLY = "review_only"


class PilotState(StrEnum):
    """Planned until the first delivery, running until closed."""

    PLANNED = "planned"
    RUNNING = "running"
    CLOSED = "closed"


class DeliveryState(StrEnum):
    """Whether a delivery counts; a replaced one stays readable."""

    ACCEPTED = "accepted"
    REPLACED = "replaced"


class Pilot(Versioned, table=True):
    """A test project of an evaluation. `criteria` is a list of `CriterionIn` documents, `iou` 10⁻⁴ steps.

    `sizing` is the `SizingIn` that gave the planned number of items, `mix` stratum -> its weight in production.
    `closed_at` is when it was closed last; it stays when the pilot is reopened.
    """

    __tablename__ = "pilot"

    evaluation_id: UUID = Field(foreign_key="evaluation.id", index=True, ondelete="CASCADE")
    task: PilotTask = Field(sa_type=enum_text(PilotTask))
    goal: str = Field(default="", max_length=2000)
    state: PilotState = Field(default=PilotState.PLANNED, sa_type=enum_text(PilotState))
    iou: int = Field(default=5000, sa_type=Points)
    data_class: str = Field(default="public", max_length=40)
    seed: int = Field(default=0, sa_type=big_integer())
    criteria: list[dict[str, Any]] = document(default_factory=list)
    criteria_locked_at: datetime | None = moment(default=None)
    currency: str = Field(default="USD", max_length=3)
    sizing: dict[str, Any] = document(default_factory=dict)
    mix: dict[str, float] = document(default_factory=dict)
    closed_at: datetime | None = moment(default=None)


class GoldVersion(Row, table=True):
    """One frozen version of the reference labels; the highest number counts, the others stay.

    `changes` tells what an upload changed in the version before it, in words.
    `amendments` changes what the file says: `excluded` items and right `labels` by item, from adjudication; `told`
    are excluded items whose labels vendors read, which stay out of every later version.
    """

    __tablename__ = "gold_version"
    __table_args__ = (sa.UniqueConstraint("pilot_id", "number"),)

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    number: int
    file_id: UUID = Field(foreign_key="file.id", index=True, ondelete="RESTRICT")
    digest: str = Field(max_length=64)
    items: int
    labels: int
    classes: list[str] = document(default_factory=list)
    repairs: list[str] = document(default_factory=list)
    note: str = Field(default="", max_length=500)
    changes: str = Field(default="", max_length=200)
    amendments: dict[str, Any] = document(default_factory=dict)
    added_by: UUID

    @property
    def identity(self) -> str:
        """What the version is known by: its file's digest, or one of the file together with its amendments."""
        return identity_of(self.digest, self.amendments)


def identity_of(digest: str, amendments: Mapping[str, Any]) -> str:
    """What a gold with these amendments is known by."""
    return canonical.digest({"file": digest, "amendments": dict(amendments)}) if amendments else digest


class Delivery(Versioned, table=True):
    """One candidate's labels of one round. `digest`, `times_digest` are those of the files' contents.

    `mapping` turns the vendor's labels into the gold's (null: their marks are dropped); with `accepts_repairs` the
    repairs that the reader offers are applied.
    `instructions` is the version that its team had confirmed, None where none was published. `is_late` tells that it
    came after the last day that its round had then.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        sa.Index(
            "uq_delivery_accepted",
            "pilot_id",
            "candidate_id",
            "round",
            unique=True,
            sqlite_where=sa.text("state = 'accepted'"),
            postgresql_where=sa.text("state = 'accepted'"),
        ),
    )

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    round: int
    state: DeliveryState = Field(default=DeliveryState.ACCEPTED, sa_type=enum_text(DeliveryState))
    file_id: UUID = Field(foreign_key="file.id", index=True, ondelete="RESTRICT")
    digest: str = Field(max_length=64)
    times_file_id: UUID | None = Field(default=None, foreign_key="file.id", index=True, ondelete="RESTRICT")
    times_digest: str = Field(default="", max_length=64)
    items: int
    missing: int
    labels: int
    annotators: int | None = Field(default=None)
    repairs: list[str] = document(default_factory=list)
    warnings: list[str] = document(default_factory=list)
    accepts_repairs: bool = Field(default=False)
    mapping: dict[str, str | None] = document(default_factory=dict)
    received_at: datetime = moment()
    uploaded_by: UUID
    instructions: int | None = Field(default=None)
    is_late: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class PilotOffer(Versioned, table=True):
    """What a candidate charges: price lines as `core.pilots.cost.Line` documents, money in minor units.

    Sealed: only who may read prices sees it. `seal` is a random text that goes into the audit's digest, so
    that the price cannot be guessed from the record.
    """

    __tablename__ = "pilot_offer"
    __table_args__ = (sa.UniqueConstraint("pilot_id", "candidate_id"),)

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True, ondelete="CASCADE")
    currency: str = Field(max_length=3)
    minimum: int = Field(default=0, sa_type=big_integer())
    monthly_minimum: int = Field(default=0, sa_type=big_integer())
    lines: list[dict[str, Any]] = document(default_factory=list)
    note: str = Field(default="", max_length=1000)
    seal: str = Field(max_length=64)


class PilotResult(Row, table=True):
    """A computed comparison, kept by the digest of its inputs; can always be computed again from the files.

    `report` holds the figures (`reading.compared`), `outcomes` the findings item by item (compressed JSON).
    With a `subset` (`service.computing.Subset`) the figures are those of some items alone, and `outcomes` is empty.
    """

    __tablename__ = "pilot_result"
    __owner__: ClassVar[tuple[str, str]] = ("pilot", "pilot_id")
    __table_args__ = (sa.UniqueConstraint("pilot_id", "digest"), sa.UniqueConstraint("pilot_id", "revision"))

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    revision: int
    digest: str = Field(max_length=64)
    engine: str = Field(max_length=40)
    gold_number: int
    report: dict[str, Any] = document(default_factory=dict)
    outcomes: bytes = Field(sa_type=sa.LargeBinary)
    subset: dict[str, Any] = document(default_factory=dict)


class PilotLook(Row, table=True):
    """Somebody looked at random items before any figure; `items` is how many were shown."""

    __tablename__ = "pilot_look"
    __owner__: ClassVar[tuple[str, str]] = ("pilot", "pilot_id")
    __table_args__ = (sa.UniqueConstraint("pilot_id", "person_id"),)

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    person_id: UUID
    items: int


class PilotItems(Row, table=True):
    """One version of the item list; the highest number counts, the others stay.

    `content` are the items as `reading.check_items` tells them (compressed JSON), `roles` how many there are of each.
    `seal` is a random text from which the codes of the pack follow; it stays the same from version to version.
    """

    __tablename__ = "pilot_items"
    __table_args__ = (sa.UniqueConstraint("pilot_id", "number"),)

    pilot_id: UUID = Field(foreign_key="pilot.id", ondelete="CASCADE")
    number: int
    file_id: UUID = Field(foreign_key="file.id", index=True, ondelete="RESTRICT")
    digest: str = Field(max_length=64)
    items: int
    roles: dict[str, int] = document(default_factory=dict)
    notes: list[str] = document(default_factory=list)
    content: bytes = Field(sa_type=sa.LargeBinary)
    seal: str = Field(max_length=64)
    added_by: UUID


class PilotImages(Row, table=True):
    """One archive of images of the pilot's items; the newest counts. `content` tells of each image its member,
    media type, width, height and bytes (compressed JSON, by the name it goes by)."""

    __tablename__ = "pilot_images"

    pilot_id: UUID = Field(foreign_key="pilot.id", index=True, ondelete="CASCADE")
    file_id: UUID = Field(foreign_key="file.id", index=True, ondelete="RESTRICT")
    digest: str = Field(max_length=64)
    images: int
    content: bytes = Field(sa_type=sa.LargeBinary)
    added_by: UUID


class DraftState(StrEnum):
    """Whether gold is still being made of our own label sets."""

    OPEN = "open"
    FROZEN = "frozen"
    DROPPED = "dropped"


class GoldDraft(Versioned, table=True):
    """Gold in the making: two to five label sets of our own (`GoldSet`), what they agree on and what they dispute.

    `items_digest` is that of the item list they were read with, `agreement` and `content` (compressed JSON) as
    `reading_sets.compare_own` tells. `gold_number` is the version it was frozen to.
    """

    __tablename__ = "gold_draft"
    __table_args__ = (
        sa.Index(
            "uq_gold_draft_open",
            "pilot_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    pilot_id: UUID = Field(foreign_key="pilot.id", index=True, ondelete="CASCADE")
    state: DraftState = Field(default=DraftState.OPEN, sa_type=enum_text(DraftState))
    items_digest: str = Field(default="", max_length=64)
    iou: int = Field(sa_type=Points)
    plain_texts: bool = Field(default=False)
    accepts_repairs: bool = Field(default=False)
    agreed: int
    disputed: int
    agreement: dict[str, Any] = document(default_factory=dict)
    content: bytes = Field(sa_type=sa.LargeBinary)
    gold_number: int | None = Field(default=None)
    added_by: UUID
    frozen_by: UUID | None = Field(default=None)
    frozen_at: datetime | None = moment(default=None)


class GoldSet(Row, table=True):
    """One label set of a draft; `place` counts from 0, which is set A."""

    __tablename__ = "gold_set"
    __owner__: ClassVar[tuple[str, str]] = ("gold_draft", "draft_id")
    __table_args__ = (sa.UniqueConstraint("draft_id", "place"),)

    draft_id: UUID = Field(foreign_key="gold_draft.id", ondelete="CASCADE")
    place: int
    file_id: UUID = Field(foreign_key="file.id", index=True, ondelete="RESTRICT")
    digest: str = Field(max_length=64)
    name: str = Field(max_length=255)


class ChoiceKind(StrEnum):
    """What becomes of an item that our own label sets dispute."""

    TAKE = "take"
    OWN = "own"
    EXCLUDE = "exclude"


class GoldChoice(Versioned, table=True):
    """What was decided about a disputed item: `side` is the set whose answer is taken (its place), `marks` our own."""

    __tablename__ = "gold_choice"
    __table_args__ = (sa.UniqueConstraint("draft_id", "item"),)

    draft_id: UUID = Field(foreign_key="gold_draft.id", ondelete="CASCADE")
    item: str = Field(max_length=1000)
    kind: ChoiceKind = Field(sa_type=enum_text(ChoiceKind))
    side: int = Field(default=0)
    marks: list[dict[str, Any]] = document(default_factory=list)
    decided_by: UUID
