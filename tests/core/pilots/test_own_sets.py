"""Gold from two label sets of our own, against figures worked out by hand."""

import hashlib
import json
from typing import Any

import pytest

from app.core.errors import Invalid
from app.core.formats.item_list import read_items
from app.core.formats.own import answers_of
from app.core.pilots.own_sets import Choice, Compared, OwnSets, compare_sets, frozen, read_sets
from app.core.pilots.tasks import read_gold


def sets(task: str, *files: bytes, **more: Any) -> OwnSets:
    return read_sets(task, [(f"{'ABC'[at]}.x", data) for at, data in enumerate(files)], **more)


def gold_of(own: OwnSets, found: Compared, choices: dict[str, Choice]) -> dict[str, list[dict[str, Any]]]:
    made = frozen(own, found, choices)
    assert made.digest == hashlib.sha256(made.content).hexdigest()
    rows = read_gold(own.frame.task, made.content, "gold")
    assert (made.items, made.labels) == (len(rows.items), int((~rows.crowd).sum()))
    return dict(zip(rows.items, answers_of(rows), strict=True))


def outline(x: float, y: float, width: float, height: float) -> list[float]:
    return [x, y, x + width, y, x + width, y + height, x, y + height]


def coco(*boxes: tuple[int, str, list[float]]) -> bytes:
    classes = ("bus", "car")
    return json.dumps(
        {
            "images": [{"id": at, "file_name": f"{at}.jpg", "width": 100, "height": 100} for at in (1, 2, 3)],
            "categories": [{"id": at, "name": one} for at, one in enumerate(classes, 1)],
            "annotations": [
                {
                    "id": at,
                    "image_id": image,
                    "category_id": classes.index(label) + 1,
                    "bbox": box,
                    "segmentation": [outline(*box)],
                }
                for at, (image, label, box) in enumerate(boxes, 1)
            ],
        }
    ).encode()


def test_classes_agree_where_they_are_equal_and_kappa_like_figures_are_those_of_the_table() -> None:
    # 4 of 5 equal; alpha by hand: o = 10, coincidences off the diagonal 2, n_cat = 5, n_dog = 5:
    # 1 - 9 * 2 / (2 * 25) = 0.64.
    own = sets(
        "classification",
        b"item,label\n1,cat\n2,cat\n3,dog\n4,dog\n5,cat",
        b"item,label\n1,cat\n2,cat\n3,dog\n4,dog\n5,dog",
    )
    found = compare_sets(own)
    assert found.agreed == ("1", "2", "3", "4")
    told = found.agreement
    assert (told.items, told.agreed, told.share) == (5, 4, 0.8)
    assert told.labels is not None
    assert told.labels.alpha.value == pytest.approx(0.64)
    assert told.pairs[0].figures["accuracy"].value == 0.8
    (one,) = found.disputes
    assert (one.item, one.answers) == ("5", ([{"label": "cat"}], [{"label": "dog"}]))
    gold = gold_of(own, found, {"5": Choice("take", side=1)})
    assert gold["5"] == [{"label": "dog"}]
    assert gold_of(own, found, {"5": Choice("exclude")}).keys() == {"1", "2", "3", "4"}
    assert gold_of(own, found, {"5": Choice("own", marks=[{"label": "cat"}])})["5"] == [{"label": "cat"}]


def test_sets_of_labels_agree_as_sets() -> None:
    own = sets("multilabel", b"item,label\n1,a|b\n2,a\n3,b", b"item,label\n1,b|a\n2,a|b\n3,b")
    found = compare_sets(own)
    assert found.agreed == ("1", "3")
    assert found.agreement.pairs[0].figures["f1"].value == pytest.approx(
        8 / 9
    )  # 4 labels of 4 and 5 are shared
    assert found.disputes[0].answers == ([{"label": "a"}], [{"label": "a"}, {"label": "b"}])


