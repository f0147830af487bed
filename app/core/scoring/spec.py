"""What a scorecard, a candidate and a cell are: plain frozen values, checked before anything is computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal

Number = int | float
Natural = int | float | str | bool
CellStatus = Literal["verified", "claimed", "open", "closed_unanswered", "conflict"]
PaperStatus = Literal["verified", "claimed", "open", "closed_unanswered", "conflict", "none"]
PriceMethod = Literal[
    "absolute_linear",
    "lowest_price_ratio",
    "award_on_value",
    "price_per_quality_point",
    "lowest_price_technically_acceptable",
]

CELL_STATUSES = ("verified", "claimed", "open", "closed_unanswered", "conflict")
PAPER_STATUSES = (*CELL_STATUSES, "none")
STAGES = ("pilot_data", "shortlist", "award", "kickoff")


@dataclass(frozen=True, slots=True)
class Linear:
    """0 points at `worst`, 100 at `best`, a straight line between, flat outside; best may be the smaller."""

    worst: Number
    best: Number


@dataclass(frozen=True, slots=True)
class Piecewise:
    """Straight lines between knots (x in natural units rising, points 0–100), flat outside; may turn."""

    knots: tuple[tuple[Number, Number], ...]


@dataclass(frozen=True, slots=True)
class Levels:
    """Label -> points 0–100."""

    points: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class Flag:
    """No is 0 points, yes is 100."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price per accepted label at the declared volume; formulas stand in `price.py`.

    `target` and `cap` (absolute_linear) may be None in a library scorecard only: they are set before prices
    open. `points_worth` is money per quality point (award_on_value). `quality_minimum` is in points of 100.
    """

    method: PriceMethod
    target: Number | None = None
    cap: Number | None = None
    currency: str | None = None
    points_worth: Number | None = None
    quality_minimum: Number | None = None


Scale = Linear | Piecewise | Levels | Flag | Price
KIND: Mapping[type, str] = {
    Linear: "linear",
    Piecewise: "piecewise",
    Levels: "levels",
    Flag: "flag",
    Price: "price",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something scored. `weight` is relative inside its group; `minimum` is a threshold in points of 100.

    `docs` holds the documentation keys as written: name, unit, note, who, from, level_texts, set_with, …
    """

    id: str
    weight: Number
    scale: Scale
    minimum: Number | None = None
    docs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.docs.get("name") or self.id)

    @property
    def unit(self) -> str:
        return str(self.docs.get("unit") or "")

    @property
    def source(self) -> Mapping[str, Any]:
        """Where the value comes from (the key `from`), for the product to resolve; empty when not said."""
        found: Mapping[str, Any] = self.docs.get("from") or {}
        return found


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria that share one weight; `weight` is relative among groups, `minimum` in points of 100."""

    id: str
    weight: Number
    criteria: tuple[Criterion, ...]
    minimum: Number | None = None
    docs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.docs.get("name") or self.id)


@dataclass(frozen=True, slots=True)
class CertificateHeld:
    """Passes with a verified certificate that is valid on the decision date."""

    certificate: str


@dataclass(frozen=True, slots=True)
class DocumentHeld:
    """Passes with a verified document that is valid on the decision date."""

    document: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Passes when an answer holds one of `allowed` (if given) and none of `refused`."""

    question: str
    allowed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """A criterion's value against a bound in natural units, or in labels for levels."""

    criterion: str
    relation: Literal["at_least", "at_most", "is"]
    bound: Natural
    decide: Literal["interval", "mid"] = "interval"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One passing part is enough."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must pass."""

    parts: tuple["Condition", ...]


Condition = CertificateHeld | DocumentHeld | Answered | Measured | AnyOf | AllOf


@dataclass(frozen=True, slots=True)
class Requirement:
    """A must-have. `when` / `except_when`: need key -> values under which it applies / does not apply."""

    id: str
    condition: Condition
    before: str | None = None
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    except_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    docs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.docs.get("name") or self.id)


@dataclass(frozen=True)
class Scorecard:
    """The tree of groups, criteria, weights, gates and thresholds; made by `parse_scorecard` only.

    `minimum` is the threshold on the total, in points of 100. `library` holds the keys around the tree in a
    library file (id, version, name, fits, small_team, …); it is empty for an inline scorecard.
    """

    groups: tuple[Group, ...]
    requirements: tuple[Requirement, ...] = ()
    minimum: Number | None = None
    docs: Mapping[str, Any] = field(default_factory=dict)
    library: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria in the order of the groups."""
        return tuple(c for group in self.groups for c in group.criteria)

    @cached_property
    def price(self) -> Criterion | None:
        """The price criterion, or None; a scorecard has at most one."""
        return next((c for c in self.criteria if isinstance(c.scale, Price)), None)


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """What backs a cell (an answer, a file, a rating, a pilot figure) in the revision that was seen."""

    kind: str
    id: str
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of a candidate on a criterion, in natural units (a label for levels, a bool for flags).

    `Cell(94)` is one exact value; `Cell(0.94, 0.92, 0.95)` is mid, low, high. A verified cell without ends is
    exact; a claimed cell without ends is only known to be at most as good as claimed. Mid may be left out
    between two ends: then it is their centre. Open, closed_unanswered and conflict hold no value.
    `in_points` (levels only): the values are points 0–100, for a panel's consensus between two levels.
    """

    mid: Natural | None = None
    low: Natural | None = None
    high: Natural | None = None
    status: CellStatus = "verified"
    in_points: bool = False
    evidence: tuple[EvidenceRef, ...] = ()


OPEN = Cell(status="open")


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate or document of a candidate: `none` says that the vendor does not have it.

    `note` says where an open one stands, as "sent, not signed yet".
    """

    status: PaperStatus
    until: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody answers for an unmet requirement; counts through the day `until` (None: no end)."""

    requirement: str
    by: str
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A vendor in an evaluation with all that is known; what is missing from a mapping is unknown.

    `names`: what people call the papers and questions that requirements ask, by id; reasons say the id otherwise.
    """

    id: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    certificates: Mapping[str, Paper] = field(default_factory=dict)
    documents: Mapping[str, Paper] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


Need = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Case:
    """A whole case file: ready for `analyse`."""

    scorecard: Scorecard
    candidates: tuple[Candidate, ...]
    decision_date: date
    need: Need = field(default_factory=dict)
