"""The work queue and the search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.home.service import Found
from app.kit import wording
from app.kit.paging import link
from app.kit.templating import Page
from app.kit.work import WorkItem


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One thing to do."""

    title: str
    href: str
    subject: str
    note: str
    due: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One of the first things to do in a fresh installation."""

    title: str
    text: str
    action: str
    href: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class WorkPage(Page):
    """What waits for this person."""

    template: ClassVar[str] = "home/work.html"

    rows: tuple[WorkRow, ...]
    first_steps: tuple[FirstStep, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found."""

    name: str
    href: str
    note: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits of one kind; `all_url` leads to the list of all of them."""

    label: str
    hits: tuple[Hit, ...]
    total: int
    all_url: str


@dataclass(frozen=True, slots=True)
class SearchPage(Page):
    """What the words found."""

    template: ClassVar[str] = "home/search.html"

    text: str
    groups: tuple[HitGroup, ...]


def work_view(
    items: Sequence[WorkItem], *, today: date, vendors: int, evaluations: int, may_lead: bool
) -> WorkPage:
    """The work queue; with nothing in it and no evaluation yet, leads see the first steps."""
    return WorkPage(
        title="Work queue",
        rows=tuple(
            WorkRow(
                title=item.title,
                href=item.href,
                subject=item.subject,
                note=item.note,
                due=wording.day(item.due) if item.due else "",
                is_late=bool(item.due and item.due < today),
            )
            for item in items
        ),
        first_steps=_first_steps(vendors) if may_lead and not items and not evaluations else (),
    )


def search_view(text: str, found: Found) -> SearchPage:
    """The hits, by kind; kinds without any are left out."""
    companies = tuple(Hit(row.name, f"/vendors/{row.id}", row.country) for row in found.vendors)
    decisions = tuple(Hit(row.name, f"/evaluations/{row.id}", row.label) for row in found.evaluations)
    query = {"q": text}
    groups = (
        HitGroup("Evaluations", decisions, found.evaluation_total, link("/evaluations", query)),
        HitGroup("Vendors", companies, found.vendor_total, link("/vendors", query)),
    )
    return SearchPage(
        title=f"Search: {text}" if text else "Search",
        text=text,
        groups=tuple(group for group in groups if group.hits),
    )


def _first_steps(vendors: int) -> tuple[FirstStep, ...]:
    return (
        FirstStep(
            "Fill the register",
            "Add the labeling vendors you know, or import your spreadsheet.",
            "Import vendors",
            "/vendors/import",
            is_done=vendors > 0,
        ),
        FirstStep(
            "Open an evaluation",
            "One buying decision, with its governance and the day it is due.",
            "New evaluation",
            "/evaluations/new",
            is_done=False,
        ),
        FirstStep(
            "Say what is needed",
            "Volume, techniques and data class: the register is then matched to it.",
            "See evaluations",
            "/evaluations",
            is_done=False,
        ),
    )
