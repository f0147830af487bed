"""Error rates of 10,000 sentences against jiwer: words, characters, and words without case and punctuation."""

import numpy as np

from app.core.pilots.texts import SPOKEN, hear
from benchmarks.rows import Figure, Row, Unmeasured, library, side_by_side, timed

SENTENCES, WORDS, VOCABULARY = 10_000, 17, 4_000


def sentences() -> tuple[list[str], list[str]]:
    """Seeded references of 17 words on average, and answers with about one word in ten lost or changed."""
    dice = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    vocabulary = ["".join(dice.choice(letters, int(n))) for n in dice.integers(2, 10, VOCABULARY)]
    references, answers = [], []
    for length in dice.integers(4, 2 * WORDS - 3, SENTENCES):
        words = [vocabulary[i] for i in dice.integers(0, VOCABULARY, length)]
        heard = [
            vocabulary[int(dice.integers(VOCABULARY))] if chance < 0.05 else word
            for word, chance in zip(words, dice.random(length), strict=True)
            if chance < 0.95
        ]
        references.append(" ".join(words))
        answers.append(" ".join(heard) or words[0])
    return references, answers


def measure() -> Figure:
    """The same three rates on both sides; ours per sentence, so that they can be resampled, the peer's over all."""
    jiwer = library("jiwer")
    references, answers = sentences()
    counts = hear(references, answers).counts.sum(axis=0)
    rate = counts[SPOKEN.index("word_edits")] / counts[SPOKEN.index("words")]
    if abs(rate - jiwer.wer(references, answers)) > 1e-12:
        raise Unmeasured("ours and jiwer differ in the word error rate")
    plain = jiwer.Compose(
        [
            jiwer.ToLowerCase(),
            jiwer.RemovePunctuation(),
            jiwer.RemoveMultipleSpaces(),
            jiwer.Strip(),
            jiwer.ReduceToListOfListOfWords(),
        ]
    )

    def peer() -> None:
        jiwer.wer(references, answers)
        jiwer.cer(references, answers)
        jiwer.wer(references, answers, reference_transform=plain, hypothesis_transform=plain)

    return side_by_side(timed(lambda: hear(references, answers)), timed(peer))


ROWS = (Row("wer", "WER, CER and WER of bare words, 10,000 sentences", "jiwer", 1 / 4, measure),)
