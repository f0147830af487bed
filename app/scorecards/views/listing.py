"""The list of the library: filters, order, rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from app.core.scoring import weights_of
from app.core.scoring.effort import rated_criteria
from app.core.taxonomy import Taxonomy
from app.kit.templating import Page
from app.kit.ui import Chip, Column, Option
from app.kit.wording import percent
from app.scorecards.service import ScorecardView

STATES = (("shipped", "Shipped"), ("own", "Our own"), ("draft", "Drafts"), ("retired", "Retired"))
SORTS: dict[str, Callable[[ScorecardView], Any]] = {
    "name": lambda view: view.name.casefold(),
    "criteria": lambda view: len(view.scorecard.criteria),
    "must_haves": lambda view: len(view.scorecard.requirements),
    "ratings": lambda view: len(rated_criteria(view.scorecard)),
}
HEADS = ("Criteria", "criteria"), ("Must-haves", "must_haves"), ("Ratings a candidate", "ratings")
EXPORT = ("name", "version", "state", "data", "groups", "criteria", "must_haves", "ratings_per_candidate")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list: words, a kind of data, a state; and its order (`-` turns it round)."""

    text: str = ""
    data: str = ""
    state: str = ""
    sort: str = "name"

    def url(self, path: str = "/scorecards", **changes: str) -> str:
        """The list's address with some of it changed; defaults are left out."""
        values = {"q": self.text, "data": self.data, "state": self.state, "sort": self.sort, **changes}
        wanted = {key: value for key, value in values.items() if value and (key, value) != ("sort", "name")}
        return f"{path}?{urlencode(wanted)}" if wanted else path

    @property
    def order(self) -> str:
        """The key of `SORTS`; what is unknown sorts by name."""
        key = self.sort.removeprefix("-")
        return key if key in SORTS else "name"


@dataclass(frozen=True, slots=True)
class ScorecardRow:
    """A line of the library; `pick` is how the compare form names it."""

    name: str
    href: str
    pick: str
    label: str
    badges: tuple[tuple[str, str], ...]
    data: str
    groups: str
    criteria: int
    requirements: int
    ratings: int


@dataclass(frozen=True, slots=True)
class ScorecardListPage(Page):
    """The library."""

    template: ClassVar[str] = "scorecards/list.html"
    partial: ClassVar[str] = "scorecards/_list.html"

    text: str
    data: str
    state: str
    sort: str
    kinds: tuple[Option, ...]
    states: tuple[Option, ...]
    chips: tuple[Chip, ...]
    columns: tuple[Column, ...]
    rows: tuple[ScorecardRow, ...]
    csv_url: str
    xlsx_url: str
    may_edit: bool


def narrowed(views: Sequence[ScorecardView], filters: Filters) -> list[ScorecardView]:
    """The scorecards that fit the filters, in their order."""
    words = filters.text.casefold().split()
    found = [
        view
        for view in views
        if all(word in f"{view.name} {view.key}".casefold() for word in words)
        and (not filters.data or filters.data in view.data_types)
        and _in_state(view, filters.state)
    ]
    # Ties keep the order of names, whichever way the list is turned.
    found.sort(key=SORTS["name"])
    return sorted(found, key=SORTS[filters.order], reverse=filters.sort.startswith("-"))


def _in_state(view: ScorecardView, state: str) -> bool:
    held = {
        "shipped": not view.is_own,
        "own": view.is_own,
        "draft": view.is_draft,
        "retired": view.is_retired,
    }
    return held.get(state, True)


def list_view(
    found: Sequence[ScorecardView],
    every: Sequence[ScorecardView],
    filters: Filters,
    taxonomy: Taxonomy,
    *,
    may_edit: bool,
) -> ScorecardListPage:
    """The library, narrowed; `every` scorecard says which kinds of data can be asked for."""
    used = {name for view in every for name in view.data_types}
    kinds = tuple(Option(term.id, term.name) for term in taxonomy.data_types.values() if term.id in used)
    states = tuple(Option(value, label) for value, label in STATES)
    return ScorecardListPage(
        "Scorecards",
        text=filters.text,
        data=filters.data,
        state=filters.state,
        sort=filters.sort,
        kinds=kinds,
        states=states,
        chips=_chips(filters, {option.value: option.label for option in (*kinds, *states)}),
        columns=_columns(filters),
        rows=tuple(_row(view, taxonomy) for view in found),
        csv_url=filters.url("/scorecards.csv"),
        xlsx_url=filters.url("/scorecards.xlsx"),
        may_edit=may_edit,
    )


def _chips(filters: Filters, labels: dict[str, str]) -> tuple[Chip, ...]:
    active = (
        ("q", filters.text, f"“{filters.text}”"),
        ("data", filters.data, ""),
        ("state", filters.state, ""),
    )
    return tuple(
        Chip(shown or labels.get(value, value), filters.url(**{key: ""}))
        for key, value, shown in active
        if value
    )


def _columns(filters: Filters) -> tuple[Column, ...]:
    def head(label: str, key: str, *, numeric: bool) -> Column:
        if filters.order != key:
            return Column(label, filters.url(sort=key if key == "name" else f"-{key}"), "", numeric)
        falls = filters.sort.startswith("-")
        turned = filters.url(sort=key if falls else f"-{key}")
        return Column(label, turned, "descending" if falls else "ascending", numeric)

    return (
        Column("Compare"),
        head("Scorecard", "name", numeric=False),
        Column("Groups and weights"),
        *(head(label, key, numeric=True) for label, key in HEADS),
        Column("State"),
    )


def _row(view: ScorecardView, taxonomy: Taxonomy) -> ScorecardRow:
    weights = weights_of(view.scorecard)
    groups = ", ".join(
        f"{group.name} {percent(weights.of_group(at) / weights.whole)}"
        for at, group in enumerate(view.scorecard.groups)
    )
    return ScorecardRow(
        view.name,
        address(view),
        f"{view.key}@{view.number}" if view.is_own else view.key,
        view.label,
        badges(view),
        data_words(view, taxonomy),
        groups,
        len(view.scorecard.criteria),
        len(view.scorecard.requirements),
        len(rated_criteria(view.scorecard)),
    )


def export_rows(found: Sequence[ScorecardView], taxonomy: Taxonomy) -> list[list[str | int]]:
    """The list as a table, with the heading `EXPORT`."""
    rows = [(view, _row(view, taxonomy)) for view in found]
    return [
        [row.name, row.label, view.state, row.data, row.groups, row.criteria, row.requirements, row.ratings]
        for view, row in rows
    ]


def address(view: ScorecardView) -> str:
    """Where a version is shown; a retired one is named by its number."""
    return f"/scorecards/{view.key}" + (f"?number={view.number}" if view.is_retired else "")


def data_words(view: ScorecardView, taxonomy: Taxonomy) -> str:
    """The kinds of data by name."""
    known = taxonomy.data_types
    return ", ".join(known[name].name if name in known else name for name in view.data_types)


def badges(view: ScorecardView) -> tuple[tuple[str, str], ...]:
    """Shipped, or own with its state."""
    if not view.is_own:
        return (("shipped", "info"),)
    return (("own", ""), (view.state, {"draft": "warn", "published": "ok"}.get(view.state, "")))
