"""Deliveries compared with the gold; run by `kit.child` in a process of its own, so only the core is imported."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from app.core.errors import Invalid, Problem
from app.core.formats.rows import Rows, Times
from app.core.pilots.amending import times_without, without
from app.core.pilots.compare import compare
from app.core.pilots.report import to_json
from app.core.pilots.tasks import read_gold
from app.core.pilots.work import works
from app.kit import progress
from app.pilots import listing
from app.pilots.packing import extra_of, outcomes_document
from app.pilots.reading import Handed, Way, amended, frame_of, read_way, times_of

ENGINE = "assay-pilots/6"  # changes when the same files would give other figures
LOADED_WITH = (
    "rapidfuzz.process",
    "sacrebleu.metrics",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.special",
    "shapely",
)


def compared(
    task: str,
    gold: str,
    deliveries: Sequence[Way],
    iou: float,
    seed: int,
    amendments: Mapping[str, Any] | None = None,
    handed: Handed = None,
    mix: Mapping[str, float] | None = None,
    subset: Mapping[str, str] | None = None,
) -> bytes:
    """The comparison of deliveries (code, path, times): the report as one line of JSON, then the packed outcomes.

    `amendments` of the gold: `answers` (item -> right marks), `taken` (item -> the delivery whose answer is right),
    `labels` (item -> right class) and `excluded` items, which count for nobody. `mix` weighs the strata of the gold
    as production does; of a classification without strata, its classes. `subset` (`computing.Subset`) leaves the
    other items out; no outcomes are given then. Raises `Invalid` where nothing of it is left.
    """
    if task == listing.TASK:
        return listing.listed(gold, deliveries)
    told = amendments or {}
    progress.tell(5, "Reading the gold")
    frame = frame_of(amended(task, read_gold(task, Path(gold).read_bytes(), "gold"), told, handed), handed)
    if mix and not frame.gold.stratum and task == "classification":
        frame = replace(frame, gold=replace(frame.gold, stratum=_classes_as_strata(frame.gold)))
    held = _Held(frame.gold, {})
    for at, one in enumerate(deliveries):
        progress.tell(15 + 40 * at // len(deliveries), f"Reading delivery {at + 1} of {len(deliveries)}")
        held.read[one["code"]] = read_way(task, one, one["code"], frame)
    timed = [one for one in deliveries if one.get("times")]
    held.side = _together(
        [times_of(one["times"], f"{one['code']} times", one["code"], frame) for one in timed]
    )
    held.leave_out(set(told.get("excluded", ())))
    filters = _filters(held)
    known = {name: weight for name, weight in (mix or {}).items() if name in set(held.gold.stratum)}
    if subset:
        held.leave_out(set(held.gold.items) - chosen(held, subset))
        known = {}
    weighs = known if any(known.values()) else None
    progress.tell(55, "Comparing")
    found = compare(task, held.gold, held.read, iou=iou, seed=seed, times=held.side, mix=weighs)
    progress.tell(90, "Keeping the figures")
    report = {"compare": to_json(found), "extra": {"engine": ENGINE, "filters": filters, **extra_of(found)}}
    outcomes = b"" if subset else zlib.compress(orjson.dumps(outcomes_document(found)), 6)
    return orjson.dumps(report) + b"\n" + outcomes


@dataclass
class _Held:
    """What is compared, while items are left out of it."""

    gold: Rows
    read: dict[str, Rows]
    side: Times | None = None

    def leave_out(self, gone: set[str]) -> None:
        if not gone:
            return
        pairs = zip(self.gold.items, self.gold.ids, strict=True)
        names = {name for pair in pairs if pair[0] in gone for name in pair} - (set(self.gold.items) - gone)
        self.gold = without(self.gold, gone)
        self.read = {code: without(rows, gone) for code, rows in self.read.items()}
        self.side = times_without(self.side, names) if self.side else None


def _classes_as_strata(gold: Rows) -> tuple[str, ...]:
    names = [""] * len(gold.items)
    for at, label in zip(gold.item.tolist(), gold.label.tolist(), strict=True):
        names[at] = gold.classes[label]
    return tuple(names)


def _filters(held: _Held) -> dict[str, Any]:
    """What subsets can be taken of."""
    done, _ = works(held.gold, held.read, held.side)
    people = {code: sorted(set(one.annotators)) if one else [] for code, one in done.items()}
    return {"strata": sorted(set(held.gold.stratum) - {""}), "people": people}


def chosen(held: _Held, subset: Mapping[str, str]) -> set[str]:
    """The items with the class in the gold, of the stratum, answered by the annotator. Raises `Invalid` for none."""
    gold = held.gold
    stays = np.ones(len(gold.items), np.bool_)
    if label := subset.get("label"):
        having = np.zeros(len(gold.items), np.bool_)
        at = gold.classes.index(label) if label in gold.classes else -2
        having[gold.item[(gold.label == at) & ~gold.crowd]] = True
        stays &= having
    if stratum := subset.get("stratum"):
        stays &= np.array([one == stratum for one in gold.stratum], np.bool_) if gold.stratum else False
    if who := subset.get("annotator"):
        done = works(gold, held.read, held.side)[0].get(subset.get("code", ""))
        mine = np.zeros(len(gold.items), np.bool_)
        if done is not None and who in done.annotators:
            mine[done.item[done.annotator == done.annotators.index(who)]] = True
        stays &= mine
    if not stays.any():
        raise Invalid(
            "subset.empty", [Problem("subset", "No item fits; choose another class, stratum or person.")]
        )
    return {item for item, kept in zip(gold.items, stays.tolist(), strict=True) if kept}


def _together(times: Sequence[Times]) -> Times | None:
    if not times:
        return None

    def column(values: Iterable[Sequence[str]]) -> tuple[str, ...]:
        return tuple(value for part in values for value in part)

    return Times(
        source="the side file",
        vendor=column(one.vendor for one in times),
        item=column(one.item for one in times),
        annotator=column(one.annotator for one in times),
        seconds=np.concatenate([one.seconds for one in times]),
        started=np.concatenate([one.started for one in times]),
        ended=np.concatenate([one.ended for one in times]),
        line=np.concatenate([one.line for one in times]),
        repairs=column(one.repairs for one in times),
    )
