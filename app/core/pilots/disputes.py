"""Items where several vendors say the same against the gold: to be adjudicated before anything is signed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.pilots.findings import OK
from app.core.pilots.results import Comparison, Mark, marks_at

Claim = tuple[str, str, str]  # kind of error, gold side, delivered side
SAME_PLACE = 0.5  # overlap of frames from which two extra regions are one object


@dataclass(frozen=True, slots=True)
class Dispute:
    """What `agreeing` of the vendors say against the gold: `instead` of it, in words."""

    instead: str
    label: str
    agreeing: int


def dispute(vendors: Mapping[str, Sequence[Mark]], kind: str, at_least: int = 2) -> Dispute | None:
    """The claim against the gold that most vendors share on one item, None below `at_least`.

    A claim is the same class instead of the gold's, the same object missing, the same object too much, or the
    same text. Loose outlines are no claim: they agree with the gold on what is there. `label` is the class
    claimed for a whole item (labels only), else empty.
    """
    support: dict[Claim, set[str]] = defaultdict(set)
    extras: list[tuple[str, Mark]] = []
    for vendor, marks in vendors.items():
        for mark in marks:
            if mark.error == "extra" and _frame(mark.delivered_shape, kind) is not None:
                extras.append((vendor, mark))
            elif claim := _claim(mark, kind):
                support[claim].add(vendor)
    for claim, found in _same_extras(extras, kind):
        support[claim] |= found
    if not support:
        return None
    claim, agreeing = min(support.items(), key=lambda one: (-len(one[1]), one[0]))
    if len(agreeing) < at_least:
        return None
    swapped = kind == "labels" and claim[0] == "wrong_label"
    return Dispute(_words(claim), claim[2] if swapped else "", len(agreeing))


def disputes_of(found: Comparison) -> list[tuple[int, Dispute]]:
    """Every item on which two vendors or more share a claim against the gold, with its position."""
    wrong = np.zeros(len(found.items), np.int64)
    for one in found.vendors:
        wrong[np.unique(one.findings.item[one.findings.error != OK])] += 1
    out = []
    for at in np.nonzero(wrong > 1)[0].tolist():
        said = {one.name: marks_at(found, one, at) for one in found.vendors}
        if claim := dispute(said, found.gold.kind):
            out.append((at, claim))
    return out


def _claim(mark: Mark, kind: str) -> Claim | None:
    if kind == "texts":
        said = str(mark.delivered_shape or "").split()
        return ("text", "", " ".join(said)) if mark.error == "loose" and said else None
    if mark.error not in ("wrong_label", "missing", "extra"):
        return None
    place = "" if mark.gold_shape is None else f" at {_short(mark.gold_shape, kind)}"
    ours = f"{mark.gold}{place}" if mark.gold is not None else ""
    theirs = mark.delivered or ""
    if mark.error == "extra" and mark.delivered_shape is not None:
        theirs += f" at {_short(mark.delivered_shape, kind)}"
    return mark.error, ours, theirs


def _short(shape: Any, kind: str) -> str:
    frame = _frame(shape, kind)
    ends = shape if frame is None else frame
    return ", ".join(f"{float(one):g}" for one in ends)


def _frame(shape: Any, kind: str) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of a region; None for anything else."""
    if shape is None or kind not in ("boxes", "polygons", "masks"):
        return None
    if kind == "boxes":
        left, top, width, height = shape
        return left, top, left + width, top + height
    xs, ys = zip(*(point for ring in shape for point in ring), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _same_extras(extras: Sequence[tuple[str, Mark]], kind: str) -> list[tuple[Claim, set[str]]]:
    """Every extra region with the vendors that have one of its class in its place."""
    out = []
    for _, mark in extras:
        here = _frame(mark.delivered_shape, kind)
        found = {
            vendor
            for vendor, other in extras
            if other.delivered == mark.delivered
            and _overlap(here, _frame(other.delivered_shape, kind)) >= SAME_PLACE
        }
        words = f"{mark.delivered} at {_short(mark.delivered_shape, kind)}"
        out.append((("extra", "", words), found))
    return out


def _overlap(one: Any, other: Any) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = sum((each[2] - each[0]) * (each[3] - each[1]) for each in (one, other))
    return float(both / (areas - both))


def _words(claim: Claim) -> str:
    kind, ours, theirs = claim
    if kind == "missing":
        return f"no {ours}"
    if kind == "extra":
        return f"also {theirs}"
    return f"{theirs} instead of {ours}" if ours else f"“{theirs}”"
