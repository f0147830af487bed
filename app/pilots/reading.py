"""What happens to files from outside: run by `kit.child` in a process of its own, so only the core is imported.

Problems come back at the form's fields: `file` for labels, `times` for the side file. In what is computed a
delivery is called by its candidate's code, never by its file's name, which would tell whose it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import orjson

from app.core.errors import Invalid, Problem
from app.core.formats.archives import pictures
from app.core.formats.item_list import ListedItem, Role, read_items
from app.core.formats.manifest import read_manifest
from app.core.formats.marks import REPAIR
from app.core.formats.own import written_own
from app.core.formats.rows import Rows, Times
from app.core.formats.table import read_times
from app.core.pilots.amending import answer_of, changes_between, replaced, without
from app.core.pilots.codes import codes_of
from app.core.pilots.compare import compare
from app.core.pilots.roles import names_in, unscored, with_items
from app.core.pilots.tasks import read_delivery, read_gold, strange_labels
from app.kit import progress
from app.pilots import listing

IMAGES = frozenset({"boxes", "polygons", "masks"})
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
Handed = Mapping[str, str] | None  # how the item list is read: path, name, and the seal of its codes


@dataclass(frozen=True, slots=True)
class Frame:
    """What deliveries are read against: the gold with the items that were handed out, and all names of those."""

    gold: Rows
    aliases: Mapping[str, str]


def frame_of(gold: Rows, handed: Handed) -> Frame:
    """The gold together with the item list, where there is one."""
    if not handed:
        return Frame(gold, {})
    listed = read_items(Path(handed["path"]).read_bytes(), handed["name"]).items
    rows, told = with_items(gold, listed)
    names, codes = names_in(gold, listed), codes_of([one.item for one in listed], handed["seal"])
    aliases = {codes[one.item]: name for one, name in zip(listed, names, strict=True)}
    aliases |= {one.item: name for one, name in zip(listed, names, strict=True) if one.item != name}
    return Frame(replace(rows, warnings=(*rows.warnings, *told)), aliases)


def check_items(task: str, path: str, name: str, gold: str = "") -> bytes:
    """Facts about an item list: JSON with `items`, each as `item_list.ListedItem` has it but for what is empty, and
    `notes`. With the path of a gold at least one of its items must count. Raises `Invalid` at `file`."""
    found = _at("file", lambda: read_items(Path(path).read_bytes(), name))
    notes = [*found.repairs, *found.warnings]
    if gold:
        rows, told = with_items(read_gold(task, Path(gold).read_bytes(), "gold"), found.items)
        notes += told
        if len(unscored(rows)) == len(rows.items):
            shown = ", ".join(repr(one) for one in rows.items[:3])
            message = f"None of the items to be scored is in the gold. Correct the ids: the gold has {shown}."
            raise Invalid("items.other_pilot", [Problem("file", message)])
    items = [{key: value for key, value in asdict(one).items() if value} for one in found.items]
    return orjson.dumps({"items": items, "notes": notes})


def check_images(path: str, name: str) -> bytes:
    """Facts about an archive of images: JSON with `images`, each as `archives.Picture` has it, and `notes`. Raises
    `Invalid` at `images`."""
    with Path(path).open("rb") as stream:
        found, notes = _at("images", lambda: pictures(stream, name))
    return orjson.dumps({"images": [asdict(one) for one in found], "notes": notes})


def check_gold(
    task: str,
    path: str,
    name: str,
    deliveries: Sequence[Way],
    handed: Handed = None,
    before: Way | None = None,
    amendments: Mapping[str, Any] | None = None,
) -> bytes:
    """Facts about a gold file: JSON with items, labels, classes, repairs, and what differs from the gold `before`.

    `deliveries` (name, path) are those already accepted; they must be readable against the new gold too.
    Raises `Invalid` at `file`.
    """
    if task == listing.TASK:
        items, told = _at("file", lambda: listing.facts_of_items(path, name))
        _refuse_unfit(
            deliveries, lambda one: read_manifest(Path(one["path"]).read_bytes(), one["name"], items.items)
        )
        return told
    progress.tell(5, "Reading the gold")
    gold = _at("file", lambda: read_gold(task, Path(path).read_bytes(), name))
    frame = frame_of(gold, handed)
    progress.tell(40, "Holding what was delivered against it")
    _refuse_unfit(deliveries, lambda one: read_way(task, one, one["name"], frame))
    counts = _counting(task, {"path": path, "amendments": amendments}, handed) if amendments else gold
    labels = int((~counts.crowd).sum())
    if not labels:
        message = f"The gold holds no {gold.kind}; there is nothing to compare with."
        raise Invalid("gold.empty", [Problem("file", message)])
    facts = {
        "items": len(counts.items),
        "labels": labels,
        "classes": list(gold.classes),
        "repairs": [*gold.repairs, *gold.warnings],
        "changes": str(changes_between(_counting(task, before, handed), counts)) if before else "",
    }
    return orjson.dumps(facts)


def read_way(task: str, one: Way, name: str, frame: Frame) -> Rows:
    data, accept = Path(one["path"]).read_bytes(), bool(one.get("accept"))
    mapping, aliases = one.get("mapping"), frame.aliases
    return read_delivery(task, data, name, frame.gold, accept=accept, mapping=mapping, aliases=aliases)


def amended(task: str, gold: Rows, told: Mapping[str, Any], handed: Handed) -> Rows:
    """The gold with the right answers of adjudication; its excluded items are still in it."""
    answers = {item: [{"label": label}] for item, label in told.get("labels", {}).items()}
    answers |= told.get("answers", {})
    if taken := told.get("taken"):
        frame, read = frame_of(gold, handed), dict[str, Rows]()
        for item, one in taken.items():
            if one["path"] not in read:
                read[one["path"]] = read_way(task, one, "the answer taken", frame)
            answers[item] = answer_of(read[one["path"]], item)
    return replaced(gold, answers)


def gold_that_counts(task: str, gold: Way, handed: Handed = None) -> bytes:
    """A gold version (path, amendments) as it counts, in our own form, which reads back as gold."""
    return written_own(_counting(task, gold, handed))


def _counting(task: str, gold: Way, handed: Handed) -> Rows:
    rows, told = read_gold(task, Path(gold["path"]).read_bytes(), "gold"), gold["amendments"]
    return without(amended(task, rows, told, handed), told.get("excluded", ()))


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


def pack_items(task: str, gold: str = "", handed: Handed = None) -> bytes:
    """What may leave with a pilot pack, from the item list, from the gold file, or from both: JSON with `items` and
    `classes` (name, id; of COCO alone).

    An item has its name, the file's own id, size, source text, image and suggested label where these belong to the
    item and not to its labels. What begins with `_` stays here: `_own` its name, `_first` that of the item it repeats,
    `_role` what it is for, `_image` its image. With hidden repeats all items go by their codes.
    """
    if task == listing.TASK:
        return listing.items_to_pack(gold)
    rows = read_gold(task, Path(gold).read_bytes(), "gold") if gold else None
    listed = read_items(Path(handed["path"]).read_bytes(), handed["name"]).items if handed else ()
    if not listed or not handed:
        items = [_pack_item(rows, at) for at in range(len(rows.items))] if rows else []
    else:
        items = _listed_items(rows, listed, handed["seal"])
    named = zip(rows.classes, rows.class_ids, strict=False) if rows else ()
    return orjson.dumps({"items": items, "classes": [{"name": name, "id": one} for name, one in named]})


def _listed_items(rows: Rows | None, listed: Sequence[ListedItem], seal: str) -> list[dict[str, Any]]:
    names = names_in(rows, listed) if rows else tuple(one.item for one in listed)
    full = with_items(rows, listed)[0] if rows else None
    place = {name: at for at, name in enumerate(full.items)} if full else {}
    hides = any(one.role is Role.REPEAT for one in listed)
    codes = codes_of([one.item for one in listed], seal)
    out = []
    for one, name in zip(listed, names, strict=True):
        item = _pack_item(full, place[name]) if full else {"item": name}
        item |= {"width": one.width, "height": one.height} if one.width and "width" not in item else {}
        item |= {key: value for key in ("text", "prelabel") if (value := getattr(one, key))}
        if hides:
            item["item"] = codes[one.item]
            item.pop("id", None)
        hidden = {"_own": one.item, "_first": one.repeat_of, "_role": one.role.value, "_image": one.image}
        out.append({**item, **hidden})
    return out


def _pack_item(rows: Rows, at: int) -> dict[str, Any]:
    one: dict[str, Any] = {"item": rows.items[at]}
    if rows.ids and rows.ids != rows.items:
        one["id"] = rows.ids[at]
    if rows.task in IMAGES and np.isfinite(rows.sizes[at]).all() and (rows.sizes[at] > 1).all():
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
    handed: Handed = None,
) -> bytes:
    """Facts about a delivery read against the gold file: JSON with items, missing, labels, annotators, repairs,
    warnings.

    `mapping` turns the vendor's labels into the gold's (None: drop them), `accept` applies the listed repairs.
    Raises `Invalid` at `file` or `times`, the problems of both together; at `label:NAME` for labels that the
    gold does not know, at `accept` where repairs may be accepted.
    """
    if task == listing.TASK:
        return _work_facts(gold, path, name, times, code)
    progress.tell(5, "Reading the gold")
    frame = frame_of(read_gold(task, Path(gold).read_bytes(), gold_name), handed)
    problems: list[Problem] = []
    rows, side = None, None
    progress.tell(30, "Reading the delivery")
    try:
        rows = _delivered(task, Path(path).read_bytes(), name, frame, accept, mapping or {})
    except Invalid as failure:
        problems += failure.problems
    try:
        side = _at("times", lambda: times_of(times, times_name, code, frame)) if times else None
    except Invalid as failure:
        problems += failure.problems
    if problems or rows is None:
        raise Invalid("delivery.refused", problems)
    progress.tell(70, "Holding it against the gold")
    return _facts(task, frame.gold, rows, side, {name: code})


def times_of(path: str, name: str, code: str, frame: Frame) -> Times:
    """The side file, its items called as the pilot calls them."""
    found = read_times(Path(path).read_bytes(), name, code)
    return replace(found, item=tuple(frame.aliases.get(one, one) for one in found.item))


def _work_facts(gold: str, path: str, name: str, times: str, code: str) -> bytes:
    """Facts about work that only people judge; its seconds stand in its own table."""
    if times:
        message = "Write the seconds into the column seconds of the delivery's own table."
        raise Invalid("delivery.refused", [Problem("times", message)])
    return _at("file", lambda: listing.facts_of_work(gold, path, name, code))


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
    task: str, data: bytes, name: str, frame: Frame, accept: bool, mapping: Mapping[str, str | None]
) -> Rows:
    """A delivery read against the gold; where only its label names are strange, they are asked about."""
    gold = frame.gold
    try:
        return read_delivery(task, data, name, gold, accept=accept, mapping=mapping, aliases=frame.aliases)
    except Invalid as failure:
        told = {theirs: ours for theirs, ours in mapping.items() if ours is None or ours in gold.classes}
        strange = _at("file", lambda: strange_labels(task, data, name, gold, accept=accept, known=told))
        if not 0 < len(strange) <= LABELS:
            raise _placed("file", failure) from None
        _refuse_foreign(task, data, name, frame, accept, {**told, **dict.fromkeys(strange)})
        message = "is not a class of the gold. Choose which one it is, or drop it."
        problems = [Problem(f"{LABEL}{label}", f"{label[:60]!r} {message}") for label in strange]
        raise Invalid("delivery.labels", problems) from None


def _refuse_foreign(
    task: str, data: bytes, name: str, frame: Frame, accept: bool, mapping: Mapping[str, str | None]
) -> None:
    """Nobody is asked about the labels of a delivery that belongs to another pilot."""
    try:
        read_delivery(task, data, name, frame.gold, accept=accept, mapping=mapping, aliases=frame.aliases)
    except Invalid as failure:
        if failure.code == "delivery.other_pilot":
            raise _placed("file", failure) from None


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
