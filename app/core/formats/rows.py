"""Canonical rows: what every reader returns, in columns, resolved against the pilot's items and classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


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
class Times:
    """Seconds per vendor, item and annotator from the side file, row by row as written."""

    source: str
    vendor: tuple[str, ...]
    item: tuple[str, ...]
    annotator: tuple[str, ...]
    seconds: Floats
    line: Ints
    repairs: tuple[str, ...] = ()
