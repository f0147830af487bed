"""How much arrives per day, and when the need's volume would be done: an extrapolation from the pilot, said so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.pilots.learning import WEEKS
from app.core.schedule.demand import Spike, Week, weekly_demand
from app.core.schedule.forecast import (
    Completion,
    Forecast,
    Learning,
    Rate,
    Team,
    completion,
    forecast,
)
from app.core.schedule.hours import working_hours
from app.evaluations import service as evaluations
from app.evaluations.schemas import NeedIn
from app.kit import clock
from app.kit.db import ReadSession
from app.pilots import service as pilots
from app.pilots.models import Delivery, DeliveryState, Pilot
from app.pilots.schemas import RIGHT
from app.pilots.service import CandidateResult, PilotAccess, PilotComparison, comparison_of
from app.runs import queries
from app.runs.progress_schemas import ForecastIn
from app.runs.service.run import rounds_opened, run_of

DAYS_A_WEEK = 5  # working days
HOURS_A_DAY = 8.0  # of `working_hours`
YEAR = timedelta(days=365)
MOST_YEARS = 9


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery. `accepted` labels are those that are right, None where this delivery is not the one compared or
    only people can tell; `per_day` items per working day `since` the work on this round could begin (in words), None
    where that is not known."""

    delivery: Delivery
    day: date
    code: str
    accepted: float | None
    since: str
    working_days: float | None
    per_day: float | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """When one candidate would have done the need's volume.

    `rate` is accepted labels of a labeler and day with its interval; `why` says why there is none, '' otherwise.
    `person_days` (expected, fewest, most) is the volume over the rate, `weeks` those of the `team`. Both say when
    the team is done if all items are there on the first day: `measured` at the pilot's pace, `learned` by its
    learning curve, None without one. `plan` finds the fewest labelers to hire for the due date while the items
    arrive evenly.
    """

    code: str
    why: str
    rate: Rate | None = None
    has_interval: bool = False
    team: int = 0
    person_days: tuple[float, float, float | None] | None = None
    weeks: float | None = None
    measured: Completion | None = None
    learning: Learning | None = None
    learned: Completion | None = None
    plan: Forecast | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Deliveries by day, newest first, and an outlook per candidate; `why` says why there is none at all."""

    arrivals: tuple[Arrival, ...]
    outlooks: tuple[Outlook, ...]
    why: str
    volume: int
    start: date | None
    due: date | None


def progress_of(session: ReadSession, found: PilotAccess, entry: ForecastIn) -> Progress:
    """Arrivals and outlooks of a pilot. Raises `Invalid` naming every value of `entry` out of range."""
    pilot, zone = found.pilot, ZoneInfo(found.evaluation.time_zone)
    compared, need = comparison_of(session, pilot.id), evaluations.need_of(found.evaluation)
    arrivals = _arrivals(session, found, compared)
    start, due, volume = _span(need, clock.now().astimezone(zone).date())
    why = _why_none(need, compared, start, due)
    if why or compared is None:
        return Progress(arrivals, (), why, volume, None, None)
    spikes = [entry.peak] if entry.peak else []
    demand = weekly_demand(volume, start, due, spikes=[Spike(*one) for one in spikes])
    outlooks = tuple(
        _outlook(pilot, one, compared, demand, due, volume, entry) for one in compared.candidates
    )
    return Progress(arrivals, outlooks, "", volume, start, due)


def _why_none(need: NeedIn, compared: PilotComparison | None, start: date, due: date) -> str:
    if not need.volume:
        return "The need has no volume: write down how many labels a year are needed."
    if due < start:
        return "The need's deadline is over: correct it to see a forecast."
    if (due - start).days > MOST_YEARS * YEAR.days:
        return "The need's deadline lies more than nine years ahead: a forecast does not reach that far."
    if compared is None:
        return "Nothing is compared yet: a forecast needs the measured speed and share of accepted labels."
    return ""


def _span(need: NeedIn, today: date) -> tuple[date, date, int]:
    """First and last day of the work, and its labels: the need's yearly volume, more where it runs for years."""
    start = max(need.start_by or today, today)
    due = need.deadline or start + YEAR - timedelta(days=1)
    days = (due - start).days + 1
    volume = need.volume if days <= YEAR.days else round(need.volume * days / YEAR.days)
    return start, due, volume


def _arrivals(
    session: ReadSession, found: PilotAccess, compared: PilotComparison | None
) -> tuple[Arrival, ...]:
    zone = ZoneInfo(found.evaluation.time_zone)
    codes = {one.candidate.id: one.candidate.code for one in pilots.participants(session, found.pilot)}
    results = {one.delivery_id: one for one in compared.candidates} if compared else {}
    rows = [
        row
        for row in pilots.all_deliveries(session, found.pilot.id)
        if row.state is DeliveryState.ACCEPTED and row.candidate_id in codes
    ]
    begun = _beginnings(session, found.pilot, rows)
    return tuple(
        _arrival(found.pilot, row, codes[row.candidate_id], results.get(row.id), begun.get(row.id), zone)
        for row in rows
    )


