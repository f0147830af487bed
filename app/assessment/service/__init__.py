"""What can be done with scores and results. Other features come in through here."""

from app.assessment.service.evidence import (
    Beside,
    CellShown,
    beside,
    cell_of,
    panel_overview,
    values_of,
    visible_ratings,
)
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
from app.assessment.service.panel import PanelBoard, panel_board
from app.assessment.service.ratings import (
    candidate_in,
    declare_conflict,
    lock_ratings,
    rate,
    withdraw_conflict,
)
from app.assessment.service.result import analysis_of, pinned_info, result_of
from app.assessment.service.scorecard import (
    find_pin,
    has_anchors,
    lock_weights,
    locked_at,
    pin_of,
    pin_scorecard,
    scorecard_of,
    set_price,
    set_weights,
)
from app.assessment.service.shortlist import Shortlist, ShortlistLine, move_on_gates, shortlist_of
from app.assessment.service.sources import Found
from app.assessment.service.waiting import work_items_of

__all__ = [
    "Beside",
    "CandidateLine",
    "CellEvidence",
    "CellShown",
    "Control",
    "Disagreement",
    "EvaluationAnalysis",
    "Found",
    "OutLine",
    "PanelBoard",
    "PanelFacts",
    "PinnedInfo",
    "Rater",
    "Shortlist",
    "ShortlistLine",
    "WithoutOne",
    "analysis_of",
    "beside",
    "candidate_in",
    "case_of",
    "case_yaml",
    "cell_of",
    "decision_day",
    "declare_conflict",
    "find_pin",
    "has_anchors",
    "lock_ratings",
    "lock_weights",
    "locked_at",
    "move_on_gates",
    "panel_board",
    "panel_overview",
    "pin_of",
    "pin_scorecard",
    "pinned_info",
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
    "shortlist_of",
    "values_of",
    "visible_ratings",
    "waive",
    "waivers_of",
    "what_if",
    "withdraw_conflict",
    "withdraw_waiver",
    "work_items_of",
]
