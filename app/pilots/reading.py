"""What happens to files from outside: run by `kit.child` in a process of its own, so only the core is imported.

Problems come back at the form's fields: `file` for labels, `times` for the side file. In what is computed a
delivery is called by its candidate's code, never by its file's name, which would tell whose it is.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import orjson

from app.core.errors import Invalid, Problem
from app.core.formats.manifest import read_manifest
from app.core.formats.marks import REPAIR
from app.core.formats.rows import Rows, Times
from app.core.formats.table import read_times
from app.core.pilots.amending import relabelled, times_without, without
from app.core.pilots.compare import compare
from app.core.pilots.report import to_json
from app.core.pilots.tasks import read_delivery, read_gold, strange_labels
from app.core.pilots.work import works
from app.pilots import listing
from app.pilots.packing import extra_of, outcomes_document

ENGINE = "assay-pilots/4"  # changes when the same files would give other figures
_IMAGES = frozenset({"boxes", "polygons", "masks"})
SHOWN = 12  # problems of one file that a form shows
LOADED_WITH = (
    "rapidfuzz.process",
    "sacrebleu.metrics",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.special",
    "shapely",
)
Read = TypeVar("Read")


LABELS = 100  # their labels that can be mapped by hand; more are another column
LABEL = "label:"  # a problem at `label:NAME` asks what the vendor's NAME is called here
Way = Mapping[str, Any]  # how a delivery is read: path, name or code, times, mapping, accept


def check_gold(task: str, path: str, name: str, deliveries: Sequence[Way]) -> bytes:
    """Facts about a gold file: JSON with items, labels, classes, repairs.

    `deliveries` (name, path) are those already accepted; they must be readable against the new gold too.
    Raises `Invalid` at `file`.
    """
    if task == listing.TASK:
        items, told = _at("file", lambda: listing.facts_of_items(path, name))
        _refuse_unfit(
            deliveries, lambda one: read_manifest(Path(one["path"]).read_bytes(), one["name"], items.items)
        )
        return told
    gold = _at("file", lambda: read_gold(task, Path(path).read_bytes(), name))
    _refuse_unfit(deliveries, lambda one: _read(task, one, one["name"], gold))
    labels = int((~gold.crowd).sum())
    if not labels:
        message = f"The gold holds no {gold.kind}; there is nothing to compare with."
        raise Invalid("gold.empty", [Problem("file", message)])
    facts = {
        "items": len(gold.items),
        "labels": labels,
        "classes": list(gold.classes),
        "repairs": [*gold.repairs, *gold.warnings],
    }
    return orjson.dumps(facts)


def _refuse_unfit(deliveries: Sequence[Way], read: Callable[[Way], object]) -> None:
    """Raise `Invalid` at `file` naming every delivery that `read` cannot read against the new gold."""
    problems: list[Problem] = []
    for one in deliveries:
        try:
            read(one)
        except Invalid as failure:
            first = failure.problems[0]
            told = f"{one['name']} does not fit this gold: {first.message} ({len(failure.problems)} problems)"
            problems.append(Problem("file", told))
    if problems:
        raise Invalid("gold.breaks_deliveries", problems)


def pack_items(task: str, gold: str) -> bytes:
    """What of a gold file may leave with a pilot pack: JSON with `items` (name, the file's own id, and size or
    source text where these belong to the item and not to its labels) and `classes` (name, id; of COCO alone)."""
    if task == listing.TASK:
        return listing.items_to_pack(gold)
    rows = read_gold(task, Path(gold).read_bytes(), "gold")
    items = [_pack_item(rows, at) for at in range(len(rows.items))]
    classes = [
        {"name": name, "id": number} for name, number in zip(rows.classes, rows.class_ids, strict=False)
    ]
    return orjson.dumps({"items": items, "classes": classes})


def _pack_item(rows: Rows, at: int) -> dict[str, Any]:
    one: dict[str, Any] = {"item": rows.items[at]}
    if rows.ids and rows.ids != rows.items:
        one["id"] = rows.ids[at]
    if rows.task in _IMAGES and np.isfinite(rows.sizes[at]).all() and (rows.sizes[at] > 1).all():
        one |= {"width": int(rows.sizes[at][0]), "height": int(rows.sizes[at][1])}
    if rows.task == "spans" and rows.texts:
        one["text"] = rows.texts[at]
    return one


def check_delivery(
    task: str,
    gold: str,
    path: str,
    name: str,
    times: str = "",
    times_name: str = "",
    code: str = "",
    gold_name: str = "gold",
    mapping: Mapping[str, str | None] | None = None,
    accept: bool = False,
) -> bytes:
    """Facts about a delivery read against the gold file: JSON with items, missing, labels, annotators, repairs,
    warnings.

    `mapping` turns the vendor's labels into the gold's (None: drop them), `accept` applies the listed repairs.
    Raises `Invalid` at `file` or `times`, the problems of both together; at `label:NAME` for labels that the
    gold does not know, at `accept` where repairs may be accepted.
    """
    if task == listing.TASK:
        return _work_facts(gold, path, name, times)
    reference = read_gold(task, Path(gold).read_bytes(), gold_name)
    problems: list[Problem] = []
    rows, side = None, None
    try:
        rows = _delivered(task, Path(path).read_bytes(), name, reference, accept, mapping or {})
    except Invalid as failure:
        problems += failure.problems
    try:
        side = _at("times", lambda: read_times(Path(times).read_bytes(), times_name, code)) if times else None
    except Invalid as failure:
        problems += failure.problems
    if problems or rows is None:
        raise Invalid("delivery.refused", problems)
    return _facts(task, reference, rows, side, {name: code})


def _work_facts(gold: str, path: str, name: str, times: str) -> bytes:
    """Facts about work that only people judge; its seconds stand in its own table."""
    if times:
        message = "Write the seconds into the column seconds of the delivery's own table."
        raise Invalid("delivery.refused", [Problem("times", message)])
    return _at("file", lambda: listing.facts_of_work(gold, path, name))


def _facts(task: str, gold: Rows, rows: Rows, side: Times | None, called: Mapping[str, str]) -> bytes:
    """What a readable delivery holds; `called` turns the file's name into the candidate's code."""
    ((name, code),) = called.items()
    found = _at(
        "times" if side else "file", lambda: compare(task, gold, {code: rows}, resamples=100, times=side)
    )
    one = found.vendors[0]
    facts = {
        "items": one.items,
        "missing": one.missing,
        "labels": len(rows.item),
        "annotators": one.annotators,
        # a vendor reads these with its receipt: nothing that was repaired in the gold
        "repairs": [line.replace(name, code) for line in found.repairs[len(gold.repairs) :]],
        "warnings": [line.replace(name, code) for line in found.warnings],
    }
    return orjson.dumps(facts)


def _delivered(
    task: str, data: bytes, name: str, gold: Rows, accept: bool, mapping: Mapping[str, str | None]
) -> Rows:
    """A delivery read against the gold; where only its label names are strange, they are asked about."""
    try:
        return read_delivery(task, data, name, gold, accept=accept, mapping=mapping)
    except Invalid as failure:
        told = {theirs: ours for theirs, ours in mapping.items() if ours is None or ours in gold.classes}
        strange = _at("file", lambda: strange_labels(task, data, name, gold, accept=accept, known=told))
        if not 0 < len(strange) <= LABELS:
            raise _placed("file", failure) from None
        message = "is not a class of the gold. Choose which one it is, or drop it."
        problems = [Problem(f"{LABEL}{label}", f"{label[:60]!r} {message}") for label in strange]
        raise Invalid("delivery.labels", problems) from None


def _at(field: str, read: Callable[[], Read]) -> Read:
    """What `read` gives; its problems move to a form's field, the first ones with their places."""
    try:
        return read()
    except Invalid as failure:
        raise _placed(field, failure) from None


