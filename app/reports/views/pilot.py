"""The pilot report from a pilot's comparison."""

from datetime import datetime
from typing import Any

from markupsafe import Markup

from app import charts
from app.charts import ForestRow
from app.core.pilots.cost import Cost
from app.core.pilots.findings import top_confusions
from app.core.pilots.results import Estimate
from app.kit import wording
from app.kit.pdf.parts import Head, Preview
from app.pilots.figures import learning_chart, return_rows
from app.pilots.models import PilotTask
from app.pilots.schemas import METRICS
from app.pilots.service import CandidateResult, Kept, PilotComparison, promise_lines
from app.pilots.wording import (
    bound_word,
    digits_of,
    error_counts_of,
    kept_note,
    least_words,
    rate,
    volume_heads,
)
from app.reports.service import PilotReported
from app.reports.views.document import NOTHING, Outcome, PilotReportDocument, Table, TableCell, TableRow
from app.reports.views.golds import gold_table
from app.reports.views.judged import head_of, judged_document, plan_facts, review_parts

_LATE = ", after the last day of its round"


def pilot_document(
    told: PilotReported, at: datetime, *, preview: Preview | None = None
) -> PilotReportDocument:
    """The report as of `at`; codes stand for names while the reader still rates."""
    if told.found is None:
        return judged_document(told, at, preview=preview)
    found = told.found
    figure = found.metric_name + (f" at IoU {found.iou:g}" if found.iou is not None else "")
    return PilotReportDocument(
        head=_head(told, found, at, preview),
        summary=_summary(told, found),
        done=_done(told, found),
        quality_caption=figure + (", lower is better" if found.lower_is_better else ""),
        quality_chart=charts.forest(
            [_forest_row(told, found, one) for one in found.candidates],
            measure=figure,
            floor=found.floor,
            bound="limit" if found.lower_is_better else "floor",
            width=672,
        ),
        quality_note="Thick: 95% interval over these items. Thin: over annotators, the vendor in general.",
        quality=_quality(told, found),
        pairs_caption=f"difference in {found.metric_name}, 95% over all pairs together",
        pairs=_pairs(told, found),
        pairs_note=least_words(
            found.items,
            found.minimum_detectable_difference,
            found.metric_name,
            digits=digits_of(found.metric),
        ),
        classes_caption="F1 per class, gold objects",
        classes=_classes(told, found),
        outcomes=tuple(Outcome(name_of(told, one), _outcome(one)) for one in found.candidates),
        speed_caption="seconds",
        speed_chart=_learning(told, found),
        speed=_speed(told, found),
        cost_caption=f"{found.currency} per accepted {found.unit}, all in" if told.prices else "",
        cost=_cost(told, found),
        warnings=tuple(_named(told, found, text) for text in (*found.warnings, *found.repairs)),
        method=_method(told, found),
        **_more(told, found),
        **review_parts(told),
    )


def _head(told: PilotReported, found: PilotComparison, at: datetime, preview: Preview | None) -> Head:
    return head_of(
        told,
        at,
        preview,
        gold=f"version {found.gold}, {wording.number(found.gold_labels)} labels",
        footer=f"Inputs {found.digest[:8]}…{found.digest[-4:]} · result {found.revision}",
        done=found.computed_at,
    )


def _more(told: PilotReported, found: PilotComparison) -> dict[str, Any]:
    """Plan, promises, mix, strata, confusion, and what only readers of prices see."""
    return {
        "plan": plan_facts(told),
        "golds": gold_table(told),
        "promises": _promises(told, found),
        "mixed": _mixed(told, found),
        "confused": _confused(told, found),
        "strata": _strata(told, found),
        "cost_note": _cost_note(found) if told.prices else "",
        "returns": _returns(told, found) if told.prices else NOTHING,
    }


def name_of(told: PilotReported, one: CandidateResult) -> str:
    """How a candidate is called for this reader."""
    return one.code if told.blind else one.name


def _named(told: PilotReported, found: PilotComparison, text: str) -> str:
    for one in found.candidates:
        text = text.replace(one.code, name_of(told, one))
    return text


def _summary(told: PilotReported, found: PilotComparison) -> str:
    names = {one.code: name_of(told, one) for one in found.candidates}
    same = [" and ".join(names[code] for code in group) for group in found.groups if len(group) > 1]
    if not found.candidates:
        return "No candidate has delivered yet."
    best = found.candidates[0]
    value = wording.number(best.metrics[found.metric].value, digits_of(found.metric))
    word = "lowest" if found.lower_is_better else "highest"
    text = f"{name_of(told, best)} has the {word} {found.metric_name}, {value}."
    if same:
        return f"{text} Cannot be told apart: {'; '.join(same)}."
    return f"{text} All candidates can be told apart." if len(found.candidates) > 1 else text


