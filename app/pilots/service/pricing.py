"""Speed and cost of production, from what a pilot measured and what a candidate charges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from app.core.errors import Invalid
from app.core.pilots.cost import Cost, Quote, Share, Volume, cost_interval, costs
from app.core.pilots.results import Estimate
from app.core.pilots.returns import Desk, Returns, returns
from app.evaluations.schemas import NeedIn
from app.pilots.models import PilotTask
from app.pilots.schemas import RIGHT

HOURS_A_DAY = 7.0  # convention: 140 labeling hours in a month of 20 days
ONE_LABEL = frozenset(
    {PilotTask.CLASSIFICATION, PilotTask.TRANSCRIPTION, PilotTask.TRANSLATION, PilotTask.REVIEW_ONLY}
)
MONTHS = 12  # the need's volumes are per year


@dataclass(frozen=True, slots=True)
class Pace:
    """Speed of a candidate; None where the pilot measured no times.

    `per_annotator_day` counts accepted labels of one annotator in a day of seven hours, `per_day` those of all
    annotators seen in the pilot.
    """

    seconds_per_label: float
    seconds_per_item: float
    per_annotator_day: float | None
    per_day: float | None


@dataclass(frozen=True, slots=True)
class Priced:
    """What accepted labels cost: at low, expected and high volume, or `note` says why not.

    `interval` bounds the cost per accepted label at the expected volume when other items like these had been in
    the pilot, minor units; None where it is not known.
    """

    costs: tuple[Cost, ...]
    note: str
    interval: tuple[float, float] | None = None

    @property
    def expected(self) -> Cost | None:
        """The cost at the expected volume."""
        return next((one for one in self.costs if one.volume == "expected"), None)


def accepted_share(task: PilotTask, metrics: Mapping[str, Estimate]) -> Share | None:
    """The share of delivered labels that is right, with its interval; None where only a review can tell."""
    if task not in RIGHT:
        return None
    one = metrics[RIGHT[task]]
    if one.value is None or one.low is None or one.high is None:
        return None
    return Share(one.value, one.low, one.high)


def pace_of(
    task: PilotTask,
    work: Mapping[str, Any] | None,
    *,
    items: int,
    labels: int,
    labels_per_item: float,
    annotators: int | None,
    share: Share | None,
) -> Pace | None:
    """Several marks an item: the time of all annotators on it, spread over them. Else each row is one label.

    `labels` are those of all answers, `labels_per_item` those of one answer, which is what production asks for.
    """
    if work is None or not labels or not items:
        return None
    several = task not in ONE_LABEL
    per_label = work["total"] / work["items"] / (labels / items) if several else work["total"] / work["rows"]
    per_item = per_label * labels_per_item
    if per_label <= 0:
        return None
    daily = HOURS_A_DAY * 3600 / per_label * share.value if share else None
    return Pace(per_label, per_item, daily, daily * annotators if daily and annotators else None)


def priced(
    price: tuple[Quote | None, str],
    need: NeedIn,
    pace: Pace | None,
    share: Share | None,
    labels_per_item: float,
    draws: Sequence[Sequence[float]] | None = None,
) -> Priced:
    """Costs at as many items as give the need's accepted labels; `draws` as `core.pilots.outlay` makes them."""
    quote, told = price
    if quote is None:
        return Priced((), told)
    if not need.volume or share is None or share.value <= 0 or not labels_per_item:
        reason = "only a review tells what is right" if share is None else "nothing was accepted"
        return Priced((), "the need has no volume" if not need.volume else reason)
    low, expected, high = (
        Volume(
            name=name,
            items=max(1, round(labels / labels_per_item / share.value)),
            labels_per_item=labels_per_item,
            seconds_per_item=pace.seconds_per_item if pace else None,
            months=MONTHS,
        )
        for name, labels in zip(("low", "expected", "high"), need.volumes, strict=True)
    )
    try:
        found = costs(quote, (low, expected, high), share)
        drawn = cost_interval(quote, expected, np.array(draws, np.float64)) if draws else None
    except Invalid as failure:
        return Priced((), failure.problems[0].message)
    return Priced(found, told, drawn)


def returned(
    own: tuple[Priced, Share | None], vendor: tuple[Priced, Share | None], labels: int, day: date
) -> Returns | None:
    """What a year with a vendor returns against our own team at the expected volume; None where either is unknown.

    What is paid once counts as the cost of the change.
    """
    (ours, our_share), (theirs, their_share) = own, vendor
    before, after = ours.expected, theirs.expected
    if before is None or after is None or our_share is None or their_share is None or not labels:
        return None
    current = _desk(before, our_share, before.total)
    offered = _desk(after, their_share, after.total - after.fixed)
    try:
        return returns(current, offered, labels, ready_on=day, change=after.fixed)
    except Invalid:  # what is free of charge has no return on what was spent
        return None


def _desk(cost: Cost, share: Share, yearly: int) -> Desk:
    """The year's cost, with the bounds that the accepted share leaves: more labels to buy, or fewer."""

    def at(rate: float | None) -> int:
        told = 1.0 if rate is None or not cost.per_accepted else rate / cost.per_accepted
        return round(yearly * told)

    low, high = at(cost.per_accepted_low), at(cost.per_accepted_high)
    return Desk(yearly, min(low, yearly), max(high, yearly), share)
