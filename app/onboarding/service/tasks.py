"""Tasks: who does them, where they stand, when they are due."""

from dataclasses import dataclass
from uuid import UUID

from app.accounts.models import User
from app.audit import service as audit
from app.core.errors import Conflict, Invalid, Problem
from app.core.permissions import Action, Role
from app.evaluations import service as evaluations
from app.evaluations.models import Governance
from app.evaluations.service import Access
from app.files import service as files
from app.files.service import Subject
from app.kit import canonical, clock, wording
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged
from app.onboarding import queries
from app.onboarding.models import Onboarding, OnboardingTask, TaskState
from app.onboarding.schemas import AssignIn, TaskEditIn, TaskIn, TaskStateIn, WaiveIn
from app.onboarding.service.access import open_onboarding, open_task, today
from app.onboarding.service.standing import mark, settled


@dataclass(frozen=True, slots=True)
class TaskChange:
    """A task after a change, and what is worth saying about it though it was let pass."""

    task: OnboardingTask
    warnings: tuple[str, ...] = ()


def set_task_state(
    session: WriteSession, *, actor: Actor, task_id: UUID, entry: TaskStateIn, seen: int | None = None
) -> TaskChange:
    """Say where a task stands; for leads, its owner, and whoever holds its role.

    Done without the evidence that the checklist names is refused in a team or formal evaluation and only warned
    of in a solo one. Not applicable is for leads and needs a reason. Raises `Conflict` with both texts when the
    task changed since version `seen`.
    """
    task, row, access = open_task(session, actor, task_id, changing=True)
    wanted = TaskState(entry.state)
    evidence = task.evidence if entry.evidence is None else entry.evidence
    reason = entry.reason if wanted is TaskState.NOT_APPLICABLE else ""
    unchanged(task, seen, {"state": wanted, "evidence": evidence, "reason": reason})
    if wanted is TaskState.NOT_APPLICABLE:
        access.require(Action.ONBOARDING_EDIT)
        if len(reason) < 3:
            raise Invalid("task.reason", [Problem("reason", "Say why this task does not apply.")])
    warnings = _unproven(session, task, access, evidence) if wanted is TaskState.DONE else ()
    before = _facts(task)
    newly_done = wanted is TaskState.DONE and task.state is not TaskState.DONE
    if wanted is not TaskState.DONE:
        task.done_at = task.done_by = None
    elif newly_done:
        task.done_at, task.done_by = clock.now(), actor.id
    task.state, task.evidence, task.reason, task.waived_until = wanted, evidence, reason, None
    _record(session, actor, task, "state_set", before, reason)
    mark(session, actor, row.evaluation_id)
    return TaskChange(task, (*warnings, *_before_its_turn(session, row, task)))


def _unproven(session: WriteSession, task: OnboardingTask, access: Access, evidence: str) -> tuple[str, ...]:
    subject = Subject("task", task.id)
    if not task.wanted or evidence or files.attachments_of(session, actor=access.actor, subject=subject):
        return ()
    if access.evaluation.governance is not Governance.SOLO:
        message = f"Say what proves it ({task.wanted}), or attach the file to the task first."
        raise Invalid("task.evidence", [Problem("evidence", message)])
    return (f"Nothing proves it yet; the checklist asks for: {task.wanted}.",)


def _before_its_turn(session: WriteSession, row: Onboarding, task: OnboardingTask) -> tuple[str, ...]:
    if task.state is not TaskState.DONE:
        return ()
    waiting = [other.title for other in earlier_tasks(session, row, task) if not settled(other, today(row))]
    return (f"It comes after what is still open: {'; '.join(waiting)}.",) if waiting else ()


def earlier_tasks(session: ReadSession, row: Onboarding, task: OnboardingTask) -> list[OnboardingTask]:
    """The tasks that the checklist puts before this one."""
    names = set(template_entry(row, task).get("needs", ()))
    return [other for other in queries.tasks(session, [row.id]) if other.key in names] if names else []


def template_entry(row: Onboarding, task: OnboardingTask) -> dict[str, list[str] | str]:
    """What the frozen checklist says of a task; nothing for one of our own."""
    entries = () if task.is_own else row.body["tasks"]
    return next((dict(entry) for entry in entries if entry["id"] == task.key), {})


def waive(
    session: WriteSession, *, actor: Actor, task_id: UUID, entry: WaiveIn, seen: int | None = None
) -> OnboardingTask:
    """Go on without a task until a date, with a reason; for approvers. After the date it holds things up again."""
    task, row, access = open_task(session, actor, task_id)
    access.require(Action.GATE_WAIVE)
    open_onboarding(session, actor, row.id, changing=True)
    unchanged(task, seen, {"state": TaskState.WAIVED, "reason": entry.reason})
    if task.state in (TaskState.DONE, TaskState.NOT_APPLICABLE):
        message = f"This task is {task.state.replace('_', ' ')}; there is nothing to waive."
        raise Conflict("task.settled", message)
    if entry.until < today(row):
        message = f"A waiver ends in the future; today is {wording.day(today(row))}."
        raise Invalid("task.until", [Problem("until", message)])
    before = _facts(task)
    task.state, task.reason, task.waived_until = TaskState.WAIVED, entry.reason, entry.until
    _record(session, actor, task, "waived", before, entry.reason)
    mark(session, actor, row.evaluation_id)
    return task


