"""Published values of WER (Morris et al. in jiwer's tests) and of BLEU, chrF, TER (sacrebleu's README)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.pilots import texts

ANSWERS = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
REFERENCES = [
    ["The dog bit the man.", "The dog had bit the man."],
    ["It was not unexpected.", "No one was surprised."],
    ["The man bit him first.", "The man had bitten the dog."],
]
WORDS = st.lists(st.sampled_from(["the", "dog", "bit", "a", "man", "."]), max_size=9).map(" ".join)


def wer(references: list[str], answers: list[str]) -> float:
    counts = texts.hear(references, answers).counts.sum(axis=0)
    return float(counts[2] / counts[3])


@pytest.mark.parametrize(
    ("reference", "answer", "expected"),
    [
        ("X", "X", 0),
        ("X", "X X Y Y", 3),
        ("X Y X", "X Z", 2 / 3),
        ("X", "Y", 1),
        ("X", "Y Z", 2),
        ("This is a test", "This test", 0.5),
        ("i am a short ground truth", "i am a considerably longer and very much incorrect hypothesis", 7 / 6),
    ],
)
def test_published_sentences_give_their_word_error_rate(reference: str, answer: str, expected: float) -> None:
    assert wer([reference], [answer]) == pytest.approx(expected)


def test_words_of_all_sentences_are_one_rate_not_a_mean_of_rates() -> None:
    assert wer(["a b c d", "x"], ["a b c d", "y"]) == pytest.approx(1 / 5)


def test_an_empty_reference_counts_what_was_inserted_and_has_no_rate_of_its_own() -> None:
    heard = texts.hear(["", "a b"], ["noise here", "a b"])
    assert heard.unasked.tolist() == [True, False]
    assert heard.counts[:, 2].tolist() == [2, 0]
    assert heard.counts[:, 3].tolist() == [0, 2]


def test_case_and_punctuation_alone_leave_the_words_the_same() -> None:
    heard = texts.hear(["Don't stop, Anna!"], ["dont stop anna"])
    assert not heard.exact[0]
    assert heard.same_words[0]
    assert heard.counts[0, 6] == 0


def test_the_published_translations_give_the_scores_of_sacrebleu() -> None:
    sums = texts.translation_counts(REFERENCES, ANSWERS).sum(axis=0)
    assert texts.bleu_points(sums) == pytest.approx(48.530827, abs=1e-5)
    assert texts.chrf_points(sums) == pytest.approx(59.73, abs=5e-3)
    assert texts.ter_points(sums) == pytest.approx(40.0, abs=1e-9)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6))
def test_sums_of_counts_give_what_sacrebleu_computes_itself(pairs: list[tuple[str, str]]) -> None:
    from sacrebleu import metrics

    references, answers = [a for a, _ in pairs], [b for _, b in pairs]
    sums = texts.translation_counts([[one] for one in references], answers).sum(axis=0)
    ours = [float(score(sums)) for score in (texts.bleu_points, texts.chrf_points, texts.ter_points)]
    tidy = [[texts.tidy_text(one) for one in column] for column in (answers, references)]
    theirs = [
        one.corpus_score(tidy[0], [tidy[1]]).score
        for one in (metrics.BLEU(force=True), metrics.CHRF(), metrics.TER())
    ]
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_items_may_have_different_numbers_of_references() -> None:
    counts = texts.translation_counts([["the dog", "a dog"], ["the man"]], ["a dog", "the man"])
    assert texts.chrf_points(counts).tolist() == [100, 100]


def test_many_samples_are_scored_at_once() -> None:
    rows = texts.translation_counts(REFERENCES, ANSWERS)
    stacked = np.stack([rows.sum(axis=0), rows[:1].sum(axis=0)])
    assert texts.bleu_points(stacked).shape == (2,)
    assert texts.ter_points(stacked)[1] == 0


def test_signatures_name_what_was_computed() -> None:
    shown = texts.signatures(2)
    assert list(shown) == ["bleu", "chrf", "ter"]
    assert shown["bleu"].startswith("nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:")
