import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.formats.resolve import resolve_delivery, resolve_gold
from app.core.formats.shapes import Mask
from app.core.formats.written import WrittenItem
from tests.core.formats.by_hand import written

SQUARE = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], np.float64)


def told(call):
    with pytest.raises(Invalid) as failure:
        call()
    return [str(one) for one in failure.value.problems]


def labels(items=("a", "b"), classes=("cat", "dog"), **more):
    return written("labels", items, [(name, classes[at % 2], None) for at, name in enumerate(items)], **more)


def image(name, width=100.0, height=50.0, *more):
    return WrittenItem((name, *more), width, height)


def test_gold_is_sorted_by_name_whatever_the_order_of_the_file():
    gold = resolve_gold(labels(("b", "a")), "classification")
    assert gold.items == ("a", "b")
    assert [gold.classes[at] for at in gold.label] == ["dog", "cat"]
    assert gold.answered.all()


def test_gold_with_two_answers_a_nameless_item_or_no_label_is_refused_with_every_problem():
    said = told(lambda: resolve_gold(labels(("a", "a", "c")), "classification"))
    assert any("item 'a'" in line and "stands 2 times" in line for line in said)
    said = told(lambda: resolve_gold(labels(people=("x", "y")), "classification"))
    assert len(said) == 2
    assert all("several answers" in line for line in said)
    empty = written("labels", ("a", "b"), [("a", "cat", None)])
    assert told(lambda: resolve_gold(empty, "classification")) == [
        "file, item 'b': has no label; label it or leave the item out"
    ]
    assert resolve_gold(empty, "multilabel").answered.tolist() == [True, True]


def test_items_are_found_by_name_by_file_name_without_folder_and_by_the_only_id():
    gold = resolve_gold(
        written("boxes", [image("x/1.jpg", 100, 50, "11"), image("x/2.jpg", 100, 50, "12")], []), "boxes"
    )
    moved = resolve_delivery(written("boxes", ["y\\2.jpg"], [("y\\2.jpg", "", (0, 0, 5, 5))][:0]), gold)
    assert moved.answered.tolist() == [False, True]
    assert moved.repairs == ("file: 1 items matched by file name without folder",)
    assert resolve_delivery(written("boxes", ["11"], []), gold).answered.tolist() == [True, False]


def test_own_ids_of_a_file_that_names_its_items_never_match():
    gold = resolve_gold(
        written("boxes", [image("1.jpg", 100, 50, "7"), image("2.jpg", 100, 50, "8")], []), "boxes"
    )
    renumbered = written("boxes", [image("2.jpg", 100, 50, "7"), image("1.jpg", 100, 50, "8")], [])
    assert resolve_delivery(renumbered, gold).answered.all()
    strange = written("boxes", [image("other.jpg", 100, 50, "7"), image("1.jpg", 100, 50, "9")], [])
    assert told(lambda: resolve_delivery(strange, gold)) == [
        "file, other.jpg by nobody: item 'other.jpg' is not in the gold (file); correct the id, or leave the item out"
    ]


def test_delivery_for_another_pilot_is_told_in_one_sentence():
    gold = resolve_gold(labels(("a", "b", "c")), "classification")
    said = told(lambda: resolve_delivery(labels(("x", "y", "a")), gold))
    assert len(said) == 1
    assert "this is a delivery for another pilot: 2 of its 3 items are not in the gold" in said[0]


def test_unknown_classes_are_one_problem_each_with_their_count_and_a_suggestion():
    gold = resolve_gold(labels(("a", "b", "c")), "classification")
    said = told(lambda: resolve_delivery(labels(("a", "b", "c"), classes=("Cat", "zebra")), gold))
    assert said == [
        "file, mark 0: label 'Cat' is not a class of the gold (2 times); did you mean 'cat'?",
        "file, mark 1: label 'zebra' is not a class of the gold; use one of cat, dog",
    ]


def test_mapping_renames_and_drops_marks_and_says_so():
    gold = resolve_gold(labels(), "multilabel")
    file = labels(classes=("Cat", "zebra"))
    found = resolve_delivery(file, gold, mapping={"Cat": "cat", "zebra": None})
    assert [
        (int(item), gold.classes[label]) for item, label in zip(found.item, found.label, strict=True)
    ] == [(0, "cat")]
    assert found.repairs == ("file: 1 marks renamed by the mapping", "file: 1 marks dropped by the mapping")
    assert (
        "(mapped to 'cow')"
        in told(lambda: resolve_delivery(file, gold, mapping={"Cat": "cow", "zebra": None}))[0]
    )


def test_one_annotator_twice_on_an_item_is_refused_and_several_are_kept_apart():
    gold = resolve_gold(labels(), "classification")
    both = resolve_delivery(labels(people=("y", "x")), gold)
    assert both.answers.annotators == ("x", "y")
    assert both.item.tolist() == [0, 0, 1, 1]
    said = told(lambda: resolve_delivery(labels(people=("x", "x")), gold))
    assert len(said) == 2
    assert "item 'a' by annotator 'x' already stands on a by x" in said[0]


def test_sizes_that_differ_from_the_gold_are_refused():
    gold = resolve_gold(written("boxes", [image("1.jpg")], [("1.jpg", "car", (0, 0, 5, 5))]), "boxes")
    said = told(lambda: resolve_delivery(written("boxes", [image("1.jpg", 50, 25)], []), gold))
    assert said == [
        "file, item '1.jpg': width and height differ from the gold; deliver coordinates of the original image"
    ]


