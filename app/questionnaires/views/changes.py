"""What is different between two versions of a questionnaire."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from app.core.questionnaire import Change
from app.kit.templating import Page
from app.kit.ui import Crumb, Option
from app.questionnaires.service import Template
from app.questionnaires.views.editor import crumbs_of
from app.questionnaires.views.spelling import spell_plain

_KINDS = {"added": ("added", "ok"), "removed": ("removed", "bad"), "changed": ("changed", "info")}


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """What one key was and is."""

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """What happened to the head, a section or a question."""

    title: str
    text: str
    badge: tuple[str, str]
    lines: tuple[DifferenceLine, ...]


@dataclass(frozen=True, slots=True)
class ChangesPage(Page):
    """What is different between two versions."""

    template: ClassVar[str] = "questionnaires/changes.html"

    crumbs: tuple[Crumb, ...]
    url: str
    before: str
    after: str
    versions: tuple[Option, ...]
    cards: tuple[ChangeCard, ...]


def changes_view(
    old: Template, new: Template, found: Iterable[Change], versions: Iterable[Template]
) -> ChangesPage:
    """What is different between two versions."""
    cards = tuple(
        ChangeCard(
            title=f"{change.subject.capitalize()} {change.id}".strip(),
            text=change.text,
            badge=_KINDS[change.kind],
            lines=tuple(
                DifferenceLine(each.key.replace("_", " "), spell_plain(each.before), spell_plain(each.after))
                for each in change.differences
            ),
        )
        for change in found
    )
    return ChangesPage(
        title=f"Changes: {new.title}",
        crumbs=crumbs_of(new, inside=False),
        url=f"/questionnaires/{new.key}/changes",
        before=str(old.number),
        after=str(new.number),
        versions=tuple(Option(str(each.number), f"Version {each.number}") for each in versions),
        cards=cards,
    )
