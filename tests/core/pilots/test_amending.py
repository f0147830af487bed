import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.formats.own import answers_of
from app.core.formats.table import read_times
from app.core.pilots.amending import (
    Changes,
    changes_between,
    checked_answer,
    replaced,
    times_without,
    without,
)
from app.core.pilots.compare import compare
from app.core.pilots.disputes import dispute
from app.core.pilots.results import Mark
from app.core.pilots.tasks import read_delivery, read_gold

GOLD = b"item,label\na,cat\nb,dog\nc,cat\nd,dog"
ONE = b"item,label,annotator\na,cat,p\nb,cat,p\nc,dog,p\nd,dog,p"


def f(
    error: str, gold: str | None, delivered: str | None, ours: object = None, theirs: object = None
) -> Mark:
    return Mark(error, gold, delivered, None, None, ours, theirs)  # type: ignore[arg-type]


def accuracy(amended: dict[str, str], gone: set[str]) -> float | None:
    gold = read_gold("classification", GOLD, "gold.csv")
    rows = read_delivery("classification", ONE, "one.csv", gold)
    answers = {item: [{"label": label}] for item, label in amended.items()}
    found = compare(
        "classification", without(replaced(gold, answers), gone), {"A": without(rows, gone)}, resamples=100
    )
    return found.vendors[0].metrics["accuracy"].value


def test_a_right_label_and_an_excluded_item_change_the_figure_as_by_hand() -> None:
    assert accuracy({}, set()) == 0.5
    assert accuracy({"b": "cat"}, set()) == 0.75
    assert accuracy({}, {"c"}) == pytest.approx(2 / 3)
    assert accuracy({"b": "cat"}, {"c"}) == 1.0


def test_changes_count_items_whatever_the_order_of_items_and_marks() -> None:
    before = read_gold("multilabel", b"item,label\na,cat|dog\nb,dog\nc,cat", "gold.csv")
    after = read_gold("multilabel", b"item,label\nc,dog\na,dog|cat\nd,cat", "gold.csv")
    assert changes_between(before, after) == Changes(changed=1, new=1, gone=1)
    assert str(changes_between(before, before)) == "0 items with other labels"
    assert str(changes_between(before, after)) == "1 item with other labels, 1 new, 1 gone"


def test_without_items_boxes_compare_as_if_they_were_never_there() -> None:
    def coco(images: range) -> bytes:
        import json

        return json.dumps(
            {
                "images": [{"id": n, "file_name": f"{n}.jpg", "width": 50, "height": 50} for n in images],
                "categories": [{"id": 1, "name": "x"}],
                "annotations": [
                    {"id": n, "image_id": n, "category_id": 1, "bbox": [n, 0, 10, 10]} for n in images
                ],
            }
        ).encode()

    whole, part = (read_gold("boxes", coco(range(1, last)), "g.json") for last in (6, 5))
    cut = without(whole, {"5.jpg"})
    assert (cut.items, cut.ids, cut.answered.tolist()) == (part.items, part.ids, part.answered.tolist())
    assert np.array_equal(np.asarray(cut.shape), np.asarray(part.shape))
    assert np.array_equal(cut.item, part.item)


def test_amendments_the_gold_does_not_know_are_refused_together() -> None:
    gold = read_gold("classification", GOLD, "gold.csv")
    with pytest.raises(Invalid) as refusal:
        replaced(gold, {"z": [{"label": "cow"}]})
    assert len(refusal.value.problems) == 2


def test_two_vendors_with_the_same_other_class_dispute_the_gold() -> None:
    cat = [f("wrong_label", "dog", "cat")]
    found = dispute({"A": cat, "B": cat, "C": [f("ok", "dog", "dog")]}, "labels")
    assert found is not None
    assert (found.label, found.agreeing, found.instead) == ("cat", 2, "cat instead of dog")
    assert dispute({"A": cat, "B": [f("wrong_label", "dog", "owl")]}, "labels") is None
    assert dispute({"A": cat, "B": []}, "labels") is None


def test_the_same_extra_box_counts_and_one_elsewhere_does_not() -> None:
    def extra(x: float) -> list[Mark]:
        return [f("extra", None, "can", None, [x, 0, 10, 10])]

    found = dispute({"A": extra(0), "B": extra(2)}, "boxes")
    assert found is not None
    assert (found.agreeing, found.label) == (2, "")
    assert dispute({"A": extra(0), "B": extra(9)}, "boxes") is None


