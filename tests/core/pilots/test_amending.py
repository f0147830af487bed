import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.pilots.amending import relabelled, without
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
    found = compare(
        "classification", without(relabelled(gold, amended), gone), {"A": without(rows, gone)}, resamples=100
    )
    return found.vendors[0].metrics["accuracy"].value


def test_a_right_label_and_an_excluded_item_change_the_figure_as_by_hand() -> None:
    assert accuracy({}, set()) == 0.5
    assert accuracy({"b": "cat"}, set()) == 0.75
    assert accuracy({}, {"c"}) == pytest.approx(2 / 3)
    assert accuracy({"b": "cat"}, {"c"}) == 1.0


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
        relabelled(gold, {"z": "cow"})
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
