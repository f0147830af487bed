"""Forms of the library: fork, edit, import."""

from dataclasses import dataclass
from typing import ClassVar

from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Crumb


@dataclass(frozen=True, slots=True)
class ForkPage(Page):
    """Make an own copy."""

    template: ClassVar[str] = "scorecards/fork.html"

    crumbs: tuple[Crumb, ...]
    action: str
    cancel: str
    form: FormState


@dataclass(frozen=True, slots=True)
class EditPage(Page):
    """Edit a draft as text."""

    template: ClassVar[str] = "scorecards/edit.html"

    crumbs: tuple[Crumb, ...]
    action: str
    cancel: str
    form: FormState


@dataclass(frozen=True, slots=True)
class ImportPage(Page):
    """Take a file in."""

    template: ClassVar[str] = "scorecards/import.html"

    crumbs: tuple[Crumb, ...]
    form: FormState
