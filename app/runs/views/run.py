"""The run of a pilot as its leads see it: stages and checklist, the labeling plan, the question log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import Fact, Option
from app.reviews.models import ItemContest
from app.runs.models import PackDownload, PilotInstructions, PilotRun, PilotStage
from app.runs.schemas import LabelingPlanIn, MilestoneIn
from app.runs.service import NEXT, Guard, MilestoneLine, PartLine, milestones_of

CLASS_FIELDS = ("name", "definition", "includes", "excludes", "confused_with", "decide")
EXAMPLE_FIELDS = ("right", "wrong", "reason")
SPARE = 3  # empty rows below what is there
STAGE_KINDS = {
    PilotStage.PLANNED: "",
    PilotStage.CLOSED: "ok",
    PilotStage.ABORTED: "bad",
}
_HINTS = {
    PilotStage.AGREED: "locks the criteria; packs can leave",
    PilotStage.CALIBRATING: "vendors deliver calibration items",
    PilotStage.RUNNING: "vendors deliver; after measuring this opens a round of rework",
    PilotStage.DELIVERED: "no more deliveries by link",
    PilotStage.MEASURING: "review and compare",
    PilotStage.CLOSED: "each vendor sees its own score",
    PilotStage.ABORTED: "give up, with a reason",
    PilotStage.PLANNED: "plan it again",
}


@dataclass(frozen=True, slots=True)
class GuardLine:
    """A line of the checklist."""

    title: str
    detail: str
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class PartRow:
    """One vendor's part; an empty address hides its action."""

    name: str
    lacking: str
    promises: tuple[str, str]
    instructions: tuple[str, str]
    link: tuple[str, str]
    downloads: str
    attempts: str
    errors_seen: str
    send_href: str
    recall_action: str
    pack_action: str


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """One milestone; `action` '' hides the button that marks it."""

    day: str
    title: str
    round: str
    state: tuple[str, str]
    action: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class RunPage(Page):
    """Stage, checklist, vendors and milestones of a pilot."""

    template: ClassVar[str] = "runs/run.html"

    frame: EvaluationFrame
    base: str
    stage: str
    stage_kind: str
    reason: str
    facts: tuple[Fact, ...]
    guards: tuple[GuardLine, ...]
    stage_form: FormState
    stages: tuple[Option, ...]
    run_form: FormState
    milestones: tuple[MilestoneRow, ...]
    version: int
    parts: tuple[PartRow, ...]
    versions: tuple[Fact, ...]
    publish_form: FormState
    is_closed: bool
    link: str
    link_note: str
    nonce: str


@dataclass(frozen=True, slots=True)
class PartPage(Page):
    """Make a vendor's link; who took its pack when."""

    template: ClassVar[str] = "runs/part.html"

    frame: EvaluationFrame
    form: FormState
    action: str
    back: str
    log: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class LabelingPlanPage(Page):
    """The labeling plan as a form."""

    template: ClassVar[str] = "runs/labeling_plan.html"

    frame: EvaluationFrame
    form: FormState
    action: str
    back: str
    classes: tuple[int, ...]
    examples: tuple[int, ...]


def stage_options(stage: PilotStage) -> tuple[Option, ...]:
    """The stages that may follow."""
    return tuple(Option(one.value, one.value.capitalize(), _HINTS[one]) for one in NEXT[stage])


def guard_lines(guards: Sequence[Guard]) -> tuple[GuardLine, ...]:
    """The checklist."""
    return tuple(
        GuardLine(one.title, one.detail, ("done", "ok") if one.met else ("open", "warn")) for one in guards
    )


def run_facts(run: PilotRun, is_late: bool, last_contest: str) -> tuple[Fact, ...]:
    """Round, attempts, last day, and until when errors may be contested."""
    return (
        Fact("Round", f"{run.round} of at most {run.rounds}"),
        Fact("Attempts by link", f"{run.attempts} in each round"),
        Fact("Last day", wording.day(run.deadline) if run.deadline else "not set", "over" if is_late else ""),
        Fact("Errors contested", last_contest, "" if run.shows_gold else "without our labels"),
    )


def run_form(run: PilotRun, proposed: Sequence[MilestoneIn]) -> FormState:
    """The frame as form values; without milestones the template's."""
    rows = milestones_of(run) or proposed
    values: dict[str, object] = {
        "rounds": run.rounds,
        "attempts": run.attempts,
        "deadline": run.deadline,
        "contest_days": run.contest_days,
        "shows_gold": "yes" if run.shows_gold else "",
    }
    return blank({**values, "milestones": "\n".join(_milestone(one) for one in rows)}, version=run.version)


def contest_words(run: PilotRun, last: date | None, zone: str) -> str:
    """Until when vendors may contest their errors, in the evaluation's time zone."""
    if not run.contest_days:
        return "not in this pilot"
    if last is None:
        return f"for {run.contest_days} {wording.plural('day', run.contest_days)} after the close"
    return f"until the end of {wording.day(last)} ({zone})"


