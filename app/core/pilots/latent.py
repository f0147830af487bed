"""The likely truth behind several annotators where there is no gold, by Dawid and Skene's model (1979).

What comes out is relative: annotators who share an error (the same pre-labels, the same misread rule) are all
rated too high, and nothing in the ratings shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.core.errors import Invalid, Problem
from app.core.formats.shapes import Floats, Ints

RELATIVE = "relative, not accuracy"
MIN_RATERS = 3  # with two, who is right is a coin toss
ROUNDS = 100
_TOLERANCE = 1e-6
_NEVER = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Latent:
    """What the model settles on.

    `posterior` (items, classes) is the chance of each true class, `shares` (classes) how common they are,
    `confusion` (annotators, true class, given class) sums to 1 per row, and to 0 where an annotator never met
    a class. `accuracy` (annotators) is the mean chance that what the annotator gave is the truth: relative,
    not accuracy against gold. `log_likelihood` is that of all ratings; `settled` tells that the rounds were
    enough.
    """

    posterior: Floats
    shares: Floats
    confusion: Floats
    accuracy: Floats
    log_likelihood: float
    rounds: int
    settled: bool


def dawid_skene(
    item: Ints,
    annotator: Ints,
    label: Ints,
    *,
    items: int,
    annotators: int,
    classes: int,
    prior: float = 0.0,
    rounds: int = ROUNDS,
) -> Latent:
    """The truth behind ratings given as positions of item, annotator and label, by expectation maximisation.

    Starts from the shares of votes. `prior` ≥ 0 is a pseudo-count added to every cell of every annotator's
    confusion and to every class (a symmetric Dirichlet prior); 0 gives the maximum likelihood of the paper. An
    annotator may rate an item more than once. Raises `Invalid` for a negative prior, no ratings, an item
    without any rating, and fewer than three annotators, who cannot be told apart.
    """
    _check(item, annotators, items, prior)
    cell = annotator * classes + label
    votes = np.bincount(item * classes + label, minlength=items * classes).reshape(items, classes)
    posterior = votes / votes.sum(axis=1, keepdims=True)
    done, change = 0, 1.0
    while done < rounds and change >= _TOLERANCE:
        shares = (posterior.sum(axis=0) + prior) / (items + prior * classes)
        confusion = _confusion(posterior, item, cell, annotators, classes, prior)
        fresh, likelihood = _posterior(shares, confusion, item, cell, items)
        change = float(np.abs(fresh - posterior).max())
        posterior, done = fresh, done + 1
    right = np.bincount(annotator, posterior[item, label], minlength=annotators)
    given = np.bincount(annotator, minlength=annotators)
    return Latent(
        posterior=posterior,
        shares=shares,
        confusion=confusion.transpose(0, 2, 1),
        accuracy=np.where(given > 0, right / np.maximum(given, 1), np.nan),
        log_likelihood=likelihood,
        rounds=done,
        settled=change < _TOLERANCE,
    )


def _check(item: Ints, annotators: int, items: int, prior: float) -> None:
    rules = (
        (prior >= 0, "prior", "must not be negative"),
        (annotators >= MIN_RATERS, "annotators", f"at least {MIN_RATERS} are needed to tell them apart"),
        (items > 0 and len(np.unique(item)) == items, "items", "every item needs at least one rating"),
    )
    if problems := [Problem(where, message) for fine, where, message in rules if not fine]:
        raise Invalid("latent.input", problems)


def _confusion(
    posterior: Floats, item: Ints, cell: Ints, annotators: int, classes: int, prior: float
) -> Floats:
    """(annotators, given, true): how each gives each class when another is true; columns sum to 1 or 0."""
    size = annotators * classes
    given = [np.bincount(cell, posterior[item, true], minlength=size) for true in range(classes)]
    seen = np.stack(given, axis=1).reshape(annotators, classes, classes) + prior
    total = seen.sum(axis=1, keepdims=True)
    return np.where(total > 0, seen / np.where(total > 0, total, 1), 0.0)


def _posterior(shares: Floats, confusion: Floats, item: Ints, cell: Ints, items: int) -> tuple[Floats, float]:
    """The chance of each class per item, and the log-likelihood of all ratings."""
    classes = len(shares)
    logs = np.log(np.maximum(confusion, _NEVER)).reshape(-1, classes)
    sums = [np.bincount(item, logs[cell, true], minlength=items) for true in range(classes)]
    joint = np.stack(sums, axis=1) + np.log(np.maximum(shares, _NEVER))
    top = joint.max(axis=1, keepdims=True)
    fresh = np.exp(joint - top)
    whole = fresh.sum(axis=1, keepdims=True)
    return fresh / whole, float((top + np.log(whole)).sum())


@dataclass(frozen=True, slots=True)
class GoldSuspect:
    """An item where `agreeing` of `given` labels name the same class against the gold: positions of both."""

    item: int
    gold: int
    instead: int
    agreeing: int
    given: int


def gold_suspects(gold: Ints, vendors: Sequence[Ints], at_least: int = 2) -> tuple[GoldSuspect, ...]:
    """Items where two or more vendors agree on the same other class than the gold: to be adjudicated.

    `gold` and each of `vendors` hold one class per item, -1 where there is none. The most agreement first,
    then the fewest vendors against it, then by item. Raises `Invalid` for columns of another length.
    """
    if any(len(one) != len(gold) for one in vendors):
        raise Invalid("latent.columns", [Problem("vendors", "every vendor needs one label per gold item")])
    if not len(gold) or not vendors:
        return ()
    labels = np.stack(vendors, axis=1)
    given = (labels >= 0).sum(axis=1)
    equal = (labels[:, :, None] == labels[:, None, :]) & (labels >= 0)[:, None, :]
    support = np.where((labels >= 0) & (labels != gold[:, None]), equal.sum(axis=2), 0)
    best = support.argmax(axis=1)
    agreeing = support[np.arange(len(gold)), best]
    found = np.nonzero((agreeing >= at_least) & (gold >= 0))[0]
    suspects = [
        GoldSuspect(int(at), int(gold[at]), int(labels[at, best[at]]), int(agreeing[at]), int(given[at]))
        for at in found
    ]
    return tuple(sorted(suspects, key=lambda one: (-one.agreeing, one.given, one.item)))
