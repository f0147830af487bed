"""What a vendor and its programs send and get, and what vendors contest."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from app.pilots.models import DeliveryState, PilotTask
from app.pilots.schemas import CriterionIn
from app.reviews.models import ItemContest, Ruling
from app.runs.models import PilotStage, QuestionKind
from app.runs.schemas import Entry, Filled, LabelingPlanIn, MessageOut, MilestoneIn


class ContestIn(Entry):
    """Why a vendor did not err on an item."""

    item: Annotated[str, Field(min_length=1, max_length=1000)]
    reason: Filled


class ContestOut(BaseModel):
    """A contested item as the API shows it; `ruling` and `answer` once it is decided."""

    id: UUID
    candidate: str
    item: str
    reason: str
    gold: int
    contested_at: datetime
    ruling: Ruling | None
    answer: str
    answered_at: datetime | None

    @classmethod
    def of(cls, row: ItemContest) -> "ContestOut":
        """A stored contest."""
        return cls(
            id=row.id,
            candidate=row.code,
            item=row.item,
            reason=row.reason,
            gold=row.gold_number,
            contested_at=row.created_at,
            ruling=row.ruling,
            answer=row.answer,
            answered_at=row.answered_at,
        )


class ErrorOut(BaseModel):
    """An item on which the vendor erred: how often, and in which way."""

    item: str
    errors: dict[str, int]


class OwnErrorsOut(BaseModel):
    """A vendor's own errors after the close; `hidden` says why none are shown, '' while they are.

    `last_day` is the last one on which it may contest them.
    """

    hidden: str
    last_day: date | None
    may_contest: bool
    errors: list[ErrorOut]
    contests: list[ContestOut]


class ExchangeIn(Entry):
    """The secret of a vendor's link: the last part of its address."""

    secret: Annotated[str, Field(min_length=1, max_length=200)]


class PartTokenOut(BaseModel):
    """A bearer token for one part; it is shown this once."""

    part_id: UUID
    token: str
    link_until: datetime


class ConfirmPromisesIn(Entry):
    """The digest of the promises as they were shown."""

    digest: Annotated[str, Field(max_length=64)]


class ConfirmInstructionsIn(Entry):
    """The version that the team works after."""

    number: Annotated[int, Field(ge=1)]


class LabelerIn(Entry):
    """Whose link it is: a team or a code, no personal name."""

    holder_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class LinkUrlOut(BaseModel):
    """A link's address; it is shown this once."""

    url: str


class FigureOut(BaseModel):
    """A figure beside the threshold it is held to."""

    metric: str
    value: float
    of: str
    bound: float
    met: bool


class OwnScoreOut(BaseModel):
    """A vendor's score of a measured round."""

    round: int
    figures: list[FigureOut]


class WorkOut(BaseModel):
    """A vendor's part for its programs. `closed` and `pack_closed` say why no delivery is taken and no pack handed
    out, '' while they are; `promises_digest` is what a confirmation repeats."""

    stage: PilotStage
    goal: str
    task: PilotTask
    round: int
    rounds: int
    deadline: date | None
    attempts_left: int
    closed: str
    pack_closed: str
    criteria: list[CriterionIn]
    promises_digest: str
    promises_confirmed: bool
    instructions: int | None
    instructions_confirmed: int | None
    plan: LabelingPlanIn | None
    milestones: list[MilestoneIn]
    scores: list[OwnScoreOut]


class ReceiptOut(BaseModel):
    """The receipt of a delivery."""

    id: UUID
    round: int
    state: DeliveryState
    digest: str
    items: int
    missing: int
    labels: int
    annotators: int | None
    repairs: list[str]
    mapping: dict[str, str | None]
    accepts_repairs: bool
    received_at: datetime
    instructions: int | None


class OwnQuestionOut(BaseModel):
    """A thread as its vendor reads it."""

    id: UUID
    kind: QuestionKind
    item: str
    by_us: bool
    messages: list[MessageOut]
    adopted: bool | None
