import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.formats.resolve import KINDS, resolve_delivery, resolve_gold
from app.core.formats.shapes import Mask
from app.core.formats.written import WrittenItem
from app.core.pilots.compare import compare
from app.core.pilots.report import to_json
from app.core.pilots.results import marks
from app.core.pilots.statistics import wilson
from app.core.pilots.tasks import TASKS, task_named
from tests.core.formats.by_hand import written
from tests.core.pilots.samples import labels

TEXT = "Ada Lovelace lived in London and wrote to Charles Babbage"
WORDS = ("the", "cat", "sat", "on", "a", "mat", "today")


def square(x, y, size):
    return (np.array([[x, y], [x + size, y], [x + size, y + size], [x, y + size]], np.float64),)


SHAPES = {
    "labels": lambda at: None,
    "boxes": lambda at: (at, at, 20 + at, 20),
    "polygons": lambda at: square(at, at, 20 + at),
    "masks": lambda at: Mask(at, at, 20, 10 + at, np.array([0, 20 * (10 + at)])),
    "spans": lambda at: (at % 40, at % 40 + 5),
    "texts": lambda at: " ".join(WORDS[(at * step) % 7] for step in range(1, 7)),
}


def file(task, seeds, **more):
    """One mark per item, its class and shape from a seed."""
    kind = KINDS[task]
    items = [WrittenItem((f"i{at}",), 200.0, 200.0, TEXT) for at in range(len(seeds))]
    rows = [
        (f"i{at}", "" if kind == "texts" else "ab"[seed % 2], SHAPES[kind](seed))
        for at, seed in enumerate(seeds)
    ]
    return written(kind, items, rows, **more)


def pilot(task, truth, **vendors):
    gold = resolve_gold(
        file(task, truth, **({} if KINDS[task] == "texts" else {"classes": ("a", "b")})), task
    )
    return gold, {name: resolve_delivery(file(task, seeds), gold) for name, seeds in vendors.items()}


seeds = st.lists(st.integers(0, 30), min_size=4, max_size=8)


@pytest.mark.parametrize("task", TASKS)
@settings(deadline=None, max_examples=6)
@given(truth=seeds)
def test_a_perfect_delivery_has_the_best_figures_of_every_task(task, truth):
    gold, delivered = pilot(task, truth, a=truth)
    result = compare(task, gold, delivered, resamples=100)
    for figure in TASKS[task].figures:
        best = 0 if figure.lower_is_better else figure.most
        assert result.vendors[0].metrics[figure.name].value == pytest.approx(best)
    errors = result.vendors[0].errors
    assert errors["ok"] == len(truth) == sum(errors.values())
    assert result.vendors[0].scores == pytest.approx(np.ones(len(truth)))


@pytest.mark.parametrize("task", TASKS)
@settings(deadline=None, max_examples=6)
@given(truth=seeds, shift=st.integers(0, 3))
def test_identical_deliveries_differ_by_nothing_with_p_one(task, truth, shift):
    other = [(seed + shift * (at % 2)) % 31 for at, seed in enumerate(truth)]
    gold, delivered = pilot(task, truth, a=other, b=other)
    result = compare(task, gold, delivered, resamples=100)
    pair = result.pairs[0]
    assert (pair.value, pair.p_value, pair.p_adjusted, pair.distinguishable) == (0, 1, 1, False)
    assert result.probability_best == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize("task", TASKS)
def test_the_order_of_vendors_changes_no_byte_of_a_vendor_and_the_seed_gives_the_same_bytes(task):
    truth = [3, 8, 1, 12, 7, 20]
    gold, delivered = pilot(task, truth, a=[3, 9, 1, 12, 2, 20], b=[3, 8, 2, 12, 6, 21])
    first = to_json(compare(task, gold, delivered, resamples=200, seed=4))
    turned = to_json(compare(task, gold, dict(reversed(delivered.items())), resamples=200, seed=4))
    assert json.dumps(sorted(first["vendors"], key=lambda one: one["name"])) == json.dumps(
        sorted(turned["vendors"], key=lambda one: one["name"])
    )
    assert first["probability_best"] == turned["probability_best"]
    again = to_json(compare(task, gold, delivered, resamples=200, seed=4))
    assert json.dumps(again) == json.dumps(first)