def test_the_same_missing_span_and_the_same_text_are_disputes() -> None:
    lost = [f("missing", "PER", None, [0, 3])]
    assert dispute({"A": lost, "B": lost}, "spans") is not None
    said = [f("loose", None, None, "a b", "a  c")]
    same = dispute({"A": said, "B": [f("loose", None, None, "a b", "a c")]}, "texts")
    assert same is not None
    assert same.instead == "“a c”"


@pytest.mark.parametrize(
    ("task", "gold", "item", "marks"),
    [
        ("classification", b"item,label\na,cat\nb,dog", "b", [{"label": "cat"}]),
        ("multilabel", b"item,label\na,cat|dog\nb,dog", "b", [{"label": "cat"}, {"label": "dog"}]),
        ("boxes", b"item,label,x,y,width,height\na,cat,0,0,5,5\nb,cat,0,0,5,5", "b",
         [{"label": "cat", "box": [1.0, 2.0, 3.5, 4.0]}]),
        ("polygons", b'{"item": "a", "polygons": [{"label": "cat", "points": [[0, 0], [4, 0], [4, 4]]}]}\n'
                     b'{"item": "b", "polygons": []}', "b",
         [{"label": "cat", "rings": [[[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]]]}]),
        ("spans", b'{"item": "a", "text": "Ada", "spans": [{"label": "cat", "start": 0, "end": 3}]}\n'
                  b'{"item": "b", "text": "Bob", "spans": [{"label": "cat", "start": 0, "end": 3}]}', "a", []),
        ("transcription", b"item,text\na,one\nb,two", "a", [{"text": "three"}]),
        ("translation", b"item,text\na,one\nb,two", "a", [{"text": "three"}]),
    ],
)  # fmt: skip
def test_the_answer_of_an_item_is_replaced_whatever_the_task(task, gold, item, marks):
    before = read_gold(task, gold, "g")
    after = replaced(before, {item: marks})
    where = before.items.index(item)
    assert answers_of(after)[where] == marks == checked_answer(before, item, marks)
    others = [one for at, one in enumerate(answers_of(before)) if at != where]
    assert [one for at, one in enumerate(answers_of(after)) if at != where] == others
    assert (after.items, after.classes, after.source) == (before.items, before.classes, before.source)
    delivery = read_delivery(task, gold, "d", before)
    assert compare(task, after, {"A": delivery}, resamples=100).vendors[0].name == "A"


def test_the_answer_of_a_mask_is_replaced_to_the_pixel():
    head = b'{"schema":"assay/gold@1","task":"masks","classes":["x"]}\n{"item":"a","width":9,"height":9,"marks":[]}'
    gold = read_gold("masks", head, "g")
    mask = {"left": 2, "top": 1, "width": 2, "height": 2, "runs": [1, 3]}
    assert answers_of(replaced(gold, {"a": [{"label": "x", "mask": mask}]})) == [
        [{"label": "x", "mask": mask}]
    ]


def test_an_answer_that_cannot_be_is_refused():
    gold = read_gold("boxes", b"item,label,x,y,width,height\na,cat,0,0,5,5", "g")
    for item, marks, says in (
        ("z", [], "'z'.*is not in the gold"),
        ("a", [{"label": "cow", "box": [0, 0, 1, 1]}], "'cow' is not a class"),
        ("a", [{"label": "cat", "box": [0, 0, 0, 1]}], "no area"),
        ("a", [{"label": "cat"}], "not four numbers"),
    ):
        with pytest.raises(Invalid, match=says):
            replaced(gold, {item: marks})
    assert replaced(gold, {}) is gold
    with pytest.raises(Invalid, match="has no label"):
        replaced(read_gold("classification", GOLD, "gold.csv"), {"a": []})


def test_times_keep_their_moments_when_items_go():
    rows = (
        "A,a,p,5,2026-01-01T10:00:00Z,2026-01-01T10:00:05Z\nA,b,p,6,2026-01-01T11:00:00Z,2026-01-01T11:00:06Z"
    )
    head = "vendor,item_id,annotator,seconds,started_at,ended_at\n"
    times = read_times((head + rows).encode(), "times.csv")
    kept = times_without(times, {"a"})
    assert (kept.item, kept.seconds.tolist()) == (("b",), [6.0])
    assert kept.started.tolist() == times.started[1:].tolist()
    assert kept.ended.tolist() == times.ended[1:].tolist()
