"""Spans in a text, transcriptions and translations: findings, and the sums their figures are made of."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.core.formats.rows import Rows
from app.core.formats.shapes import Bools
from app.core.pilots import spans, texts
from app.core.pilots.figures import Scores
from app.core.pilots.findings import LOOSE, MISSING, OK, Findings, summed, tally
from app.core.pilots.matching import findings, matched
from app.core.pilots.units import Units, gold_in_units, units_of


def score_spans(gold: Rows, delivery: Rows) -> Scores:
    """Every gold and delivered span; ok has the same ends and class, loose the class and only some characters.

    Sums: those of `findings.COUNTED`, then the credit of matched pairs under `spans.SCHEMES`.
    """
    units = units_of(delivery)
    ours, theirs = (np.asarray(one.shape, np.int64).reshape(-1, 2) for one in (gold, delivery))
    found = matched(
        gold,
        delivery,
        units,
        lambda g, d: spans.pair_overlap(ours[g], theirs[d]),
        enough=1.0,
        least=0.0,
        worth=spans.pair_worth,
    )
    pair = np.nonzero(np.isfinite(found.iou))[0]
    credit = np.zeros((len(found.unit), len(spans.SCHEMES)))
    same = found.gold_class[pair] == found.delivered_class[pair]
    credit[pair] = spans.scheme_credit(found.iou[pair], same)
    rows = np.hstack([tally(found), credit * found.weight[:, None]])
    return Scores(found, units, summed(rows, found.unit, len(units.item)))


def score_transcriptions(gold: Rows, delivery: Rows) -> Scores:
    """Every answer against its reference; sums are those of `texts.SPOKEN`. No answer deletes everything."""
    units = units_of(delivery)
    found, asked, said = _paired(gold, delivery, units)
    heard = texts.hear(asked, said)
    answered = found.delivered >= 0
    counts = heard.counts.copy()
    counts[~answered, 0] = 0  # nobody's answer is never exact, even to an empty reference
    sums = np.asarray(counts * units.weight[found.unit][:, None], np.float64)
    unasked = int((heard.unasked & answered).sum())
    notes = (f"{unasked} references hold no words; what was written there counts as insertions.",)
    return Scores(_judged(found, heard.exact & answered), units, sums, notes if unasked else ())


def score_translations(gold: Rows, delivery: Rows) -> Scores:
    """Every answer against its reference; sums are the statistics of sacrebleu. No answer is an empty one."""
    units = units_of(delivery)
    found, asked, said = _paired(gold, delivery, units)
    counts = texts.translation_counts([[one] for one in asked], said)
    same = [texts.tidy_text(a) == texts.tidy_text(b) for a, b in zip(asked, said, strict=True)]
    equal = np.array(same, np.bool_) & (found.delivered >= 0)
    return Scores(_judged(found, equal), units, counts * units.weight[found.unit][:, None])


def _paired(gold: Rows, delivery: Rows, units: Units) -> tuple[Findings, list[str], list[str]]:
    """One finding per unit, in the order of the units, with reference and answer ("" where there is none)."""
    ours, theirs = _texts(gold), _texts(delivery)
    rows, unit = gold_in_units(gold, units)
    given = np.full(len(units.item), -1, np.int64)
    given[units.of_mark] = np.arange(len(delivery.item))
    d = given[unit]
    error = np.where(d < 0, MISSING, LOOSE)
    found = findings(
        gold, delivery, units, unit=unit, g=rows, d=d, error=error, overlap=np.full(len(d), np.nan)
    )
    asked = [ours[at] for at in found.gold.tolist()]
    said = [theirs[at] if at >= 0 else "" for at in found.delivered.tolist()]
    return found, asked, said


def _texts(rows: Rows) -> Sequence[str]:
    found: tuple[str, ...] = rows.shape  # type: ignore[assignment]
    return found


def _judged(found: Findings, equal: Bools) -> Findings:
    return replace(found, error=np.where(equal, OK, found.error))
