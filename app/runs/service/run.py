"""The run of a pilot: its labeling plan, published instructions, stages with their guards, and milestones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, Problem
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, Governance
from app.evaluations.service import CandidateView
from app.kit import canonical, clock, library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.pilots import service as pilots
from app.pilots.models import GoldVersion, Pilot, PilotState, PilotTask
from app.pilots.service import (
    LastDay,
    PilotAccess,
    lock_criteria,
    missing_agreements,
    open_pilot,
    participants,
)
from app.runs import queries
from app.runs.models import PilotInstructions, PilotPart, PilotRun, PilotStage
from app.runs.schemas import LabelingPlanIn, PublishIn, RunIn, StageIn

S = PilotStage
# Reached by a person; a rework round is the way back from measuring to running.
NEXT: Mapping[PilotStage, tuple[PilotStage, ...]] = {
    S.PLANNED: (S.AGREED, S.ABORTED),
    S.AGREED: (S.CALIBRATING, S.RUNNING, S.ABORTED),
    S.CALIBRATING: (S.RUNNING, S.ABORTED),
    S.RUNNING: (S.DELIVERED, S.ABORTED),
    S.DELIVERED: (S.MEASURING, S.RUNNING, S.ABORTED),
    S.MEASURING: (S.RUNNING, S.CLOSED, S.ABORTED),
    S.CLOSED: (S.MEASURING,),
    S.ABORTED: (S.PLANNED,),
}
TAKES = frozenset({S.CALIBRATING, S.RUNNING})  # deliveries by link
MOVED = "pilots.run.moved"
_MOVES = 1000  # events of a run that are looked through
_EARLY = frozenset({S.PLANNED, S.AGREED})
_ENDED = frozenset({S.CLOSED, S.ABORTED})


@dataclass(frozen=True, slots=True)
class Guard:
    """A line of the checklist before a pilot is agreed; `detail` says what is missing."""

    id: str
    title: str
    met: bool
    detail: str = ""


def run_of(session: ReadSession, pilot: Pilot) -> PilotRun:
    """The run of a pilot; before anything of it was written, a fresh one with the template's plan, not stored.

    A fresh one has version 0, so that who saves first is seen by who saves second.
    """
    found = queries.run(session, pilot.id)
    return found or PilotRun(pilot_id=pilot.id, plan=template_plan(pilot.task), version=0)


def template_plan(task: PilotTask) -> dict[str, Any]:
    """The labeling plan that a new pilot starts from: what the shipped library says of any pilot of the task."""
    shipped = library.load("plans", "pilot-plan")
    process, compared = shipped["process"], task is not PilotTask.REVIEW_ONLY
    rules = process["data"]["selection"]["rules"]
    return LabelingPlanIn(
        how_drawn=str(rules[0]),
        strata=str(rules[1]),
        pre_labels=str(process["data"]["pre_processing"]["rules"][-1]),
        in_doubt=str(process["ontology"]["human_error_checks"][1]),
        checked="A random sample of your items is reviewed without your name."
        + (" All are compared with our own labels." if compared else ""),
        channel=str(process["channel"]["rules"][0]),
    ).model_dump(mode="json")


def stage_of(pilot: Pilot, run: PilotRun) -> PilotStage:
    """Where the pilot stands; a first delivery or a close without the steps before it counts as well."""
    if pilot.state is PilotState.CLOSED and run.stage not in _ENDED:
        return S.CLOSED
    if pilot.state is PilotState.RUNNING and run.stage in _EARLY | _ENDED:
        return S.RUNNING
    return run.stage


def shown_round(session: ReadSession, pilot: Pilot, run: PilotRun) -> int:
    """The newest round whose figures its vendor may see, 0 for none; while the pilot is closed, however that was done,
    every round."""
    if stage_of(pilot, run) is not S.CLOSED:
        return run.shown_round
    return max([run.round, *(one.round for one in pilots.accepted(session, pilot.id))])


def plan_of(run: PilotRun) -> LabelingPlanIn:
    """The labeling plan as an entry."""
    return LabelingPlanIn.model_validate(run.plan)


def _plan_texts(plan: LabelingPlanIn) -> dict[str, str]:
    """A labeling plan as people read it, to compare two versions."""
    told = plan.model_dump(exclude={"ontology", "examples", "planted"})
    told["classes"] = "\n".join("; ".join(filter(None, one.model_dump().values())) for one in plan.ontology)
    told["examples"] = "\n".join("; ".join(filter(None, one.model_dump().values())) for one in plan.examples)
    return {**told, "planted": "\n".join(plan.planted)}


def set_plan(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: LabelingPlanIn, seen: int | None
) -> PilotRun:
    """Write down the labeling plan; vendors see it once it is published."""
    pilot = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
    values = entry.model_dump(mode="json")
    row = run_of(session, pilot)
    unchanged(row, seen, _plan_texts(entry), stored=_plan_texts(plan_of(row)))
    before, row.plan = row.plan, values
    session.add(row)
    session.flush()
    changed, after = audit.changes(before, values)
    audit.record(session, actor, "pilots.plan.set", ("pilot_run", row.id), before=changed, after=after)
    return row


def set_run(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: RunIn, seen: int | None
) -> PilotRun:
    """Set rounds, attempts, the last day of the present round, and the milestones."""
    pilot = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
    row = run_of(session, pilot)
    unchanged(row, seen, entry.model_dump(exclude={"milestones"}))
    if entry.rounds < row.round:
        raise Invalid(
            "run.rounds", [Problem("rounds", f"Round {row.round} is under way; allow at least it.")]
        )
    values = entry.model_dump(mode="json") | {"deadline": entry.deadline}
    before, after = audit.changes({name: getattr(row, name) for name in values}, values)
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    audit.record(session, actor, "pilots.run.set", ("pilot_run", row.id), before=before, after=after)
    return row


def publish_instructions(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: PublishIn
) -> PilotInstructions:
    """Freeze the labeling plan as the next version that every team confirms. Raises `Invalid` with all that is
    missing, `Conflict` when nothing changed since the last version."""
    pilot = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
    plan = plan_of(run_of(session, pilot))
    earlier = queries.instructions(session, pilot_id)
    shown = plan.model_dump(mode="json", exclude={"planted"})  # the planted items stay here
    digest = canonical.digest(shown)
    if earlier and earlier[0].digest == digest:
        message = f"Nothing changed since version {earlier[0].number}."
        raise Conflict("instructions.same", message, field="reason")
    _require_publishable(plan, entry, is_first=not earlier)
    row = PilotInstructions(
        pilot_id=pilot_id,
        number=earlier[0].number + 1 if earlier else 1,
        plan=shown,
        digest=digest,
        reason=entry.reason,
        published_by=actor.id,
    )
    session.add(row)
    session.flush()
    facts = {"pilot": pilot_id, "number": row.number, "digest": digest}
    subject = ("pilot_instructions", row.id)
    audit.record(session, actor, "pilots.instructions.published", subject, after=facts, reason=entry.reason)
    return row


def _require_publishable(plan: LabelingPlanIn, entry: PublishIn, *, is_first: bool) -> None:
    problems = []
    if not plan.steps:
        problems.append(Problem("steps", "Write the instructions step by step first."))
    if not is_first and not entry.reason:
        problems.append(Problem("reason", "Say why: a question's number, or the kind of errors it answers."))
    if problems:
        raise Invalid("instructions.incomplete", problems)


def instructions_of(session: ReadSession, pilot_id: UUID) -> Sequence[PilotInstructions]:
    """The published versions, newest first."""
    return queries.instructions(session, pilot_id)


def promises_digest(session: ReadSession, pilot: Pilot, candidate_id: UUID) -> str:
    """What a confirmation of the promises binds to: the criteria and the overlap, and the vendor's own fee.

    The offer goes in with its seal, so that no price can be guessed from the digest.
    """
    offer = pilots.offer(session, pilot.id, candidate_id)
    fee = [offer.seal, offer.currency, offer.minimum, offer.lines] if offer else None
    if offer and offer.monthly_minimum:
        fee = [*(fee or ()), offer.monthly_minimum]
    return canonical.digest([pilot.criteria, pilot.iou, fee])


def has_confirmed(session: ReadSession, pilot: Pilot, part: PilotPart | None) -> bool:
    """Whether the vendor confirmed the promises as they stand now."""
    if part is None or not part.promises:
        return False
    return part.promises == promises_digest(session, pilot, part.candidate_id)


def _items_guard(session: ReadSession, pilot: Pilot, golds: Sequence[GoldVersion]) -> Guard:
    """What is handed out: the gold's items, or a list of items, with which the pack may leave before the gold."""
    if golds:
        return Guard("gold", "Gold there, frozen by its digest", True, golds[0].digest[:12])
    listing = pilots.listing_of(session, pilot.id)
    told = f"item list {listing.row.number}; the gold is needed before the first delivery" if listing else ""
    return Guard("gold", "Gold or item list there, frozen by its digest", listing is not None, told)


