"""Item by item: where candidates err, and one item with every finding on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from markupsafe import Markup

from app.core.formats.shapes import Bools, Floats, Ints
from app.core.pilots.results import Mark
from app.evaluations.frame import EvaluationFrame
from app.kit import paging, wording
from app.kit.templating import Page
from app.kit.ui import Chip, Column, Option, Pager
from app.pilots.drawing import DRAWN, Exhibit, Piece, canvas, drawn, named, pieces
from app.pilots.service import ANY, EVERYTHING, ItemLine, Outcomes, PilotComparison, Subset, Wanted

SHOWS = (
    Option("wrong", "With errors"),
    Option("absent", "Missing in a delivery"),
    Option("flagged", "With unusual work"),
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
    classes: tuple[Option, ...]
    label: str
    strata: tuple[Option, ...]
    stratum: str
    people: tuple[Option, ...]
    annotator: str
    kept: tuple[tuple[str, str], ...]
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
    """Which items, in which order: `candidate` is a code, `sort` score (of all), spread, name, or one candidate's code.

    The parts of `wanted` must fit one and the same finding; `subset` chooses whole items.
    """

    candidate: str = ""
    show: str = ""
    text: str = ""
    subset: Subset = EVERYTHING
    sort: str = "score"
    wanted: Wanted = ANY


def places_of(found: PilotComparison, outcomes: Outcomes, wanted: ItemFilter) -> list[int]:
    """The places of the items that fit the filter, worst first."""
    codes = [wanted.candidate] if wanted.candidate else outcomes.codes
    scores = outcomes.scores(codes)
    stays = np.ones(len(outcomes.items), np.bool_)
    if wanted.show == "wrong":
        stays &= (scores < 1).any(axis=0)
    elif wanted.show == "absent":
        stays &= outcomes.absent(codes)
    elif wanted.show == "flagged":
        flagged = _flagged(found, codes)
        stays &= np.array([name in flagged for name in outcomes.items], np.bool_)
    if wanted.wanted:
        stays &= outcomes.having(codes, wanted.wanted)
    stays &= _of_subset(outcomes, wanted.subset)
    if text := wanted.text.casefold():
        stays &= np.array([text in name.casefold() for name in outcomes.items], np.bool_)
    if wanted.sort in codes:
        return _ordered(np.nonzero(stays)[0], scores[[codes.index(wanted.sort)]], "score")
    return _ordered(np.nonzero(stays)[0], scores, wanted.sort)


def _of_subset(outcomes: Outcomes, subset: Subset) -> Bools:
    stays = np.ones(len(outcomes.items), np.bool_)
    if subset.label:
        stays &= outcomes.having(outcomes.codes[:1], Wanted(gold=subset.label))
    if subset.stratum:
        stays &= outcomes.of_stratum(subset.stratum)
    if subset.annotator:
        stays &= outcomes.done_by(subset.code, subset.annotator)
    return stays


def _flagged(found: PilotComparison, codes: Sequence[str]) -> set[str]:
    seen = [one for one in found.candidates if one.code in codes]
    unusual = {item for one in seen for each in one.anomalies for item in each.items}
    return unusual | {item for one in seen for flag in one.flags for item in flag.items}


def _ordered(places: Ints, scores: Floats, sort: str) -> list[int]:
    mean, chosen = scores.mean(axis=0), scores[:, places]
    if sort == "name":
        order = places
    elif sort == "spread":
        order = places[np.lexsort((places, mean[places], chosen.min(axis=0) - chosen.max(axis=0)))]
    else:
        order = places[np.lexsort((places, mean[places]))]
    found: list[int] = order.tolist()
    return found


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
    lines: Sequence[ItemLine], codes: Sequence[str], names: Mapping[str, str], path: str, query: str = ""
) -> tuple[ItemRow, ...]:
    """Lines as rows; `query` is what their addresses carry on."""
    return tuple(
        ItemRow(
            name=line.name,
            href=f"{path}/{line.at}{query}",
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
            paging.link(path, query, sort=code, page=""),
            "ascending" if sort == code else "",
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
