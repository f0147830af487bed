"""CVAT for images 1.1 and for video 1.1: boxes, polygons, masks and tags per image, tracks per frame."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from app.core.formats.geometry import MAX_PIXELS, add_box, add_filled, add_mask, add_polygon
from app.core.formats.marks import Sheet, Source, parse_number, whole
from app.core.formats.shapes import Mask
from app.core.formats.written import Written
from app.core.formats.xml_events import Elements, walk

_KINDS = {"box": "boxes", "polygon": "polygons", "mask": "masks", "tag": "labels"}
_OTHERS = {
    "polyline": "polylines",
    "points": "points",
    "cuboid": "cuboids",
    "skeleton": "skeletons",
    "ellipse": "ellipses",
}
_MAX_FRAMES = 100_000


def read_cvat(source: Source) -> Written:
    """Boxes, polygons, masks or tags of a CVAT XML file; it knows neither annotators nor times.

    An image without shapes was looked at and is empty. Tracks become marks of their frames, without those that
    are outside; where the file names no images, items are the frames (`frame_000010`, or the bare number).
    """
    sheet = Sheet(source, "cvat")
    reader = _Cvat(sheet)
    walk(source.data, reader)
    if reader.root != "annotations":
        sheet.faults.add("", "is no CVAT file (annotations as the outer element); export CVAT for images 1.1")
    return sheet.written(classes=tuple(dict.fromkeys(reader.classes)))


class _Cvat(Elements):
    """Fills a sheet from the elements of a CVAT file."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet.source.name)
        self.sheet = sheet
        self.root = ""
        self.classes: list[str] = []
        self.meta: dict[str, float] = {}
        self.frames: dict[int, int] = {}
        self.answer = -1
        self.track: str | None = None
        self.names: set[str] = set()
        self.has_images = False

    def opened(self, tag: str, attributes: Mapping[str, str]) -> None:
        depth = len(self.path)
        if depth == 1:
            self.root = tag
        elif tag == "image" and depth == 2:
            self._image(attributes)
        elif tag == "track" and depth == 2:
            self.track = attributes.get("label", "")
            self._declared_frames()
        elif depth == 3 and self.path[1] in ("image", "track"):
            self._shape(tag, attributes)
        elif tag == "attribute" and depth == 4 and self.path[1] in ("image", "track"):
            self.sheet.noticed["attributes not used"] += 1

    def closed(self, tag: str, text: str) -> None:
        depth = len(self.path)
        if depth == 2 and tag in ("image", "track"):
            self.answer, self.track = -1, None
        elif depth > 2 and self.path[1] == "meta":
            if self.path[-3:] == ["labels", "label", "name"] and text:
                self.classes.append(text)
            elif tag in ("width", "height", "size", "start_frame", "stop_frame"):
                self.meta.setdefault(tag, parse_number(text))

    def _image(self, attributes: Mapping[str, str]) -> None:
        place, name = self.line, attributes.get("name", "").strip()
        self.has_images = True
        if not name:
            self.sheet.faults.add(place, "the image has no name; export the task again")
            return
        if name in self.names:
            message = f"image {name!r} stands twice; every image is one item, keep one"
            self.sheet.faults.add(place, message)
        self.names.add(name)
        given = attributes.get("width"), attributes.get("height")
        width, height = (parse_number(one) for one in given)
        known = width > 0 and height > 0
        if not known and given != (None, None):
            self.sheet.faults.add(place, f"image {name!r}: width and height must be numbers above 0")
        item = self.sheet.item((name,), width=width if known else None, height=height if known else None)
        self.answer = self.sheet.respond(item, place)
        if (frame := whole(parse_number(attributes.get("id")))) is not None:
            self.frames.setdefault(frame, self.answer)

    def _declared_frames(self) -> None:
        """Without images the frames of the task are the items, those without marks too."""
        if self.has_images or self.frames:
            return
        first = whole(self.meta.get("start_frame")) or 0
        last = whole(self.meta.get("stop_frame"))
        if last is None:
            last = first + (whole(self.meta.get("size")) or 0) - 1
        for frame in range(first, last + 1) if first >= 0 and last - first < _MAX_FRAMES else ():
            self._frame(frame)

    def _frame(self, frame: int) -> int:
        """The answer of a frame."""
        if frame not in self.frames:
            size = [self.meta.get(one, 0) for one in ("width", "height")]
            known = all(one > 0 for one in size)
            keys = (f"frame_{frame:06d}", str(frame))
            item = self.sheet.item(keys, width=size[0] if known else None, height=size[1] if known else None)
            self.frames[frame] = self.sheet.respond(item, f"frame {frame}")
        return self.frames[frame]

    def _shape(self, tag: str, attributes: Mapping[str, str]) -> None:
        kind = _KINDS.get(tag)
        if kind is None:
            if tag in _OTHERS:
                self.sheet.other(_OTHERS[tag])
            return
        answer, label = self.answer, attributes.get("label", "").strip()
        if self.path[1] == "track":
            if attributes.get("outside") == "1":
                return
            frame = whole(parse_number(attributes.get("frame")))
            if frame is None or frame < 0:
                self.sheet.faults.add(self.line, "a shape of a track needs its frame, a whole number from 0")
                return
            answer, label = self._frame(frame), (self.track or "").strip()
        if answer < 0:
            return
        if not label:
            self.sheet.faults.add(self.line, f"the {tag} has no label; label it or delete it")
        elif kind == self.sheet.kind or (kind == "polygons" and self.sheet.kind == "masks"):
            _ADD[tag](attributes, answer, label, self.line, self.sheet)
        else:
            self.sheet.other(kind)


