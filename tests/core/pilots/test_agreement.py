import krippendorff
import numpy as np
import pytest
from statsmodels.stats.inter_rater import fleiss_kappa

from app.core import agreement as core
from app.core.agreement import LEVELS, ac1, alpha, fleiss
from app.core.errors import Invalid
from app.core.formats.ratings import read_ratings, read_truth
from app.core.pilots.agreement import agreement

FLEISS_TEXT = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 00501 30012 "
    "51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)
FLEISS_1971 = np.array(
    [[int(one) for one in row] for row in FLEISS_TEXT.split()],
    float,
)
KRIPPENDORFF_2011 = ("1233214 12***", "12332241 25*3", "*333234225 1*", "1233244125 1*")
WIKIPEDIA = ("*****34121133*3", "1*213343*******", "**21344*21133*4")
GWET = ("1233214 12---", "12332241 25--", "-333234225 13", "1233244125 1-")


def ratings(*rows):
    """One string per annotator, one character per item, * or - for no label."""
    text = "".join(
        f"{item:03},r{who},{label}\n"
        for who, row in enumerate(rows)
        for item, label in enumerate(row.replace(" ", ""))
        if label not in "*-"
    )
    return read_ratings(f"item,annotator,label\n{text}".encode(), "ratings.csv")


@pytest.mark.parametrize(
    ("rows", "values"),
    [
        (WIKIPEDIA, (0.691358, 0.806721, 0.810845, 0.808944)),
        (KRIPPENDORFF_2011, (0.743421, 0.815388, 0.849107, 0.797403)),
    ],
)
def test_published_tables_have_the_published_alpha_at_every_level(rows, values):
    for level, value in zip(LEVELS, values, strict=True):
        found = agreement(ratings(*rows), level)
        assert found.alpha.value == pytest.approx(value, abs=1e-6)
        assert found.alpha.low < value < found.alpha.high
        assert (found.ac1 is None) == (found.consensus is None) == (level != "nominal")


@pytest.mark.parametrize(
    ("a", "b", "value"), [("0100000010", "1110010000", 0.095238), ("aabbdcccedda", "babbbccceddd", 0.691964)]
)
def test_two_annotators_have_the_published_alpha(a, b, value):
    found = agreement(ratings(a, b))
    assert found.alpha.value == pytest.approx(value, abs=1e-6)
    assert found.consensus.method == "majority"
    assert set(found.consensus.annotator_accuracy.values()) == {None}


def test_random_tables_have_the_alpha_of_the_krippendorff_package():
    rng = np.random.default_rng(4)
    for level in LEVELS:
        table = rng.integers(0, 3, (40, 5)).astype(float)
        values = np.array([1.0, 2.0, 3.5, 7.0, 20.0])
        expected = krippendorff.alpha(value_counts=table, value_domain=values, level_of_measurement=level)
        assert alpha(table, level, values).value == pytest.approx(expected, abs=1e-9)


def test_gwet_s_raw_data_have_his_coefficients():
    found = agreement(ratings(*GWET))
    assert found.percent_agreement == pytest.approx(0.818182, abs=1e-6)
    assert found.fleiss_kappa == pytest.approx(0.761169, abs=1e-6)
    assert found.ac1.value == pytest.approx(0.775444, abs=1e-6)
    assert found.ac1.standard_error == pytest.approx(0.142950, abs=1e-6)
    assert (found.ac1.low, found.ac1.high) == pytest.approx((0.460813, 1.0), abs=1e-6)


def test_fleiss_1971_has_the_published_kappa_and_ac1():
    assert fleiss(FLEISS_1971) == pytest.approx(0.4302445, abs=1e-7)
    assert fleiss(FLEISS_1971) == pytest.approx(fleiss_kappa(FLEISS_1971))
    found = ac1(FLEISS_1971)
    assert (found.value, found.standard_error, found.low, found.high) == pytest.approx(
        (0.447885, 0.055662, 0.334043, 0.561726), abs=1e-6
    )
    assert alpha(FLEISS_1971, "nominal", np.arange(5.0)).value == pytest.approx(0.4334098, abs=1e-7)


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ([[7, 1], [3, 5]], 0.161905),
        ([[6, 1, 0], [0, 7, 0]], 0.708333),
        ([[6.99, 0.01], [6.99, 0.01]], -0.166667),
    ],
)
def test_randolph_s_tables_have_the_published_kappa(table, kappa):
    assert fleiss(np.array(table)) == pytest.approx(kappa, abs=1e-6)


