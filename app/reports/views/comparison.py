"""The comparison report: candidates side by side, as document and as a table."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from babel.numbers import get_currency_precision

from app import charts
from app.assessment.service import CandidateLine, CellEvidence
from app.charts import ScoreRow, Stack
from app.core.scoring import GateOutcome, verdict_sentence
from app.decisions.models import DecisionState
from app.decisions.service.parts import group_names, named, readable
from app.kit import library, wording
from app.kit.pdf.parts import Badge, Fact, Head, Preview, Tone
from app.kit.spreadsheet import Cell, write_excel
from app.pilots.models import PilotTask
from app.pilots.schemas import METRICS
from app.reports.service import Compared
from app.reports.views.document import (
    CompareCell,
    CompareColumn,
    CompareRow,
    CompareSection,
    ComparisonDocument,
    compare_blocks,
)

_GATES: dict[str, tuple[str, Tone]] = {
    "pass": ("met", "ok"),
    "fail": ("failed", "bad"),
    "unknown": ("unknown", "warn"),
    "waived": ("waived", "warn"),
}
_POINT = 10_000  # a value in 10⁻⁴ points


def comparison_document(
    found: Compared, at: datetime, *, preview: Preview | None = None
) -> ComparisonDocument:
    """The report as of `at`."""
    lines = found.analysis.candidates
    names = group_names(found.analysis.analysis)
    return ComparisonDocument(
        head=_head(found, at, preview),
        summary=readable(verdict_sentence(found.analysis.analysis)),
        ranking=charts.ranking(
            [_score_row(found, one) for one in lines if one.line.total is not None], width=490
        ),
        contributions=charts.stacked(
            [_stack(found, one) for one in lines if one.line.total is not None],
            tuple(names[key] for key in found.analysis.analysis.group_weights),
            title="Points by group",
            width=490,
            full=100,
        ),
        blocks=compare_blocks([_column(found, one) for one in lines], _sections(found)),
        notes=_notes(found),
    )


def _head(found: Compared, at: datetime, preview: Preview | None) -> Head:
    evaluation, analysis = found.evaluation, found.analysis
    digest = found.sources.digest()
    return Head(
        kind="Comparison report",
        version=wording.day(at),
        title=evaluation.name,
        language="en",
        mark="",
        demo="Demonstration data" if evaluation.is_demo else "",
        facts=(
            Fact("Evaluation", evaluation.label),
            Fact("Scorecard", f"{analysis.pin.name}, version {analysis.pin.number}"),
            Fact("Candidates", str(len(analysis.candidates))),
            Fact("Must-haves on", wording.day(analysis.day)),
        ),
        footer=f"Inputs {digest[:8]}…{digest[-4:]}",
        classification="Confidential: procurement",
        preview=preview,
    )


def _score_row(found: Compared, one: CandidateLine) -> ScoreRow:
    line = one.line
    return ScoreRow(one.name, line.low or 0.0, line.total, line.high or 0.0, one is found.analysis.leader)


def _stack(found: Compared, one: CandidateLine) -> Stack:
    keys = list(found.analysis.analysis.group_weights)
    parts = tuple(one.line.groups[key].contribution for key in keys)
    return Stack(one.name, parts, wording.number(one.line.total, 1), one is found.analysis.leader)


def _column(found: Compared, one: CandidateLine) -> CompareColumn:
    row, said = found.decision, []
    if row is not None and row.state is not DecisionState.WITHDRAWN and found.prices:
        word = "selected" if row.state is DecisionState.APPROVED else "recommended"
        said += [word] if one.id == row.selected_id else ["in reserve"] if one.id == row.reserve_id else []
    if one.is_in_house:
        said.append("our own team")
    if one.line.status == "excluded":
        said.append("excluded")
    elif one.line.rank is not None:
        said.append(f"rank {one.line.rank}")
    return CompareColumn(one.name, ", ".join(said), one is found.analysis.leader)


def _sections(found: Compared) -> tuple[CompareSection, ...]:
    day = wording.day(found.analysis.day)
    sections = [
        CompareSection("Must-haves", f"on {day}", _gate_rows(found)),
        CompareSection("Scores by criterion", "expected points of 100, range, evidence", _score_rows(found)),
        CompareSection("Pilot", _pilot_caption(found), _pilot_rows(found)),
        CompareSection("Certificates and agreements", f"on {day}", _evidence_rows(found)),
    ]
    if found.prices and found.sources.money:
        caption = f"a year, {found.sources.money.currency}"
        sections.insert(2, CompareSection("Prices", caption, _price_rows(found)))
    return tuple(sections)


def _gate_rows(found: Compared) -> tuple[CompareRow, ...]:
    gates: dict[str, str] = {}
    states: dict[tuple[UUID, str], GateOutcome] = {}
    for one in found.analysis.candidates:
        for outcome in one.line.gates:
            gates[outcome.id] = outcome.name
            states[one.id, outcome.id] = outcome
    rows = []
    for key, name in gates.items():
        cells = []
        for one in found.analysis.candidates:
            held = states.get((one.id, key))
            word, tone = _GATES[held.state] if held else ("not needed", "plain")
            detail = readable(held.reason) if held else ""
            cells.append(CompareCell(badge=Badge(word, tone), detail=detail))
        rows.append(CompareRow(name, "", tuple(cells)))
    return tuple(rows)


def _score_rows(found: Compared) -> tuple[CompareRow, ...]:
    analysis = found.analysis.analysis
    names, rows = group_names(analysis), []
    for group in analysis.scorecard.groups:
        weight = f"weight {wording.percent(analysis.group_weights[group.id])}"
        cells = tuple(_group_cell(one, group.id) for one in found.analysis.candidates)
        rows.append(CompareRow(names[group.id], weight, cells, strong=True))
        for criterion in group.criteria:
            share = f"weight {wording.percent(analysis.weights[criterion.id], 1)}"
            held = [found.analysis.cells[one.id, criterion.id] for one in found.analysis.candidates]
            label = named(criterion.docs, criterion.id)
            rows.append(CompareRow(label, share, tuple(_criterion_cell(one) for one in held)))
    return tuple(rows)


def _group_cell(one: CandidateLine, group: str) -> CompareCell:
    score = one.line.groups.get(group)
    if score is None:
        return CompareCell(wording.DASH)
    return CompareCell(wording.number(score.mid, 1), wording.interval(score.low, score.high))


def _criterion_cell(held: CellEvidence) -> CompareCell:
    value = held.value
    low, mid, high = (one / _POINT for one in (value.low, value.mid, value.high))
    word = value.status.replace("_", " ")
    if not value.answered:
        detail = f"{word}: {held.reason}" if held.reason else word
        return CompareCell(wording.DASH, detail, chart=charts.score_interval(low, None, high, width=110))
    detail = f"{wording.interval(low, high)} · {word}"
    return CompareCell(wording.number(mid, 1), detail, chart=charts.score_interval(low, mid, high, width=110))


def _price_rows(found: Compared) -> tuple[CompareRow, ...]:
    table = found.sources.money
    assert table is not None  # noqa: S101 — asked only with prices
    held = {line.candidate: line for line in table.lines}
    lines = [held.get(str(one.id)) for one in found.analysis.candidates]
    unit = wording.plural(found.sources.need.unit, 2)
    rows = []
    for index, volume in enumerate(found.sources.need.volumes):
        cells = tuple(
            CompareCell(_whole(line.totals[index] if line else None, table.currency)) for line in lines
        )
        rows.append(CompareRow(f"At {wording.compact(volume)} accepted {unit}", "", cells, strong=index == 1))
    scale = 10 ** get_currency_precision(table.currency)
    rates = tuple(
        CompareCell(wording.number(line.per_accepted / scale, 4), line.note)
        if line and line.per_accepted is not None
        else CompareCell(wording.DASH, line.note if line else "")
        for line in lines
    )
    rows.append(CompareRow("Per accepted label", "at the expected volume", rates))
    return tuple(rows)


def _whole(minor: int | None, currency: str) -> str:
    """Whole units of the currency, which the caption names."""
    if minor is None:
        return wording.DASH
    return wording.number(Decimal(minor).scaleb(-get_currency_precision(currency)))


def _pilot_caption(found: Compared) -> str:
    pilot = found.sources.pilot
    return f"{wording.number(pilot.items)} items, {pilot.task}" if pilot else ""


def _pilot_rows(found: Compared) -> tuple[CompareRow, ...]:
    pilot = found.sources.pilot
    if pilot is None:
        return ()
    held = {one.candidate_id: one for one in pilot.candidates}
    lines = [held.get(one.id) for one in found.analysis.candidates]
    rows = []
    for name in pilot.candidates[0].metrics if pilot.candidates else ():
        figures = [line.metrics.get(name) if line else None for line in lines]
        cells = tuple(
            CompareCell(wording.number(one.value, 3), wording.interval(one.low, one.high, 3))
            if one
            else CompareCell(wording.DASH, "no delivery")
            for one in figures
        )
        label = METRICS[PilotTask(pilot.task)][name]
        rows.append(CompareRow(label, "", cells, strong=name == pilot.metric))
    seconds = tuple(
        CompareCell(wording.number(line.pace.seconds_per_label if line and line.pace else None, 1))
        for line in lines
    )
    missing = tuple(CompareCell(wording.number(line.missing if line else None)) for line in lines)
    people = tuple(CompareCell(wording.number(line.annotators if line else None)) for line in lines)
    measured = [("Seconds per label", seconds), ("Items missing", missing), ("Annotators", people)]
    rows += [
        CompareRow(label, "", cells)
        for label, cells in measured
        if any(cell.text != wording.DASH for cell in cells)
    ]
    return tuple(rows)


def _evidence_rows(found: Compared) -> tuple[CompareRow, ...]:
    known = sorted({name for states in found.evidence.values() for name in states})
    rules = library.taxonomy().certifications
    rows = []
    for name in known:
        cells = []
        for one in found.analysis.candidates:
            state = found.evidence.get(one.id, {}).get(name)
            if state is None:
                cells.append(CompareCell(wording.DASH))
                continue
            until = f"to {wording.day(state.until)}" if state.until else "no end date"
            cells.append(CompareCell(until, state.standing.replace("_", " ")))
        label = rules[name].name if name in rules else name.upper()
        rows.append(CompareRow(label, "", tuple(cells)))
    return tuple(rows)


def _notes(found: Compared) -> tuple[str, ...]:
    said = ["A criterion without evidence counts as the whole range from 0 to 100."]
    said += [f"{text[0].upper()}{text[1:].rstrip('.')}." for text in found.analysis.analysis.warnings if text]
    said += [f"{one.name} left at the stage {one.stage}: {one.reason}" for one in found.analysis.out]
    if not found.prices:
        said.append("Prices are left out: they are shown to those who may read them.")
    return tuple(said)


def comparison_table(found: Compared) -> bytes:
    """The same figures as a workbook: one line per row of the report, three columns per candidate."""
    names = [one.name for one in found.analysis.candidates]
    header = ["Section", "Row", "Weight"]
    for name in names:
        header += [name, f"{name}: range or state", f"{name}: evidence"]
    return write_excel(
        "Comparison", header, [*_excel_totals(found), *_excel_scores(found), *_excel_rest(found)]
    )


def _excel_totals(found: Compared) -> list[Sequence[Cell]]:
    row: list[Cell] = ["Total", "Points of 100", 1.0]
    for one in found.analysis.candidates:
        band = wording.interval(one.line.low, one.line.high, 4)
        row += [one.line.total, band, one.line.reason or one.line.status]
    return [row]


def _excel_scores(found: Compared) -> list[Sequence[Cell]]:
    analysis, rows = found.analysis.analysis, []
    names = group_names(analysis)
    for group in analysis.scorecard.groups:
        for criterion in group.criteria:
            row: list[Cell] = [names[group.id], named(criterion.docs, criterion.id)]
            row.append(analysis.weights[criterion.id])
            for one in found.analysis.candidates:
                value = found.analysis.cells[one.id, criterion.id].value
                band = wording.interval(value.low / _POINT, value.high / _POINT, 4)
                row += [value.mid / _POINT if value.answered else None, band, value.status]
            rows.append(row)
    return list(rows)


def _excel_rest(found: Compared) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = []
    for section in _sections(found):
        if section.title == "Scores by criterion":
            continue
        for line in section.rows:
            row: list[Cell] = [section.title, line.label, None]
            for cell in line.cells:
                row += [cell.text or (cell.badge.word if cell.badge else ""), cell.detail, ""]
            rows.append(row)
    return rows
