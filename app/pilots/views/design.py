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
from app.pilots.schemas import SizingIn
from app.pilots.wording import least_words


@dataclass(frozen=True, slots=True)
class SizePage(Page):
    """The planner; `facts` are empty while the assumptions cannot be."""

    template: ClassVar[str] = "pilots/size.html"

    frame: EvaluationFrame
    form: FormState
    path: str
    back: str
    sentence: str
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


def size_sentence(found: Plan, told: SizingIn) -> str:
    """How many items, what for, and what they will show: in the words of the results page."""
    if found.items is None:
        return ""
    between = (
        f"between any two of {told.vendors} candidates (all {found.pairs} pairs compared at once)"
        if told.vendors > 2
        else "between two candidates"
    )
    return (
        f"Label {wording.number(found.items)} items, the same for everybody, to find a true difference of "
        f"{told.difference:g} ({100 * told.difference:g} points) {between}. "
        f"{least_words(found.items, found.detectable, power=told.power)}"
    )


def size_facts(found: Plan) -> tuple[Fact, ...]:
    """What the planner says."""
    return (
        Fact("Items needed", wording.number(found.items)),
        Fact(
            f"“At least {found.claim:.0%} right” needs",
            f"{wording.number(found.error_free)} items without an error",
            "whoever claims it; with errors it takes more",
        ),
    )


def mix_text(pilot: Pilot, names: tuple[str, ...]) -> str:
    """One line per stratum, with its weight where one was given."""
    return "\n".join(f"{name} = {pilot.mix[name]:g}" if name in pilot.mix else f"{name} = " for name in names)
