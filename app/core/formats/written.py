"""What a file says, in its own words: every reader returns this, and nothing in it is held against a pilot yet."""

import math
from dataclasses import dataclass

from app.core.formats.shapes import Ints, Kind, Shapes


# Items and answers are not frozen: a file has a hundred thousand of them, and freezing doubles the time to make one.
@dataclass(slots=True)
class WrittenItem:
    """An item as the file names it.

    `keys` are its names from most to least telling (file name, global key, own id); any may match the pilot's.
    `width` and `height` are pixels; `text` is the source text of spans, None where the file has none; `repeat_of`
    names the item of which this one is a hidden repeat.
    """

    keys: tuple[str, ...]
    width: float | None = None
    height: float | None = None
    text: str | None = None
    stratum: str = ""
    repeat_of: str = ""


@dataclass(slots=True)
class WrittenAnswer:
    """One annotator's work on one item; it may hold no mark at all (looked, found nothing).

    `item` is a position in the items; `place` says where it stands for people ("line 7", "task 87"); `seconds`
    is NaN where unknown and `seconds_source` names the field it came from; `created_at` is ISO 8601 or empty;
    `review` is accepted, fixed, rejected or empty.
    """

    item: int
    place: str
    annotator: str = ""
    seconds: float = math.nan
    seconds_source: str = ""
    created_at: str = ""
    skipped: bool = False
    review: str = ""
    guideline: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Items, answers and marks of one file. A mark is one label, box, polygon, mask, span or text.

    Per mark: `answer` (position in `answers`), `label` (the class as written, "" for texts), `place`, and in
    `shape`, by `kind`: labels None; boxes (marks, 4) x, y, width, height from the top left; polygons and masks a
    tuple; spans (marks, 2) start and end in characters of the item's text, end exclusive; texts a tuple of str.
    `relative` tells that boxes and polygons are fractions of the image's width and height, not pixels.
    `listed` tells that the file cannot name items without marks. `classes` are those the file declares and
    `class_ids` its numbers of them, in the same order (empty: none); a COCO results list declares none, its
    labels are the gold's numbers.
    `crowd` marks regions to ignore (boxes, polygons, masks of a COCO gold); empty where there are none.
    """

    source: str
    format: str
    kind: Kind
    items: tuple[WrittenItem, ...]
    answers: tuple[WrittenAnswer, ...]
    answer: Ints
    label: tuple[str, ...]
    shape: Shapes
    place: tuple[str, ...]
    classes: tuple[str, ...] = ()
    class_ids: tuple[int, ...] = ()
    crowd: tuple[bool, ...] = ()
    relative: bool = False
    listed: bool = False
    repairs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
