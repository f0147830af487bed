"""What people say in a pilot report: the blind review, and the whole report where nothing else is measured."""

from datetime import datetime
from typing import Any

from markupsafe import Markup

from app import charts
from app.charts import ForestRow
from app.core.pilots.results import Estimate
from app.kit import wording
from app.kit.pdf.parts import Fact, Head, Preview
from app.pilots.service import criteria_of
from app.pilots.wording import bounds_of, mix_words, promise_name, rate, sizing_words
from app.reports.service import PilotReported
from app.reports.views.document import NOTHING, PilotReportDocument, Table, TableCell, TableRow
from app.reviews.models import Fault
from app.reviews.service import Acceptance, ReviewSummary, promise_of

_METHOD = "Pairs: McNemar's mid-p on common items, simultaneous max-T intervals by bootstrap over items."
ONLY_PEOPLE = "Judged by people only: nothing here is measured against labels of our own."


def head_of(
    told: PilotReported, at: datetime, preview: Preview | None, *, gold: str, footer: str, done: datetime
) -> Head:
    """The head of a pilot report."""
    evaluation = told.evaluation
    return Head(
        kind="Pilot report",
        version=wording.day(at),
        title=evaluation.name,
        language="en",
        mark="",
        demo="Demonstration data" if evaluation.is_demo else "",
        facts=(
            Fact("Evaluation", evaluation.label),
            Fact("Task", told.pilot.task.value.replace("_", " ")),
            Fact("Gold" if told.found else "Items", gold),
            Fact("Compared" if told.found else "Reviewed", wording.day(done)),
        ),
        footer=footer,
        classification="Confidential: procurement",
        preview=preview,
    )


def plan_facts(told: PilotReported) -> tuple[Fact, ...]:
    """Goal, data selection, size, mix and promises, as far as they were written down."""
    plan, pilot = told.plan, told.pilot
    lines = [
        ("Goal", pilot.goal),
        ("Source of the data", plan.source),
        ("How it was drawn", plan.how_drawn),
        ("Strata", plan.strata),
        ("Redaction", plan.redaction),
        ("Pre-labels", plan.pre_labels),
        *(
            (fact.term, f"{fact.text} {fact.note}".strip())
            for fact in (*sizing_words(pilot), *mix_words(pilot))
        ),
        *((promise_name(pilot.task, one), bounds_of(one)) for one in criteria_of(pilot)),
    ]
    return tuple(Fact(name, text) for name, text in lines if text)


def review_parts(told: PilotReported) -> dict[str, Any]:
    """The fields of the report that the blind review fills; none where nobody judged."""
    if told.review is None:
        return {}
    row, found = told.review
    return {
        "review_caption": f"review {row.number}, {row.size} random items, the same of every candidate; 95% Wilson",
        "review_chart": _chart(told, found),
        "review": _shares(told, found),
        "review_pairs": _pairs(told, found),
        "review_faults": _faults(told, found),
        "review_notes": _notes(told, found),
    }


def _ranked(found: ReviewSummary) -> list[Acceptance]:
    return sorted(
        found.acceptances, key=lambda one: (one.first_pass is None, -(one.first_pass or 0), one.code)
    )


def _shares(told: PilotReported, found: ReviewSummary) -> Table:
    rows = tuple(
        TableRow(
            told.names[one.code],
            (
                _share(Estimate(one.first_pass, one.low, one.high)),
                _share(one.usable),
                _share(one.rejected),
                TableCell(f"{one.items} of {one.given}"),
            ),
        )
        for one in _ranked(found)
    )
    return Table("Candidate", ("accepted as it came", "accepted or fixed", "rejected", "judged"), rows)


def _chart(told: PilotReported, found: ReviewSummary) -> Markup:
    promise = promise_of(told.pilot)
    floor = promise.floor if promise else None
    rows = [ForestRow(told.names[one.code], one.first_pass, one.low, one.high) for one in _ranked(found)]
    return charts.forest(rows, measure="Accepted as it came", floor=floor, width=672)


def _share(one: Estimate) -> TableCell:
    ends = [None if end is None else 100 * end for end in (one.low, one.high)]
    return TableCell(wording.percent(one.value, 1), wording.interval(ends[0], ends[1], 1))


def _pairs(told: PilotReported, found: ReviewSummary) -> Table:
    rows = tuple(
        TableRow(
            f"{told.names[one.a]} − {told.names[one.b]}",
            (
                TableCell(wording.signed(100 * (one.value or 0), 1)),
                TableCell(wording.interval(100 * (one.low or 0), 100 * (one.high or 0), 1)),
                TableCell(wording.p_value(one.p_adjusted)),
                TableCell("yes" if one.distinguishable else "no"),
            ),
        )
        for one in found.pairs
    )
    return Table("Pair", ("points", "interval", "p adjusted", "told apart"), rows)


