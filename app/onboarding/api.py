"""Onboarding for programs."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.checklist import Gate, Readiness
from app.core.permissions import Action
from app.kit import library
from app.kit.actors import Actor, CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.paging import Cursor, Limit, Listing, cut, decode_cursor, encode_cursor
from app.kit.requests import Read, Write
from app.onboarding import service, views
from app.onboarding.models import OnboardingTask
from app.onboarding.schemas import (
    AssignIn,
    ChecklistFullOut,
    ChecklistOut,
    GateOut,
    KickoffIn,
    KickoffOut,
    OnboardingOut,
    OnboardingStateIn,
    ReadinessOut,
    StartIn,
    TaskEditIn,
    TaskIn,
    TaskOut,
    TaskStateIn,
    WaiveIn,
    WorkItemOut,
)
from app.onboarding.service import Standing

router = APIRouter(prefix="/api/v1", tags=["onboarding"])


def _onboarding(found: Standing) -> OnboardingOut:
    row = found.onboarding
    stored = row.model_dump(exclude={"created_at", "created_by", "body", "holidays"})
    return OnboardingOut(
        **stored,
        holidays=[date.fromisoformat(day) for day in row.holidays],
        vendor=found.vendor,
        ready=found.is_ready,
        settled=found.readiness.settled,
        total=found.readiness.total,
        overdue=found.overdue,
    )


def _stored(session: ReadSession, actor: Actor, onboarding_id: UUID) -> OnboardingOut:
    return _onboarding(service.standing_of(session, actor=actor, onboarding_id=onboarding_id))


def _task(found: Standing, task: OnboardingTask, warnings: tuple[str, ...] = ()) -> TaskOut:
    stored = task.model_dump(exclude={"created_at", "position", "day", "done_by", "removed_at"})
    settled, overdue = found.is_settled(task), found.is_overdue(task)
    return TaskOut(**stored, settled=settled, overdue=overdue, warnings=list(warnings))


def _stored_task(
    session: ReadSession, actor: Actor, task: OnboardingTask, warnings: tuple[str, ...] = ()
) -> TaskOut:
    found = service.standing_of(session, actor=actor, onboarding_id=task.onboarding_id)
    return _task(found, task, warnings)


def _readiness(ready: Readiness, on: date) -> ReadinessOut:
    def gate(found: Gate) -> GateOut:
        return GateOut(open=found.open, waits_for=list(found.waits_for))

    return ReadinessOut(
        data=gate(ready.data),
        signature=gate(ready.signature),
        kickoff=gate(ready.kickoff),
        production=gate(ready.production),
        settled=ready.settled,
        total=ready.total,
        on=on,
    )


@router.get("/onboardings")
def list_onboardings(
    session: Read,
    actor: CurrentActor,
    limit: Limit = 50,
    cursor: Cursor = "",
    evaluation: Annotated[UUID | None, Query(description="Only of this evaluation.")] = None,
) -> Listing[OnboardingOut]:
    """Onboardings, oldest first."""
    after = decode_cursor(cursor)
    found = [
        item
        for item in sorted(service.all_standings(session, actor=actor), key=lambda item: item.onboarding.id)
        if evaluation in (None, item.evaluation.id) and (after is None or item.onboarding.id > after)
    ]
    shown, more = cut(found, limit)
    following = encode_cursor(shown[-1].onboarding.id) if more else None
    return Listing(items=[_onboarding(item) for item in shown], next=following)


@router.post("/candidates/{candidate_id}/onboarding", status_code=201, response_model=OnboardingOut)
def start_onboarding(
    request: Request, session: Write, actor: CurrentActor, candidate_id: UUID, entry: StartIn
) -> Response:
    """Lay out the tasks of a selected candidate, or of a finalist with a reason."""
    row = service.start_onboarding(session, actor=actor, candidate_id=candidate_id, entry=entry)
    return created(request, _stored(session, actor, row.id), f"/api/v1/onboardings/{row.id}")


@router.get("/onboardings/{onboarding_id}")
def get_onboarding(
    response: Response, session: Read, actor: CurrentActor, onboarding_id: UUID
) -> OnboardingOut:
    """One onboarding; its ETag goes into If-Match of a change."""
    found = _stored(session, actor, onboarding_id)
    response.headers["ETag"] = f'"{found.version}"'
    return found


@router.get("/onboardings/{onboarding_id}/readiness")
def get_readiness(session: Read, actor: CurrentActor, onboarding_id: UUID) -> ReadinessOut:
    """What may start today, and what it waits for."""
    return _readiness(*service.readiness_of(session, actor=actor, onboarding_id=onboarding_id))


@router.post("/onboardings/{onboarding_id}/kickoff", response_model=KickoffOut)
def set_kickoff(
    request: Request,
    session: Write,
    actor: CurrentActor,
    onboarding_id: UUID,
    entry: KickoffIn,
    seen: IfMatch,
) -> Response:
    """Move the kickoff; open due dates follow, except those set by hand."""
    move = service.set_kickoff(session, actor=actor, onboarding_id=onboarding_id, entry=entry, seen=seen)
    stored = _stored(session, actor, onboarding_id)
    return done(request, KickoffOut(**stored.model_dump(), moved=move.moved, by_hand=move.by_hand))


@router.post("/onboardings/{onboarding_id}/state", response_model=OnboardingOut)
def set_state(
    request: Request,
    session: Write,
    actor: CurrentActor,
    onboarding_id: UUID,
    entry: OnboardingStateIn,
    seen: IfMatch,
) -> Response:
    """Start, complete, cancel or take up again."""
    service.set_state(session, actor=actor, onboarding_id=onboarding_id, entry=entry, seen=seen)
    return done(request, _stored(session, actor, onboarding_id))


@router.get("/onboardings/{onboarding_id}/tasks")
def list_tasks(session: Read, actor: CurrentActor, onboarding_id: UUID) -> list[TaskOut]:
    """Every task, in the order of the checklist."""
    found = service.standing_of(session, actor=actor, onboarding_id=onboarding_id)
    return [_task(found, task) for task in found.tasks]


@router.post("/onboardings/{onboarding_id}/tasks", status_code=201, response_model=TaskOut)
def add_task(
    request: Request, session: Write, actor: CurrentActor, onboarding_id: UUID, entry: TaskIn
) -> Response:
    """Add a task of our own."""
    task = service.add_task(session, actor=actor, onboarding_id=onboarding_id, entry=entry)
    return created(request, _stored_task(session, actor, task), f"/api/v1/tasks/{task.id}")


@router.get("/tasks")
def list_my_tasks(session: Read, actor: CurrentActor) -> list[WorkItemOut]:
    """The actor's tasks that are late or due within a week, most late first."""
    return [WorkItemOut.model_validate(item) for item in service.work_items_of(session, actor)]


