"""One task, and the small forms of this feature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote
from uuid import UUID

from app.core.permissions import Action
from app.evaluations.frame import EvaluationFrame
from app.evaluations.service import Access
from app.files.service import NotesAndFiles
from app.kit import wording
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import Crumb, Fact, Option
from app.onboarding import service
from app.onboarding.models import OnboardingState, OnboardingTask, TaskState
from app.onboarding.service import Standing
from app.onboarding.views import words
from app.onboarding.views.board import address

_SOURCES = {
    "certificate": ("the vendor's agreements and certificates", "/vendors/{vendor}"),
    "certificates": ("the vendor's certificates", "/vendors/{vendor}"),
    "decision": ("the decision", "{base}/decision"),
    "pilot": ("the pilot", "{base}/pilot"),
    "price": ("the result", "{base}/result"),
}


@dataclass(frozen=True, slots=True)
class TaskPage(Page):
    """Where a task stands, what it is for, and its notes and files."""

    template: ClassVar[str] = "onboarding/task.html"

    frame: EvaluationFrame
    crumbs: tuple[Crumb, ...]
    base: str
    under: str
    state: tuple[str, str]
    blocks: str
    facts: tuple[Fact, ...]
    earlier: tuple[tuple[str, str, str, str], ...]
    form: FormState
    states: tuple[Option, ...]
    wanted: str
    may_change: bool
    may_edit: bool
    may_waive: bool
    may_remove: bool
    history: str
    panel: NotesAndFiles


def task_view(
    frame: EvaluationFrame,
    access: Access,
    found: Standing,
    task: OnboardingTask,
    *,
    earlier: Sequence[OnboardingTask],
    people: Mapping[UUID, str],
    vendor_id: UUID,
    panel: NotesAndFiles,
    form: FormState | None = None,
    wanted_state: str = "",
) -> TaskPage:
    """The page of one task; `wanted_state` is chosen beforehand in its form."""
    running = found.onboarding.state in (OnboardingState.PLANNED, OnboardingState.STARTED)
    lead = running and access.may(Action.ONBOARDING_EDIT)
    values = {"state": wanted_state or _offered(task), "evidence": task.evidence, "reason": task.reason}
    return TaskPage(
        title=task.title,
        frame=frame,
        crumbs=task_crumbs(frame, found),
        base=f"/tasks/{task.id}",
        under=f"{found.vendor} · {words.stage_name(task.stage)}",
        state=words.state_badge(found, task),
        blocks=words.BLOCKS[task.blocks],
        facts=_facts(frame, found, task, people, vendor_id),
        earlier=tuple((item.title, f"/tasks/{item.id}", *words.state_badge(found, item)) for item in earlier),
        form=form or blank(values, version=task.version),
        states=words.STATE_OPTIONS,
        wanted=f"The checklist asks for: {task.wanted}." if task.wanted else "",
        may_change=running and service.has_hand(access, task),
        may_edit=lead,
        may_waive=running
        and access.may(Action.GATE_WAIVE)
        and task.state not in (TaskState.DONE, TaskState.NOT_APPLICABLE),
        may_remove=lead and task.is_own,
        history=f"/audit?kind=task&subject={quote(str(task.id))}" if access.may(Action.AUDIT_READ) else "",
        panel=panel,
    )


def _offered(task: OnboardingTask) -> str:
    return TaskState.OPEN.value if task.state is TaskState.WAIVED else task.state.value


def task_crumbs(frame: EvaluationFrame, found: Standing) -> tuple[Crumb, ...]:
    """The way up from a task or a form."""
    board = Crumb(f"Onboarding of {found.vendor}", address(frame, found.onboarding.id))
    return (*frame.crumbs, board)


def _facts(
    frame: EvaluationFrame,
    found: Standing,
    task: OnboardingTask,
    people: Mapping[UUID, str],
    vendor_id: UUID,
) -> tuple[Fact, ...]:
    entry = service.template_entry(found.onboarding, task)
    facts = [
        Fact("Owner", words.owner_name(task, people) or "nobody yet", words.role_name(task.owner_role)),
        Fact("Due", wording.day(task.due), _due_note(found, task)),
        Fact("While open", words.MAY_NOT[task.blocks]),
        Fact("Evidence wanted", task.wanted),
    ]
    beside = ", ".join(words.role_name(name) for name in entry.get("with", ()))
    if beside:
        facts.append(Fact("Together with", beside))
    label, place = _SOURCES.get(str(entry.get("carries", "")).partition(".")[0], ("", ""))
    if label:
        facts.append(Fact("Comes from", label, href=place.format(vendor=vendor_id, base=frame.base)))
    if entry.get("repeat"):
        facts.append(Fact("Repeats", str(entry["repeat"])))
    if task.state is TaskState.WAIVED:
        facts.append(Fact("Waived until", wording.day(task.waived_until), task.reason))
    if task.done_at is not None:
        who = people.get(task.done_by, "") if task.done_by else ""
        facts.append(Fact("Done", wording.moment(task.done_at, found.onboarding.time_zone), who))
    return tuple(facts)


def _due_note(found: Standing, task: OnboardingTask) -> str:
    notes = [words.days_text(task.due, found.today)]
    if found.is_overdue(task):
        notes.append("late")
    if task.due != task.planned_due:
        notes.append(f"set by hand; the checklist says {wording.day(task.planned_due)}")
    return ", ".join(notes)


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a small form; `kind` is text, area, date, select or radios."""

    kind: str
    name: str
    label: str
    hint: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class FormPage(Page):
    """A small form: start, move the kickoff, cancel, add, edit, assign, waive."""

    template: ClassVar[str] = "onboarding/form.html"

    crumbs: tuple[Crumb, ...]
    intro: str
    form: FormState
    action: str
    cancel: str
    submit: str
    fields: tuple[FormField, ...]
