"""The onboarding of one vendor: readiness, progress, stages with their tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.checklist import Gate
from app.core.permissions import Action
from app.evaluations.frame import EvaluationFrame
from app.evaluations.service import Access, CandidateView
from app.files.service import NotesAndFiles
from app.kit import wording
from app.kit.forms import blank
from app.kit.templating import Page
from app.kit.ui import Chip, Fact, Option, Tab, Toast
from app.onboarding import service
from app.onboarding.models import OnboardingState, OnboardingTask, TaskState
from app.onboarding.service import Standing
from app.onboarding.views import words

SHOWN = (
    Option("open", "Still open"),
    Option("mine", "Mine"),
    Option("blocking", "Blocking the kickoff"),
    Option("late", "Late"),
)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task; `moves` are the (state, label) buttons that this actor may press, `anchor` keeps the focus on them."""

    href: str
    action: str
    anchor: str
    version: str
    title: str
    under: str
    owner: str
    role: str
    due: str
    late: str
    blocks: str
    state: str
    kind: str
    moves: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StageCard:
    """A stage with the tasks that the filter shows."""

    title: str
    progress: str
    tasks: tuple[TaskRow, ...]


@dataclass(frozen=True, slots=True)
class BoardPage(Page):
    """What is to be settled with one vendor, and what may start."""

    template: ClassVar[str] = "onboarding/board.html"
    partial: ClassVar[str] = "onboarding/_board.html"

    frame: EvaluationFrame
    onboarding_id: str
    base: str
    here: str
    phase: tuple[str, str]
    tabs: tuple[Tab, ...]
    others: tuple[tuple[str, str], ...]
    verdict: tuple[str, str, str]
    percent: int
    progress: str
    late: str
    gates: tuple[tuple[str, str, str], ...]
    facts: tuple[Fact, ...]
    shown: tuple[Option, ...]
    show: str
    chips: tuple[Chip, ...]
    stages: tuple[StageCard, ...]
    nonce: str
    may_edit: bool
    next_state: tuple[str, str]
    may_cancel: bool
    panel: NotesAndFiles
    toasts: tuple[Toast, ...]


@dataclass(frozen=True, slots=True)
class NonePage(Page):
    """No onboarding yet: whom one can be started for, or what comes first."""

    template: ClassVar[str] = "onboarding/none.html"

    frame: EvaluationFrame
    vendors: tuple[tuple[str, str], ...]
    may_edit: bool


def none_view(frame: EvaluationFrame, candidates: Sequence[CandidateView], access: Access) -> NonePage:
    """The page of an evaluation without onboarding."""
    return NonePage(
        title=f"Onboarding: {frame.name}",
        frame=frame,
        vendors=start_links(candidates),
        may_edit=access.may(Action.ONBOARDING_EDIT),
    )


def start_links(candidates: Sequence[CandidateView]) -> tuple[tuple[str, str], ...]:
    """(vendor, address of the form) of everybody an onboarding can be started for."""
    return tuple((view.name, f"/candidates/{view.candidate.id}/onboarding") for view in candidates)


def board_view(
    frame: EvaluationFrame,
    access: Access,
    standings: Sequence[Standing],
    found: Standing,
    *,
    people: Mapping[UUID, str],
    startable: Sequence[CandidateView],
    panel: NotesAndFiles,
    show: str = "",
    toasts: tuple[Toast, ...] = (),
) -> BoardPage:
    """The page of one onboarding; `standings` are all of its evaluation."""
    row, phase = found.onboarding, words.phase(found)
    here = address(frame, row.id)
    return BoardPage(
        title=f"Onboarding of {found.vendor}",
        frame=frame,
        onboarding_id=str(row.id),
        base=f"/onboardings/{row.id}",
        here=here,
        phase=(phase, words.PHASE_KINDS[phase]),
        tabs=_tabs(frame, standings, row.id),
        others=start_links(startable),
        verdict=words.verdict(found, [blocker(task, people) for task in found.blockers]),
        percent=round(100 * found.readiness.settled / found.readiness.total) if found.tasks else 0,
        progress=f"{found.readiness.settled} of {found.readiness.total} settled",
        late=f"{found.overdue} late" if found.overdue else "",
        gates=_gates(found),
        facts=_facts(found),
        shown=SHOWN,
        show=show,
        chips=tuple(Chip(option.label, here) for option in SHOWN if option.value == show),
        stages=_stages(found, access, people, show),
        nonce=blank().nonce,
        may_edit=access.may(Action.ONBOARDING_EDIT),
        next_state=_next_state(found),
        may_cancel=row.state in (OnboardingState.PLANNED, OnboardingState.STARTED),
        panel=panel,
        toasts=toasts,
    )


def address(frame: EvaluationFrame, onboarding_id: UUID) -> str:
    """Where an onboarding is shown."""
    return f"{frame.base}/onboarding?vendor={onboarding_id}"


