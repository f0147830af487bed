"""Candidates side by side: the kept figures joined with names, promises, prices and speed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.pilots.cost import Cost, Quote, Share
from app.core.pilots.findings import Cell
from app.core.pilots.results import ClassScore, Estimate, Pair, Stratum
from app.core.pilots.returns import Returns
from app.core.pilots.speed import Anomaly, Seconds, TimeRatio
from app.core.pilots.told import Flag
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation
from app.evaluations.schemas import NeedIn
from app.evaluations.service import CandidateView
from app.kit import clock
from app.kit.db import ReadSession
from app.pilots import queries
from app.pilots.models import Delivery, GoldVersion, Pilot, PilotResult, PilotTask
from app.pilots.schemas import AT_MOST, METRICS, POINTS, UNITS, CriterionIn
from app.pilots.service.computing import EVERYTHING, Inputs, Subset, inputs_of
from app.pilots.service.offers import prices_of
from app.pilots.service.plan import criteria_of
from app.pilots.service.pricing import Pace, Priced, accepted_share, pace_of, priced, returned
from app.pilots.service.promises import Promise, promises_of
from app.pilots.service.reviewed import Reviewed


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """All figures of one candidate. `facts` (term, text) and `flags` speak of its labelers.

    `standardised` is the ranking figure at the production mix, None without one; `accepted` the share of labels
    that is right; `returns` what a year with it returns against our own team, None where either is unknown.
    """

    candidate_id: UUID
    code: str
    name: str
    is_in_house: bool
    delivery_id: UUID
    round: int
    received_at: datetime
    is_late: bool
    items: int
    missing: int
    annotators: int | None
    labels: int
    metrics: Mapping[str, Estimate]
    tp: float
    fp: float
    fn: float
    errors: Mapping[str, float]
    by_class: Mapping[str, ClassScore]
    strata: Mapping[str, Stratum]
    confusion: tuple[Cell, ...]
    seconds: Seconds | None
    anomalies: tuple[Anomaly, ...]
    facts: tuple[tuple[str, str], ...]
    flags: tuple[Flag, ...]
    promises: tuple[Promise, ...]
    pace: Pace | None
    priced: Priced
    accepted: Share | None
    standardised: Estimate | None
    practice: tuple[tuple[float, float], ...]
    returns: Returns | None = None
    reviewed: Reviewed | None = None

    @property
    def costs(self) -> tuple[Cost, ...]:
        """Costs at low, expected and high volume, or none."""
        return self.priced.costs

    @property
    def price_note(self) -> str:
        """Where the price comes from, or why there is none."""
        return self.priced.note

    @property
    def misses(self) -> tuple[Promise, ...]:
        """The floors this candidate stays under (for errors: over)."""
        return tuple(one for one in self.promises if one.of == "floor" and not one.met)


@dataclass(frozen=True, slots=True)
class PilotComparison:
    """A pilot's comparison as pages, the memo and reports read it; `candidates` best first, pairs by code.

    `document` is the contract of `assay pilot compare --json`. `digest` is that of the inputs, `revision`
    counts the pilot's results. With a `subset` every figure is of its items alone. `strata` and `people` (code ->
    annotators) are what subsets can be taken of, `rounds` the highest round that anybody delivered, `disputed` counts
    the items where candidates agree against the gold.
    """

    pilot_id: UUID
    result_id: UUID
    revision: int
    digest: str
    engine: str
    computed_at: datetime
    task: str
    metric: str
    metric_name: str
    iou: float | None
    seed: int
    resamples: int
    gold: int
    gold_digest: str
    items: int
    gold_labels: int
    classes: tuple[str, ...]
    candidates: tuple[CandidateResult, ...]
    pairs: tuple[Pair, ...]
    groups: tuple[tuple[str, ...], ...]
    probability_best: Mapping[str, float]
    minimum_detectable_difference: float | None
    floor: float | None
    criteria: tuple[CriterionIn, ...]
    currency: str
    unit: str
    volumes: tuple[int, int, int]
    criteria_locked_at: datetime | None
    repairs: tuple[str, ...]
    warnings: tuple[str, ...]
    document: Mapping[str, Any]
    between: tuple[tuple[str, str], ...]
    subset: Subset
    strata: tuple[str, ...]
    people: Mapping[str, tuple[str, ...]]
    mix: Mapping[str, float]
    rounds: int
    disputed: int
    lower_is_better: bool = False

    def candidate(self, code: str) -> CandidateResult:
        """The figures of one candidate; raises KeyError."""
        return {one.code: one for one in self.candidates}[code]

    def best_first_pairs(self) -> tuple[Pair, ...]:
        """Every pair with the better candidate first, in the order of the candidates."""
        place = {one.code: at for at, one in enumerate(self.candidates)}
        turned = [one if place[one.a] < place[one.b] else one.turned() for one in self.pairs]
        return tuple(sorted(turned, key=lambda one: (place[one.a], place[one.b])))


def comparison_of(
    session: ReadSession,
    pilot_id: UUID,
    gold: int | None = None,
    *,
    up_to: int | None = None,
    subset: Subset = EVERYTHING,
) -> PilotComparison | None:
    """The comparison of the newest gold (or version `gold`) with every candidate's newest round.

    `up_to` leaves later rounds out, `subset` takes some items alone. None while it is not computed, and always for
    what only people judge (`reviews`).

    Names, codes and prices are all in it: who shows it to somebody checks what that person may see.
    """
    pilot = session.get(Pilot, pilot_id)
    if pilot is None:
        raise NotFound("pilot.not_found", "There is no such pilot.")
    if pilot.task is PilotTask.REVIEW_ONLY:
        return None
    inputs = inputs_of(session, pilot, gold, up_to=up_to, subset=subset)
    stored = queries.result(session, pilot_id, inputs.digest) if inputs else None
    return None if inputs is None or stored is None else _assemble(session, inputs, stored)


def _replaced(session: ReadSession, gold: GoldVersion) -> tuple[str, ...]:
    """That this gold was uploaded after the first delivery, with what it changed and why."""
    first = min((one.received_at for one in queries.all_deliveries(session, gold.pilot_id)), default=None)
    if not gold.changes or first is None or gold.created_at <= first:
        return ()
    told = f"Gold version {gold.number} replaced version {gold.number - 1} after deliveries were in"
    return (f"{told}: {gold.changes}. Reason: {gold.note}",)


def _assemble(session: ReadSession, inputs: Inputs, stored: PilotResult) -> PilotComparison:
    pilot = inputs.pilot
    document, extra = stored.report["compare"], stored.report["extra"]
    settings, metric = document["settings"], extra["metric"]
    need = evaluations.need_of(session.get_one(Evaluation, pilot.evaluation_id))
    return PilotComparison(
        pilot_id=pilot.id,
        result_id=stored.id,
        revision=stored.revision,
        digest=stored.digest,
        engine=stored.engine,
        computed_at=stored.created_at,
        task=pilot.task.value,
        metric=metric,
        metric_name=METRICS[pilot.task][metric],
        **{name: settings[name] for name in ("iou", "seed", "resamples", "mix")},
        gold=inputs.gold.number,
        gold_digest=inputs.gold.identity,
        items=document["items"],
        gold_labels=extra["labels"],
        classes=tuple(extra["classes"]),
        candidates=tuple(_ranked(session, inputs, need, stored)),
        pairs=_pairs(document, extra),
        groups=tuple(tuple(group) for group in document["groups"]),
        probability_best=document["probability_best"],
        minimum_detectable_difference=_least(metric, document["minimum_detectable_difference"]),
        floor={item.metric: item.floor for item in criteria_of(pilot)}.get(metric),
        criteria=tuple(criteria_of(pilot)),
        currency=pilot.currency,
        unit=UNITS[pilot.task],
        volumes=need.volumes,
        criteria_locked_at=pilot.criteria_locked_at,
        repairs=tuple(document["repairs"]),
        warnings=(*_replaced(session, inputs.gold), *document["warnings"]),
        document=document,
        between=_pairs_of(extra["between"]),
        disputed=extra["disputed"],
        **_choices(session, inputs, extra["filters"]),
        lower_is_better=bool(extra["lower_is_better"]),
    )


def _least(metric: str, found: float | None) -> float | None:
    """The smallest difference that would show; none where the figure cannot even differ by so much."""
    most = 100.0 if metric in POINTS else 1.0
    return found if found is not None and found <= most else None


def _choices(session: ReadSession, inputs: Inputs, filters: Mapping[str, Any]) -> dict[str, Any]:
    """What the comparison was taken of, and what it can be taken of."""
    return {
        "subset": inputs.subset,
        "strata": tuple(filters["strata"]),
        "people": {code: tuple(names) for code, names in filters["people"].items()},
        "rounds": max(row.round for row in queries.accepted(session, inputs.pilot.id)),
    }


def _ranked(session: ReadSession, inputs: Inputs, need: NeedIn, stored: PilotResult) -> list[CandidateResult]:
    """Every candidate's figures, best first."""
    pilot, extra = inputs.pilot, stored.report["extra"]
    views = {view.candidate.code: view for view in evaluations.candidates_of(session, pilot.evaluation_id)}
    offers = prices_of(session, pilot, need, views.values())
    found = [
        _candidate(pilot, need, one, extra, views[one["name"]], inputs.deliveries[one["name"]], offers)
        for one in stored.report["compare"]["vendors"]
    ]
    found = _with_returns(found, need)
    sign = 1 if extra["lower_is_better"] else -1
    return sorted(found, key=lambda one: (sign * (one.metrics[extra["metric"]].value or 0.0), one.code))


