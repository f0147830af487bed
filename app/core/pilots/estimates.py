"""Figures with their intervals: over items, over annotators, of what was delivered, at the production mix."""

import math
from collections.abc import Mapping

import numpy as np

from app.core import resampling
from app.core.formats.shapes import Bools, Floats
from app.core.pilots import statistics
from app.core.pilots.figures import NARROW, Figure, Interval, gradient, interval_of
from app.core.pilots.findings import summed, tidy
from app.core.pilots.labels import macro_f1, macro_f1_interval
from app.core.pilots.results import Estimate, Stratum
from app.core.pilots.scored import Scored


def estimate(figure: Figure, one: Scored) -> Estimate:
    """The figure with its interval over items and, with enough annotators, over annotators in general."""
    total = one.sums.sum(axis=0)
    value = float(figure.of(total))
    if not np.isfinite(value):
        return Estimate(None)
    interval = _interval(figure, value, one.sums, one.replicates)
    influence = one.scores.sums @ gradient(figure.of, total)
    people = statistics.cluster_interval(value, influence, one.cluster, figure.most)
    return _both(value, interval, people)


def delivered_only(figure: Figure, one: Scored, answered: Bools, seed: int, resamples: int) -> Estimate:
    """The figure over the items that the delivery answers, as if the others were not in the pilot."""
    rows = one.sums[answered]
    value = float(figure.of(rows.sum(axis=0))) if len(rows) else np.nan
    if not np.isfinite(value):
        return Estimate(None)
    replicates = resampling.resampled_sums(rows, resamples, resampling.generator(seed))
    return _both(value, _interval(figure, value, rows, replicates), None)


def _interval(figure: Figure, value: float, rows: Floats, replicates: Floats) -> Interval | None:
    return interval_of(figure, value, float(np.isfinite(figure.of(rows)).sum()), figure.of(replicates))


def _both(value: float, items: Interval | None, people: Interval | None) -> Estimate:
    """Both intervals together; the one over annotators is never narrower than the one over items."""
    if items is None:
        return Estimate(value)
    low, high = min(items[0], value), max(items[1], value)
    if people is None:
        return Estimate(value, low, high)
    return Estimate(value, low, high, min(low, people[0]), max(high, people[1]))


def macro(one: Scored, classes: int, seed: int, resamples: int) -> Estimate:
    """Macro F1 of labels, which is no function of sums per item but of the confusion."""
    value, influence = macro_f1(one.scores.findings, classes)
    if value is None:
        return Estimate(None)
    found = one.scores.findings
    interval = macro_f1_interval(found, classes, resamples, resampling.generator(seed))
    if interval is None or interval[1] - interval[0] < NARROW:
        interval = statistics.wilson(value * len(one.sums), len(one.sums))
    people = statistics.cluster_interval(value, influence, one.cluster[found.unit])
    return _both(value, interval, people)


def strata_of(
    figure: Figure, one: Scored, stratum: tuple[str, ...], seed: int, resamples: int
) -> dict[str, Stratum]:
    """The figure in every stratum, resampled within it.

    Strata without anything to measure are left out; items without a stratum are called "none".
    """
    if not stratum:
        return {}
    names = np.array([name or "none" for name in stratum])
    found = one.scores.findings
    there = found.gold >= 0
    asked = summed(found.weight[there, None], found.item[there], len(names))[:, 0]
    out: dict[str, Stratum] = {}
    for name in sorted(set(names.tolist())):
        mask = names == name
        rows = one.sums[mask]
        value = float(figure.of(rows.sum(axis=0)))
        if not np.isfinite(value):
            continue
        replicates = resampling.resampled_sums(rows, resamples, resampling.generator(seed))
        ends = _interval(figure, value, rows, replicates) or (value, value)
        count = float(asked[mask].sum())
        out[name] = Stratum(tidy(count), figure.name, value, min(ends[0], value), max(ends[1], value))
    return out


def standardised(strata: Mapping[str, Stratum], mix: Mapping[str, float]) -> Estimate:
    """The figure at the mix of production: sum of weight times the figure of each stratum.

    Its interval is put together from those of the strata (Zou and Donner 2008), so that a stratum without an
    error still carries doubt. `mix` holds weights of any positive sum; None where one of its strata has no figure.
    """
    whole = sum(mix.values())
    weights = {name: weight / whole for name, weight in sorted(mix.items()) if weight > 0}
    if weights.keys() - strata.keys():
        return Estimate(None)
    parts = [(weight, strata[name]) for name, weight in weights.items()]
    value = sum(weight * one.value for weight, one in parts)
    below = math.sqrt(sum((weight * (one.value - one.low)) ** 2 for weight, one in parts))
    above = math.sqrt(sum((weight * (one.high - one.value)) ** 2 for weight, one in parts))
    return Estimate(value, value - below, value + above)
