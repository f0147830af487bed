"""Error rates of 10,000 sentences against jiwer, and entities of 100,000 tokens against seqeval."""

import numpy as np

from app.core.pilots.tasks import TASKS, read_delivery, read_gold
from app.core.pilots.texts import SPOKEN, hear
from benchmarks.rows import Figure, Row, Unmeasured, library, side_by_side, timed

SENTENCES, WORDS, VOCABULARY = 10_000, 17, 4_000
TOKENS, LENGTH, KINDS = 100_000, 22, ("PER", "LOC", "ORG", "MISC")


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


def tagged() -> tuple[list[list[str]], list[list[str]]]:
    """Seeded IOB2 tags of gold and delivery, sentence by sentence; about one entity in ten differs."""
    dice = np.random.default_rng(1)
    gold: list[list[str]] = []
    given: list[list[str]] = []
    for _ in range(TOKENS // LENGTH):
        tags, other = ["O"] * LENGTH, ["O"] * LENGTH
        for start in range(1, LENGTH - 4, 6):
            size, kind = int(dice.integers(1, 4)), str(dice.choice(KINDS))
            entity = [f"B-{kind}", *[f"I-{kind}"] * (size - 1)]
            tags[start : start + size] = entity
            shift = int(dice.random() < 0.1)
            other[start + shift : start + shift + size] = entity
        gold.append(tags)
        given.append(other)
    return gold, given


def _conll(sentences: list[list[str]]) -> bytes:
    lines = [[f"w{at} {tag}" for at, tag in enumerate(tags)] for tags in sentences]
    blocks = [[f"s{number} O", *block] for number, block in enumerate(lines)]
    return "\n\n".join("\n".join(block) for block in blocks).encode()


def measure_entities() -> Figure:
    """Strict F1 with all findings of ours, read before; the peer's F1 alone, from lists of tags."""
    seqeval = library("seqeval.metrics")
    gold_tags, given_tags = tagged()
    gold = read_gold("spans", _conll(gold_tags), "gold.conll", "conll")
    given = read_delivery("spans", _conll(given_tags), "given.conll", gold, "conll")
    task = TASKS["spans"]
    value = float(task.main.of(task.score(gold, given, 1.0).sums.sum(axis=0)))
    if abs(value - seqeval.f1_score(gold_tags, given_tags)) > 1e-12:
        raise Unmeasured("ours and seqeval differ in the strict F1")
    return side_by_side(
        timed(lambda: task.score(gold, given, 1.0)), timed(lambda: seqeval.f1_score(gold_tags, given_tags))
    )


ROWS = (
    Row("wer", "WER, CER and WER of bare words, 10,000 sentences", "jiwer", 1 / 4, measure),
    Row("entities", "strict F1 of entities, 100,000 tokens", "seqeval", 1 / 4, measure_entities),
)
