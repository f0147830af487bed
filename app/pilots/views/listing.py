"""The items that are handed out: the list, and the forms that replace it and its images."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from app.core.formats.item_list import ListedItem, Role
from app.evaluations.frame import EvaluationFrame
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Fact, Option, Pager

ROLES: Mapping[Role, str] = {
    Role.SCORED: "scored",
    Role.PRACTICE: "practice, never counts",
    Role.REPEAT: "hidden repeat",
    Role.PLANTED: "planted ambiguity",
    Role.SURGE: "surge day",
}
KINDS = {Role.PRACTICE: "", Role.REPEAT: "info", Role.PLANTED: "warn", Role.SURGE: "info"}
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One item of the list."""

    item: str
    role: str
    kind: str
    about: str
    stratum: str
    text: str
    image: str


@dataclass(frozen=True, slots=True)
class ItemListPage(Page):
    """The item list with filters, and both uploads."""

    template: ClassVar[str] = "pilots/item_list.html"

    frame: EvaluationFrame
    path: str
    base: str
    has_list: bool
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    roles: tuple[Option, ...]
    role: str
    text: str
    rows: tuple[ListedRow, ...]
    has_images: bool
    pager: Pager
    csv_url: str
    may_change: bool
    may_list: bool
    form: FormState


def row_of(one: ListedItem, image: str) -> ListedRow:
    """One item as a row; `image` is the address of its image, '' for none."""
    about = f"of {one.repeat_of}" if one.repeat_of else one.question
    text = one.text if len(one.text) <= _SHOWN else f"{one.text[: _SHOWN - 1]}…"
    return ListedRow(one.item, ROLES[one.role], KINDS.get(one.role, ""), about, one.stratum, text, image)


def wanted(items: tuple[ListedItem, ...], role: str, text: str) -> list[ListedItem]:
    """The items of a role whose name or text holds some words; '' is any."""
    folded = text.strip().casefold()
    return [
        one
        for one in items
        if (not role or one.role.value == role)
        and (not folded or folded in one.item.casefold() or folded in one.text.casefold())
    ]
