"""How figures stand to what was promised; what only a blind review measures is joined in `kept`."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.pilots.results import ClassScore, Estimate
from app.core.pilots.statistics import wilson
from app.pilots.models import Pilot
from app.pilots.schemas import AT_MOST, BY_CLASS, CLASS_ITEMS, LOWER, REVIEWED, CriterionIn
from app.pilots.service.plan import criteria_of


@dataclass(frozen=True, slots=True)
class Promise:
    """How a candidate stands to one promise; `label` names a class where the promise is per class.

    `met` compares the figure itself, `sure` tells that its whole 95 % interval `low`..`high` lies on that side. `of`
    is floor or target; for errors the bound is the most that is allowed.
    """

    metric: str
    of: str
    label: str
    bound: float
    value: float
    met: bool
    sure: bool
    low: float | None
    high: float | None


def promises_of(
    pilot: Pilot,
    metrics: Mapping[str, Estimate],
    by_class: Mapping[str, ClassScore],
    errors: Mapping[str, float],
    gold_labels: int,
) -> tuple[Promise, ...]:
    """How figures stand to every promise of the pilot; classes under 30 gold objects are not held to theirs."""
    out: list[Promise] = []
    criteria = [one for one in criteria_of(pilot) if one.metric not in REVIEWED]
    own = {one.label for one in criteria if one.label}
    for item in criteria:
        bounds = [("floor", item.floor), ("target", item.target)]
        for of, bound in [(of, bound) for of, bound in bounds if bound is not None]:
            if item.metric in AT_MOST:
                count = errors.get(item.metric, 0.0)
                ends = wilson(count, gold_labels) or (None, None)
                value = count / gold_labels
                out.append(promise(item.metric, of, "", bound, value, *ends, is_limit=True))
            elif item.metric == BY_CLASS:
                out += [
                    promise(item.metric, of, name, bound, one.f1, one.low, one.high)
                    for name, one in _held(item, own, by_class).items()
                    if one.f1 is not None
                ]
            elif (figure := metrics[item.metric]).value is not None:
                figures = (figure.value, figure.low, figure.high)
                out.append(promise(item.metric, of, "", bound, *figures, is_limit=item.metric in LOWER))
    return tuple(out)


def _held(item: CriterionIn, own: set[str], by_class: Mapping[str, ClassScore]) -> dict[str, ClassScore]:
    """The classes that a bound speaks of: its own, or all that have none of their own."""
    return {
        name: one
        for name, one in by_class.items()
        if one.gold >= CLASS_ITEMS and (name == item.label if item.label else name not in own)
    }


def promise(
    metric: str,
    of: str,
    label: str,
    bound: float,
    value: float,
    low: float | None,
    high: float | None,
    *,
    is_limit: bool = False,
) -> Promise:
    """A figure with its interval held against a bound, the most that is allowed with `is_limit`."""
    sure = False
    if is_limit:
        met = value <= bound
        if low is not None and high is not None:
            sure = high <= bound if met else low > bound
    else:
        met = value >= bound
        if low is not None and high is not None:
            sure = low >= bound if met else high < bound
    return Promise(metric, of, label, bound, value, met, sure, low, high)
