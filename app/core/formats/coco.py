"""COCO JSON: the object with images, categories and annotations, and the bare list of results."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from app.core.formats.coco_masks import decoded, rectangles
from app.core.formats.content import parse_json
from app.core.formats.faults import refuse
from app.core.formats.geometry import add_box, add_filled, add_mask, add_polygon, rings_of
from app.core.formats.marks import LARGEST, Sheet, Source, number
from app.core.formats.shapes import Mask
from app.core.formats.written import Written

_FIELD = {"boxes": "bbox", "polygons": "segmentation", "masks": "segmentation"}
_ID = (1 << 53) - 1  # beyond this, ids written by JavaScript are no longer exact


def read_coco(source: Source) -> Written:
    """Boxes, polygons or masks of a COCO file; it knows neither annotators nor times.

    An object names its images (an image without annotations was looked at and is empty); a list of results names
    only the ids of images with marks and of their categories, which are the gold's. Scores are ignored.
    """
    if source.kind not in _FIELD and not source.data.strip(b"[] \t\r\n"):
        raise refuse("file.empty", source.name, "an empty list, without any label; export it again")
    if source.kind not in _FIELD:
        message = "COCO holds boxes, polygons and masks only; send CSV, JSONL or the export of your tool"
        raise refuse("format.wrong_task", source.name, message)
    document = parse_json(source.data, source.name)
    sheet = Sheet(source, "coco")
    if isinstance(document, list):
        _add_annotations(document, "entry", {}, {}, sheet)
        return sheet.written(listed=True)
    if not isinstance(document, dict):
        raise refuse(
            "file.not_coco", source.name, "neither a COCO object nor a results list; export it again"
        )
    images = _images(document, sheet)
    classes = _categories(document, sheet)
    rows = _listed(document, "annotations", sheet)
    _add_annotations(rows, "annotation", images, classes, sheet)
    return sheet.written(classes=tuple(classes.values()), class_ids=tuple(classes))


def _listed(document: Mapping[str, Any], key: str, sheet: Sheet) -> list[Any]:
    value = document.get(key)
    if isinstance(value, list):
        return value
    problem = "is missing" if value is None else "must be a list"
    sheet.faults.add(key, f"{problem}; a COCO object has images, categories and annotations")
    return []


def is_id(value: object) -> bool:
    """Whether `value` is an integer that every tool writes exactly (booleans are not)."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _ID


def _images(document: Mapping[str, Any], sheet: Sheet) -> dict[int, int]:
    """Image id -> position of its answer."""
    out: dict[int, int] = {}
    for at, image in enumerate(_listed(document, "images", sheet)):
        place = f"images[{at}]"
        if not isinstance(image, dict) or not is_id(image.get("id")):
            sheet.faults.add(place, "needs an integer id")
            continue
        identity = image["id"]
        if identity in out:
            sheet.faults.add(place, f"image id {identity} stands twice; ids must be unique")
            continue
        extent = [image.get("width"), image.get("height")]
        width, height = (number(one) for one in extent)
        if extent != [None, None] and not (width > 0 and height > 0):
            sheet.faults.add(f"{place} (id {identity})", "width and height must be numbers above 0")
        known = width > 0 and height > 0
        named = str(image.get("file_name") or identity).strip() or str(identity)
        before = len(sheet.items)
        item = sheet.item(
            (named, str(identity)), width=width if known else None, height=height if known else None
        )
        if item < before:
            sheet.faults.add(place, f"file_name {named!r} stands twice; every image is one item of the pilot")
        out[identity] = sheet.respond(item, place)
    if not out:
        sheet.faults.add("images", "the list is empty; a pilot needs items")
    return out


def _categories(document: Mapping[str, Any], sheet: Sheet) -> dict[int, str]:
    out: dict[int, str] = {}
    names: set[str] = set()
    for at, category in enumerate(_listed(document, "categories", sheet)):
        place = f"categories[{at}]"
        if not isinstance(category, dict) or not is_id(category.get("id")):
            sheet.faults.add(place, "needs an integer id")
            continue
        name = category.get("name")
        if not isinstance(name, str) or not name.strip():
            sheet.faults.add(place, "needs a name")
        elif category["id"] in out:
            sheet.faults.add(place, f"category id {category['id']} stands twice; ids must be unique")
        elif name.strip() in names:
            sheet.faults.add(place, f"category {name!r} stands twice; names must be unique")
        else:
            out[category["id"]] = name.strip()
            names.add(name.strip())
    return out