def _done(told: PilotReported, found: PilotComparison) -> tuple[str, ...]:
    said = [
        f"The same {wording.number(found.items)} items for every candidate; missing items count as wrong.",
        f"Gold version {found.gold} with {wording.number(found.gold_labels)} labels, digest {found.gold_digest[:12]}…",
    ]
    said += [
        f"{name_of(told, one)}: round {one.round}, received {wording.day(one.received_at)}"
        f"{_LATE if one.is_late else ''},"
        f" {wording.number(one.labels)} labels on {wording.number(one.items)} items."
        for one in found.candidates
    ]
    locked = found.criteria_locked_at
    said.append(
        f"Criteria were locked on {wording.day(locked)}."
        if locked
        else "Criteria were not locked before results."
    )
    return tuple(said)


def _forest_row(told: PilotReported, found: PilotComparison, one: CandidateResult) -> ForestRow:
    figure = one.metrics[found.metric]
    return ForestRow(
        name_of(told, one),
        figure.value,
        figure.low,
        figure.high,
        figure.low_general,
        figure.high_general,
        leader=one is found.candidates[0],
    )


def _figure(metric: str, one: Estimate) -> TableCell:
    digits = digits_of(metric)
    lower = wording.interval(one.low, one.high, digits) if one.low is not None else ""
    return TableCell(wording.number(one.value, digits), lower)


def _quality(told: PilotReported, found: PilotComparison) -> Table:
    names = tuple(found.candidates[0].metrics) if found.candidates else ()
    columns = tuple(METRICS[PilotTask(found.task)][name] for name in names)
    rows = tuple(
        TableRow(
            name_of(told, one),
            (
                *(_figure(name, one.metrics[name]) for name in names),
                TableCell(wording.number(one.missing)),
                TableCell(wording.number(one.annotators)),
            ),
        )
        for one in found.candidates
    )
    return Table("Candidate", (*columns, "missing", "annotators"), rows)


def _pairs(told: PilotReported, found: PilotComparison) -> Table:
    names = {one.code: name_of(told, one) for one in found.candidates}
    rows = tuple(
        TableRow(
            f"{names[one.a]} − {names[one.b]}",
            (
                TableCell(wording.signed(one.value, digits_of(one.metric))),
                TableCell(wording.interval(one.low, one.high, digits_of(one.metric))),
                TableCell(wording.p_value(one.p_adjusted)),
                TableCell("yes" if one.distinguishable else "no"),
            ),
        )
        for one in found.best_first_pairs()
    )
    return Table("Pair", ("difference", "interval", "p adjusted", "told apart"), rows)


def _classes(told: PilotReported, found: PilotComparison) -> Table:
    rows = tuple(
        TableRow(
            label,
            tuple(
                TableCell(
                    wording.number(score.f1, 2),
                    f"n {wording.number(score.gold)}",
                    charts.heat_class(score.f1 * 100) if score.f1 is not None else "",
                )
                if (score := one.by_class.get(label))
                else TableCell(wording.DASH)
                for one in found.candidates
            ),
        )
        for label in found.classes
    )
    return Table("Class", tuple(name_of(told, one) for one in found.candidates), rows)


def _outcome(one: CandidateResult) -> Markup:
    return charts.error_strip(error_counts_of(one.errors), width=672)


def _speed(told: PilotReported, found: PilotComparison) -> Table:
    rows = tuple(
        TableRow(
            name_of(told, one),
            (
                TableCell(wording.number(one.pace.seconds_per_label, 1)),
                TableCell(wording.number(one.seconds.mean, 1)),
                TableCell(wording.number(one.seconds.median, 1)),
                TableCell(wording.number(one.pace.per_annotator_day)),
                TableCell(wording.number(len(one.anomalies))),
            ),
        )
        for one in found.candidates
        if one.pace and one.seconds
    )
    columns = ("per label", "mean per row", "median per row", "accepted labels a person-day", "anomalies")
    return Table("Candidate", columns, rows)


def _cost(told: PilotReported, found: PilotComparison) -> Table:
    columns = volume_heads(found.volumes)
    if not told.prices:
        return Table("Candidate", columns, ())
    rows = tuple(TableRow(name_of(told, one), _cost_cells(one, found)) for one in found.candidates)
    return Table("Candidate", columns, rows)


def _cost_cells(one: CandidateResult, found: PilotComparison) -> tuple[TableCell, ...]:
    """The rates, or why there is none."""
    if not one.costs:
        return (TableCell(wording.DASH, one.price_note), TableCell(wording.DASH), TableCell(wording.DASH))
    return tuple(
        TableCell(rate(cost.per_accepted, found.currency), _cost_range(one, cost, found))
        for cost in one.costs
    )


