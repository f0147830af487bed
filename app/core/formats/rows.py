"""Canonical rows: what a file says once it is held against a pilot, in columns."""

from dataclasses import dataclass

from app.core.formats.shapes import Bools, Floats, Ints, Kind, Shapes


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """One label per row (classification): gold, or one vendor's delivery against it.

    `item` and `label` are positions in `items` and `classes`, which are the gold's, sorted.
    `annotator` is a position in `annotators`, or -1 where the file names none; `seconds` is NaN where
    unknown; `line` is the line of the file. `stratum` (gold only) names a stratum per item, or is empty.
    """

    source: str
    format: str
    items: tuple[str, ...]
    classes: tuple[str, ...]
    item: Ints
    label: Ints
    annotator: Ints
    annotators: tuple[str, ...]
    seconds: Floats
    line: Ints
    stratum: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """One box per row: gold, or one vendor's delivery against it.

    `items` are image names (file names, or ids where there are none), sorted; `ids` the gold's image ids
    in the same order. `xywh` is (n, 4) in pixels from the top left. `sizes` is (items, 2) width and height,
    NaN where unknown. `answered` tells per item whether the delivery speaks about it at all.
    `place` names each box for people (annotation id or position in the list); `listed` tells that the file
    is a results list, which cannot name images without boxes.
    """

    source: str
    format: str
    items: tuple[str, ...]
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    class_ids: tuple[int, ...]
    sizes: Floats
    item: Ints
    label: Ints
    xywh: Floats
    crowd: Bools
    answered: Bools
    place: tuple[str, ...]
    listed: bool = False
    repairs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


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
    source text per item (spans), else empty. An answer is one annotator's work on one item, a mark one label,
    box, polygon, mask, span or text in it.
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
    repairs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Seconds per vendor, item and annotator from the side file, row by row as written."""

    source: str
    vendor: tuple[str, ...]
    item: tuple[str, ...]
    annotator: tuple[str, ...]
    seconds: Floats
    line: Ints
    repairs: tuple[str, ...] = ()