def _add_annotations(
    rows: Sequence[Any], unit: str, images: dict[int, int], classes: Mapping[int, str], sheet: Sheet
) -> None:
    """All marks; a results list (unit `entry`) names its images and categories by the gold's ids."""
    good = [(at, row) for at, row in enumerate(rows) if _well_formed(row, f"{unit} {at + 1}", sheet)]
    listed = unit == "entry"
    if listed:
        for at, row in good:
            if row["image_id"] not in images:
                item = sheet.item((str(row["image_id"]),))
                images[row["image_id"]] = sheet.respond(item, f"entry {at + 1}")
    else:
        _refuse_unknown(good, "image_id", "images", images, sheet)
        _refuse_unknown(good, "category_id", "categories", classes, sheet)
    places = _places(good, unit, sheet)
    answers = [images.get(row["image_id"], -1) for _, row in good]
    labels = [str(row["category_id"]) if listed else classes.get(row["category_id"], "") for _, row in good]
    if scores := sum("score" in row for _, row in good):
        sheet.noticed["scores ignored; labels by people carry no confidence"] += scores
    if any(one < 0 for one in answers) or not all(labels):
        return
    shapes = [row.get(_FIELD[sheet.kind]) for _, row in good]
    crowds = [bool(row.get("iscrowd")) for _, row in good]
    if sheet.kind == "boxes":
        _add_boxes(answers, labels, shapes, places, crowds, sheet)
        return
    for row in zip(answers, labels, shapes, places, crowds, strict=True):
        _add_region(*row, sheet)


def _well_formed(row: object, place: str, sheet: Sheet) -> bool:
    if not isinstance(row, dict):
        sheet.faults.add(place, f"must be an object with image_id, category_id and {_FIELD[sheet.kind]}")
        return False
    needed = ("image_id", "category_id", _FIELD[sheet.kind])
    if type(row.get("image_id")) is type(row.get("category_id")) is int and row.get(needed[2]) is not None:
        return True
    if absent := [key for key in needed if row.get(key) is None]:
        other = "segmentation" if needed[2] == "bbox" else "bbox"
        hint = f"it has {other} only, send {sheet.kind}" if needed[2] in absent and other in row else ""
        hint = hint or f"every mark needs {', '.join(needed)}"
        sheet.faults.add(place, f"{', '.join(absent)} missing; {hint}")
        return False
    for key in ("image_id", "category_id"):
        if not is_id(row[key]):
            sheet.faults.add(place, f"{key} must be an integer")
    return False


def _refuse_unknown(
    rows: Sequence[tuple[int, Any]], field: str, among: str, known: Mapping[int, Any], sheet: Sheet
) -> None:
    """One problem per unknown id, with how many marks carry it."""
    counts: dict[int, int] = {}
    for _, row in rows:
        if row[field] not in known:
            counts[row[field]] = counts.get(row[field], 0) + 1
    for one, count in counts.items():
        told = f"is not among the {among} of this file ({count} {'mark' if count == 1 else 'marks'})"
        sheet.faults.add(f"{field} {one}", f"{told}; correct the id, or add it to the {among}")


def _places(rows: Sequence[tuple[int, Any]], unit: str, sheet: Sheet) -> list[str]:
    places = []
    seen: set[str] = set()
    for at, row in rows:
        identity = row.get("id")
        place = f"{unit} {at + 1}" if identity is None else f"{unit} id {str(identity)[:40]}"
        if identity is not None and place in seen:
            sheet.mend(
                place,
                "stands twice; ids must be unique",
                "keep both marks",
                "repeated annotation ids kept as two marks",
            )
        seen.add(place)
        places.append(place)
    return places


def _add_boxes(
    answers: list[int],
    labels: list[str],
    shapes: Sequence[Any],
    places: list[str],
    crowds: list[bool],
    sheet: Sheet,
) -> None:
    """All boxes at once where every one is sound, else one by one."""
    if (
        {type(one) for one in shapes} <= {list}
        and {len(one) for one in shapes} <= {4}
        and set(map(type, chain.from_iterable(shapes))) <= {int, float}
    ):
        xywh = np.array(shapes, np.float64).reshape(-1, 4)
        if (np.abs(xywh) < LARGEST).all() and (xywh[:, 2:] > 0).all():
            sheet.answer, sheet.label, sheet.shape = answers, labels, list(xywh)
            sheet.place, sheet.crowd = places, crowds
            return
    for answer, label, box, place, crowd in zip(answers, labels, shapes, places, crowds, strict=True):
        if isinstance(box, list) and len(box) == 4:
            add_box(sheet, answer, label, [number(one) for one in box], place, crowd)
        else:
            sheet.faults.add(place, "bbox must be four numbers [x, y, width, height] in pixels")


def _add_region(answer: int, label: str, value: Any, place: str, crowd: bool, sheet: Sheet) -> None:
    """One segmentation: a list of outlines, or a run-length mask."""
    item = sheet.items[sheet.answers[answer].item]
    if isinstance(value, dict):
        mask = decoded(value, (item.width, item.height))
        if sheet.kind == "masks":
            add_mask(sheet, answer, label, mask, place, crowd)
        elif not crowd:
            sheet.faults.add(place, "the segmentation is a mask; compare it as masks, or export outlines")
        elif isinstance(mask, Mask):
            add_polygon(sheet, answer, label, rectangles(mask), place, crowd)
        else:
            sheet.faults.add(place, mask)
        return
    rings = rings_of(value)
    if not rings or not all(len(ring) for ring in rings):
        sheet.faults.add(place, "segmentation must be lists of x, y, x, y, … or a run-length mask")
    elif sheet.kind == "polygons":
        add_polygon(sheet, answer, label, rings, place, crowd)
    else:
        add_filled(sheet, answer, label, rings, (item.width or 0, item.height or 0), place, crowd)