def blocker(task: OnboardingTask, people: Mapping[UUID, str]) -> str:
    """A task that holds up the kickoff: 'Contract signed (Ada, 3 Dec 2026)'."""
    who = words.owner_name(task, people) or words.role_name(task.owner_role)
    return f"{task.title} ({who}, {wording.day(task.due)})"


def _tabs(frame: EvaluationFrame, standings: Sequence[Standing], current: UUID) -> tuple[Tab, ...]:
    if len(standings) < 2:
        return ()
    return tuple(
        Tab(
            item.vendor,
            address(frame, item.onboarding.id),
            item.onboarding.id == current,
            item.readiness.total - item.readiness.settled,
        )
        for item in standings
    )


def _gates(found: Standing) -> tuple[tuple[str, str, str], ...]:
    def line(label: str, gate: Gate) -> tuple[str, str, str]:
        waits = len(gate.waits_for)
        return (
            (label, "may start", "ok")
            if gate.open
            else (label, f"waits for {words.count(waits, 'task')}", "warn")
        )

    ready = found.readiness
    return (
        line("Real data", ready.data),
        line("Signature", ready.signature),
        line("Kickoff", ready.kickoff),
        line("Production", ready.production),
    )


def _facts(found: Standing) -> tuple[Fact, ...]:
    row = found.onboarding
    holidays = ", ".join(row.holidays)
    facts = [
        Fact("Kickoff", wording.day(row.kickoff), words.days_text(row.kickoff, found.today)),
        Fact(
            "Checklist",
            f"{row.checklist}, version {row.checklist_version}",
            row.tier,
            f"/checklists/{row.checklist}",
        ),
        Fact("Dates in", row.time_zone),
    ]
    if holidays:
        facts.append(Fact("Holidays", holidays))
    if row.reason:
        facts.append(Fact("Reason", row.reason))
    return tuple(facts)


def _next_state(found: Standing) -> tuple[str, str]:
    match found.onboarding.state:
        case OnboardingState.PLANNED if not found.is_ready:
            return "", ""
        case OnboardingState.PLANNED:
            return OnboardingState.STARTED.value, "Kickoff took place"
        case OnboardingState.STARTED:
            return OnboardingState.DONE.value, "Complete"
        case OnboardingState.DONE:
            return OnboardingState.STARTED.value, "Take up again"
    return OnboardingState.PLANNED.value, "Take up again"


def _stages(found: Standing, access: Access, people: Mapping[UUID, str], show: str) -> tuple[StageCard, ...]:
    cards = []
    for stage in found.onboarding.body["stages"]:
        every = [task for task in found.tasks if task.stage == stage]
        tasks = [task for task in every if is_shown(found, access, task, show)]
        if tasks:
            done = sum(found.is_settled(task) for task in every)
            rows = tuple(_row(found, access, task, people) for task in tasks)
            cards.append(StageCard(words.stage_name(stage), f"{done} of {len(every)} settled", rows))
    return tuple(cards)


def is_shown(found: Standing, access: Access, task: OnboardingTask, show: str) -> bool:
    """Whether the filter keeps a task."""
    match show:
        case "open":
            return not found.is_settled(task)
        case "mine":
            owned = task.owner_id == access.actor.id
            return owned or (task.owner_id is None and task.owner_role in access.actor.roles | access.panel)
        case "blocking":
            return task.key in found.readiness.kickoff.waits_for
        case "late":
            return found.is_overdue(task)
    return True


def _row(found: Standing, access: Access, task: OnboardingTask, people: Mapping[UUID, str]) -> TaskRow:
    word, kind = words.state_badge(found, task)
    late = found.is_overdue(task)
    return TaskRow(
        href=f"/tasks/{task.id}",
        action=f"/tasks/{task.id}/state",
        anchor=f"move-{task.position}",
        version=str(task.version),
        title=task.title,
        under=_under(task),
        owner=words.owner_name(task, people),
        role=words.role_name(task.owner_role),
        due=wording.day(task.due),
        late=words.days_text(task.due, found.today) if late else "",
        blocks=words.BLOCKS[task.blocks],
        state=word,
        kind=kind,
        moves=_moves(found, access, task),
    )


def _under(task: OnboardingTask) -> str:
    if task.state is TaskState.WAIVED:
        return f"Until {wording.day(task.waived_until)}: {task.reason}"
    return task.reason or task.evidence or task.wanted


def _moves(found: Standing, access: Access, task: OnboardingTask) -> tuple[tuple[str, str], ...]:
    closed = found.onboarding.state in (OnboardingState.DONE, OnboardingState.CANCELLED)
    if closed or not service.has_hand(access, task):
        return ()
    if task.state in (TaskState.DONE, TaskState.NOT_APPLICABLE):
        return ((TaskState.OPEN.value, "Reopen"),)
    done = (TaskState.DONE.value, "Done")
    return ((TaskState.DOING.value, "Begin"), done) if task.state is TaskState.OPEN else (done,)
