"""What items with a part of their own tell beside the figures: hidden repeats, and the day of double volume."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.core.formats.item_list import Role
from app.core.formats.rows import Rows
from app.core.pilots.alike import Likeness, agreeing, likeness, taken
from app.core.pilots.figures import Figure
from app.core.pilots.pace import Figure as Span
from app.core.pilots.pace import cap_idle, phase_ratio
from app.core.pilots.repeats import SelfAgreement, met_again, repeats_of, self_agreement
from app.core.pilots.roles import in_role, repeated
from app.core.pilots.scored import Scored
from app.core.pilots.speed import Work
from app.core.pilots.tasks import Task
from app.core.resampling import generator, percentile_interval, resampled_sums

_RESAMPLES = 1_000
_LEAST = 2  # items on either side before a difference means anything


@dataclass(frozen=True, slots=True)
class Again:
    """A vendor's labelers on hidden repeats: how often each gave his answer again, and every figure of the task of
    second answers held against first ones (a labeler with himself)."""

    people: tuple[SelfAgreement, ...] = ()
    figures: Mapping[str, Likeness] | None = None


def again_of(
    task: Task, delivery: Rows, work: Work | None, iou: float, seed: int
) -> tuple[Again, tuple[str, ...]]:
    """What hidden repeats tell about one delivery that still holds them, and what is wrong with their list.

    Nothing where no annotator met an item and its repeat.
    """
    original, notes = repeats_of(delivery.items, repeated(delivery))
    if work is None or (original < 0).all():
        return Again(), notes
    rows = np.nonzero(work.answer >= 0)[0]
    rows = rows[~delivery.answers.skipped[work.answer[rows]]]
    second, first = (rows[one] for one in met_again(work.item[rows], work.annotator[rows], original))
    if not len(second):
        return Again(), notes
    before, after = (taken(delivery, work.answer[one]) for one in (first, second))
    scores = task.score(before, after, iou), task.score(after, before, iou)
    people = self_agreement(work.annotator[second], agreeing(scores[0], len(second)), work.annotators)
    return Again(people, likeness(task, [scores], len(second), seed=seed)), notes


@dataclass(frozen=True, slots=True)
class Surge:
    """The items of the surge day against all others: `time` is how many times as long an item takes (under 1 is
    faster), `drop` by how much each figure is worse (above 0 is worse), both with 95 % intervals."""

    items: int
    time: Span | None
    drop: Mapping[str, Span]


def surge_of(task: Task, gold: Rows, one: Scored, seed: int) -> Surge | None:
    """What the surge day cost one vendor; None without surge items that it answered."""
    day = np.zeros(len(gold.items), np.bool_)
    day[in_role(gold, Role.SURGE)] = True
    answered = np.zeros(len(gold.items), np.bool_)
    answered[one.scores.units.item[one.scores.units.answer >= 0]] = True
    if not (day & answered).any():
        return None
    time = None
    if one.work is not None and np.isfinite(one.work.seconds).any():
        seconds = cap_idle(one.work.seconds).seconds
        at_surge = day[one.work.item]
        time = phase_ratio(seconds[~at_surge], seconds[at_surge])
    drops = {figure.name: _drop(figure, one, day, seed) for figure in task.figures}
    return Surge(int(day.sum()), time, {name: drop for name, drop in drops.items() if drop is not None})


def _drop(figure: Figure, one: Scored, day: np.ndarray, seed: int) -> Span | None:
    """Missing items count as wrong on both sides, as they do everywhere."""
    parts = one.sums[~day], one.sums[day]
    values = [float(figure.of(part.sum(axis=0))) for part in parts]
    if min(map(len, parts)) < _LEAST or not np.isfinite(values).all():
        return None
    sign = -1.0 if figure.lower_is_better else 1.0
    drawn = [
        figure.of(resampled_sums(part, _RESAMPLES, generator(seed + at))) for at, part in enumerate(parts)
    ]
    ends = percentile_interval(np.asarray(sign * (drawn[0] - drawn[1]), np.float64))
    value = sign * (values[0] - values[1])
    return Span(value, *ends) if ends else None