def test_boxes_agree_when_all_of_an_image_match_and_the_first_sets_box_is_the_gold() -> None:
    ours = coco((1, "car", [0, 0, 10, 10]), (2, "car", [0, 0, 10, 10]), (3, "bus", [0, 0, 10, 10]))
    # Image 1: shifted by 2 of 10, IoU 80 / 120 = 2/3. Image 2: another class. Image 3: one more box.
    theirs = coco(
        (1, "car", [2, 0, 10, 10]),
        (2, "bus", [0, 0, 10, 10]),
        (3, "bus", [0, 0, 10, 10]),
        (3, "car", [50, 50, 9, 9]),
    )
    own = sets("boxes", ours, theirs)
    found = compare_sets(own)
    assert found.agreed == ("1.jpg",)
    assert [one.item for one in found.disputes] == ["2.jpg", "3.jpg"]
    assert found.agreement.pairs[0].figures["f1"].value == pytest.approx(2 * 2 / (3 + 4))
    assert compare_sets(own, iou=0.7).agreed == ()
    gold = gold_of(
        own,
        found,
        {
            "2.jpg": Choice("own", marks=[{"label": "bus", "box": [1, 1, 9, 9]}]),
            "3.jpg": Choice("take", side=1),
        },
    )
    assert gold["1.jpg"] == [{"label": "car", "box": [0.0, 0.0, 10.0, 10.0]}]
    assert gold["2.jpg"] == [{"label": "bus", "box": [1.0, 1.0, 9.0, 9.0]}]
    assert len(gold["3.jpg"]) == 2


def test_an_image_that_both_leave_empty_is_agreed_to_be_empty() -> None:
    one = coco((1, "car", [0, 0, 10, 10]))
    found = compare_sets(sets("boxes", one, one))
    assert found.agreed == ("1.jpg", "2.jpg", "3.jpg")
    assert found.agreement.share == 1.0


def test_polygons_and_masks_agree_by_their_overlap() -> None:
    ours, theirs = coco((1, "car", [0, 0, 10, 10])), coco((1, "car", [5, 0, 10, 10]))  # IoU 50 / 150
    for task in ("polygons", "masks"):
        own = sets(task, ours, theirs, accept=True)
        assert [one.item for one in compare_sets(own).disputes] == ["1.jpg"]
        assert compare_sets(own, iou=0.33).disputes == ()


def test_spans_agree_when_ends_and_classes_are_equal() -> None:
    text = '{"item": "a", "text": "Ada in Rome", "spans": %s}\n{"item": "b", "text": "Rome", "spans": []}'
    ours = text % '[{"start": 0, "end": 3, "label": "person"}]'
    theirs = text % '[{"start": 0, "end": 6, "label": "person"}]'
    own = sets("spans", ours.encode(), theirs.encode())
    found = compare_sets(own)
    assert found.agreed == ("b",)
    assert own.frame.texts == ("Ada in Rome", "Rome")
    marks = [{"label": "person", "span": [0, 3]}]
    assert gold_of(own, found, {"a": Choice("own", marks=marks)})["a"] == marks


@pytest.mark.parametrize("task", ["transcription", "translation"])
def test_texts_agree_but_for_spaces_and_when_asked_but_for_case_and_punctuation(task: str) -> None:
    own = sets(
        task,
        b"item,text\n1,Good  day\n2,Good day.\n3,Good day",
        b"item,text\n1,Good day\n2,good day\n3,Bad day",
    )
    assert compare_sets(own).agreed == ("1",)
    found = compare_sets(own, plain_texts=True)
    assert found.agreed == ("1", "2")
    assert gold_of(own, found, {"3": Choice("own", marks=[{"text": "A day"}])}) == {
        "1": [{"text": "Good  day"}],
        "2": [{"text": "Good day."}],
        "3": [{"text": "A day"}],
    }
    if task == "transcription":
        # One word of two against each other, both ways: 1 / 2 in the third, 2 / 2 in the second, none in the first.
        assert found.agreement.pairs[0].figures["wer"].value == pytest.approx(3 / 6)


def test_an_item_that_one_set_leaves_out_is_a_dispute_with_one_side() -> None:
    own = sets("classification", b"item,label\n1,cat\n2,cat", b"item,label\n1,cat\n3,dog")
    found = compare_sets(own)
    assert found.agreed == ("1",)
    assert found.agreement.items == 1
    assert [one.answers for one in found.disputes] == [([{"label": "cat"}], None), (None, [{"label": "dog"}])]
    with pytest.raises(Invalid, match="set 2 gives no answer to take"):
        frozen(own, found, {"2": Choice("take", side=1), "3": Choice("exclude")})