def checklist(session: ReadSession, found: PilotAccess) -> tuple[Guard, ...]:
    """What must be there before the pilot is agreed; in a solo evaluation only criteria and gold hold it up."""
    pilot = found.pilot
    vendors = [view for view in participants(session, pilot) if not view.is_in_house]
    golds = pilots.golds(session, pilot.id)
    texts = queries.instructions(session, pilot.id)
    parts = {one.candidate_id: one for one in queries.parts(session, pilot.id)}
    priced = {one.candidate_id for one in pilots.all_offers(session, pilot.id)}
    lacking = missing_agreements(session, pilot)

    def without(has: set[UUID]) -> str:
        return ", ".join(found.shown(view) for view in vendors if view.candidate.id not in has)

    ids = {view.candidate.id for view in vendors}
    confirmed = {key for key in ids if has_confirmed(session, pilot, parts.get(key))}
    signed = without(ids - set(lacking))
    unpriced, unconfirmed = without(priced), without(confirmed)
    return (
        Guard("criteria", "Criteria written down", bool(pilot.criteria), "They are locked with this step."),
        _items_guard(session, pilot, golds),
        Guard(
            "instructions",
            "Instructions published",
            bool(texts),
            f"version {texts[0].number}" if texts else "",
        ),
        Guard("agreements", "Agreements for this data signed", not signed, signed and f"missing: {signed}"),
        Guard("price", "Price known", not unpriced, unpriced and f"missing: {unpriced}"),
        Guard(
            "promises",
            "Promises confirmed by link",
            not unconfirmed,
            unconfirmed and f"missing: {unconfirmed}",
        ),
    )


