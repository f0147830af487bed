"""The result outside: as a case file that `assay rank` reads, as a workbook, as CSV."""

import io
from collections.abc import Mapping
from typing import Any

import xlsxwriter
import yaml

from app.assessment.service.outcome import CandidateLine, EvaluationAnalysis
from app.core import scoring
from app.core.scoring import UNIT, Cell
from app.core.scoring import canonical as canonical_scorecard
from app.kit.spreadsheet import write_csv

FIRST_POINTS = 6  # column of the first candidate's points
HEAD = (
    "rank",
    "candidate",
    "status",
    "total",
    "low",
    "high",
    "best_rank",
    "worst_rank",
    "coverage",
    "reason",
)


def case_of(found: EvaluationAnalysis) -> dict[str, Any]:
    """Everything that entered the analysis as the plain values of a case file (DESIGN 7.2)."""
    body = canonical_scorecard(found.analysis.scorecard)
    case: dict[str, Any] = {
        "name": f"{found.evaluation.label} {found.evaluation.name}",
        "scorecard": body.get("scorecard", body),
        "vendors": [_vendor(candidate) for candidate in found.inputs],
        "decision_date": found.day.isoformat(),
    }
    if found.gate_need:
        case["need"] = {key: list(values) for key, values in found.gate_need.items()}
    return case


def case_yaml(found: EvaluationAnalysis) -> str:
    """The case file as YAML."""
    return yaml.safe_dump(case_of(found), sort_keys=False, allow_unicode=True, width=100)


def _vendor(candidate: scoring.Candidate) -> dict[str, Any]:
    papers = {
        key: {
            name: {"status": paper.status, **({"until": paper.until.isoformat()} if paper.until else {})}
            for name, paper in listed.items()
        }
        for key, listed in (("certificates", candidate.certificates), ("documents", candidate.documents))
    }
    waivers = [
        {
            "requirement": waiver.requirement,
            "by": waiver.by,
            "reason": waiver.reason,
            **({"until": waiver.until.isoformat()} if waiver.until else {}),
        }
        for waiver in candidate.waivers
    ]
    return {
        "id": candidate.id,
        **{key: listed for key, listed in papers.items() if listed},
        **(
            {"answers": {key: list(said) for key, said in candidate.answers.items()}}
            if candidate.answers
            else {}
        ),
        **({"waivers": waivers} if waivers else {}),
        "cells": {name: _cell(cell) for name, cell in candidate.cells.items() if cell.status != "open"},
    }


def _cell(cell: Cell) -> dict[str, Any]:
    ends = {key: getattr(cell, key) for key in ("low", "mid", "high") if getattr(cell, key) is not None}
    points = {"scale": "points"} if cell.in_points else {}
    return {**ends, "status": cell.status, **points}


def result_csv(found: EvaluationAnalysis) -> str:
    """The ranking, one candidate a line, the excluded last with their reason."""
    return write_csv(HEAD, [_row(line) for line in found.candidates])


def _row(line: CandidateLine) -> list[Any]:
    result = line.line
    return [
        result.rank,
        line.name,
        result.status,
        result.total,
        result.low,
        result.high,
        result.best_rank,
        result.worst_rank,
        result.coverage,
        result.reason or "",
    ]


def result_workbook(found: EvaluationAnalysis) -> bytes:
    """A workbook with weights, points and totals; weights and totals are formulas that compute them again.

    Sheet 'Points': one criterion a row with its group and criterion weight as stated, the sum of the group's
    weights (also of a price that the method takes out of the total), its global weight as a formula, and the points
    of each ranked candidate (low, expected, high). Sheet 'Result': totals as formulas.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    styles = {"bold": book.add_format({"bold": True}), "four": book.add_format({"num_format": "0.0000"})}
    result, points = book.add_worksheet("Result"), book.add_worksheet("Points")
    ranked = [line for line in found.candidates if line.line.rank is not None]
    last = _write_points(points, found, ranked, styles)
    _write_result(result, found, ranked, last, styles)
    for sheet in (result, points):
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    book.close()
    return out.getvalue()


def _write_points(
    sheet: Any, found: EvaluationAnalysis, ranked: list[CandidateLine], styles: Mapping[str, Any]
) -> int:
    head = ["Group", "Criterion", "Group weight", "Weight in group", "All weights in group", "Global weight"]
    head += [f"{line.name}: {end}" for line in ranked for end in ("low", "expected", "high")]
    sheet.write_row(0, 0, head, styles["bold"])
    board = found.analysis.board
    counted = [
        (group, criterion)
        for group in found.analysis.scorecard.groups
        for criterion in group.criteria
        if criterion.id in board.criteria
    ]
    last = len(counted) + 1
    whole = f"SUMPRODUCT(C$2:C${last}*D$2:D${last}/E$2:E${last})"
    for row, (group, criterion) in enumerate(counted, 1):
        inside = sum(float(other.weight) for other in group.criteria)
        stated = [float(group.weight), float(criterion.weight), inside]
        sheet.write_row(row, 0, [group.name, criterion.name, *stated])
        at = board.criteria.index(criterion.id)
        formula = f"=C{row + 1}*D{row + 1}/E{row + 1}/{whole}"
        sheet.write_formula(row, FIRST_POINTS - 1, formula, None, board.weights.share(at))
        column = FIRST_POINTS
        for line in ranked:
            i = board.ids.index(line.name)
            for ends in (board.low, board.mid, board.high):
                sheet.write_number(row, column, ends[i][at] / UNIT, styles["four"])
                column += 1
    return len(counted)


def _write_result(
    sheet: Any, found: EvaluationAnalysis, ranked: list[CandidateLine], last: int, styles: Mapping[str, Any]
) -> None:
    sheet.write_row(0, 0, ["Rank", "Candidate", "Low", "Total", "High", "Covered", "Remark"], styles["bold"])
    for row, line in enumerate(ranked, 1):
        result = line.line
        sheet.write_formula(row, 0, f"=RANK(D{row + 1},D$2:D${len(ranked) + 1})", None, result.rank)
        sheet.write_string(row, 1, line.name)
        for end, value in enumerate((result.low, result.total, result.high)):
            column = xlsxwriter.utility.xl_col_to_name(FIRST_POINTS + (row - 1) * 3 + end)
            formula = f"=SUMPRODUCT(Points!$F$2:$F${last + 1},Points!{column}$2:{column}${last + 1})"
            sheet.write_formula(row, 2 + end, formula, styles["four"], value)
        sheet.write_number(row, 5, result.coverage)
        sheet.write_string(row, 6, result.reason or "")
    rest = [line for line in found.candidates if line.line.rank is None]
    for row, line in enumerate(rest, len(ranked) + 2):
        sheet.write_string(row, 1, line.name)
        sheet.write_string(row, 6, line.line.reason or "")
    foot = len(found.candidates) + 4
    sheet.write_string(foot, 1, f"{found.evaluation.label} {found.evaluation.name}, {found.day}")
    sheet.write_string(
        foot + 1, 1, f"Scorecard {found.pin.key} v{found.pin.number}, inputs {found.input_digest}"
    )
