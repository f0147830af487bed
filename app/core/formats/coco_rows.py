"""The annotations of a COCO file as columns, checked: fields, kinds, ids, geometry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from app.core.formats.faults import SHOWN, Faults
from app.core.formats.shapes import Floats, Ints

MAX_PER_IMAGE = 2_000
EDGE = 1.0  # pixels over the edge that rounding explains
_LARGEST = 1e9  # no image is a billion pixels wide
_ROW_FIELDS = ("image_id", "category_id", "bbox")


@dataclass(frozen=True, slots=True)
class Columns:
    """Annotations of one file as written, before their ids mean anything."""

    image: list[int]
    category: list[int]
    xywh: Floats
    crowd: list[bool]
    place: tuple[str, ...]


def is_int(value: object) -> bool:
    """Whether `value` is an integer (booleans are not)."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """Whether `value` is an integer or float (booleans are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def read_columns(rows: Sequence[Any], unit: str, faults: Faults) -> Columns:
    """Annotations as columns; every row that lacks a field or holds the wrong kind is noted."""
    if not _well_formed(rows):
        for at, row in enumerate(rows):
            _check_row(row, f"{unit} {at + 1}", faults)
    if faults.count:
        return Columns([], [], np.zeros((0, 4)), [], ())
    ids = [row.get("id") for row in rows]
    _refuse_repeated_ids([one for one in ids if one is not None], unit, faults)
    place = tuple(f"{unit} {at + 1}" if one is None else f"{unit} id {one}" for at, one in enumerate(ids))
    return Columns(
        image=[row["image_id"] for row in rows],
        category=[row["category_id"] for row in rows],
        xywh=np.array([row["bbox"] for row in rows], np.float64).reshape(-1, 4),
        crowd=[bool(row.get("iscrowd")) for row in rows],
        place=place,
    )


def _well_formed(rows: Sequence[Any]) -> bool:
    """Whether every row has the fields in the right kinds: the fast look at what is nearly always true."""
    try:
        ids = {type(row[key]) for row in rows for key in ("image_id", "category_id")}
        boxes = [row["bbox"] for row in rows]
        return (
            ids <= {int}
            and {type(box) for box in boxes} <= {list}
            and {len(box) for box in boxes} <= {4}
            and set(map(type, chain.from_iterable(boxes))) <= {int, float}
        )
    except (KeyError, TypeError, IndexError):
        return False


def _check_row(row: object, where: str, faults: Faults) -> None:
    if not isinstance(row, dict):
        faults.add(where, "must be an object with image_id, category_id and bbox")
        return
    if absent := [key for key in _ROW_FIELDS if row.get(key) is None]:
        hint = "; this looks like a file of masks, send boxes" if "segmentation" in row else ""
        faults.add(where, f"{', '.join(absent)} missing{hint if 'bbox' in absent else ''}")
        return
    for key in ("image_id", "category_id"):
        if not is_int(row[key]):
            faults.add(where, f"{key} must be an integer")
    box = row["bbox"]
    if not (isinstance(box, list) and len(box) == 4 and all(is_number(one) for one in box)):
        faults.add(where, "bbox must be four numbers [x, y, width, height] in pixels")


def _refuse_repeated_ids(ids: Sequence[Any], unit: str, faults: Faults) -> None:
    if len(set(map(str, ids))) == len(ids):
        return
    seen: set[str] = set()
    for one in map(str, ids):
        if one in seen:
            faults.add(f"{unit} id {one}", "stands twice; ids must be unique")
        seen.add(one)


def resolve(written: Sequence[int], known: Mapping[int, int]) -> Ints:
    """Positions of the written ids among the known ones, -1 where unknown."""
    return np.array([known.get(one, -1) for one in written], np.int64)


def refuse_unknown(written: Sequence[int], found: Ints, field: str, meaning: str, faults: Faults) -> None:
    """One problem per unknown id, with how many boxes carry it."""
    unknown = np.nonzero(found < 0)[0]
    counts: dict[int, int] = {}
    for at in unknown.tolist():
        counts[written[at]] = counts.get(written[at], 0) + 1
    for one, count in counts.items():
        faults.add(f"{field} {one}", f"{meaning} ({count} {'box' if count == 1 else 'boxes'})")


def inside(columns: Columns, item: Ints, sizes: Floats, faults: Faults) -> tuple[Floats, tuple[str, ...]]:
    """Boxes clipped to their image where rounding went up to a pixel over the edge; the rest is noted."""
    xywh = columns.xywh
    if not len(xywh):
        return xywh, ()
    huge = ~(np.abs(xywh) < _LARGEST).all(1)
    _each(huge, columns, faults, lambda box: f"bbox {box} is beyond any image; give pixels")
    _each(
        (xywh[:, 2:] <= 0).any(1),
        columns,
        faults,
        lambda box: f"bbox {box} has no area; width and height must be above 0",
    )
    if faults.count:
        return xywh, ()
    crowded = np.bincount(item[item >= 0]) > MAX_PER_IMAGE
    for at in np.nonzero(crowded)[0]:
        example = columns.image[item.tolist().index(at)]
        faults.add(f"image_id {example}", f"more than {MAX_PER_IMAGE} boxes on one image; split the image")
    extent = sizes[item]
    corner, far = xywh[:, :2], xywh[:, :2] + xywh[:, 2:]
    with np.errstate(invalid="ignore"):
        over = np.maximum(-corner, far - extent)
        outside = np.any((over > EDGE) | (corner >= extent) | (far <= 0), axis=1)
        touch = np.any(over > 1e-6, axis=1)
    _each(
        outside,
        columns,
        faults,
        lambda box: f"bbox {box} lies outside its image; boxes are x, y, width, height in pixels",
    )
    low = np.where(touch[:, None], np.maximum(corner, 0), corner)
    high = np.where(touch[:, None], np.fmin(far, extent), far)
    clipped = np.where(touch[:, None], np.hstack([low, high - low]), xywh)
    count = int(touch.sum())
    return clipped, (
        (f"{faults.name}: {count} boxes up to 1 pixel over the edge were clipped",) if count else ()
    )


def _each(mask: Any, columns: Columns, faults: Faults, explain: Callable[[list[float]], str]) -> None:
    for at in np.nonzero(mask)[0]:
        message = explain(columns.xywh[at].tolist()) if faults.count < SHOWN else ""
        faults.add(columns.place[at], message)
