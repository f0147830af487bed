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
from app.core.scoring.benchmark import PriceLine, PriceShown, show_price
from app.core.scoring.canonical import canonical, digest
from app.core.scoring.case import parse_case
from app.core.scoring.compare import Difference, why
from app.core.scoring.explain import Crossover, OpenQuestion, Segment, WeightTransfer
from app.core.scoring.gates import GateOutcome, applies, decide_gates
from app.core.scoring.judgements import Judgement, Misfit, PairwiseWeights, pairwise_weights
from app.core.scoring.lead import Lead, lead_of, lead_sentences
from app.core.scoring.outlook import RankViews, SecondOpinion, rank_views, second_opinion
from app.core.scoring.output import to_json
from app.core.scoring.panel import (
    Agreement,
    Consensus,
    PanelAgreement,
    PanelRating,
    Severity,
    agreement,
    consensus,
    eligible,
    panel_agreement,
    severities,
)
from app.core.scoring.parse import parse_scorecard
from app.core.scoring.rank import WithoutOne, analyse, leave_one_out
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
from app.core.scoring.tornado import Swing, tornado
from app.core.scoring.turnaround import SingleChange, Turnaround, describe, turnaround, what_would_it_take
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
    "Lead",
    "Levels",
    "Linear",
    "Measured",
    "Misfit",
    "OpenQuestion",
    "PairShare",
    "PairwiseWeights",
    "PanelAgreement",
    "PanelRating",
    "Paper",
    "Piecewise",
    "Price",
    "PriceLine",
    "PriceShown",
    "RankViews",
    "Requirement",
    "Scorecard",
    "SecondOpinion",
    "Segment",
    "Settings",
    "Severity",
    "SingleChange",
    "Swing",
    "ThresholdOutcome",
    "Turnaround",
    "Value",
    "Waiver",
    "WeightTransfer",
    "Weights",
    "WithoutOne",
    "agreement",
    "analyse",
    "applies",
    "canonical",
    "consensus",
    "decide_gates",
    "describe",
    "digest",
    "eligible",
    "lead_of",
    "lead_sentences",
    "leave_one_out",
    "pairwise_weights",
    "panel_agreement",
    "parse_case",
    "parse_scorecard",
    "points_at",
    "rank_order_centroid",
    "rank_views",
    "second_opinion",
    "severities",
    "show_price",
    "swing_weights",
    "to_json",
    "tornado",
    "turnaround",
    "value_of",
    "verdict_sentence",
    "weights_of",
    "what_would_it_take",
    "why",
]
