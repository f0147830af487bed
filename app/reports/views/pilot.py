"""The pilot report from a pilot's comparison."""

from datetime import datetime

from babel.numbers import get_currency_precision
from markupsafe import Markup

from app import charts
from app.charts import ForestRow
from app.core.pilots.results import Estimate
from app.kit import wording
from app.kit.pdf.parts import Fact, Head, Preview
from app.pilots.models import PilotTask
from app.pilots.schemas import METRICS
from app.pilots.service import CandidateResult
from app.pilots.wording import error_counts_of
from app.reports.service import PilotReported
from app.reports.views.document import Outcome, PilotReportDocument, Table, TableCell, TableRow


def pilot_document(
    told: PilotReported, at: datetime, *, preview: Preview | None = None
) -> PilotReportDocument:
    """The report as of `at`; codes stand for names while the reader still rates."""
    found = told.found
    figure = found.metric_name + (f" at IoU {found.iou:g}" if found.iou is not None else "")
    return PilotReportDocument(
        head=_head(told, at, preview),
        summary=_summary(told),
        done=_done(told),
        quality_caption=figure,
        quality_chart=charts.forest(
            [_forest_row(told, one) for one in found.candidates],
            measure=figure,
            floor=found.floor,
            width=672,
        ),
        quality_note="Thick: 95% interval over these items. Thin: over annotators, the vendor in general.",
        quality=_quality(told),
        pairs_caption=f"difference in {found.metric_name}, 95% over all pairs together",
        pairs=_pairs(told),
        pairs_note=_least(told),
        classes_caption="F1 per class, gold objects",
        classes=_classes(told),
        outcomes=tuple(Outcome(name_of(told, one), _outcome(one)) for one in found.candidates),
        speed_caption="seconds",
        speed_chart=None,
        speed=_speed(told),
        cost_caption=f"{found.currency} per accepted {found.unit}, all in" if told.prices else "",
        cost=_cost(told),
        warnings=tuple(_named(told, text) for text in (*found.warnings, *found.repairs)),
        method=_method(told),
    )


def name_of(told: PilotReported, one: CandidateResult) -> str:
    """How a candidate is called for this reader."""
    return one.code if told.blind else one.name


def _named(told: PilotReported, text: str) -> str:
    for one in told.found.candidates:
        text = text.replace(one.code, name_of(told, one))
    return text


def _head(told: PilotReported, at: datetime, preview: Preview | None) -> Head:
    found, evaluation = told.found, told.evaluation
    labels = f"version {found.gold}, {wording.number(found.gold_labels)} labels"
    return Head(
        kind="Pilot report",
        version=wording.day(at),
        title=evaluation.name,
        language="en",
        mark="",
        demo="Demonstration data" if evaluation.is_demo else "",
        facts=(
            Fact("Evaluation", evaluation.label),
            Fact("Task", found.task),
            Fact("Gold", labels),
            Fact("Compared", wording.day(found.computed_at)),
        ),
        footer=f"Inputs {found.digest[:8]}…{found.digest[-4:]} · result {found.revision}",
        classification="Confidential: procurement",
        preview=preview,
    )


def _summary(told: PilotReported) -> str:
    found = told.found
    names = {one.code: name_of(told, one) for one in found.candidates}
    same = [" and ".join(names[code] for code in group) for group in found.groups if len(group) > 1]
    if not found.candidates:
        return "No candidate has delivered yet."
    best = found.candidates[0]
    value = wording.number(best.metrics[found.metric].value, 3)
    text = f"{name_of(told, best)} has the highest {found.metric_name}, {value}."
    if same:
        return f"{text} Cannot be told apart: {'; '.join(same)}."
    return f"{text} All candidates can be told apart." if len(found.candidates) > 1 else text


def _done(told: PilotReported) -> tuple[str, ...]:
    found = told.found
    said = [
        f"The same {wording.number(found.items)} items for every candidate; missing items count as wrong.",
        f"Gold version {found.gold} with {wording.number(found.gold_labels)} labels, digest {found.gold_digest[:12]}…",
    ]
    said += [
        f"{name_of(told, one)}: round {one.round}, received {wording.day(one.received_at)},"
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


def _forest_row(told: PilotReported, one: CandidateResult) -> ForestRow:
    figure = one.metrics[told.found.metric]
    return ForestRow(
        name_of(told, one),
        figure.value,
        figure.low,
        figure.high,
        figure.low_general,
        figure.high_general,
        leader=one is told.found.candidates[0],
    )


def _figure(one: Estimate) -> TableCell:
    lower = wording.interval(one.low, one.high, 3) if one.low is not None else ""
    return TableCell(wording.number(one.value, 3), lower)


def _quality(told: PilotReported) -> Table:
    found = told.found
    names = tuple(found.candidates[0].metrics) if found.candidates else ()
    columns = tuple(METRICS[PilotTask(found.task)][name] for name in names)
    rows = tuple(
        TableRow(
            name_of(told, one),
            (
                *(_figure(one.metrics[name]) for name in names),
                TableCell(wording.number(one.missing)),
                TableCell(wording.number(one.annotators)),
            ),
        )
        for one in found.candidates
    )
    return Table("Candidate", (*columns, "missing", "annotators"), rows)


def _pairs(told: PilotReported) -> Table:
    names = {one.code: name_of(told, one) for one in told.found.candidates}
    rows = tuple(
        TableRow(
            f"{names[one.a]} − {names[one.b]}",
            (
                TableCell(wording.signed(one.value, 3)),
                TableCell(wording.interval(one.low, one.high, 3)),
                TableCell(wording.number(one.p_adjusted, 3)),
                TableCell("yes" if one.distinguishable else "no"),
            ),
        )
        for one in told.found.pairs
    )
    return Table("Pair", ("difference", "interval", "p adjusted", "told apart"), rows)


def _least(told: PilotReported) -> str:
    least = told.found.minimum_detectable_difference
    items = wording.number(told.found.items)
    if least is None:
        return f"With {items} items no difference can be shown reliably."
    return f"With {items} items a difference under {wording.number(least, 3)} may be noise."


def _classes(told: PilotReported) -> Table:
    found = told.found
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


def _speed(told: PilotReported) -> Table:
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
        for one in told.found.candidates
        if one.pace and one.seconds
    )
    columns = ("per label", "mean per row", "median per row", "accepted labels a person-day", "anomalies")
    return Table("Candidate", columns, rows)


def _cost(told: PilotReported) -> Table:
    found = told.found
    columns = tuple(f"at {wording.compact(volume)}" for volume in found.volumes)
    if not told.prices:
        return Table("Candidate", columns, ())
    scale = 10 ** get_currency_precision(found.currency)
    rows = tuple(
        TableRow(
            name_of(told, one),
            tuple(
                TableCell(
                    wording.number(cost.per_accepted / scale, 4) if cost.per_accepted else wording.DASH,
                    wording.money(cost.total, found.currency),
                )
                for cost in one.costs
            ),
        )
        for one in found.candidates
        if one.costs
    )
    return Table("Candidate", columns, rows)


def _method(told: PilotReported) -> tuple[str, ...]:
    found = told.found
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
