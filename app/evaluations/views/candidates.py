"""Candidates: the list, the ways in, and one candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.evaluations.frame import EvaluationFrame
from app.evaluations.models import SearchLogEntry, Stage
from app.evaluations.service import FAR, CandidateView
from app.evaluations.views.match import Match
from app.evaluations.views.terms import STAGE_KINDS, channel_name, channels, stages, words
from app.kit import wording
from app.kit.forms import FormState
from app.kit.paging import link
from app.kit.templating import Page
from app.kit.ui import Column, Option

EXPORT = ("vendor", "stage", "reason", "channel", "match", "since")
SHOW = (
    Option("in", "Still in"),
    Option("shortlist", "Shortlist and beyond"),
    Option("out", "Declined or withdrawn"),
)
_ORDER = {stage: place for place, stage in enumerate(Stage)}


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A line of the longlist."""

    id: str
    name: str
    href: str
    code: str
    stage: str
    kind: str
    reason: str
    channel: str
    match: str
    since: str
    is_in_house: bool
    is_out: bool


@dataclass(frozen=True, slots=True)
class SearchLine:
    """A search that was made."""

    channel: str
    query: str
    outcome: str
    when: str
    who: str


@dataclass(frozen=True, slots=True)
class CandidatesPage(Page):
    """The longlist with its moves, and the search log."""

    template: ClassVar[str] = "evaluations/candidates.html"
    partial: ClassVar[str] = "evaluations/_candidates.html"

    frame: EvaluationFrame
    show: str
    shows: tuple[Option, ...]
    sort: str
    columns: tuple[Column, ...]
    rows: tuple[CandidateRow, ...]
    total: int
    csv_url: str
    excel_url: str
    move_action: str
    move_form: FormState
    stages: tuple[Option, ...]
    searches: tuple[SearchLine, ...]
    log_form: FormState
    channels: tuple[Option, ...]
    may_move: bool
    shows_codes: bool
    offers_in_house: bool


def chosen(candidates: Sequence[CandidateView], show: str, sort: str) -> list[CandidateView]:
    """The candidates of a filter, in order; `sort` is name or stage with - for descending, '' as they came."""
    found = [view for view in candidates if _fits(view, show)]
    key = {"name": _by_name, "stage": _by_stage}.get(sort.removeprefix("-"))
    return sorted(found, key=key, reverse=sort.startswith("-")) if key else found


def _fits(view: CandidateView, show: str) -> bool:
    if show == "shortlist":
        return view.candidate.stage in FAR
    return show not in ("in", "out") or view.is_out == (show == "out")


def _by_name(view: CandidateView) -> tuple[int, str]:
    return 0, view.vendor.name_key


def _by_stage(view: CandidateView) -> tuple[int, str]:
    return _ORDER[view.candidate.stage], view.vendor.name_key


def candidates_view(
    frame: EvaluationFrame,
    candidates: Sequence[CandidateView],
    *,
    show: str,
    sort: str,
    matches: Mapping[UUID, Match],
    searches: tuple[SearchLine, ...],
    move_form: FormState,
    log_form: FormState,
    may_move: bool,
    shows_codes: bool,
) -> CandidatesPage:
    """The longlist; `matches` are by vendor."""
    here, query = f"{frame.base}/candidates", {"show": show, "sort": sort}
    return CandidatesPage(
        title=f"Candidates of {frame.name}",
        frame=frame,
        show=show,
        shows=SHOW,
        sort=sort,
        columns=_columns(here, query, shows_codes=shows_codes),
        rows=tuple(
            _row(frame, view, matches, shows_codes=shows_codes) for view in chosen(candidates, show, sort)
        ),
        total=len(candidates),
        csv_url=link(f"{here}.csv", query),
        excel_url=link(f"{here}.xlsx", query),
        move_action=link(f"{here}/move", query),
        move_form=move_form,
        stages=stages(),
        searches=searches,
        log_form=log_form,
        channels=channels(),
        may_move=may_move,
        shows_codes=shows_codes,
        offers_in_house=may_move and bool(candidates) and not any(view.is_in_house for view in candidates),
    )


def export_rows(candidates: Sequence[CandidateView], matches: Mapping[UUID, Match]) -> list[list[str]]:
    """The cells of an export, in the order of `EXPORT`."""
    return [
        [
            view.name,
            view.candidate.stage.value,
            view.candidate.stage_reason,
            channel_name(view.candidate.channel),
            matches[view.vendor.id].text,
            view.candidate.created_at.date().isoformat(),
        ]
        for view in candidates
    ]


def search_lines(
    searches: Sequence[SearchLogEntry], names: Mapping[UUID, str], zone: str
) -> tuple[SearchLine, ...]:
    """The search log as shown."""
    return tuple(
        SearchLine(
            channel=channel_name(row.channel),
            query=row.query,
            outcome=row.outcome,
            when=wording.moment(row.created_at, zone),
            who=names.get(row.actor_id, ""),
        )
        for row in searches
    )


def _columns(here: str, query: Mapping[str, str], *, shows_codes: bool) -> tuple[Column, ...]:
    def column(label: str, key: str) -> Column:
        state = {key: "ascending", f"-{key}": "descending"}.get(query["sort"], "")
        wanted = f"-{key}" if state == "ascending" else key
        return Column(label, link(here, query, sort=wanted), state)

    codes = (Column("Code"),) if shows_codes else ()
    return (
        column("Vendor", "name"),
        column("Stage", "stage"),
        Column("Match", numeric=True),
        Column("Came through"),
        *codes,
        Column("In since"),
    )


def _row(
    frame: EvaluationFrame, view: CandidateView, matches: Mapping[UUID, Match], *, shows_codes: bool
) -> CandidateRow:
    row = view.candidate
    return CandidateRow(
        id=str(row.id),
        name=view.name,
        href=f"{frame.base}/candidates/{row.id}",
        code=row.code if shows_codes else "",
        stage=words(row.stage),
        kind="bad" if view.is_out else STAGE_KINDS.get(row.stage, ""),
        reason=row.stage_reason,
        channel=channel_name(row.channel),
        match=wording.DASH if view.is_in_house else matches[view.vendor.id].text,
        since=wording.day(row.created_at),
        is_in_house=view.is_in_house,
        is_out=view.is_out,
    )
