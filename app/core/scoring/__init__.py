"""Value, weigh, gate, rank and explain candidates."""

from app.core.scoring.analysis import Analysis
from app.core.scoring.case import parse_case
from app.core.scoring.output import to_json
from app.core.scoring.parse import parse_scorecard
from app.core.scoring.rank import analyse

__all__ = ["Analysis", "analyse", "parse_case", "parse_scorecard", "to_json"]
