"""Money, must-haves, ranking and pilot of a memo, from its record."""

from app import charts
from app.charts import ForestRow, ScoreRow
from app.decisions.schemas.record import Gate, GateMark, Measured, MoneyLine, RankLine, Record, Result
from app.decisions.views import document as page
from app.decisions.views.terms import major, measure, metric_name, signed_major
from app.kit import wording
from app.kit.pdf.parts import Badge, Tone
from app.pilots.wording import least_words

GATE_STATES: dict[str, tuple[str, Tone]] = {
    "pass": ("met", "ok"),
    "fail": ("failed", "bad"),
    "unknown": ("unknown", "warn"),
    "waived": ("waived", "warn"),
}


def money(record: Record) -> page.Money | None:
    """Cost a year at low, expected and high volume; None when no price is known."""
    table = record.money
    if table is None:
        return None
    unit = wording.plural(record.about.unit, 2)
    reference = record.result.lead.over if record.result and record.result.lead else None
    known = {line.candidate: line.totals[1] for line in table.lines}
    said: dict[str, list[str]] = {}
    for line in table.lines:
        if line.note:
            said.setdefault(line.note, []).append(record.name_of(line.candidate))
    notes = [f"{', '.join(names)}: {note}." for note, names in said.items()]
    return page.Money(
        caption=f"a year, {table.currency}, by accepted {unit} a year",
        volumes=tuple(
            page.Amount(f"at {wording.compact(volume)}", index == 1)
            for index, volume in enumerate(record.about.volumes)
        ),
        rows=tuple(_money_row(record, line, table.currency, reference, known) for line in table.lines),
        notes=tuple(notes),
    )


def _money_row(
    record: Record,
    line: MoneyLine,
    currency: str,
    reference: str | None,
    known: dict[str, int | None],
) -> page.MoneyRow:
    expected, other = line.totals[1], known.get(reference or "")
    against = wording.DASH
    if line.candidate != reference and expected is not None and other is not None:
        against = signed_major(expected - other, currency)
    budget = record.about.budget
    if budget is None or expected is None or currency != record.about.currency:
        inside = Badge("unknown" if expected is None else "no budget")
    else:
        inside = Badge("yes", "ok") if expected <= budget else Badge("no", "bad")
    pay = major(line.pay_per_hour, currency)
    return page.MoneyRow(
        name=record.name_of(line.candidate),
        picked=line.candidate == record.asked.selected,
        amounts=tuple(
            page.Amount(major(total, currency), index == 1) for index, total in enumerate(line.totals)
        ),
        fixed=major(line.fixed, currency),
        against=against,
        budget=inside,
        pay=f"{currency}\u00a0{pay}" if pay != wording.DASH else pay,
    )


def must_haves(record: Record) -> tuple[page.GateBlock, ...]:
    """Must-haves against candidates: the ones that somebody does not meet; the others stand in one note."""
    names = [one.name for one in record.candidates]
    order = [one.id for one in record.candidates]
    rows = []
    for gate in record.gates:
        if _met_by_all(gate):
            continue
        marks = {mark.candidate: mark for mark in gate.marks}
        rows.append((gate.name, [_gate_badge(marks.get(key)) for key in order]))
    return page.gate_blocks(names, rows)


def _met_by_all(gate: Gate) -> bool:
    return all(mark.state == "pass" for mark in gate.marks)


def _gate_badge(mark: GateMark | None) -> Badge:
    if mark is None:
        return Badge("not needed")
    word, tone = GATE_STATES[mark.state]
    if mark.state == "waived" and mark.until:
        return Badge(word, tone, f"until {wording.day(mark.until)}")
    return Badge(word, tone, _brief(mark.reason))


def _brief(reason: str) -> str:
    """A measured must-have without its name, which the line's head says already."""
    figure, found, bound = reason.partition(", must be ")
    return f"{figure.rpartition(': ')[2].replace(' to ', '–')}; {bound} asked" if found else reason


def must_have_notes(record: Record) -> tuple[str, ...]:
    """What everybody meets, and why each waiver holds."""
    met = [gate.name for gate in record.gates if _met_by_all(gate)]
    said = [f"Met by all: {'; '.join(met)}. The evidence stands in the comparison report."] if met else []
    for gate in record.gates:
        for mark in gate.marks:
            if mark.state == "waived":
                said.append(f"{record.name_of(mark.candidate)}, {gate.name}: waived, {mark.reason}")
    return tuple(said)


