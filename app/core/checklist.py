"""Onboarding checklists as data: the tasks of a vendor, their due dates, and what may start when.

Offsets are calendar days from kickoff. A due date that falls on a Saturday, a Sunday or a given holiday
moves to the working day before it, so nothing is due when nobody works and nothing slips past its date.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter

from app.core.permissions import Role
from app.core.plain import Node
from app.core.taxonomy import Taxonomy

OWNERS = tuple(role.value for role in Role if role not in {Role.ADMIN, Role.READER, Role.VENDOR_LINK})
BLOCKS = ("data", "signature", "kickoff", "production", "none")
TIERS = ("core", "full")
STATES = ("todo", "in_progress", "blocked", "evidence_review", "done", "waived", "not_applicable")
REPEATS = ("weekly", "monthly", "quarterly")
_NEED_LISTS = {
    "data_class": "data_classes",
    "data_types": "data_types",
    "techniques": "techniques",
    "specialists": "specialists",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `day` counts calendar days from the anchor, negative before it.

    `when` maps an entry of the need (data_class, data_types, techniques, specialists) to the ids that call
    for the task; `carries` names where its content comes from; `needs` are tasks that come first.
    """

    id: str
    title: str
    owner: str
    day: int
    evidence: str
    stage: str = ""
    tier: str = "full"
    blocks: str = "none"
    involved: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    carries: str = ""
    repeat: str = ""


