import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.formats.coco import read_delivered_boxes, read_gold_boxes
from app.core.formats.rows import Boxes

IMAGES = [
    {"id": 7, "file_name": "b.jpg", "width": 100, "height": 80},
    {"id": 9, "file_name": "a.jpg", "width": 50, "height": 50},
]
CATEGORIES = [{"id": 3, "name": "dog"}, {"id": 5, "name": "car"}]


def box(image=7, category=3, bbox=(1, 2, 10, 20), **more):
    return {"image_id": image, "category_id": category, "bbox": list(bbox), **more}


def coco(*annotations, images=IMAGES, categories=CATEGORIES):
    return {"images": images, "categories": categories, "annotations": list(annotations)}


def encoded(document):
    return json.dumps(document).encode()


GOLD = read_gold_boxes(encoded(coco(box(id=1), box(9, 5, (0, 0, 50, 50), id=2, iscrowd=1))), "gold.json")


def problems(document, read=read_delivered_boxes):
    arguments = ("d.json", GOLD) if read is read_delivered_boxes else ("d.json",)
    with pytest.raises(Invalid) as failure:
        read(encoded(document), *arguments)
    return [str(one) for one in failure.value.problems]


def rows(found):
    return [
        (found.items[item], found.classes[label], tuple(xywh))
        for item, label, xywh in zip(found.item, found.label, found.xywh.tolist(), strict=True)
    ]


def test_the_gold_comes_sorted_by_image_and_keeps_its_crowds():
    assert (GOLD.items, GOLD.ids, GOLD.classes) == (("a.jpg", "b.jpg"), ("9", "7"), ("car", "dog"))
    assert rows(GOLD) == [("a.jpg", "car", (0, 0, 50, 50)), ("b.jpg", "dog", (1, 2, 10, 20))]
    assert GOLD.crowd.tolist() == [True, False]


def test_a_results_list_speaks_in_the_gold_s_ids_and_its_scores_are_ignored():
    found = read_delivered_boxes(encoded([box(score=0.3), box(7, 5)]), "d.json", GOLD)
    assert rows(found) == [("b.jpg", "car", (1, 2, 10, 20)), ("b.jpg", "dog", (1, 2, 10, 20))]
    assert found.answered.tolist() == [False, True]
    assert found.warnings == ("d.json: scores of 1 boxes ignored; labels by people carry no confidence.",)


def test_a_renumbered_object_is_matched_by_file_name_and_category_name():
    document = coco(
        box(1, 1),
        images=[{"id": 1, "file_name": "export/a.jpg"}, {"id": 2, "file_name": "b.jpg"}],
        categories=[{"id": 1, "name": "car"}, {"id": 2, "name": "dog"}],
    )
    found = read_delivered_boxes(encoded(document), "d.json", GOLD)
    assert rows(found) == [("a.jpg", "car", (1, 2, 10, 20))]
    assert found.answered.all()  # b.jpg was looked at and found empty
    assert found.repairs == ("d.json: 1 images matched by file name without folder",)


def test_rounding_over_the_edge_is_clipped_and_more_is_refused():
    found = read_delivered_boxes(encoded([box(bbox=(-0.4, 70, 20, 10.5))]), "d.json", GOLD)
    assert np.allclose(found.xywh, [[0, 70, 19.6, 10]])
    assert found.repairs == ("d.json: 1 boxes up to 1 pixel over the edge were clipped",)
    assert "lies outside its image" in problems([box(bbox=(90, 0, 20, 10))])[0]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (box(bbox=(1, 1, -5, 5)), "entry 1: bbox [1.0, 1.0, -5.0, 5.0] has no area"),
        (box(bbox=(1, 1, 0, 5)), "has no area"),
        (box(bbox=(500, 1, 5, 5)), "lies outside its image"),
        (box(bbox=(1, 1, 5)), "bbox must be four numbers"),
        (box(bbox=("1", 1, 5, 5)), "bbox must be four numbers"),
        (box(bbox=(True, 1, 5, 5)), "bbox must be four numbers"),
        (box("7"), "image_id must be an integer"),
        (
            box(404),
            "image_id 404: is not in the gold (gold.json); is this a delivery for another pilot? (1 box)",
        ),
        (box(7, 99), "category_id 99: is not a category of the gold"),
        (
            {"image_id": 7, "category_id": 3, "segmentation": []},
            "bbox missing; this looks like a file of masks",
        ),
        ({"bbox": [1, 2, 3, 4]}, "image_id, category_id missing"),
        (17, "must be an object"),
        (box(bbox=(1e308, 1, 1e308, 5)), "d.json"),
    ],
)
def test_a_bad_box_is_refused_with_its_place(row, says):
    assert any(says in one for one in problems([row])), problems([row])


def test_all_problems_of_a_file_come_at_once():
    found = problems([box(404), box(404), box(7, 99), box(bbox=(1, 1, -5, 5))])
    assert len(found) == 3
    assert "(2 boxes)" in found[0]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (coco(box(id=1), box(id=1)), "annotation id 1: stands twice"),
        (coco(images=[IMAGES[0], IMAGES[0]]), "image id 7 stands twice"),
        (coco(images=[]), "the list is empty"),
        (coco(images=[{"file_name": "x"}]), "images[0]: needs an integer id"),
        (coco(images=[{"id": 1, "width": -1, "height": 5}]), "width and height must be numbers above 0"),
        (coco(categories=[*CATEGORIES, CATEGORIES[0]]), "category id 3 stands twice"),
        (coco(categories=[{"id": 1, "name": "dog"}, {"id": 2, "name": "dog"}]), "'dog' stands twice"),
        (coco(box(8)), "image_id 8: is not among the images of this file"),
        ({"images": IMAGES, "categories": CATEGORIES}, "annotations: is missing"),
        ([box()], "a results list cannot be the gold"),
    ],
)
def test_a_bad_gold_is_refused_with_the_remedy(document, says):
    assert any(says in one for one in problems(document, read_gold_boxes)), problems(
        document, read_gold_boxes
    )


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (coco(images=[{"id": 1, "file_name": "z.jpg"}]), "'z.jpg' is not in the gold"),
        (
            coco(categories=[{"id": 1, "name": "cat"}]),
            "'cat' is not a category of the gold; use one of car, dog",
        ),
        (coco(images=[{**IMAGES[0], "width": 50, "height": 40}]), "differ from the gold"),
        (coco(images=[IMAGES[0], {"id": 8, "file_name": "x/b.jpg"}]), "two images name the same item"),
        (42, "neither a COCO object nor"),
    ],
)
def test_an_object_of_another_pilot_is_refused(document, says):
    assert any(says in one for one in problems(document)), problems(document)


def test_a_crowd_too_dense_to_match_is_refused():
    assert "more than 2000 boxes on one image" in problems([box()] * 2001)[0]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["images", "annotations", "categories", "id", "image_id", "category_id", "bbox", "name"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@settings(deadline=None, max_examples=150)
@given(values)
def test_any_json_is_read_or_refused_but_never_fails(document):
    for read, more in ((read_gold_boxes, ()), (read_delivered_boxes, (GOLD,))):
        try:
            found = read(json.dumps(document).encode(), "f", *more)
        except Invalid as refused:
            found = [one.message for one in refused.problems]
        assert isinstance(found, Boxes) or (found and all(found))  # read, or refused in words