def set_stage(session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: StageIn) -> PilotRun:
    """Move the pilot to its next stage. Raises `Conflict` for a stage that does not follow and for guards that
    are not met, `Invalid` for an abort without a reason."""
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    evaluations.open_evaluation(session, actor, found.evaluation.id, Action.PILOT_EDIT, changing=True)
    pilot = found.pilot
    row = run_of(session, pilot)
    before = stage_of(pilot, row)
    if entry.stage not in NEXT[before]:
        able = ", ".join(NEXT[before])
        raise Conflict("run.stage", f"After “{before}” comes one of: {able}.", field="stage")
    _guard(session, found, row, before, entry)
    if entry.stage is S.RUNNING and before is S.MEASURING:
        row.shown_round, row.round, row.deadline = row.round, row.round + 1, None
    row.stage, row.reason = entry.stage, entry.reason
    if entry.stage is S.AGREED and pilot.criteria_locked_at is None:
        lock_criteria(session, actor, pilot, "agreed with the vendors")
    _set_state(session, actor, pilot, entry.stage)
    session.add(row)
    session.flush()
    facts = {"stage": row.stage, "round": row.round, "checklist": _marks(session, found)}
    subject = ("pilot_run", row.id)
    audit.record(
        session,
        actor,
        MOVED,
        subject,
        before={"stage": before},
        after=facts,
        reason=entry.reason,
    )
    return row


def _marks(session: ReadSession, found: PilotAccess) -> dict[str, bool]:
    return {one.id: one.met for one in checklist(session, found)}


def _guard(
    session: ReadSession, found: PilotAccess, row: PilotRun, before: PilotStage, entry: StageIn
) -> None:
    if entry.stage is S.ABORTED and not entry.reason:
        raise Invalid("run.reason", [Problem("reason", "Say why the pilot is given up.")])
    if entry.stage is S.AGREED:
        solo = found.evaluation.governance is Governance.SOLO
        held = [one for one in checklist(session, found) if not one.met]
        held = [one for one in held if not solo or one.id in ("criteria", "gold")]
        if held:
            told = "; ".join(f"{one.title.lower()} ({one.detail or 'missing'})" for one in held)
            raise Conflict("run.guards", f"Not yet: {told}.", field="stage")
    if entry.stage is S.RUNNING and before is S.MEASURING and row.round >= row.rounds:
        message = f"All {row.rounds} rounds were used; allow another one first."
        raise Conflict("run.rounds", message, field="stage")
    if entry.stage in (S.DELIVERED, S.CLOSED) and not pilots.accepted(session, found.pilot.id):
        raise Conflict("pilot.no_delivery", "Nobody has delivered yet.", field="stage")


def _set_state(session: WriteSession, actor: Actor, pilot: Pilot, stage: PilotStage) -> None:
    state = PilotState.RUNNING
    if stage in _EARLY:
        state = PilotState.RUNNING if pilots.accepted(session, pilot.id) else PilotState.PLANNED
    elif stage in _ENDED:
        state = PilotState.CLOSED
    if pilot.state is not state:
        pilots.set_state(session, actor, pilot, state)


def ends_at(found: PilotRun, zone: str) -> datetime | None:
    """The moment from which a delivery of the present round is late; None without a deadline."""
    if found.deadline is None:
        return None
    return datetime.combine(found.deadline + timedelta(days=1), time.min, ZoneInfo(zone))


def last_day_of(session: ReadSession, pilot: Pilot) -> LastDay | None:
    """The last day of the present round, None where none is set."""
    run = run_of(session, pilot)
    ends = ends_at(run, session.get_one(Evaluation, pilot.evaluation_id).time_zone)
    return LastDay(run.deadline, ends) if run.deadline and ends else None


def rounds_opened(session: ReadSession, run: PilotRun) -> Mapping[int, datetime]:
    """When each later round was opened, as the record tells it."""
    moved = [
        one for one in audit.recent(session, [("pilot_run", run.id)], limit=_MOVES) if one.action == MOVED
    ]
    return {
        round_: one.at
        for one in reversed(moved)
        if one.after.get("stage") == S.RUNNING
        and isinstance(round_ := one.after.get("round"), int)
        and round_ > 1
    }


def is_late(found: PilotRun, zone: str) -> bool:
    """Whether the present round's last day is over where the evaluation is."""
    end = ends_at(found, zone)
    return end is not None and clock.now() >= end


def vendors_in(session: ReadSession, pilot: Pilot) -> list[CandidateView]:
    """Who takes part from outside."""
    return [view for view in participants(session, pilot) if not view.is_in_house]
