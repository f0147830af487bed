"""Deliveries against one gold: quality with intervals, who differs, how sure that is. The one entry point."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from app.core import resampling
from app.core.errors import Invalid, Problem
from app.core.formats.rows import Boxes, Times
from app.core.formats.shapes import Floats, Ints
from app.core.pilots import statistics
from app.core.pilots.breakdown import class_scores, general_warnings, item_scores, strata
from app.core.pilots.classification import macro_f1, macro_f1_interval
from app.core.pilots.findings import Findings, by_item, confusion, error_counts, tally, tidy
from app.core.pilots.results import Comparison, Estimate, Pair, VendorResult
from app.core.pilots.speed import Work, anomalies, item_logs, summarise, time_ratio
from app.core.pilots.tasks import Ratio, Rows, Task, score, task_named
from app.core.pilots.work import clusters, works

MAX_VENDORS = 30
MAX_RESAMPLES = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """One vendor between scoring and judging: findings, item sums, annotators, bootstrap sums."""

    name: str
    delivery: Rows
    work: Work | None
    found: Findings
    sums: Floats
    cluster: Ints
    replicates: Floats


def compare(
    task: str,
    gold: Rows,
    deliveries: Mapping[str, Rows],
    *,
    iou: float = 0.5,
    seed: int = 0,
    resamples: int | None = None,
    times: Times | None = None,
) -> Comparison:
    """Compare the deliveries of several vendors, name -> rows read against `gold`, on all items.

    `iou` is the overlap (0..1] from which a box is right. `resamples` defaults to the task's own number
    (10,000 for shares of items, 2,000 for boxes). Equal inputs and seed give equal figures, whatever the
    order of files, rows or vendors. Missing items count as wrong. Raises `Invalid` for an unknown task,
    settings out of range, rows of another gold, and times of unknown vendors or items.
    """
    kind = task_named(task)
    drawn = kind.resamples if resamples is None else resamples
    _check(gold, deliveries, iou, drawn)
    work, notes = works(gold, deliveries, times)
    scored = _score(kind, gold, deliveries, work, iou, seed, drawn)
    vendors = tuple(_vendor(kind, gold, one, seed, drawn) for one in scored)
    pairs, detectable, groups = _judge(kind, scored, vendors)
    best = statistics.best_shares(_replicated(scored, kind.ratios[0]))
    sources: list[Rows] = [gold, *deliveries.values()]
    return Comparison(
        task=task,
        metric=kind.ratios[0].name,
        items=gold.items,
        classes=gold.classes,
        gold=gold,
        vendors=vendors,
        pairs=pairs,
        groups=groups,
        probability_best={one.name: float(share) for one, share in zip(scored, best, strict=True)},
        minimum_detectable_difference=detectable,
        iou=iou if isinstance(gold, Boxes) else None,
        seed=seed,
        resamples=drawn,
        versions={"numpy": np.__version__, "scipy": scipy.__version__},
        repairs=tuple(line for one in sources for line in one.repairs) + (times.repairs if times else ()),
        warnings=tuple(line for one in sources for line in one.warnings)
        + tuple(notes)
        + general_warnings(vendors, len(gold.items)),
    )


def _check(gold: Rows, deliveries: Mapping[str, Rows], iou: float, resamples: int) -> None:
    rules = (
        (0 < iou <= 1, "iou", "must be above 0 and at most 1"),
        (100 <= resamples <= MAX_RESAMPLES, "resamples", f"must be from 100 to {MAX_RESAMPLES}"),
        (0 < len(deliveries) <= MAX_VENDORS, "vendors", f"give one to {MAX_VENDORS} deliveries"),
    )
    problems = [Problem(where, message) for fine, where, message in rules if not fine]
    problems += [
        Problem(name, "was read against another gold; read the delivery again")
        for name, one in deliveries.items()
        if one.items != gold.items or one.classes != gold.classes
    ]
    if isinstance(gold, Boxes) and bool(gold.crowd.all()):
        problems.append(Problem(gold.source, "the gold holds no boxes; there is nothing to compare with"))
    if problems:
        raise Invalid("compare.settings", problems)


def _score(
    task: Task,
    gold: Rows,
    deliveries: Mapping[str, Rows],
    work: Mapping[str, Work | None],
    iou: float,
    seed: int,
    resamples: int,
) -> list[_Scored]:
    """Findings and bootstrap sums of every vendor; all vendors share the same resamples of the items."""
    count = len(gold.items)
    found = {name: score(gold, one, iou) for name, one in deliveries.items()}
    sums = {name: by_item(one, count) for name, one in found.items()}
    used = _used_columns(task)
    # By name, so that the order in which vendors are given cannot reach a figure.
    names = sorted(deliveries)
    rows = np.hstack([sums[name][:, used] for name in names])
    drawn = resampling.resampled_sums(rows, resamples, resampling.generator(seed))
    scored = []
    for name, delivery in deliveries.items():
        replicates = np.zeros((resamples, sums[name].shape[1]))
        start = names.index(name) * len(used)
        replicates[:, used] = drawn[:, start : start + len(used)]
        cluster = clusters(found[name], delivery, work[name], count)
        scored.append(_Scored(name, delivery, work[name], found[name], sums[name], cluster, replicates))
    return scored


def _used_columns(task: Task) -> list[int]:
    return [at for at in range(5) if any(one.over[at] or one.under[at] for one in task.ratios)]


def _divide(sums: Floats, ratio: Ratio) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((sums @ np.array(ratio.over)) / (sums @ np.array(ratio.under)), np.float64)


def _vendor(task: Task, gold: Rows, one: _Scored, seed: int, resamples: int) -> VendorResult:
    found = one.found
    total = tally(found).sum(axis=0)
    metrics = {ratio.name: _estimate(task, ratio, one) for ratio in task.ratios}
    if task.shares:
        metrics["macro_f1"] = _macro_f1(one, len(gold.classes), seed, resamples)
    missing = _missing(gold, one)
    annotators = len(np.unique(one.work.annotator[one.work.annotator >= 0])) if one.work else 0
    return VendorResult(
        name=one.name,
        items=len(gold.items) - missing,
        missing=missing,
        annotators=annotators or None,
        metrics=metrics,
        tp=tidy(total[0]),
        fp=tidy(total[2] - total[0]),
        fn=tidy(total[1] - total[0]),
        errors=error_counts(found),
        by_class=class_scores(found, gold.classes),
        strata=strata(gold, found),
        confusion=confusion(found, gold.classes),
        seconds=summarise(one.work.seconds) if one.work else None,
        anomalies=anomalies(one.work, gold.items) if one.work else (),
        scores=item_scores(one.sums),
        findings=found,
        delivery=one.delivery,
        work=one.work,
    )


def _missing(gold: Rows, one: _Scored) -> int:
    """Items of the gold that hold something and of which the delivery says nothing."""
    if isinstance(one.delivery, Boxes):
        return int((~one.delivery.answered & (one.sums[:, 1] > 0)).sum())
    return len(gold.items) - len(np.unique(one.delivery.item))


def _estimate(task: Task, ratio: Ratio, one: _Scored) -> Estimate:
    """The figure with its interval over items and, with enough annotators, over annotators in general."""
    over, under = one.sums @ np.array(ratio.over), one.sums @ np.array(ratio.under)
    if under.sum() <= 0:
        return Estimate(None)
    value = float(over.sum() / under.sum())
    interval = resampling.percentile_interval(_divide(one.replicates, ratio))
    if task.shares or interval is None or interval[1] - interval[0] < 1e-9:
        # Replicates that never vary (all right, all wrong) would claim certainty; items do not give that.
        tested = float((under > 0).sum())
        interval = statistics.wilson(value * tested, tested)
    rows = tally(one.found)
    influence = (rows @ np.array(ratio.over) - value * (rows @ np.array(ratio.under))) / under.sum()
    return _both(value, interval, statistics.cluster_interval(value, influence, one.cluster))


def _macro_f1(one: _Scored, classes: int, seed: int, resamples: int) -> Estimate:
    value, influence = macro_f1(one.found, classes)
    if value is None:
        return Estimate(None)
    interval = macro_f1_interval(one.found, classes, resamples, resampling.generator(seed))
    if interval is None or interval[1] - interval[0] < 1e-9:
        interval = statistics.wilson(value * len(one.sums), len(one.sums))
    return _both(value, interval, statistics.cluster_interval(value, influence, one.cluster))


def _both(value: float, items: tuple[float, float] | None, people: tuple[float, float] | None) -> Estimate:
    """Both intervals together; the one over annotators is never narrower than the one over items."""
    if items is None:
        return Estimate(value)
    low, high = min(items[0], value), max(items[1], value)
    if people is None:
        return Estimate(value, low, high)
    return Estimate(value, low, high, min(low, people[0]), max(high, people[1]))


def _replicated(scored: list[_Scored], ratio: Ratio) -> Floats:
    """Replicates x vendors of one figure; a replicate without any object counts as 0."""
    return np.nan_to_num(np.stack([_divide(one.replicates, ratio) for one in scored], axis=1))


def _judge(
    task: Task, scored: list[_Scored], vendors: tuple[VendorResult, ...]
) -> tuple[tuple[Pair, ...], float | None, tuple[tuple[str, ...], ...]]:
    """All pairs, the smallest difference that would have shown, and the groups that cannot be told apart."""
    ratio = task.ratios[0]
    values = np.array([one.metrics[ratio.name].value or 0.0 for one in vendors])
    first, second = np.triu_indices(len(vendors), 1)
    replicates = _replicated(scored, ratio)
    spread = replicates[:, first] - replicates[:, second]
    pairs = _pairs(task, scored, first, second, values[first] - values[second], spread)
    same = np.ones((len(vendors), len(vendors)), np.bool_)
    same[first, second] = same[second, first] = [not one.distinguishable for one in pairs]
    order = sorted(range(len(vendors)), key=lambda at: (-values[at], vendors[at].name))
    groups = statistics.indistinct_groups(order, same)
    named = tuple(tuple(vendors[at].name for at in group) for group in groups)
    return pairs, _detectable(task, scored, first, second, spread) if pairs else None, named


def _pairs(
    task: Task, scored: list[_Scored], first: Ints, second: Ints, differences: Floats, spread: Floats
) -> tuple[Pair, ...]:
    """Every two vendors: difference with a simultaneous interval, p values, ratio of times.

    The adjusted p value is never below the plain one; they are distinguishable where it is under 5 %.
    """
    if not len(first):
        return ()
    low, high, adjusted = statistics.max_t(spread, differences)
    logs = [item_logs(one.work, len(one.sums)) if one.work else None for one in scored]
    pairs = []
    for at, (i, j) in enumerate(zip(first, second, strict=True)):
        p = _p_value(task, scored[i], scored[j], spread[:, at], float(differences[at]))
        p_adjusted = max(p, float(adjusted[at]))
        log_a, log_b = logs[i], logs[j]
        pairs.append(
            Pair(
                a=scored[i].name,
                b=scored[j].name,
                metric=task.ratios[0].name,
                value=float(differences[at]),
                low=max(-1.0, float(low[at])),
                high=min(1.0, float(high[at])),
                p_value=p,
                p_adjusted=p_adjusted,
                distinguishable=p_adjusted < 1 - resampling.LEVEL,
                time_ratio=None if log_a is None or log_b is None else time_ratio(log_a, log_b),
            )
        )
    return tuple(pairs)


def _p_value(task: Task, a: _Scored, b: _Scored, spread: Floats, difference: float) -> float:
    if task.shares:
        ahead, behind = _discordant(a, b)
        return statistics.mcnemar_midp(ahead, behind)
    return statistics.single_p(spread, difference)


def _discordant(a: _Scored, b: _Scored) -> tuple[int, int]:
    """Items on which a scores higher, and on which b does."""
    gap = a.sums[:, 0] - b.sums[:, 0]
    return int((gap > 1e-9).sum()), int((gap < -1e-9).sum())


def _detectable(task: Task, scored: list[_Scored], first: Ints, second: Ints, spread: Floats) -> float | None:
    """The widest over all pairs: a difference below it may always be noise."""
    if not task.shares:
        return statistics.detectable_normal(float(spread.std(axis=0).max()), len(first))
    items = len(scored[0].sums)
    share = max(sum(_discordant(scored[i], scored[j])) / items for i, j in zip(first, second, strict=True))
    return statistics.detectable_paired(items, share, len(first))
