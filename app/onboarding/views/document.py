"""The onboarding checklist as typed data for its printed form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from markupsafe import Markup

from app import charts
from app.kit import wording
from app.kit.pdf.parts import Badge, Fact, Head, Tone
from app.onboarding.models import OnboardingState, OnboardingTask, TaskState
from app.onboarding.service import Standing
from app.onboarding.views import words
from app.onboarding.views.board import blocker

_TONES: Mapping[str, Tone] = {"ok": "ok", "warn": "warn", "bad": "bad"}
_NAMED = 8
_STRIP: tuple[tuple[str, Literal["good", "warn", "bad", "muted"]], ...] = (
    ("done", "good"),
    ("not applicable", "good"),
    ("waived", "warn"),
    ("doing", "warn"),
    ("open", "muted"),
    ("waiver ended", "bad"),
)


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task; `blocks` says what may not happen while it is open ("" when it only reminds)."""

    title: str
    owner: str
    due: str
    late: bool
    done: bool
    state: Badge
    blocks: str
    evidence: str


@dataclass(frozen=True, slots=True)
class StageLines:
    """A stage of the onboarding with its tasks in order; `progress` is its count in words."""

    title: str
    progress: str
    tasks: tuple[TaskLine, ...]


@dataclass(frozen=True, slots=True)
class ChecklistDocument:
    """Stages, tasks, what blocks what, and whether the vendor may start."""

    template: ClassVar[str] = "reports/checklist.html"

    head: Head
    readiness: Badge
    readiness_sentence: str
    progress: str
    progress_chart: Markup
    blockers: tuple[str, ...]
    stages: tuple[StageLines, ...]
    notes: tuple[str, ...]


def document_view(found: Standing, people: Mapping[UUID, str], made: datetime) -> ChecklistDocument:
    """The checklist as it stands today, for print."""
    row = found.onboarding
    sentence, waits, kind = words.verdict(found, ())
    phase = words.phase(found)
    return ChecklistDocument(
        head=_head(found, made),
        readiness=Badge(phase if phase != "planned" else "not ready", _TONES.get(kind, "plain")),
        readiness_sentence=f"{sentence}. {waits}".strip(),
        progress=_progress(found),
        progress_chart=charts.error_strip(_counts(found), title="Tasks", width=630),
        blockers=_blockers(found, people),
        stages=tuple(stage for name in row.body["stages"] if (stage := _stage(found, people, name)).tasks),
        notes=(
            "Day 0 is the kickoff; a date on a weekend or holiday moves to the working day before.",
            "Not shown: stages in which no task applies.",
        ),
    )


def _blockers(found: Standing, people: Mapping[UUID, str]) -> tuple[str, ...]:
    """The next due ones; all of them stand in their stages with what they block."""
    shown, more = found.blockers[:_NAMED], len(found.blockers) - _NAMED
    lines = [f"{blocker(task, people)}: {words.MAY_NOT[task.blocks]}." for task in shown]
    if more > 0:
        lines.append(f"And {words.count(more, 'task')} due later, marked in the last column below.")
    return tuple(lines)


def _head(found: Standing, made: datetime) -> Head:
    row = found.onboarding
    mark = "Cancelled" if row.state is OnboardingState.CANCELLED else ""
    return Head(
        kind="Onboarding checklist",
        version=f"as of {wording.day(found.today)}",
        title=f"{found.vendor}: {found.evaluation.name}",
        language="en",
        mark=mark,
        demo="Demonstration data" if found.evaluation.is_demo else "",
        facts=(
            Fact("Kickoff", wording.day(row.kickoff)),
            Fact("Evaluation", found.evaluation.label),
            Fact("Checklist", f"{row.checklist}, version {row.checklist_version}, {row.tier}"),
            Fact("Printed", wording.moment(made, row.time_zone)),
        ),
        footer=f"Checklist {row.digest[:8]}…{row.digest[-4:]}",
        classification="Confidential: procurement",
    )


def _progress(found: Standing) -> str:
    ready = found.readiness
    late = f"; {found.overdue} late" if found.overdue else ""
    return f"{ready.settled} of {words.count(ready.total, 'task')} settled{late}."


def _counts(found: Standing) -> list[charts.Count]:
    names = [words.state_badge(found, task)[0] for task in found.tasks]
    return [charts.Count(name, names.count(name), tone) for name, tone in _STRIP]


def _stage(found: Standing, people: Mapping[UUID, str], stage: str) -> StageLines:
    tasks = [task for task in found.tasks if task.stage == stage]
    done = sum(found.is_settled(task) for task in tasks)
    lines = tuple(_line(found, people, task) for task in tasks)
    return StageLines(words.stage_name(stage), f"{done} of {len(tasks)} settled", lines)


def _line(found: Standing, people: Mapping[UUID, str], task: OnboardingTask) -> TaskLine:
    word, kind = words.state_badge(found, task)
    return TaskLine(
        title=task.title,
        owner=words.owner_name(task, people) or words.role_name(task.owner_role),
        due=wording.day(task.due),
        late=found.is_overdue(task),
        done=task.state is TaskState.DONE,
        state=Badge(word, _TONES.get(kind, "plain")),
        blocks=words.BLOCKS[task.blocks],
        evidence=_proof(task),
    )


def _proof(task: OnboardingTask) -> str:
    if task.state is TaskState.WAIVED:
        return f"waived until {wording.day(task.waived_until)}: {task.reason}"
    return task.reason or task.evidence or (f"wanted: {task.wanted}" if task.wanted else "")
