"""Pages of the blind review: the list with its form, one review's figures, one item to judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from markupsafe import Markup

from app.charts import forest_cell, forest_window
from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Fact, Option
from app.pilots.drawing import Exhibit, Panel
from app.pilots.schemas import CriterionIn
from app.pilots.service import ListedWork
from app.pilots.wording import rate
from app.reviews.models import Fault, PilotReview, ReviewTask, Thumb, Verdict
from app.reviews.service import Acceptance, ReviewSummary

FAULTS = (*(Option(one.value, one.value.replace("_", " ").capitalize()) for one in Fault), Option("", "None"))
THUMBS = (Option(Thumb.UP.value, "Up"), Option(Thumb.DOWN.value, "Down"), Option("", "None"))
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
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
    usable: str
    usable_interval: str
    rejected: str
    rejected_interval: str
    promise: str
    thumbs: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcceptedPairRow:
    """Two candidates: the difference in first-pass acceptance and what may be concluded."""

    names: str
    difference: str
    interval: str
    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class WorkRow:
    """What came back of one candidate that only people judge, and what it costs, figures as text."""

    name: str
    items: str
    annotators: str
    seconds: str
    per_day: str
    cost: str
    cost_range: str
    note: str


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
    told: tuple[Fact, ...]
    told_note: str
    hidden: str
    people_only: str
    report_href: str
    rows: tuple[AcceptanceRow, ...]
    pairs: tuple[AcceptedPairRow, ...]
    pairs_note: str
    work: tuple[WorkRow, ...]
    currency: str
    faults: tuple[str, ...]
    agreement: tuple[Fact, ...]
    agreement_note: str
    csv_href: str
    state_action: str
    state_label: str
    nonce: str


@dataclass(frozen=True, slots=True)
class GivenPanel:
    """What was delivered for an item that only people judge; empty addresses where there is none.

    `link_host` is told before anybody opens a link: it may tell whose work it is.
    """

    name: str
    file_href: str
    is_image: bool
    link: str
    link_host: str
    text: str


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
    given: GivenPanel | None
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


def given_panel(given: tuple[str, str, str] | None, name: str, task_href: str) -> GivenPanel:
    """What reviewers open instead of a drawing."""
    file, link, text = given or ("", "", "")
    return GivenPanel(
        name=name,
        file_href=f"{task_href}/file" if file else "",
        is_image=file.lower().endswith(IMAGES),
        link=link,
        link_host=urlsplit(link).netloc if link else "",
        text=text,
    )


def told_facts(review: PilotReview, names: Mapping[str, str]) -> tuple[Fact, ...]:
    """Whose is whose, once it is told; `names` as `service.names_told`."""
    if review.told_at is None:
        return ()
    told = (names[own].partition(": ") for own in sorted(names))
    return tuple(Fact(code, name) for code, _, name in told)


def told_note(review: PilotReview, since: int, zone: str) -> str:
    """How blind the review is; `since` verdicts were given after names were told."""
    if review.told_at is None:
        return (
            "Candidates go by codes of this review alone. Names are told when it is closed; until then its figures "
            "count neither in the scorecard nor in the report."
        )
    told = f"Names were told on {wording.moment(review.told_at, zone)}"
    if not since:
        return f"{told}; all verdicts were given before."
    return f"{told}; {since} {wording.plural('verdict', since)} since then {'is' if since == 1 else 'are'} not blind."


def judged_rows(tasks: Sequence[ReviewTask], names: Mapping[str, str], base: str) -> tuple[JudgedRow, ...]:
    """The reader's own items, in order; `names` as `service.names_told`."""
    return tuple(
        JudgedRow(
            item=one.item,
            code=names[one.code],
            href=f"{base}/review/tasks/{one.id}",
            word=VERDICT_WORDS[one.verdict] if one.verdict else "to judge",
            kind=VERDICT_KINDS[one.verdict] if one.verdict else "",
            fault=one.fault.value.replace("_", " ") if one.fault else "",
        )
        for one in tasks
    )


