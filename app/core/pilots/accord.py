"""Vendors held against each other, without asking who is right: agreement, a common test, doubts about the gold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.core.formats.rows import Rows
from app.core.formats.shapes import Floats, Ints
from app.core.pilots.conduct import Accordance, accordance, answer_labels
from app.core.pilots.figures import Figure
from app.core.pilots.kappa import PairAgreement, pairwise
from app.core.pilots.latent import MIN_RATERS, RELATIVE, dawid_skene, gold_suspects
from app.core.pilots.paired import cochran_q, friedman

MAX_SUSPECTS = 500
_MAX_CELLS = 20_000_000  # ratings x classes that the model of the likely truth holds at once


@dataclass(frozen=True, slots=True)
class GlobalTest:
    """Do any of the vendors differ at all? Asked before any pair is looked at."""

    method: str
    statistic: float
    freedom: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Suspect:
    """An item where `agreeing` of the `given` vendors' labels name `instead` against the gold."""

    item: str
    gold: str
    instead: str
    agreeing: int
    given: int


@dataclass(frozen=True, slots=True)
class Accord:
    """What the vendors' labels say about each other; parts are None or empty where the task has no labels.

    `across` is agreement between vendors on the items (each with its most frequent label), `pairs` that of any
    two. `likely` rates each vendor against the likely truth behind all of them, `note` says what that is worth.
    `suspected` counts the items where two vendors or more agree against the gold; `suspects` are the first 500.
    """

    test: GlobalTest | None
    across: Accordance | None
    pairs: tuple[PairAgreement, ...]
    likely: Mapping[str, float]
    note: str
    suspected: int
    suspects: tuple[Suspect, ...]


def accord_of(figure: Figure, gold: Rows, deliveries: Mapping[str, Rows], scores: Sequence[Floats]) -> Accord:
    """Everything vendors say about each other; `scores` holds one score per item for each of `deliveries`."""
    test = _test(figure, scores) if len(deliveries) > 1 else None
    if gold.task != "classification" or len(deliveries) < 2:
        return Accord(test, None, (), {}, "", 0, ())
    names = sorted(deliveries)
    labels = [majority(deliveries[name]) for name in names]
    table = np.stack(labels)
    vendor, item = np.nonzero(table >= 0)
    label = table[vendor, item]
    likely = _likely(names, item, vendor, label, len(gold.classes))
    truth = np.full(len(gold.items), -1, np.int64)
    truth[gold.item] = gold.label
    found = gold_suspects(truth, labels)
    return Accord(
        test=test,
        across=accordance(item, label, len(gold.items)),
        pairs=pairwise(item, vendor, label, tuple(names)),
        likely=likely,
        note=RELATIVE if likely else "",
        suspected=len(found),
        suspects=tuple(
            Suspect(
                gold.items[one.item],
                gold.classes[one.gold],
                gold.classes[one.instead],
                one.agreeing,
                one.given,
            )
            for one in found[:MAX_SUSPECTS]
        ),
    )


def _test(figure: Figure, scores: Sequence[Floats]) -> GlobalTest:
    """Cochran's Q where every item is right or wrong, Friedman's test of the scores elsewhere."""
    table = np.asarray(np.round(np.stack(scores, axis=1), 9), np.float64)
    binary = figure.share and bool(((table == 0) | (table == 1)).all())
    found = cochran_q(table == 1) if binary else friedman(table)
    name = "Cochran's Q" if binary else "Friedman"
    return GlobalTest(name, found.statistic, table.shape[1] - 1, found.p_value)


def majority(delivery: Rows) -> Ints:
    """Per item the label most of the answers give; -1 without any and where two labels share the lead."""
    label = answer_labels(delivery)
    known = label >= 0
    width = len(delivery.classes)
    out = np.full(len(delivery.items), -1, np.int64)
    cell, count = np.unique(delivery.answers.item[known] * width + label[known], return_counts=True)
    order = np.lexsort((-count, cell // width))
    cell, count = cell[order], count[order]
    item, first = np.unique(cell // width, return_index=True)
    second = np.minimum(first + 1, max(0, len(cell) - 1))
    tied = (second != first) & (cell[second] // width == item) & (count[second] == count[first])
    out[item] = np.where(tied, -1, cell[first] % width)
    return out


def _likely(names: Sequence[str], item: Ints, vendor: Ints, label: Ints, classes: int) -> dict[str, float]:
    """Each vendor's share of labels that are the likely truth; {} under three vendors or beyond memory."""
    if len(np.unique(vendor)) < max(MIN_RATERS, len(names)) or len(item) * classes > _MAX_CELLS:
        return {}
    present, at = np.unique(item, return_inverse=True)
    found = dawid_skene(at, vendor, label, items=len(present), annotators=len(names), classes=classes)
    return {name: float(share) for name, share in zip(names, found.accuracy, strict=True)}
