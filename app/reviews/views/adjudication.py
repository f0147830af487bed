"""Pages of the gold in doubt and of issues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import ClassVar
from uuid import UUID

from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import NoteRow, Option, Pager
from app.pilots.drawing import DrawnItem
from app.pilots.service import PilotComparison
from app.pilots.wording import digits_of
from app.reviews.models import GoldDecision, PilotIssue, Ruling
from app.reviews.service import Doubt

RULING_WORDS = {Ruling.STANDS: "gold stands", Ruling.WRONG: "gold is wrong", Ruling.EXCLUDE: "excluded"}
STANDS = Option(Ruling.STANDS, "Gold stands", "the candidates are wrong")
WRONG = Option(Ruling.WRONG, "Gold is wrong", "say below what is right")
EXCLUDE = Option(Ruling.EXCLUDE, "Exclude the item", "it counts for nobody")


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """One item of the queue."""

    item: str
    href: str
    reasons: tuple[str, ...]
    instead: str
    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One candidate's main figure under each gold version."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionHead:
    """A gold version in the table's head; `href` leads to its results, '' while they are not there."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class AdjudicationPage(Page):
    """The queue, what is ready to be published, and the figures under each gold version."""

    template: ClassVar[str] = "reviews/adjudication.html"

    frame: EvaluationFrame
    gold: int
    rows: tuple[DoubtRow, ...]
    pager: Pager
    ready: str
    publish_action: str
    nonce: str
    metric: str
    heads: tuple[VersionHead, ...]
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True, slots=True)
class DoubtPage(Page):
    """One item in doubt, drawn side by side, with the decision's form."""

    template: ClassVar[str] = "reviews/doubt.html"

    frame: EvaluationFrame
    form: FormState
    action: str
    back: str
    drawn: DrawnItem
    legend: str
    reasons: tuple[str, ...]
    instead: str
    rulings: tuple[Option, ...]
    labels: tuple[Option, ...]
    takes: tuple[Option, ...]
    own: str
    hint: str
    decided: str
    may_decide: bool
    answers: str
    withdraw_action: str


@dataclass(frozen=True, slots=True)
class IssueRow:
    """One issue of the list."""

    title: str
    href: str
    item: str
    candidate: str
    word: str
    kind: str
    when: str


@dataclass(frozen=True, slots=True)
class IssuesPage(Page):
    """The issues of a pilot and the form that raises one."""

    template: ClassVar[str] = "reviews/issues.html"

    frame: EvaluationFrame
    path: str
    states: tuple[Option, ...]
    state: str
    rows: tuple[IssueRow, ...]
    csv_url: str
    form: FormState
    may_raise: bool
    candidates: tuple[Option, ...]
    about: str


@dataclass(frozen=True, slots=True)
class IssuePage(Page):
    """One issue with its thread."""

    template: ClassVar[str] = "reviews/issue.html"

    frame: EvaluationFrame
    subtitle: str
    word: str
    kind: str
    thread: tuple[NoteRow, ...]
    form: FormState
    path: str
    may_write: bool
    is_resolved: bool


def doubt_rows(doubts: Sequence[Doubt], base: str) -> tuple[DoubtRow, ...]:
    """The queue as rows."""
    return tuple(
        DoubtRow(
            item=one.item,
            href=f"{base}/{one.at}",
            reasons=tuple(shorten(reason, 160, placeholder="…") for reason in one.reasons),
            instead=one.instead,
            word=_word(one),
            kind="warn" if one.is_open else "ok",
        )
        for one in doubts
    )


def _word(one: Doubt) -> str:
    if one.decision is None:
        return "open"
    return "contested since" if one.is_open else decision_words(one.decision)


def decision_words(row: GoldDecision) -> str:
    """A decision in a few words: 'gold is wrong: dog, in version 2'."""
    label = f": {row.label}" if row.label else ""
    if row.taken_from:
        label = f": as candidate {row.taken_from}"
    elif row.ruling is Ruling.WRONG and not label:
        label = ": our own answer"
    where = f", in version {row.published}" if row.published else ""
    earlier = f" (version {row.gold_number})" if row.ruling is Ruling.STANDS else ""
    return f"{RULING_WORDS[row.ruling]}{label}{where}{earlier}"


def version_rows(found: Mapping[int, PilotComparison], names: Mapping[str, str]) -> tuple[VersionRow, ...]:
    """Every candidate's main figure with its interval, gold versions from left to right."""
    codes = sorted({one.code for each in found.values() for one in each.candidates})
    return tuple(
        VersionRow(names[code], tuple(_figure(each, code) for each in found.values())) for code in codes
    )


def _figure(found: PilotComparison, code: str) -> str:
    figure = found.candidate(code).metrics[found.metric]
    digits = digits_of(found.metric)
    return f"{wording.number(figure.value, digits)} ({wording.interval(figure.low, figure.high, digits)})"


def issue_rows(
    rows: Sequence[PilotIssue], about: Mapping[UUID, tuple[str, str]], path: str
) -> tuple[IssueRow, ...]:
    """The issues as rows; `about` as `service.issue_candidates` tells it."""
    return tuple(
        IssueRow(
            title=one.title,
            href=f"{path}/{one.id}",
            item=one.item,
            candidate=about[one.id][1],
            word="resolved" if one.resolved_at else "open",
            kind="ok" if one.resolved_at else "warn",
            when=wording.day(one.created_at),
        )
        for one in rows
    )
