"""How many labelers a volume takes by a date, week by week, and when it will be done.

Labelers get faster with practice: seconds in their week k are k^-b of those in week 1 (Wright 1936), set by
the factor reached in a given week and flat from then on. New ones start after the hiring lead time.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.errors import Invalid, Problem
from app.core.schedule.demand import WEEK, Week

LEAD_WEEKS = 2
MOST_LABELERS = 100_000
_LATE_WEEKS = 520  # how far past the due date a completion is looked for


@dataclass(frozen=True, slots=True)
class Learning:
    """Seconds per label in week `weeks` of a labeler's work over those in week 1; 1 means no learning."""

    factor: float = 1.0
    weeks: int = 6

    def pace(self, week: int) -> float:
        """How many times the labels of week 1 a labeler makes in week `week` (1, 2, …) of his work."""
        slope = -math.log(self.factor) / math.log(self.weeks)
        return float(min(max(1, week), self.weeks) ** slope)


@dataclass(frozen=True, slots=True)
class Rate:
    """Accepted labels one labeler makes in a first week, with the interval measured in the pilot."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Team:
    """Who works: `ready` labelers past their learning now, `hired` new ones from week `lead_weeks` on."""

    ready: int = 0
    hired: int = 0
    lead_weeks: int = LEAD_WEEKS


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """One week: what arrives, what the team could do, what it does, what is left over at its end (labels).

    `short` tells that what is waiting exceeds what the team can do.
    """

    start: date
    need: int
    capacity: float
    done: float
    backlog: float
    labelers: int
    short: bool


@dataclass(frozen=True, slots=True)
class Completion:
    """The day all is done, None where it is not within ten years; `early` and `late` from the rate's interval."""

    expected: date | None
    early: date | None
    late: date | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a volume takes. Labelers to hire now: expected, and from the upper and lower bound of the rate.

    None where no number of them is in time, because nobody new has started before the due date. `weeks` and
    `completion` are those of the expected number, or of the ready team alone where there is none. `keep_up` is
    how many it takes to end every week, from the first in which new labelers work, without a backlog; None
    where they start too late for any.
    """

    labelers: int | None
    labelers_low: int | None
    labelers_high: int | None
    keep_up: int | None
    weeks: tuple[WeekPlan, ...]
    completion: Completion


def forecast(
    demand: Sequence[Week],
    due: date,
    rate: Rate,
    *,
    learning: Learning | None = None,
    ready: int = 0,
    lead_weeks: int = LEAD_WEEKS,
) -> Forecast:
    """The fewest labelers to hire now so that all of `demand` is done by `due`, beside the `ready` ones.

    Work is done when it has arrived and never before. Raises `Invalid` naming every value out of range.
    """
    law = learning or Learning()
    _check(demand, due, rate, law, Team(ready, 0, lead_weeks))

    def fewest(per_week: float, keep_up: bool = False) -> int | None:
        def enough(hired: int) -> bool:
            if per_week <= 0 or (keep_up and lead_weeks >= len(demand)):
                return False
            team = Team(ready, hired, lead_weeks)
            if keep_up:
                return all(not week.short for week in plan(demand, per_week, law, team)[lead_weeks:])
            done = completed(demand, per_week, law, team)
            return done is not None and done <= due

        return _smallest(enough)

    labelers = fewest(rate.value)
    team = Team(ready, labelers or 0, lead_weeks)
    return Forecast(
        labelers=labelers,
        labelers_low=fewest(rate.high),
        labelers_high=fewest(rate.low),
        keep_up=fewest(rate.value, keep_up=True),
        weeks=plan(demand, rate.value, law, team),
        completion=completion(demand, rate, law, team),
    )


def _smallest(enough: Callable[[int], bool]) -> int | None:
    """The smallest number that is enough, when more never hurts; None where the largest is not."""
    if not enough(MOST_LABELERS):
        return None
    low, high = -1, MOST_LABELERS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def capacity(week: int, per_week: float, learning: Learning, team: Team) -> float:
    """Labels the team can do in week `week` (0, 1, …) of the plan."""
    full = learning.pace(learning.weeks)
    new = learning.pace(week - team.lead_weeks + 1) if week >= team.lead_weeks else 0.0
    return per_week * (team.ready * full + team.hired * new)


def plan(demand: Sequence[Week], per_week: float, learning: Learning, team: Team) -> tuple[WeekPlan, ...]:
    """Capacity against need, week by week; what is not done waits."""
    out, backlog = [], 0.0
    for at, week in enumerate(demand):
        can = capacity(at, per_week, learning, team)
        waiting = backlog + week.need
        done = min(can, waiting)
        backlog = waiting - done
        working = team.ready + (team.hired if at >= team.lead_weeks else 0)
        out.append(WeekPlan(week.start, week.need, can, done, backlog, working, waiting > can + 1e-6))
    return tuple(out)


def completed(demand: Sequence[Week], per_week: float, learning: Learning, team: Team) -> date | None:
    """The day on which the last label is done, working evenly over each week; None beyond ten years."""
    waiting, last = 0.0, len(demand) - 1
    for at in range(len(demand) + _LATE_WEEKS):
        start = demand[0].start + at * WEEK
        waiting += demand[at].need if at <= last else 0
        can = capacity(at, per_week, learning, team)
        if at >= last and can > 0 and waiting <= can + 1e-6:
            days = max(1, math.ceil(7 * waiting / can - 1e-9))
            return start + timedelta(days=days - 1)
        waiting = max(0.0, waiting - can)
    return None


def completion(demand: Sequence[Week], rate: Rate, learning: Learning, team: Team) -> Completion:
    """The completion day with its interval: early at the upper bound of the rate, late at the lower."""
    expected, early, late = (
        completed(demand, one, learning, team) if one > 0 else None
        for one in (rate.value, rate.high, rate.low)
    )
    return Completion(expected, early, late)


def _check(demand: Sequence[Week], due: date, rate: Rate, learning: Learning, team: Team) -> None:
    rules = (
        (bool(demand), "demand", "needs at least one week"),
        (not demand or demand[-1].start <= due, "due", "must not lie before the last week of the demand"),
        (0 <= rate.low <= rate.value <= rate.high < math.inf, "rate", "needs 0 ≤ low ≤ value ≤ high"),
        (rate.value > 0, "rate", "a labeler must finish something in a week"),
        (0 < learning.factor <= 1, "learning.factor", "must be above 0 and at most 1 (30 % faster is 0.7)"),
        (2 <= learning.weeks <= 104, "learning.weeks", "must be from 2 to 104"),
        (0 <= team.ready <= MOST_LABELERS, "ready", f"must be from 0 to {MOST_LABELERS}"),
        (0 <= team.lead_weeks <= 52, "lead_weeks", "must be from 0 to 52"),
    )
    if problems := [Problem(where, message) for fine, where, message in rules if not fine]:
        raise Invalid("forecast.broken", problems)
