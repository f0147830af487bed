"""From what a file says to rows of the pilot: items, classes and people found, everything unclear refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

import numpy as np

from app.core.formats.faults import Faults
from app.core.formats.resolve_names import found_classes, found_items, refuse_repeats
from app.core.formats.resolve_shapes import bounds, placed
from app.core.formats.resolve_spans import aligned
from app.core.formats.rows import Answers, Rows
from app.core.formats.shapes import Bools, Floats, Ints, Kind, Shapes
from app.core.formats.written import Written, WrittenItem

MAX_CLASSES = 2_000
KINDS: Mapping[str, Kind] = {
    "classification": "labels",
    "multilabel": "labels",
    "boxes": "boxes",
    "polygons": "polygons",
    "masks": "masks",
    "spans": "spans",
    "transcription": "texts",
    "translation": "texts",
}
ONE_MARK = frozenset({"classification", "transcription", "translation"})  # an answer is exactly one mark
_IMAGE = frozenset({"boxes", "polygons", "masks"})


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a file is resolved against: the pilot's items, classes, sizes and texts."""

    task: str
    items: tuple[str, ...]
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    class_ids: tuple[int, ...]
    sizes: Floats
    texts: tuple[str, ...]
    stratum: tuple[str, ...]
    repeat_of: tuple[str, ...] = ()


def resolve_gold(written: Written, task: str) -> Rows:
    """The gold of a pilot: its items sorted by name, one answer each, whatever the order of the file.

    Classes are those the file declares and those it uses. Raises `Invalid` with every item that stands twice,
    has no label where the task needs one or more than one answer, and every impossible shape.
    """
    faults = Faults("gold.broken", written.source)
    rows = _reference(written, task, faults)
    _refuse_unlabelled(rows, faults)
    faults.stop()
    return rows


def resolve_frame(written: Written, task: str) -> Rows:
    """The items and classes of a file as a gold without a single answer: what label sets are read against."""
    faults = Faults("gold.broken", written.source)
    shape = written.shape if written.shape is None else written.shape[:0]
    bare = replace(written, answers=(), answer=_none(), label=(), shape=shape, place=(), crowd=())
    rows = _reference(bare, task, faults)
    faults.stop()
    return rows


def _reference(written: Written, task: str, faults: Faults) -> Rows:
    _refuse_kind(written, task)
    names = [one.keys[0] for one in written.items]
    refuse_repeats(names, faults)
    order = sorted(range(len(names)), key=lambda at: (names[at], written.items[at].keys))
    position = np.empty(len(order), np.int64)
    position[order] = np.arange(len(order))
    of_answer = position[np.array([one.item for one in written.answers], np.int64)]
    counts = np.bincount(of_answer, minlength=len(order))
    for at in np.nonzero(counts > 1)[0].tolist():
        message = "has several answers; the gold has one per item, agree on it first"
        faults.add(f"item {names[order[at]]!r}", message)
    frame = _gold_frame(written, task, [written.items[at] for at in order], faults)
    code = {one: at for at, one in enumerate(frame.classes)}
    label = np.array([code.get(one, -1) for one in written.label], np.int64)
    return _rows(written, frame, position, label, np.ones(len(label), np.bool_), faults)


def _gold_frame(written: Written, task: str, items: Sequence[WrittenItem], faults: Faults) -> _Frame:
    classes = tuple(sorted({*written.classes, *written.label} - {""}))
    if len(classes) > MAX_CLASSES:
        message = f"{len(classes)} different labels, at most {MAX_CLASSES} can be compared"
        faults.add("", f"{message}; is it the right column?")
    number = dict(zip(written.classes, written.class_ids, strict=True)) if written.class_ids else {}
    strata, repeats = tuple(one.stratum for one in items), tuple(one.repeat_of for one in items)
    return _Frame(
        task=task,
        items=tuple(one.keys[0] for one in items),
        ids=tuple(one.keys[-1] for one in items),
        classes=classes,
        class_ids=tuple(number[one] for one in classes) if number.keys() >= set(classes) else (),
        sizes=_sizes(items, written.relative),
        texts=tuple(one.text or "" for one in items) if written.kind == "spans" else (),
        stratum=strata if any(strata) else (),
        repeat_of=repeats if any(repeats) else (),
    )


def resolve_delivery(
    written: Written, gold: Rows, *, mapping: Mapping[str, str | None] | None = None
) -> Rows:
    """One vendor's delivery against `gold`: items by any of their names, classes by name, sizes of the gold.

    `mapping` turns the vendor's labels into the gold's (None: drop their marks). Raises `Invalid` with every
    unknown item and class, second answer of one annotator on an item, foreign size, text and shape; where more
    than half of the items are unknown, with the one sentence that this is a delivery for another pilot.
    """
    faults = Faults("delivery.broken", written.source)
    _refuse_kind(written, gold.task)
    position, repairs = found_items(written, gold, faults)
    label, kept, renamed = found_classes(written, gold, mapping or {}, faults)
    frame = _Frame(gold.task, gold.items, gold.ids, gold.classes, gold.class_ids, gold.sizes, gold.texts, ())
    rows = _rows(written, frame, position, label, kept, faults, (*repairs, *renamed))
    faults.stop()
    return rows


