"""Value, weigh, gate, rank and explain candidates. Pure: no clock, no files, no database.

`parse_scorecard` reads a scorecard from plain values, `analyse` ranks candidates on it, `why` and
`what_would_it_take` explain the result, `to_json` publishes it. numpy is imported only while analysing.
"""

from app.core.scoring.analysis import (
    ENGINE,
    Analysis,
    CandidateResult,
    ExchangeRate,
    GroupScore,
    PairShare,
    Settings,
)
from app.core.scoring.canonical import canonical, digest
from app.core.scoring.case import parse_case
from app.core.scoring.compare import Difference, SingleChange, what_would_it_take, why
from app.core.scoring.explain import Crossover, OpenQuestion, Segment
from app.core.scoring.gates import GateOutcome, applies, decide_gates
from app.core.scoring.judgements import Judgement, Misfit, PairwiseWeights, pairwise_weights
from app.core.scoring.output import to_json
from app.core.scoring.panel import Agreement, Consensus, agreement, consensus
from app.core.scoring.parse import parse_scorecard
from app.core.scoring.rank import analyse
from app.core.scoring.spec import (
    OPEN,
    AllOf,
    Answered,
    AnyOf,
    Candidate,
    Case,
    Cell,
    CertificateHeld,
    Criterion,
    DocumentHeld,
    EvidenceRef,
    Flag,
    Group,
    Levels,
    Linear,
    Measured,
    Paper,
    Piecewise,
    Price,
    Requirement,
    Scorecard,
    Waiver,
)
from app.core.scoring.thresholds import ThresholdOutcome
from app.core.scoring.values import FULL, UNIT, Value, points_at, value_of
from app.core.scoring.verdict import verdict_sentence
from app.core.scoring.weights import Weights, rank_order_centroid, swing_weights, weights_of

__all__ = [
    "ENGINE",
    "FULL",
    "OPEN",
    "UNIT",
    "Agreement",
    "AllOf",
    "Analysis",
    "Answered",
    "AnyOf",
    "Candidate",
    "CandidateResult",
    "Case",
    "Cell",
    "CertificateHeld",
    "Consensus",
    "Criterion",
    "Crossover",
    "Difference",
    "DocumentHeld",
    "EvidenceRef",
    "ExchangeRate",
    "Flag",
    "GateOutcome",
    "Group",
    "GroupScore",
    "Judgement",
    "Levels",
    "Linear",
    "Measured",
    "Misfit",
    "OpenQuestion",
    "PairShare",
    "PairwiseWeights",
    "Paper",
    "Piecewise",
    "Price",
    "Requirement",
    "Scorecard",
    "Segment",
    "Settings",
    "SingleChange",
    "ThresholdOutcome",
    "Value",
    "Waiver",
    "Weights",
    "agreement",
    "analyse",
    "applies",
    "canonical",
    "consensus",
    "decide_gates",
    "digest",
    "pairwise_weights",
    "parse_case",
    "parse_scorecard",
    "points_at",
    "rank_order_centroid",
    "swing_weights",
    "to_json",
    "value_of",
    "verdict_sentence",
    "weights_of",
    "what_would_it_take",
    "why",
]
