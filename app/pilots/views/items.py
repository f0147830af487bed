"""Item by item: where candidates err, and one item with every finding on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from app.core.pilots.results import Mark
from app.evaluations.frame import EvaluationFrame
from app.kit import paging, wording
from app.kit.templating import Page
from app.kit.ui import Chip, Column, Option, Pager
from app.pilots.drawing import DRAWN, Exhibit, Piece, canvas, drawn, named, pieces
from app.pilots.service import ItemLine, Outcomes, PilotComparison

SHOWS = (
    Option("wrong", "With errors"),
    Option("flagged", "With unusual work"),
    Option("doubted", "With doubts about the gold"),
)
KINDS = tuple(
    Option(kind, kind.replace("_", " ")) for kind in ("loose", "wrong_label", "missing", "extra", "duplicate")
)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of the list: a score per candidate, and its errors in words."""

    name: str
    href: str
    scores: tuple[str, ...]
    errors: str


@dataclass(frozen=True, slots=True)
class ItemsPage(Page):
    """The items of a result, worst first."""

    template: ClassVar[str] = "pilots/items.html"

    frame: EvaluationFrame
    path: str
    candidates: tuple[Option, ...]
    candidate: str
    shows: tuple[Option, ...]
    show: str
    kinds: tuple[Option, ...]
    kind: str
    text: str
    chips: tuple[Chip, ...]
    columns: tuple[Column, ...]
    rows: tuple[ItemRow, ...]
    pager: Pager
    csv_url: str


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One finding on an item."""

    error: str
    kind: str
    gold: str
    delivered: str
    overlap: str
    annotator: str


@dataclass(frozen=True, slots=True)
class ItemCard:
    """What one candidate did on the item."""

    name: str
    score: str
    chart: Markup | None
    text: tuple[Piece, ...]
    marks: tuple[MarkRow, ...]


@dataclass(frozen=True, slots=True)
class ItemPage(Page):
    """One item."""

    template: ClassVar[str] = "pilots/item.html"

    frame: EvaluationFrame
    subtitle: str
    exhibit: Exhibit
    cards: tuple[ItemCard, ...]
    legend: str
    has_overlap: bool
    previous_url: str
    next_url: str
    example_url: str


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items, in which order: `candidate` is a code, `sort` score, spread or name."""

    candidate: str = ""
    show: str = ""
    kind: str = ""
    text: str = ""
    sort: str = "score"


def lines_of(found: PilotComparison, outcomes: Outcomes, wanted: ItemFilter) -> list[ItemLine]:
    """The items that fit the filter, worst first."""
    lines = [outcomes.line(at) for at in range(len(outcomes.items))]
    codes = [wanted.candidate] if wanted.candidate else list(outcomes.data["vendors"])
    flagged = {
        item for one in found.candidates if one.code in codes for each in one.anomalies for item in each.items
    }
    doubted = {each["item"] for each in found.document["gold_suspects"]}
    kept = [
        line
        for line in lines
        if (wanted.show != "flagged" or line.name in flagged)
        and (wanted.show != "doubted" or line.name in doubted)
        and (wanted.show != "wrong" or any(line.scores[code] < 1 for code in codes))
        and (not wanted.kind or any(wanted.kind in line.errors[code] for code in codes))
        and (not wanted.text or wanted.text.casefold() in line.name.casefold())
    ]
    return sorted(kept, key=lambda line: _order(line, codes, wanted.sort))


def _order(line: ItemLine, codes: Sequence[str], sort: str) -> tuple[float, float, int]:
    scores = [line.scores[code] for code in codes]
    mean = sum(scores) / len(scores)
    if sort == "name":
        return 0.0, 0.0, line.at
    if sort == "spread":
        return min(scores) - max(scores), mean, line.at
    return mean, 0.0, line.at


def error_words(line: ItemLine, codes: Sequence[str], names: Mapping[str, str]) -> str:
    """The errors on an item: 'K7: 2 missing, 1 extra'."""
    out = []
    for code in codes:
        counts = {kind: count for kind, count in line.errors[code].items() if kind != "ok"}
        if counts:
            words = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in counts.items())
            out.append(f"{names[code]}: {words}")
    return "; ".join(out)


def item_rows(
    lines: Sequence[ItemLine], codes: Sequence[str], names: Mapping[str, str], path: str
) -> tuple[ItemRow, ...]:
    """Lines as rows."""
    return tuple(
        ItemRow(
            name=line.name,
            href=f"{path}/{line.at}",
            scores=tuple(wording.number(line.scores[code], 2) for code in codes),
            errors=error_words(line, codes, names) or "none",
        )
        for line in lines
    )


def columns_of(
    path: str, query: Mapping[str, object], codes: Sequence[str], names: Mapping[str, str]
) -> tuple[Column, ...]:
    """The heads of the list."""
    sort = str(query.get("sort") or "score")
    named = Column(
        "Item", paging.link(path, query, sort="name", page=""), "ascending" if sort == "name" else ""
    )
    scored = tuple(
        Column(
            names[code],
            paging.link(path, query, sort="score", page=""),
            "ascending" if sort == "score" else "",
            True,
        )
        for code in codes
    )
    spread = Column(
        "Findings", paging.link(path, query, sort="spread", page=""), "descending" if sort == "spread" else ""
    )
    return (named, *scored, spread)


def cards_of(outcomes: Outcomes, line: ItemLine, names: Mapping[str, str]) -> tuple[ItemCard, ...]:
    """What every candidate did on one item, best first."""
    codes = sorted(line.scores, key=lambda code: (-line.scores[code], code))
    return tuple(_card(outcomes, line, code, names[code]) for code in codes)


def _card(outcomes: Outcomes, line: ItemLine, code: str, name: str) -> ItemCard:
    marks = outcomes.marks(code, line.at)
    chart = None
    if outcomes.kind in DRAWN:
        size = outcomes.size(line.at)
        title = f"{line.name}, {outcomes.kind} of {name}"
        chart = canvas(drawn(marks, outcomes.kind), outcomes.scene(line.at), size, title=title)
    text = pieces(marks, outcomes.kind, outcomes.text(line.at))
    rows = tuple(_mark(one, outcomes.text(line.at)) for one in marks)
    return ItemCard(name, wording.number(line.scores[code], 2), chart, text, rows)


def _mark(one: Mark, text: str) -> MarkRow:
    return MarkRow(
        error=one.error.replace("_", " "),
        kind="ok" if one.error == "ok" else "warn",
        gold=named(one.gold, one.gold_shape, text),
        delivered=named(one.delivered, one.delivered_shape, text),
        overlap=wording.number(one.iou, 2),
        annotator=one.annotator or wording.DASH,
    )
