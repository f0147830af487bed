"""Item by item: where candidates err, and one item with every finding on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, ClassVar

from markupsafe import Markup

from app.charts import DrawnShape, box_ring, shapes_on_item
from app.core.pilots.results import Mark
from app.evaluations.frame import EvaluationFrame
from app.kit import paging, wording
from app.kit.templating import Page
from app.kit.ui import Chip, Column, Option, Pager
from app.pilots.service import ItemLine, Outcomes, PilotComparison

DRAWN = frozenset({"boxes", "polygons", "masks"})
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
class Piece:
    """A stretch of text: in both, only in the gold (missed), only delivered, or in neither."""

    text: str
    where: str


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
    cards: tuple[ItemCard, ...]
    legend: str
    has_overlap: bool
    previous_url: str
    next_url: str


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
        # Fractions of an image of unknown size are drawn on a square.
        chart = shapes_on_item(
            drawn(marks, outcomes.kind), size, title=f"{line.name}, {outcomes.kind} of {name}"
        )
    text = pieces(marks, outcomes.kind, outcomes.text(line.at))
    rows = tuple(_mark(one, outcomes.text(line.at)) for one in marks)
    return ItemCard(name, wording.number(line.scores[code], 2), chart, text, rows)


def legend_of(kind: str) -> str:
    """How gold and delivery are told apart on the page."""
    if kind in DRAWN:
        return "gold dashed, delivered solid"
    if kind in ("spans", "texts"):
        return "struck: only in the gold; underlined: only delivered"
    return ""


def drawn(marks: Sequence[Mark], kind: str) -> list[DrawnShape]:
    """The outlines of findings."""
    out = []
    for one in marks:
        if one.gold_shape is not None:
            out.append(DrawnShape(_rings(one.gold_shape, kind), one.gold or "", True, True))
        if one.delivered_shape is not None:
            good = one.error == "ok"
            out.append(DrawnShape(_rings(one.delivered_shape, kind), one.delivered or "", False, good))
    return out


def _rings(shape: Any, kind: str) -> Sequence[Any]:
    return (box_ring(shape),) if kind == "boxes" else shape


def pieces(marks: Sequence[Mark], kind: str, text: str) -> tuple[Piece, ...]:
    """The words of an item, marked where gold and delivery stand."""
    if kind == "texts":
        return tuple(
            piece for one in marks for piece in _compared(one.gold_shape or "", one.delivered_shape or "")
        )
    if kind != "spans" or not text:
        return ()
    return _marked(marks, text)


def _marked(marks: Sequence[Mark], text: str) -> tuple[Piece, ...]:
    """The source text cut where spans begin and end."""
    ours: list[Any] = [one.gold_shape for one in marks if one.gold_shape is not None]
    theirs: list[Any] = [one.delivered_shape for one in marks if one.delivered_shape is not None]
    cuts = sorted({0, len(text), *(int(end) for span in (*ours, *theirs) for end in span)})
    out = []
    for start, end in pairwise(cuts):
        gold = any(int(a) <= start < int(b) for a, b in ours)
        delivered = any(int(a) <= start < int(b) for a, b in theirs)
        where = ("both" if delivered else "gold") if gold else ("delivered" if delivered else "")
        out.append(Piece(text[start:end], where))
    return tuple(out)


def _compared(gold: object, delivered: object) -> list[Piece]:
    """Two texts word by word."""
    ours, theirs = str(gold).split(), str(delivered).split()
    out = []
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            out.append(Piece(" ".join(ours[a:b]) + " ", ""))
            continue
        if b > a:
            out.append(Piece(" ".join(ours[a:b]) + " ", "gold"))
        if d > c:
            out.append(Piece(" ".join(theirs[c:d]) + " ", "delivered"))
    return out


def _mark(one: Mark, text: str) -> MarkRow:
    return MarkRow(
        error=one.error.replace("_", " "),
        kind="ok" if one.error == "ok" else "warn",
        gold=named(one.gold, one.gold_shape, text),
        delivered=named(one.delivered, one.delivered_shape, text),
        overlap=wording.number(one.iou, 2),
        annotator=one.annotator or wording.DASH,
    )


def named(label: str | None, shape: Any, text: str) -> str:
    """The class, of a span with its words; of a text the text itself."""
    if isinstance(shape, str):
        return _cut(shape)
    if label is None:
        return wording.DASH
    if text and shape is not None and len(shape) == 2:
        return f"{label} “{_cut(text[int(shape[0]) : int(shape[1])])}”"
    return label


def _cut(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:159]}…"
