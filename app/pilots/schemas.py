"""What people and programs send and get about pilots."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.core.pilots.tariff import Tiering
from app.kit import library
from app.pilots.models import DeliveryState, PilotState, PilotTask

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Bound = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Currency = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z]{3}$")]

_OBJECTS = {"f1": "F1", "precision": "Precision", "recall": "Recall"}


def _region(many: str, figures: Mapping[str, str]) -> dict[str, str]:
    return {
        **_OBJECTS,
        **figures,
        "by_class.f1": "F1 of every class",
        "missing": f"Missing {many}, share of gold",
        "wrong_label": "Wrong labels, share of gold",
        "loose": f"Loose {many}, share of gold",
        "extra": f"Extra {many}, share of gold",
    }


# Criterion -> its name; of those in AT_MOST and LOWER the figure must stay below.
METRICS: Mapping[PilotTask, Mapping[str, str]] = {
    PilotTask.CLASSIFICATION: {
        "accuracy": "Accuracy",
        "macro_f1": "Macro F1",
        "by_class.f1": "F1 of every class",
        "missing": "Missing labels, share of gold",
        "wrong_label": "Wrong labels, share of gold",
    },
    PilotTask.MULTILABEL: {
        **_OBJECTS,
        "jaccard": "Jaccard, mean over items",
        "exact_match": "Exact sets",
        "by_class.f1": "F1 of every class",
        "missing": "Missing labels, share of gold",
        "extra": "Extra labels, share of gold",
    },
    PilotTask.BOXES: _region("boxes", {"mean_iou": "Mean IoU of matched boxes"}),
    PilotTask.POLYGONS: _region("polygons", {"mean_iou": "Mean IoU of matched polygons"}),
    PilotTask.MASKS: _region(
        "masks", {"mean_iou": "Mean IoU of matched masks", "boundary_f": "Boundary F of matched masks"}
    ),
    PilotTask.SPANS: _region("spans", {"f1_partial": "F1, partial", "f1_type": "F1, any overlap"}),
    PilotTask.TRANSCRIPTION: {
        "wer": "Word error rate",
        "cer": "Character error rate",
        "wer_plain": "Word error rate without case and punctuation",
        "exact_match": "Exact texts",
        "missing": "Missing texts, share of gold",
    },
    PilotTask.TRANSLATION: {
        "chrf": "chrF",
        "bleu": "BLEU",
        "ter": "TER",
        "missing": "Missing texts, share of gold",
    },
    PilotTask.REVIEW_ONLY: {},
}
REVIEWED = {"first_pass": "Accepted at first pass, blind review"}  # promises that only a review can judge
UNITS: Mapping[PilotTask, str] = {
    PilotTask.CLASSIFICATION: "label",
    PilotTask.MULTILABEL: "label",
    PilotTask.BOXES: "box",
    PilotTask.POLYGONS: "polygon",
    PilotTask.MASKS: "mask",
    PilotTask.SPANS: "span",
    PilotTask.TRANSCRIPTION: "text",
    PilotTask.TRANSLATION: "text",
    PilotTask.REVIEW_ONLY: "item",
}
# The figure that tells which delivered labels are right and would be accepted.
RIGHT: Mapping[PilotTask, str] = {
    PilotTask.CLASSIFICATION: "accuracy",
    PilotTask.TRANSCRIPTION: "exact_match",
    **dict.fromkeys(
        (PilotTask.MULTILABEL, PilotTask.BOXES, PilotTask.POLYGONS, PilotTask.MASKS, PilotTask.SPANS),
        "precision",
    ),
}
USES_IOU = frozenset({PilotTask.BOXES, PilotTask.POLYGONS, PilotTask.MASKS})
AT_MOST = frozenset({"missing", "wrong_label", "loose", "extra"})  # counts of errors, as shares of the gold
LOWER = frozenset({"wer", "cer", "wer_plain", "ter"})  # figures that are better when lower
POINTS = frozenset({"chrf", "bleu", "ter"})  # figures of 0 to 100
BY_CLASS = "by_class.f1"
CLASS_ITEMS = 30  # gold objects from which a class is held to its floor


def _data_class(value: str) -> str:
    if value not in library.taxonomy().data_classes:
        raise ValueError("Choose one of the listed data classes.")
    return value


class SizingIn(BaseModel):
    """What the planned number of items rests on, all shares 0..1.

    `difference` is to be shown between any two of `vendors`, who are expected to differ on `discordant` of the
    items, with `power`.
    """

    model_config = ConfigDict(extra="forbid")

    difference: Annotated[float, Field(gt=0, lt=1)] = 0.04
    discordant: Annotated[float, Field(gt=0, le=1)] = 0.10
    power: Annotated[float, Field(ge=0.5, le=0.99)] = 0.80
    vendors: Annotated[int, Field(ge=2, le=30)] = 2


class SizingOut(SizingIn):
    """The planned number of items and what it rests on."""

    items: int


Weight = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class MixIn(BaseModel):
    """The production mix: stratum -> its weight, any positive numbers; empty: as in the pilot."""

    model_config = ConfigDict(extra="forbid")

    mix: Annotated[dict[str, Weight], Field(max_length=200)] = {}


class PilotIn(BaseModel):
    """The plan of a pilot; the task cannot change once gold is there."""

    model_config = ConfigDict(extra="forbid")

    task: PilotTask
    goal: Annotated[Text, Field(max_length=2000)] = ""
    iou: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.5, description="Overlap from which a box, polygon or mask is right."
    )
    data_class: Annotated[str, AfterValidator(_data_class)] = "public"
    currency: Currency = "USD"
    seed: Annotated[int, Field(ge=0, lt=2**31)] = Field(default=0, description="Seed of the resampling.")


class CriterionIn(BaseModel):
    """One promise: a figure with what is aimed at and what must be kept.

    Both are shares 0..1; for `POINTS` they are points 0..100.
    """

    model_config = ConfigDict(extra="forbid")

    metric: str = Field(examples=["f1"])
    label: Annotated[Text, Field(max_length=500)] = Field(
        default="",
        description="One class, for by_class.f1 alone; empty: every class without a bound of its own.",
    )
    target: Bound | None = None
    floor: Bound | None = Field(
        default=None, description="The least that is acceptable; for errors and error rates the most."
    )

    @model_validator(mode="after")
    def _within(self) -> "CriterionIn":
        most = 100 if self.metric in POINTS else 1
        if any(bound is not None and bound > most for bound in (self.target, self.floor)):
            raise ValueError(f"Give {self.metric} from 0 to {most}.")
        if self.label and self.metric != BY_CLASS:
            raise ValueError(f"Only {BY_CLASS} can speak of one class.")
        return self


class CriteriaIn(BaseModel):
    """All promises of a pilot at once; `lock` freezes them."""

    model_config = ConfigDict(extra="forbid")

    criteria: Annotated[list[CriterionIn], Field(max_length=300)] = []
    lock: bool = False


_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


def _amount(value: str) -> str:
    bare = value.replace(",", "").replace(" ", "")
    if not _AMOUNT.fullmatch(bare):
        raise ValueError("Type an amount such as 0.118 or 1,250, with a point before decimals.")
    return bare


Amount = Annotated[str, AfterValidator(_amount)]


class TierIn(BaseModel):
    """From a quantity of more than `above` on, `amount` instead of the line's."""

    model_config = ConfigDict(extra="forbid")

    above: Annotated[int, Field(ge=1, le=10**12)]
    amount: Amount


