"""Volume per day, and when the need would be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.schedule.forecast import Completion, WeekPlan
from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Fact
from app.runs.progress_schemas import ArrivalOut, CompletionOut, OutlookOut, ProgressOut
from app.runs.service import Arrival, Outlook, Progress

CSV_HEAD = (
    "day",
    "candidate",
    "round",
    "late",
    "items",
    "missing",
    "labels",
    "accepted",
    "working_days",
    "items_per_day",
    "counted_since",
)


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """One delivery."""

    day: str
    name: str
    round: str
    items: str
    labels: str
    accepted: str
    per_day: str
    since: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class OutlookRow:
    """One candidate; with `why` alone where there is no rate."""

    name: str
    href: str
    weeks_href: str
    why: str
    rate: str
    rate_interval: str
    person_days: str
    person_interval: str
    team: str
    done: str
    done_interval: str
    learned: str
    learned_interval: str
    needed: str
    needed_interval: str


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week of a plan."""

    start: str
    need: str
    labelers: str
    capacity: str
    done: str
    backlog: str
    is_short: bool


@dataclass(frozen=True, slots=True)
class ProgressPage(Page):
    """The page; `why` says why there is no forecast."""

    template: ClassVar[str] = "runs/progress.html"

    frame: EvaluationFrame
    path: str
    back: str
    facts: tuple[Fact, ...]
    why: str
    outlooks: tuple[OutlookRow, ...]
    arrivals: tuple[ArrivalRow, ...]
    form: FormState
    csv_url: str
    weeks: tuple[WeekRow, ...]
    weeks_title: str


def facts_of(found: Progress, unit: str) -> tuple[Fact, ...]:
    """What is forecast."""
    if found.start is None or found.due is None:
        return ()
    words = f"{wording.number(found.volume)} accepted {wording.plural(unit, found.volume)}"
    return (
        Fact("Need", words),
        Fact("From", wording.day(found.start)),
        Fact("Due", wording.day(found.due)),
    )


def arrival_rows(rows: Sequence[Arrival], names: Mapping[str, str]) -> tuple[ArrivalRow, ...]:
    """Deliveries by day."""
    return tuple(
        ArrivalRow(
            day=wording.day(one.day),
            name=names[one.code],
            round=f"Round {one.delivery.round}",
            items=wording.number(one.delivery.items)
            + (f", {one.delivery.missing} missing" if one.delivery.missing else ""),
            labels=wording.number(one.delivery.labels),
            accepted=wording.number(one.accepted) if one.accepted is not None else wording.DASH,
            per_day=f"{wording.number(one.per_day)} in {wording.number(one.working_days, 1)} working days"
            if one.per_day is not None
            else wording.DASH,
            since=f"since {one.since}" if one.per_day is not None else "",
            is_late=one.delivery.is_late,
        )
        for one in rows
    )


def outlook_rows(
    rows: Sequence[Outlook], names: Mapping[str, str], results: str, weeks: Mapping[str, str]
) -> tuple[OutlookRow, ...]:
    """The outlooks; `weeks` leads to a candidate's plan week by week."""
    return tuple(
        _outlook(one, names[one.code], f"{results}/items?candidate={one.code}", weeks[one.code])
        for one in rows
    )


def _outlook(one: Outlook, name: str, href: str, weeks_href: str) -> OutlookRow:
    rate, days, plan = one.rate, one.person_days, one.plan
    interval = wording.interval(rate.low, rate.high, 0) if rate and one.has_interval else "no interval"
    low, most = (days[1], days[2]) if days else (None, None)
    reach = f"{wording.number(low)} to {wording.number(most) if most is not None else 'no end'}"
    return OutlookRow(
        name=name,
        href=href,
        weeks_href=weeks_href if plan else "",
        why=one.why,
        rate=wording.number(rate.value) if rate else wording.DASH,
        rate_interval=interval if rate else "",
        person_days=wording.number(days[0]) if days else wording.DASH,
        person_interval=reach if days and one.has_interval else "",
        team=f"{one.team} for {wording.number(one.weeks, 1)} weeks" if one.weeks else wording.DASH,
        done=_day(one.measured),
        done_interval=_days(one.measured, one.has_interval),
        learned=_day(one.learned),
        learned_interval=_days(one.learned, one.has_interval),
        needed=_many(plan.labelers) if plan else wording.DASH,
        needed_interval=f"{_many(plan.labelers_low)} to {_many(plan.labelers_high)}"
        if plan and one.has_interval
        else "",
    )


def _day(found: Completion | None) -> str:
    if found is None:
        return wording.DASH
    return wording.day(found.expected) if found.expected else "not within ten years"


def _days(found: Completion | None, has_interval: bool) -> str:
    if found is None or not has_interval or found.expected is None:
        return ""
    late = wording.day(found.late) if found.late else "no end"
    return f"{wording.day(found.early)} to {late}"


def _many(count: int | None) -> str:
    return wording.number(count) if count is not None else "not in time"


def week_rows(weeks: Sequence[WeekPlan]) -> tuple[WeekRow, ...]:
    """A plan week by week."""
    return tuple(
        WeekRow(
            start=wording.day(one.start),
            need=wording.number(one.need),
            labelers=wording.number(one.labelers),
            capacity=wording.number(one.capacity),
            done=wording.number(one.done),
            backlog=wording.number(one.backlog),
            is_short=one.short,
        )
        for one in weeks
    )


def csv_row(one: Arrival, names: Mapping[str, str]) -> list[str | int | float | None]:
    """A delivery as a row of a table; unknown figures are empty."""
    row = one.delivery
    return [
        one.day.isoformat(),
        names[one.code],
        row.round,
        "yes" if row.is_late else "",
        row.items,
        row.missing,
        row.labels,
        one.accepted,
        one.working_days,
        one.per_day,
        one.since,
    ]


def progress_out(found: Progress) -> ProgressOut:
    """The same for programs."""
    return ProgressOut(
        arrivals=[
            ArrivalOut(
                day=one.day,
                candidate=one.code,
                **one.delivery.model_dump(include={"round", "items", "missing", "labels"}),
                accepted=one.accepted,
                working_days=one.working_days,
                items_per_day=one.per_day,
                counted_since=one.since,
                is_late=one.delivery.is_late,
            )
            for one in found.arrivals
        ],
        outlooks=[_outlook_out(one) for one in found.outlooks],
        why=found.why,
        volume=found.volume,
        start=found.start,
        due=found.due,
    )


def _outlook_out(one: Outlook) -> OutlookOut:
    rate, plan = one.rate, one.plan
    return OutlookOut(
        candidate=one.code,
        why=one.why,
        accepted_per_labeler_day=[rate.value, rate.low, rate.high] if rate else None,
        labelers=one.team,
        person_days=list(one.person_days) if one.person_days else None,
        weeks=one.weeks,
        as_measured=_completion_out(one.measured),
        with_learning=_completion_out(one.learned),
        labelers_needed=[plan.labelers, plan.labelers_low, plan.labelers_high] if plan else None,
    )


def _completion_out(one: Completion | None) -> CompletionOut | None:
    return CompletionOut(expected=one.expected, early=one.early, late=one.late) if one else None
