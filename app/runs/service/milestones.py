"""Milestones of a run: what is due on which day, what is done, what is late, and which round they wait for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.audit import service as audit
from app.core.errors import NotFound
from app.core.permissions import Action
from app.evaluations.models import OUT, Evaluation
from app.kit import clock, library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.pilots import service as pilots
from app.pilots.models import Delivery, Pilot
from app.pilots.service import open_pilot
from app.runs.models import PilotRun
from app.runs.schemas import MilestoneIn
from app.runs.service.run import run_of, vendors_in


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A milestone as it stands. `done` is the day it was marked done, or the one on which the last vendor delivered
    its round; `delivered` of `expected` vendors did, both 0 where it waits for no round."""

    at: int
    title: str
    day: date
    done: date | None
    round: int | None
    delivered: int
    expected: int
    is_late: bool


def milestones_of(run: PilotRun) -> tuple[MilestoneIn, ...]:
    """The milestones by day."""
    return tuple(sorted((MilestoneIn.model_validate(one) for one in run.milestones), key=lambda one: one.day))


def template_milestones(start: date) -> tuple[MilestoneIn, ...]:
    """The template's steps with their days, the first on `start`; days of the template are working days."""
    shipped = library.load("plans", "pilot-plan")["pilot"]["stages"]
    first = min(one["day"] for one in shipped)
    return tuple(MilestoneIn(title=one["title"], day=_after(start, one["day"] - first)) for one in shipped)


def _after(start: date, days: int) -> date:
    while days:
        start += timedelta(days=1)
        days -= start.weekday() < 5
    return start


def milestone_lines(session: ReadSession, pilot: Pilot, run: PilotRun) -> tuple[MilestoneLine, ...]:
    """The milestones by day, with how they stand today where the evaluation is."""
    zone = ZoneInfo(session.get_one(Evaluation, pilot.evaluation_id).time_zone)
    today = clock.now().astimezone(zone).date()
    expected = {view.candidate.id for view in vendors_in(session, pilot) if view.candidate.stage not in OUT}
    rounds: dict[int, dict[UUID, Delivery]] = {}
    for row in pilots.accepted(session, pilot.id):
        if row.candidate_id in expected:
            rounds.setdefault(row.round, {})[row.candidate_id] = row
    return tuple(
        _line(at, one, rounds.get(one.round or 0, {}), len(expected), today, zone)
        for at, one in enumerate(milestones_of(run))
    )


def _line(
    at: int, one: MilestoneIn, rows: Mapping[UUID, Delivery], expected: int, today: date, zone: ZoneInfo
) -> MilestoneLine:
    done = one.done
    if done is None and one.round and expected and len(rows) == expected:
        done = max(row.received_at for row in rows.values()).astimezone(zone).date()
    return MilestoneLine(
        at=at,
        title=one.title,
        day=one.day,
        done=done,
        round=one.round,
        delivered=len(rows) if one.round else 0,
        expected=expected if one.round else 0,
        is_late=(done or today) > one.day,
    )


def mark_milestone(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, at: int, is_done: bool, seen: int | None
) -> PilotRun:
    """Mark milestone number `at` (0, 1, … by day) as done today where the evaluation is, or as open again.

    Raises `NotFound` beyond the last, `Conflict` when the run changed meanwhile.
    """
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    row = run_of(session, found.pilot)
    unchanged(row, seen, {})
    rows = list(milestones_of(row))
    if not 0 <= at < len(rows):
        raise NotFound("milestone.not_found", "There is no such milestone; load the page again.")
    today = clock.now().astimezone(ZoneInfo(found.evaluation.time_zone)).date()
    rows[at] = rows[at].model_copy(update={"done": today if is_done else None})
    row.milestones = [one.model_dump(mode="json") for one in rows]
    session.add(row)
    session.flush()
    after = {"day": rows[at].day, "done": rows[at].done}
    audit.record(session, actor, "pilots.milestone.marked", ("pilot_run", row.id), after=after)
    return row
