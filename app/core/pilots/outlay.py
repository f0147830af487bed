"""What a pilot says about the cost of production, resampled: labels, accepted share and seconds of other items."""

import numpy as np

from app.core.formats.rows import Rows
from app.core.formats.shapes import Bools, Floats
from app.core.pilots.findings import OK
from app.core.pilots.results import VendorResult
from app.core.resampling import generator, resampled_sums

DRAWS = 1_000
_BLOCKS = 5_000  # above so many items random blocks of them are drawn: the spread of the sums is the same


def cost_draws(one: VendorResult, gold: Rows, *, per_item: bool, seed: int) -> Floats | None:
    """(1000, 3) labels per answered item, accepted share, seconds per item, each row of the same resampled items.

    An item that several annotators answered counts once, with what one answer of theirs holds and takes. `per_item`
    tells that an item carries one label: the share is then of all items, else of the labels delivered (seconds are
    NaN where none were measured). Feeds `cost.cost_interval`. None where a resample had nothing to divide by.
    """
    sums = _sums(one, gold, per_item=per_item)
    rng = generator(seed)
    if len(sums) > _BLOCKS:
        block = rng.permutation(len(sums)) % _BLOCKS
        sums = np.stack([np.bincount(block, column, minlength=_BLOCKS) for column in sums.T], axis=1)
    drawn = resampled_sums(sums, DRAWS, rng)
    if (drawn[:, [1, 3]] <= 0).any():
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        seconds = np.where(drawn[:, 5] > 0, drawn[:, 4] / drawn[:, 5], np.nan)
        if not per_item:
            seconds = seconds * drawn[:, 0] / drawn[:, 6]
    return np.stack([drawn[:, 0] / drawn[:, 1], drawn[:, 2] / drawn[:, 3], seconds], axis=1)


def answered_items(one: VendorResult, gold: Rows) -> Bools:
    """Which items of the comparison the delivery says something of; of images without gold silence is an answer."""
    answers, count = one.delivery.answers, len(one.scores)
    out = np.bincount(answers.item[~answers.skipped], minlength=count) > 0
    if one.delivery.kind not in ("labels", "texts"):
        out |= np.bincount(gold.item[~gold.crowd], minlength=count) == 0
    return np.asarray(out, np.bool_)


def _sums(one: VendorResult, gold: Rows, *, per_item: bool) -> Floats:
    """Per item: labels of one answer, answered, right, held against, seconds, timed, labels of all answers."""
    count, found, delivery = len(one.scores), one.findings, one.delivery

    def summed(item: np.ndarray, weight: np.ndarray | None = None) -> Floats:
        return np.bincount(item, weight, minlength=count).astype(np.float64)

    given = summed(found.item, found.weight * (found.delivered >= 0))
    against = summed(found.item, found.weight * (found.gold >= 0)) if per_item else given
    seconds, timed = np.zeros(count), np.zeros(count)
    if one.work is not None:
        known = np.isfinite(one.work.seconds)
        seconds = summed(one.work.item[known], one.work.seconds[known])
        timed = summed(one.work.item[known])
    return np.stack(
        [
            given,
            answered_items(one, gold).astype(np.float64),
            summed(found.item, found.weight * (found.error == OK)),
            against,
            seconds,
            timed if per_item else (timed > 0).astype(np.float64),
            summed(delivery.item),
        ],
        axis=1,
    )
