"""The instructions as pages show them."""

from dataclasses import dataclass

from app.kit.ui import Fact
from app.runs.schemas import ClassIn, LabelingPlanIn


@dataclass(frozen=True, slots=True)
class InstructionsView:
    """The instructions as a page shows them."""

    number: int
    steps: tuple[str, ...]
    classes: tuple[Fact, ...]
    examples: tuple[tuple[str, str, str], ...]
    mistakes: tuple[str, ...]
    in_doubt: str
    checked: str
    channel: str
    location: str
    reason: str


def instructions_view(plan: LabelingPlanIn, number: int, reason: str) -> InstructionsView:
    """The instructions for a page."""
    return InstructionsView(
        number=number,
        steps=_lines(plan.steps),
        classes=tuple(Fact(one.name, one.definition, _class_note(one)) for one in plan.ontology),
        examples=tuple((one.right, one.wrong, one.reason) for one in plan.examples),
        mistakes=_lines(plan.mistakes),
        in_doubt=plan.in_doubt,
        checked=plan.checked,
        channel=plan.channel,
        location=plan.location,
        reason=reason,
    )


def _class_note(one: ClassIn) -> str:
    parts = [
        ("Includes", one.includes),
        ("Excludes", one.excludes),
        (f"Not {one.confused_with}", one.decide if one.confused_with else ""),
    ]
    return " · ".join(f"{term}: {text}" for term, text in parts if text)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