def test_the_table_of_wikipedia_has_its_kappa_alpha_and_ac1():
    rows = (
        "0 0 0 0 14|0 2 6 4 2|0 0 3 5 6|0 3 9 2 0|2 2 8 1 1|7 7 0 0 0|3 2 6 3 0|2 5 3 2 2|6 5 2 1 0|0 2 2 3 7"
    )
    table = np.array([[float(one) for one in row.split()] for row in rows.split("|")])
    assert fleiss(table) == pytest.approx(0.209931, abs=1e-6)
    assert alpha(table, "nominal").value == pytest.approx(0.215574, abs=1e-6)
    assert ac1(table).value == pytest.approx(0.225614, abs=1e-6)


def test_two_annotators_with_a_published_table_have_the_published_ac1():
    table = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
    rows = [
        [int(i == k) + int(j == k) for k in range(3)]
        for i in range(3)
        for j in range(3)
        for _ in range(table[i][j])
    ]
    found = ac1(np.array(rows, float))
    assert found.value == pytest.approx(0.849331, abs=1e-6)
    assert alpha(np.array(rows, float), "nominal").value == pytest.approx(0.797258, abs=1e-6)
    # The published error of a two-way table divides by n, the one of raw ratings by n - 1.
    assert found.standard_error * 0.99**0.5 == pytest.approx(0.043217, abs=1e-6)


def test_three_annotators_have_a_consensus_and_an_accuracy_each():
    found = agreement(ratings("aabbaabb", "aabbaaba", "aabbabbb"))
    assert found.consensus.method == "dawid_skene"
    assert "".join(found.consensus.labels.values()) == "aabbaabb"
    assert found.consensus.annotator_accuracy["r0"] == pytest.approx(1, abs=1e-3)
    assert found.consensus.annotator_accuracy["r1"] < 1


def test_gold_gives_the_share_of_right_majorities_and_a_tie_its_share():
    gold = read_truth(b"item,label\n000,a\n001,b\n002,a\n009,a\n", "gold.csv")
    found = agreement(ratings("aab", "aba", "abb"), gold=gold)
    assert found.majority_accuracy == pytest.approx(2 / 3)
    assert agreement(ratings("ab", "bb"), gold=gold).majority_accuracy == pytest.approx(0.75)
    with pytest.raises(Invalid, match="no item in common"):
        agreement(ratings("aab", "aba"), gold=read_truth(b"item,label\nx,a\n", "gold.csv"))


def test_what_is_not_defined_is_none_and_not_a_number():
    alone = agreement(ratings("aab"))
    assert (alone.alpha.value, alone.ac1.value, alone.fleiss_kappa, alone.percent_agreement) == (None,) * 4
    assert "Only one annotator" in alone.warnings[0]
    same = agreement(ratings("aaa", "aaa"))
    assert (same.alpha.value, same.fleiss_kappa, same.percent_agreement) == (None, None, 1.0)
    assert "Only one label" in same.warnings[0]


def test_annotators_who_share_no_item_have_no_agreement_and_no_accuracy():
    apart = agreement(ratings("ab****", "**ab**", "****ab"))
    assert (apart.alpha.value, apart.ac1.value, apart.percent_agreement) == (None, None, None)
    assert apart.consensus.method == "majority"
    assert set(apart.consensus.annotator_accuracy.values()) == {None}
    assert "No item has labels of two annotators" in apart.warnings[0]


def test_an_annotator_who_never_meets_a_class_is_rated_on_what_he_met():
    found = agreement(ratings("aaaabbbb", "aaaabbbb", "aaaabbbb", "aaaa****"))
    assert found.consensus.annotator_accuracy["r3"] == pytest.approx(1)


def test_gold_that_knows_other_items_and_labels_is_said_and_not_counted():
    gold = read_truth(b"item,label\n000,a\n001,z\n009,a\n", "gold.csv")
    found = agreement(ratings("aab", "aaa", "aab"), gold=gold)
    assert found.majority_accuracy == found.consensus_accuracy == 0.5
    notes = " ".join(found.warnings)
    for part in ("1 of 3 gold items have no rating", "1 of 3 rated items have no gold", "gold: 'z'"):
        assert part in notes


