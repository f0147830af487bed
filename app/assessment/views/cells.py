"""Every cell of the result, group by group."""

from dataclasses import dataclass

from app.assessment.service import CellEvidence, EvaluationAnalysis
from app.assessment.views.words import natural_text, points_text, share
from app.core.scoring import Criterion, Group
from app.kit.wording import DASH


@dataclass(frozen=True, slots=True)
class DetailCell:
    """One cell: points, the value behind them, its state; `href` is its evidence."""

    points: str
    value: str
    href: str
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class DetailRow:
    """One candidate's cells in a group."""

    name: str
    leads: bool
    cells: tuple[DetailCell, ...]


@dataclass(frozen=True, slots=True)
class DetailSection:
    """One group: its criteria with their weights, and a row per candidate."""

    id: str
    name: str
    weight: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[DetailRow, ...]


def details(found: EvaluationAnalysis) -> tuple[DetailSection, ...]:
    """All groups in the scorecard's order."""
    return tuple(_section(found, group) for group in found.analysis.scorecard.groups)


def _section(found: EvaluationAnalysis, group: Group) -> DetailSection:
    weights = found.analysis.weights
    return DetailSection(
        group.id,
        group.name,
        share(found.analysis.group_weights[group.id]),
        tuple((criterion.name, share(weights[criterion.id])) for criterion in group.criteria),
        tuple(
            DetailRow(
                line.name,
                line.name == found.analysis.leader,
                tuple(_cell(criterion, found.cells[line.id, criterion.id]) for criterion in group.criteria),
            )
            for line in found.candidates
        ),
    )


def _cell(criterion: Criterion, cell: CellEvidence) -> DetailCell:
    state = ("", "")
    if cell.cell.status != "verified":
        state = (cell.cell.status.replace("_", " "), "warn" if cell.cell.status == "claimed" else "")
    elif cell.flag:
        state = ("evaluators disagree", "warn")
    value = natural_text(criterion, cell.cell)
    return DetailCell(points_text(cell.value), "" if value == DASH else value, cell.href, state)