def _with_returns(found: list[CandidateResult], need: NeedIn) -> list[CandidateResult]:
    own = next((one for one in found if one.is_in_house and one.costs), None)
    if own is None:
        return found
    day, ours = need.start_by or clock.now().date(), (own.priced, own.accepted)
    return [
        one
        if one.is_in_house
        else replace(one, returns=returned(ours, (one.priced, one.accepted), need.volumes[1], day))
        for one in found
    ]


def _pairs(document: Mapping[str, Any], extra: Mapping[str, Any]) -> tuple[Pair, ...]:
    ratios = {(one["a"], one["b"]): one for one in extra["time_ratios"]}
    out = []
    for one in document["pairs"]:
        ratio = ratios.get((one["a"], one["b"]))
        times = TimeRatio(ratio["value"], ratio["low"], ratio["high"], ratio["items"]) if ratio else None
        rest = {key: value for key, value in one.items() if key != "difference"}
        out.append(Pair(**rest, **one["difference"], time_ratio=times))
    return tuple(out)


def _candidate(
    pilot: Pilot,
    need: NeedIn,
    one: Mapping[str, Any],
    extra: Mapping[str, Any],
    view: CandidateView,
    delivery: Delivery,
    offers: Mapping[UUID, tuple[Quote | None, str]],
) -> CandidateResult:
    code = one["name"]
    metrics = _metrics(pilot, one)
    work, labels = extra["work"][code], extra["delivered"][code]
    by_class = {key: ClassScore(**score) for key, score in one["by_class"].items()}
    price = offers.get(view.candidate.id, (None, "no offer yet"))
    mixed = one.get("standardised")
    return CandidateResult(
        candidate_id=view.candidate.id,
        code=code,
        name=view.name,
        is_in_house=view.is_in_house,
        delivery_id=delivery.id,
        round=delivery.round,
        received_at=delivery.received_at,
        is_late=delivery.is_late,
        labels=labels,
        metrics=metrics,
        **{name: one[name] for name in ("items", "missing", "annotators", "tp", "fp", "fn", "errors")},
        by_class=by_class,
        strata={name: Stratum(**each) for name, each in extra["strata"][code].items()},
        confusion=tuple(Cell(**cell) for cell in one["confusion"]),
        seconds=_seconds(one, work),
        anomalies=tuple(Anomaly(**{**each, "items": tuple(each["items"])}) for each in one["anomalies"]),
        facts=_pairs_of(extra["facts"][code]),
        flags=_flags(extra["flags"][code]),
        promises=promises_of(pilot, metrics, by_class, one["errors"], extra["labels"]),
        **_production(pilot, one, extra, need, price, accepted_share(pilot.task, metrics)),
        standardised=Estimate(**mixed) if mixed else None,
        practice=tuple((count, seconds) for count, seconds in extra["practice"][code]),
    )


