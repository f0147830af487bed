"""Shapes as tools write them, checked and brought to one form: boxes, polygons, masks."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from app.core.formats.marks import LARGEST, Sheet
from app.core.formats.shapes import Bools, Floats, Ints, Mask, Polygon

MAX_PIXELS = 100_000_000


def add_box(
    sheet: Sheet, answer: int, label: str, xywh: Sequence[float], place: str, crowd: bool = False
) -> None:
    """Add a box x, y, width, height; one without area or beyond any image is a problem."""
    x, y, width, height = xywh
    if width > 0 and height > 0 and math.isfinite(x + y + width + height):
        sheet.mark(answer, label, (x, y, width, height), place, crowd)
        return
    told = f"box {[round(one, 4) for one in xywh]}"
    if any(math.isnan(one) or abs(one) >= LARGEST for one in xywh):
        sheet.faults.add(place, f"{told} is not four numbers of an image; give x, y, width, height")
    elif width == 0 or height == 0:
        problem = f"{told} has no area; width and height must be above 0"
        sheet.mend(place, problem, "leave the box out", "boxes without area left out")
    elif sheet.mend(
        place,
        f"{told} has a negative size; width and height must be above 0",
        "turn the box around",
        "boxes of negative size turned around",
    ):
        found = (min(x, x + width), min(y, y + height), abs(width), abs(height))
        sheet.mark(answer, label, found, place, crowd)


def add_polygon(
    sheet: Sheet, answer: int, label: str, rings: Sequence[Floats], place: str, crowd: bool = False
) -> None:
    """Add a polygon of rings (points, 2); fewer than three points or no area is a problem."""
    if not rings or any(not np.isfinite(ring).all() or (np.abs(ring) >= LARGEST).any() for ring in rings):
        sheet.faults.add(place, "the polygon is not made of pairs of numbers; export it again")
        return
    kept: Polygon = tuple(ring for ring in rings if len(ring) >= 3 and area(ring) > 0)
    problem = "a polygon needs three points or more that enclose an area; draw it again"
    whole = len(kept) == len(rings)
    if (
        whole or sheet.mend(place, problem, "leave such outlines out", "outlines without area left out")
    ) and kept:
        sheet.mark(answer, label, kept, place, crowd)


def add_span(sheet: Sheet, answer: int, label: str, start: int | None, end: int | None, place: str) -> None:
    """Add a span of characters, end exclusive; what is no span of its item's text is a problem."""
    text = sheet.items[sheet.answers[answer].item].text
    if start is None or end is None:
        sheet.faults.add(place, "start and end must be whole numbers of characters")
    elif not 0 <= start < end:
        message = f"span {start}–{end} is empty or reversed; its end is exclusive and must be above its start"
        sheet.faults.add(place, message)
    elif text is not None and end > len(text):
        message = f"span {start}–{end} lies outside its text of {len(text)} characters; count from 0"
        sheet.faults.add(place, message)
    else:
        sheet.mark(answer, label, (start, end), place)


def area(ring: Floats) -> float:
    """The area inside a ring of (points, 2), by the shoelace formula."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def add_mask(
    sheet: Sheet, answer: int, label: str, mask: Mask | str, place: str, crowd: bool = False
) -> None:
    """Add a mask, or note the problem that stands in its place; a mask without pixels is one."""
    if isinstance(mask, str):
        sheet.faults.add(place, mask)
    elif mask.runs[1::2].any():
        sheet.mark(answer, label, mask, place, crowd)
    else:
        problem = "the mask has no pixel; leave it out"
        sheet.mend(place, problem, "leave empty masks out", "masks without pixels left out")


def add_filled(
    sheet: Sheet,
    answer: int,
    label: str,
    rings: Sequence[Floats],
    size: tuple[float, float],
    place: str,
    crowd: bool = False,
) -> None:
    """Add a polygon as the mask of the pixels whose centres it encloses; `size` is the image's width and height."""
    if not (0 < size[0] * size[1] <= MAX_PIXELS):
        sheet.faults.add(
            place, "a polygon can be filled only in an image of known size; give width and height"
        )
        return
    before = sheet.faults.count
    if any(
        ring.size == 0 or not np.isfinite(ring).all() or (np.abs(ring) >= LARGEST).any() for ring in rings
    ):
        sheet.faults.add(place, "the polygon is not made of pairs of numbers; export it again")
    if sheet.faults.count == before and rings:
        sheet.repaired["polygons filled to masks by pixel centres"] += 1
        add_mask(sheet, answer, label, filled(rings, int(size[0]), int(size[1])), place, crowd)


