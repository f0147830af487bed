import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as published

from app.core.errors import Invalid
from app.core.formats.coco_masks import decoded
from app.core.formats.geometry import filled
from app.core.formats.read import read
from app.core.formats.shapes import Mask
from tests.core.formats.writers import whole_mask

IMAGES = [
    {"id": 7, "file_name": "b.jpg", "width": 100, "height": 80},
    {"id": 9, "file_name": "a.jpg", "width": 50, "height": 50},
]
CATEGORIES = [{"id": 3, "name": "dog"}, {"id": 5, "name": "car"}]


def mark(image=7, category=3, **more):
    return {"image_id": image, "category_id": category, **more}


def box(image=7, category=3, bbox=(1, 2, 10, 20), **more):
    return mark(image, category, bbox=list(bbox), **more)


def coco(*annotations, images=IMAGES, categories=CATEGORIES):
    return {"images": images, "categories": categories, "annotations": list(annotations)}


def found(document, kind="boxes", **more):
    return read(json.dumps(document).encode(), "d.json", kind, **more)


def problems(document, kind="boxes"):
    with pytest.raises(Invalid) as failure:
        found(document, kind)
    return [str(one) for one in failure.value.problems]


def test_an_object_names_its_images_classes_and_crowds():
    one = found(coco(box(id=1), box(9, 5, (0, 0, 50, 50), id=2, iscrowd=1)))
    assert [item.keys for item in one.items] == [("b.jpg", "7"), ("a.jpg", "9")]
    assert (one.items[0].width, one.items[0].height) == (100, 80)
    assert (one.classes, one.class_ids, one.label) == (("dog", "car"), (3, 5), ("dog", "car"))
    assert (one.crowd, one.place, one.listed) == (
        (False, True),
        ("annotation id 1", "annotation id 2"),
        False,
    )
    assert [answer.item for answer in one.answers] == [0, 1]


def test_a_results_list_speaks_in_ids_and_its_scores_are_ignored():
    one = found([box(9, 5, score=0.3), box(7, 3)])
    assert [item.keys for item in one.items] == [("9",), ("7",)]
    assert (one.label, one.classes, one.listed) == (("5", "3"), (), True)
    assert one.warnings == ("d.json: 1 scores ignored; labels by people carry no confidence.",)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_every_mask_of_the_published_library_is_decoded(height, width, data):
    bits = np.array(
        data.draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width)), np.uint8
    )
    full = bits.reshape(height, width)
    code = published.encode(np.asfortranarray(full))["counts"].decode()
    mask = decoded({"size": [height, width], "counts": code})
    assert isinstance(mask, Mask)
    assert np.array_equal(whole_mask(mask, width, height), full)


def test_long_runs_of_the_published_library_are_decoded():
    full = np.zeros((900, 700), np.uint8)
    full[3:880, 10:690:7] = 1
    code = published.encode(np.asfortranarray(full))["counts"].decode()
    assert np.array_equal(whole_mask(decoded({"size": [900, 700], "counts": code}), 700, 900), full)


def test_runs_go_down_the_columns_and_come_back_along_the_rows():
    one = found(coco(mark(9, 3, segmentation={"size": [50, 50], "counts": [51, 2, 48, 1, 2398]})), "masks")
    (mask,) = one.shape
    assert (mask.left, mask.top, mask.bits().tolist()) == (1, 1, [[True, True], [True, False]])


@pytest.mark.filterwarnings("ignore:__array__ implementation")
@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 60)), min_size=3, max_size=8))
def test_filled_outlines_are_close_to_those_of_the_published_library(points):
    flat = [float(one) for point in points for one in point]
    theirs = published.decode(published.merge(published.frPyObjects([flat], 60, 80))).astype(bool)
    ours = whole_mask(filled([np.array(points, float)], 80, 60), 80, 60)
    edge = sum(np.hypot(*np.subtract(a, b)) for a, b in zip(points, points[1:] + points[:1], strict=True))
    assert (ours ^ theirs).sum() <= edge + len(points)  # they draw the outline itself, we the centres inside


