import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.pilots.latent import dawid_skene, gold_suspects

ANAESTHETISTS = (
    "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111 "
    "2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 "
    "2322222 1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 "
    "1111111 1111111 1212111 2322222 1211111 2222222"
)


def seven_ratings():
    """Items, observers 0..4 (the first one rated three times) and labels of the published table."""
    label = np.array([[int(one) - 1 for one in row] for row in ANAESTHETISTS.split()])
    observer = np.tile([0, 0, 0, 1, 2, 3, 4], len(label))
    return np.repeat(np.arange(len(label)), 7), observer, label.ravel()


def test_the_anaesthetists_have_the_consensus_of_dawid_and_skene():
    found = dawid_skene(*seven_ratings(), items=45, annotators=5, classes=4)
    labels = "".join(str(one) for one in found.posterior.argmax(1) + 1)
    assert labels == "142222132243121111222222112111131224233111212"
    assert found.shares == pytest.approx([0.3996, 0.4220, 0.1118, 0.0667], abs=1e-4)
    first = [
        [0.8895, 0.1105, 0, 0],
        [0.0706, 0.8764, 0.0530, 0],
        [0, 0.3388, 0.6612, 0],
        [0, 0, 0.5556, 0.4444],
    ]
    assert found.confusion[0] == pytest.approx(np.array(first), abs=1e-4)
    second = [[0.8342, 0.1658, 0, 0], [0.0527, 0.6329, 0.3143, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert found.confusion[1] == pytest.approx(np.array(second), abs=1e-4)
    assert found.log_likelihood == pytest.approx(-192.8909, abs=1e-4)
    assert found.settled
    assert found.rounds < 100


def test_the_majority_differs_from_the_consensus_at_the_published_patients():
    item, _, label = seven_ratings()
    votes = np.bincount(item * 4 + label, minlength=180).reshape(45, 4)
    found = dawid_skene(*seven_ratings(), items=45, annotators=5, classes=4)
    differ = np.nonzero(votes.argmax(1) != found.posterior.argmax(1))[0] + 1
    assert differ.tolist() == [2, 12, 36]


def test_a_prior_keeps_every_confusion_above_0():
    found = dawid_skene(*seven_ratings(), items=45, annotators=5, classes=4, prior=1.0)
    assert (found.confusion > 0).all()
    assert found.confusion.sum(axis=2) == pytest.approx(np.ones((5, 4)))


def test_accuracies_of_simulated_annotators_are_found_without_gold():
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 3, 2000)
    shares = (0.95, 0.9, 0.8)
    given = [
        np.where(rng.random(2000) < one, truth, (truth + rng.integers(1, 3, 2000)) % 3) for one in shares
    ]
    found = dawid_skene(
        np.tile(np.arange(2000), 3), np.repeat([0, 1, 2], 2000), np.concatenate(given),
        items=2000, annotators=3, classes=3,
    )  # fmt: skip
    assert found.accuracy == pytest.approx(shares, abs=0.02)
    assert (found.posterior.argmax(1) == truth).mean() > 0.95


def test_fewer_than_three_annotators_and_items_without_ratings_are_refused():
    with pytest.raises(Invalid) as failure:
        dawid_skene(np.array([0, 0]), np.array([0, 1]), np.array([0, 0]), items=2, annotators=2, classes=1,
            prior=-1)  # fmt: skip
    assert [one.where for one in failure.value.problems] == ["prior", "annotators", "items"]


def test_gold_is_doubted_where_two_vendors_agree_against_it():
    gold = np.array([0, 0, 0, 1, -1, 2])
    vendors = [np.array([1, 1, 0, 1, 0, 0]), np.array([1, 2, 1, 1, 0, 0]), np.array([1, -1, 1, 0, 0, 2])]
    found = gold_suspects(gold, vendors)
    assert [(one.item, one.instead, one.agreeing, one.given) for one in found] == [
        (0, 1, 3, 3), (2, 1, 2, 3), (5, 0, 2, 3),
    ]  # fmt: skip
    assert gold_suspects(gold, vendors, at_least=3) == found[:1]
    assert gold_suspects(gold, []) == ()
    with pytest.raises(Invalid, match="one label per gold item"):
        gold_suspects(gold, [np.array([1])])
