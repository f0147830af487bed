"""Start an onboarding, move its kickoff, and carry it to its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from app.audit import service as audit
from app.core import checklist as core
from app.core import lifecycle
from app.core.checklist import Checklist
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action, Role
from app.evaluations import service as evaluations
from app.evaluations.models import Candidate, EvaluationState, Governance, Stage
from app.evaluations.schemas import NeedIn
from app.evaluations.service import Access
from app.kit import canonical, library
from app.kit.actors import Actor
from app.kit.db import WriteSession, spell, unchanged
from app.onboarding import queries
from app.onboarding.models import Blocks, Onboarding, OnboardingState, OnboardingTask, TaskState
from app.onboarding.schemas import KickoffIn, OnboardingStateIn, StartIn
from app.onboarding.service.access import open_onboarding, require_running
from app.onboarding.service.standing import mark, standing_of

_NAMED = 3  # tasks a refusal names before it counts the rest


@dataclass(frozen=True, slots=True)
class KickoffMove:
    """A kickoff that moved: how many due dates went along, how many set by hand stayed, and what was before."""

    onboarding: Onboarding
    moved: int
    by_hand: int
    before: date
    holidays_before: tuple[str, ...]


def checklist_of(key: str) -> tuple[Checklist, dict[str, Any]]:
    """A checklist of the library and its plain values. Raises `NotFound`, and `Invalid` for a wrong file."""
    body = library.load("checklists", key)
    return core.parse_checklist(body, library.taxonomy()), body


def start_onboarding(
    session: WriteSession, *, actor: Actor, candidate_id: UUID, entry: StartIn
) -> Onboarding:
    """Lay out the tasks of a selected candidate, or of a finalist with a reason, with due dates from the kickoff.

    Raises `Conflict` when it has an onboarding or its stage does not allow one, `Invalid` at the field at fault.
    """
    candidate, access = evaluations.candidate_access(session, actor, candidate_id, Action.ONBOARDING_EDIT)
    _require_chosen(session, candidate, access, entry.reason)
    try:
        template, body = checklist_of(entry.checklist)
    except NotFound as missing:
        raise Invalid("onboarding.checklist", [Problem("checklist", missing.message)]) from None
    row = Onboarding(
        candidate_id=candidate.id,
        evaluation_id=candidate.evaluation_id,
        checklist=template.id,
        checklist_version=template.version,
        digest=canonical.digest(canonical.plain(body)),
        body=cast("dict[str, Any]", canonical.plain(body)),
        tier=entry.tier,
        kickoff=entry.kickoff,
        holidays=_texts(entry.holidays),
        time_zone=access.evaluation.time_zone,
        reason=entry.reason,
        created_by=actor.id,
    )
    session.add(row)
    session.flush()
    _tell_start(session, actor, row, access.evaluation.label)
    _lay_out(session, actor, row, template, access)
    mark(session, actor, row.evaluation_id)
    return row


def _tell_start(session: WriteSession, actor: Actor, row: Onboarding, label: str) -> None:
    after = {
        "candidate": row.candidate_id,
        "checklist": [row.checklist, row.checklist_version, row.digest],
        "tier": row.tier,
        "kickoff": row.kickoff,
        "holidays": row.holidays,
    }
    subject = ("onboarding", row.id)
    audit.record(
        session, actor, "onboarding.onboarding.started", subject, label=label, after=after, reason=row.reason
    )


def _require_chosen(session: WriteSession, candidate: Candidate, access: Access, reason: str) -> None:
    if access.evaluation.state is EvaluationState.CANCELLED:
        message = f"{access.evaluation.label} is cancelled; reopen it before starting an onboarding."
        raise Conflict("evaluation.not_open", message)
    if queries.of_candidate(session, candidate.id) is not None:
        message = "This vendor has an onboarding already; open it, or take it up again when it was cancelled."
        raise Conflict("onboarding.present", message)
    if candidate.stage not in (Stage.SELECTED, Stage.FINALIST):
        message = (
            f"This candidate is at stage {candidate.stage}; only a selected one or a finalist is onboarded. "
            "Move it there first."
        )
        raise Conflict("onboarding.not_chosen", message)
    if candidate.stage is Stage.FINALIST and len(reason) < 3:
        message = "Say why it starts without a decision here, such as: decided by the board on 3 May."
        raise Invalid("onboarding.reason", [Problem("reason", message)])


def _lay_out(
    session: WriteSession, actor: Actor, row: Onboarding, template: Checklist, access: Access
) -> None:
    planned = core.tasks_for(
        template,
        tier=row.tier,
        need=_words_of(evaluations.need_of(access.evaluation)),
        kickoff=row.kickoff,
        holidays=dates(row.holidays),
    )
    owners = _owners(session, access)
    for position, item in enumerate(planned, start=1):
        role = Role(item.task.owner)
        task = OnboardingTask(
            onboarding_id=row.id,
            key=item.task.id,
            position=position,
            stage=item.task.stage,
            title=item.task.title,
            owner_role=role,
            owner_id=owners.get(role),
            day=item.task.day,
            due=item.due,
            planned_due=item.due,
            blocks=Blocks(item.task.blocks),
            wanted=item.task.evidence,
        )
        session.add(task)
        after = {"onboarding": row.id, "owner": task.owner_id, "role": role, "due": task.due}
        audit.record(
            session, actor, "onboarding.task.planned", ("task", task.id), label=task.key, after=after
        )
    session.flush()


def _words_of(need: NeedIn) -> Mapping[str, object]:
    """The need in the words that a task's `when` uses; a data class counts from the pilot on."""
    return {
        "data_class": [need.pilot_data_class, need.production_data_class],
        "data_types": need.data_types,
        "techniques": need.techniques,
        "specialists": need.specialists,
    }


