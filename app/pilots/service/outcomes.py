"""The findings item by item, unpacked from a kept result."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from sqlmodel import select

from app.core.errors import NotFound
from app.core.formats.shapes import Bools, Floats, Ints
from app.core.pilots.findings import ERRORS
from app.core.pilots.results import Mark
from app.kit.db import ReadSession
from app.kit.shelf import Shelf
from app.pilots.models import PilotResult
from app.pilots.service.items import Scene, Scenes, scenes_of

_KEPT = 2_000_000  # findings that a process keeps unpacked: about 200 MB at most
_COLUMNS = ("item", "error", "gold", "delivered", "gold_class", "delivered_class")

_DONE = ("done_item", "done_by")


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item: its place in the result, every candidate's score by code, and all errors on it."""

    at: int
    name: str
    scores: Mapping[str, float]
    errors: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings: every part that is filled must fit one and the same finding of one of the candidates.

    `gold` and `delivered` are classes ('-': nothing there), `label` is a class on either side.
    """

    kind: str = ""
    gold: str = ""
    delivered: str = ""
    label: str = ""
    annotator: str = ""

    def __bool__(self) -> bool:
        return bool(self.kind or self.gold or self.delivered or self.label or self.annotator)


ANY = Wanted()


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """All findings of one result; items are addressed by their place. `scenes` tells what else is known of them.

    `data` is shared between requests: nobody changes it.
    """

    data: Mapping[str, Any]
    scenes: Scenes

    @property
    def items(self) -> list[str]:
        """The items' names, in order."""
        names: list[str] = self.data["items"]
        return names

    @property
    def codes(self) -> list[str]:
        """The candidates' codes."""
        return list(self.data["vendors"])

    @property
    def kind(self) -> str:
        """What the marks are: labels, boxes, polygons, masks, spans, texts, or files that only people judge."""
        found: str = self.data["kind"]
        return found

    @property
    def disputes(self) -> Mapping[int, tuple[str, str, int]]:
        """Place -> what candidates say together against the gold: in words, its class, how many say it."""
        return {at: (words, label, agreeing) for at, words, label, agreeing in self.data.get("disputes", ())}

    def text(self, at: int) -> str:
        """The source text of spans, empty where there is none."""
        return self.data["texts"][at] if self.data["texts"] else ""

    def size(self, at: int) -> tuple[float, float] | None:
        """Width and height of an item in pixels, None where the gold does not say."""
        sizes = self.data["sizes"]
        if not sizes or None in sizes[at]:
            return None
        return sizes[at][0], sizes[at][1]

    def scene(self, at: int) -> Scene:
        """The image and the text of an item, as far as they were sent."""
        return self.scenes.scene(self.items[at])

    def line(self, at: int) -> ItemLine:
        """One item with scores and counts of errors. Raises `NotFound` beyond the last item."""
        if not 0 <= at < len(self.items):
            raise NotFound("item.not_found", "This result has no such item; open it from the list again.")
        return self.lines([at])[0]

    def lines(self, places: Sequence[int]) -> list[ItemLine]:
        """The items at these places, in their order."""
        codes, names = self.codes, self.items
        scores = self.scores(codes)[:, places].T.tolist()
        counts = [self._counts(code, np.asarray(places, np.int64)) for code in codes]
        return [
            ItemLine(at, names[at], dict(zip(codes, row, strict=True)), dict(zip(codes, errors, strict=True)))
            for at, row, *errors in zip(places, scores, *counts, strict=True)
        ]

    def scores(self, codes: Sequence[str]) -> Floats:
        """Scores of these candidates, (candidates, items)."""
        return np.stack([self.data["vendors"][code]["scores"] for code in codes])

    def having(self, codes: Sequence[str], wanted: Wanted) -> Bools:
        """Per item, whether one of these candidates has a finding that fits."""
        out = np.zeros(len(self.items), np.bool_)
        for code in codes:
            one = self.data["vendors"][code]
            out[one["item"][self._fits(one, wanted)]] = True
        return out

    def absent(self, codes: Sequence[str]) -> Bools:
        """Per item, whether one of these candidates says nothing of it."""
        out = np.zeros(len(self.items), np.bool_)
        for code in codes:
            out[self.data["vendors"][code].get("absent", [])] = True
        return out

    def of_stratum(self, name: str) -> Bools:
        """Per item, whether it is of the stratum."""
        strata = self.data.get("item_strata") or [""] * len(self.items)
        return np.array([one == name for one in strata], np.bool_)

    def strata(self) -> list[str]:
        """The names of all strata."""
        return sorted(set(self.data.get("item_strata") or ()) - {""})

    def people(self, code: str) -> list[str]:
        """The annotators that a candidate's delivery names, label by label."""
        return sorted(self.data["vendors"][code]["annotators"])

    def done_by(self, code: str, who: str) -> Bools:
        """Per item, whether this annotator of a candidate worked on it."""
        one, out = self.data["vendors"].get(code), np.zeros(len(self.items), np.bool_)
        if one is not None and who in one["people"]:
            out[one["done_item"][one["done_by"] == one["people"].index(who)]] = True
        return out

    def given(self, code: str, at: int) -> tuple[str, str, str] | None:
        """File, link and text that a candidate delivered for an item that only people judge; None for nothing."""
        found = self.data["vendors"][code]["given"][at]
        return None if found is None else (found[0], found[1], found[2])

    def _fits(self, one: Mapping[str, Any], wanted: Wanted) -> Bools:
        stays = np.ones(len(one["item"]), np.bool_)
        if wanted.kind == "error":
            stays &= one["error"] != 0
        elif wanted.kind:
            stays &= one["error"] == (ERRORS.index(wanted.kind) if wanted.kind in ERRORS else -9)
        for side, name in (("gold_class", wanted.gold), ("delivered_class", wanted.delivered)):
            if name:
                stays &= one[side] == self._position(name)
        if wanted.label:
            at = self._position(wanted.label)
            stays &= (one["gold_class"] == at) | (one["delivered_class"] == at)
        if wanted.annotator:
            stays &= self._by(one, wanted.annotator)
        return stays

    def _position(self, name: str) -> int:
        classes = self.data["classes"]
        return -1 if name == "-" else classes.index(name) if name in classes else -9

    @staticmethod
    def _by(one: Mapping[str, Any], who: str) -> Bools:
        names = one["annotators"]
        if who not in names or not len(one["annotator"]):
            return np.zeros(len(one["item"]), np.bool_)
        mine = np.append(one["annotator"] == names.index(who), False)  # row -1: nothing delivered
        return np.asarray(mine[one["delivered"]], np.bool_)

    def _rows(self, code: str, at: int) -> range:
        low, high = np.searchsorted(self.data["vendors"][code]["item"], [at, at + 1])
        return range(int(low), int(high))

    def _counts(self, code: str, places: Ints) -> list[dict[str, int]]:
        """Per place how many findings of each kind a candidate has there."""
        one = self.data["vendors"][code]
        low, high = (np.searchsorted(one["item"], ends) for ends in (places, places + 1))
        many = high - low
        line = np.repeat(np.arange(len(places)), many)
        row = np.arange(len(line)) + np.repeat(low - (np.cumsum(many) - many), many)
        kinds = np.bincount(line * len(ERRORS) + one["error"][row], minlength=len(places) * len(ERRORS))
        table = kinds.reshape(len(places), len(ERRORS)).tolist()
        return [
            {name: count for name, count in zip(ERRORS, counts, strict=True) if count} for counts in table
        ]

    def marks(self, code: str, at: int) -> tuple[Mark, ...]:
        """What a candidate did on one item, finding by finding."""
        return tuple(self._mark(self.data["vendors"][code], row) for row in self._rows(code, at))

    def gold(self, at: int) -> tuple[Mark, ...]:
        """The gold of one item, alone: every candidate's findings name all of it."""
        code, one = next(iter(self.data["vendors"].items()))
        rows = {int(one["gold"][row]): row for row in self._rows(code, at) if one["gold"][row] >= 0}
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
        gold, delivered, iou = int(one["gold"][row]), int(one["delivered"][row]), float(one["iou"][row])
        return Mark(
            error=ERRORS[one["error"][row]],
            gold=self._class(int(one["gold_class"][row])),
            delivered=self._class(int(one["delivered_class"][row])),
            annotator=_who(one, delivered),
            iou=None if np.isnan(iou) else iou,
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
    if row < 0 or not len(one["annotator"]) or one["annotator"][row] < 0:
        return None
    name: str = one["annotators"][one["annotator"][row]]
    return name


def _unpacked(packed: bytes) -> Mapping[str, Any]:
    data: dict[str, Any] = orjson.loads(zlib.decompress(packed))
    for one in data["vendors"].values():
        one |= {name: _ints(one[name]) for name in (*_COLUMNS, "annotator", *_DONE) if name in one}
        # orjson writes what is not a number as null, and numpy reads null as not a number.
        one |= {name: np.array(one[name], np.float64) for name in ("scores", "iou")}
    return data


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int32)


# A result never changes, and unpacking a large one takes a second.
_SHELF: Shelf[Mapping[str, Any]] = Shelf(_KEPT)


def _size(one: Mapping[str, Any]) -> int:
    return sum(len(each["item"]) for each in one["vendors"].values()) + len(one["items"])


def outcomes_of(session: ReadSession, result_id: UUID) -> Outcomes:
    """The findings of a kept result. Raises `NotFound` for one that is gone, and for figures of some items alone."""
    pilot_id = session.exec(select(PilotResult.pilot_id).where(PilotResult.id == result_id)).first()
    if pilot_id is None:
        raise NotFound("result.not_found", "This result is not kept any more; open the results again.")

    def unpack() -> Mapping[str, Any]:
        packed = session.exec(select(PilotResult.outcomes).where(PilotResult.id == result_id)).first()
        if not packed:
            message = "This result is not kept any more; open the results again."
            raise NotFound("result.not_found", message)
        return _unpacked(packed)

    return Outcomes(_SHELF.take(result_id, unpack, _size), scenes_of(session, pilot_id))
