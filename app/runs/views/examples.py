"""Good examples as vendors read them, and the form that publishes one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.pilots.drawing import Panel, gold_panel
from app.pilots.service import Outcomes
from app.pilots.service.items import Scenes
from app.runs.models import PilotExample
from app.runs.service import ShownExample


@dataclass(frozen=True, slots=True)
class ExampleView:
    """An item with our labels."""

    item: str
    note: str
    when: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class ExamplePage(Page):
    """Publish an item: `panels` shows what vendors would see; '' as item when it was opened without one."""

    template: ClassVar[str] = "runs/example.html"

    frame: EvaluationFrame
    path: str
    back: str
    item: str
    panels: tuple[Panel, ...]
    form: FormState
    published: tuple[ExampleView, ...]


def example_views(
    rows: Sequence[PilotExample], zone: str, scenes: Scenes, called: Mapping[str, str] | None = None
) -> tuple[ExampleView, ...]:
    """The published examples; `scenes` finds their images for the reader at hand, `called` what it knows them as."""
    names = called or {}
    return tuple(
        ExampleView(
            item=names.get(row.item, row.item),
            note=row.note,
            when=wording.moment(row.created_at, zone),
            panels=ours(ShownExample(row.shown, scenes), 0),
        )
        for row in rows
    )


def ours(outcomes: Outcomes, at: int) -> tuple[Panel, ...]:
    """Our labels of an item alone."""
    return (replace(gold_panel(outcomes, at), name="Our labels"),)


def labels_of(row: PilotExample) -> list[str]:
    """Our labels of an example in words."""
    return list(gold_panel(ShownExample(row.shown, Scenes()), 0).labels)
