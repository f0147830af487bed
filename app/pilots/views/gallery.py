"""Items side by side: the random look before any figure, and the gallery of disagreement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.evaluations.frame import EvaluationFrame
from app.kit.templating import Page
from app.kit.ui import Chip, Option, Pager
from app.pilots.drawing import DrawnItem
from app.pilots.service import Outcomes, Wanted

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


def disagreements(outcomes: Outcomes, codes: Sequence[str], wanted: GalleryFilter) -> list[int]:
    """The places of items with an error that fits the filter, those on which candidates lie furthest apart first.

    Class, kind of error and candidate must fit one and the same error.
    """
    stays = outcomes.having(codes, Wanted(kind=wanted.kind or "error", label=wanted.label))
    if wanted.stratum:
        stays &= outcomes.of_stratum(wanted.stratum)
    places, scores = np.nonzero(stays)[0], outcomes.scores(outcomes.codes)
    chosen = scores[:, places]
    apart = chosen.min(axis=0) - chosen.max(axis=0)
    found: list[int] = places[np.lexsort((places, chosen.mean(axis=0), apart))].tolist()
    return found
