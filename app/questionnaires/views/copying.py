"""The forms that begin a questionnaire: blank, a copy, or from a file."""

from dataclasses import dataclass
from typing import ClassVar

from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Crumb

CRUMBS = (Crumb("Questionnaires", "/questionnaires"),)


@dataclass(frozen=True, slots=True)
class CopyPage(Page):
    """Title and address of a new draft."""

    template: ClassVar[str] = "questionnaires/copy.html"

    crumbs: tuple[Crumb, ...]
    action: str
    cancel: str
    form: FormState


@dataclass(frozen=True, slots=True)
class ImportPage(Page):
    """A YAML file, or the way to a spreadsheet."""

    template: ClassVar[str] = "questionnaires/import.html"

    crumbs: tuple[Crumb, ...]
    form: FormState


def new_view(form: FormState) -> CopyPage:
    """The form for a blank draft."""
    return CopyPage("New questionnaire", CRUMBS, "/questionnaires/new", "/questionnaires", form)
