"""A vendor's own errors after the close, and contesting them in a window of days.

A vendor reads its delivery against the gold on the items where it erred, and nothing of other vendors. That it has
seen them is written down, and no further round is open to it: it knows the gold of those items.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.evaluations.models import Evaluation, EvaluationState
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.pilots.models import Pilot, PilotTask
from app.pilots.service import Outcomes, golds, listing_of, open_pilot, outcomes_of, result_of, scenes_of
from app.reviews import service as reviews
from app.reviews.models import ItemContest
from app.runs.link_schemas import ContestIn
from app.runs.models import PilotRun, PilotStage
from app.runs.service.parts import PartAccess, image_base, part_access

BEFORE = "Your errors are shown once the pilot is closed."
NOT_YET = "Your errors can be shown now; it is written down that you saw them."


@dataclass(frozen=True, slots=True)
class OwnError:
    """An item on which the vendor erred: its place in the result, what the vendor got it as (`called`), and how often
    it erred in which way."""

    at: int
    item: str
    called: str
    errors: Mapping[str, int]
    contest: ItemContest | None


@dataclass(frozen=True, slots=True)
class OwnErrors:
    """What a vendor may read of its errors; `hidden` says why nothing, '' while it may.

    `contests` are all of its contests, also on items that a newer gold version does not count as errors any more.
    """

    hidden: str
    code: str
    gold_number: int
    outcomes: Outcomes | None
    lines: tuple[OwnError, ...]
    contests: tuple[ItemContest, ...]
    last_day: date | None
    may_contest: bool


def last_contest_day(pilot: Pilot, run: PilotRun, evaluation: Evaluation) -> date | None:
    """The last day, where the evaluation is, on which errors may be contested; None before the close."""
    if pilot.closed_at is None:
        return None
    closed = pilot.closed_at.astimezone(ZoneInfo(evaluation.time_zone)).date()
    return closed + timedelta(days=run.contest_days)


def may_contest(found: PartAccess) -> bool:
    """Whether the window is open: from the close to the end of its last day."""
    last = last_contest_day(found.pilot, found.run, found.evaluation)
    if last is None or not found.run.contest_days or found.stage is not PilotStage.CLOSED:
        return False
    end = datetime.combine(last + timedelta(days=1), time.min, ZoneInfo(found.evaluation.time_zone))
    return found.evaluation.state is EvaluationState.OPEN and clock.now() < end


def own_errors(session: ReadSession, found: PartAccess) -> OwnErrors:
    """The vendor's errors in the newest comparison, and what it contests. Raises `NotFound` for a labeler's link."""
    found.require_main()
    contests = {
        row.item: row
        for rows in reviews.contests_by_item(session, found.pilot.id).values()
        for row in rows
        if row.candidate_id == found.part.candidate_id
    }
    last, code = last_contest_day(found.pilot, found.run, found.evaluation), found.candidate.code
    hidden, outcomes, number = _readable(session, found, code)
    return OwnErrors(
        hidden=hidden,
        code=code,
        gold_number=number,
        outcomes=outcomes,
        lines=tuple(_errors(session, found, outcomes, contests)) if outcomes else (),
        contests=tuple(contests.values()),
        last_day=last,
        may_contest=may_contest(found) and not hidden,
    )


def _readable(session: ReadSession, found: PartAccess, code: str) -> tuple[str, Outcomes | None, int]:
    if found.stage is not PilotStage.CLOSED:
        return BEFORE, None, 0
    if found.part.errors_at is None:
        return NOT_YET, None, 0
    if not golds(session, found.pilot.id) or found.pilot.task is PilotTask.REVIEW_ONLY:
        return "This pilot has no labels of ours to compare yours with.", None, 0
    result = result_of(session, found.pilot)
    if result is None:
        return "The comparison is being computed. Load the page again in a moment.", None, 0
    outcomes = outcomes_of(session, result.id)
    if code not in outcomes.data["vendors"]:
        return "None of your deliveries was compared.", None, 0
    scenes = scenes_of(session, found.pilot.id, image_base(found))
    return "", replace(outcomes, scenes=scenes), result.gold_number


def show_errors(session: WriteSession, *, actor: Actor, part_id: UUID) -> PartAccess:
    """Write down that the vendor is shown its errors, the first time. Raises `Conflict` before the close."""
    found = part_access(session, actor, part_id)
    found.require_main()
    found.actor.require(Action.ANSWER_WRITE)
    if found.stage is not PilotStage.CLOSED:
        raise Conflict("errors.before_close", BEFORE)
    part = found.part
    if part.errors_at is None:
        part.errors_at = clock.now()
        session.add(part)
        facts = {"shows_gold": found.run.shows_gold}
        audit.record(session, actor, "pilots.errors.shown", ("pilot_part", part.id), after=facts)
        session.flush()
    return found


def may_show_errors(found: PartAccess) -> bool:
    """Whether `show_errors` has something left to do."""
    return found.stage is PilotStage.CLOSED and found.part.errors_at is None


def _errors(
    session: ReadSession, found: PartAccess, outcomes: Outcomes, contests: Mapping[str, ItemContest]
) -> list[OwnError]:
    code, listing, out = found.candidate.code, listing_of(session, found.pilot.id), []
    called = listing.left_as(outcomes.items) if listing is not None else {}
    for at, item in enumerate(outcomes.items):
        line = outcomes.line(at)
        errors = {kind: count for kind, count in line.errors[code].items() if kind != "ok"}
        if errors or line.scores[code] < 1:
            out.append(OwnError(at, item, called.get(item, item), errors, contests.get(item)))
    return out


def _require_window(found: PartAccess) -> None:
    found.require_main()
    found.actor.require(Action.ANSWER_WRITE)
    if not may_contest(found):
        last = last_contest_day(found.pilot, found.run, found.evaluation)
        over = last is not None and found.stage is PilotStage.CLOSED
        told = "The days in which errors can be contested are over." if over else "The pilot is not closed."
        raise Conflict("contest.window", f"{told} Write to your contact person.", field="reason")


def contest_item(session: WriteSession, *, actor: Actor, part_id: UUID, entry: ContestIn) -> ItemContest:
    """The vendor contests one of its own errors.

    Raises `NotFound` for another vendor's part, `Conflict` outside the window and for a second contest on an item,
    `Invalid` for an item on which it did not err.
    """
    found = part_access(session, actor, part_id)
    _require_window(found)
    own = own_errors(session, found)
    if own.hidden:
        raise Conflict("contest.hidden", own.hidden, field="reason")
    if entry.item not in {line.item for line in own.lines}:
        raise Invalid(
            "contest.item", [Problem("item", "You did not err on such an item; choose one of yours.")]
        )
    return reviews.add_contest(
        session,
        actor,
        found.pilot,
        candidate_id=found.part.candidate_id,
        code=own.code,
        item=entry.item,
        reason=entry.reason,
        gold_number=own.gold_number,
    )


def withdraw_contest(session: WriteSession, *, actor: Actor, part_id: UUID, contest_id: UUID) -> ItemContest:
    """The vendor takes a contest back, inside the window and before it is answered. Raises as `contest_item`,
    and `NotFound` for another vendor's contest."""
    found = part_access(session, actor, part_id)
    _require_window(found)
    own = {row.id: row for row in own_errors(session, found).contests}
    if contest_id not in own:
        raise NotFound("contest.not_found", "There is no such contest, or it is not yours.")
    reviews.remove_contest(session, actor, own[contest_id])
    return own[contest_id]


def contests_of(session: ReadSession, *, actor: Actor, pilot_id: UUID) -> list[ItemContest]:
    """What vendors contest in a pilot, by item, for whoever runs it."""
    open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    return [row for rows in reviews.contests_by_item(session, pilot_id).values() for row in rows]
