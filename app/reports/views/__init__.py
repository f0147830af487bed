"""Comparison report and pilot report as typed data, and how they are made."""

from app.reports.views.document import (
    CompareBlock,
    CompareCell,
    CompareColumn,
    CompareRow,
    CompareSection,
    ComparisonDocument,
    Outcome,
    PilotReportDocument,
    Table,
    TableCell,
    TableRow,
    compare_blocks,
)

__all__ = [
    "CompareBlock",
    "CompareCell",
    "CompareColumn",
    "CompareRow",
    "CompareSection",
    "ComparisonDocument",
    "Outcome",
    "PilotReportDocument",
    "Table",
    "TableCell",
    "TableRow",
    "compare_blocks",
]
