"""The question log of a pilot: threads, published answers, how vendors worked with us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.evaluations.frame import EvaluationFrame
from app.kit import wording
from app.kit.forms import FormState, blank
from app.kit.spreadsheet import Cell
from app.kit.templating import Page
from app.kit.ui import Option, Pager
from app.runs.service import Cooperation, Thread
from app.runs.views.examples import ExampleView
from app.runs.views.vendor import KIND_WORDS, KINDS, PublishedLine, Turn

STATES = (
    Option("open", "Open"),
    Option("us", "Waits for us"),
    Option("vendor", "Waits for the vendor"),
    Option("answered", "Answered"),
    Option("published", "Published"),
    Option("undecided", "Not decided"),
    Option("adopted", "Adopted"),
)
CSV_HEAD = (
    "asked",
    "candidate",
    "kind",
    "item",
    "by_us",
    "state",
    "adopted",
    "published",
    "vendor_hours",
    "our_hours",
    "messages",
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A thread of the question log; empty addresses hide their forms."""

    who: str
    kind: str
    item: str
    state: tuple[str, str]
    marks: tuple[tuple[str, str], ...]
    hours: str
    turns: tuple[Turn, ...]
    base: str
    adopts: bool
    reply_form: FormState
    publish_form: FormState


@dataclass(frozen=True, slots=True)
class CooperationRow:
    """How a vendor worked with us."""

    name: str
    hours: str
    asked: str
    edge_cases: str
    proposals: str
    noticed: str


@dataclass(frozen=True, slots=True)
class FilterView:
    """A select of the toolbar."""

    name: str
    label: str
    options: tuple[Option, ...]
    selected: str


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which threads: of a candidate (its code), of a kind, in a state of `STATES`, about an item."""

    candidate: str = ""
    kind: str = ""
    state: str = ""
    item: str = ""

    def query(self) -> dict[str, object]:
        """The filter as it stands in the address."""
        return {"candidate": self.candidate, "kind": self.kind, "state": self.state, "item": self.item}

    def fits(self, one: Thread, code: str) -> bool:
        """Whether a thread of the candidate with this code is wanted."""
        row = one.question
        return (
            (not self.candidate or self.candidate == code)
            and (not self.kind or self.kind == row.kind.value)
            and (not self.item or self.item.casefold() in one.item.casefold())
            and (not self.state or self.state in states_of(one))
        )


_TURN_KINDS = {"waits for us": "warn", "waits for the vendor": "info", "answered": "ok"}


def states_of(one: Thread) -> frozenset[str]:
    """Every state of `STATES` that a thread is in."""
    told = {
        "open": one.waits_for_us or one.waits_for_vendor,
        "us": one.waits_for_us,
        "vendor": one.waits_for_vendor,
        "answered": not one.waits_for_us and not one.waits_for_vendor,
        "published": one.question.published_at is not None,
        "undecided": one.is_undecided,
        "adopted": one.question.adopted is True,
    }
    return frozenset(name for name, holds in told.items() if holds)


@dataclass(frozen=True, slots=True)
class QuestionsPage(Page):
    """The question log; who works blind reads what is published."""

    template: ClassVar[str] = "runs/questions.html"

    frame: EvaluationFrame
    base: str
    back: str
    may_edit: bool
    threads: tuple[LogLine, ...]
    filters: tuple[FilterView, ...]
    item: str
    path: str
    csv_url: str
    pager: Pager
    is_filtered: bool
    published: tuple[PublishedLine, ...]
    examples: tuple[ExampleView, ...]
    cooperation: tuple[CooperationRow, ...]
    ask_form: FormState
    candidates: tuple[Option, ...]


def log_line(
    one: Thread, name: str, zone: str, base: str, came_back: Mapping[str, FormState], *, may_edit: bool
) -> LogLine:
    """A thread as its leads see it."""
    row = one.question
    key = str(row.id)
    first = one.messages[0].text
    answers = [each.text for each in one.messages if each.by_us is not row.by_us]
    shown = {
        "question": row.public_text or first,
        "answer": row.public_answer or (answers[-1] if answers else ""),
    }
    return LogLine(
        who=f"We asked {name}" if row.by_us else name,
        kind=KIND_WORDS[row.kind],
        item=one.item,
        state=(_turn_of(one), _TURN_KINDS[_turn_of(one)]),
        marks=_marks(one),
        hours=_hours(one),
        turns=tuple(
            Turn("We" if each.by_us else name, wording.moment(each.sent_at, zone), each.text)
            for each in one.messages
        ),
        base=f"{base}/questions/{key}" if may_edit else "",
        adopts=row.kind.value != "question",
        reply_form=came_back.get(f"reply:{key}", blank()),
        publish_form=came_back.get(f"publish:{key}", blank(shown, version=row.version)),
    )


def _marks(one: Thread) -> tuple[tuple[str, str], ...]:
    row = one.question
    marks = [("published", "ok")] if row.published_at else []
    marks += [("planted ambiguity noticed", "ok")] if one.noticed else []
    if row.adopted is not None:
        marks.append(("adopted", "ok") if row.adopted else ("not adopted", ""))
    return tuple(marks)


def _hours(one: Thread) -> str:
    parts = [f"vendor {wording.number(one.hours, 1)} working hours"] if one.hours is not None else []
    parts += [f"we {wording.number(one.ours, 1)} working hours"] if one.ours else []
    return " · ".join(parts)


def cooperation_row(one: Cooperation, name: str) -> CooperationRow:
    """A vendor's figures; a dash where nothing was asked."""
    waiting = f", {one.open} open" if one.open else ""
    return CooperationRow(
        name=name,
        hours=f"{wording.number(one.hours, 1)} ({one.answered} answered{waiting})"
        if one.hours is not None
        else f"–{waiting.replace(', ', ' (', 1) + ')' if waiting else ''}",
        asked=str(one.questions),
        edge_cases=_adopted(one.edge_cases, one.edge_cases_adopted),
        proposals=_adopted(one.proposals, one.proposals_adopted),
        noticed=f"{one.noticed} of {one.planted}" if one.planted else "–",
    )


