"""What adjudication changes: right answers in the gold, and items that no longer count for anybody."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from app.core.formats.faults import Faults
from app.core.formats.marks import Source
from app.core.formats.own import Answer, answers_of, marks_of_answer, read_own, written_own
from app.core.formats.resolve import resolve_gold
from app.core.formats.rows import Answers, Rows, Times
from app.core.formats.shapes import Bools, Shapes

Value = TypeVar("Value")
_KEPT = ("format", "listed", "role", "repairs", "warnings")  # what other marks do not change


def replaced(gold: Rows, answers: Mapping[str, Answer]) -> Rows:
    """The gold with other marks on some items (item -> marks as `own.answers_of` gives them), whatever the task.

    Raises `Invalid` for an item or class the gold does not know, and for every mark that cannot be.
    """
    if not answers:
        return gold
    known, classes = set(gold.items), set(gold.classes)
    faults = Faults("gold.amendments", "the correction")
    for name, marks in answers.items():
        if name not in known:
            faults.add(f"item {name!r}", "is not in the gold")
        for label in sorted({str(one.get("label", "")) for one in marks} - classes - {""}):
            faults.add(
                f"item {name!r}", f"label {label!r} is not a class of the gold; use one of its classes"
            )
    faults.stop()
    source = Source(written_own(gold, answers), gold.source, gold.kind)
    fresh = resolve_gold(read_own(source), gold.task)
    return replace(fresh, **{name: getattr(gold, name) for name in _KEPT})


@dataclass(frozen=True, slots=True)
class Changes:
    """How one gold differs from the one before it: items with other marks, new items, items that are gone."""

    changed: int
    new: int
    gone: int

    def __str__(self) -> str:
        told = [f"{self.changed} {'item' if self.changed == 1 else 'items'} with other labels"]
        told += [f"{self.new} new"] if self.new else []
        return ", ".join([*told, f"{self.gone} gone"] if self.gone else told)


def changes_between(before: Rows, after: Rows) -> Changes:
    """What differs between two golds of one task; neither the order of marks nor that of items counts.

    >>> str(Changes(1, 0, 2))
    '1 item with other labels, 2 gone'
    """
    old, new = _told(before), _told(after)
    both = old.keys() & new.keys()
    changed = sum(old[name] != new[name] for name in both)
    return Changes(changed, len(new) - len(both), len(old) - len(both))


def _told(rows: Rows) -> dict[str, list[str]]:
    told = zip(rows.items, answers_of(rows), strict=True)
    return {name: sorted(json.dumps(mark, sort_keys=True) for mark in marks) for name, marks in told}


def answer_of(rows: Rows, item: str) -> list[dict[str, Any]]:
    """What a delivery says about one item, as marks; of several labelers the first, nothing where nobody answered."""
    at = rows.items.index(item)
    own = np.nonzero((rows.answers.item == at) & ~rows.answers.skipped)[0]
    return marks_of_answer(rows, int(own[0])) if len(own) else []


def checked_answer(gold: Rows, item: str, marks: Answer) -> list[dict[str, Any]]:
    """The marks of one item as they will stand in the gold; raises as `replaced` does."""
    one = without(gold, [name for name in gold.items if name != item])
    return answers_of(replaced(one, {item: marks}))[0]


def without(rows: Rows, excluded: Collection[str]) -> Rows:
    """Gold or delivery without some items (by name), as if the pilot never had them."""
    out = set(excluded)
    stays = np.array([name not in out for name in rows.items], np.bool_)
    if stays.all():
        return rows
    position = np.cumsum(stays) - 1
    answers, marks = stays[rows.answers.item], stays[rows.item]
    answer = np.cumsum(answers) - 1
    return replace(
        rows,
        items=_kept(rows.items, stays),
        ids=_kept(rows.ids, stays),
        sizes=rows.sizes[stays] if len(rows.sizes) == len(stays) else rows.sizes,
        texts=_kept(rows.texts, stays),
        stratum=_kept(rows.stratum, stays),
        repeat_of=_kept(rows.repeat_of, stays),
        role=_kept(rows.role, stays),
        answers=replace(_answers(rows.answers, answers), item=position[rows.answers.item[answers]]),
        answer=answer[rows.answer[marks]],
        item=position[rows.item[marks]],
        label=rows.label[marks],
        shape=_shapes(rows.shape, marks),
        crowd=rows.crowd[marks],
        place=_kept(rows.place, marks),
        answered=rows.answered[stays],
    )


def times_without(times: Times, excluded: Collection[str]) -> Times:
    """The side file without the rows of some items (by any of their names)."""
    out = set(excluded)
    stays = np.array([name not in out for name in times.item], np.bool_)
    return replace(
        times,
        vendor=_kept(times.vendor, stays),
        item=_kept(times.item, stays),
        annotator=_kept(times.annotator, stays),
        seconds=times.seconds[stays],
        started=times.started[stays],
        ended=times.ended[stays],
        line=times.line[stays],
    )


def _answers(answers: Answers, stays: Bools) -> Answers:
    return replace(
        answers,
        annotator=answers.annotator[stays],
        seconds=answers.seconds[stays],
        seconds_source=_kept(answers.seconds_source, stays),
        created=answers.created[stays],
        skipped=answers.skipped[stays],
        review=_kept(answers.review, stays),
        guideline=_kept(answers.guideline, stays),
        place=_kept(answers.place, stays),
    )


def _kept(values: Sequence[Value], stays: Bools) -> tuple[Value, ...]:
    """The values that stay; a column that is left empty stays empty."""
    if len(values) != len(stays):
        return tuple(values)
    return tuple(value for value, stay in zip(values, stays.tolist(), strict=True) if stay)


def _shapes(shape: Shapes, stays: Bools) -> Shapes:
    if shape is None:
        return None
    return shape[stays] if isinstance(shape, np.ndarray) else _kept(shape, stays)  # type: ignore[return-value]
