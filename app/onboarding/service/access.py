"""The way in: who may see an onboarding or a task, and who may change it."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import Conflict, Forbidden, NotFound
from app.core.permissions import Action, Role
from app.evaluations import service as evaluations
from app.evaluations.models import EvaluationState
from app.evaluations.service import Access
from app.files import service as files
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.onboarding.models import Onboarding, OnboardingState, OnboardingTask


def open_onboarding(
    session: ReadSession,
    actor: Actor,
    onboarding_id: UUID,
    action: Action = Action.EVALUATION_READ,
    *,
    changing: bool = False,
) -> tuple[Onboarding, Access]:
    """An onboarding and the access to its evaluation.

    Raises `NotFound` for what the actor may not know of, `Forbidden` without the right, and with `changing`
    `Conflict` once it is done or cancelled.
    """
    row = session.get(Onboarding, onboarding_id)
    if row is None:
        raise NotFound("onboarding.not_found", "There is no such onboarding, or it is not shared with you.")
    access = evaluations.open_evaluation(session, actor, row.evaluation_id, action)
    if changing:
        require_running(row, access)
    return row, access


def open_task(
    session: ReadSession, actor: Actor, task_id: UUID, *, changing: bool = False, removed: bool = False
) -> tuple[OnboardingTask, Onboarding, Access]:
    """A task, its onboarding and the access; `changing` asks for a hand in it. `removed` finds removed ones too.

    Raises `NotFound`, `Forbidden` and `Conflict` as `open_onboarding`.
    """
    task = session.get(OnboardingTask, task_id)
    if task is None or (task.removed_at is not None and not removed):
        raise NotFound("task.not_found", "There is no such task, or it is not shared with you.")
    row, access = open_onboarding(session, actor, task.onboarding_id)
    if changing:
        _require_hand(access, task)
        require_running(row, access)
    return task, row, access


def require_running(row: Onboarding, access: Access) -> None:
    """Let pass while there is something to onboard, or raise `Conflict`."""
    if access.evaluation.state is EvaluationState.CANCELLED:
        message = f"{access.evaluation.label} is cancelled; reopen it before changing its onboarding."
        raise Conflict("evaluation.not_open", message)
    if row.state in (OnboardingState.DONE, OnboardingState.CANCELLED):
        message = f"This onboarding is {row.state}; take it up again before changing it."
        raise Conflict("onboarding.closed", message)


def has_hand(access: Access, task: OnboardingTask) -> bool:
    """Whether the actor may say where a task stands: a lead, its owner, or whoever holds the role it belongs to."""
    return (
        access.may(Action.ONBOARDING_EDIT)
        or task.owner_id == access.actor.id
        or task.owner_role in access.actor.roles | access.panel
    )


def _require_hand(access: Access, task: OnboardingTask) -> None:
    if not has_hand(access, task):
        role = task.owner_role.replace("_", " ")
        message = f"This task belongs to the {role}. Ask its owner, or a lead to give it to you."
        raise Forbidden("task.not_yours", message)


def today(row: Onboarding) -> date:
    """The date where the evaluation is at home."""
    return clock.now().astimezone(ZoneInfo(row.time_zone)).date()


def _access(session: ReadSession, actor: Actor, evaluation_id: UUID | None) -> Access | None:
    if evaluation_id is None:
        return None
    try:
        return evaluations.open_evaluation(session, actor, evaluation_id)
    except (NotFound, Forbidden):
        return None


def _of_onboarding(session: ReadSession, actor: Actor, key: UUID) -> Access | None:
    row = session.get(Onboarding, key)
    return _access(session, actor, row.evaluation_id if row else None)


def _of_task(session: ReadSession, actor: Actor, key: UUID) -> Access | None:
    task = session.get(OnboardingTask, key)
    return _of_onboarding(session, actor, task.onboarding_id) if task else None


def _panel(access: Access | None) -> frozenset[Role]:
    return access.panel if access else frozenset()


def register_subjects() -> None:
    """Let files and notes hang on onboardings and tasks, for whoever may see the evaluation."""
    for kind, find in (("onboarding", _of_onboarding), ("task", _of_task)):
        files.register_subject(
            kind,
            lambda session, actor, key, find=find: find(session, actor, key) is not None,  # type: ignore[misc]
            panel=lambda session, actor, key, find=find: _panel(find(session, actor, key)),  # type: ignore[misc]
        )
