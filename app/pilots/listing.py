"""Pilots that only people judge, in the child process: the list of items, and what was delivered for each.

The same shapes as in `reading`, so that deliveries, rounds and reviews need no second way.
"""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from app.core.formats.manifest import ItemList, Manifest, read_items, read_manifest
from app.core.pilots.statistics import MIN_ANNOTATORS

TASK = "review_only"
SCHEMA = "assay/pilot-review@1"


def facts_of_items(path: str, name: str) -> tuple[ItemList, bytes]:
    """The list of items, and facts about it as `reading.check_gold` gives them."""
    found = read_items(Path(path).read_bytes(), name)
    told = {"classes": [], "repairs": list(found.repairs), "changes": ""}
    return found, orjson.dumps({"items": len(found.items), "labels": 0, **told})


def items_to_pack(gold: str) -> bytes:
    """The list of items as `reading.pack_items` gives it."""
    found = read_items(Path(gold).read_bytes(), "items")
    return orjson.dumps({"items": [{"item": item} for item in found.items], "classes": []})


def facts_of_work(gold: str, path: str, name: str, code: str) -> bytes:
    """Facts about a delivery as `reading.check_delivery` gives them; one label is one item's work.

    Warnings call it by the candidate's code: its file's name would tell whose it is.
    """
    listed = read_items(Path(gold).read_bytes(), "items")
    work = read_manifest(Path(path).read_bytes(), name, listed.items)
    facts = {
        "items": len(work.item),
        "missing": len(listed.items) - len(work.item),
        "labels": len(work.item),
        "annotators": _people(work) or None,
        "repairs": [line.replace(name, code) for line in work.repairs],
        "warnings": [*(line.replace(name, code) for line in work.warnings), *_warnings(code, listed, work)],
    }
    return orjson.dumps(facts)


def _people(work: Manifest) -> int:
    return len({one for one in work.annotator if one})


def _warnings(name: str, listed: ItemList, work: Manifest) -> list[str]:
    out = []
    if lost := len(listed.items) - len(work.item):
        out.append(f"{name}: {lost} of {len(listed.items)} items missing; reviewers get them empty.")
    people = _people(work)
    if not people:
        out.append(f"{name}: no annotators named.")
    elif people < MIN_ANNOTATORS:
        out.append(f"{name}: only {people} annotators; the shares speak of them, not of the vendor.")
    return out


def listed(gold: str, deliveries: Sequence[Mapping[str, Any]]) -> bytes:
    """What is kept instead of a comparison: the report as one line of JSON, then the packed list of work."""
    items = read_items(Path(gold).read_bytes(), "items")
    works = {
        one["code"]: read_manifest(Path(one["path"]).read_bytes(), one["code"], items.items)
        for one in deliveries
    }
    report = {
        "schema": SCHEMA,
        "task": TASK,
        "items": len(items.items),
        "vendors": [_vendor(code, items, work) for code, work in works.items()],
        "warnings": [line for code, work in works.items() for line in _warnings(code, items, work)],
    }
    outcomes = {
        "items": list(items.items),
        "classes": [],
        "kind": "files",
        "sizes": [],
        "texts": [],
        "item_strata": list(items.stratum),
        "gold_shapes": [],
        "vendors": {
            one["code"]: _columns(items, works[one["code"]]) | {"digest": Path(one["path"]).name}
            for one in deliveries
        },
    }
    return orjson.dumps({"compare": report}) + b"\n" + zlib.compress(orjson.dumps(outcomes), 6)


def _vendor(code: str, items: ItemList, work: Manifest) -> dict[str, Any]:
    timed = work.seconds[np.isfinite(work.seconds)]
    return {
        "name": code,
        "items": len(work.item),
        "missing": len(items.items) - len(work.item),
        "annotators": _people(work) or None,
        "seconds": {
            "rows": len(timed),
            "mean": float(timed.mean()) if len(timed) else None,
            "median": float(np.median(timed)) if len(timed) else None,
        },
    }


def _columns(items: ItemList, work: Manifest) -> dict[str, Any]:
    """Nothing is scored, so the columns of findings are empty; `given` is what reviewers open, by item."""
    given: list[list[str] | None] = [None] * len(items.items)
    for at, row in zip(work.item, zip(work.file, work.link, work.text, strict=True), strict=True):
        given[at] = list(row)
    empty: dict[str, list[Any]] = {
        name: [] for name in ("item", "error", "gold", "delivered", "gold_class", "delivered_class", "iou")
    }
    scores = [0.0 if one is None else 1.0 for one in given]
    return {**empty, "scores": scores, "shapes": [], "annotators": [], "annotator": [], "given": given}
