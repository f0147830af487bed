import csv
import io
import json

import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.formats.read import read

SIZE = {"original_width": 200, "original_height": 100, "image_rotation": 0}


def result(kind, at="r", **value):
    more = {key: value.pop(key) for key in list(value) if key in ("image_rotation", "from_name", "to_name")}
    return {"id": at, "from_name": "label", "to_name": "image", "type": kind, **SIZE, **more, "value": value}


def annotation(*results, **more):
    return {
        "id": 1,
        "completed_by": 1,
        "lead_time": 8.65,
        "was_cancelled": False,
        "result": list(results),
        **more,
    }


def task(*annotations, at=87, data=None, **more):
    data = data or {"image": "/data/upload/29/1a2b3c4d-example.png"}
    return {"id": at, "data": data, "annotations": list(annotations), **more}


def file(*tasks):
    return json.dumps(list(tasks)).encode()


def problems(data, kind="boxes"):
    with pytest.raises(Invalid) as failure:
        read(data, "d.json", kind)
    return [str(one) for one in failure.value.problems]


BOX = result("rectanglelabels", x=10, y=20, width=30, height=40, rotation=0, rectanglelabels=["Car"])


def test_percent_become_pixels_and_the_answer_keeps_who_and_how_long():
    found = read(file(task(annotation(BOX, created_at="2024-01-30T02:40:43.893565Z"))), "d.json", "boxes")
    assert found.shape.tolist() == [[20, 20, 60, 40]]
    assert found.items[0].keys == ("example.png", "1a2b3c4d-example.png")
    assert (found.items[0].width, found.items[0].height) == (200, 100)
    (answer,) = found.answers
    assert (answer.annotator, answer.seconds, answer.seconds_source) == ("1", 8.65, "lead_time")
    assert (answer.created_at, answer.place) == ("2024-01-30T02:40:43.893565Z", "task 87, annotation 1")


def test_an_email_address_never_stays():
    people = [{"id": 3, "email": "ann@example.org"}, {"email": "ann@example.org"}, "Ann@example.org", None]
    tasks = [task(annotation(BOX, completed_by=one), at=at) for at, one in enumerate(people)]
    found = read(file(*tasks), "d.json", "boxes")
    codes = [one.annotator for one in found.answers]
    assert codes[0] == "3"
    assert codes[1] == codes[2]
    assert codes[1].startswith("p-")
    assert codes[3] == ""
    assert "@" not in repr(found)


def test_a_rectangle_and_its_labels_are_one_region():
    where = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0}
    pair = result("rectangle", "q", **where), result("labels", "q", **where, labels=["Car"])
    found = read(file(task(annotation(*pair))), "d.json", "boxes")
    assert (found.label, found.shape.tolist()) == (("Car",), [[20, 20, 60, 40]])


def test_a_rotated_box_is_refused_and_its_surrounding_box_is_a_repair():
    turned = result("rectanglelabels", x=50, y=50, width=10, height=10, rotation=90, rectanglelabels=["a"])
    assert "the box is rotated" in problems(file(task(annotation(turned))))[0]
    found = read(file(task(annotation(turned))), "d.json", "boxes", accept=True)
    assert np.allclose(found.shape, [[90, 50, 10, 20]])  # 20 x 10 pixels, turned about its top left corner
    on_its_side = result(
        "rectanglelabels", x=1, y=1, width=1, height=1, rectanglelabels=["a"], image_rotation=90
    )
    assert "rotated image" in problems(file(task(annotation(on_its_side))))[0]


def test_skipped_tasks_reviews_predictions_and_relations_are_told():
    tasks = [
        task(annotation(BOX, was_cancelled=True), at=1, data={"item_id": "a"}, predictions=[{"result": []}]),
        task(
            annotation(BOX, {"type": "relation", "from_id": "r", "to_id": "r"}), at=2, data={"item_id": "b"}
        ),
        task(annotation(BOX, last_action="fixed_and_accepted"), at=3, data={"item_id": "c"}),
        task(
            annotation(BOX, reviews=[{"accepted": False, "created_at": "2022"}]), at=4, data={"item_id": "d"}
        ),
        task(annotation(BOX, reviews=[{"accepted": True}]), at=5, data={"item_id": "e"}),
        task(at=6, data={"item_id": "f"}),
    ]
    found = read(file(*tasks), "d.json", "boxes")
    assert [one.skipped for one in found.answers] == [True, False, False, False, False]
    assert [one.review for one in found.answers] == ["", "", "fixed", "rejected", "accepted"]
    assert (found.answer.tolist(), len(found.items)) == ([1, 2, 3, 4], 6)
    assert found.warnings == ("d.json: 1 predictions not used.", "d.json: 1 relations not used.")


def test_several_choices_are_several_labels_and_those_of_a_region_are_left_out():
    whole = result("choices", "w", choices=["a", "b"])
    of_box = result("choices", "r", choices=["blurred"])
    found = read(file(task(annotation(whole, of_box, BOX))), "d.json", "labels")
    assert found.label == ("a", "b")
    assert found.warnings == ("d.json: 1 answers about single regions not used.", "d.json: 1 boxes not used.")


def test_the_end_of_a_span_is_exclusive_and_its_text_is_checked():
    data = {"text": "take a break now"}
    span = result("labels", start=7, end=12, text="break", labels=["Noun"], to_name="text")
    found = read(file(task(annotation(span), data=data)), "d.json", "spans")
    assert (found.shape.tolist(), found.items[0].text) == ([[7, 12]], "take a break now")
    wrong = result("labels", start=6, end=11, text="now", labels=["Noun"], to_name="text")
    assert (
        "says 'now', but characters 6 to 11 of its text are ' brea'"
        in problems(file(task(annotation(wrong), data=data)), "spans")[0]
    )