def contest_facts(contests: Sequence[ItemContest], queue: str) -> tuple[Fact, ...]:
    """How many items vendors contest and how many wait for our decision; none where nothing is contested."""
    waiting = sum(one.answered_at is None for one in contests)
    if not contests:
        return ()
    told = f"{len(contests)} {wording.plural('item', len(contests))}"
    return (Fact("Contested", told, f"{waiting} to decide" if waiting else "all answered", queue),)


def _milestone(one: MilestoneIn) -> str:
    done = f" | {one.done}" if one.done else ""
    return f"{one.day} {one.title}{done}" + (f" | round {one.round}" if one.round else "")


def milestone_rows(
    lines: Sequence[MilestoneLine], marked: Collection[int], base: str, *, may_mark: bool
) -> tuple[MilestoneRow, ...]:
    """The milestones; `marked` are those that somebody marked as done, which can be opened again."""
    return tuple(
        MilestoneRow(
            day=wording.day(one.day),
            title=one.title,
            round=f"round {one.round}: {one.delivered} of {one.expected} delivered" if one.round else "",
            state=milestone_state(one),
            action=f"{base}/milestones/{one.at}" if may_mark and (one.at in marked or not one.done) else "",
            is_done=one.at in marked,
        )
        for one in lines
    )


def milestone_state(one: MilestoneLine) -> tuple[str, str]:
    """How a milestone went, and the kind of its badge."""
    if one.done is None:
        return ("late", "bad") if one.is_late else ("open", "")
    when = wording.day(one.done)
    return (f"done {when}, late", "warn") if one.is_late else (f"done {when}", "ok")


def part_row(
    line: PartLine, newest: int | None, base: str, attempts: tuple[int, int], *, may_send: bool
) -> PartRow:
    """One vendor's part; `attempts` are those used by link in the present round, and how many are allowed."""
    own = f"{base}/parts/{line.candidate_id}"
    part = line.part
    confirmed = part.instructions if part else None
    return PartRow(
        name=line.name,
        lacking=", ".join(line.lacking),
        promises=("confirmed", "ok") if line.promises else _promise(part is not None and bool(part.promises)),
        instructions=_version(confirmed, newest),
        link=(f"until {wording.day(line.link.expires_at)}", "ok") if line.link else ("no link", ""),
        downloads=f"{line.downloads} {wording.plural('download', line.downloads)}",
        attempts=f"{attempts[0]} of {attempts[1]}",
        errors_seen=wording.day(part.errors_at) if part and part.errors_at else "",
        send_href=own if may_send else "",
        recall_action=f"{own}/recall" if line.link and may_send else "",
        pack_action=f"{own}/pack" if part and not line.lacking else "",
    )


def _promise(earlier: bool) -> tuple[str, str]:
    return ("changed since confirmed", "warn") if earlier else ("not confirmed", "warn")


def _version(confirmed: int | None, newest: int | None) -> tuple[str, str]:
    if confirmed is None:
        return ("not confirmed", "warn") if newest else ("none published", "")
    return f"version {confirmed}", "ok" if confirmed == newest else "warn"


def version_facts(rows: Sequence[PilotInstructions]) -> tuple[Fact, ...]:
    """The published versions."""
    return tuple(
        Fact(f"Version {one.number}", wording.day(one.created_at), one.reason or one.digest[:12])
        for one in rows
    )


def download_facts(rows: Sequence[PackDownload], zone: str) -> tuple[Fact, ...]:
    """The access log of a pack."""
    return tuple(
        Fact(
            wording.moment(one.created_at, zone),
            "by the vendor's link" if one.by_link else "by one of us",
            f"gold {one.gold_number}, instructions {one.instructions}, {one.digest[:12]}",
        )
        for one in rows
    )


def plan_form(plan: LabelingPlanIn, version: int) -> FormState:
    """The labeling plan as numbered form values."""
    values: dict[str, object] = plan.model_dump(exclude={"ontology", "examples", "planted"})
    values["planted"] = "\n".join(plan.planted)
    for at, one in enumerate(plan.ontology, 1):
        values |= {f"class_{name}_{at}": getattr(one, name) for name in CLASS_FIELDS}
    for at, example in enumerate(plan.examples, 1):
        values |= {f"example_{name}_{at}": getattr(example, name) for name in EXAMPLE_FIELDS}
    return blank(values, version=version)


def numbered(form: FormState, prefix: str, fields: Sequence[str], least: int = 0) -> tuple[int, ...]:
    """The rows to show: those that are filled, and some to spare; `least` at the fewest."""
    used = [
        int(name.rpartition("_")[2])
        for name in form.raw
        if name.startswith(f"{prefix}_") and name.rpartition("_")[2].isdigit() and form.value(name)
    ]
    return tuple(range(1, max(max(used, default=0) + SPARE, least) + 1)) if fields else ()