def test_crowd_masks_become_outlines_of_exactly_their_pixels():
    runs = {"size": [50, 50], "counts": [51, 2, 48, 1, 2398]}
    one = found(coco(mark(9, 3, segmentation=runs, iscrowd=1)), "polygons")
    assert one.crowd == (True,)
    assert sorted(ring.tolist() for ring in one.shape[0]) == [
        [[1, 1], [3, 1], [3, 2], [1, 2]],
        [[1, 2], [2, 2], [2, 3], [1, 3]],
    ]


def test_outlines_may_have_several_parts():
    one = found(coco(mark(segmentation=[[0, 0, 9, 0, 9, 9], [20, 20, 30, 20, 30, 30]])), "polygons")
    assert [len(ring) for ring in one.shape[0]] == [3, 3]


def test_repairs_are_offered_and_made():
    wrong = coco(box(id=1, bbox=(10, 10, -5, 5)), box(id=1), box(id=2, bbox=(1, 1, 0, 5)))
    assert len(problems(wrong)) == 3
    assert all("or accept the repair" in one for one in problems(wrong))
    one = found(wrong, accept=True)
    assert one.shape.tolist() == [[5, 10, 5, 5], [1, 2, 10, 20]]
    assert len(one.repairs) == 3


@pytest.mark.parametrize(
    ("document", "kind", "says"),
    [
        (coco(box(id=1), box(id=1)), "boxes", "annotation id 1: stands twice"),
        (coco(images=[IMAGES[0], IMAGES[0]]), "boxes", "image id 7 stands twice"),
        (coco(images=[IMAGES[0], {**IMAGES[0], "id": 8}]), "boxes", "file_name 'b.jpg' stands twice"),
        (coco(images=[]), "boxes", "the list is empty"),
        (coco(images=[{"file_name": "x"}]), "boxes", "images[0]: needs an integer id"),
        (
            coco(images=[{"id": 1, "width": -1, "height": 5}]),
            "boxes",
            "width and height must be numbers above 0",
        ),
        (coco(categories=[*CATEGORIES, CATEGORIES[0]]), "boxes", "category id 3 stands twice"),
        (
            coco(categories=[{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]),
            "boxes",
            "category 'a' stands twice",
        ),
        (coco(box(8), box(8)), "boxes", "image_id 8: is not among the images of this file (2 marks)"),
        (coco(box(7, 99)), "boxes", "category_id 99: is not among the categories of this file"),
        ({"images": IMAGES, "categories": CATEGORIES}, "boxes", "annotations: is missing"),
        ([box(bbox=(1, 1, 5))], "boxes", "entry 1: bbox must be four numbers"),
        ([box(bbox=("1", 1, 5, 5))], "boxes", "is not four numbers of an image"),
        ([box("7")], "boxes", "image_id must be an integer"),
        ([{"bbox": [1, 2, 3, 4]}], "boxes", "image_id, category_id missing"),
        ([17], "boxes", "must be an object"),
        (
            [mark(segmentation=[[1, 1, 2, 2, 3, 1]])],
            "boxes",
            "bbox missing; it has segmentation only, send boxes",
        ),
        (coco(mark(segmentation=[[1, 1, 2, 2]])), "polygons", "three points or more"),
        (coco(mark(segmentation=[[1, 1, 2, 2, 3]])), "polygons", "segmentation must be lists"),
        (coco(mark(segmentation=[])), "polygons", "segmentation must be lists"),
        (coco(mark(segmentation={"size": [80, 100], "counts": [8000]})), "polygons", "compare it as masks"),
        (coco(mark(segmentation={"size": [80, 100], "counts": [8000]})), "masks", "has no pixel"),
        (
            coco(mark(segmentation={"size": [80, 100], "counts": [1, 2]})),
            "masks",
            "do not add up to its 100 x 80",
        ),
        (coco(mark(segmentation={"size": [80, 100], "counts": "~~"})), "masks", "do not add up"),
        (coco(mark(segmentation={"size": [10, 10], "counts": [1, 99]})), "masks", "its image 100 x 80"),
        (coco(mark(segmentation={"counts": [1, 99]})), "masks", "needs size: [height, width]"),
        ([mark(segmentation=[[1, 1, 9, 1, 9, 9]])], "masks", "can be filled only in an image of known size"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(document, kind, says):
    assert any(says in one for one in problems(document, kind)), problems(document, kind)


def test_a_number_is_no_coco():
    with pytest.raises(Invalid, match="neither a COCO object nor a results list"):
        read(b"42", "d", "boxes", "coco")