@pytest.mark.parametrize("task", TASKS)
def test_several_annotators_weigh_together_as_one_and_make_no_difference_when_they_agree(task):
    truth, given_ = [3, 8, 1, 12, 7], [3, 9, 1, 12, 2]
    gold, delivered = pilot(task, truth, one=given_)
    two = resolve_delivery(file(task, given_, people=("x", "y")), gold)
    result = compare(task, gold, delivered | {"two": two}, resamples=100)
    first, second = result.vendors
    for name, estimate in first.metrics.items():
        assert second.metrics[name].value == pytest.approx(estimate.value)
    assert second.errors == pytest.approx(first.errors)
    assert second.scores == pytest.approx(first.scores)
    assert second.annotators == 2


@pytest.mark.parametrize("task", TASKS)
def test_missing_items_count_as_wrong_and_stand_apart_in_delivered_only(task):
    truth = [3, 8, 1, 12, 7, 20]
    gold, _ = pilot(task, truth)
    half = resolve_delivery(file(task, truth[:3]), gold)
    result = compare(task, gold, {"a": half}, resamples=100)
    one, main = result.vendors[0], TASKS[task].main
    assert (one.items, one.missing, one.errors["missing"]) == (3, 3, 3)
    best = 0 if main.lower_is_better else main.most
    assert one.delivered_only[main.name].value == pytest.approx(best)
    assert one.metrics[main.name].value != pytest.approx(best)
    assert "a: 3 of 6 items missing; they count as wrong." in result.warnings


def test_error_rates_rank_the_lower_one_first():
    truth = list(range(24))
    worse = [(seed + (at % 2)) % 31 for at, seed in enumerate(truth)]
    gold, delivered = pilot("transcription", truth, bad=worse, good=truth)
    result = compare("transcription", gold, delivered, resamples=500)
    assert [one.name for one in result.ranked] == ["good", "bad"]
    assert result.groups == (("good",), ("bad",))
    assert result.probability_best == {"bad": 0, "good": 1}
    assert result.pairs[0].value == result.vendor("bad").metrics["wer"].value > 0


def spans_of(task, rows, gold=None):
    items = [WrittenItem((f"s{at}",), text=text) for at, (text, _) in enumerate(rows)]
    each = [(f"s{at}", label, ends) for at, (_, found) in enumerate(rows) for label, ends in found]
    made = written("spans", items, each)
    return resolve_delivery(made, gold) if gold else resolve_gold(made, task)


def test_spans_have_the_f1_of_seqeval_readme_and_the_schemes_of_semeval():
    # [O O O B-MISC I-MISC I-MISC O], [B-PER I-PER O] against a MISC that begins one token early.
    one, two = "a b c d e f g", "x y z"
    gold = spans_of("spans", [(one, [("MISC", (6, 11))]), (two, [("PER", (0, 3))])])
    delivery = spans_of("spans", [(one, [("MISC", (4, 11))]), (two, [("PER", (0, 3))])], gold)
    found = compare("spans", gold, {"a": delivery}, resamples=100).vendors[0]
    values = {name: estimate.value for name, estimate in found.metrics.items()}
    assert values["f1"] == pytest.approx(0.5)
    assert values["f1_exact"] == pytest.approx(0.5)
    assert values["f1_partial"] == pytest.approx(0.75)
    assert values["f1_type"] == pytest.approx(1.0)
    assert {kind: count for kind, count in found.errors.items() if count} == {"ok": 1, "loose": 1}


def test_multilabel_sets_have_their_five_figures_and_kinds_of_error():
    gold = labels("item,label\n1,a|b\n2,c\n3,a\n", task="multilabel")
    delivery = labels("item,label\n1,a\n2,b\n3,a|c\n", gold, "multilabel")
    found = compare("multilabel", gold, {"v": delivery}, resamples=100).vendors[0]
    values = {name: estimate.value for name, estimate in found.metrics.items()}
    assert values == pytest.approx(
        {"f1": 0.5, "precision": 0.5, "recall": 0.5, "jaccard": (0.5 + 0 + 0.5) / 3, "exact_match": 0}
    )
    assert {kind: count for kind, count in found.errors.items() if count} == {
        "ok": 2, "missing": 1, "extra": 1, "wrong_label": 1,
    }  # fmt: skip
    assert {(cell.gold, cell.delivered): cell.count for cell in found.confusion}[("c", "b")] == 1


def texts(task, rows, gold=None):
    made = written(
        "texts", [f"t{at}" for at in range(len(rows))], [(f"t{at}", "", row) for at, row in enumerate(rows)]
    )
    return resolve_delivery(made, gold) if gold else resolve_gold(made, task)


