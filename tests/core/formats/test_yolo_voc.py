import json

import pytest

from app.core.errors import Invalid
from app.core.formats.read import read
from app.core.formats.resolve import resolve_delivery, resolve_gold
from tests.core.formats.writers import zipped


def problems(files, kind="boxes"):
    with pytest.raises(Invalid) as failure:
        read(zipped(files), "d.zip", kind)
    return [str(one) for one in failure.value.problems]


def names(found):
    return [one.keys[0] for one in found.items]


def test_centres_become_corners_as_fractions():
    files = {
        "obj.names": "cat\ndog\n",
        "obj_train_data/a.txt": "1 0.5 0.5 0.25 0.5\n",
        "train.txt": "data/obj_train_data/a.jpg",
    }
    found = read(zipped(files), "d.zip", "boxes")
    assert (found.relative, found.label, found.shape.tolist()) == (True, ("dog",), [[0.375, 0.25, 0.25, 0.5]])
    assert (found.classes, found.class_ids) == (("cat", "dog"), (0, 1))
    assert found.items[0].keys == ("a.jpg", "data/obj_train_data/a.jpg")


def test_an_empty_file_is_an_answer_and_a_missing_one_is_none():
    files = {"obj.names": "cat", "train.txt": "a.jpg\nb.jpg\nc.jpg", "a.txt": "0 .5 .5 .1 .1", "b.txt": ""}
    found = read(zipped(files), "d.zip", "boxes")
    assert names(found) == ["a.jpg", "b.jpg", "c.jpg"]
    assert [one.item for one in found.answers] == [0, 1]
    assert not found.listed


def test_without_list_and_empty_files_nothing_tells_of_images_without_marks():
    files = {"classes.txt": "cat\n", "labels/a.txt": "0 .5 .5 .1 .1\n"}
    found = read(zipped(files), "d.zip", "boxes")
    assert (names(found), found.listed) == (["a"], True)
    assert not read(zipped(files | {"labels/b.txt": ""}), "d.zip", "boxes").listed


def test_images_in_the_archive_are_the_list():
    files = {
        "data.yaml": "names:\n  0: cat\n  1: 'dog'\n",
        "labels/train/a.txt": "1 .5 .5 .1 .1",
        "images/train/a.png": "x",
        "images/train/b.png": "x",
    }
    found = read(zipped(files), "d.zip", "boxes")
    assert (names(found), found.label) == (["a.png", "b.png"], ("dog",))
    assert [one.item for one in found.answers] == [0]


@pytest.mark.parametrize(
    "text", ["names: [cat, 'dog']", "names:\n- cat\n- dog", "nc: 2\nnames: {0: cat, 1: dog}"]
)
def test_every_way_of_naming_classes_in_yaml_is_read(text):
    assert read(zipped({"data.yaml": text, "labels/a.txt": "1 .5 .5 .1 .1"}), "d", "boxes").label == ("dog",)


def test_outlines_of_the_segmentation_variant_are_polygons():
    files = {"classes.txt": "cat", "a.txt": "0 0.1 0.1 0.5 0.1 0.5 0.5\n"}
    ((ring,),) = read(zipped(files), "d.zip", "polygons").shape
    assert ring.tolist() == [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5]]
    assert "holds polygons (1) but no boxes" in problems(files)[0]


def test_files_of_one_name_in_two_folders_stay_apart():
    files = {"classes.txt": "cat", "x/a.txt": "0 .5 .5 .1 .1", "y/a.txt": "0 .5 .5 .2 .2"}
    assert names(read(zipped(files), "d.zip", "boxes")) == ["x/a", "y/a"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2 .5 .5 .1 .1", "a.txt, line 1: class '2' has no name among the 1 classes"),
        ("0 .5 .5 .1", "4 values"),
        ("0 50 50 10 10", "fractions of the image"),
        ("0 .5 .5 nan .1", "fractions of the image"),
        ("0 .5 .5 0 .1", "has no area"),
        ("0 .5 .5 -.1 .1", "has a negative size"),
        ("-1 .5 .5 .1 .1", "class '-1' has no name"),
        ("cat .5 .5 .1 .1", "class 'cat' has no name"),
        ("0 .1 .1 .2 .2 .3 .3 .4", "8 values"),
    ],
)
def test_a_bad_line_is_refused_with_its_place(line, says):
    assert any(says in one for one in problems({"classes.txt": "cat", "a.txt": line})), line


def test_missing_and_repeated_class_names_are_refused():
    assert "names no classes; add obj.names" in problems({"a.txt": "0 .5 .5 .1 .1\n"})[0]
    assert "class 'cat' stands 2 times" in problems({"classes.txt": "cat\ncat", "a.txt": "0 .5 .5 .1 .1"})[0]
    assert "not valid YAML" in problems({"data.yaml": "names: [", "a.txt": "0 .5 .5 .1 .1"})[0]


