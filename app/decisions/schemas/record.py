"""The record of a memo: everything the memo shows, as plain values. Its canonical digest is the memo's hash.

Numbers are the engine's own; texts are what people wrote, or names. Nothing here is formatted and nothing names
the people who recommend or approve: those stand beside the record and can be erased.
"""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from app.decisions.schemas.entries import ConditionIn, NextStepIn, RiskIn
from app.kit import canonical

FORMAT = "assay/decision@1"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class About(_Part):
    """The evaluation and its need, in the words that were current."""

    evaluation_id: UUID
    label: str
    name: str
    is_demo: bool
    decide_by: date | None
    need: str
    data: str
    unit: str
    volumes: tuple[int, int, int]
    currency: str
    budget: int | None


class Controls(_Part):
    """The governance profile and which controls were on and off."""

    profile: str
    on: tuple[str, ...]
    off: tuple[str, ...]
    notes: tuple[str, ...]


class Asked(_Part):
    """The recommendation as it was written; ids point into `candidates`."""

    number: int
    version: int
    selected: str
    reserve: str | None
    reserve_until: date | None
    amount: int | None
    currency: str
    months: int
    recommended_by: str
    give_up: tuple[str, ...]
    risks: tuple[RiskIn, ...]
    dissent: tuple[str, ...]
    next_steps: tuple[NextStepIn, ...]
    conditions: tuple[ConditionIn, ...]


class Entrant(_Part):
    """A candidate: its id in this record, its name, whether it is our own team."""

    id: str
    name: str
    in_house: bool


class GroupPart(_Part):
    """One candidate's score in one group: points 0–100 and its share of the total."""

    low: float
    mid: float
    high: float
    contribution: float


class RankLine(_Part):
    """One candidate's place; excluded ones have no total."""

    candidate: str
    status: Literal["ranked", "conditional", "excluded"]
    reason: str
    low: float | None
    total: float | None
    high: float | None
    rank: int | None
    coverage: float
    first_share: float | None
    groups: dict[str, GroupPart]


class GroupName(_Part):
    """A group of the scorecard with its global weight 0–1."""

    id: str
    name: str
    weight: float


class Turn(_Part):
    """At this weight of a group (now: `now`) the leader would change."""

    group: str
    now: float
    at: float
    leader_after: str


class Lead(_Part):
    """Why the recommended candidate stands where it does against the other; points of 100 by group.

    `elsewhere`: points that do not come from the price, `worth`: the money per label they stand for; None where
    a price is open, its method has no exchange rate, or the two are not the first and the second.
    """

    over: str
    gap: float
    groups: dict[str, float]
    elsewhere: float | None = None
    worth: float | None = None


class Result(_Part):
    """The ranking and what explains it."""

    scorecard: str
    scorecard_digest: str
    engine: str
    draws: int
    seed: int
    concentration: float
    verdict: str | None
    order: str | None
    leader: str | None
    groups: tuple[GroupName, ...]
    lines: tuple[RankLine, ...]
    turns: tuple[Turn, ...]
    lead: Lead | None
    point_worth: float | None
    point_currency: str | None
    warnings: tuple[str, ...]


class GateMark(_Part):
    """One must-have of one candidate."""

    candidate: str
    state: Literal["pass", "fail", "unknown", "waived"]
    reason: str
    until: date | None


class Gate(_Part):
    """One must-have with its state for every candidate."""

    id: str
    name: str
    marks: tuple[GateMark, ...]


class MoneyLine(_Part):
    """One candidate's cost a year at the low, expected and high volume, in minor units; None: unknown."""

    candidate: str
    totals: tuple[int | None, int | None, int | None]
    fixed: int | None
    per_accepted: float | None
    pay_per_hour: float | None
    note: str


class MoneyTable(_Part):
    """What each candidate costs."""

    currency: str
    lines: tuple[MoneyLine, ...]


class Measured(_Part):
    """One candidate's pilot figures; intervals over items, and over annotators in general."""

    candidate: str
    name: str
    items: int
    missing: int
    annotators: int | None
    value: float | None
    low: float | None
    high: float | None
    low_general: float | None
    high_general: float | None
    seconds: float | None
    per_day: float | None
    weakest: str
    weakest_value: float | None
    weakest_count: float | None


class PairMark(_Part):
    """Two candidates on the pilot's figure: whether they can be told apart."""

    a: str
    b: str
    value: float | None
    distinguishable: bool


class PilotPart(_Part):
    """What the pilot measured; `gold` is the number of the gold's version.

    With `lower_is_better` the metric is an error rate, and `floor` the most that was promised.
    """

    name: str
    task: str
    metric: str
    iou: float | None
    items: int
    gold_labels: int
    gold: int
    floor: float | None
    least_difference: float | None
    lines: tuple[Measured, ...]
    pairs: tuple[PairMark, ...]
    warnings: tuple[str, ...]
    digest: str
    lower_is_better: bool = False


class Record(_Part):
    """Everything a memo shows, except who answered. `day` is the date must-haves were decided on; with it and the
    `candidates` the result can be computed again later."""

    format: str = FORMAT
    made_at: datetime
    day: date
    about: About
    controls: Controls
    asked: Asked
    candidates: tuple[Entrant, ...]
    result: Result | None
    missing: str
    gates: tuple[Gate, ...]
    money: MoneyTable | None
    pilot: PilotPart | None
    inputs: str
    audit_head: str

    def document(self) -> dict[str, Any]:
        """The record in JSON's own types, as it is stored and attached.

        What a memo of an earlier version does not tell is not added, so that it keeps its digest.
        """
        return self.model_dump(mode="json", exclude_unset=True)

    def name_of(self, candidate: str | None) -> str:
        """The name of a candidate of this record, '' for none."""
        return next((one.name for one in self.candidates if one.id == candidate), "")


def digest_of(document: dict[str, Any]) -> str:
    """The memo's hash: SHA-256 of the record's canonical JSON, from the stored or the attached document."""
    return canonical.digest(document)