@dataclass(frozen=True, slots=True)
class GateRule:
    """The readiness gate in words, who may waive a task, and what a waiver must say."""

    opens_when: str
    production_opens_when: str
    waived_by: tuple[str, ...]
    waiver_needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """A template; `offboarding` counts its days from the last day of the contract."""

    id: str
    version: int
    name: str
    stages: tuple[str, ...]
    tasks: tuple[Task, ...]
    gate: GateRule
    offboarding: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task of this vendor with its due date."""

    task: Task
    due: date


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """How a task stands (`STATES`); a waiver has a reason and may end on `until`."""

    id: str
    blocks: str
    state: str
    reason: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether something may happen, and the ids of the tasks it waits for."""

    open: bool
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What may start now, and how many tasks are settled of all."""

    data: Gate
    signature: Gate
    kickoff: Gate
    production: Gate
    settled: int
    total: int


def tasks_for(
    checklist: Checklist,
    *,
    tier: str,
    need: Mapping[str, object],
    kickoff: date,
    holidays: Collection[date] = (),
) -> tuple[PlannedTask, ...]:
    """The tasks of one onboarding with due dates, in the order of the template.

    `tier` core leaves out the tasks of the full tier; `need` holds ids under the keys a task's `when` may
    use (`{"data_class": ["phi"]}`), a task whose `when` finds none of them is left out, also from the
    `needs` of the others.
    """
    chosen = [
        task
        for task in checklist.tasks
        if (tier == "full" or task.tier == "core") and _called_for(task, need)
    ]
    names = {task.id for task in chosen}
    return tuple(
        PlannedTask(
            replace(task, needs=tuple(name for name in task.needs if name in names)),
            due_date(kickoff, task.day, holidays),
        )
        for task in chosen
    )


def offboarding_for(
    checklist: Checklist, *, last_day: date, holidays: Collection[date] = ()
) -> tuple[PlannedTask, ...]:
    """The offboarding tasks with due dates counted from the last day of the contract."""
    return tuple(PlannedTask(task, due_date(last_day, task.day, holidays)) for task in checklist.offboarding)


def _called_for(task: Task, need: Mapping[str, object]) -> bool:
    for key, wanted in task.when.items():
        have = need.get(key)
        ids = {have} if isinstance(have, str) else set(have) if isinstance(have, Iterable) else set()
        if not ids & set(wanted):
            return False
    return True


def due_date(anchor: date, day: int, holidays: Collection[date]) -> date:
    """The date `day` calendar days from the anchor, or the working day before it.

    >>> due_date(date(2026, 12, 1), -2, ())  # a Sunday
    datetime.date(2026, 11, 27)
    """
    due = anchor + timedelta(days=day)
    while due.weekday() >= 5 or due in holidays:
        due -= timedelta(days=1)
    return due


def is_settled(task: TaskStatus, on: date) -> bool:
    """Whether a task no longer holds anything up on that date.

    Done and not applicable are; waived is with a reason, and until its end date included.
    """
    if task.state == "waived":
        return bool(task.reason.strip()) and (task.until is None or on <= task.until)
    return task.state in {"done", "not_applicable"}


def readiness(tasks: Collection[TaskStatus], *, on: date) -> Readiness:
    """What may start on a date.

    Data may flow when no open task blocks data, the contract be signed when none blocks signature, the
    kickoff take place when none blocks data, signature or kickoff, and production begin when the kickoff
    gate is open and none blocks production. Without any task nothing was planned and every gate is closed.
    """
    holding = [task for task in tasks if not is_settled(task, on)]

    def gate(*blocks: str) -> Gate:
        waiting = tuple(task.id for task in holding if task.blocks in blocks)
        return Gate(bool(tasks) and not waiting, waiting)

    return Readiness(
        data=gate("data"),
        signature=gate("signature"),
        kickoff=gate("data", "signature", "kickoff"),
        production=gate("data", "signature", "kickoff", "production"),
        settled=len(tasks) - len(holding),
        total=len(tasks),
    )


def parse_checklist(value: object, taxonomy: Taxonomy) -> Checklist:
    """The checklist of plain values (`format: assay/checklist@1`).

    Raises `Invalid("checklist.invalid")` with every problem and its path: unknown keys, ids used twice,
    stages or words of the need that do not exist, tasks that wait for each other or are due before what
    they need.
    """
    root = Node(value)
    root.expect_format("assay/checklist@1", "checklist.invalid")
    f = root.fields("format id version name anchor stages tasks readiness_gate offboarding")
    f["format"].choice(("assay/checklist@1",))
    f["anchor"].choice(("kickoff",))
    stages = f["stages"].idents(at_least=1)
    tasks = tuple(_task(node, stages, taxonomy) for node in f["tasks"].items(at_least=1))
    _check_tasks(f["tasks"], tasks)
    parsed = Checklist(
        id=f["id"].document_id(),
        version=f["version"].integer(1, 1_000_000),
        name=f["name"].text(longest=200),
        stages=stages,
        tasks=tasks,
        gate=_gate(f["readiness_gate"]),
        offboarding=_offboarding(f["offboarding"]),
    )
    root.finish("checklist.invalid")
    return parsed


def _task(node: Node, stages: tuple[str, ...], taxonomy: Taxonomy) -> Task:
    f = node.fields("id stage tier title owner day blocks evidence", "with needs when carries repeat")
    stage = f["stage"].ident()
    f["stage"].among(stage, stages, "stage of this file")
    return Task(
        id=f["id"].ident(),
        title=f["title"].text(longest=300),
        owner=f["owner"].choice(OWNERS),
        day=f["day"].integer(-365, 365),
        evidence=f["evidence"].text(longest=300),
        stage=stage,
        tier=f["tier"].choice(TIERS),
        blocks=f["blocks"].choice(BLOCKS),
        involved=f["with"].idents(),
        needs=f["needs"].idents(),
        when=_when(f["when"], taxonomy),
        carries=f["carries"].text(longest=80),
        repeat=f["repeat"].choice(REPEATS),
    )


def _when(node: Node, taxonomy: Taxonomy) -> dict[str, tuple[str, ...]]:
    if not node.given:
        return {}
    wanted = {}
    for key, entry in node.fields("", " ".join(_NEED_LISTS)).items():
        if entry.given:
            wanted[key] = entry.idents(at_least=1)
            for i, name in enumerate(wanted[key]):
                place = Node(name, f"{entry.path}[{i}]", True, entry.problems)
                place.among(
                    name, taxonomy.terms(_NEED_LISTS[key]), f"{key.replace('_', ' ')} of the taxonomy"
                )
    if not wanted and node.value == {}:
        node.fail(f"is empty; name one of {', '.join(_NEED_LISTS)} or leave it out")
    return wanted


def _check_tasks(node: Node, tasks: tuple[Task, ...]) -> None:
    days = {task.id: task.day for task in tasks}
    seen: set[str] = set()
    for place, task in zip(node.items(), tasks, strict=True):
        place.unique(seen, task.id, "task")
        for name in task.needs:
            place.among(name, days, "task of this file")
            if days.get(name, task.day) > task.day:
                place.fail(f"is due on day {task.day}, before {name!r} that it needs (day {days[name]})")
    try:
        TopologicalSorter({task.id: task.needs for task in tasks}).prepare()
    except CycleError as failure:
        node.fail("tasks wait for each other: " + " → ".join(reversed(failure.args[1])))


def _gate(node: Node) -> GateRule:
    f = node.fields("opens_when waive production_opens_when")
    waive = f["waive"].fields("by needs") if f["waive"].given else {}
    by = waive["by"].idents(at_least=1) if waive else ()
    needs = waive["needs"].idents() if waive else ()
    for key, names, known in (("by", by, OWNERS), ("needs", needs, ("reason", "until"))):
        for name in names:
            waive[key].among(name, known, "role" if key == "by" else "part of a waiver")
    return GateRule(f["opens_when"].text(), f["production_opens_when"].text(), by, needs)


def _offboarding(node: Node) -> tuple[Task, ...]:
    f = node.fields("anchor tasks")
    f["anchor"].choice(("last_day",))
    tasks, seen = [], set[str]()
    for entry in f["tasks"].items(at_least=1):
        g = entry.fields("id title owner day evidence", "with")
        name = g["id"].ident()
        entry.unique(seen, name, "task")
        task = Task(
            name, g["title"].text(longest=300), g["owner"].choice(OWNERS), g["day"].integer(-365, 365),
            g["evidence"].text(longest=300), involved=g["with"].idents(),
        )  # fmt: skip
        tasks.append(task)
    return tuple(tasks)
