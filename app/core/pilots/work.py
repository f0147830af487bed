"""Who worked on what, for how long: from the deliveries themselves or from the side file of times."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.core.formats.faults import Faults
from app.core.formats.rows import Rows, Times
from app.core.formats.shapes import Floats, Ints
from app.core.pilots.speed import Work
from app.core.pilots.units import Units


def works(
    gold: Rows, deliveries: Mapping[str, Rows], times: Times | None
) -> tuple[dict[str, Work | None], list[str]]:
    """The work of each vendor (None: nothing known) and sentences about what was passed over.

    Where the side file speaks of a vendor, it replaces the seconds of the delivery. Raises `Invalid` with
    every row of the side file whose vendor or item is unknown.
    """
    out = {name: _own_work(delivery) for name, delivery in deliveries.items()}
    if times is None:
        return out, []
    position = {one: at for at, one in enumerate(gold.ids)}
    position |= {one: at for at, one in enumerate(gold.items)}
    _refuse_strangers(times, position, deliveries)
    notes = []
    for name in deliveries:
        rows = np.array([at for at, vendor in enumerate(times.vendor) if vendor == name], np.int64)
        if not len(rows):
            continue
        own = out[name]
        if own is not None and np.isfinite(own.seconds).any():
            notes.append(f"{name}: the seconds of {times.source} are used, not those in the delivery.")
        out[name] = _side_work(times, rows, position, deliveries[name])
    return out, notes


def _own_work(delivery: Rows) -> Work | None:
    answers = delivery.answers
    if not answers.annotators and not np.isfinite(answers.seconds).any():
        return None
    ends = _lone_moments(answers.annotator, answers.created)
    return Work(
        item=answers.item,
        annotator=answers.annotator,
        annotators=answers.annotators,
        seconds=answers.seconds,
        answer=np.arange(len(answers.item)),
        start=ends - answers.seconds,
        end=ends,
    )


def _lone_moments(annotator: Ints, created: Floats) -> Floats:
    """When each answer was given; NaN where one annotator has the moment twice, as imports and bare days have."""
    order = np.lexsort((created, annotator))
    same = (np.diff(annotator[order]) == 0) & (np.diff(created[order]) == 0)
    out = created.copy()
    out[order[:-1][same]] = np.nan
    out[order[1:][same]] = np.nan
    return out


def _side_work(times: Times, rows: Ints, position: Mapping[str, int], delivery: Rows) -> Work:
    people = [times.annotator[at] for at in rows]
    annotators = tuple(sorted({one for one in people if one}))
    code = {"": -1} | {one: at for at, one in enumerate(annotators)}
    item = np.array([position[times.item[at]] for at in rows], np.int64)
    return Work(
        item=item,
        annotator=np.array([code[one] for one in people], np.int64),
        annotators=annotators,
        seconds=times.seconds[rows],
        answer=_answers_behind(item, people, delivery),
        start=times.started[rows],
        end=times.ended[rows],
    )


def _answers_behind(item: Ints, people: Sequence[str], delivery: Rows) -> Ints:
    """The answer each row of times tells of: that of the annotator, or the item's only one; -1 for none."""
    answers = delivery.answers
    count = np.bincount(answers.item, minlength=len(delivery.items))
    only = np.full(len(delivery.items), -1, np.int64)
    only[answers.item] = np.arange(len(answers.item))
    only[count != 1] = -1
    names = (*answers.annotators, "")
    own = {
        (at, names[who]): row
        for row, (at, who) in enumerate(zip(answers.item.tolist(), answers.annotator.tolist(), strict=True))
    }
    # A delivery that names nobody leaves the side file to say whose each answer is.
    found = [
        own.get((at, who), -1) if answers.annotators and who else int(only[at])
        for at, who in zip(item.tolist(), people, strict=True)
    ]
    return np.array(found, np.int64)


def _refuse_strangers(times: Times, position: Mapping[str, int], vendors: Mapping[str, object]) -> None:
    faults = Faults("times.broken", times.source)
    known = ", ".join(vendors)
    for vendor, item, line in zip(times.vendor, times.item, times.line, strict=True):
        if vendor not in vendors:
            faults.add(f"line {line}", f"vendor {vendor!r} has no delivery here; use one of {known}")
        if item not in position:
            faults.add(f"line {line}", f"item {item!r} is not in the gold; correct the id or remove the row")
    faults.stop()


def clusters(units: Units, delivery: Rows, work: Work | None) -> Ints:
    """The annotator behind each unit, -1 where unknown.

    Taken from the answer itself where the delivery names annotators, else whoever spent the most time on the
    item.
    """
    if delivery.answers.annotators:
        return np.append(delivery.answers.annotator, -1)[units.answer]
    owner = np.full(len(delivery.items), -1, np.int64)
    if work is not None:
        # Last written wins: the longest time per item comes last.
        order = np.lexsort((work.annotator, np.nan_to_num(work.seconds)))
        owner[work.item[order]] = work.annotator[order]
    return owner[units.item]