def _tag(_: Mapping[str, str], answer: int, label: str, place: str, sheet: Sheet) -> None:
    sheet.mark(answer, label, None, place)


def _box(attributes: Mapping[str, str], answer: int, label: str, place: str, sheet: Sheet) -> None:
    left, top, right, bottom = (parse_number(attributes.get(one)) for one in ("xtl", "ytl", "xbr", "ybr"))
    turn = parse_number(attributes.get("rotation", "0"))
    xywh = (left, top, right - left, bottom - top)
    if turn % 360:
        problem = "the box is rotated; draw upright boxes, or compare polygons"
        if not sheet.mend(
            place, problem, "take the upright box around it", "rotated boxes taken as the box around them"
        ):
            return
        xywh = _around(xywh, turn)
    add_box(sheet, answer, label, xywh, place)


def _around(xywh: tuple[float, float, float, float], degrees: float) -> tuple[float, float, float, float]:
    """The upright box around one that is turned about its centre."""
    x, y, width, height = xywh
    cosine, sine = abs(np.cos(np.radians(degrees))), abs(np.sin(np.radians(degrees)))
    wide, high = float(width * cosine + height * sine), float(width * sine + height * cosine)
    return x + (width - wide) / 2, y + (height - high) / 2, wide, high


def _polygon(attributes: Mapping[str, str], answer: int, label: str, place: str, sheet: Sheet) -> None:
    numbers = [parse_number(one) for one in attributes.get("points", "").replace(";", ",").split(",")]
    if len(numbers) % 2 or any(math.isnan(one) for one in numbers):
        sheet.faults.add(place, "points must be x,y;x,y;… in pixels; export the task again")
        return
    rings = [np.array(numbers, np.float64).reshape(-1, 2)]
    if sheet.kind == "masks":
        item = sheet.items[sheet.answers[answer].item]
        add_filled(sheet, answer, label, rings, (item.width or 0, item.height or 0), place)
    else:
        add_polygon(sheet, answer, label, rings, place)


def _mask(attributes: Mapping[str, str], answer: int, label: str, place: str, sheet: Sheet) -> None:
    add_mask(sheet, answer, label, decoded(attributes), place)


def decoded(attributes: Mapping[str, Any]) -> Mask | str:
    """The mask of rle, left, top, width and height (runs row by row inside the crop, zeros first), or what is wrong."""
    found = [whole(parse_number(attributes.get(one))) for one in ("left", "top", "width", "height")]
    left, top, width, height = (-1 if one is None else one for one in found)
    if left < 0 or top < 0 or width <= 0 or height <= 0 or width * height > MAX_PIXELS:
        return "the mask needs left, top, width and height in pixels; export the task again"
    wrong = f"the runs of the mask do not add up to its {width} x {height} pixels; export the task again"
    runs = [whole(parse_number(one)) for one in str(attributes.get("rle", "")).split(",")]
    if any(one is None or one < 0 for one in runs):
        return wrong
    counts = np.array(runs, np.int64)
    return Mask(left, top, width, height, counts) if counts.sum() == width * height else wrong


_ADD = {"box": _box, "polygon": _polygon, "mask": _mask, "tag": _tag}
