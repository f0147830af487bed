"""Canonical rows: what a file says once it is held against a pilot, in columns."""

from dataclasses import dataclass

from app.core.formats.shapes import Bools, Floats, Ints, Kind, Shapes


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Columns of equal length, one entry per annotator and item.

    `item` is a position in the pilot's items; `annotator` a position in `annotators`, or -1 where none is
    named; `seconds` NaN and `created` (seconds since 1970, UTC) NaN where unknown; `review` is accepted, fixed,
    rejected or empty.
    """

    item: Ints
    annotator: Ints
    annotators: tuple[str, ...]
    seconds: Floats
    seconds_source: tuple[str, ...]
    created: Floats
    skipped: Bools
    review: tuple[str, ...]
    guideline: tuple[str, ...]
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Gold, or one vendor's delivery read against it, for every task: items, answers and marks.

    `task` is a name of `tasks.TASKS`; `items` are names, sorted; `ids` the gold's own ids in the same order;
    `classes` are sorted names, `class_ids` the gold's numbers of them (empty: none); `sizes` is (items, 2) width
    and height, NaN where unknown, 1 x 1 where shapes are fractions of an image of unknown size; `texts` the
    source text per item (spans), else empty; `stratum`, `repeat_of` (the item of which this one is a hidden
    repeat, or empty) and `role` (a value of `item_list.Role`, or empty) are per item of the gold, () where it names
    none. An answer is one annotator's work on one item, a mark one label, box, polygon, mask, span or text in it.
    Per mark, sorted by item: `answer`, `item`, `label` (position in `classes`, -1 for texts), `crowd` (a region
    to ignore), `place` (for people) and `shape` as in `written.Written`, boxes and polygons in pixels.
    `answered` tells per item whether the file speaks about it; `listed` that it cannot name empty items.
    """

    source: str
    format: str
    task: str
    kind: Kind
    items: tuple[str, ...]
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    class_ids: tuple[int, ...]
    sizes: Floats
    texts: tuple[str, ...]
    stratum: tuple[str, ...]
    answers: Answers
    answer: Ints
    item: Ints
    label: Ints
    shape: Shapes
    crowd: Bools
    place: tuple[str, ...]
    answered: Bools
    listed: bool = False
    repeat_of: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Seconds per vendor, item and annotator from the side file, row by row as written.

    `started` and `ended` are seconds since 1970, NaN where unknown.
    """

    source: str
    vendor: tuple[str, ...]
    item: tuple[str, ...]
    annotator: tuple[str, ...]
    seconds: Floats
    started: Floats
    ended: Floats
    line: Ints
    repairs: tuple[str, ...] = ()
