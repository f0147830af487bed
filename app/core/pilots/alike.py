"""Answers held against answers, by the task's own notion of right: sets of our own, and a labeler against himself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.core.formats.rows import Answers, Rows
from app.core.formats.shapes import Bools, Floats, Ints, Shapes
from app.core.pilots.figures import Scores, interval_of
from app.core.pilots.findings import OK, summed
from app.core.pilots.tasks import Task
from app.core.pilots.units import same_key_pairs
from app.core.resampling import generator, resampled_sums


@dataclass(frozen=True, slots=True)
class Likeness:
    """A figure of one set of answers against another, mean of both directions, with its 95 % interval over items."""

    value: float
    low: float | None
    high: float | None


def agreeing(found: Scores, items: int) -> Bools:
    """Per item whether everything in both sets is right by the task's notion: the same class or set of classes, every
    object matched at the overlap asked for with its class, the same spans, the same text."""
    out = np.ones(items, np.bool_)
    out[found.findings.item[found.findings.error != OK]] = False
    return out


def likeness(
    task: Task, pairs: Sequence[tuple[Scores, Scores]], items: int, *, seed: int = 0, resamples: int = 1_000
) -> Mapping[str, Likeness]:
    """Every figure of the task between sets: each of `pairs` is one set against another and the other way round.

    The mean over all of them, resampled over the items; figures that nothing defines are left out.
    """
    if not pairs or not items:
        return {}
    sums = [summed(one.sums, one.units.item, items) for pair in pairs for one in pair]
    drawn = resampled_sums(np.hstack(sums), resamples, generator(seed))
    width = sums[0].shape[1]
    parts = [drawn[:, at * width : (at + 1) * width] for at in range(len(sums))]
    out: dict[str, Likeness] = {}
    for figure in task.figures:
        each = [float(figure.of(one.sum(axis=0))) for one in sums]
        if not np.isfinite(each).all():
            continue
        value = float(np.mean(each))
        replicates = np.mean([figure.of(one) for one in parts], axis=0)
        tested = float(np.isfinite(figure.of(sums[0])).sum())
        low, high = interval_of(figure, value, tested, np.asarray(replicates, np.float64)) or (None, None)
        out[figure.name] = Likeness(value, low, high)
    return out


def taken(rows: Rows, answers: Ints) -> Rows:
    """Answers of `rows` as items of their own, one each in the order given; one answer may stand several times."""
    count = len(answers)
    item = rows.answers.item[answers]
    names = tuple(str(at) for at in range(count))
    at_new, at_mark = same_key_pairs(answers, rows.answer)
    order = np.lexsort((at_mark, at_new))
    new, mark = at_new[order], at_mark[order]
    return replace(
        rows,
        items=names,
        ids=names,
        sizes=rows.sizes[item] if len(rows.sizes) else rows.sizes,
        texts=tuple(rows.texts[at] for at in item.tolist()) if rows.texts else (),
        stratum=(),
        repeat_of=(),
        role=(),
        answers=_alone(count),
        answer=new,
        item=new,
        label=rows.label[mark],
        shape=_shapes(rows.shape, mark),
        crowd=rows.crowd[mark],
        place=tuple(rows.place[at] for at in mark.tolist()),
        answered=np.ones(count, np.bool_),
    )


def _alone(count: int) -> Answers:
    """One answer of nobody per item."""
    unknown: Floats = np.full(count, np.nan)
    return Answers(
        item=np.arange(count),
        annotator=np.full(count, -1, np.int64),
        annotators=(),
        seconds=unknown,
        seconds_source=("",) * count,
        created=unknown,
        skipped=np.zeros(count, np.bool_),
        review=("",) * count,
        guideline=("",) * count,
        place=("",) * count,
    )


def _shapes(shape: Shapes, marks: Ints) -> Shapes:
    if shape is None:
        return None
    if isinstance(shape, np.ndarray):
        return shape[marks]
    return tuple(shape[at] for at in marks.tolist())