def _adopted(raised: int, adopted: int) -> str:
    return f"{raised}, {adopted} adopted" if raised else "0"


def candidate_options(parts: Sequence[tuple[UUID, str]]) -> tuple[Option, ...]:
    """The vendors that can be asked."""
    return tuple(Option(str(key), name) for key, name in parts)


def filter_views(wanted: LogFilter, codes: Mapping[str, str]) -> tuple[FilterView, ...]:
    """The selects of the toolbar; `codes` turns a candidate's code into its name."""
    return (
        FilterView(
            "candidate", "Vendor", tuple(Option(code, name) for code, name in codes.items()), wanted.candidate
        ),
        FilterView("kind", "Kind", tuple(Option(one.value, one.label) for one in KINDS), wanted.kind),
        FilterView("state", "State", STATES, wanted.state),
    )


def _turn_of(one: Thread) -> str:
    """Whose turn it is, in words."""
    return (
        "waits for us" if one.waits_for_us else "waits for the vendor" if one.waits_for_vendor else "answered"
    )


def csv_row(one: Thread, name: str) -> list[Cell]:
    """A thread as a row of a table: all of its turns in one cell, oldest first."""
    row = one.question
    said = [f"{'we' if each.by_us else 'vendor'}: {each.text}" for each in one.messages]
    return [
        row.created_at.isoformat(),
        name,
        row.kind.value,
        one.item,
        "yes" if row.by_us else "no",
        _turn_of(one),
        "" if row.adopted is None else "yes" if row.adopted else "no",
        "yes" if row.published_at else "no",
        one.hours,
        one.ours,
        "\n".join(said),
    ]
