"""Label sets of our own, read by `kit.child` in a process of its own: what they agree on, and the gold of them.

Problems come back at the form's field of the set (`FIELDS`), at the first where they are of several.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from app.core.errors import Invalid, Problem
from app.core.formats.item_list import read_items
from app.core.formats.rows import Rows
from app.core.pilots.own_sets import Choice, Compared, Dispute, OwnSets, compare_sets, frozen, read_sets
from app.core.pilots.results import plain_shapes
from app.pilots.reading import SHOWN, Handed

FIELDS = ("first", "second", "third", "fourth", "fifth")
Way = Mapping[str, Any]  # how the sets are read: files (path, name), iou, plain_texts, accept, handed


def _sets(task: str, way: Way) -> OwnSets:
    handed: Handed = way.get("handed")
    listed = read_items(Path(handed["path"]).read_bytes(), handed["name"]).items if handed else ()
    # people call their files alike: the letter of the set tells them apart
    names = [f"Set {letter}: {one['name']}" for letter, one in zip("ABCDE", way["files"], strict=False)]
    files = [(name, Path(one["path"]).read_bytes()) for name, one in zip(names, way["files"], strict=True)]
    try:
        return read_sets(task, files, listed, bool(way.get("accept")))
    except Invalid as failure:
        raise _placed(failure, names) from None


def _placed(failure: Invalid, names: Sequence[str]) -> Invalid:
    """The problems at the field of their file."""
    out, counts = [], dict.fromkeys(FIELDS, 0)
    for one in failure.problems:
        field = next(
            (key for key, name in zip(FIELDS, names, strict=False) if one.where.startswith(name)), FIELDS[0]
        )
        counts[field] += 1
        if counts[field] <= SHOWN:
            out.append(Problem(field, str(one)))
    return Invalid(failure.code, out)


def _compared(own: OwnSets, way: Way) -> Compared:
    return compare_sets(own, iou=way["iou"], plain_texts=bool(way.get("plain_texts")))


def compare_own(task: str, way: Way) -> bytes:
    """What all sets agree on: JSON with `agreed` (how many), `agreement`, `classes`, `kind`, `notes` and `disputes`.

    A dispute has `item`, `answers` (marks of each set as `own.answers_of` gives them, masks with their `outline` too;
    null where a set gives none), `odd` (per set the positions of its marks without an equal), and `size` and `text`
    where they are known.
    """
    own = _sets(task, way)
    found = _compared(own, way)
    if not found.agreed and not found.disputes:
        raise Invalid("sets.empty", [Problem(FIELDS[0], "The sets hold no labels of these items.")])
    outlines = [_outlines(rows) for rows in own.sets]
    place = {name: at for at, name in enumerate(own.frame.items)}
    facts = {
        "agreed": len(found.agreed),
        "agreement": asdict(found.agreement),
        "classes": list(own.frame.classes),
        "kind": own.frame.kind,
        "notes": [line for rows in own.sets for line in (*rows.repairs, *rows.warnings)],
        "disputes": [_told(own.frame, one, place[one.item], outlines) for one in found.disputes],
    }
    return orjson.dumps(facts)


def _outlines(rows: Rows) -> dict[int, list[Any]]:
    """Item -> the outlines of its masks; {} for everything else."""
    out: dict[int, list[Any]] = {}
    if rows.kind == "masks":
        for item, shape in zip(rows.item.tolist(), plain_shapes(rows), strict=True):
            out.setdefault(item, []).append(shape)
    return out


def _told(frame: Rows, one: Dispute, at: int, outlines: Sequence[Mapping[int, list[Any]]]) -> dict[str, Any]:
    answers = []
    for marks, drawn in zip(one.answers, outlines, strict=True):
        shown = drawn.get(at, [])
        plain = None if marks is None else [dict(mark) for mark in marks]
        for mark, outline in zip(plain or (), shown, strict=False):
            mark["outline"] = outline
        answers.append(plain)
    out: dict[str, Any] = {"item": one.item, "answers": answers, "odd": one.odd}
    if np.isfinite(frame.sizes[at]).all():
        out["size"] = frame.sizes[at].tolist()
    if frame.texts and frame.texts[at]:
        out["text"] = frame.texts[at]
    return out


def freeze_own(task: str, way: Way, choices: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The gold of all sets in our own form, from what is agreed and the `choices` (item -> kind, side, marks)."""
    own = _sets(task, way)
    decided = {
        item: Choice(one["kind"], one.get("side", 0), one.get("marks", ())) for item, one in choices.items()
    }
    try:
        return frozen(own, _compared(own, way), decided).content
    except Invalid as failure:
        told = [Problem("", str(one)) for one in failure.problems[:SHOWN]]
        raise Invalid(failure.code, told) from None
