"""The onboarding checklist as typed data for its printed form."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from app.kit.pdf.parts import Badge, Head


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
