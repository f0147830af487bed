"""How every promise of a pilot was kept: figures of the comparison beside what only a blind review measures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.core.pilots.results import Estimate
from app.pilots.models import PilotTask
from app.pilots.schemas import AT_MOST, BY_CLASS, LOWER, METRICS, REVIEWED, CriterionIn
from app.pilots.service.comparison import CandidateResult, PilotComparison
from app.pilots.service.promises import Promise, promise
from app.pilots.service.reviewed import NOT_YET, Reviewed

COMPARISON, REVIEW = "comparison with the gold", "blind review"
_NOTHING = Reviewed(Estimate(None), NOT_YET)


@dataclass(frozen=True, slots=True)
class Kept:
    """What one candidate made of one promise; `parts` is empty where nothing can be said, `note` then says why.

    A bound on every class has a part per class, any other promise one. `review` is where a first-pass figure is from.
    """

    parts: tuple[Promise, ...]
    note: str
    review: Reviewed | None = None

    @property
    def missed(self) -> tuple[Promise, ...]:
        """The parts that do not keep the promise."""
        return tuple(one for one in self.parts if not one.met)

    @property
    def worst(self) -> Promise | None:
        """The part with the lowest figure."""
        return min(self.parts, key=lambda one: one.value, default=None)

    @property
    def word(self) -> str:
        """The verdict, or why there is none."""
        if not self.parts:
            return self.note
        return "not reached" if self.missed else "reached"


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One bound of one promise with what every candidate (by code) made of it; `source` says what measured it."""

    item: CriterionIn
    name: str
    of: str
    bound: float
    source: str
    kept: Mapping[str, Kept]

    @property
    def is_limit(self) -> bool:
        """Whether the figure must stay below the bound."""
        return self.item.metric in AT_MOST | LOWER


def with_reviewed(found: PilotComparison, reviewed: Mapping[UUID, Reviewed]) -> PilotComparison:
    """The comparison with the promises that only a blind review can judge, where any were made."""
    asked = [one for one in found.criteria if one.metric in REVIEWED]
    if not asked:
        return found
    joined = tuple(_joined(one, asked, reviewed.get(one.candidate_id, _NOTHING)) for one in found.candidates)
    return replace(found, candidates=joined)


def _joined(one: CandidateResult, asked: list[CriterionIn], told: Reviewed) -> CandidateResult:
    if told.delivery_id not in (None, one.delivery_id):
        other = f"of round {told.round}" if told.round != one.round else "of another file of this round"
        told = replace(told, note="; ".join(filter(None, (told.note, other))))
    share = told.share
    more = tuple(
        promise(item.metric, of, "", bound, share.value, share.low, share.high)
        for item in asked
        for of, bound in _bounds(item)
        if share.value is not None
    )
    return replace(one, promises=(*one.promises, *more), reviewed=told)


def _bounds(item: CriterionIn) -> list[tuple[str, float]]:
    return [
        (of, bound) for of, bound in (("floor", item.floor), ("target", item.target)) if bound is not None
    ]


def promise_lines(found: PilotComparison) -> tuple[PromiseLine, ...]:
    """Every bound that was promised, in the order of the criteria; `with_reviewed` comes first."""
    own = {one.label for one in found.criteria if one.label}
    return tuple(
        PromiseLine(
            item=item,
            name=_name(found, item),
            of=of,
            bound=bound,
            source=REVIEW if item.metric in REVIEWED else COMPARISON,
            kept={one.code: _kept(one, item, of, own) for one in found.candidates},
        )
        for item in found.criteria
        for of, bound in _bounds(item)
    )


def _name(found: PilotComparison, item: CriterionIn) -> str:
    return (
        f"F1 of “{item.label}”" if item.label else {**METRICS[PilotTask(found.task)], **REVIEWED}[item.metric]
    )


def _kept(one: CandidateResult, item: CriterionIn, of: str, own: set[str]) -> Kept:
    """What became of one bound; `own` are the classes with a bound of their own."""
    parts = tuple(
        each
        for each in one.promises
        if (each.metric, each.of) == (item.metric, of)
        and (each.label == item.label if item.label else each.label not in own)
    )
    if item.metric in REVIEWED:
        told = one.reviewed or _NOTHING
        return Kept(parts, told.note or ("" if parts else NOT_YET), told)
    return Kept(
        parts, "" if parts else "too few objects to say" if item.metric == BY_CLASS else "not measured"
    )


def told_promises(found: PilotComparison) -> list[dict[str, Any]]:
    """Every promise of every candidate as JSON: figure, interval, verdict, and what measured it."""
    return [
        {
            "candidate": code,
            "metric": line.item.metric,
            "label": each.label if each else line.item.label,
            "of": line.of,
            "bound": line.bound,
            "value": each.value if each else None,
            "low": each.low if each else None,
            "high": each.high if each else None,
            "met": each.met if each else None,
            "sure": each.sure if each else None,
            "source": line.source,
            **_review(kept),
            "note": kept.note,
        }
        for line in promise_lines(found)
        for code, kept in line.kept.items()
        for each in kept.parts or (None,)
    ]


def _review(kept: Kept) -> dict[str, Any]:
    told = kept.review
    if told is None:
        return {"review": None, "judged": None, "given": None}
    return {"review": told.number or None, "judged": told.judged, "given": told.given}
