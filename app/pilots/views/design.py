"""The size of a pilot and its production mix, as forms."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.pilots.planner import Plan
from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Fact
from app.pilots.models import Pilot


@dataclass(frozen=True, slots=True)
class SizePage(Page):
    """The planner; `facts` are empty while the assumptions cannot be."""

    template: ClassVar[str] = "pilots/size.html"

    frame: EvaluationFrame
    form: FormState
    path: str
    back: str
    facts: tuple[Fact, ...]
    take: str


@dataclass(frozen=True, slots=True)
class MixPage(Page):
    """What strata weigh in production."""

    template: ClassVar[str] = "pilots/mix.html"

    frame: EvaluationFrame
    form: FormState
    action: str
    back: str
    names: tuple[str, ...]


def size_facts(found: Plan) -> tuple[Fact, ...]:
    """What the planner says."""
    shown = wording.percent(found.detectable, 1) if found.detectable else wording.DASH
    return (
        Fact("Items needed", wording.number(found.items), f"for {found.pairs} comparisons at once"),
        Fact("They really show", f"differences from {shown}"),
        Fact(
            f"“At least {found.claim:.0%}” needs",
            f"{wording.number(found.error_free)} items without an error",
        ),
    )


def mix_text(pilot: Pilot, names: tuple[str, ...]) -> str:
    """One line per stratum, with its weight where one was given."""
    return "\n".join(f"{name} = {pilot.mix[name]:g}" if name in pilot.mix else f"{name} = " for name in names)