def test_equal_numbers_written_differently_are_one_value():
    rows = "item,annotator,label\n1,x,1\n1,y,1.0\n2,x,2\n2,y,2.00\n3,x,3\n3,y,2\n"
    plain = rows.replace("1.0", "1").replace("2.00", "2")
    for level in ("ordinal", "interval", "ratio"):
        written = agreement(read_ratings(rows.encode(), "r.csv"), level)
        assert written.percent_agreement == pytest.approx(2 / 3)
        assert written.alpha == agreement(read_ratings(plain.encode(), "r.csv"), level).alpha


def test_measurements_without_two_equal_values_have_the_alpha_of_the_krippendorff_package():
    rng = np.random.default_rng(7)
    truth = rng.normal(50, 10, 60)
    values = np.abs(truth[None] + rng.normal(0, 3, (3, 60)))
    rows = "".join(f"{i},p{who},{values[who, i]!r}\n" for who in range(3) for i in range(60))
    read = read_ratings(
        f"item,annotator,label\n{rows}".replace("np.float64(", "").replace(")", "").encode(), "r"
    )
    for level in ("ordinal", "interval", "ratio"):
        expected = krippendorff.alpha(reliability_data=values, level_of_measurement=level)
        found = agreement(read, level)
        assert found.alpha.value == pytest.approx(expected, abs=1e-9)
        assert found.alpha.low < expected < found.alpha.high


def test_the_bootstrap_and_the_linearised_interval_agree(monkeypatch):
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 4, (1500, 1))
    given = np.where(rng.random((1500, 3)) < 0.8, truth, rng.integers(0, 4, (1500, 3)))
    table = (given[:, :, None] == np.arange(4)).sum(axis=1).astype(float)
    for level in LEVELS:
        drawn = alpha(table, level, np.arange(1.0, 5.0))
        with monkeypatch.context() as patch:
            patch.setattr(core, "_BOOTSTRAP_ITEMS", 0)
            straight = alpha(table, level, np.arange(1.0, 5.0))
        assert straight.value == drawn.value
        assert (straight.low, straight.high) == pytest.approx((drawn.low, drawn.high), abs=0.004)


def test_a_million_ratings_cost_a_blink_of_memory_and_keep_their_alpha():
    rng = np.random.default_rng(6)
    item = np.repeat(np.arange(200_000), 5)
    label = np.where(rng.random(len(item)) < 0.8, item % 10, rng.integers(0, 10, len(item)))
    counts = core.counts_of(item, label, 200_000, 10)
    expected = krippendorff.alpha(value_counts=np.bincount(item * 10 + label).reshape(-1, 10),
        level_of_measurement="nominal")  # fmt: skip
    found = alpha(counts, "nominal")
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert 0 < found.high - found.low < 0.01


def test_words_at_a_numeric_level_and_repeated_labels_are_refused():
    with pytest.raises(Invalid, match="'b' is not a number; level ordinal needs numbers"):
        agreement(ratings("1b", "1b"), "ordinal")
    with pytest.raises(Invalid, match="'-1' is below 0; level ratio needs a true zero"):
        agreement(read_ratings(b"item,annotator,label\n1,x,-1\n1,y,2\n", "r.csv"), "ratio")
    with pytest.raises(Invalid, match="'1_0' is not a number"):
        agreement(read_ratings(b"item,annotator,label\n1,x,1_0\n1,y,2\n", "r.csv"), "interval")
    with pytest.raises(Invalid, match="use one of nominal"):
        agreement(ratings("1b", "1b"), "cardinal")
    with pytest.raises(Invalid, match="line 3: item '1' by annotator 'x' already stands on line 2"):
        read_ratings(b"item,annotator,label\n1,x,a\n1,x,b\n", "r.csv")
    with pytest.raises(Invalid, match="line 3: item '1' already stands on line 2") as failure:
        read_truth(b"item,label\n1,a\n1,b\n,c\n2,\n", "gold.csv")
    assert len(failure.value.problems) == 3


def test_the_order_of_the_rows_does_not_reach_the_last_digit():
    rng = np.random.default_rng(2)
    rows = [f"i{item},r{who},{rng.integers(4)}" for item in range(40) for who in range(5)]
    texts = ["\n".join(["item,annotator,label", *order]) for order in (rows, rng.permutation(rows).tolist())]
    first, second = (agreement(read_ratings(one.encode(), "r.csv")) for one in texts)
    assert first == second