class PriceLineIn(BaseModel):
    """One line of a price: so much of the currency for `units` of `per`; a text keeps 0.118 exact."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Text, Field(min_length=1, max_length=80)] = Field(examples=["Labeling"])
    amount: Amount = Field(examples=["0.118"])
    per: Literal["label", "item", "hour", "seat_month", "fixed"]
    units: Annotated[int, Field(ge=1, le=10**9)] = 1
    labor: bool = Field(default=True, description="Whether the line pays for labeling itself.")
    tiers: Annotated[list[TierIn], Field(max_length=12)] = []
    tiering: Tiering = Field(
        default="graduated",
        description="graduated: what lies above a quantity costs the tier's price; volume: everything does.",
    )
    minimum: Amount = Field(default="0", description="The least to pay for this line.")
    markup: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = Field(
        default=0, description="Percent added to costs that are handed on."
    )

    @model_validator(mode="after")
    def _known(self) -> "PriceLineIn":
        edges = [tier.above for tier in self.tiers]
        if edges != sorted(set(edges)):
            raise ValueError("Tiers ascend, each from a larger quantity.")
        if self.tiers and self.per == "fixed":
            raise ValueError("What is paid once has no tiers.")
        return self


class OfferIn(BaseModel):
    """What a candidate charges."""

    model_config = ConfigDict(extra="forbid")

    currency: Currency = "USD"
    minimum: Amount = Field(default="0", description="The least to pay in a year.")
    monthly_minimum: Amount = Field(default="0", description="The least to pay in a month of production.")
    lines: Annotated[list[PriceLineIn], Field(min_length=1, max_length=20)]
    note: Annotated[Text, Field(max_length=1000)] = ""


def minor_units(amount: str, digits: int) -> tuple[int, int]:
    """An amount in major units as whole minor units and what they buy.

    >>> minor_units("0.118", 2), minor_units("12", 2), minor_units("1250", 0)
    ((118, 10), (1200, 1), (1250, 1))
    """
    exact = Decimal(amount).scaleb(digits)
    units = 10 ** max(0, -int(exact.normalize().as_tuple().exponent))
    return int(exact * units), units


class PilotOut(BaseModel):
    """A pilot as the API shows it."""

    id: UUID
    version: int
    evaluation_id: UUID
    task: PilotTask
    goal: str
    state: PilotState
    iou: float
    data_class: str
    seed: int
    currency: str
    criteria: list[CriterionIn]
    criteria_locked_at: datetime | None
    sizing: SizingOut | None
    mix: dict[str, float]
    gold: "GoldOut | None"


class GoldOut(BaseModel):
    """A version of the gold."""

    number: int
    digest: str
    items: int
    labels: int
    classes: list[str]
    repairs: list[str]
    note: str
    changes: str
    created_at: datetime


class DeliveryOut(BaseModel):
    """A delivery as the API shows it; `candidate` is its code."""

    id: UUID
    version: int
    candidate_id: UUID | None
    candidate: str
    round: int
    state: DeliveryState
    digest: str
    items: int
    missing: int
    labels: int
    annotators: int | None
    repairs: list[str]
    warnings: list[str]
    mapping: dict[str, str | None]
    accepts_repairs: bool
    received_at: datetime
    instructions: int | None = Field(
        description="The version of the instructions that its team had confirmed."
    )


class ItemOut(BaseModel):
    """One item of a result: `scores` 0..1 and findings by candidate code; `items` is how many there are."""

    at: int
    items: int
    item: str
    scores: dict[str, float]
    findings: dict[str, list[dict[str, Any]]]


class OfferOut(BaseModel):
    """An offer as the API shows it to who may read prices; money in minor units."""

    id: UUID
    version: int
    candidate_id: UUID
    currency: str
    minimum: int
    monthly_minimum: int
    lines: list[dict[str, Any]]
    note: str
