"""Items side by side: the random look before any figure, and the gallery of disagreement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.evaluations.frame import EvaluationFrame
from app.kit.templating import Page
from app.kit.ui import Chip, Option, Pager
from app.pilots.drawing import DrawnItem
from app.pilots.service import ItemLine, Outcomes

ROWS = 10  # items of one page: each is drawn as often as there are sides


@dataclass(frozen=True, slots=True)
class LookPage(Page):
    """Random items, all candidates under codes, before any figure."""

    template: ClassVar[str] = "pilots/look.html"

    frame: EvaluationFrame
    action: str
    results_href: str
    count: int
    items: tuple[DrawnItem, ...]
    legend: str
    pager: Pager
    is_done: bool
    is_needed: bool
    nonce: str


@dataclass(frozen=True, slots=True)
class GalleryPage(Page):
    """Items where candidates and gold differ, drawn side by side."""

    template: ClassVar[str] = "pilots/gallery.html"

    frame: EvaluationFrame
    path: str
    candidates: tuple[Option, ...]
    candidate: str
    kinds: tuple[Option, ...]
    kind: str
    classes: tuple[Option, ...]
    label: str
    strata: tuple[Option, ...]
    stratum: str
    chips: tuple[Chip, ...]
    items: tuple[DrawnItem, ...]
    legend: str
    pager: Pager


@dataclass(frozen=True, slots=True)
class GalleryFilter:
    """Which disagreements: of one candidate, one kind of error, one class, one stratum; '' is any."""

    candidate: str = ""
    kind: str = ""
    label: str = ""
    stratum: str = ""


def disagreements(outcomes: Outcomes, codes: Sequence[str], wanted: GalleryFilter) -> list[ItemLine]:
    """Items with an error that fits the filter, those on which candidates lie furthest apart first.

    Class, kind of error and candidate must fit one and the same error.
    """
    found = []
    for at in range(len(outcomes.items)):
        if wanted.stratum and outcomes.stratum(at) != wanted.stratum:
            continue
        line = outcomes.line(at)
        if any(_fits(outcomes, line, code, wanted) for code in codes):
            found.append(line)
    return sorted(found, key=lambda line: _apart(line.scores))


def _fits(outcomes: Outcomes, line: ItemLine, code: str, wanted: GalleryFilter) -> bool:
    kinds = {kind for kind in line.errors[code] if kind != "ok"}
    if not kinds or (wanted.kind and wanted.kind not in kinds):
        return False
    if not wanted.label:
        return True
    return any(
        wanted.label in (one.gold, one.delivered)
        for one in outcomes.marks(code, line.at)
        if one.error != "ok" and (not wanted.kind or one.error == wanted.kind)
    )


def _apart(scores: Mapping[str, float]) -> tuple[float, float]:
    values = list(scores.values())
    return min(values) - max(values), sum(values) / len(values)
