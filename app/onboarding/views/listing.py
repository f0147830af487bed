"""All onboardings as a list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.kit import wording
from app.kit.paging import ROWS, link, pager
from app.kit.spreadsheet import Cell, write_csv
from app.kit.templating import Page
from app.kit.ui import Chip, Column, Option, Pager
from app.onboarding.service import Standing
from app.onboarding.views import words

PATH = "/onboarding"
_HEADER = (
    "Vendor", "Evaluation", "State", "Kickoff", "Settled", "Tasks", "Blocking the kickoff", "Late", "Blocked by",
)  # fmt: skip
_SORTS: dict[str, tuple[str, Callable[[Standing], tuple[object, ...]]]] = {
    "vendor": ("Vendor", lambda item: (item.vendor.casefold(),)),
    "kickoff": ("Kickoff", lambda item: (item.onboarding.kickoff, item.vendor)),
    "progress": (
        "Progress",
        lambda item: (item.readiness.settled / max(item.readiness.total, 1), item.vendor),
    ),
    "late": ("Late", lambda item: (item.overdue, item.vendor)),
}
_TROUBLES = (Option("blocked", "Kickoff blocked"), Option("late", "Late tasks"))


@dataclass(frozen=True, slots=True)
class ListFilters:
    """What to show and in which order; '' means all. `trouble` is blocked or late."""

    text: str = ""
    phase: str = ""
    trouble: str = ""
    sort: str = "kickoff"

    def keep(self, item: Standing) -> bool:
        """Whether an onboarding is shown."""
        text = self.text.casefold()
        return (
            (not text or text in item.vendor.casefold() or text in item.evaluation.name.casefold())
            and (not self.phase or words.phase(item) == self.phase)
            and (self.trouble != "blocked" or not item.is_ready)
            and (self.trouble != "late" or item.overdue > 0)
        )

    def apply(self, found: Sequence[Standing]) -> list[Standing]:
        """The onboardings to show, in order."""
        key = _SORTS.get(self.sort.removeprefix("-"), _SORTS["kickoff"])[1]
        return sorted(filter(self.keep, found), key=key, reverse=self.sort.startswith("-"))


@dataclass(frozen=True, slots=True)
class OnboardingRow:
    """A line of the list."""

    href: str
    vendor: str
    evaluation: str
    phase: tuple[str, str]
    kickoff: str
    away: str
    percent: int
    progress: str
    blocked: str
    blocked_by: str
    late: str


@dataclass(frozen=True, slots=True)
class OnboardingListPage(Page):
    """Every vendor that is being taken on."""

    template: ClassVar[str] = "onboarding/list.html"
    partial: ClassVar[str] = "onboarding/_list.html"

    filters: ListFilters
    phases: tuple[Option, ...]
    troubles: tuple[Option, ...]
    chips: tuple[Chip, ...]
    columns: tuple[Column, ...]
    rows: tuple[OnboardingRow, ...]
    pager: Pager
    csv_url: str
    is_filtered: bool


def list_view(found: Sequence[Standing], filters: ListFilters, page: int) -> OnboardingListPage:
    """One page of the list."""
    rows = filters.apply(found)
    query: dict[str, object] = {
        "q": filters.text,
        "state": filters.phase,
        "trouble": filters.trouble,
        "sort": "" if filters.sort == "kickoff" else filters.sort,
    }
    return OnboardingListPage(
        title="Onboarding",
        filters=filters,
        phases=words.PHASE_OPTIONS,
        troubles=_TROUBLES,
        chips=_chips(filters, query),
        columns=_columns(filters, query),
        rows=tuple(_row(item) for item in rows[(page - 1) * ROWS : page * ROWS]),
        pager=pager(PATH, query, page=page, total=len(rows)),
        csv_url=link(f"{PATH}.csv", query),
        is_filtered=bool(filters.text or filters.phase or filters.trouble),
    )


def _chips(filters: ListFilters, query: dict[str, object]) -> tuple[Chip, ...]:
    chips = [Chip(f"“{filters.text}”", link(PATH, query, q=""))] if filters.text else []
    for name, chosen, options in (
        ("state", filters.phase, words.PHASE_OPTIONS),
        ("trouble", filters.trouble, _TROUBLES),
    ):
        chips += [Chip(o.label, link(PATH, query, **{name: ""})) for o in options if o.value == chosen]
    return tuple(chips)


def _columns(filters: ListFilters, query: dict[str, object]) -> tuple[Column, ...]:
    def column(key: str) -> Column:
        now = filters.sort.removeprefix("-") == key
        down = filters.sort.startswith("-")
        wanted = f"-{key}" if now and not down else key
        sort = ("descending" if down else "ascending") if now else ""
        return Column(_SORTS[key][0], link(PATH, query, sort=wanted), sort)

    return (
        column("vendor"), Column("Evaluation"), Column("State"), column("kickoff"), column("progress"),
        Column("Blocked by"), column("late"),
    )  # fmt: skip


def _row(item: Standing) -> OnboardingRow:
    row, phase = item.onboarding, words.phase(item)
    blockers = item.blockers
    return OnboardingRow(
        href=f"/evaluations/{row.evaluation_id}/onboarding?vendor={row.id}",
        vendor=item.vendor,
        evaluation=f"{item.evaluation.label} {item.evaluation.name}",
        phase=(phase, words.PHASE_KINDS[phase]),
        kickoff=wording.day(row.kickoff),
        away=words.days_text(row.kickoff, item.today),
        percent=round(100 * item.readiness.settled / item.readiness.total) if item.tasks else 0,
        progress=f"{item.readiness.settled} of {item.readiness.total}",
        blocked=words.count(len(blockers), "task") if blockers else "",
        blocked_by=blockers[0].title if blockers else "",
        late=str(item.overdue) if item.overdue else "",
    )


def list_csv(found: Sequence[Standing]) -> str:
    """The list as CSV, dates as year-month-day."""
    return write_csv(_HEADER, (_cells(item) for item in found))


def _cells(item: Standing) -> tuple[Cell, ...]:
    ready, blockers = item.readiness, item.blockers
    return (
        item.vendor,
        f"{item.evaluation.label} {item.evaluation.name}",
        words.phase(item),
        item.onboarding.kickoff,
        ready.settled,
        ready.total,
        len(blockers),
        item.overdue,
        "; ".join(task.title for task in blockers),
    )
