"""What things are called on screen and on paper."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from app.core.permissions import Role
from app.kit.ui import Option
from app.onboarding.models import Blocks, OnboardingState, OnboardingTask, TaskState, Tier
from app.onboarding.schemas import OWNER_ROLES
from app.onboarding.service import Standing

BLOCKS: Mapping[str, str] = {
    Blocks.DATA: "real data",
    Blocks.SIGNATURE: "signature",
    Blocks.KICKOFF: "kickoff",
    Blocks.PRODUCTION: "production",
    Blocks.NONE: "",
}
MAY_NOT: Mapping[str, str] = {
    Blocks.DATA: "no real data before it",
    Blocks.SIGNATURE: "no signature before it",
    Blocks.KICKOFF: "no kickoff before it",
    Blocks.PRODUCTION: "no production batch before it",
    Blocks.NONE: "only reminds",
}
BLOCK_OPTIONS = tuple(Option(key, MAY_NOT[key].capitalize()) for key in Blocks)
TIERS = (
    Option(Tier.CORE, "Core", "what has to be settled, enough for one person"),
    Option(Tier.FULL, "Full", "every task of the checklist"),
)
STATES: Mapping[str, str] = {state: state.replace("_", " ") for state in TaskState}
STATE_OPTIONS = tuple(
    Option(state, STATES[state].capitalize()) for state in TaskState if state is not TaskState.WAIVED
)
PHASE_OPTIONS = tuple(
    Option(name, name.capitalize()) for name in ("planned", "ready", "started", "done", "cancelled")
)
PHASE_KINDS: Mapping[str, str] = {
    "ready": "ok",
    "started": "info",
    "done": "ok",
    "cancelled": "bad",
    "planned": "",
}


def role_name(role: str) -> str:
    """A role as people say it: 'ML lead'."""
    text = "ML lead" if role == Role.ML_LEAD else role.replace("_", " ")
    return text[:1].upper() + text[1:]


ROLE_OPTIONS = tuple(Option(role, role_name(role)) for role in OWNER_ROLES)


def stage_name(stage: str) -> str:
    """A stage as a heading."""
    return stage.replace("_", " ").capitalize()


def phase(found: Standing) -> str:
    """Where an onboarding stands in a word; a planned one whose kickoff may take place is ready."""
    if found.onboarding.state is OnboardingState.PLANNED and found.is_ready:
        return "ready"
    return found.onboarding.state.value


def owner_name(task: OnboardingTask, people: Mapping[UUID, str]) -> str:
    """The person who owns a task, else the role."""
    return people.get(task.owner_id, "") if task.owner_id else ""


def state_badge(found: Standing, task: OnboardingTask) -> tuple[str, str]:
    """The state of a task as (word, kind)."""
    if task.state is TaskState.WAIVED and not found.is_settled(task):
        return "waiver ended", "bad"
    kinds = {TaskState.DONE: "ok", TaskState.WAIVED: "warn", TaskState.DOING: "info"}
    return STATES[task.state], kinds.get(task.state, "")


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: '1 task', '3 tasks'."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def verdict(found: Standing, listed: Sequence[str]) -> tuple[str, str, str]:
    """Whether the vendor may start, as (sentence, what it waits for, kind); `listed` are the blockers in words."""
    ready = found.readiness
    if not found.tasks:
        return "The checklist is empty, so nothing may start", "Add the first task.", "bad"
    if not ready.kickoff.open:
        waiting = len(ready.kickoff.waits_for)
        verb = "blocks" if waiting == 1 else "block"
        kind = "bad" if found.onboarding.kickoff <= found.today else "warn"
        return f"{count(waiting, 'task')} {verb} the kickoff", _few(listed), kind
    if ready.production.open:
        return "The kickoff may take place, and production may begin", "", "ok"
    waiting = len(ready.production.waits_for)
    return "The kickoff may take place", f"{count(waiting, 'task')} still to settle before production.", "ok"


def days_text(day: date, today: date) -> str:
    """How far away a date is: 'in 12 days', 'today', '3 days ago'."""
    away = (day - today).days
    if away == 0:
        return "today"
    return f"in {count(away, 'day')}" if away > 0 else f"{count(-away, 'day')} ago"


def _few(listed: Sequence[str], most: int = 3) -> str:
    more = [f"and {len(listed) - most} more"] if len(listed) > most else []
    return "; ".join([*listed[:most], *more])
