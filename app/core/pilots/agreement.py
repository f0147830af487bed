"""Agreement between annotators of a pilot: the coefficients of `app.core.agreement`, and a consensus.

The consensus is that of Dawid and Skene 1979.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.agreement import LEVELS, Coefficient, ac1, alpha, fleiss, percent
from app.core.formats.faults import Faults, refuse
from app.core.formats.rows import Labels
from app.core.formats.shapes import Floats, Ints

SCHEMA = "assay/agreement@1"
_MAX_CELLS = 50_000_000
_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Consensus:
    """One label per item. `annotator_accuracy` is relative to the consensus, not to any truth."""

    method: str
    labels: Mapping[str, str]
    annotator_accuracy: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the annotators of one table agree on. Nominal figures are None at other levels."""

    level: str
    units: int
    annotators: int
    ratings: int
    percent_agreement: float | None
    alpha: Coefficient
    ac1: Coefficient | None
    fleiss_kappa: float | None
    consensus: Consensus | None
    majority_accuracy: float | None = None
    consensus_accuracy: float | None = None


def agreement(
    ratings: Labels, level: str = "nominal", gold: Labels | None = None, seed: int = 0
) -> Agreement:
    """All figures of a table of ratings; with `gold` also how often majority and consensus are right.

    Raises `Invalid` for an unknown level, values that are no numbers at a level that needs them, and gold
    without a common item.
    """
    if level not in LEVELS:
        raise refuse("agreement.level", f"level {level!r}", f"use one of {', '.join(LEVELS)}")
    if len(ratings.items) * len(ratings.classes) > _MAX_CELLS:
        message = f"{len(ratings.classes)} different labels are too many to compare; is the column right?"
        raise refuse("agreement.too_many", ratings.source, message)
    table = counts_table(ratings)
    nominal = level == "nominal"
    consensus = _consensus(ratings, table) if nominal else None
    right = _against(gold, ratings, table, consensus) if gold and consensus else (None, None)
    return Agreement(
        level=level,
        units=len(ratings.items),
        annotators=len(ratings.annotators),
        ratings=len(ratings.item),
        percent_agreement=percent(table),
        alpha=alpha(table, level, _values(ratings, level), seed),
        ac1=ac1(table) if nominal else None,
        fleiss_kappa=fleiss(table) if nominal else None,
        consensus=consensus,
        majority_accuracy=right[0],
        consensus_accuracy=right[1],
    )


def counts_table(ratings: Labels) -> Floats:
    """How many annotators gave each value to each item: (items, classes)."""
    width = len(ratings.classes)
    flat = np.bincount(ratings.item * width + ratings.label, minlength=len(ratings.items) * width)
    return flat.reshape(-1, width).astype(np.float64)


def _values(ratings: Labels, level: str) -> Floats:
    if level == "nominal":
        return np.arange(len(ratings.classes), dtype=np.float64)
    faults = Faults("agreement.values", ratings.source)
    values = np.zeros(len(ratings.classes))
    for at, text in enumerate(ratings.classes):
        try:
            values[at] = float(text)
        except ValueError:
            values[at] = math.nan
        if not math.isfinite(values[at]):
            faults.add(
                "", f"label {text!r} is not a number; level {level} needs numbers, or use --level nominal"
            )
    faults.stop()
    return values


def _consensus(ratings: Labels, table: Floats) -> Consensus:
    """Dawid and Skene from three annotators on; with fewer nobody can be told apart: the majority.

    Ties of the majority go to the first label in the alphabet.
    """
    if len(ratings.annotators) < 3:
        best = table.argmax(axis=1)
        accuracy: dict[str, float | None] = dict.fromkeys(ratings.annotators)
        method = "majority"
    else:
        posterior, shares, confusion = dawid_skene(ratings, table)
        best = posterior.argmax(axis=1)
        hits = np.einsum("k,wkk->w", shares, confusion)
        accuracy = {one: float(hit) for one, hit in zip(ratings.annotators, hits, strict=True)}
        method = "dawid_skene"
    labels = {item: ratings.classes[at] for item, at in zip(ratings.items, best, strict=True)}
    return Consensus(method, labels, accuracy)


def dawid_skene(ratings: Labels, table: Floats) -> tuple[Floats, Floats, Floats]:
    """Posterior (items, classes), class shares, and confusion (annotators, true class, given class) by EM."""
    width, people = table.shape[1], len(ratings.annotators)
    cell = ratings.annotator * width + ratings.label
    posterior = table / table.sum(axis=1, keepdims=True)
    for _ in range(_ROUNDS):
        shares = posterior.mean(axis=0)
        given = [
            np.bincount(cell, posterior[ratings.item, k], minlength=people * width) for k in range(width)
        ]
        seen = np.stack(given, axis=1).reshape(people, width, width)  # annotator, given, true
        total = seen.sum(axis=1, keepdims=True)
        chance = np.where(total > 0, seen / np.where(total > 0, total, 1), 0.0)
        logs = np.log(np.maximum(chance, 1e-300)).reshape(people * width, width)[cell]
        sums = [np.bincount(ratings.item, logs[:, k], minlength=len(table)) for k in range(width)]
        likelihood = np.stack(sums, axis=1) + np.log(np.maximum(shares, 1e-300))
        fresh = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
        fresh /= fresh.sum(axis=1, keepdims=True)
        change = float(np.abs(fresh - posterior).max())
        posterior = fresh
        if change < 1e-6:
            break
    return posterior, shares, chance.transpose(0, 2, 1)


def _against(gold: Labels, ratings: Labels, table: Floats, consensus: Consensus) -> tuple[float, float]:
    """Share of common items where the majority (a tie counts its share) and the consensus are right."""
    truth = {gold.items[item]: gold.classes[label] for item, label in zip(gold.item, gold.label, strict=True)}
    common: list[int] = [at for at, item in enumerate(ratings.items) if item in truth]
    if not common:
        raise refuse("agreement.gold", gold.source, "has no item in common with the ratings; correct the ids")
    code = {one: at for at, one in enumerate(ratings.classes)}
    true: Ints = np.array([code.get(truth[ratings.items[at]], -1) for at in common], np.int64)
    top = table[common] == table[common].max(axis=1, keepdims=True)
    hit = np.append(top, np.zeros((len(common), 1), np.bool_), axis=1)[np.arange(len(common)), true]
    majority = float((hit / top.sum(axis=1)).mean())
    agreed = [consensus.labels[ratings.items[at]] == truth[ratings.items[at]] for at in common]
    return majority, float(np.mean(agreed))


def to_json(found: Agreement, with_gold: bool) -> dict[str, Any]:
    """Plain values with exactly the keys of the contract `assay/agreement@1`."""
    of_gold = {"majority_accuracy": found.majority_accuracy, "consensus_accuracy": found.consensus_accuracy}
    gwet, consensus = found.ac1, found.consensus
    return {
        "schema": SCHEMA,
        "units": found.units,
        "annotators": found.annotators,
        "ratings": found.ratings,
        "percent_agreement": found.percent_agreement,
        "alpha": {
            "level": found.level,
            "value": found.alpha.value,
            "low": found.alpha.low,
            "high": found.alpha.high,
        },
        "ac1": gwet
        and {"value": gwet.value, "standard_error": gwet.standard_error, "low": gwet.low, "high": gwet.high},
        "fleiss_kappa": found.fleiss_kappa,
        "consensus": consensus
        and {
            "method": consensus.method,
            "labels": dict(consensus.labels),
            "annotator_accuracy": dict(consensus.annotator_accuracy),
        },
        **(of_gold if with_gold else {}),
    }