def test_spans_counted_in_utf_16_are_turned_into_characters():
    data = {"text": "😀😀 Anna rief"}
    span = result("labels", start=5, end=9, text="Anna", labels=["P"], to_name="text")
    found = read(file(task(annotation(span), data=data)), "d.json", "spans")
    assert found.shape.tolist() == [[3, 7]]
    assert found.repairs == ("d.json: 1 spans counted in UTF-16 units turned into characters",)


def test_an_emoji_counted_as_two_units_is_not_read_as_the_emoji_and_a_space():
    span = result("labels", start=0, end=2, text="😀", labels=["P"], to_name="text")
    found = read(file(task(annotation(span), data={"text": "😀 Anna"})), "d.json", "spans")
    assert found.shape.tolist() == [[0, 1]]


# Eight pixels in two rows of four, alpha 255 in the middle: the code of Label Studio's own encoder for
# [0 x 4, 255 x 8, 0 x 20], worked out by hand: 32 bytes, words of 8 bits, run sizes 3, 4, 8, 16.
BRUSH = "00000000000000000000000000100000001110010001101111111"
BRUSH += "10001100000000" + "10011111111111" + "1100001001100000000"


def test_a_brush_mask_is_unpacked_bit_by_bit():
    bits = BRUSH + "0" * (-len(BRUSH) % 8)
    rle = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    brush = result("brushlabels", format="rle", rle=rle, brushlabels=["a"])
    brush |= {"original_width": 4, "original_height": 2}
    (mask,) = read(file(task(annotation(brush))), "d.json", "masks").shape
    assert (mask.left, mask.top, mask.bits().tolist()) == (1, 0, [[True, True]])
    brush["value"]["rle"] = rle[:-2]
    assert "does not fill its image" in problems(file(task(annotation(brush))), "masks")[0]


def test_texts_and_choices_of_the_short_exports():
    rows = [
        {
            "audio": "/data/upload/1/a.mp3",
            "id": 1,
            "transcription": "hello there",
            "annotator": 4,
            "annotation_id": 9,
            "created_at": "2024-01-30T02:40:43Z",
            "updated_at": "",
            "lead_time": 3.5,
        },
        {
            "audio": "/data/upload/1/b.mp3",
            "id": 2,
            "transcription": ["two", "parts"],
            "annotator": 4,
            "annotation_id": 10,
            "created_at": "",
            "updated_at": "",
            "lead_time": 1.5,
        },
    ]
    found = read(json.dumps(rows).encode(), "d.json", "texts")
    assert found.shape == ("hello there", "two\nparts")
    assert [one.keys[0] for one in found.items] == ["a.mp3", "b.mp3"]
    assert [(one.annotator, one.seconds) for one in found.answers] == [("4", 3.5), ("4", 1.5)]
    renamed = [
        {("sentiment" if key == "transcription" else key): value for key, value in row.items()}
        for row in rows
    ]
    renamed[1]["sentiment"] = {"choices": ["good", "bad"]}
    renamed[0]["sentiment"] = {"choices": ["good"]}
    assert read(json.dumps(renamed).encode(), "d.json", "labels").label == ("good", "good", "bad")


def test_the_csv_export_holds_the_same():
    boxes = [{"x": 10, "y": 20, "width": 30, "height": 40, "rectanglelabels": ["Car"], **SIZE}]
    row = {
        "annotation_id": 1,
        "annotator": "ann@example.org",
        "created_at": "",
        "id": 5,
        "image": "/data/upload/1/a.png",
        "label": json.dumps(boxes),
        "lead_time": "2.5",
        "updated_at": "",
    }
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    found = read(out.getvalue().encode(), "d.csv", "boxes")
    assert (found.format, found.shape.tolist(), found.items[0].keys[0]) == (
        "label_studio",
        [[20, 20, 60, 40]],
        "a.png",
    )
    assert (found.answers[0].seconds, found.answers[0].annotator[:2]) == (2.5, "p-")


TWO_TEXTS = [result("textarea", at, text="x", from_name=at) for at in "ab"]
ROW = b'[{"id": 1, "annotator": 1, "lead_time": 2, "annotation_id": 1, "a": "x/y"}]'


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (file(task(), task()), "boxes", "task 87: stands twice"),
        (
            file(task(annotation(result("rectanglelabels", x=1, y=1, width=1, height=1)))),
            "boxes",
            "has no label",
        ),
        (file(task(annotation(BOX, lead_time=-3))), "boxes", "lead_time '-3' must be from 0 to 86400"),
        (file(task(annotation({**BOX, "original_width": None}))), "boxes", "needs original_width"),
        (
            file(task(annotation(BOX, {**BOX, "id": "s", "original_width": 9}))),
            "boxes",
            "one image has one size",
        ),
        (file(task(annotation("x"))), "boxes", "result 1: must be an object"),
        (file({"id": 1, "data": 5}), "boxes", "task number 1: data must be an object"),
        (file(task(), 5), "boxes", "task number 2: must be an object"),
        (ROW, "labels", "cannot tell which of a"),
        (file(task(annotation(*TWO_TEXTS))), "texts", "has several text fields (a, b)"),
    ],
)
def test_a_bad_export_is_refused_with_its_task(data, kind, says):
    assert any(says in one for one in problems(data, kind)), problems(data, kind)