def test_three_sets_must_all_agree() -> None:
    own = sets("classification", b"item,label\n1,a\n2,a", b"item,label\n1,a\n2,a", b"item,label\n1,a\n2,b")
    found = compare_sets(own)
    assert found.agreed == ("1",)
    assert found.disputes[0].answers == ([{"label": "a"}], [{"label": "a"}], [{"label": "b"}])
    told = found.agreement
    assert [(one.left, one.right, one.share) for one in told.pairs] == [(0, 1, 1.0), (0, 2, 0.5), (1, 2, 0.5)]
    assert [one.figures["accuracy"].value for one in told.pairs] == [1.0, 0.5, 0.5]
    # by hand: 2 of 6 coincidences differ, and 2 * 5 * 1 / 5 of 6 would by chance
    assert told.labels is not None
    assert told.labels.alpha.value == pytest.approx(0.0)


def test_names_of_items_and_classes_come_from_the_set_that_has_them() -> None:
    ours = coco((1, "car", [0, 0, 10, 10]))
    results = b'[{"image_id": 1, "category_id": 2, "bbox": [0, 0, 10, 10]}]'
    for files in ((ours, results), (results, ours)):
        own = sets("boxes", *files)
        assert own.frame.items == ("1.jpg", "2.jpg", "3.jpg")
        assert (own.frame.classes, own.frame.class_ids) == (("bus", "car"), (1, 2))
        assert compare_sets(own).agreed == ("1.jpg",)


def test_with_an_item_list_only_its_items_count_and_repeats_need_no_gold() -> None:
    listed = read_items(b"item,repeat_of\n1,\n3,1", "l").items
    own = sets("classification", b"item,label\n1,a\n2,a\n3,a", b"item,label\n1,a\n2,b\n3,a", listed=listed)
    assert own.frame.items == ("1",)
    with pytest.raises(Invalid, match="none of the items of the sets"):
        sets("classification", b"item,label\nx,a", b"item,label\nx,a", listed=listed)


def test_open_disputes_and_impossible_corrections_are_refused() -> None:
    own = sets("classification", b"item,label\n1,a\n2,a\n3,a", b"item,label\n1,a\n2,b\n3,b")
    found = compare_sets(own)
    with pytest.raises(Invalid) as failure:
        frozen(own, found, {})
    assert len(failure.value.problems) == 2
    with pytest.raises(Invalid, match="'zebra' is not a class of the gold"):
        frozen(own, found, {"2": Choice("own", marks=[{"label": "zebra"}]), "3": Choice("exclude")})


def test_two_answers_in_one_file_and_a_broken_file_are_told_together() -> None:
    with pytest.raises(Invalid) as failure:
        sets("classification", b"item,label,annotator\n1,a,p\n1,b,q", b"name,label\n1,a")
    told = [str(one) for one in failure.value.problems]
    assert len(told) == 2
    assert "several answers in this file" in told[0]
    assert "column missing" in told[1]


def test_the_marks_that_find_no_equal_are_named_on_either_side() -> None:
    ours = coco((1, "car", [0, 0, 10, 10]), (2, "car", [0, 0, 10, 10]), (2, "bus", [50, 50, 9, 9]))
    theirs = coco((1, "car", [0, 0, 10, 10]), (2, "car", [50, 50, 9, 9]), (2, "bus", [80, 80, 9, 9]))
    (one,) = compare_sets(sets("boxes", ours, theirs)).disputes
    said = [[mark["label"] for at, mark in enumerate(answer or ()) if at in odd]
            for answer, odd in zip(one.answers, one.odd, strict=True)]  # fmt: skip
    assert said == [["bus", "car"], ["bus", "car"]]
    own = sets("multilabel", b"item,label\n1,a|b", b"item,label\n1,b|c|d")
    (one,) = compare_sets(own).disputes
    assert one.odd == ((0,), (1, 2))
