"""Pages of the blind review: the list with its form, one review's figures, one item to judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from markupsafe import Markup

from app.charts import forest_cell, forest_window
from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Fact, Option
from app.pilots.drawing import Exhibit, Panel
from app.reviews.models import Fault, PilotReview, ReviewTask, Thumb, Verdict
from app.reviews.service import Acceptance, ReviewSummary

FAULTS = (*(Option(one.value, one.value.replace("_", " ").capitalize()) for one in Fault), Option("", "None"))
THUMBS = (Option(Thumb.UP.value, "Up"), Option(Thumb.DOWN.value, "Down"), Option("", "None"))
VERDICT_WORDS = {Verdict.ACCEPT: "accepted", Verdict.FIX: "fix and accept", Verdict.REJECT: "rejected"}
VERDICT_KINDS = {Verdict.ACCEPT: "ok", Verdict.FIX: "warn", Verdict.REJECT: "bad"}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One review of the list, with what the reader was given in it."""

    name: str
    href: str
    facts: str
    state: str
    kind: str
    own: str
    share: float
    next_href: str


@dataclass(frozen=True, slots=True)
class ReviewsPage(Page):
    """The reviews of a pilot and, for leads, the form that starts one."""

    template: ClassVar[str] = "reviews/reviews.html"

    frame: EvaluationFrame
    base: str
    rows: tuple[ReviewRow, ...]
    form: FormState
    may_start: bool
    reviewers: tuple[Option, ...]
    missing: str


@dataclass(frozen=True, slots=True)
class AcceptanceRow:
    """One candidate's first-pass acceptance, figures as text."""

    name: str
    judged: str
    chart: Markup
    value: str
    interval: str
    fixed: str
    rejected: str
    thumbs: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One of the reader's own items."""

    item: str
    code: str
    href: str
    word: str
    kind: str
    fault: str


@dataclass(frozen=True, slots=True)
class ReviewPage(Page):
    """One review: the reader's own items, and the figures once they may be seen."""

    template: ClassVar[str] = "reviews/review.html"

    frame: EvaluationFrame
    subtitle: str
    own_share: float
    own_words: str
    next_href: str
    own: tuple[JudgedRow, ...]
    hidden: str
    rows: tuple[AcceptanceRow, ...]
    faults: tuple[str, ...]
    agreement: tuple[Fact, ...]
    agreement_note: str
    csv_href: str
    state_action: str
    state_label: str
    nonce: str


@dataclass(frozen=True, slots=True)
class TaskPage(Page):
    """One item to judge, under a code, with the verdict's form."""

    template: ClassVar[str] = "reviews/review_task.html"

    frame: EvaluationFrame
    form: FormState
    action: str
    item: str
    position: str
    share: float
    progress: str
    exhibit: Exhibit
    panels: tuple[Panel, ...]
    faults: tuple[Option, ...]
    thumbs: tuple[Option, ...]
    word: str
    kind: str
    undo_action: str
    is_closed: bool
    issue_href: str
    next_href: str
    review_href: str


def review_rows(
    reviews: Sequence[PilotReview], own: Mapping[UUID, Sequence[ReviewTask]], base: str
) -> tuple[ReviewRow, ...]:
    """The list; `own` holds the reader's tasks by review."""
    rows = []
    for one in reviews:
        mine = own[one.id]
        done = sum(task.verdict is not None for task in mine)
        href = f"{base}/review/{one.id}"
        is_open = one.closed_at is None
        rows.append(
            ReviewRow(
                name=f"Review {one.number}",
                href=href,
                facts=review_facts(one),
                state="open" if is_open else "closed",
                kind="info" if is_open else "",
                own=f"{done} of {len(mine)} judged" if mine else "",
                share=100 * done / len(mine) if mine else 0,
                next_href=f"{href}/next" if is_open and done < len(mine) else "",
            )
        )
    return tuple(rows)


def review_facts(one: PilotReview) -> str:
    """The review in one line."""
    parts = (
        f"{one.size} items of {len(one.codes)} {wording.plural('candidate', len(one.codes))}",
        f"{one.overlap} by two reviewers" if one.overlap else "",
        "with our gold" if one.shows_gold else "without our gold",
        f"seed {one.seed}",
        wording.day(one.created_at),
    )
    return " · ".join(part for part in parts if part)


def judged_rows(tasks: Sequence[ReviewTask], base: str) -> tuple[JudgedRow, ...]:
    """The reader's own items, in order."""
    return tuple(
        JudgedRow(
            item=one.item,
            code=f"Candidate {one.code}",
            href=f"{base}/review/tasks/{one.id}",
            word=VERDICT_WORDS[one.verdict] if one.verdict else "to judge",
            kind=VERDICT_KINDS[one.verdict] if one.verdict else "",
            fault=one.fault.value.replace("_", " ") if one.fault else "",
        )
        for one in tasks
    )


def acceptance_rows(found: ReviewSummary, names: Mapping[str, str]) -> tuple[AcceptanceRow, ...]:
    """The table of candidates, best first; those without a verdict last."""
    ordered = sorted(
        found.acceptances, key=lambda one: (one.first_pass is None, -(one.first_pass or 0), one.code)
    )
    window = forest_window([end for one in ordered for end in (one.first_pass, one.low, one.high)])
    return tuple(_acceptance(one, names.get(one.code, one.code), window) for one in ordered)


def _acceptance(one: Acceptance, name: str, window: tuple[float, float]) -> AcceptanceRow:
    chart = forest_cell(
        one.first_pass, one.low, one.high, window=window, floor=None, name=f"{name}, first pass", leader=False
    )
    return AcceptanceRow(
        name=name,
        judged=f"{one.items} of {one.given}",
        chart=chart,
        value=wording.percent(one.first_pass, 1),
        interval=wording.interval(_hundredfold(one.low), _hundredfold(one.high), 1),
        fixed=wording.percent(one.fixed, 1),
        rejected=wording.percent(one.rejected, 1),
        thumbs=f"{one.thumbs_up} up, {one.thumbs_down} down",
        faults=tuple(str(one.faults.get(fault, 0)) for fault in Fault),
    )


def _hundredfold(share: float | None) -> float | None:
    return None if share is None else 100 * share


def agreement_facts(found: ReviewSummary) -> tuple[Fact, ...]:
    """How far reviewers agree, over what two of them judged."""
    one = found.agreement
    return (
        Fact("Items of two reviewers", wording.number(one.items)),
        Fact("Same verdict", wording.percent(one.percent, 1)),
        Fact("AC1", wording.number(one.ac1.value, 2), wording.interval(one.ac1.low, one.ac1.high, 2)),
        Fact("α", wording.number(one.alpha.value, 2), wording.interval(one.alpha.low, one.alpha.high, 2)),
    )
