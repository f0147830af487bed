"""Agreement between annotators of a pilot: the coefficients of `app.core.agreement`, and a consensus."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.core.agreement import LEVELS, Coefficient, Counts, ac1, alpha, counts_of, fleiss, paired, percent
from app.core.formats.faults import Faults, refuse
from app.core.formats.ratings import Ratings
from app.core.formats.shapes import Floats
from app.core.pilots.latent import MIN_RATERS, Latent, dawid_skene

SCHEMA = "assay/agreement@1"
_MAX_CELLS = 20_000_000  # of what the consensus model holds at once
_MAX_RATIO_VALUES = 20_000


@dataclass(frozen=True, slots=True)
class Consensus:
    """One label per item. `annotator_accuracy` is relative to the consensus, not to any truth."""

    method: str
    labels: Mapping[str, str]
    annotator_accuracy: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the annotators of one table agree on. Nominal figures are None at other levels.

    `overlapping` counts the items with two ratings or more, on which everything rests; `warnings` says why a
    figure is None and what a reader must know before believing the others.
    """

    level: str
    units: int
    overlapping: int
    annotators: int
    ratings: int
    percent_agreement: float | None
    alpha: Coefficient
    ac1: Coefficient | None
    fleiss_kappa: float | None
    consensus: Consensus | None
    majority_accuracy: float | None = None
    consensus_accuracy: float | None = None
    warnings: tuple[str, ...] = ()


def agreement(
    ratings: Ratings, level: str = "nominal", gold: Mapping[str, str] | None = None, seed: int = 0
) -> Agreement:
    """All figures of a table of ratings; with `gold`, item -> label, also how often majority and consensus
    are right on the items both know.

    What is not defined (one annotator, no item rated twice, one label only) is None with a warning. Raises
    `Invalid` for an unknown level, values that are no numbers at a level that needs them, and gold without a
    common item.
    """
    if level not in LEVELS:
        raise refuse("agreement.level", f"level {level!r}", f"use one of {', '.join(LEVELS)}")
    nominal = level == "nominal"
    label, values = ratings.label, None
    if not nominal:
        values, code = np.unique(_values(ratings, level), return_inverse=True)  # "1" and "1.0" are one value
        label = code[label]
    counts = counts_of(ratings.item, label, len(ratings.items), int(label.max()) + 1)
    consensus, doubts = _consensus(ratings, counts) if nominal else (None, ())
    found = Agreement(
        level=level,
        units=counts.items,
        overlapping=int(paired(counts).sum()),
        annotators=len(ratings.annotators),
        ratings=len(ratings.item),
        percent_agreement=percent(counts),
        alpha=alpha(counts, level, values, seed),
        ac1=ac1(counts) if nominal else None,
        fleiss_kappa=fleiss(counts) if nominal else None,
        consensus=consensus,
        warnings=(*_undefined(ratings, counts), *doubts),
    )
    return _against(found, gold, ratings, counts) if gold is not None else found


def _values(ratings: Ratings, level: str) -> Floats:
    """The numbers behind the labels."""
    faults = Faults("agreement.values", ratings.source)
    values = np.array([_number(text) for text in ratings.classes])
    for text in np.array(ratings.classes, dtype=object)[~np.isfinite(values)]:
        faults.add("", f"label {text!r} is not a number; level {level} needs numbers, or use --level nominal")
    if level == "ratio" and (values < 0).any():
        least = ratings.classes[int(np.nanargmin(values))]
        faults.add("", f"label {least!r} is below 0; level ratio needs a true zero, or use --level interval")
    if level == "ratio" and len(values) > _MAX_RATIO_VALUES:
        faults.add("", f"{len(values)} different values; at level ratio round them to {_MAX_RATIO_VALUES}")
    faults.stop()
    return values


