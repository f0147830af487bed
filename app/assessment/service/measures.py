"""Pilot figures as the scorecard takes them: intervals with the result they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from babel.numbers import get_currency_precision

from app.core.pilots.results import Estimate
from app.core.scoring.spec import EvidenceRef
from app.kit.db import ReadSession
from app.pilots import service as pilots
from app.pilots.models import Pilot, PilotTask
from app.pilots.schemas import CLASS_ITEMS, POINTS
from app.pilots.service import CandidateResult, PilotComparison, comparison_of
from app.reviews.service import first_pass_of
from app.runs.service import cooperation_of


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured value low ≤ mid ≤ high in `unit`; `low_general`, `high_general` bound the vendor in general.

    A missing interval leaves both ends at None: then only the value is known.
    """

    low: float | None
    mid: float
    high: float | None
    unit: str
    evidence: EvidenceRef
    low_general: float | None = None
    high_general: float | None = None
    note: str = ""


def metrics_for(
    session: ReadSession, candidate_id: UUID, *, at_least_items: int = CLASS_ITEMS
) -> Mapping[str, Measure]:
    """Figure -> measure of a candidate's newest compared pilot; what was not measured is left out.

    Keys: the figures of the task (`pilots.schemas.METRICS`); `by_class.f1`, the weakest class with
    `at_least_items` gold objects; `errors.missing` … as shares of the gold; `seconds_per_label`,
    `accepted_per_labeler_day`; `repeats.f1` …, figures of hidden repeats held against the first answers, and
    `surge.f1_drop` …, how much worse they are on the surge day; `questions.median_hours_vendor` from the question
    log; `cost.per_accepted`, in major units at the expected volume; `review.first_pass` of the newest blind review.
    Prices are in it: who shows them checks the right.
    """
    return {**_compared(session, candidate_id, at_least_items), **_reviewed(session, candidate_id)}


def _compared(session: ReadSession, candidate_id: UUID, at_least_items: int) -> dict[str, Measure]:
    seen: set[UUID] = set()
    for delivery in pilots.delivered_by(session, candidate_id):
        if delivery.pilot_id in seen:
            continue
        seen.add(delivery.pilot_id)
        found = comparison_of(session, delivery.pilot_id)
        if found is None:
            continue
        one = {each.candidate_id: each for each in found.candidates}[candidate_id]
        ref = EvidenceRef("pilot_result", str(found.result_id), found.revision)
        return _measures(found, one, at_least_items) | _answers(session, found, candidate_id, ref)
    return {}


def _answers(
    session: ReadSession, found: PilotComparison, candidate_id: UUID, ref: EvidenceRef
) -> dict[str, Measure]:
    """How fast the vendor answered what we asked; nothing where we asked nothing or have no answer."""
    worked = cooperation_of(session, session.get_one(Pilot, found.pilot_id)).get(candidate_id)
    if worked is None or worked.hours is None:
        return {}
    note = f"median of {worked.answered} answers, our own delay subtracted"
    return {"questions.median_hours_vendor": Measure(None, worked.hours, None, "hours", ref, note=note)}


def _reviewed(session: ReadSession, candidate_id: UUID) -> dict[str, Measure]:
    found = first_pass_of(session, candidate_id)
    if found is None:
        return {}
    one, review, ref = found
    if one.first_pass is None:
        return {}
    note = f"blind review {review.number}, {one.items} items"
    if session.get_one(Pilot, review.pilot_id).task is PilotTask.REVIEW_ONLY:
        note = f"judged by people only: {note}"
    return {"review.first_pass": Measure(one.low, one.first_pass, one.high, "share", ref, note=note)}


def _measures(found: PilotComparison, one: CandidateResult, at_least: int) -> dict[str, Measure]:
    ref = EvidenceRef("pilot_result", str(found.result_id), found.revision)
    out = {
        name: _of(figure, figure.value, ref, "points" if name in POINTS else "share")
        for name, figure in one.metrics.items()
        if figure.value is not None
    }
    large = [(score.f1, name) for name, score in one.by_class.items() if score.gold >= at_least and score.f1]
    if large:
        value, name = min(large)
        score = one.by_class[name]
        out["by_class.f1"] = Measure(score.low, value, score.high, "share", ref, note=name)
    for kind, count in one.errors.items():
        if kind != "ok":
            out[f"errors.{kind}"] = Measure(None, count / found.gold_labels, None, "share", ref)
    if one.pace is not None:
        out["seconds_per_label"] = Measure(None, one.pace.seconds_per_label, None, "seconds", ref)
        if one.pace.per_annotator_day is not None:
            rate = one.pace.per_annotator_day
            out["accepted_per_labeler_day"] = Measure(None, rate, None, "labels", ref)
    return out | _of_roles(found, one, ref) | _cost(found, one, ref)


def _of_roles(found: PilotComparison, one: CandidateResult, ref: EvidenceRef) -> dict[str, Measure]:
    """What hidden repeats and the surge day tell: a labeler with himself, and the loss of every figure."""
    told = next(vendor for vendor in found.document["vendors"] if vendor["name"] == one.code)
    out = {}
    for name, figure in told.get("consistency", {}).items():
        unit = "points" if name in POINTS else "share"
        out[f"repeats.{name}"] = Measure(figure["low"], figure["value"], figure["high"], unit, ref)
    for name, drop in ((told.get("surge") or {}).get("drop") or {}).items():
        unit = "points" if name in POINTS else "share"
        out[f"surge.{name}_drop"] = Measure(drop["low"], drop["value"], drop["high"], unit, ref)
    return out


def _of(figure: Estimate, value: float, ref: EvidenceRef, unit: str) -> Measure:
    return Measure(figure.low, value, figure.high, unit, ref, figure.low_general, figure.high_general)


def _cost(found: PilotComparison, one: CandidateResult, ref: EvidenceRef) -> dict[str, Measure]:
    expected = next((cost for cost in one.costs if cost.volume == "expected"), None)
    if expected is None or expected.per_accepted is None:
        return {}
    scale = 10 ** get_currency_precision(found.currency)
    low, high = expected.per_accepted_low, expected.per_accepted_high
    measure = Measure(
        None if low is None else low / scale,
        expected.per_accepted / scale,
        None if high is None else high / scale,
        found.currency,
        ref,
    )
    return {"cost.per_accepted": measure}