def _owners(session: WriteSession, access: Access) -> dict[Role, UUID]:
    """Who owns a role's tasks without asking: its only holder on the panel, or the one person of a solo evaluation."""
    holders: dict[Role, list[UUID]] = {}
    for member in evaluations.panel_of(session, access.evaluation.id):
        for name in member.roles:
            holders.setdefault(Role(name), []).append(member.user_id)
    found = {role: people[0] for role, people in holders.items() if len(people) == 1}
    if access.evaluation.governance is Governance.SOLO:
        found = {**dict.fromkeys(set(Role) - set(holders), access.actor.id), **found}
    return found


def set_kickoff(
    session: WriteSession, *, actor: Actor, onboarding_id: UUID, entry: KickoffIn, seen: int | None = None
) -> KickoffMove:
    """Move the kickoff; the due dates of what is still open follow by the same rule, except those set by hand.

    Setting the former day and holidays again undoes it.
    """
    row, access = open_onboarding(session, actor, onboarding_id, Action.ONBOARDING_EDIT, changing=True)
    unchanged(row, seen, {"kickoff": entry.kickoff})
    holidays = row.holidays if entry.holidays is None else _texts(entry.holidays)
    move = KickoffMove(row, 0, 0, row.kickoff, tuple(row.holidays))
    before, after = audit.changes(
        {"kickoff": row.kickoff, "holidays": row.holidays}, {"kickoff": entry.kickoff, "holidays": holidays}
    )
    if not after:
        return move
    row.kickoff, row.holidays = entry.kickoff, holidays
    moved, by_hand = _move_dates(session, actor, row)
    after = {**after, "moved": moved, "set_by_hand": by_hand}
    audit.record(
        session,
        actor,
        "onboarding.kickoff.set",
        ("onboarding", row.id),
        label=access.evaluation.label,
        before=before,
        after=after,
    )
    session.flush()
    return KickoffMove(row, moved, by_hand, move.before, move.holidays_before)


def _move_dates(session: WriteSession, actor: Actor, row: Onboarding) -> tuple[int, int]:
    moved = by_hand = 0
    holidays = dates(row.holidays)
    for task in queries.tasks(session, [row.id]):
        planned = core.due_date(row.kickoff, task.day, holidays)
        if task.state in (TaskState.DONE, TaskState.NOT_APPLICABLE) or planned == task.planned_due:
            continue
        before = task.due
        if task.due == task.planned_due:
            task.due = planned
            moved += 1
        else:
            by_hand += 1
        task.planned_due = planned
        audit.record(
            session,
            actor,
            "onboarding.task.replanned",
            ("task", task.id),
            label=task.key,
            before={"due": before},
            after={"due": task.due, "planned_due": planned},
        )
    return moved, by_hand


def set_state(
    session: WriteSession,
    *,
    actor: Actor,
    onboarding_id: UUID,
    entry: OnboardingStateIn,
    seen: int | None = None,
) -> Onboarding:
    """Start it at the kickoff, complete it, cancel it, or take it up again.

    Raises `Conflict` naming the tasks when the kickoff is blocked or something is open at the end, `Invalid`
    when it is cancelled without a reason.
    """
    row, access = open_onboarding(session, actor, onboarding_id, Action.ONBOARDING_EDIT)
    unchanged(row, seen, {"state": entry.state})
    lifecycle.ONBOARDING.require(row.state, entry.state)
    if access.evaluation.state is EvaluationState.CANCELLED:
        require_running(row, access)
    if entry.state is OnboardingState.CANCELLED and len(entry.reason) < 3:
        raise Invalid("onboarding.reason", [Problem("reason", "Say why the onboarding is cancelled.")])
    _require_settled(session, actor, row, entry.state)
    before, row.state = row.state, entry.state
    row.reason = entry.reason or row.reason
    audit.record(
        session,
        actor,
        "onboarding.onboarding.state_set",
        ("onboarding", row.id),
        label=access.evaluation.label,
        before={"state": before},
        after={"state": row.state},
        reason=entry.reason,
    )
    mark(session, actor, row.evaluation_id)
    return row


def _require_settled(session: WriteSession, actor: Actor, row: Onboarding, wanted: OnboardingState) -> None:
    found = standing_of(session, actor=actor, onboarding_id=row.id)
    if wanted is OnboardingState.STARTED and row.state is OnboardingState.PLANNED and not found.is_ready:
        waiting = found.blockers
        remedy = "Settle or waive them first."
        raise Conflict("onboarding.not_ready", f"The kickoff waits for {_named(waiting)}. {remedy}")
    if wanted is OnboardingState.DONE:
        waiting = tuple(task for task in found.tasks if not found.is_settled(task))
        if waiting:
            message = f"Still open: {_named(waiting)}. Settle or waive them, then complete the onboarding."
            raise Conflict("onboarding.tasks_open", message)


def _named(tasks: Sequence[OnboardingTask]) -> str:
    if not tasks:
        return "its first task: the checklist is empty"
    names = "; ".join(task.title for task in tasks[:_NAMED])
    more = len(tasks) - _NAMED
    return f"{names}; and {more} more" if more > 0 else names


def _texts(days: Sequence[date]) -> list[str]:
    return [spell(day) for day in sorted(set(days))]


def dates(holidays: Sequence[str]) -> frozenset[date]:
    """Stored holidays as dates."""
    return frozenset(date.fromisoformat(day) for day in holidays)