def _beginnings(
    session: ReadSession, pilot: Pilot, rows: Sequence[Delivery]
) -> Mapping[UUID, tuple[datetime, str]]:
    """Delivery -> when its round could begin for its vendor, and what that moment is.

    The first round begins when the vendor takes its pack, a later one when it was opened; one that nobody opened by
    the run's stage follows the delivery before it.
    """
    taken = {part.candidate_id: _first_taken(session, part.id) for part in queries.parts(session, pilot.id)}
    opened = rounds_opened(session, run_of(session, pilot))
    received = {(row.candidate_id, row.round): row.received_at for row in rows}
    out: dict[UUID, tuple[datetime, str]] = {}
    for row in rows:
        first, before = taken.get(row.candidate_id), received.get((row.candidate_id, row.round - 1))
        start = opened.get(row.round)
        if row.round == 1 and first is not None:
            out[row.id] = (first, "the pack was taken")
        elif start is not None and start < row.received_at:
            out[row.id] = (start, f"round {row.round} was opened")
        elif before is not None:
            out[row.id] = (before, f"round {row.round - 1} came in")
    return out


def _first_taken(session: ReadSession, part_id: UUID) -> datetime | None:
    """When the vendor itself first took its pack."""
    rows = [row.created_at for row in queries.downloads(session, part_id) if row.by_link]
    return min(rows, default=None)


def _arrival(
    pilot: Pilot,
    row: Delivery,
    code: str,
    result: CandidateResult | None,
    begun: tuple[datetime, str] | None,
    zone: ZoneInfo,
) -> Arrival:
    days = working_hours(begun[0], row.received_at, zone) / HOURS_A_DAY if begun else None
    return Arrival(
        delivery=row,
        day=row.received_at.astimezone(zone).date(),
        code=code,
        accepted=_right(pilot, row, result) if result else None,
        since=begun[1] if begun else "",
        working_days=days,
        per_day=row.items / days
        if days and days >= 0.5
        else None,  # less than half a day says nothing of a day
    )


def _right(pilot: Pilot, row: Delivery, result: CandidateResult) -> float | None:
    """How many labels are right; practice and repeats, which the gold does not score, are none of them."""
    share = _share(pilot, result)
    return result.errors.get("ok", share[0] * row.labels) if share else None


def _share(pilot: Pilot, result: CandidateResult) -> tuple[float, float | None, float | None] | None:
    """The share of delivered labels that is right; None where only a review can tell."""
    figure = result.metrics.get(RIGHT.get(pilot.task, ""))
    return (figure.value, figure.low, figure.high) if figure and figure.value is not None else None


def _outlook(
    pilot: Pilot,
    one: CandidateResult,
    compared: PilotComparison,
    demand: Sequence[Week],
    due: date,
    volume: int,
    entry: ForecastIn,
) -> Outlook:
    found, why = _rate(pilot, one, compared)
    if found is None:
        return Outlook(one.code, why)
    rate, has_interval = found
    weekly = Rate(*(DAYS_A_WEEK * value for value in (rate.value, rate.low, rate.high)))
    team = entry.ready or one.annotators or 0
    law = _learning(one.code, compared)
    crew = Team(0, team, 0)  # they learn from their first week on, as the pilot's labelers did
    at_once = (Week(demand[0].start, volume),)
    return Outlook(
        code=one.code,
        why="" if team else "Its labelers are not named: say how many are ready.",
        rate=rate,
        has_interval=has_interval,
        team=team,
        person_days=(
            volume / rate.value,
            volume / rate.high,
            volume / rate.low if rate.low > 0 else None,
        ),
        weeks=volume / (weekly.value * team) if team else None,
        measured=completion(at_once, weekly, Learning(), crew) if team else None,
        learning=law,
        learned=completion(at_once, weekly, law, crew) if team and law else None,
        plan=forecast(demand, due, weekly, learning=law, lead_weeks=entry.lead_weeks),
    )


def _rate(
    pilot: Pilot, one: CandidateResult, compared: PilotComparison
) -> tuple[tuple[Rate, bool] | None, str]:
    """Accepted labels of a labeler and day; the interval joins those of the time and of the accepted share."""
    if one.pace is None:
        return None, "The pilot measured no times."
    if one.pace.per_annotator_day is None:
        return None, "Only a review tells what is accepted."
    value = one.pace.per_annotator_day
    if value <= 0:
        return None, "Nothing was accepted."
    share, seconds = _share(pilot, one), _vendor(one.code, compared).get("pace")
    mean = seconds["mean"] if seconds else None
    if share is None or share[1] is None or share[2] is None or not mean or mean["low"] is None:
        return (Rate(value, value, value), False), ""
    low = value * share[1] / share[0] * mean["value"] / mean["high"]
    high = value * share[2] / share[0] * mean["value"] / mean["low"]
    return (Rate(value, min(low, value), max(high, value)), True), ""


def _learning(code: str, compared: PilotComparison) -> Learning | None:
    """The pilot's learning curve, None where it has none or labelers did not get faster."""
    curve = _vendor(code, compared).get("learning")
    if curve is None or not 0 < curve["week_factor"] < 1:
        return None
    return Learning(curve["week_factor"], WEEKS)


def _vendor(code: str, compared: PilotComparison) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(one for one in compared.document["vendors"] if one["name"] == code)
    return found
