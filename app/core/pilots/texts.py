"""Transcription and translation: per item the counts from which WER, CER, BLEU, chrF and TER follow.

Every figure is a function of sums of counts over items, so that a resample of the items is a sum as well.
WER and CER are shares of the reference (they may exceed 1); BLEU, chrF and TER are points as sacrebleu gives.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.formats.shapes import Bools, Floats

SPOKEN = (
    "exact",
    "answers",
    "word_edits",
    "words",
    "character_edits",
    "characters",
    "plain_edits",
    "plain_words",
)
_ORDERS = 4
_CHARACTERS = 6
BLEU = slice(0, 2 + 2 * _ORDERS)
CHRF = slice(BLEU.stop, BLEU.stop + 3 * _CHARACTERS)
TER = slice(CHRF.stop, CHRF.stop + 2)
_FIRST = 0x10000  # above the surrogates, where a million characters are free
_NO_WORD = re.compile(r"[^\w\s]|_")


def tidy_text(text: str) -> str:
    """The text as it is compared: Unicode NFC, runs of white space as one space, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def plain_text(text: str) -> str:
    """The words alone: NFKC, case folded, without punctuation. Tells slips of writing from slips of hearing."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(
        _NO_WORD.sub(" ", folded.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")).split()
    )


@dataclass(frozen=True, slots=True)
class Heard:
    """Transcriptions against their references: `counts` (items, len(SPOKEN)), and what kind each answer is.

    `exact` tells equal texts, `same_words` texts that differ only in case and punctuation, `unasked` answers
    to a reference without words: they have no error rate of their own, but their insertions count.
    """

    counts: Floats
    exact: Bools
    same_words: Bools
    unasked: Bools


def hear(references: Sequence[str], answers: Sequence[str]) -> Heard:
    """Edit distances (Levenshtein: substitutions, deletions, insertions) of words and characters, row by row.

    An empty answer is a whole reference deleted; an empty reference counts every word of the answer as
    inserted.
    """
    gold, said = ([tidy_text(one) for one in column] for column in (references, answers))
    gold_plain, said_plain = ([plain_text(one) for one in column] for column in (gold, said))
    gold_words, said_words = _as_letters(gold, said)
    gold_bare, said_bare = _as_letters(gold_plain, said_plain)
    exact = np.array([a == b for a, b in zip(gold, said, strict=True)], np.bool_)
    columns = [
        exact,
        np.ones(len(gold)),
        _distances(gold_words, said_words),
        _lengths(gold_words),
        _distances(gold, said),
        _lengths(gold),
        _distances(gold_bare, said_bare),
        _lengths(gold_bare),
    ]
    counts = np.stack([np.asarray(one, np.float64) for one in columns], axis=1)
    return Heard(
        counts=counts,
        exact=exact,
        same_words=np.array([a == b for a, b in zip(gold_plain, said_plain, strict=True)], np.bool_),
        unasked=counts[:, 3] == 0,
    )


def _as_letters(*columns: Sequence[str]) -> list[list[str]]:
    """Every distinct word as one character, so that words are compared at the speed of characters."""
    split = [[one.split() for one in column] for column in columns]
    distinct = {word for column in split for words in column for word in words}
    letter = {word: chr(_FIRST + at) for at, word in enumerate(distinct)}
    return [["".join(map(letter.__getitem__, words)) for words in column] for column in split]


def _distances(references: Sequence[str], answers: Sequence[str]) -> Floats:
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cpdist

    if not references:
        return np.zeros(0)
    return np.asarray(cpdist(references, answers, scorer=Levenshtein.distance), np.float64)


def _lengths(texts: Sequence[str]) -> Floats:
    return np.array([len(one) for one in texts], np.float64)


def translation_counts(references: Sequence[Sequence[str]], answers: Sequence[str]) -> Floats:
    """The statistics of sacrebleu per item, one row each: columns `BLEU`, `CHRF`, `TER`.

    `references` holds one or more reference translations per item. White space is made even first.
    """
    from sacrebleu.metrics import bleu, chrf, ter

    said = [tidy_text(one) for one in answers]
    # By position of the reference; an item with fewer references than another has none there.
    width = max((len(one) for one in references), default=0)
    columns: Any = [
        [tidy_text(one[at]) if at < len(one) else None for one in references] for at in range(width)
    ]
    # sacrebleu keeps this one private; it is what its own bootstrap resamples. Our tests hold it to the
    # published scores.
    rows = [
        one._extract_corpus_statistics(said, columns)
        for one in (bleu.BLEU(force=True), chrf.CHRF(), ter.TER())
    ]
    return np.hstack([np.asarray(one, np.float64).reshape(len(said), -1) for one in rows])


def signatures(references: int = 1) -> dict[str, str]:
    """The signatures under which the figures may be compared with other people's, with that many references."""
    from sacrebleu.metrics import bleu, chrf, ter

    shown = {}
    for name, metric in (("bleu", bleu.BLEU()), ("chrf", chrf.CHRF()), ("ter", ter.TER())):
        metric.num_refs = references
        shown[name] = str(metric.get_signature())
    return shown


def bleu_points(counts: Floats) -> Floats:
    """Corpus BLEU of sums of counts (..., columns), 0..100: four orders, exponential smoothing (Post 2018)."""
    part = counts[..., BLEU]
    said, asked = part[..., 0], part[..., 1]
    right, total = part[..., 2 : 2 + _ORDERS], part[..., 2 + _ORDERS :]
    missed = np.cumsum((right == 0) & (total > 0), axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(right > 0, right, 0.5**missed) / total
        logs = np.where(total > 0, np.log(share), -np.inf)
        brevity = np.where(said < asked, np.exp(1 - asked / np.where(said > 0, said, np.nan)), 1.0)
    score = 100 * np.nan_to_num(brevity) * np.exp(logs.mean(axis=-1))
    return np.asarray(np.where(right.sum(axis=-1) > 0, score, 0.0), np.float64)


def chrf_points(counts: Floats) -> Floats:
    """Corpus chrF2 of sums of counts (..., columns), 0..100: six orders of characters, beta 2 (Popović 2015)."""
    part = counts[..., CHRF].reshape(*counts.shape[:-1], _CHARACTERS, 3)
    said, asked, right = part[..., 0], part[..., 1], part[..., 2]
    used = (said > 0) & (asked > 0)
    orders = np.maximum(used.sum(axis=-1), 1)
    precision = np.where(used, right / np.where(used, said, 1), 0).sum(axis=-1) / orders
    recall = np.where(used, right / np.where(used, asked, 1), 0).sum(axis=-1) / orders
    below = 4 * precision + recall
    return np.asarray(100 * np.where(below > 0, 5 * precision * recall / np.where(below > 0, below, 1), 0.0))


def ter_points(counts: Floats) -> Floats:
    """Corpus TER of sums of counts (..., columns) in points; lower is better (Snover et al. 2006)."""
    edits, length = counts[..., TER][..., 0], counts[..., TER][..., 1]
    return 100 * np.where(length > 0, edits / np.where(length > 0, length, 1), (edits > 0) * 1.0)