def _cost_range(one: CandidateResult, cost: Cost, found: PilotComparison) -> str:
    total = wording.money(cost.total, found.currency)
    if cost.volume != "expected" or one.priced.interval is None:
        return total
    low, high = one.priced.interval
    return f"{rate(low, found.currency)} … {rate(high, found.currency)}; {total}"


def _cost_note(found: PilotComparison) -> str:
    if not any(one.priced.interval for one in found.candidates):
        return ""
    return "At the expected volume the 95% interval when other items like these had been in the pilot."


def _returns(told: PilotReported, found: PilotComparison) -> Table:
    names = {one.code: name_of(told, one) for one in found.candidates}
    rows = tuple(
        TableRow(
            row.name,
            (
                TableCell(row.saving, row.saving_range),
                TableCell(row.roi, row.roi_range),
                TableCell(row.points, row.points_range),
                TableCell(row.errors),
                TableCell(row.payback),
            ),
        )
        for row in return_rows(found, names)
    )
    columns = ("saved a year", "return", "points", "fewer wrong labels", "set-up is back after")
    return Table("Candidate", columns, rows)


def _learning(told: PilotReported, found: PilotComparison) -> Markup | None:
    return learning_chart(found, {one.code: name_of(told, one) for one in found.candidates}, width=672)


def _promises(told: PilotReported, found: PilotComparison) -> Table:
    """Every promise in a row, a candidate in a column; a bound on every class names those that miss it."""
    rows = tuple(
        TableRow(
            f"{line.name}, {bound_word(line)}",
            tuple(_kept(line.kept[one.code], digits_of(line.item.metric)) for one in found.candidates),
        )
        for line in promise_lines(found)
    )
    return Table("Promise", tuple(name_of(told, one) for one in found.candidates), rows)


def _kept(kept: Kept, digits: int) -> TableCell:
    """The figure, its interval and verdict, and for a review how much was judged."""
    worst = kept.worst
    if worst is None:
        return TableCell(wording.DASH, "; ".join(part for part in (kept.note, kept_note(kept)) if part))
    doubt = ", may be chance" if not worst.sure and len(kept.parts) == 1 else ""
    ends = wording.interval(worst.low, worst.high, digits) if worst.low is not None else ""
    parts = (ends, kept.word + doubt, kept_note(kept))
    return TableCell(wording.number(worst.value, digits), "; ".join(part for part in parts if part))


def _mixed(told: PilotReported, found: PilotComparison) -> str:
    told_values = [
        f"{name_of(told, one)} {wording.number(one.standardised.value, digits_of(found.metric))} "
        f"({wording.interval(one.standardised.low, one.standardised.high, digits_of(found.metric))})"
        for one in found.candidates
        if one.standardised and one.standardised.value is not None
    ]
    return f"{found.metric_name} at the production mix: {'; '.join(told_values)}." if told_values else ""


def _strata(told: PilotReported, found: PilotComparison) -> Table:
    names = list(dict.fromkeys(name for one in found.candidates for name in one.strata))
    rows = tuple(
        TableRow(
            name,
            tuple(
                TableCell(
                    wording.number(each.value, digits_of(each.metric)),
                    f"{wording.interval(each.low, each.high, digits_of(each.metric))}, n {each.count:g}",
                )
                if (each := one.strata.get(name))
                else TableCell(wording.DASH)
                for one in found.candidates
            ),
        )
        for name in names
    )
    return Table("Stratum", tuple(name_of(told, one) for one in found.candidates), rows)


def _confused(told: PilotReported, found: PilotComparison) -> Table:
    """The five pairs of classes that each candidate takes for each other most often."""
    rows = tuple(
        TableRow(
            name_of(told, one),
            (TableCell(", ".join(f"{each.gold} → {each.delivered} {each.count:g}" for each in pairs)),),
        )
        for one in found.candidates
        if (pairs := top_confusions(one.confusion))
    )
    return Table("Candidate", ("gold → delivered, how often",), rows)


def _method(told: PilotReported, found: PilotComparison) -> tuple[str, ...]:
    said = [
        f"Bootstrap over items, {wording.number(found.resamples)} resamples, seed {found.seed}; engine {found.engine}."
    ]
    if found.iou is not None:
        said.append(
            f"One-to-one matching that maximises total IoU; right from IoU {found.iou:g} with the same label."
        )
    if not told.prices:
        said.append("Prices are left out: they are shown to those who may read them.")
    return tuple(said)
