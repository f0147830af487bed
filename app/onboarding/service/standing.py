"""How onboardings stand today: what is settled, late, and what the kickoff waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.core import checklist
from app.core.checklist import Readiness, TaskStatus
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, StepName, StepState
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.onboarding import queries
from app.onboarding.models import Onboarding, OnboardingState, OnboardingTask
from app.onboarding.service.access import open_onboarding, today

_EVERY = 1_000_000
_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """An onboarding with its tasks, as of `today` in its own time zone."""

    onboarding: Onboarding
    evaluation: Evaluation
    vendor: str
    tasks: tuple[OnboardingTask, ...]
    readiness: Readiness
    today: date

    def is_settled(self, task: OnboardingTask) -> bool:
        """Whether a task no longer holds anything up."""
        return settled(task, self.today)

    def is_overdue(self, task: OnboardingTask) -> bool:
        """Whether a task is still to be settled after its date."""
        return task.due < self.today and not self.is_settled(task)

    @property
    def overdue(self) -> int:
        """How many tasks are late."""
        return sum(self.is_overdue(task) for task in self.tasks)

    @property
    def is_ready(self) -> bool:
        """Whether the kickoff may take place."""
        return self.readiness.kickoff.open

    @property
    def blockers(self) -> tuple[OnboardingTask, ...]:
        """What the kickoff waits for, next due first."""
        keys = set(self.readiness.kickoff.waits_for)
        return tuple(sorted((t for t in self.tasks if t.key in keys), key=lambda t: (t.due, t.position)))


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A task that waits for somebody; `days_late` is negative while there is time."""

    task_id: UUID
    title: str
    vendor: str
    evaluation: str
    due: date
    days_late: int
    blocks: str
    href: str


def settled(task: OnboardingTask, on: date) -> bool:
    """Whether a task no longer holds anything up on a date."""
    return checklist.is_settled(_status(task), on)


def _status(task: OnboardingTask) -> TaskStatus:
    return TaskStatus(task.key, task.blocks.value, task.state.value, task.reason, task.waived_until)


def standing_of(session: ReadSession, *, actor: Actor, onboarding_id: UUID) -> Standing:
    """One onboarding as it stands today. Raises `NotFound`."""
    row, access = open_onboarding(session, actor, onboarding_id)
    return _standings(session, [row], {access.evaluation.id: access.evaluation})[0]


def readiness_of(session: ReadSession, *, actor: Actor, onboarding_id: UUID) -> tuple[Readiness, date]:
    """What may start, and the date for which this holds. Raises `NotFound`."""
    found = standing_of(session, actor=actor, onboarding_id=onboarding_id)
    return found.readiness, found.today


def standings_of(session: ReadSession, *, actor: Actor, evaluation_id: UUID) -> list[Standing]:
    """Every onboarding of an evaluation. Raises `NotFound`."""
    access = evaluations.open_evaluation(session, actor, evaluation_id)
    rows = queries.of_evaluation(session, evaluation_id)
    return _standings(session, rows, {evaluation_id: access.evaluation})


def all_standings(session: ReadSession, *, actor: Actor) -> list[Standing]:
    """Every onboarding the actor may know of, next kickoff first."""
    actor.require(Action.EVALUATION_READ)
    rows = queries.everything(session)
    return _standings(session, rows, _known(session, actor)) if rows else []


def _known(session: ReadSession, actor: Actor) -> dict[UUID, Evaluation]:
    found, _ = evaluations.list_page(session, actor=actor, text="", state="", page=1, rows=_EVERY)
    return {row.id: row for row in found}


def _standings(
    session: ReadSession, rows: Sequence[Onboarding], known: dict[UUID, Evaluation]
) -> list[Standing]:
    shown = [row for row in rows if row.evaluation_id in known]
    names = queries.vendor_names(session, [row.candidate_id for row in shown])
    tasks: dict[UUID, list[OnboardingTask]] = {row.id: [] for row in shown}
    for task in queries.tasks(session, list(tasks)):
        tasks[task.onboarding_id].append(task)
    return [standing(row, known[row.evaluation_id], names[row.candidate_id], tasks[row.id]) for row in shown]


def standing(
    row: Onboarding, evaluation: Evaluation, vendor: str, tasks: Sequence[OnboardingTask]
) -> Standing:
    """How an onboarding stands, from its rows."""
    day = today(row)
    found = checklist.readiness([_status(task) for task in tasks], on=day)
    return Standing(row, evaluation, vendor, tuple(tasks), found, day)


def work_items_of(session: ReadSession, actor: Actor) -> list[WorkItem]:
    """The actor's tasks that are late or due within a week, and those of the actor's roles that nobody owns.

    Most late first; done and cancelled onboardings are left out.
    """
    rows = queries.running(session)
    if not rows or not actor.may(Action.EVALUATION_READ):
        return []
    places = queries.panel_places(session, actor.id)
    items = []
    for found in _standings(session, rows, _known(session, actor)):
        roles = {*actor.roles, *places.get(found.evaluation.id, ())}
        items += [_item(found, task) for task in found.tasks if _waits_for(found, task, actor, roles)]
    return sorted(items, key=lambda item: (-item.days_late, item.title))


def _waits_for(found: Standing, task: OnboardingTask, actor: Actor, roles: set[str]) -> bool:
    mine = task.owner_id == actor.id or (task.owner_id is None and task.owner_role in roles)
    return mine and task.due <= found.today + _SOON and not found.is_settled(task)


def _item(found: Standing, task: OnboardingTask) -> WorkItem:
    return WorkItem(
        task_id=task.id,
        title=task.title,
        vendor=found.vendor,
        evaluation=found.evaluation.label,
        due=task.due,
        days_late=(found.today - task.due).days,
        blocks=task.blocks.value,
        href=f"/tasks/{task.id}",
    )


def mark(session: WriteSession, actor: Actor, evaluation_id: UUID) -> None:
    """Keep the journey's figure true: settled tasks of all, over the onboardings that were not cancelled."""
    session.flush()
    rows = [
        row
        for row in queries.of_evaluation(session, evaluation_id)
        if row.state is not OnboardingState.CANCELLED
    ]
    zones = {row.id: today(row) for row in rows}
    tasks = queries.tasks(session, list(zones))
    count = sum(settled(task, zones[task.onboarding_id]) for task in tasks)
    finished = bool(rows) and all(row.state is OnboardingState.DONE for row in rows)
    state = StepState.DONE if finished else StepState.CURRENT if rows else StepState.TODO
    note = f"{count} of {len(tasks)}" if rows else ""
    evaluations.mark_step(
        session, actor=actor, evaluation_id=evaluation_id, step=StepName.ONBOARDING, state=state, note=note
    )