def assign(
    session: WriteSession, *, actor: Actor, task_id: UUID, entry: AssignIn, seen: int | None = None
) -> OnboardingTask:
    """Give a task to a person, or with no person to a role; for leads and for whoever holds it now."""
    task, _, access = open_task(session, actor, task_id, changing=True)
    unchanged(task, seen, {"owner_id": entry.owner_id, "owner_role": entry.owner_role or task.owner_role})
    if entry.owner_id is not None:
        _require_reachable(session, access, entry.owner_id)
    before = _facts(task)
    task.owner_id = entry.owner_id
    task.owner_role = Role(entry.owner_role) if entry.owner_role else task.owner_role
    _record(session, actor, task, "assigned", before)
    return task


def _require_reachable(session: ReadSession, access: Access, user_id: UUID) -> None:
    """Nobody is given a task in an evaluation that he cannot open."""
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise Invalid("task.owner", [Problem("owner_id", "Choose somebody from the list of people.")])
    found = access.evaluation
    if found.governance is not Governance.FORMAL or user_id == found.created_by:
        return
    members = {member.user_id for member in evaluations.panel_of(session, found.id)}
    if user_id not in members and Role.ADMIN not in user.role_set():
        message = f"Only people on its panel know of {found.label}; add this person to the panel first."
        raise Invalid("task.owner", [Problem("owner_id", message)])


def add_task(session: WriteSession, *, actor: Actor, onboarding_id: UUID, entry: TaskIn) -> OnboardingTask:
    """Add a task of our own; it moves with the kickoff like the others. Raises `Invalid` at the field at fault."""
    row, access = open_onboarding(session, actor, onboarding_id, Action.ONBOARDING_EDIT, changing=True)
    if entry.stage not in row.body["stages"]:
        stages = ", ".join(row.body["stages"])
        raise Invalid("task.stage", [Problem("stage", f"Choose one of the stages: {stages}.")])
    if entry.owner_id is not None:
        _require_reachable(session, access, entry.owner_id)
    position = queries.last_position(session, row.id) + 1
    task = OnboardingTask(
        onboarding_id=row.id,
        key=f"own_{position}",
        is_own=True,
        position=position,
        stage=entry.stage,
        title=entry.title,
        owner_role=Role(entry.owner_role),
        owner_id=entry.owner_id,
        day=(entry.due - row.kickoff).days,
        due=entry.due,
        planned_due=entry.due,
        blocks=entry.blocks,
        wanted=entry.wanted,
    )
    session.add(task)
    _record(session, actor, task, "added", {})
    mark(session, actor, row.evaluation_id)
    return task


def edit_task(
    session: WriteSession, *, actor: Actor, task_id: UUID, entry: TaskEditIn, seen: int | None = None
) -> OnboardingTask:
    """Set another due date, and for a task of our own another title; for leads."""
    task, _, access = open_task(session, actor, task_id, changing=True)
    access.require(Action.ONBOARDING_EDIT)
    title = entry.title or task.title
    unchanged(task, seen, {"due": entry.due, "title": title})
    if title != task.title and not task.is_own:
        message = "The words of the checklist stay as they are; add a task of your own instead."
        raise Invalid("task.title", [Problem("title", message)])
    before = _facts(task)
    task.title, task.due = title, entry.due
    _record(session, actor, task, "edited", before)
    return task


def remove_task(session: WriteSession, *, actor: Actor, task_id: UUID) -> OnboardingTask:
    """Take away a task of our own; `restore_task` undoes it. One of the checklist is set to not applicable instead."""
    return _set_removed(session, actor, task_id, removed=True)


def restore_task(session: WriteSession, *, actor: Actor, task_id: UUID) -> OnboardingTask:
    """Undo `remove_task`."""
    return _set_removed(session, actor, task_id, removed=False)


def _set_removed(session: WriteSession, actor: Actor, task_id: UUID, *, removed: bool) -> OnboardingTask:
    task, row, access = open_task(session, actor, task_id, changing=True, removed=True)
    access.require(Action.ONBOARDING_EDIT)
    if not task.is_own:
        message = "Only tasks of our own are removed; say of this one that it is not applicable, and why."
        raise Conflict("task.from_checklist", message)
    if (task.removed_at is not None) != removed:
        task.removed_at = clock.now() if removed else None
        _record(session, actor, task, "removed" if removed else "restored", _facts(task))
        mark(session, actor, row.evaluation_id)
    return task


def _facts(task: OnboardingTask) -> dict[str, object]:
    """What the record keeps; free text may name people, so of it only the digest."""
    return {
        "state": task.state,
        "owner": task.owner_id,
        "role": task.owner_role,
        "due": task.due,
        "blocks": task.blocks,
        "until": task.waived_until,
        "evidence_digest": canonical.digest(task.evidence) if task.evidence else "",
        "title_digest": canonical.digest(task.title),
    }


def _record(
    session: WriteSession,
    actor: Actor,
    task: OnboardingTask,
    verb: str,
    known: dict[str, object],
    reason: str = "",
) -> None:
    before, after = audit.changes(known, _facts(task))
    audit.record(
        session,
        actor,
        f"onboarding.task.{verb}",
        ("task", task.id),
        label=task.key,
        before=before,
        after=after,
        reason=reason,
    )
    session.flush()
