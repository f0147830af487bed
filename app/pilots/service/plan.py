"""Plan a pilot, promise what must be reached, close it and take it up again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.audit import service as audit
from app.core.errors import Conflict, Invalid, Problem
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, StepName, StepState
from app.jobs import service as jobs
from app.jobs.models import JobState
from app.kit import clock, library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.pilots import queries
from app.pilots.models import Pilot, PilotState
from app.pilots.schemas import METRICS, REVIEWED, CriteriaIn, CriterionIn, PilotIn
from app.pilots.service.access import open_pilot, participants
from app.pilots.service.computing import EVERYTHING, Subset, job_of, request_result
from app.pilots.service.looks import require_look
from app.vendors import service as vendors

_SCALE = 10_000


def create_pilot(session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: PilotIn) -> Pilot:
    """Plan a pilot of an open evaluation."""
    evaluations.open_evaluation(session, actor, evaluation_id, Action.PILOT_EDIT, changing=True)
    row = Pilot(evaluation_id=evaluation_id, **_values(entry))
    session.add(row)
    session.flush()
    audit.record(session, actor, "pilots.pilot.created", ("pilot", row.id), after=entry.model_dump())
    mark(session, actor, row)
    return row


def edit_pilot(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: PilotIn, seen: int | None
) -> Pilot:
    """Change the plan. The task stays once gold is there, the overlap once criteria are locked."""
    row = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
    values = _values(entry)
    unchanged(row, seen, values)
    problems = []
    if values["task"] != row.task and queries.golds(session, pilot_id):
        problems.append(Problem("task", "The gold is of the present task; plan another pilot instead."))
    if values["iou"] != row.iou and row.criteria_locked_at is not None:
        problems.append(Problem("iou", "The criteria are locked with the present overlap."))
    if problems:
        raise Invalid("pilot.fixed", problems)
    before, after = audit.changes({name: getattr(row, name) for name in values}, values)
    for name, value in values.items():
        setattr(row, name, value)
    audit.record(session, actor, "pilots.pilot.edited", ("pilot", row.id), before=before, after=after)
    session.flush()
    request_result(session, row)
    return row


def _values(entry: PilotIn) -> dict[str, Any]:
    return entry.model_dump(exclude={"iou"}) | {"iou": round(entry.iou * _SCALE)}


def criteria_of(pilot: Pilot) -> tuple[CriterionIn, ...]:
    """The promises of a pilot."""
    return tuple(CriterionIn.model_validate(item) for item in pilot.criteria)


def set_criteria(
    session: WriteSession, *, actor: Actor, pilot_id: UUID, entry: CriteriaIn, seen: int | None
) -> Pilot:
    """Write down what must be reached, all at once; `lock` freezes it. Raises `Conflict` once it is locked."""
    row = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
    if row.criteria_locked_at is not None:
        raise Conflict("pilot.criteria_locked", "The criteria were locked before the first delivery.")
    unchanged(row, seen, {})
    kept = [item for item in entry.criteria if item.target is not None or item.floor is not None]
    _check_criteria(session, row, kept)
    if entry.lock and not kept:
        raise Invalid(
            "pilot.no_criteria", [Problem("criteria", "Give at least one floor or target to lock.")]
        )
    before, row.criteria = row.criteria, [item.model_dump() for item in kept]
    audit.record(
        session,
        actor,
        "pilots.criteria.set",
        ("pilot", row.id),
        before={"criteria": before},
        after={"criteria": row.criteria},
    )
    if entry.lock:
        lock_criteria(session, actor, row, "by hand")
    session.flush()
    return row


def _check_criteria(session: ReadSession, row: Pilot, criteria: Sequence[CriterionIn]) -> None:
    known = {**METRICS[row.task], **REVIEWED}
    golds = queries.golds(session, row.id)
    classes = set(golds[0].classes) if golds else None
    problems = [
        Problem(f"criteria[{at}].metric", f"Choose one of {', '.join(known)}.")
        for at, item in enumerate(criteria)
        if item.metric not in known
    ]
    problems += [
        Problem("classes", f"The gold has no class “{item.label[:80]}”.")
        for item in criteria
        if item.label and classes is not None and item.label not in classes
    ]
    names = [(item.metric, item.label) for item in criteria]
    problems += [
        Problem(
            "classes" if name[1] else f"criteria[{at}].metric",
            f"{name[1] or name[0]} stands twice; keep one.",
        )
        for at, name in enumerate(names)
        if name in names[:at]
    ]
    if problems:
        raise Invalid("pilot.criteria", problems)


def lock_criteria(session: WriteSession, actor: Actor, row: Pilot, reason: str) -> None:
    """Freeze the promises, by hand or by the first delivery."""
    row.criteria_locked_at = clock.now()
    audit.record(
        session,
        actor,
        "pilots.criteria.locked",
        ("pilot", row.id),
        after={"criteria": row.criteria, "at": row.criteria_locked_at},
        reason=reason,
    )


def close_pilot(session: WriteSession, *, actor: Actor, pilot_id: UUID) -> Pilot:
    """End the pilot; `reopen_pilot` undoes it. Raises `Conflict` while nobody has delivered."""
    row = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True).pilot
    if not queries.accepted(session, pilot_id):
        raise Conflict("pilot.no_delivery", "Nobody has delivered yet; there is nothing to close.")
    return set_state(session, actor, row, PilotState.CLOSED)


def reopen_pilot(session: WriteSession, *, actor: Actor, pilot_id: UUID) -> Pilot:
    """Take a closed pilot up again."""
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    evaluations.open_evaluation(session, actor, found.evaluation.id, Action.PILOT_EDIT, changing=True)
    if found.pilot.state is not PilotState.CLOSED:
        raise Conflict("pilot.not_closed", "This pilot is not closed.")
    return set_state(session, actor, found.pilot, PilotState.RUNNING)


def compare_again(session: WriteSession, *, actor: Actor, pilot_id: UUID) -> Pilot:
    """Have a comparison that was given up tried once more; does nothing when it is there or on its way."""
    row = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT).pilot
    job = job_of(session, row)
    if job is not None and job.state is JobState.DEAD:
        jobs.retry(session, job.id)
        audit.record(session, actor, "pilots.result.retried", ("pilot", row.id))
    else:
        request_result(session, row)
    return row


def set_state(session: WriteSession, actor: Actor, row: Pilot, state: PilotState) -> Pilot:
    """Let a pilot be planned, running or closed from now on, for a verb that has checked the right."""
    before, row.state = row.state, state
    if state is PilotState.CLOSED:
        row.closed_at = clock.now()
    audit.record(
        session,
        actor,
        "pilots.pilot.state_set",
        ("pilot", row.id),
        before={"state": before},
        after={"state": state},
    )
    mark(session, actor, row)
    session.flush()
    return row


def ask_comparison(
    session: WriteSession,
    *,
    actor: Actor,
    pilot_id: UUID,
    gold: int | None = None,
    up_to: int | None = None,
    subset: Subset = EVERYTHING,
) -> Pilot:
    """Have the comparison computed with another gold, of earlier rounds or of some items alone; a kept one stays.

    A job that was given up is tried once more.
    """
    found = open_pilot(session, actor, pilot_id)
    require_look(session, actor, found)
    job = job_of(session, found.pilot, gold, up_to=up_to, subset=subset)
    if job is not None and job.state is JobState.DEAD:
        jobs.retry(session, job.id)
    else:
        request_result(session, found.pilot, gold, up_to=up_to, subset=subset)
    facts = {"gold": gold, "up_to": up_to, "subset": asdict(subset)}
    audit.record(session, actor, "pilots.result.asked", ("pilot", found.pilot.id), after=facts)
    return found.pilot


def mark(session: WriteSession, actor: Actor, row: Pilot) -> None:
    """Keep the journey's step true: how many of those who take part have delivered."""
    expected = participants(session, row)
    delivered = {one.candidate_id for one in queries.accepted(session, row.id)}
    state = StepState.DONE if row.state is PilotState.CLOSED else StepState.CURRENT
    evaluations.mark_step(
        session,
        actor=actor,
        evaluation_id=row.evaluation_id,
        step=StepName.PILOT,
        state=state,
        note=f"{len(delivered)} of {len(expected)}" if expected else "",
    )


def missing_agreements(session: ReadSession, pilot: Pilot) -> Mapping[UUID, tuple[str, ...]]:
    """Candidate -> names of the agreements that the pilot's data class needs and that are not signed today.

    Our own team needs none. Candidates with everything in place are left out.
    """
    taxonomy = library.taxonomy()
    needed = taxonomy.data_classes[pilot.data_class].requires
    found = evaluations.candidates_of(session, pilot.evaluation_id, with_out=False)
    out: dict[UUID, tuple[str, ...]] = {}
    for view in found if needed else ():
        if view.is_in_house:
            continue
        held = vendors.evidence_on(session, view.vendor.id, _today(session, pilot))
        lacking = [name for name in needed if name not in held or held[name].counts is not True]
        if lacking:
            out[view.candidate.id] = tuple(taxonomy.certifications[name].name for name in lacking)
    return out


def _today(session: ReadSession, pilot: Pilot) -> date:
    zone = session.get_one(Evaluation, pilot.evaluation_id).time_zone
    return clock.now().astimezone(ZoneInfo(zone)).date()