def _refuse_kind(written: Written, task: str) -> None:
    if written.kind != KINDS[task]:
        faults = Faults("file.other_task", written.source)
        faults.add("", f"holds {written.kind}, and the task {task} needs {KINDS[task]}; export those")
        faults.stop()


def _sizes(items: Sequence[WrittenItem], relative: bool) -> Floats:
    """Width and height per item; where shapes are fractions of an unknown size, the unit square."""
    found = np.array([[one.width or np.nan, one.height or np.nan] for one in items], np.float64).reshape(
        -1, 2
    )
    return np.where(np.isfinite(found) | (not relative), found, 1.0)


def _refuse_unlabelled(rows: Rows, faults: Faults) -> None:
    if not rows.items:
        faults.add("", "holds no items; a pilot needs some")
    if rows.kind in _IMAGE or rows.kind == "spans":
        return
    for at in np.nonzero(~rows.answered)[0].tolist():
        faults.add(f"item {rows.items[at]!r}", "has no label; label it or leave the item out")


def _rows(
    written: Written,
    frame: _Frame,
    position: Ints,
    label: Ints,
    kept: Bools,
    faults: Faults,
    repairs: tuple[str, ...] = (),
) -> Rows:
    """Answers and marks sorted by item, annotator and content: the file's order can never reach a figure."""
    answers, rank, skipped = _answers(written, frame, position, kept, faults)
    chosen = np.nonzero(kept & (rank[written.answer] >= 0) if len(written.answer) else kept)[0]
    answer = rank[written.answer[chosen]]
    item = answers.item[answer]
    place = [written.place[at] for at in chosen.tolist()]
    shape, more = _shapes(written, frame, position, chosen, item, place, faults)
    label = label[chosen]
    _refuse_marks(frame, answers, answer, label, place, faults)
    order = _sorted(written.kind, item, answer, label, shape)
    crowd = np.array(written.crowd or (False,) * len(kept), np.bool_)[chosen]
    answered = np.zeros(len(frame.items), np.bool_)
    answered[answers.item[~answers.skipped]] = True
    return Rows(
        source=written.source,
        format=written.format,
        kind=written.kind,
        **{one.name: getattr(frame, one.name) for one in fields(frame)},
        answers=answers,
        answer=answer[order],
        item=item[order],
        label=label[order],
        shape=_taken(shape, order),
        crowd=crowd[order],
        place=tuple(place[at] for at in order.tolist()),
        answered=answered,
        listed=written.listed,
        repairs=(*written.repairs, *repairs, *more),
        warnings=(*written.warnings, *_skip_notes(written.source, skipped)),
    )


def _skip_notes(source: str, skipped: int) -> tuple[str, ...]:
    if not skipped:
        return ()
    return (f"{source}: {skipped} skipped answers left out; their items count as missing.",)


def _answers(
    written: Written, frame: _Frame, position: Ints, kept: Bools, faults: Faults
) -> tuple[Answers, Ints, int]:
    """The answers on known items, sorted; where each written one went (-1: left out); how many were skipped."""
    count = len(written.answers)
    item = position[np.array([one.item for one in written.answers], np.int64)] if count else _none()
    people = tuple(sorted({one.annotator for one in written.answers} - {""}))
    code = {"": -1} | {one: at for at, one in enumerate(people)}
    who = np.array([code[one.annotator] for one in written.answers], np.int64)
    skipped = np.array([one.skipped for one in written.answers], np.bool_)
    seconds = np.array([one.seconds for one in written.answers], np.float64)
    told = int((skipped & (item >= 0)).sum())
    marks = np.bincount(written.answer[kept], minlength=count)
    if frame.task in ONE_MARK:
        skipped = skipped | (marks == 0)
    _refuse_second(written, frame, item, who, skipped, faults)
    order = np.lexsort((np.nan_to_num(seconds), skipped, who, item))
    order = order[item[order] >= 0]
    rank = np.full(count, -1, np.int64)
    rank[order] = np.arange(len(order))
    ordered = [written.answers[at] for at in order.tolist()]
    answers = Answers(
        item=item[order],
        annotator=who[order],
        annotators=people,
        seconds=seconds[order],
        seconds_source=tuple(one.seconds_source for one in ordered),
        created=np.array([_moment(one.created_at) for one in ordered], np.float64),
        skipped=skipped[order],
        review=tuple(one.review for one in ordered),
        guideline=tuple(one.guideline for one in ordered),
        place=tuple(one.place for one in ordered),
    )
    # Marks of a skipped answer do not count: whoever skips takes back what was drawn.
    return answers, np.where(skipped, -1, rank), told


def _none() -> Ints:
    return np.zeros(0, np.int64)


