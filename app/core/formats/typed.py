"""Answers as people type them into a form: one mark a line, and back."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from app.core.errors import Invalid, Problem
from app.core.formats.faults import Faults
from app.core.formats.marks import LARGEST, Source, parse_number
from app.core.formats.own import SCHEMA, answers_of, read_own
from app.core.formats.resolve import KINDS, resolve_gold

HINTS: Mapping[str, str] = {
    "boxes": "One box a line: class, x, y, width, height in pixels from the top left.",
    "polygons": "One outline a line: class: x y, x y, x y in pixels; further rings after a semicolon.",
    "spans": "One span a line: class: the words as they stand in the text, or class, start, end in characters.",
    "texts": "The text as it should read.",
    "labels": "One class a line.",
}
TYPED = frozenset(HINTS)  # masks cannot be typed


def spoken(kind: str, marks: Sequence[Mapping[str, Any]]) -> str:
    """The marks of an answer as they are typed; '' for masks."""
    if kind == "texts":
        return str(marks[0].get("text", "")) if marks else ""
    return "\n".join(_line(kind, one) for one in marks if kind in TYPED)


def _line(kind: str, mark: Mapping[str, Any]) -> str:
    label = str(mark.get("label", ""))
    if kind == "boxes":
        return ", ".join([label, *map(_figure, mark["box"])])
    if kind == "polygons":
        rings = [", ".join(f"{_figure(x)} {_figure(y)}" for x, y in ring) for ring in mark["rings"]]
        return f"{label}: {'; '.join(rings)}"
    if kind == "spans":
        return ", ".join([label, *(str(end) for end in mark["span"])])
    return label


def _figure(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if math.isfinite(value) else ""


def typed(kind: str, text: str, source: str = "") -> list[dict[str, Any]]:
    """The marks that somebody typed; `source` is the text of spans. Nothing typed is no mark, for texts an empty one.

    Raises `Invalid` at `marks` with every line that cannot be read.
    """
    if kind == "texts":
        return [{"text": " ".join(text.split())}]
    faults = Faults("marks.typed", "")
    out = []
    for at, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _mark(kind, line.strip(), source)
        if isinstance(found, str):
            faults.add(f"line {at}", found)
        else:
            out.append(found)
    try:
        faults.stop()
    except Invalid as failure:
        told = [
            Problem("marks", f"{one.where.lstrip(', ').capitalize()}: {one.message}")
            for one in failure.problems
        ]
        raise Invalid(failure.code, told) from None
    return out


def _mark(kind: str, line: str, source: str) -> dict[str, Any] | str:
    if kind == "boxes":
        return _box(line)
    if kind == "polygons":
        return _outline(line)
    if kind == "spans":
        return _span(line, source)
    if kind == "labels":
        return {"label": line}
    return "masks cannot be typed; take an answer or exclude the item"


def _box(line: str) -> dict[str, Any] | str:
    parts = [one.strip() for one in line.rsplit(",", 4)]
    figures = [parse_number(one) for one in parts[1:]]
    if len(parts) < 5 or not parts[0] or any(math.isnan(one) for one in figures):
        return "a box is class, x, y, width, height"
    return {"label": parts[0], "box": figures}


def _outline(line: str) -> dict[str, Any] | str:
    label, _, rest = line.rpartition(":")
    rings = [
        [[parse_number(one) for one in point.split()] for point in ring.split(",")]
        for ring in rest.split(";")
    ]
    sound = all(
        len(point) == 2 and all(abs(one) < LARGEST for one in point) for ring in rings for point in ring
    )
    if not label.strip() or not sound:
        return "an outline is class: x y, x y, x y"
    return {"label": label.strip(), "rings": rings}


def _span(line: str, source: str) -> dict[str, Any] | str:
    parts = [one.strip() for one in line.rsplit(",", 2)]
    if len(parts) == 3 and parts[0] and parts[1].isdecimal() and parts[2].isdecimal():
        return {"label": parts[0], "span": [int(parts[1]), int(parts[2])]}
    label, colon, words = (one.strip() for one in line.partition(":"))
    if not colon or not label or not words:
        return "a span is class: its words, or class, start, end"
    start = source.find(words)
    if start < 0:
        return f"{words[:60]!r} does not stand in the text; copy the words from it"
    if source.find(words, start + 1) >= 0:
        return f"{words[:60]!r} stands in the text several times; give class, start, end"
    return {"label": label, "span": [start, start + len(words)]}


def settled(
    task: str,
    item: str,
    marks: Sequence[Mapping[str, Any]],
    classes: Sequence[str],
    *,
    size: tuple[float, float] | None = None,
    text: str = "",
) -> list[dict[str, Any]]:
    """The answer to one item as it will stand in the gold, held against its classes, size and text.

    Raises `Invalid` at `marks` with everything that cannot be.
    """
    head = {"schema": SCHEMA, "task": task, "classes": list(classes)}
    line: dict[str, Any] = {"item": item, "text": text, "marks": list(marks)}
    if size is not None and np.isfinite(size).all():
        line["width"], line["height"] = size
    strange = sorted({str(one.get("label", "")) for one in marks} - set(classes) - {""})
    problems = [Problem("marks", f"{one!r} is not a class of the gold.") for one in strange]
    try:
        source = Source(orjson.dumps(head) + b"\n" + orjson.dumps(line), "the answer", KINDS[task])
        found = answers_of(resolve_gold(read_own(source), task))[0]
    except Invalid as failure:
        problems += [Problem("marks", one.message) for one in failure.problems]
    if problems:
        raise Invalid("marks.refused", problems)
    return found
