"""The results of one Label Studio annotation as marks: regions with their labels, choices, texts."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.core.formats.geometry import add_box, add_filled, add_mask, add_polygon, add_span, pairs
from app.core.formats.marks import Sheet, number, parse_number, whole
from app.core.formats.shapes import Floats
from app.core.formats.studio_brush import decoded

Value = Mapping[str, Any]


def add_results(results: Sequence[Any], answer: int, place: str, sheet: Sheet) -> None:
    """All marks of one annotation; results with one id are one region (rectangle + labels)."""
    regions: dict[str, dict[str, Any]] = {}
    loose: list[Mapping[str, Any]] = []
    for at, result in enumerate(results):
        if not isinstance(result, dict) or not isinstance(result.get("value", {}), dict):
            sheet.faults.add(f"{place}, result {at + 1}", "must be an object with a value")
            continue
        value = result.get("value") or {}
        if result.get("type") == "relation":
            sheet.noticed["relations not used"] += 1
        elif kind := _kind(value):
            key = str(result.get("id") or f"number {at + 1}")
            region = regions.setdefault(key, {"kind": kind, "value": {}, "labels": [], "result": result})
            region["value"] = {**value, **region["value"]}
            region["labels"] += _labels(value)
        else:
            loose.append(result)
    for key, region in regions.items():
        _add_region(region, answer, f"{place}, region {key[:40]}", sheet)
    _add_loose([one for one in loose if str(one.get("id")) not in regions], answer, place, sheet)
    if own := sum(str(one.get("id")) in regions for one in loose):
        sheet.noticed["answers about single regions not used"] += own


def _kind(value: Value) -> str:
    """The kind of region a value draws, empty for answers about the whole item."""
    if "rle" in value:
        return "masks"
    if "points" in value:
        return "polygons"
    if "start" in value and "end" in value:
        return "spans"
    if {"x", "y", "width", "height"} <= value.keys():
        return "boxes"
    return "ellipses and points" if {"x", "y"} <= value.keys() else ""


def _labels(value: Value) -> list[str]:
    for key, names in value.items():
        if key.endswith("labels") and isinstance(names, list):
            return [one.strip() for one in names if isinstance(one, str) and one.strip()]
    return []


def _add_region(region: Mapping[str, Any], answer: int, place: str, sheet: Sheet) -> None:
    kind, value, result = region["kind"], region["value"], region["result"]
    if kind != sheet.kind and not (kind == "polygons" and sheet.kind == "masks"):
        sheet.other(kind)
        return
    labels = list(dict.fromkeys(region["labels"]))
    if not labels:
        problem = "the region has no label; label it or delete it"
        sheet.mend(place, problem, "leave such regions out", "regions without a label left out")
    if len(labels) > 1:
        sheet.noticed["regions with several labels count once for each"] += 1
    for label in labels:
        if kind == "spans":
            _span(value, answer, label, place, sheet)
        else:
            _drawn(kind, value, result, answer, label, place, sheet)


def _drawn(kind: str, value: Value, result: Value, answer: int, label: str, place: str, sheet: Sheet) -> None:
    """A box, polygon or mask: percent of the original size become pixels."""
    size = [number(result.get(one, value.get(one))) for one in ("original_width", "original_height")]
    if not all(one >= 1 for one in size):
        sheet.faults.add(
            place, "needs original_width and original_height; export the annotations as JSON again"
        )
        return
    if not _upright(result, value, place, sheet):
        return
    item = sheet.answers[answer].item
    sheet.sized(item, size[0], size[1], place)
    scale = np.array(size) / 100
    if kind == "masks":
        add_mask(sheet, answer, label, decoded(value["rle"], int(size[0]), int(size[1])), place)
    elif kind == "boxes":
        percent = [number(value.get(one)) for one in ("x", "y", "width", "height")]
        xywh = _turned(percent, number(value.get("rotation", 0)), size)
        add_box(sheet, answer, label, xywh, place)
    else:
        rings: list[Floats] = [pairs(value["points"]) * scale]
        if sheet.kind == "masks":
            add_filled(sheet, answer, label, rings, (size[0], size[1]), place)
        else:
            add_polygon(sheet, answer, label, rings, place)


def _upright(result: Value, value: Value, place: str, sheet: Sheet) -> bool:
    """Whether a region is not turned; a turned box may be taken as the upright box around it."""
    if number(result.get("image_rotation", 0) or 0) != 0:
        sheet.faults.add(place, "drawn on a rotated image; rotate the image itself and label it again")
        return False
    if "rle" in value or "points" in value or number(value.get("rotation", 0) or 0) % 360 == 0:
        return True
    problem = "the box is rotated; draw upright boxes, or compare polygons"
    return sheet.mend(
        place, problem, "take the upright box around it", "rotated boxes taken as the box around them"
    )


def _turned(percent: Sequence[float], degrees: float, size: Sequence[float]) -> list[float]:
    """The upright box in pixels around a box turned clockwise about its top left corner."""
    x, y, width, height = (one * extent / 100 for one, extent in zip(percent, (*size, *size), strict=True))
    if not degrees % 360:
        return [x, y, width, height]
    angle = np.radians(degrees)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    turned = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    low, high = turned.min(axis=0), turned.max(axis=0)
    return [x + float(low[0]), y + float(low[1]), *(high - low).tolist()]


def _span(value: Value, answer: int, label: str, place: str, sheet: Sheet) -> None:
    offsets = value.get("globalOffsets")
    given = offsets if isinstance(offsets, dict) else value
    start, end = (_offset(given.get(one)) for one in ("start", "end"))
    text = sheet.items[sheet.answers[answer].item].text
    quoted = value.get("text")
    if start is not None and end is not None and 0 <= start < end and text and isinstance(quoted, str):
        found = _located(text, start, end, quoted, sheet)
        if found is None:
            told = f"says {quoted[:40]!r}, but characters {start} to {end} of its text are {text[start:end][:40]!r}"
            sheet.faults.add(place, f"{told}; export with the text that was labelled")
            return
        start, end = found
    add_span(sheet, answer, label, start, end, place)


def _offset(value: Any) -> int | None:
    return whole(parse_number(value)) if isinstance(value, str) else whole(value)


def _located(text: str, start: int, end: int, quoted: str, sheet: Sheet) -> tuple[int, int] | None:
    """The span whose characters are the quoted ones; browsers count some characters (emoji) twice.

    To the letter before spaces aside: read in the wrong units, the span of an emoji is the emoji and a space.
    """
    units = text.encode("utf-16-le")
    head, told = (
        part.decode("utf-16-le", "ignore") for part in (units[: 2 * start], units[2 * start : 2 * end])
    )
    in_units = len(head), len(head) + len(told)
    for same in (str, _plain):
        if same(text[start:end]) == same(quoted):
            return start, end
        if same(told) == same(quoted):
            sheet.repaired["spans counted in UTF-16 units turned into characters"] += 1
            return in_units
    return None


def _plain(text: str) -> str:
    return "".join(text.replace("\\n", "\n").split())


def _add_loose(results: Sequence[Value], answer: int, place: str, sheet: Sheet) -> None:
    """Choices and texts about the whole item."""
    choices: dict[str, list[str]] = {}
    texts: dict[str, list[str]] = {}
    for result in results:
        value = result.get("value") or {}
        name = str(result.get("from_name", ""))
        chosen, written = value.get("choices"), value.get("text")
        if isinstance(chosen, list):
            choices.setdefault(name, []).extend(one.strip() for one in chosen if isinstance(one, str))
        elif isinstance(written, str | list) and result.get("type") == "textarea":
            parts = (
                [written] if isinstance(written, str) else [one for one in written if isinstance(one, str)]
            )
            texts.setdefault(name, []).extend(parts)
        else:
            sheet.other(f"results of type {str(result.get('type'))[:40]!r}")
    if sheet.kind == "labels":
        _add_choices(choices, answer, place, sheet)
    elif sheet.kind == "texts":
        _add_text(texts, answer, place, sheet)
    for _ in choices if sheet.kind != "labels" else ():
        sheet.other("labels")
    for _ in texts if sheet.kind != "texts" else ():
        sheet.other("texts")


def _add_choices(choices: Mapping[str, Sequence[str]], answer: int, place: str, sheet: Sheet) -> None:
    if len(choices) > 1:
        sheet.noticed[
            f"annotations with choices of several questions ({', '.join(choices)}) taken together"
        ] += 1
    sheet.choose(answer, [one for names in choices.values() for one in names if one], place)


def _add_text(texts: Mapping[str, Sequence[str]], answer: int, place: str, sheet: Sheet) -> None:
    if len(texts) > 1:
        sheet.faults.add(place, f"has several text fields ({', '.join(texts)}); export the one to compare")
        return
    for parts in texts.values():
        if len(parts) > 1:
            sheet.noticed["texts written in several parts joined by line breaks"] += 1
        sheet.mark(answer, "", "\n".join(parts), place)