def _moment(text: str) -> float:
    if not text:
        return np.nan
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return np.nan
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _refuse_second(
    written: Written, frame: _Frame, item: Ints, who: Ints, skipped: Bools, faults: Faults
) -> None:
    """One problem per further answer of one annotator on one item."""
    use = np.nonzero((item >= 0) & ~skipped)[0]
    key = item[use] * (len(written.answers) + 2) + who[use] + 1
    if len(np.unique(key)) == len(key):
        return
    first: dict[int, int] = {}
    for at, one in zip(use.tolist(), key.tolist(), strict=True):
        if one not in first:
            first[one] = at
            continue
        answer = written.answers[at]
        by = f"by annotator {answer.annotator!r} " if answer.annotator else ""
        before = f"item {frame.items[item[at]]!r} {by}already stands on {written.answers[first[one]].place}"
        faults.add(answer.place, f"{before}; keep one row, or name the annotators")


def _shapes(
    written: Written,
    frame: _Frame,
    position: Ints,
    chosen: Ints,
    item: Ints,
    place: Sequence[str],
    faults: Faults,
) -> tuple[Shapes, tuple[str, ...]]:
    shape = _taken(written.shape, chosen)
    if written.kind in _IMAGE:
        scale = _scales(written, frame, position, faults)
        own = np.array([one.item for one in written.answers], np.int64)[written.answer[chosen]]
        if faults.count:
            return shape, ()
        return placed(written.kind, shape, scale[own], frame.sizes[item], item, frame.items, place, faults)
    if written.kind == "spans":
        texts: list[str | None] = [None] * len(frame.items)
        for at, one in zip(position.tolist(), written.items, strict=True):
            if at >= 0:
                texts[at] = one.text
        spans = np.asarray(shape, np.int64).reshape(-1, 2)
        moved, count = aligned(spans, item, texts, frame.texts, frame.items, place, faults)
        told = (f"{written.source}: {count} texts with other spaces aligned to the gold's",) if count else ()
        return moved, told
    return shape, ()


def _scales(written: Written, frame: _Frame, position: Ints, faults: Faults) -> Floats:
    """What one unit of the file is worth in the pilot's own, per written item; foreign sizes are noted."""
    scale = np.ones((len(written.items), 2))
    for at, one in enumerate(written.items):
        if position[at] < 0:
            continue
        name, target = frame.items[position[at]], frame.sizes[position[at]]
        own = np.array([one.width or np.nan, one.height or np.nan])
        has_own, is_unit = bool(np.isfinite(own).all()), bool((target == 1).all())
        if written.relative:
            size = target if np.isfinite(target).all() else own
            if not np.isfinite(size).all():
                message = (
                    "its size is unknown, and the file gives fractions; give width and height in the gold"
                )
                faults.add(f"item {name!r}", message)
            scale[at] = size
        elif is_unit:
            if not has_own:
                message = "the gold gives fractions of the image; deliver fractions, or width and height too"
                faults.add(f"item {name!r}", message)
            scale[at] = 1 / own
        elif has_own and np.isfinite(target).all() and not (own == target).all():
            message = "width and height differ from the gold; deliver coordinates of the original image"
            faults.add(f"item {name!r}", message)
    return scale


def _refuse_marks(
    frame: _Frame, answers: Answers, answer: Ints, label: Ints, place: Sequence[str], faults: Faults
) -> None:
    """More than one mark where the task has one, and the same label twice in one answer."""
    if frame.task in ONE_MARK:
        several = np.nonzero(np.bincount(answer, minlength=len(answers.item)) > 1)[0]
        for at in several.tolist():
            message = f"item {frame.items[answers.item[at]]!r} has several labels in one answer; keep one"
            faults.add(answers.place[at], message)
    elif frame.task == "multilabel":
        key = answer * (len(frame.classes) + 1) + label
        _, first = np.unique(key, return_index=True)
        for at in np.setdiff1d(np.nonzero(label >= 0)[0], first).tolist():
            faults.add(place[at], f"label {frame.classes[label[at]]!r} stands twice on one item; keep one")


def _sorted(kind: Kind, item: Ints, answer: Ints, label: Ints, shape: Shapes) -> Ints:
    if kind in ("labels", "texts"):
        return np.lexsort((label, answer, item))
    if kind == "spans":
        spans = np.asarray(shape, np.int64)
        return np.lexsort((spans[:, 1], spans[:, 0], label, answer, item))
    if kind == "boxes":
        return np.lexsort((*np.asarray(shape).T[::-1], label, answer, item))
    around = bounds(kind, shape)
    content = np.array([_content(one) for one in shape], np.int64) if len(label) else _none()  # type: ignore[union-attr]
    return np.lexsort((content, *around.T[::-1], label, answer, item))


def _content(one: object) -> int:
    """A number of the shape itself, so that two of one extent have an order."""
    from zlib import crc32

    parts = one if isinstance(one, tuple) else (one.runs,)  # type: ignore[attr-defined]
    return crc32(b"".join(np.ascontiguousarray(part).tobytes() for part in parts))


def _taken(shape: Shapes, order: Ints) -> Shapes:
    if shape is None:
        return None
    if isinstance(shape, np.ndarray):
        return shape[order]
    return tuple(shape[at] for at in order.tolist())