def ranking(record: Record) -> page.Ranking | None:
    """The order with intervals, group scores and who is excluded; None when nobody is ranked."""
    result = record.result
    if result is None or not any(line.rank is not None for line in result.lines):
        return None
    scored = [line for line in result.lines if line.rank is not None]
    return page.Ranking(
        caption=_ranking_caption(result),
        chart=charts.ranking([_score_row(record, line) for line in scored]),
        groups=tuple(f"{group.name} {wording.percent(group.weight)}" for group in result.groups),
        rows=tuple(_heat_row(record, result, line) for line in scored),
        excluded=tuple(
            page.Excluded(record.name_of(line.candidate), f"{line.reason.rstrip('.')}.")
            for line in result.lines
            if line.rank is None
        ),
        notes=tuple(f"{text[0].upper()}{text[1:].rstrip('.')}." for text in result.warnings if text),
    )


def _ranking_caption(result: Result) -> str:
    draws = (
        f"; “first in”: {wording.number(result.draws)} draws of the group weights around ours"
        if result.draws
        else ""
    )
    return f"{result.scorecard}; point: expected; band: open questions and measured uncertainty{draws}"


def _score_row(record: Record, line: RankLine) -> ScoreRow:
    return ScoreRow(
        record.name_of(line.candidate),
        line.low or 0.0,
        line.total or 0.0,
        line.high or 0.0,
        leader=line.candidate == record.asked.selected,
        note=f"first in {wording.percent(line.first_share)}" if line.first_share is not None else "",
    )


def _heat_row(record: Record, result: Result, line: RankLine) -> page.HeatRow:
    cells = []
    for group in result.groups:
        score = line.groups.get(group.id)
        cells.append(
            page.HeatCell(wording.number(score.mid), charts.heat_class(score.mid))
            if score
            else page.HeatCell(wording.DASH, "")
        )
    return page.HeatRow(
        name=record.name_of(line.candidate),
        picked=line.candidate == record.asked.selected,
        cells=tuple(cells),
        total=wording.number(line.total, 1),
        coverage=wording.percent(line.coverage),
    )


def pilot(record: Record) -> page.PilotSummary | None:
    """What was measured; None without a pilot."""
    part = record.pilot
    if part is None:
        return None
    figure = measure(part.metric, part.iou)
    least = f" {least_words(part.items, part.least_difference)}" if part.least_difference is not None else ""
    better = "; lower is better" if part.lower_is_better else ""
    columns, rows = _measured_columns(
        (metric_name(part.metric), "annotators", "s per label", "labels a day", "missing", "weakest class"),
        [_pilot_row(record, one) for one in part.lines],
    )
    return page.PilotSummary(
        caption=f"{part.task.replace('_', ' ')}, {wording.number(part.items)} items, "
        f"{wording.number(part.gold_labels)} gold labels (version {part.gold})",
        chart=charts.forest(
            [_forest_row(record, one) for one in part.lines],
            measure=figure,
            floor=part.floor,
            bound="limit" if part.lower_is_better else "floor",
        ),
        chart_note=f"{figure}{better}. Thick: 95% interval over these items. Thin: over annotators, the vendor in"
        f" general.{least}",
        columns=columns,
        rows=rows,
        notes=tuple(f"{text[0].upper()}{text[1:]}" for text in part.warnings[:3] if text),
    )


def _measured_columns(
    names: tuple[str, ...], rows: list[page.PilotRow]
) -> tuple[tuple[str, ...], tuple[page.PilotRow, ...]]:
    """Only the columns in which something was measured."""
    kept = [at for at in range(len(names)) if any(row.cells[at] != wording.DASH for row in rows)]
    return (
        tuple(names[at] for at in kept),
        tuple(page.PilotRow(row.name, row.picked, tuple(row.cells[at] for at in kept)) for row in rows),
    )


def _forest_row(record: Record, one: Measured) -> ForestRow:
    return ForestRow(
        one.name,
        one.value,
        one.low,
        one.high,
        one.low_general,
        one.high_general,
        leader=one.candidate == record.asked.selected,
    )


def _pilot_row(record: Record, one: Measured) -> page.PilotRow:
    weakest = wording.DASH
    if one.weakest:
        count = f" (n {wording.number(one.weakest_count)})" if one.weakest_count is not None else ""
        weakest = f"{one.weakest} {wording.number(one.weakest_value, 2)}{count}"
    return page.PilotRow(
        one.name,
        one.candidate == record.asked.selected,
        (
            wording.number(one.value, 3),
            wording.number(one.annotators),
            wording.number(one.seconds, 1),
            wording.number(one.per_day),
            wording.number(one.missing),
            weakest,
        ),
    )
