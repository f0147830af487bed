"""Deliveries against one gold: quality with intervals, who differs, how sure that is. The one entry point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy

from app.core import resampling
from app.core.errors import Invalid, Problem
from app.core.formats.rows import Rows, Times
from app.core.formats.shapes import Bools, Floats, Ints
from app.core.pilots import statistics
from app.core.pilots.accord import accord_of
from app.core.pilots.adjustment import holm
from app.core.pilots.amending import times_without, without
from app.core.pilots.breakdown import class_scores, general_warnings, item_scores, size_bands
from app.core.pilots.conduct import conduct_of
from app.core.pilots.estimates import delivered_only, estimate, macro, standardised, strata_of
from app.core.pilots.figures import Figure
from app.core.pilots.findings import confusion, error_counts, summed, tally, tidy
from app.core.pilots.results import Comparison, Estimate, Pair, VendorResult
from app.core.pilots.roles import unscored
from app.core.pilots.rounds import Again, again_of, surge_of
from app.core.pilots.scored import Scored
from app.core.pilots.speed import item_logs, summarise, time_ratio
from app.core.pilots.tasks import Task, task_named
from app.core.pilots.texts import signatures
from app.core.pilots.work import clusters, works

MAX_VENDORS = 30
MAX_RESAMPLES = 100_000


@dataclass(frozen=True, slots=True)
class _Settings:
    """How to compare: threshold, seed, resamples, production mix."""

    iou: float
    seed: int
    resamples: int
    mix: Mapping[str, float]


def compare(
    task: str,
    gold: Rows,
    deliveries: Mapping[str, Rows],
    *,
    iou: float = 0.5,
    seed: int = 0,
    resamples: int | None = None,
    times: Times | None = None,
    mix: Mapping[str, float] | None = None,
) -> Comparison:
    """Compare the deliveries of several vendors, name -> rows read against `gold`, on all items.

    `iou` is the overlap (0..1] from which an object is right. `resamples` defaults to the task's own number.
    `mix` gives strata of the gold the weights they have in production (any positive numbers); the ranking figure
    is then also told at that mix. Equal inputs and seed give equal figures, whatever the order of files, rows or
    vendors. Missing items count as wrong. Raises `Invalid` for an unknown task, settings out of range, rows of
    another gold, and times of unknown vendors or items.
    """
    kind = task_named(task)
    told = _Settings(iou, seed, kind.resamples if resamples is None else resamples, mix or {})
    _check(kind, gold, deliveries, told)
    again, remarks = _again(kind, gold, deliveries, times, told)
    sources = gold, *deliveries.values()
    gold, deliveries, times = _counted(gold, deliveries, times)
    work, notes = works(gold, deliveries, times)
    scored = _score(kind, gold, deliveries, work, told)
    vendors = tuple(_vendor(kind, gold, one, again[one.name], told) for one in scored)
    pairs, detectable, groups = _judge(kind.main, scored, vendors)
    return Comparison(
        task=task,
        **_main_of(kind, told),
        items=gold.items,
        classes=gold.classes,
        gold=gold,
        vendors=vendors,
        pairs=pairs,
        groups=groups,
        probability_best=_best(kind.main, scored),
        minimum_detectable_difference=detectable,
        resamples=told.resamples,
        mix=dict(sorted(told.mix.items())),
        versions=_versions(task),
        accord=accord_of(kind.main, gold, deliveries, [one.scores for one in vendors]),
        repairs=_repairs(sources, times),
        warnings=_warnings(sources, [*notes, *remarks], scored, vendors),
    )


def _again(
    task: Task, gold: Rows, deliveries: Mapping[str, Rows], times: Times | None, told: _Settings
) -> tuple[dict[str, Again], tuple[str, ...]]:
    """What hidden repeats tell about each vendor, and what is wrong with their list."""
    if not any(gold.repeat_of):
        return dict.fromkeys(deliveries, Again()), ()
    side, _ = works(gold, deliveries, times)
    own, _ = works(gold, deliveries, None)
    # Who answered stands in the delivery; the side file says so where that names nobody.
    work = {name: own[name] if one.answers.annotators else side[name] for name, one in deliveries.items()}
    known = {name: replace(one, repeat_of=gold.repeat_of) for name, one in deliveries.items()}
    found = {name: again_of(task, one, work[name], told.iou, told.seed) for name, one in known.items()}
    notes = dict.fromkeys(line for _, lines in found.values() for line in lines)
    return {name: one for name, (one, _) in found.items()}, tuple(notes)


def _counted(
    gold: Rows, deliveries: Mapping[str, Rows], times: Times | None
) -> tuple[Rows, Mapping[str, Rows], Times | None]:
    """Everything without the items that never count: practice, repeats, what has no gold or was not handed out."""
    gone = unscored(gold)
    if not gone:
        return gold, deliveries, times
    kept = without(gold, gone)
    if not kept.items or bool(kept.crowd.all()):
        message = "no item of the gold counts; check the roles in the item list"
        raise Invalid("compare.settings", [Problem(gold.source, message)])
    named = zip(gold.items, gold.ids, strict=True)
    names = {one for pair in named if pair[0] in gone for one in pair} - (set(gold.items) - gone)
    return (
        kept,
        {name: without(one, gone) for name, one in deliveries.items()},
        times_without(times, names) if times else None,
    )


def _repairs(sources: Sequence[Rows], times: Times | None) -> tuple[str, ...]:
    return tuple(line for one in sources for line in one.repairs) + (times.repairs if times else ())


def _warnings(
    sources: Sequence[Rows], notes: Sequence[str], scored: Sequence[Scored], vendors: tuple[VendorResult, ...]
) -> tuple[str, ...]:
    """What files, times, scorers and rows of work have to say, each sentence once."""
    said = (
        *(line for one in sources for line in one.warnings),
        *notes,
        *(f"{one.name}: {line}" for one in scored for line in one.scores.notes),
        *general_warnings(vendors, len(scored[0].delivery.items)),
    )
    return tuple(dict.fromkeys(said))


def _versions(task: str) -> dict[str, str]:
    out = {"numpy": np.__version__, "scipy": scipy.__version__}
    return out | (signatures() if task == "translation" else {})


def _check(task: Task, gold: Rows, deliveries: Mapping[str, Rows], told: _Settings) -> None:
    rules = (
        (0 < told.iou <= 1, "iou", "must be above 0 and at most 1"),
        (0 <= told.seed < 2**64, "seed", "must lie between 0 and 2^64 - 1"),
        (100 <= told.resamples <= MAX_RESAMPLES, "resamples", f"must be from 100 to {MAX_RESAMPLES}"),
        (0 < len(deliveries) <= MAX_VENDORS, "vendors", f"give one to {MAX_VENDORS} deliveries"),
        (gold.task == task.name, gold.source, f"was read for {gold.task}, not for {task.name}"),
    )
    problems = [Problem(where, message) for fine, where, message in rules if not fine]
    problems += [
        Problem(name, "was read against another gold; read the delivery again")
        for name, one in deliveries.items()
        if not _same_gold(gold, one)
    ]
    if bool(gold.crowd.all()):
        what = "boxes" if gold.kind == "boxes" else gold.kind
        problems.append(Problem(gold.source, f"the gold holds no {what}; there is nothing to compare with"))
    problems += _mix_problems(gold, told.mix)
    if problems:
        raise Invalid("compare.settings", problems)


def _same_gold(gold: Rows, one: Rows) -> bool:
    """Whether a delivery was read against this gold: the gold may have changed after the start."""
    names = (one.task, one.items, one.classes, one.texts) == (gold.task, gold.items, gold.classes, gold.texts)
    return names and np.array_equal(one.sizes, gold.sizes, equal_nan=True)


def _mix_problems(gold: Rows, mix: Mapping[str, float]) -> list[Problem]:
    known = {one or "none" for one in gold.stratum}
    out = [
        Problem(
            "mix",
            f"stratum {name!r} is not in the gold; use {', '.join(sorted(known)) or 'a stratum column'}",
        )
        for name in sorted(mix.keys() - known)
    ]
    if not all(np.isfinite(weight) and weight >= 0 for weight in mix.values()) or (
        mix and sum(mix.values()) <= 0
    ):
        out.append(Problem("mix", "weights must be numbers of 0 or more, not all of them 0"))
    return out


def _score(
    task: Task, gold: Rows, deliveries: Mapping[str, Rows], work: Mapping[str, object], told: _Settings
) -> list[Scored]:
    """Scores and bootstrap sums of every vendor; all vendors share the same resamples of the items."""
    count = len(gold.items)
    scores = {name: task.score(gold, one, told.iou) for name, one in deliveries.items()}
    sums = {name: summed(one.sums, one.units.item, count) for name, one in scores.items()}
    # By name, so that the order in which vendors are given cannot reach a figure.
    names = sorted(deliveries)
    drawn = resampling.resampled_sums(
        np.hstack([sums[name] for name in names]), told.resamples, resampling.generator(told.seed)
    )
    width = drawn.shape[1] // len(names)
    parts = {name: drawn[:, at * width : (at + 1) * width] for at, name in enumerate(names)}
    return [
        Scored(
            name=name,
            delivery=delivery,
            work=work[name],  # type: ignore[arg-type]
            scores=scores[name],
            sums=sums[name],
            cluster=clusters(scores[name].units, delivery, work[name]),  # type: ignore[arg-type]
            replicates=parts[name],
        )
        for name, delivery in deliveries.items()
    ]


def _vendor(task: Task, gold: Rows, one: Scored, again: Again, told: _Settings) -> VendorResult:
    found = one.scores.findings
    total = tally(found).sum(axis=0)
    missing = int(_lost(one).sum())
    annotators = len(np.unique(one.work.annotator[one.work.annotator >= 0])) if one.work else 0
    classes = gold.classes if task.has_classes else ()
    strata = strata_of(task.main, one, gold.stratum, told.seed, told.resamples)
    metrics = {figure.name: estimate(figure, one) for figure in task.figures}
    conduct = conduct_of(task.main, gold, one, again, surge_of(task, gold, one, told.seed))
    if task.name == "classification":
        metrics["macro_f1"] = macro(one, len(classes), told.seed, told.resamples)
    return VendorResult(
        name=one.name,
        items=len(gold.items) - missing,
        missing=missing,
        annotators=annotators or None,
        metrics=metrics,
        delivered_only=_delivered(task, one, metrics, told),
        standardised=standardised(strata, told.mix) if told.mix else None,
        tp=tidy(total[0]),
        fp=tidy(total[2] - total[0]),
        fn=tidy(total[1] - total[0]),
        errors=error_counts(found),
        by_class=class_scores(found, classes),
        strata=strata,
        sizes=size_bands(gold, found),
        confusion=confusion(found, classes) if task.has_classes else (),
        seconds=summarise(one.work.seconds) if one.work else None,
        anomalies=conduct.anomalies,
        scores=item_scores(task.main, one.sums, found),
        findings=found,
        delivery=one.delivery,
        work=one.work,
        conduct=conduct,
    )


def _lost(one: Scored) -> Bools:
    """Items of the gold that hold something and of which the delivery says nothing."""
    units, found = one.scores.units, one.scores.findings
    asked = np.zeros(len(one.sums), np.bool_)
    asked[found.item[found.gold >= 0]] = True
    answered = np.zeros(len(one.sums), np.bool_)
    answered[units.item[units.answer >= 0]] = True
    if one.delivery.kind in ("labels", "texts"):
        return ~answered
    return ~answered & asked


def _delivered(
    task: Task, one: Scored, metrics: Mapping[str, Estimate], told: _Settings
) -> dict[str, Estimate]:
    """Every figure without the missing items; the same figure where nothing is missing."""
    answered = ~_lost(one)
    if answered.all():
        return {name: Estimate(each.value, each.low, each.high) for name, each in metrics.items()}
    return {
        figure.name: delivered_only(figure, one, answered, told.seed, told.resamples)
        for figure in task.figures
    }


def _main_of(task: Task, told: _Settings) -> dict[str, Any]:
    """The figure that ranks, and how it was computed."""
    main, iou = task.main, told.iou if task.uses_iou else None
    return {"metric": main.name, "lower_is_better": main.lower_is_better, "iou": iou, "seed": told.seed}


def _best(figure: Figure, scored: list[Scored]) -> dict[str, float]:
    """How probable it is that each vendor is the best."""
    shares = statistics.best_shares(_signed(figure) * _replicated(scored, figure))
    return {one.name: float(share) for one, share in zip(scored, shares, strict=True)}


def _signed(figure: Figure) -> float:
    return -1.0 if figure.lower_is_better else 1.0


def _replicated(scored: list[Scored], figure: Figure) -> Floats:
    """Replicates x vendors of one figure; a replicate without any object counts as 0."""
    return np.nan_to_num(np.stack([figure.of(one.replicates) for one in scored], axis=1))


def _judge(
    figure: Figure, scored: list[Scored], vendors: tuple[VendorResult, ...]
) -> tuple[tuple[Pair, ...], float | None, tuple[tuple[str, ...], ...]]:
    """All pairs, the smallest difference that would have shown, and the groups that cannot be told apart."""
    values = np.array([one.metrics[figure.name].value or 0.0 for one in vendors])
    first, second = np.triu_indices(len(vendors), 1)
    replicates = _replicated(scored, figure)
    spread = replicates[:, first] - replicates[:, second]
    pairs = _pairs(figure, scored, first, second, values[first] - values[second], spread)
    same = np.ones((len(vendors), len(vendors)), np.bool_)
    same[first, second] = same[second, first] = [not one.distinguishable for one in pairs]
    order = sorted(range(len(vendors)), key=lambda at: (-_signed(figure) * values[at], vendors[at].name))
    groups = statistics.indistinct_groups(order, same)
    named = tuple(tuple(vendors[at].name for at in group) for group in groups)
    return pairs, _detectable(figure, scored, first, second, spread) if pairs else None, named


def _pairs(
    figure: Figure, scored: list[Scored], first: Ints, second: Ints, differences: Floats, spread: Floats
) -> tuple[Pair, ...]:
    """Every two vendors: difference with a simultaneous interval, p values, ratio of times.

    The adjusted p value is never below the plain one; they are distinguishable where it is under 5 %.
    """
    if not len(first):
        return ()
    low, high, adjusted = statistics.max_t(spread, differences)
    logs = [item_logs(one.work, len(one.sums)) if one.work else None for one in scored]
    plain = [
        _p_value(figure, scored[i], scored[j], spread[:, at], float(differences[at]))
        for at, (i, j) in enumerate(zip(first, second, strict=True))
    ]
    pairs = []
    for at, (i, j, p, p_holm) in enumerate(zip(first, second, plain, holm(plain), strict=True)):
        p_adjusted = max(p, float(adjusted[at]))
        distinguishable = p_adjusted < 1 - resampling.LEVEL
        # Of few items a bootstrap knows too little: what the test cannot tell apart may be equal.
        least, most = float(low[at]), float(high[at])
        if not distinguishable:
            least, most = min(0.0, least), max(0.0, most)
        log_a, log_b = logs[i], logs[j]
        pairs.append(
            Pair(
                a=scored[i].name,
                b=scored[j].name,
                metric=figure.name,
                value=float(differences[at]),
                low=max(-figure.most, least),
                high=min(figure.most, most),
                p_value=p,
                p_adjusted=p_adjusted,
                p_holm=p_holm,
                distinguishable=distinguishable,
                time_ratio=None if log_a is None or log_b is None else time_ratio(log_a, log_b),
            )
        )
    return tuple(pairs)


def _p_value(figure: Figure, a: Scored, b: Scored, spread: Floats, difference: float) -> float:
    if figure.share:
        ahead, behind = _discordant(a, b)
        return statistics.mcnemar_midp(ahead, behind)
    return statistics.single_p(spread, difference)


def _discordant(a: Scored, b: Scored) -> tuple[int, int]:
    """Items on which a scores higher, and on which b does."""
    gap = a.sums[:, 0] - b.sums[:, 0]
    return int((gap > 1e-9).sum()), int((gap < -1e-9).sum())


def _detectable(
    figure: Figure, scored: list[Scored], first: Ints, second: Ints, spread: Floats
) -> float | None:
    """The widest over all pairs: a difference below it may always be noise. None where no pair ever differed."""
    if not figure.share:
        return statistics.detectable_normal(float(spread.std(axis=0).max()), len(first)) or None
    items = len(scored[0].sums)
    share = max(sum(_discordant(scored[i], scored[j])) / items for i, j in zip(first, second, strict=True))
    return statistics.detectable_paired(items, share, len(first))