def _production(
    pilot: Pilot,
    one: Mapping[str, Any],
    extra: Mapping[str, Any],
    need: NeedIn,
    price: tuple[Quote | None, str],
    share: Share | None,
) -> dict[str, Any]:
    """Pace, costs and accepted share of one candidate."""
    code, items = one["name"], one["items"]
    work, labels = extra["work"][code], extra["delivered"][code]
    # Several answers to one item weigh together as one: production asks for one.
    each = (one["tp"] + one["fp"]) / max(1, items)
    pace = pace_of(
        pilot.task,
        work,
        items=items,
        labels=labels,
        labels_per_item=each,
        annotators=one["annotators"],
        share=share,
    )
    found = priced(price, need, pace, share, each, extra["draws"].get(code))
    return {"pace": pace, "priced": found, "accepted": share}


def _pairs_of(told: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((term, text) for term, text in told)


def _flags(told: Sequence[Mapping[str, Any]]) -> tuple[Flag, ...]:
    return tuple(Flag(one["annotator"], one["text"], tuple(one["items"])) for one in told)


def _metrics(pilot: Pilot, one: Mapping[str, Any]) -> dict[str, Estimate]:
    names = [name for name in METRICS[pilot.task] if name in one and name not in AT_MOST]
    return {name: Estimate(**one[name]) for name in names}


def _seconds(one: Mapping[str, Any], work: Mapping[str, Any] | None) -> Seconds | None:
    return Seconds(**one["seconds"], rows=work["rows"], total=work["total"]) if work else None
