"""Files that real tools wrote; the folder is no part of the project."""

from pathlib import Path

import pytest

from app.core.errors import Invalid
from app.core.formats.read import read

ROOT = Path(__file__).parents[3]
FOLDER = next((up / "shared/real" for up in ROOT.parents if (up / "shared/real/coco").is_dir()), None)
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the folder of real files is absent")


def found(path, kind):
    return read((FOLDER / path).read_bytes(), Path(path).name, kind)


def test_the_coco_gold_has_its_images_boxes_classes_and_crowds():
    one = found("coco/instances_val2014_100.json", "boxes")
    assert (len(one.items), len(one.answer), len(one.classes), sum(one.crowd)) == (100, 839, 80, 9)
    for kind in ("polygons", "masks"):
        assert (len(found("coco/instances_val2014_100.json", kind).answer), sum(one.crowd)) == (839, 9)


def test_the_coco_results_have_their_boxes():
    one = found("coco/instances_val2014_fakebbox100_results.json", "boxes")
    assert (len(one.items), len(one.answer), one.listed) == (99, 734, True)


def test_label_studio_boxes_have_two_tasks_and_three_annotations():
    one = found("label-studio/boxes.json", "boxes")
    assert (len(one.items), len(one.answers), len(one.answer)) == (2, 3, 6)
    assert {answer.annotator for answer in one.answers} == {"1", "2"}
    assert one.shape[0].round(3).tolist() == [1040.437, 1978.871, 117.304, 132.605]
    assert [answer.seconds for answer in one.answers] == pytest.approx([1235.418, 85.444, 5.652])


def test_label_studio_outlines_are_pixels_of_the_original():
    one = found("label-studio/polygons.json", "polygons")
    ((ring,),) = one.shape
    assert (one.label, len(ring), (one.items[0].width, one.items[0].height)) == (
        ("Airplane",),
        37,
        (640, 426),
    )
    assert ring[0].round(3).tolist() == [384, 83.322]


def test_label_studio_choices_keep_brackets_quotes_and_line_breaks():
    one = found("label-studio/ner_and_choices.json", "labels")
    assert one.label == ('Yes " "" \n \t \t а б в',)
    assert (one.answers[0].annotator, one.answers[0].seconds) == ("1", 10.744)
    with pytest.raises(Invalid, match="but no spans of text"):
        found("label-studio/ner_and_choices.json", "spans")
