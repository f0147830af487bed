"""COCO JSON: the ground truth object and the results list, to boxes resolved against the pilot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from app.core.formats.coco_rows import (
    Columns,
    inside,
    is_int,
    is_number,
    read_columns,
    refuse_unknown,
    resolve,
)
from app.core.formats.content import check_bytes, parse_json
from app.core.formats.faults import Faults, refuse
from app.core.formats.rows import Boxes
from app.core.formats.shapes import Floats, Ints


def read_gold_boxes(data: bytes, name: str) -> Boxes:
    """The gold of a boxes pilot: a COCO object with images, categories and annotations.

    Images, classes and boxes come sorted by image name, so that the order of the file changes nothing.
    Raises `Invalid` with every fault of the file.
    """
    document = parse_json(check_bytes(data, name), name)
    if not isinstance(document, dict):
        message = "a results list cannot be the gold (it names no images); give the COCO object with images"
        raise refuse("gold.not_coco", name, message)
    faults = Faults("gold.broken", name)
    names, sizes = _images(document, faults)
    classes = _categories(document, faults)
    columns = read_columns(_listed(document, "annotations", faults), "annotation", faults)
    faults.stop()
    order = sorted(names, key=lambda one: (names[one], one))
    labels = sorted(classes, key=lambda one: classes[one])
    item = resolve(columns.image, {one: at for at, one in enumerate(order)})
    label = resolve(columns.category, {one: at for at, one in enumerate(labels)})
    refuse_unknown(columns.image, item, "image_id", "is not among the images of this file", faults)
    refuse_unknown(columns.category, label, "category_id", "is not among the categories of this file", faults)
    extent = np.array([sizes[one] for one in order], np.float64).reshape(-1, 2)
    xywh, repairs = inside(columns, item, extent, faults)
    faults.stop()
    return _boxes(
        name,
        items=tuple(names[one] for one in order),
        ids=tuple(str(one) for one in order),
        classes=tuple(classes[one] for one in labels),
        class_ids=tuple(labels),
        sizes=extent,
        item=item,
        label=label,
        xywh=xywh,
        columns=columns,
        answered=np.ones(len(order), np.bool_),
        repairs=repairs,
        warnings=(),
    )


@dataclass(frozen=True, slots=True)
class _Key:
    """What the ids of one delivery mean: image and category ids -> positions in the gold."""

    unit: str
    images: Mapping[int, int]
    labels: Mapping[int, int]
    unknown_image: str
    unknown_label: str
    answered: tuple[int, ...] = ()
    repairs: tuple[str, ...] = ()


def read_delivered_boxes(data: bytes, name: str, gold: Boxes) -> Boxes:
    """One vendor's boxes: a COCO object (images by file name, categories by name) or a results list.

    The ids of a results list are those of the gold. Scores are ignored and a warning says so. Raises
    `Invalid` with every fault, unknown images and categories among them.
    """
    document = parse_json(check_bytes(data, name), name)
    faults = Faults("delivery.broken", name)
    if isinstance(document, list):
        rows: Sequence[Any] = document
        key = _gold_key(gold)
    elif isinstance(document, dict):
        rows = _listed(document, "annotations", faults)
        key = _own_key(document, gold, faults)
    else:
        raise refuse("delivery.not_coco", name, "neither a COCO object nor a COCO results list; export again")
    columns = read_columns(rows, key.unit, faults)
    item, label = resolve(columns.image, key.images), resolve(columns.category, key.labels)
    refuse_unknown(columns.image, item, "image_id", key.unknown_image, faults)
    refuse_unknown(columns.category, label, "category_id", key.unknown_label, faults)
    xywh, clipped = inside(columns, item, gold.sizes, faults)
    faults.stop()
    answered = np.zeros(len(gold.items), np.bool_)
    answered[item] = True
    answered[list(key.answered)] = True
    return _boxes(
        name,
        items=gold.items,
        ids=gold.ids,
        classes=gold.classes,
        class_ids=gold.class_ids,
        sizes=gold.sizes,
        item=item,
        label=label,
        xywh=xywh,
        columns=columns,
        answered=answered,
        listed=isinstance(document, list),
        repairs=(*key.repairs, *clipped),
        warnings=_notices(rows, name),
    )


def _gold_key(gold: Boxes) -> _Key:
    """A results list speaks in the gold's own ids."""
    return _Key(
        unit="entry",
        images={int(one): at for at, one in enumerate(gold.ids)},
        labels={one: at for at, one in enumerate(gold.class_ids)},
        unknown_image=f"is not in the gold ({gold.source}); is this a delivery for another pilot?",
        unknown_label=f"is not a category of the gold ({gold.source}); use its category ids",
    )


def _own_key(document: Mapping[str, Any], gold: Boxes, faults: Faults) -> _Key:
    """A COCO object may renumber everything: images are found by file name, categories by name."""
    images, repairs = _delivered_images(document, gold, faults)
    return _Key(
        unit="annotation",
        images=images,
        labels=_delivered_classes(document, gold, faults),
        unknown_image="is not among the known images of this file",
        unknown_label="is not among the known categories of this file",
        answered=tuple(images.values()),
        repairs=repairs,
    )