def _number(text: str) -> float:
    """The number written in plain digits, NaN for anything else, also for what only Python reads (1_000)."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if abs(value) <= 1e100 and "_" not in text else math.nan


def _undefined(ratings: Ratings, counts: Counts) -> tuple[str, ...]:
    """Why coefficients are missing."""
    if len(ratings.annotators) < 2:
        return ("Only one annotator: agreement needs labels of at least two on the same items.",)
    if not paired(counts).any():
        return (
            "No item has labels of two annotators: agreement is unknown. Let some items be labelled twice.",
        )
    if counts.classes < 2:
        return ("Only one label was ever used: agreement beyond chance is not defined.",)
    return ()


def _consensus(ratings: Ratings, counts: Counts) -> tuple[Consensus, tuple[str, ...]]:
    """Dawid and Skene where annotators can be told apart, else the majority, and why.

    Ties of the majority go to the first label in the alphabet.
    """
    people, classes = len(ratings.annotators), counts.classes
    nobody: dict[str, float | None] = dict.fromkeys(ratings.annotators)
    large = max(counts.items, people * classes, len(ratings.item)) * classes > _MAX_CELLS
    if people < MIN_RATERS or large or not paired(counts).any():
        best = _majority(counts)
        labels = {item: ratings.classes[at] for item, at in zip(ratings.items, best, strict=True)}
        return Consensus("majority", labels, nobody), _why_majority(people, classes, large)
    found = dawid_skene(
        ratings.item,
        ratings.annotator,
        ratings.label,
        items=counts.items,
        annotators=people,
        classes=classes,
    )
    best = found.posterior.argmax(axis=1)
    labels = {item: ratings.classes[at] for item, at in zip(ratings.items, best, strict=True)}
    return Consensus("dawid_skene", labels, _accuracies(ratings, found)), ()


def _accuracies(ratings: Ratings, found: Latent) -> dict[str, float | None]:
    """Relative accuracy per annotator."""
    return {who: float(one) for who, one in zip(ratings.annotators, found.accuracy, strict=True)}


def _why_majority(people: int, classes: int, large: bool) -> tuple[str, ...]:
    if people == 2:
        return (
            "Two annotators cannot be told apart: the consensus is the majority, accuracies are unknown.",
        )
    if large and people >= MIN_RATERS:
        return (
            f"{classes} different labels are too many to weigh annotators: the consensus is the majority.",
        )
    return ()


def _majority(counts: Counts) -> list[int]:
    """The most frequent label per item, the first one among equals."""
    order = np.lexsort((counts.label, -counts.count, counts.item))
    first = np.searchsorted(counts.item[order], np.arange(counts.items))
    return [int(one) for one in counts.label[order][first]]


def _against(found: Agreement, gold: Mapping[str, str], ratings: Ratings, counts: Counts) -> Agreement:
    """With the share of common items where the majority (a tie counts its share) and the consensus are right.

    Gold of items nobody rated and ratings without gold are left out and counted in a warning.
    """
    common = np.array([item in gold for item in ratings.items], np.bool_)
    if not common.any():
        where = "gold" if gold else "gold (empty)"
        raise refuse("agreement.gold", where, "has no item in common with the ratings; correct the ids")
    notes = _gold_notes(gold, ratings, int(common.sum()))
    if found.consensus is None:
        return replace(found, warnings=(*found.warnings, *notes, "Gold is only used at level nominal."))
    code = {one: at for at, one in enumerate(ratings.classes)}
    true = np.array([code.get(gold.get(item, ""), -1) for item in ratings.items], np.int64)
    top = np.zeros(counts.items)
    np.maximum.at(top, counts.item, counts.count)
    is_top = counts.count == top[counts.item]
    ties = np.bincount(counts.item[is_top], minlength=counts.items)
    hit = np.bincount(counts.item[is_top & (counts.label == true[counts.item])], minlength=counts.items)
    agreed = [
        found.consensus.labels[item] == gold[item]
        for item, known in zip(ratings.items, common, strict=True)
        if known
    ]
    return replace(
        found,
        majority_accuracy=float((hit / ties)[common].mean()),
        consensus_accuracy=float(np.mean(agreed)),
        warnings=(*found.warnings, *notes),
    )


def _gold_notes(gold: Mapping[str, str], ratings: Ratings, common: int) -> list[str]:
    known, notes = set(ratings.classes), []
    if unrated := len(gold) - common:
        notes.append(f"{unrated} of {len(gold)} gold items have no rating; they are left out.")
    if without := len(ratings.items) - common:
        notes.append(f"{without} of {len(ratings.items)} rated items have no gold; they are left out of it.")
    if strange := sorted({one for one in gold.values() if one not in known}):
        shown = ", ".join(repr(one) for one in strange[:5]) + (", …" if len(strange) > 5 else "")
        notes.append(f"Nobody gave these labels of the gold: {shown}. Are they spelled alike?")
    return notes


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