def filled(rings: Sequence[Floats], width: int, height: int) -> Mask:
    """The pixels of a width x height image whose centres lie inside any of the rings (even-odd in each)."""
    points = np.concatenate(rings)
    left, top = np.clip(np.floor(points.min(axis=0)), 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(points.max(axis=0)), 0, (width, height)).astype(int).tolist()
    bits = np.zeros((max(bottom - top, 1), max(right - left, 1)), np.bool_)
    if right > left and bottom > top:
        for ring in rings:
            bits |= _inside(ring, left, top, bits.shape)
    return of_bits(bits, left, top)


def _inside(ring: Floats, left: int, top: int, shape: tuple[int, ...]) -> Bools:
    """Even-odd: every edge flips the pixels of a row to the right of where it crosses the row's centre."""
    flips = np.zeros((shape[0], shape[1] + 1), np.int64)
    ends = np.roll(ring, -1, axis=0)
    for (x0, y0), (x1, y1) in zip(ring.tolist(), ends.tolist(), strict=True):
        if y0 == y1:
            continue
        low, high = min(y0, y1), max(y0, y1)
        first = max(math.ceil(low - 0.5), top)
        last = min(math.ceil(high - 0.5), top + shape[0])  # half open: a corner flips once
        rows = np.arange(first, last)
        cross = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0)
        column = np.clip(np.ceil(cross - 0.5) - left, 0, shape[1]).astype(np.int64)
        np.add.at(flips, (rows - top, column), 1)
    return np.asarray(flips.cumsum(axis=1)[:, :-1] % 2 == 1)


def of_bits(bits: Bools, left: int, top: int) -> Mask:
    """The mask of (height, width) booleans at a place."""
    return Mask(left, top, bits.shape[1], bits.shape[0], runs_of(bits.ravel()))


def runs_of(flat: Bools) -> Ints:
    """Lengths of runs of booleans, zeros first."""
    change = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = np.concatenate([[0], change, [len(flat)]])
    runs = np.diff(edges)
    return np.concatenate([[0], runs]) if len(flat) and flat[0] else np.asarray(runs)


def cropped(runs: Ints, width: int) -> Mask:
    """The mask of row-major runs (zeros first) over a whole image of this width, cut to its pixels."""
    ends = np.cumsum(runs)
    starts, stops = (ends - runs)[1::2], ends[1::2]
    some = stops > starts
    starts, stops = starts[some], stops[some]
    if not len(starts):
        return Mask(0, 0, 1, 1, np.array([1]))
    top, bottom = int(starts[0] // width), int((stops[-1] - 1) // width) + 1
    rows = np.zeros((bottom - top) * width, np.bool_)
    steps = np.zeros(len(rows) + 1, np.int8)
    steps[starts - top * width] += 1
    steps[stops - top * width] -= 1
    rows = np.cumsum(steps[:-1]).astype(np.bool_)
    grid = rows.reshape(-1, width)
    columns = np.flatnonzero(grid.any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    return of_bits(grid[:, left:right], left, top)


def pairs(values: Any) -> Floats:
    """Numbers as (points, 2), from a flat list or a list of pairs; empty where they are no such thing."""
    try:
        found = np.array(values, np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.zeros((0, 2))
    if found.ndim == 1 and found.size % 2 == 0:
        return found.reshape(-1, 2)
    return found if found.ndim == 2 and found.shape[1] == 2 else np.zeros((0, 2))


def rings_of(value: Any) -> list[Floats]:
    """The rings of a polygon written as pairs, as one flat list, or as a list of either."""
    if not isinstance(value, list) or not value:
        return []
    nested = isinstance(value[0], list) and (
        len(value[0]) > 2 or (bool(value[0]) and isinstance(value[0][0], list))
    )
    return [pairs(one) for one in value] if nested else [pairs(value)]