def test_fractions_become_pixels_of_the_gold_or_meet_in_the_unit_square():
    fractions = written("boxes", ["1.jpg"], [("1.jpg", "car", (0.5, 0.5, 0.25, 0.5))], relative=True)
    pixels = resolve_gold(written("boxes", [image("1.jpg")], [("1.jpg", "car", (50, 25, 25, 25))]), "boxes")
    assert resolve_delivery(fractions, pixels).shape.tolist() == [[50, 25, 25, 25]]
    unit = resolve_gold(fractions, "boxes")
    assert unit.sizes.tolist() == [[1, 1]]
    sized = written("boxes", [image("1.jpg")], [("1.jpg", "car", (50, 25, 25, 25))])
    assert resolve_delivery(sized, unit).shape.tolist() == [[0.5, 0.5, 0.25, 0.5]]
    unsized = written("boxes", ["1.jpg"], [("1.jpg", "car", (50, 25, 25, 25))])
    assert "deliver fractions" in told(lambda: resolve_delivery(unsized, unit))[0]
    nowhere = resolve_gold(unsized, "boxes")
    assert "its size is unknown" in told(lambda: resolve_delivery(fractions, nowhere))[0]


@pytest.mark.parametrize(
    ("kind", "shape", "says"),
    [
        ("boxes", (0, 0, 0, 5), "has no area"),
        ("boxes", (99, 0, 30, 5), "lies outside its image"),
        ("boxes", (1e12, 0, 30, 5), "beyond any image"),
        ("boxes", (float("nan"), 0, 30, 5), "beyond any image"),
        ("polygons", (SQUARE[:2],), "three points"),
        ("polygons", (SQUARE + 200,), "outside its image"),
        ("polygons", (SQUARE * [1, 0] + [0, 5],), "no area"),
        ("masks", Mask(95, 0, 10, 2, np.array([0, 20])), "outside its image"),
        ("masks", Mask(0, 0, 4, 2, np.array([8])), "no pixel"),
    ],
)
def test_impossible_shapes_are_refused_at_their_mark(kind, shape, says):
    said = told(lambda: resolve_gold(written(kind, [image("1.jpg")], [("1.jpg", "car", shape)]), kind))
    assert len(said) == 1
    assert said[0].startswith("file, mark 0")
    assert says in said[0]


def test_shapes_a_pixel_over_the_edge_are_clipped_and_said_so():
    gold = resolve_gold(written("boxes", [image("1.jpg")], [("1.jpg", "car", (90, 0, 10.5, 5))]), "boxes")
    assert gold.shape.tolist() == [[90, 0, 10, 5]]
    assert gold.repairs == ("file: 1 boxes up to 1 pixel over the edge were clipped",)


def spans(text, *marks):
    return written("spans", [WrittenItem(("d",), text=text)], [("d", label, ends) for label, ends in marks])


def test_spans_of_tokenised_text_are_moved_onto_the_gold():
    gold = resolve_gold(spans("Dr. Who's  here", ("name", (0, 9))), "spans")
    found = resolve_delivery(spans("Dr . Who 's here", ("name", (0, 11)), ("name", (12, 16))), gold)
    assert [gold.texts[0][a:b] for a, b in found.shape] == ["Dr. Who's", "here"]
    assert found.repairs == ("file: 1 texts with other spaces aligned to the gold's",)


@pytest.mark.parametrize(
    ("text", "ends", "says"),
    [
        ("another text", (0, 3), "item 'd': its text is not the gold's"),
        ("some text", (3, 3), "empty or reversed"),
        ("some text", (5, 2), "empty or reversed"),
        ("some text", (0, 10), "outside its text of 9 characters"),
        ("some  text", (4, 6), "nothing but spaces"),
        (None, (0, 99), "outside its text"),
    ],
)
def test_spans_that_do_not_fit_their_text_are_refused(text, ends, says):
    gold = resolve_gold(spans("some text", ("x", (0, 4))), "spans")
    assert says in told(lambda: resolve_delivery(spans(text, ("x", ends)), gold))[0]


def test_skipped_answers_and_their_marks_are_left_out():
    from dataclasses import replace

    gold = resolve_gold(labels(), "classification")
    file = labels()
    skipped = replace(file, answers=(replace(file.answers[0], skipped=True), file.answers[1]))
    found = resolve_delivery(skipped, gold)
    assert (found.answered.tolist(), found.item.tolist()) == ([False, True], [1])
    assert found.warnings == ("file: 1 skipped answers left out; their items count as missing.",)


def test_a_file_of_other_marks_is_refused():
    gold = resolve_gold(labels(), "classification")
    assert (
        "holds boxes, and the task classification needs labels"
        in told(lambda: resolve_delivery(written("boxes", ["a"], []), gold))[0]
    )


@settings(deadline=None, max_examples=25)
@given(st.permutations(list(range(6))))
def test_the_order_of_the_file_reaches_no_row(order):
    marks = [(f"{at % 3}.jpg", "ab"[at % 2], (at, 0, 5 + at, 5)) for at in range(6)]
    items = [image(f"{at}.jpg") for at in range(3)]
    one = resolve_gold(written("boxes", items, marks), "boxes")
    other = resolve_gold(written("boxes", items[::-1], [marks[at] for at in order]), "boxes")
    assert one.items == other.items
    for name in ("item", "label", "shape", "answer"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