# The shape of the example in the development kit.
VOC = b"""<annotation><folder>VOC2008</folder><filename>2008_004457.jpg</filename>
<size><width>500</width><height>333</height><depth>3</depth></size>
<object><name>dog</name><truncated>0</truncated><difficult>%s</difficult>
<bndbox><xmin>112</xmin><ymin>54.5</ymin><xmax>%s</xmax><ymax>300</ymax></bndbox>
<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part></object>
</annotation>"""


def test_corners_of_voc_are_taken_as_they_stand():
    found = read(VOC % (b"1", b"370"), "Annotations/2008_004457.xml", "boxes")
    assert (found.label, found.shape.tolist()) == (("dog",), [[112, 54.5, 258, 245.5]])
    assert found.items[0].keys == ("2008_004457.jpg", "2008_004457")
    assert (found.items[0].width, found.items[0].height) == (500, 333)
    assert found.warnings == (
        "Annotations/2008_004457.xml: 1 objects marked difficult count like the others.",
    )


def test_an_image_without_objects_was_looked_at():
    found = read(
        zipped(
            {"a.xml": b"<annotation><filename>a.jpg</filename></annotation>", "b.xml": VOC % (b"0", b"370")}
        ),
        "d",
        "boxes",
    )
    assert names(found) == ["a.jpg", "2008_004457.jpg"]
    assert (len(found.answers), found.answer.tolist()) == (2, [1])


@pytest.mark.parametrize(
    ("corner", "says"),
    [(b"100", "has a negative size"), (b"112", "has no area"), (b"x", "is not four numbers")],
)
def test_a_bad_box_of_voc_is_refused_with_its_line(corner, says):
    with pytest.raises(Invalid) as failure:
        read(VOC % (b"0", corner), "a.xml", "boxes")
    assert str(failure.value.problems[0]).startswith("a.xml, object 1, line 3: box")
    assert says in failure.value.problems[0].message


def test_yolo_without_suffixes_and_conll_without_names_find_the_items_of_the_gold():
    images = [
        {"id": at, "file_name": f"x/{one}.jpg", "width": 100, "height": 50} for at, one in enumerate("ab")
    ]
    gold = {"images": images, "categories": [{"id": 1, "name": "cat"}], "annotations": []}
    rows = resolve_gold(read(json.dumps(gold).encode(), "gold", "boxes"), "boxes")
    yolo = read(
        zipped({"classes.txt": "cat", "labels/b.txt": "0 .5 .5 .1 .2", "labels/a.txt": ""}), "d", "boxes"
    )
    found = resolve_delivery(yolo, rows)
    assert ([found.items[at] for at in found.item], found.shape.tolist()) == (["x/b.jpg"], [[45, 20, 10, 10]])
    assert found.repairs == ("d: 2 items matched by file name without suffix",)
    texts = b'{"item": "s2", "text": "Bo  ran", "spans": []}\n{"item": "s1", "text": "Al ran", "spans": [[0, 2, "P"]]}'
    texts = texts.replace(b'"spans": [[0, 2, "P"]]', b'"label": [[0, 2, "P"]]')
    spans = resolve_gold(read(texts, "gold", "spans"), "spans")
    found = resolve_delivery(read(b"Al B-P\nran O\n\nBo B-P\nran O\n", "d", "spans"), spans)
    assert [(found.items[at], shape) for at, shape in zip(found.item, found.shape.tolist(), strict=True)] == [
        ("s1", [0, 2]),
        ("s2", [0, 2]),
    ]


def test_lists_and_colours_that_tools_add_to_pascal_voc_are_passed_over():
    image = "<annotation><filename>a.jpg</filename></annotation>"
    lists = {"ImageSets/Main/train.txt": "a\n", "ImageSets/Main/val.txt": "", "labelmap.txt": "cat:1,2,3::\n"}
    assert names(read(zipped({"Annotations/a.xml": image} | lists), "d.zip", "boxes")) == ["a.jpg"]


@pytest.mark.parametrize("stem", ["1a2b3c4d-cat", "cat_jpg.rf.0123456789abcdef0123456789abcdef"])
def test_what_a_tool_added_to_a_file_name_does_not_hide_the_item(stem):
    gold = resolve_gold(read(b'{"images": [{"id": 1, "file_name": "cat.jpg", "width": 9, "height": 9}], '
                             b'"categories": [{"id": 1, "name": "c"}], "annotations": ['
                             b'{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}]}',
                             "g.json", "boxes"), "boxes")  # fmt: skip
    sent = read(zipped({"classes.txt": "c", f"labels/{stem}.txt": "0 .5 .5 .1 .1"}), "d.zip", "boxes")
    found = resolve_delivery(sent, gold)
    assert found.answers.item.tolist() == [0]
    assert "1 items matched by file name without what a labeling tool added to it" in found.repairs[0]
