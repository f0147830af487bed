"""The evaluations as a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.evaluations import service
from app.evaluations.frame import badges, volume_text
from app.evaluations.models import Evaluation, EvaluationState, StepName, StepState
from app.evaluations.views.terms import words
from app.kit import wording
from app.kit.paging import link, pager
from app.kit.templating import Page
from app.kit.ui import Chip, Column, Option, Pager

EXPORT = ("number", "name", "state", "governance", "decide_by", "next_step")
STATES = tuple(Option(state.value, words(state)) for state in EvaluationState)
Steps = Mapping[UUID, Mapping[StepName, StepState]]


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """A line of the list."""

    label: str
    name: str
    href: str
    need: str
    next_step: str
    progress: int
    progress_text: str
    decide_by: str
    is_late: bool
    governance: str
    badges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EvaluationListPage(Page):
    """Evaluations with filters."""

    template: ClassVar[str] = "evaluations/list.html"
    partial: ClassVar[str] = "evaluations/_list.html"

    text: str
    state: str
    states: tuple[Option, ...]
    sort: str
    chips: tuple[Chip, ...]
    columns: tuple[Column, ...]
    rows: tuple[EvaluationRow, ...]
    pager: Pager
    csv_url: str
    excel_url: str
    may_create: bool
    is_filtered: bool


def list_view(
    query: Mapping[str, str],
    found: Sequence[Evaluation],
    steps: Steps,
    total: int,
    *,
    page: int,
    today: date,
    may_create: bool,
) -> EvaluationListPage:
    """The list page; `query` holds q, state and sort as they stand in the address."""
    here = "/evaluations"
    chips = [Chip(f"“{query['q']}”", link(here, query, q=""))] if query["q"] else []
    if query["state"]:
        chips.append(Chip(f"State: {words(query['state'])}", link(here, query, state="")))
    return EvaluationListPage(
        title="Evaluations",
        text=query["q"],
        state=query["state"],
        states=STATES,
        sort=query["sort"],
        chips=tuple(chips),
        columns=_columns(query),
        rows=tuple(_row(row, steps[row.id], today) for row in found),
        pager=pager(here, query, page=page, total=total),
        csv_url=link(f"{here}.csv", query),
        excel_url=link(f"{here}.xlsx", query),
        may_create=may_create,
        is_filtered=bool(chips),
    )


def export_rows(found: Sequence[Evaluation], steps: Steps) -> list[list[str | date | None]]:
    """The cells of an export, in the order of `EXPORT`."""
    return [
        [
            row.label,
            row.name,
            row.state.value,
            row.governance.value,
            row.decide_by,
            service.next_step(steps[row.id]) or "",
        ]
        for row in found
    ]


def _columns(query: Mapping[str, str]) -> tuple[Column, ...]:
    now = query["sort"] or "-number"

    def column(label: str, key: str) -> Column:
        state = {key: "ascending", f"-{key}": "descending"}.get(now, "")
        wanted = f"-{key}" if state == "ascending" else key
        return Column(label, link("/evaluations", query, sort=wanted), state)

    return (
        column("Number", "number"),
        column("Evaluation", "name"),
        Column("Need"),
        Column("Journey"),
        column("Decide by", "decide"),
        Column("Governance"),
    )


def _row(row: Evaluation, states: Mapping[StepName, StepState], today: date) -> EvaluationRow:
    ended = sum(state in (StepState.DONE, StepState.SKIPPED) for state in states.values())
    step = service.next_step(states)
    is_open = row.state is EvaluationState.OPEN
    return EvaluationRow(
        label=row.label,
        name=row.name,
        href=f"/evaluations/{row.id}",
        need=volume_text(service.need_of(row)) or "–",
        next_step=words(step) if step and is_open else "",
        progress=100 * ended // len(states),
        progress_text=f"{ended} of {len(states)}",
        decide_by=wording.day(row.decide_by),
        is_late=bool(is_open and row.decide_by and row.decide_by < today),
        governance=words(row.governance),
        badges=badges(row),
    )
