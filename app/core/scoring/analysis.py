"""What an analysis says: the frozen values that pages, memo, Excel and JSON are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from app.core.errors import Conflict
from app.core.scoring.board import Board
from app.core.scoring.explain import Crossover, OpenQuestion, Segment, WeightTransfer
from app.core.scoring.gates import GateOutcome
from app.core.scoring.spec import Scale, Scorecard
from app.core.scoring.thresholds import ThresholdOutcome
from app.core.scoring.values import Value

ENGINE = "assay-scoring/1"
Verdict = Literal["tie", "conditional", "certain", "robust", "sensitive"]
Order = Literal["tie", "certain", "robust", "sensitive"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The numbers behind the verdict words; they are printed with the result.

    `display_step`: points; a smaller lead is a tie. `robust_share`: share of draws in which the leader must
    stand first. `crossover_margin`: relative change of one criterion's weight that must keep the leader.
    `concentration`: how near to the stated group weights is drawn (40: a weight of 30 % varies by ±7 points).
    """

    display_step: float = 0.1
    robust_share: float = 0.80
    crossover_margin: float = 0.25
    concentration: float = 40.0


@dataclass(frozen=True, slots=True)
class GroupScore:
    """A group of one candidate: score 0–100 as low, mid, high, and the points of total it contributes."""

    low: float
    mid: float
    high: float
    contribution: float


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """One candidate's line. Points of 100 to four decimals; contributions add up to `total` exactly so.

    `status` conditional: ranked, but the award waits for a gate or a threshold that is not decided, or
    nothing is known yet (then there is no total and no rank). Excluded: `total`, `low`, `high`, ranks and
    acceptability are None, contributions and groups empty, `reason` says why. `cells` holds every criterion
    as valued, in 10⁻⁴ points.
    """

    id: str
    status: Literal["ranked", "conditional", "excluded"]
    reason: str | None
    total: float | None
    low: float | None
    high: float | None
    rank: int | None
    best_rank: int | None
    worst_rank: int | None
    coverage: float
    contributions: Mapping[str, float]
    groups: Mapping[str, GroupScore]
    gates: tuple[GateOutcome, ...]
    thresholds: tuple[ThresholdOutcome, ...]
    rank_acceptability: tuple[float, ...] | None
    cells: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class PairShare:
    """Share of all group weights, wholly unknown, under which `a` scores above `b`; exact."""

    a: str
    b: str
    share: float


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one quality point (1 of 100) is worth in money per label at the declared volume."""

    amount: float
    currency: str | None
    per_points: int = 1


@dataclass(frozen=True)
class Analysis:
    """The whole result. `candidates` stand in rank order, then unscored, then excluded.

    `leader` has the highest total (also on a tie); `winner` is None on a tie or when nobody is scored, and
    then `verdict` and `order` are None if there is no leader. `weights` and `group_weights` are global shares
    0–1 as stated. Maps and crossovers exist for every weight of the board, per criterion and per group.
    `weight_transfers`: for every ordered pair of groups in which moving weight changes the leader, the smallest
    such move, easiest first; in a pair that is not listed even all of the weight changes nothing.

    What takes longer or is asked about two candidates stands in functions on this value: `why`, `turnaround`,
    `tornado`, `rank_views`, `second_opinion`, `show_price`, `lead_of`.
    """

    engine: str
    seed: int
    draws: int
    decision_date: date
    settings: Settings
    scorecard: Scorecard
    scorecard_digest: str
    winner: str | None
    leader: str | None
    verdict: Verdict | None
    order: Order | None
    candidates: tuple[CandidateResult, ...]
    weights: Mapping[str, float]
    group_weights: Mapping[str, float]
    crossovers: tuple[Crossover, ...]
    group_crossovers: tuple[Crossover, ...]
    winner_maps: Mapping[str, tuple[Segment, ...]]
    group_winner_maps: Mapping[str, tuple[Segment, ...]]
    weight_transfers: tuple[WeightTransfer, ...]
    pairwise: tuple[PairShare, ...]
    open_questions: tuple[OpenQuestion, ...]
    exchange_rate: ExchangeRate | None
    warnings: tuple[str, ...]
    board: Board = field(repr=False)

    def candidate(self, name: str) -> CandidateResult:
        """The line of this candidate; `KeyError` when there is none."""
        return self._lines[name]

    @cached_property
    def _lines(self) -> Mapping[str, CandidateResult]:
        return {line.id: line for line in self.candidates}

    @cached_property
    def scales(self) -> Mapping[str, Scale]:
        """The scale of every criterion by id."""
        return {criterion.id: criterion.scale for criterion in self.scorecard.criteria}

    def scored(self, name: str) -> CandidateResult:
        """The line of a candidate with a score; `Conflict` says why when it has none."""
        line = self.candidate(name)
        if line.total is None:
            raise Conflict("scoring.no_score", f"{name} has no score to compare: {line.reason}")
        return line
