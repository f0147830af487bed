"""What can be done with scores and results. Other features come in through here."""

from app.assessment.service.export import case_of, case_yaml, result_csv, result_workbook
from app.assessment.service.ground import decision_day, what_if
from app.assessment.service.judging import (
    remove_value,
    set_consensus,
    set_value,
    waive,
    waivers_of,
    withdraw_waiver,
)
from app.assessment.service.outcome import (
    CandidateLine,
    CellEvidence,
    Control,
    Disagreement,
    EvaluationAnalysis,
    OutLine,
    PanelFacts,
    PinnedInfo,
    Rater,
    WithoutOne,
)
from app.assessment.service.ratings import declare_conflict, lock_ratings, rate, withdraw_conflict
from app.assessment.service.result import analysis_of, result_of
from app.assessment.service.scorecard import (
    find_pin,
    lock_weights,
    pin_scorecard,
    scorecard_of,
    set_price,
    set_weights,
)

__all__ = [
    "CandidateLine",
    "CellEvidence",
    "Control",
    "Disagreement",
    "EvaluationAnalysis",
    "OutLine",
    "PanelFacts",
    "PinnedInfo",
    "Rater",
    "WithoutOne",
    "analysis_of",
    "case_of",
    "case_yaml",
    "decision_day",
    "declare_conflict",
    "find_pin",
    "lock_ratings",
    "lock_weights",
    "pin_scorecard",
    "rate",
    "remove_value",
    "result_csv",
    "result_of",
    "result_workbook",
    "scorecard_of",
    "set_consensus",
    "set_price",
    "set_value",
    "set_weights",
    "waive",
    "waivers_of",
    "what_if",
    "withdraw_conflict",
    "withdraw_waiver",
]