def _boxes(name: str, *, columns: Columns, item: Ints, label: Ints, xywh: Floats, **rest: Any) -> Boxes:
    """Rows sorted by item, class and geometry: what the file order was can never reach a figure."""
    order = np.lexsort((*xywh.T[::-1], label, item))
    return Boxes(
        source=name,
        format="coco",
        item=item[order],
        label=label[order],
        xywh=xywh[order],
        crowd=np.array(columns.crowd, np.bool_)[order],
        place=tuple(columns.place[at] for at in order),
        **rest,
    )


def _listed(document: Mapping[str, Any], key: str, faults: Faults) -> list[Any]:
    value = document.get(key)
    if isinstance(value, list):
        return value
    problem = "is missing" if value is None else "must be a list"
    faults.add(key, f"{problem}; a COCO object has images, categories and annotations")
    return []


def _images(document: Mapping[str, Any], faults: Faults) -> tuple[dict[int, str], dict[int, list[float]]]:
    """Image id -> item name (file name, else the id) and -> width and height (NaN where unknown)."""
    names: dict[int, str] = {}
    sizes: dict[int, list[float]] = {}
    seen: set[str] = set()
    for at, image in enumerate(_listed(document, "images", faults)):
        where = f"images[{at}]"
        if not isinstance(image, dict) or not is_int(image.get("id")):
            faults.add(where, "needs an integer id")
            continue
        identity = image["id"]
        item = str(image.get("file_name") or identity)
        if identity in names:
            faults.add(where, f"image id {identity} stands twice; ids must be unique")
        elif item in seen:
            faults.add(where, f"file_name {item!r} stands twice; every image is one item of the pilot")
        extent: list[Any] = [image.get("width"), image.get("height")]
        if all(one is None for one in extent):
            extent = [np.nan, np.nan]
        elif not all(is_number(one) and one > 0 for one in extent):
            faults.add(f"{where} (id {identity})", "width and height must be numbers above 0")
            extent = [np.nan, np.nan]
        names[identity], sizes[identity] = item, extent
        seen.add(item)
    if not names and not faults.count:
        faults.add("images", "the list is empty; a pilot needs items")
    return names, sizes


def _categories(document: Mapping[str, Any], faults: Faults) -> dict[int, str]:
    classes: dict[int, str] = {}
    for at, category in enumerate(_listed(document, "categories", faults)):
        where = f"categories[{at}]"
        if not isinstance(category, dict) or not is_int(category.get("id")):
            faults.add(where, "needs an integer id")
        elif not isinstance(category.get("name"), str) or not category["name"].strip():
            faults.add(where, "needs a name")
        elif category["id"] in classes:
            faults.add(where, f"category id {category['id']} stands twice; ids must be unique")
        elif category["name"] in classes.values():
            faults.add(where, f"category {category['name']!r} stands twice; names must be unique")
        else:
            classes[category["id"]] = category["name"]
    return classes


def _delivered_images(
    document: Mapping[str, Any], gold: Boxes, faults: Faults
) -> tuple[dict[int, int], tuple[str, ...]]:
    """The delivery's image id -> position in the gold's items, by name, id or name without folder."""
    names, sizes = _images(document, faults)
    known = {one: at for at, one in enumerate(gold.ids)} | {one: at for at, one in enumerate(gold.items)}
    base = _unique_base(gold.items)
    found: dict[int, int] = {}
    moved = 0
    for identity, item in names.items():
        where = f"image {identity}"
        at = known.get(item, base.get(_base(item)))
        if at is None:
            faults.add(where, f"{item!r} is not in the gold ({gold.source}); is it from another pilot?")
            continue
        moved += item not in known
        if _resized(sizes[identity], gold.sizes[at].tolist()):
            message = "width and height differ from the gold; deliver coordinates of the original image"
            faults.add(where, message)
        found[identity] = at
    if len(set(found.values())) < len(found):
        faults.add("images", "two images name the same item of the gold; keep one of each")
    repairs = (f"{faults.name}: {moved} images matched by file name without folder",) if moved else ()
    return found, repairs


def _resized(mine: Sequence[float], gold: Sequence[float]) -> bool:
    return all(np.isfinite((*mine, *gold))) and tuple(mine) != tuple(gold)


def _base(item: str) -> str:
    return PurePosixPath(item.replace("\\", "/")).name


def _unique_base(items: Iterable[str]) -> dict[str, int]:
    base: dict[str, int] = {}
    twice: set[str] = set()
    for at, item in enumerate(items):
        key = _base(item)
        if key in base:
            twice.add(key)
        base[key] = at
    return {key: at for key, at in base.items() if key not in twice}


def _delivered_classes(document: Mapping[str, Any], gold: Boxes, faults: Faults) -> dict[int, int]:
    """The delivery's category id -> position in the gold's classes, by name."""
    known = {one: at for at, one in enumerate(gold.classes)}
    found: dict[int, int] = {}
    for identity, name in _categories(document, faults).items():
        if name in known:
            found[identity] = known[name]
        else:
            shown = ", ".join(gold.classes[:8]) + (", …" if len(gold.classes) > 8 else "")
            faults.add(f"category {identity}", f"{name!r} is not a category of the gold; use one of {shown}")
    return found


def _notices(rows: Sequence[Any], name: str) -> tuple[str, ...]:
    scores = sum("score" in row for row in rows)
    crowds = sum(bool(row.get("iscrowd")) for row in rows)
    out = []
    if scores:
        out.append(f"{name}: scores of {scores} boxes ignored; labels by people carry no confidence.")
    if crowds:
        out.append(f"{name}: {crowds} crowd boxes left out; a delivery must box every object by itself.")
    return tuple(out)