def _faults(told: PilotReported, found: ReviewSummary) -> Table:
    used = [fault for fault in Fault if any(one.faults.get(fault) for one in found.acceptances)]
    rows = tuple(
        TableRow(told.names[one.code], tuple(TableCell(str(one.faults.get(fault, 0))) for fault in used))
        for one in _ranked(found)
        if used
    )
    return Table("Candidate", tuple(fault.value.replace("_", " ") for fault in used), rows)


def _notes(told: PilotReported, found: ReviewSummary) -> tuple[str, ...]:
    agreed = found.agreement
    out = [f"{found.judged} of {found.tasks} judgements are in."]
    if found.unblind:
        out.append(f"{found.unblind} of them were given after names were told, and are not blind.")
    if agreed.items:
        out.append(
            f"Two reviewers gave the same verdict on {wording.percent(agreed.percent, 1)} of {agreed.items} items "
            f"(AC1 {wording.number(agreed.ac1.value, 2)})."
        )
    promise = promise_of(told.pilot) if told.found is None else None  # else it stands with the other promises
    if promise is not None:
        out += [
            _kept(told, found, of, bound)
            for of, bound in (("floor", promise.floor), ("target", promise.target))
            if bound is not None
        ]
    return tuple(out)


def _kept(told: PilotReported, found: ReviewSummary, of: str, bound: float) -> str:
    """Who is accepted at first pass less often than was promised, who was not judged yet."""
    shares = {told.names[one.code]: one.first_pass for one in _ranked(found)}
    below = [name for name, share in shares.items() if share is not None and share < bound]
    open_still = [name for name, share in shares.items() if share is None]
    parts = [f"under it {', '.join(below)}"] if below else []
    parts += [f"not reviewed yet {', '.join(open_still)}"] if open_still else []
    return f"Accepted at first pass, {of} {bound:g}: {'; '.join(parts) or 'all keep it'}."


def judged_document(told: PilotReported, at: datetime, *, preview: Preview | None) -> PilotReportDocument:
    """The report of a pilot that only people judge."""
    row, found = told.review  # type: ignore[misc]
    return PilotReportDocument(
        head=head_of(
            told,
            at,
            preview,
            gold=f"{row.size} reviewed",
            footer=f"Review {row.number} · seed {row.seed}",
            done=row.created_at,
        ),
        summary=_summary(told, found),
        done=_done(told),
        quality_caption="",
        quality_chart=None,
        quality_note="",
        quality=NOTHING,
        pairs_caption="",
        pairs=NOTHING,
        pairs_note="",
        classes_caption="",
        classes=NOTHING,
        outcomes=(),
        speed_caption="seconds of work",
        speed_chart=None,
        speed=_speed(told),
        cost_caption=f"{told.pilot.currency} per item accepted as it came" if told.prices else "",
        cost=_cost(told) if told.prices else NOTHING,
        warnings=(ONLY_PEOPLE,),
        method=(
            f"The same {row.size} random items of every candidate, seed {row.seed}, under codes.",
            _METHOD,
        ),
        plan=plan_facts(told),
        is_measured=False,
        **review_parts(told),
    )


def _summary(told: PilotReported, found: ReviewSummary) -> str:
    ranked = _ranked(found)
    share = ranked[0].first_pass
    first = [told.names[one.code] for one in ranked if one.first_pass == share]
    often = "is accepted most often" if len(first) == 1 else "are accepted equally often"
    text = f"{' and '.join(first)} {often} as it came, {wording.percent(share, 1)}."
    same = [f"{told.names[one.a]} and {told.names[one.b]}" for one in found.pairs if not one.distinguishable]
    return f"{text} Cannot be told apart: {'; '.join(same)}." if same else text


def _done(told: PilotReported) -> tuple[str, ...]:
    return tuple(
        f"{told.names[code]}: {one.items} items{f', {one.missing} missing' if one.missing else ''}, "
        f"{wording.number(one.annotators)} annotators."
        for code, one in told.work.items()
    )


def _speed(told: PilotReported) -> Table:
    rows = tuple(
        TableRow(
            told.names[code],
            (
                TableCell(wording.number(one.pace.seconds_per_label, 1)),
                TableCell(wording.number(one.pace.per_annotator_day)),
            ),
        )
        for code, one in told.work.items()
        if one.pace
    )
    return Table("Candidate", ("per item", "accepted items a person-day"), rows)


def _cost(told: PilotReported) -> Table:
    rows = tuple(
        TableRow(
            told.names[code],
            tuple(
                TableCell(rate(cost.per_accepted, cost.currency), wording.money(cost.total, cost.currency))
                for cost in one.priced.costs
            ),
        )
        for code, one in told.work.items()
        if one.priced.costs
    )
    return Table("Candidate", ("low volume", "expected volume", "high volume"), rows)