def test_transcriptions_have_the_word_error_rate_of_morris():
    gold = texts("transcription", ["i am a short ground truth"])
    said = texts("transcription", ["i am a considerably longer and very much incorrect hypothesis"], gold)
    found = compare("transcription", gold, {"a": said}, resamples=100).vendors[0]
    assert found.metrics["wer"].value == pytest.approx(7 / 6)
    assert found.metrics["wer"].high is None or found.metrics["wer"].high >= 7 / 6


def test_translations_have_the_scores_of_sacrebleu():
    from sacrebleu import corpus_bleu, corpus_chrf, corpus_ter

    asked = ["The dog bit the man.", "It was not unexpected.", "The man bit him first."]
    said = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
    gold = texts("translation", asked)
    values = (
        compare("translation", gold, {"a": texts("translation", said, gold)}, resamples=100)
        .vendors[0]
        .metrics
    )
    assert values["bleu"].value == pytest.approx(corpus_bleu(said, [asked]).score)
    assert values["chrf"].value == pytest.approx(corpus_chrf(said, [asked]).score)
    assert values["ter"].value == pytest.approx(corpus_ter(said, [asked]).score)


def test_masks_that_cover_a_half_have_half_the_overlap_and_can_be_drawn():
    items = [WrittenItem(("m.png",), 100.0, 100.0)]
    whole, half = Mask(10, 10, 20, 20, np.array([0, 400])), Mask(10, 10, 20, 10, np.array([0, 200]))
    gold = resolve_gold(written("masks", items, [("m.png", "car", whole)]), "masks")
    delivery = resolve_delivery(written("masks", items, [("m.png", "car", half)]), gold)
    result = compare("masks", gold, {"a": delivery}, resamples=100)
    assert result.vendors[0].metrics["mean_iou"].value == pytest.approx(0.5)
    (mark,) = marks(result, "a", "m.png")
    corners = {tuple(point) for ring in mark.delivered_shape for point in ring}
    assert corners == {(10, 10), (30, 10), (30, 20), (10, 20)}


def test_a_production_mix_weighs_the_strata_and_needs_known_ones():
    rows = "".join(f"e{at},a,easy\n" for at in range(80)) + "".join(f"h{at},a,hard\n" for at in range(20))
    gold = labels("item,label,stratum\nz,b,easy\n" + rows)
    made = "item,label\nz,b\n" + "".join(f"e{at},a\n" for at in range(80))
    made += "".join(f"h{at},{'ab'[at % 2]}\n" for at in range(20))
    mix = {"easy": 1, "hard": 3}
    result = compare("classification", gold, {"a": labels(made, gold)}, mix=mix, resamples=2000)
    found = result.vendors[0].standardised
    assert found.value == pytest.approx(0.25 * 1 + 0.75 * 0.5)
    parts = {"easy": (81, 81), "hard": (10, 20)}
    # Zou and Donner 2008: the distances to Wilson's ends, weighted, add up in squares.
    ends = {name: wilson(*counts) for name, counts in parts.items()}
    weight = {"easy": 0.25, "hard": 0.75}
    below = sum((weight[name] * (k / n - ends[name][0])) ** 2 for name, (k, n) in parts.items()) ** 0.5
    above = sum((weight[name] * (ends[name][1] - k / n)) ** 2 for name, (k, n) in parts.items()) ** 0.5
    assert (found.value - found.low, found.high - found.value) == pytest.approx((below, above))
    assert to_json(result)["settings"]["mix"] == mix
    with pytest.raises(Invalid, match="stratum 'night' is not in the gold; use easy, hard"):
        compare("classification", gold, {"a": labels(made, gold)}, mix={"night": 1})


def test_a_gold_that_changed_after_the_delivery_was_read_is_told():
    old, new = (labels(f"item,label\n1,a\n2,{one}\n") for one in ("b", "c"))
    with pytest.raises(Invalid, match="read the delivery again"):
        compare("classification", new, {"v": labels("item,label\n1,a\n2,b\n", old)})


def test_an_annotator_code_in_two_vendors_is_named_with_both():
    gold = labels("item,label\n1,a\n2,b\n")
    rows = "item,annotator,label\n1,p1,a\n2,p1,b\n"
    warned = compare("classification", gold, {"K7": labels(rows, gold), "M4": labels(rows, gold)}).warnings
    assert any(line.startswith("Annotator code 'p1' is used by K7 and M4.") for line in warned)


@pytest.mark.parametrize(
    ("name", "says"), [("review_only", "people accept, fix or reject"), ("cats", "is not a task")]
)
def test_tasks_without_figures_are_refused_with_those_that_have_some(name, says):
    with pytest.raises(Invalid, match=says) as failure:
        task_named(name)
    assert ", ".join(TASKS) in str(failure.value.problems[0])
