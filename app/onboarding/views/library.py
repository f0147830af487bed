"""The shipped checklists as pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.checklist import Checklist, Task
from app.kit import library
from app.kit.templating import Page
from app.kit.ui import Crumb
from app.onboarding.views import words


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """A checklist of the library."""

    key: str
    name: str
    version: int
    tasks: int
    core: int
    blocking: int


@dataclass(frozen=True, slots=True)
class ChecklistsPage(Page):
    """All checklists of the library."""

    template: ClassVar[str] = "onboarding/checklists.html"

    rows: tuple[ChecklistRow, ...]


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A task of a checklist."""

    title: str
    evidence: str
    when: str
    owner: str
    day: str
    blocks: str
    tier: str


@dataclass(frozen=True, slots=True)
class TemplateStage:
    """A stage and its tasks."""

    title: str
    tasks: tuple[TemplateRow, ...]


@dataclass(frozen=True, slots=True)
class ChecklistPage(Page):
    """One checklist with everything in it."""

    template: ClassVar[str] = "onboarding/checklist.html"

    crumbs: tuple[Crumb, ...]
    summary: str
    stages: tuple[TemplateStage, ...]
    offboarding: tuple[TemplateRow, ...]
    rules: tuple[str, ...]


def checklists_view(found: Sequence[Checklist]) -> ChecklistsPage:
    """The list of the library's checklists."""
    return ChecklistsPage(title="Checklists", rows=tuple(_row(item) for item in found))


def _row(item: Checklist) -> ChecklistRow:
    return ChecklistRow(
        key=item.id,
        name=item.name,
        version=item.version,
        tasks=len(item.tasks),
        core=core_count(item),
        blocking=sum(task.blocks != "none" for task in item.tasks),
    )


def core_count(item: Checklist) -> int:
    """How many tasks the core tier has, those of a data class included."""
    return sum(task.tier == "core" for task in item.tasks)


def checklist_view(item: Checklist) -> ChecklistPage:
    """One checklist."""
    by = ", ".join(words.role_name(role) for role in item.gate.waived_by)
    return ChecklistPage(
        title=item.name,
        crumbs=(Crumb("Checklists", "/checklists"),),
        summary=f"Version {item.version} · {words.count(len(item.tasks), 'task')}, {core_count(item)} of them core",
        stages=tuple(
            TemplateStage(
                words.stage_name(stage), tuple(_task(task) for task in item.tasks if task.stage == stage)
            )
            for stage in item.stages
        ),
        offboarding=tuple(_task(task) for task in item.offboarding),
        rules=(
            f"The kickoff may take place once {item.gate.opens_when}.",
            f"Production may begin once {item.gate.production_opens_when}.",
            f"A task is waived by: {by}, with {' and '.join(item.gate.waiver_needs)}.",
            "Day 0 is the kickoff; a date on a weekend or holiday moves to the working day before.",
        ),
    )


def _task(task: Task) -> TemplateRow:
    return TemplateRow(
        title=task.title,
        evidence=task.evidence,
        when=_when(task),
        owner=words.role_name(task.owner),
        day=f"{task.day:+d}".replace("-", "−") if task.day else "0",
        blocks=words.BLOCKS[task.blocks],
        tier=task.tier,
    )


def _when(task: Task) -> str:
    taxonomy = library.taxonomy()
    names = [
        taxonomy.data_classes[name].name if key == "data_class" else name.replace("_", " ")
        for key, ids in task.when.items()
        for name in ids
    ]
    return f"Only with {', '.join(names)}." if names else ""