@router.get("/tasks/{task_id}")
def get_task(response: Response, session: Read, actor: CurrentActor, task_id: UUID) -> TaskOut:
    """One task; its ETag goes into If-Match of a change."""
    task, _, _ = service.open_task(session, actor, task_id)
    response.headers["ETag"] = f'"{task.version}"'
    return _stored_task(session, actor, task)


@router.patch("/tasks/{task_id}", response_model=TaskOut)
def edit_task(
    request: Request, session: Write, actor: CurrentActor, task_id: UUID, entry: TaskEditIn, seen: IfMatch
) -> Response:
    """Set another due date, for a task of our own another title too."""
    task = service.edit_task(session, actor=actor, task_id=task_id, entry=entry, seen=seen)
    return done(request, _stored_task(session, actor, task))


@router.post("/tasks/{task_id}/state", response_model=TaskOut)
def set_task_state(
    request: Request, session: Write, actor: CurrentActor, task_id: UUID, entry: TaskStateIn, seen: IfMatch
) -> Response:
    """Say where a task stands; `warnings` names what was let pass."""
    change = service.set_task_state(session, actor=actor, task_id=task_id, entry=entry, seen=seen)
    return done(request, _stored_task(session, actor, change.task, change.warnings))


@router.post("/tasks/{task_id}/waive", response_model=TaskOut)
def waive(
    request: Request, session: Write, actor: CurrentActor, task_id: UUID, entry: WaiveIn, seen: IfMatch
) -> Response:
    """Go on without a task until a date."""
    task = service.waive(session, actor=actor, task_id=task_id, entry=entry, seen=seen)
    return done(request, _stored_task(session, actor, task))


@router.post("/tasks/{task_id}/assign", response_model=TaskOut)
def assign(
    request: Request, session: Write, actor: CurrentActor, task_id: UUID, entry: AssignIn, seen: IfMatch
) -> Response:
    """Give a task to a person, or to whoever holds a role."""
    task = service.assign(session, actor=actor, task_id=task_id, entry=entry, seen=seen)
    return done(request, _stored_task(session, actor, task))


@router.delete("/tasks/{task_id}", response_model=TaskOut)
def remove_task(request: Request, session: Write, actor: CurrentActor, task_id: UUID) -> Response:
    """Remove a task of our own."""
    return done(
        request, _stored_task(session, actor, service.remove_task(session, actor=actor, task_id=task_id))
    )


@router.post("/tasks/{task_id}/restore", response_model=TaskOut)
def restore_task(request: Request, session: Write, actor: CurrentActor, task_id: UUID) -> Response:
    """Undo a removal."""
    return done(
        request, _stored_task(session, actor, service.restore_task(session, actor=actor, task_id=task_id))
    )


@router.get("/checklists")
def list_checklists(actor: CurrentActor) -> list[ChecklistOut]:
    """The checklists of the library."""
    actor.require(Action.LIBRARY_READ)
    return [_checklist(key) for key in library.ids("checklists")]


@router.get("/checklists/{key}")
def get_checklist(actor: CurrentActor, key: str) -> ChecklistFullOut:
    """One checklist with everything in it."""
    actor.require(Action.LIBRARY_READ)
    return _checklist(key)


def _checklist(key: str) -> ChecklistFullOut:
    found, body = service.checklist_of(key)
    core = views.core_count(found)
    return ChecklistFullOut(
        key=found.id, version=found.version, name=found.name, tasks=len(found.tasks), core=core, body=body
    )
