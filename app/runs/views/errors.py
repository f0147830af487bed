"""A vendor's own errors after the close: item by item beside our labels, with the form that contests one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from app.kit import paging, wording
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import Option, Pager
from app.pilots.drawing import Panel, blind_panel, compared_panel, gold_panel, legend_of
from app.pilots.service import Outcomes
from app.reviews.models import ItemContest, Ruling
from app.runs.service import OwnError, OwnErrors, PartAccess

ROWS = 20  # each is drawn
YOURS = "Yours"
RULINGS = {
    Ruling.STANDS: ("our label stands", ""),
    Ruling.WRONG: ("you were right, our label is corrected", "ok"),
    Ruling.EXCLUDE: ("the item counts for nobody", "ok"),
}
STATES = (Option("open", "Not contested"), Option("contested", "Contested"), Option("answered", "Answered"))


@dataclass(frozen=True, slots=True)
class ContestView:
    """A contest with its answer; `withdraw_action` '' hides the button."""

    item: str
    reason: str
    when: str
    state: tuple[str, str]
    answer: str
    withdraw_action: str


@dataclass(frozen=True, slots=True)
class ErrorView:
    """One item; `form` contests it, None where it cannot be."""

    item: str
    called: str
    errors: tuple[str, ...]
    panels: tuple[Panel, ...]
    contest: ContestView | None
    form: FormState | None


@dataclass(frozen=True, slots=True)
class ErrorsPage(Page):
    """The vendor's errors; `hidden` says why there are none to see, and `may_show` that a button shows them."""

    template: ClassVar[str] = "runs/errors.html"

    base: str
    back: str
    hidden: str
    may_show: bool
    problem: str
    window: str
    is_open: bool
    legend: str
    kinds: tuple[Option, ...]
    kind: str
    states: tuple[Option, ...]
    state: str
    rows: tuple[ErrorView, ...]
    others: tuple[ContestView, ...]
    pager: Pager
    csv_url: str
    nonce: str


@dataclass(frozen=True, slots=True)
class ErrorFilter:
    """Which errors: of a kind, and how far a contest is."""

    kind: str = ""
    state: str = ""

    def lines(self, own: OwnErrors) -> list[OwnError]:
        """The errors that fit."""
        return [one for one in own.lines if self._fits(one)]

    def _fits(self, one: OwnError) -> bool:
        if self.kind and self.kind not in one.errors:
            return False
        return not self.state or self.state == contest_state(one.contest)


def contest_state(contest: ItemContest | None) -> str:
    """How far a contest is: open (none), contested, answered."""
    if contest is None:
        return "open"
    return "answered" if contest.answered_at else "contested"


def errors_view(
    found: PartAccess,
    own: OwnErrors,
    wanted: ErrorFilter,
    page: int = 1,
    came_back: tuple[str, FormState] | None = None,
    *,
    may_show: bool = False,
) -> ErrorsPage:
    """The page; `came_back` is an item with the form that was refused."""
    base = f"/pilot-work/{found.part.id}/errors"
    lines, query = wanted.lines(own), {"kind": wanted.kind, "state": wanted.state}
    shown = lines[(page - 1) * ROWS : page * ROWS]
    if came_back and came_back[0] not in {one.item for one in shown}:
        shown = [one for one in own.lines if one.item == came_back[0]] + shown
    kinds = sorted({kind for one in own.lines for kind in one.errors})
    listed = {one.item for one in own.lines}
    zone = found.evaluation.time_zone
    return ErrorsPage(
        title="Your errors",
        base=base,
        back=f"/pilot-work/{found.part.id}",
        hidden=own.hidden,
        may_show=may_show,
        problem=_problem(own, came_back),
        window=window_words(found, own),
        is_open=own.may_contest,
        legend=legend_of(own.outcomes.kind) if own.outcomes and found.run.shows_gold else "",
        kinds=tuple(Option(kind, kind.replace("_", " ")) for kind in kinds),
        kind=wanted.kind,
        states=STATES,
        state=wanted.state,
        rows=tuple(_row(found, own, own.outcomes, one, came_back) for one in shown if own.outcomes),
        others=tuple(
            contest_view(one, zone, base, own.may_contest) for one in own.contests if one.item not in listed
        ),
        pager=paging.pager(base, query, page=page, total=len(lines), rows=ROWS),
        csv_url=paging.link(f"{base}.csv", query),
        nonce=blank().nonce,
    )


def _problem(own: OwnErrors, came_back: tuple[str, FormState] | None) -> str:
    """Why a contest was refused, where no form of the page says it."""
    if came_back is None:
        return ""
    line = next((one for one in own.lines if one.item == came_back[0]), None)
    if own.may_contest and line is not None and line.contest is None:
        return ""
    return " ".join(one.message for one in came_back[1].errors)


def window_words(found: PartAccess, own: OwnErrors) -> str:
    """Until when errors can be contested, in the evaluation's time zone."""
    if not found.run.contest_days or own.last_day is None:
        return "Errors of this pilot are not contested here; write to your contact person."
    day, zone = wording.day(own.last_day), found.evaluation.time_zone
    if own.may_contest:
        return f"You can contest single items until the end of {day} ({zone})."
    return f"Items could be contested until the end of {day} ({zone})."


def _row(
    found: PartAccess,
    own: OwnErrors,
    outcomes: Outcomes,
    one: OwnError,
    came_back: tuple[str, FormState] | None,
) -> ErrorView:
    base = f"/pilot-work/{found.part.id}/errors"
    form = None
    if own.may_contest and one.contest is None:
        form = came_back[1] if came_back and came_back[0] == one.item else blank()
    zone = found.evaluation.time_zone
    return ErrorView(
        item=one.item,
        called=one.called,
        errors=error_words(one.errors),
        panels=_panels(outcomes, own.code, one.at, shows_gold=found.run.shows_gold),
        contest=contest_view(one.contest, zone, base, own.may_contest) if one.contest else None,
        form=form,
    )


def error_words(errors: Mapping[str, int]) -> tuple[str, ...]:
    """How often in which way: ('2 missing', '1 extra')."""
    words = tuple(f"{count} {kind.replace('_', ' ')}" for kind, count in errors.items())
    return words or ("differs from our text",)


def _panels(outcomes: Outcomes, code: str, at: int, *, shows_gold: bool) -> tuple[Panel, ...]:
    if not shows_gold:
        return (blind_panel(outcomes, code, at, YOURS),)
    yours = replace(compared_panel(outcomes, code, at, YOURS), errors=())
    return (replace(gold_panel(outcomes, at), name="Ours"), yours)


def contest_view(one: ItemContest, zone: str, base: str, may_withdraw: bool) -> ContestView:
    """A contest as its vendor reads it."""
    answered = one.answered_at is not None
    state = ("waits for our decision", "info")
    if one.ruling is not None:
        state = RULINGS[one.ruling]
    return ContestView(
        item=one.item,
        reason=one.reason,
        when=wording.moment(one.created_at, zone),
        state=state,
        answer=one.answer,
        withdraw_action=f"{base}/{one.id}/withdraw" if may_withdraw and not answered else "",
    )


CSV_HEAD = ("item", "errors", "contested", "ruling", "answer")


def csv_rows(lines: Sequence[OwnError]) -> list[list[str]]:
    """The errors as rows of a table."""
    return [
        [
            one.called,
            "; ".join(error_words(one.errors)),
            one.contest.reason if one.contest else "",
            one.contest.ruling.value if one.contest and one.contest.ruling else "",
            one.contest.answer if one.contest else "",
        ]
        for one in lines
    ]