def _placed(field: str, failure: Invalid) -> Invalid:
    """The problems of a file at the form's field, and at `accept` that some may be repaired."""
    shown = [Problem(field, str(problem)) for problem in failure.problems[:SHOWN]]
    if rest := len(failure.problems) - len(shown):
        shown.append(Problem(field, f"and {rest} more problems"))
    if mended := sum(REPAIR in problem.message for problem in failure.problems):
        many = "One problem" if mended == 1 else f"{mended} problems"
        told = f"{many} can be repaired as told: tick to accept, and send the file again."
        shown.append(Problem("accept", told))
    return Invalid(failure.code, shown)


def compared(
    task: str,
    gold: str,
    deliveries: Sequence[Way],
    iou: float,
    seed: int,
    amendments: Mapping[str, Any] | None = None,
    mix: Mapping[str, float] | None = None,
    subset: Mapping[str, str] | None = None,
) -> bytes:
    """The comparison of deliveries (code, path, times): the report as one line of JSON, then the packed outcomes.

    `amendments` of the gold: `labels` (item -> right class) and `excluded` items, which count for nobody. `mix`
    weighs the strata of the gold as production does; of a classification without strata, its classes. `subset`
    (`computing.Subset`) leaves the other items out; no outcomes are given then. Raises `Invalid` where nothing of
    it is left.
    """
    if task == listing.TASK:
        return listing.listed(gold, deliveries)
    reference = read_gold(task, Path(gold).read_bytes(), "gold")
    if mix and not reference.stratum and task == "classification":
        reference = replace(reference, stratum=_classes_as_strata(reference))
    held = _Held(reference, {one["code"]: _read(task, one, one["code"], reference) for one in deliveries})
    held.side = _together(
        [
            read_times(Path(one["times"]).read_bytes(), f"{one['code']} times", one["code"])
            for one in deliveries
            if one.get("times")
        ]
    )
    if amendments:
        held.gold = relabelled(held.gold, amendments["labels"])
        held.leave_out(set(amendments["excluded"]))
    filters = _filters(held)
    known = {name: weight for name, weight in (mix or {}).items() if name in set(held.gold.stratum)}
    if subset:
        held.leave_out(set(held.gold.items) - chosen(held, subset))
        known = {}
    weighs = known if any(known.values()) else None
    found = compare(task, held.gold, held.read, iou=iou, seed=seed, times=held.side, mix=weighs)
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


def _read(task: str, one: Way, name: str, gold: Rows) -> Rows:
    data, mapping = Path(one["path"]).read_bytes(), one.get("mapping")
    return read_delivery(task, data, name, gold, accept=bool(one.get("accept")), mapping=mapping)


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
