"""What a result says: the frozen values that pages, memo, workbook and reports are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.assessment.models import GateWaiver
from app.core.scoring import Analysis, Candidate, CandidateResult, Cell, EvidenceRef, PanelRating, Value
from app.evaluations.models import Evaluation
from app.evaluations.schemas import NeedIn


@dataclass(frozen=True, slots=True)
class CellEvidence:
    """What is known of a candidate on a criterion, and where it comes from.

    `cell` is in natural units, `value` in 10⁻⁴ points as it was scored. `source` says in words where it comes
    from, `reason` why it is open; `evidence` names the rows with the revisions that were read; `href` is the page
    that shows it all, `ask` the page on which it can be answered. `flag`: ratings lie two levels or more apart;
    `single`: only one rating.
    """

    candidate_id: UUID
    criterion: str
    cell: Cell
    value: Value
    kind: str
    source: str
    reason: str
    evidence: tuple[EvidenceRef, ...]
    href: str
    ask: str
    flag: bool
    single: bool


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A candidate of the result with its line of the analysis; lines stand in rank order, excluded ones last."""

    id: UUID
    code: str
    name: str
    vendor_id: UUID
    is_in_house: bool
    stage: str
    line: CandidateResult
    waivers: tuple[GateWaiver, ...]


@dataclass(frozen=True, slots=True)
class OutLine:
    """A candidate that left the run before it was scored, with the reason."""

    id: UUID
    name: str
    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class PinnedInfo:
    """Which scorecard counts and since when; `digest` is of the scorecard as it was pinned.

    `weights_locked_at`: by hand, else by the first delivery or price, whichever came first.
    """

    key: str
    number: int
    name: str
    digest: str
    pinned_at: datetime
    weights_method: str
    weights_locked_at: datetime | None
    first_delivery_at: datetime | None
    first_price_at: datetime | None
    target: float | None
    cap: float | None
    currency: str
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rater:
    """An evaluator: candidates locked of those asked."""

    user_id: UUID
    name: str
    done: int
    asked: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A cell whose ratings lie far apart; `settled` once the panel set a consensus."""

    candidate_id: UUID
    criterion: str
    settled: bool


@dataclass(frozen=True, slots=True)
class WithoutOne:
    """Who would lead, by how many points, if one evaluator's ratings were left out; `changes`: somebody else."""

    user_id: UUID
    name: str
    leader: str | None
    lead: float | None
    changes: bool


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """How much was rated (`rated` of `asked` ratings that count), by whom, where they disagree.

    `judged`: every rating that counts, in points; evaluator and candidate are their ids as text.
    """

    rated: int
    asked: int
    raters: tuple[Rater, ...]
    judged: tuple[PanelRating, ...]
    disagreements: tuple[Disagreement, ...]
    without_one: tuple[WithoutOne, ...]
    conflicts: int


@dataclass(frozen=True, slots=True)
class Control:
    """A control of the governance profile: whether it was on, in words for the memo."""

    name: str
    on: bool
    text: str


@dataclass(frozen=True, slots=True)
class EvaluationAnalysis:
    """Everything the result page, the memo and the reports are made from.

    `analysis` is the core's; its candidate ids are the vendors' names. `candidates` stand in its order. `cells`
    goes by (candidate id, criterion id). `day` is the date gates were decided on. `input_digest` is the SHA-256 of
    the canonical JSON of everything that enters `analyse`; the same inputs give the same digest.
    """

    evaluation: Evaluation
    need: NeedIn
    day: date
    analysis: Analysis
    candidates: tuple[CandidateLine, ...]
    out: tuple[OutLine, ...]
    cells: Mapping[tuple[UUID, str], CellEvidence]
    pin: PinnedInfo
    panel: PanelFacts
    controls: tuple[Control, ...]
    inputs: tuple[Candidate, ...]
    gate_need: Mapping[str, tuple[str, ...]]
    input_digest: str

    def candidate(self, candidate_id: UUID) -> CandidateLine:
        """The line of a candidate; `KeyError` when it is not in the result."""
        for line in self.candidates:
            if line.id == candidate_id:
                return line
        raise KeyError(candidate_id)

    def named(self, name: str) -> CandidateLine:
        """The line by the name the analysis uses; `KeyError` when there is none."""
        for line in self.candidates:
            if line.name == name:
                return line
        raise KeyError(name)

    @property
    def leader(self) -> CandidateLine | None:
        """Who has the highest total, also on a tie."""
        return None if self.analysis.leader is None else self.named(self.analysis.leader)
