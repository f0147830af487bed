"""The findings item by item, unpacked from a kept result."""

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from app.core.errors import NotFound
from app.core.pilots.findings import ERRORS
from app.core.pilots.results import Mark
from app.kit.db import ReadSession
from app.pilots.models import PilotResult
from app.pilots.service.items import Scene, Scenes, scenes_of


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item: its place in the result, every candidate's score by code, and all errors on it."""

    at: int
    name: str
    scores: Mapping[str, float]
    errors: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All findings of one result; items are addressed by their place. `scenes` tells what else is known of them."""

    data: Mapping[str, Any]
    scenes: Scenes

    @property
    def items(self) -> list[str]:
        """The items' names, in order."""
        names: list[str] = self.data["items"]
        return names

    @property
    def kind(self) -> str:
        """What the marks are: labels, boxes, polygons, masks, spans or texts."""
        found: str = self.data["kind"]
        return found

    def text(self, at: int) -> str:
        """The source text of spans, empty where there is none."""
        return self.data["texts"][at] if self.data["texts"] else ""

    def size(self, at: int) -> tuple[float, float] | None:
        """Width and height of an item in pixels, None where the gold does not say."""
        sizes = self.data["sizes"]
        if not sizes or None in sizes[at]:
            return None
        return sizes[at][0], sizes[at][1]

    def bare(self) -> "Outcomes":
        """The same without images and texts of the item list."""
        return replace(self, scenes=Scenes("", (), ()))

    def scene(self, at: int) -> Scene:
        """The image and the text of an item, as far as they were sent."""
        return self.scenes.scene(self.items[at])

    def line(self, at: int) -> ItemLine:
        """One item with scores and counts of errors. Raises `NotFound` beyond the last item."""
        if not 0 <= at < len(self.items):
            raise NotFound("item.not_found", "This result has no such item; open it from the list again.")
        scores = {code: one["scores"][at] for code, one in self.data["vendors"].items()}
        errors = {code: self._counts(code, at) for code in self.data["vendors"]}
        return ItemLine(at, self.items[at], scores, errors)

    def _rows(self, code: str, at: int) -> range:
        item = self.data["vendors"][code]["item"]
        return range(bisect_left(item, at), bisect_right(item, at))

    def _counts(self, code: str, at: int) -> dict[str, int]:
        kinds = self.data["vendors"][code]["error"]
        out: dict[str, int] = {}
        for row in self._rows(code, at):
            name = ERRORS[kinds[row]]
            out[name] = out.get(name, 0) + 1
        return out

    def marks(self, code: str, at: int) -> tuple[Mark, ...]:
        """What a candidate did on one item, finding by finding."""
        return tuple(self._mark(self.data["vendors"][code], row) for row in self._rows(code, at))

    def gold(self, at: int) -> tuple[Mark, ...]:
        """The gold of one item, alone: every candidate's findings name all of it."""
        code, one = next(iter(self.data["vendors"].items()))
        rows = {one["gold"][row]: row for row in self._rows(code, at) if one["gold"][row] >= 0}
        found = [self._mark(one, row) for row in rows.values()]
        return tuple(replace(mark, delivered=None, delivered_shape=None, annotator=None) for mark in found)

    def delivered(self, code: str, at: int) -> tuple[Mark, ...]:
        """What a candidate delivered for one item, without gold, judgement or annotator."""
        found = [mark for mark in self.marks(code, at) if _is_given(mark)]
        return tuple(replace(mark, error="ok", gold=None, gold_shape=None, annotator=None) for mark in found)

    def stratum(self, at: int) -> str:
        """The stratum of an item, empty where there is none."""
        strata = self.data.get("item_strata")
        return strata[at] if strata else ""

    def _mark(self, one: Mapping[str, Any], row: int) -> Mark:
        gold, delivered = one["gold"][row], one["delivered"][row]
        return Mark(
            error=ERRORS[one["error"][row]],
            gold=self._class(one["gold_class"][row]),
            delivered=self._class(one["delivered_class"][row]),
            annotator=_who(one, delivered),
            iou=one["iou"][row],
            gold_shape=_shape(self.data["gold_shapes"], gold),
            delivered_shape=_shape(one["shapes"], delivered),
        )

    def _class(self, at: int) -> str | None:
        return self.data["classes"][at] if at >= 0 else None


def _is_given(mark: Mark) -> bool:
    return mark.delivered is not None or mark.delivered_shape is not None


def _shape(shapes: Sequence[Any], row: int) -> Any:
    return shapes[row] if shapes and row >= 0 else None


def _who(one: Mapping[str, Any], row: int) -> str | None:
    if row < 0 or not one["annotator"] or one["annotator"][row] < 0:
        return None
    name: str = one["annotators"][one["annotator"][row]]
    return name


def outcomes_of(session: ReadSession, result_id: UUID) -> Outcomes:
    """The findings of a kept result. Raises `NotFound`."""
    row = session.get(PilotResult, result_id)
    if row is None:
        raise NotFound("result.not_found", "This result is not kept any more; open the results again.")
    return Outcomes(orjson.loads(zlib.decompress(row.outcomes)), scenes_of(session, row.pilot_id))