def acceptance_rows(
    found: ReviewSummary, names: Mapping[str, str], promise: CriterionIn | None
) -> tuple[AcceptanceRow, ...]:
    """The table of candidates, best first; those without a verdict last. `promise` is that of first pass."""
    ordered = sorted(
        found.acceptances, key=lambda one: (one.first_pass is None, -(one.first_pass or 0), one.code)
    )
    floor = promise.floor if promise else None
    ends = [end for one in ordered for end in (one.first_pass, one.low, one.high)]
    window = forest_window([*ends, floor])
    return tuple(_acceptance(one, names.get(one.code, one.code), window, floor) for one in ordered)


def _acceptance(
    one: Acceptance, name: str, window: tuple[float, float], floor: float | None
) -> AcceptanceRow:
    chart = forest_cell(
        one.first_pass,
        one.low,
        one.high,
        window=window,
        floor=floor,
        name=f"{name}, first pass",
        leader=False,
    )
    return AcceptanceRow(
        name=name,
        judged=f"{one.items} of {one.given}",
        chart=chart,
        value=wording.percent(one.first_pass, 1),
        interval=_interval(one.low, one.high),
        fixed=wording.percent(one.fixed, 1),
        usable=wording.percent(one.usable.value, 1),
        usable_interval=_interval(one.usable.low, one.usable.high),
        rejected=wording.percent(one.rejected.value, 1),
        rejected_interval=_interval(one.rejected.low, one.rejected.high),
        promise=_promise(one, floor),
        thumbs=f"{one.thumbs_up} up, {one.thumbs_down} down",
        faults=tuple(str(one.faults.get(fault, 0)) for fault in Fault),
    )


def _promise(one: Acceptance, floor: float | None) -> str:
    if floor is None:
        return ""
    if one.first_pass is None:
        return f"floor {floor:g}: open until items are judged"
    if one.first_pass < floor:
        return f"under the floor of {floor:g}{_chance(one, floor)}"
    return f"keeps the floor of {floor:g}{_chance(one, floor)}"


def _chance(one: Acceptance, floor: float) -> str:
    """What to add where the interval reaches to the other side of the floor."""
    sure = one.low is None or one.high is None or one.high < floor or one.low >= floor
    return "" if sure else ", may be chance"


def _interval(low: float | None, high: float | None) -> str:
    return wording.interval(_hundredfold(low), _hundredfold(high), 1)


def pair_rows(found: ReviewSummary, names: Mapping[str, str]) -> tuple[AcceptedPairRow, ...]:
    """Every two candidates, the better one first."""
    rows = []
    for one in found.pairs:
        sign = 1 if (one.value or 0) >= 0 else -1
        first, second = (one.a, one.b) if sign > 0 else (one.b, one.a)
        low, high = (one.low, one.high) if sign > 0 else (_minus(one.high), _minus(one.low))
        rows.append(
            AcceptedPairRow(
                names=f"{names.get(first, first)} − {names.get(second, second)}",
                difference=wording.signed(100 * sign * (one.value or 0), 1),
                interval=_interval(low, high),
                word="different" if one.distinguishable else "not distinguishable",
                kind="ok" if one.distinguishable else "",
            )
        )
    return tuple(rows)


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def work_rows(
    works: Mapping[str, ListedWork], names: Mapping[str, str], currency: str, *, with_prices: bool
) -> tuple[WorkRow, ...]:
    """What came back, by code."""
    return tuple(_work(one, names.get(code, code), currency, with_prices) for code, one in works.items())


def _work(one: ListedWork, name: str, currency: str, with_prices: bool) -> WorkRow:
    cost = one.priced.expected if with_prices else None
    missing = f", {one.missing} missing" if one.missing else ""
    return WorkRow(
        name=name,
        items=f"{wording.number(one.items)}{missing}",
        annotators=wording.number(one.annotators),
        seconds=wording.number(one.pace.seconds_per_label, 1) if one.pace else wording.DASH,
        per_day=wording.number(one.pace.per_annotator_day) if one.pace else wording.DASH,
        cost=rate(cost.per_accepted if cost else None, currency),
        cost_range=f"{rate(cost.per_accepted_low, currency)} … {rate(cost.per_accepted_high, currency)}"
        if cost
        else "",
        note=one.priced.note if with_prices else "",
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
