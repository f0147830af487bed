import json
import math

import pytest

from app.core.errors import Invalid
from app.core.formats.read import read

# The shape of Labelbox's own documentation of its export.
ROW = {
    "data_row": {
        "id": "clf9",
        "global_key": "2560px-Kitano.jpeg",
        "external_id": "k.jpeg",
        "row_data": "https://x/y",
    },
    "media_attributes": {"height": 1707, "width": 2560, "mime_type": "image/jpeg"},
}
DETAILS = {"created_at": "2024-04-08T16:21:26.000+00:00", "created_by": "user@x.com", "reviews": []}
WORK = {"seconds_to_create": 63, "seconds_to_review": 12, "skipped": False, "benchmark_score": 0.91}
BOX = {"name": "car", "annotation_kind": "ImageBoundingBox", "classifications": [],
       "bounding_box": {"top": 977, "left": 1690, "height": 330, "width": 225}}  # fmt: skip


def label(*objects, asked=(), at="clur5", details=DETAILS, work=WORK, **more):
    annotations = {"objects": list(objects), "classifications": list(asked), "relationships": []}
    return {"id": at, "label_kind": "Default", "label_details": details, "performance_details": work,
            "annotations": annotations | more}  # fmt: skip


def row(*labels, **more):
    return ROW | {"projects": {"cltd3": {"name": "p", "labels": list(labels)}}} | more


def file(*rows):
    return "\n".join(map(json.dumps, rows)).encode()


def problems(data, kind="boxes"):
    with pytest.raises(Invalid) as failure:
        read(data, "d.ndjson", kind)
    return [str(one) for one in failure.value.problems]


def test_the_documented_row_is_read_with_its_time_less_the_review():
    found = read(file(row(label(BOX))), "d.ndjson", "boxes")
    assert found.shape.tolist() == [[1690, 977, 225, 330]]
    assert found.items[0].keys == ("2560px-Kitano.jpeg", "k.jpeg", "clf9")
    assert (found.items[0].width, found.items[0].height) == (2560, 1707)
    (answer,) = found.answers
    assert (answer.seconds, answer.seconds_source) == (51, "seconds_to_create - seconds_to_review")
    assert answer.annotator.startswith("p-")
    assert "@" not in repr(found)


def test_several_labels_of_a_row_are_several_answers_and_a_row_without_is_unanswered():
    other = row()
    other["data_row"] = {"id": "b"}
    two = row(label(BOX), label(BOX, at="second", details={"created_by": "u2"}, work={}))
    found = read(file(two, other), "d.ndjson", "boxes")
    assert ([one.item for one in found.answers], len(found.items)) == ([0, 0], 2)
    assert math.isnan(found.answers[1].seconds)
    assert found.answers[1].place == "line 1, label second"


def test_skipped_labels_and_reviews_are_told():
    approved = {
        "created_by": "a",
        "reviews": [{"approved": False, "created_at": "1"}, {"approved": True, "created_at": "2"}],
    }
    rejected = {"created_by": "b", "reviews": [{"rating": "rejected"}]}
    found = read(
        file(
            row(
                label(BOX, work={"skipped": True}), label(BOX, details=approved), label(BOX, details=rejected)
            )
        ),
        "d",
        "boxes",
    )
    assert [one.skipped for one in found.answers] == [True, False, False]
    assert [one.review for one in found.answers] == ["", "accepted", "rejected"]
    assert found.answer.tolist() == [1, 2]


def test_radio_checklist_and_text_answers_are_labels_and_texts():
    radio = {"name": "q", "radio_answer": {"name": "yes", "classifications": [{"name": "why"}]}}
    checks = {"name": "w", "checklist_answers": [{"name": "a"}, {"name": "b"}]}
    text = {"name": "t", "text_answer": {"content": "hello"}}
    data = file(row(label(asked=[radio, checks, text])))
    found = read(data, "d", "labels")
    assert found.label == ("yes", "a", "b")
    assert "d: 1 answers below other answers not used." in found.warnings
    assert read(data, "d", "texts").shape == ("hello",)


def test_a_text_entity_ends_with_its_last_character():
    entity = {"name": "PER", "location": {"start": 0, "end": 3}}
    data = row(label(entity))
    data["data_row"] = {"id": "t", "row_data": "Anna rief"}
    found = read(file(data), "d", "spans")
    assert (found.shape.tolist(), found.items[0].text) == ([[0, 4]], "Anna rief")


def test_a_polygon_is_its_points():
    shape = {"name": "a", "polygon": [{"x": 1, "y": 2}, {"x": 9, "y": 2}, {"x": 9, "y": 8}]}
    ((ring,),) = read(file(row(label(shape))), "d", "polygons").shape
    assert ring.tolist() == [[1, 2], [9, 2], [9, 8]]


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (
            file(row(label({"name": "a", "mask": {"url": "https://x"}}))),
            "masks",
            "never fetched; export COCO",
        ),
        (file(row(label(BOX, frames={"1": {}}))), "boxes", "labels frames of a video"),
        (
            file(row(label(BOX)), row(label(BOX))),
            "boxes",
            "line 2: data row '2560px-Kitano.jpeg' stands twice",
        ),
        (file(row(label(BOX | {"bounding_box": {"top": 1}}))), "boxes", "is not four numbers"),
        (file(row(label(BOX | {"name": ""}))), "boxes", "the object has no name"),
        (file(row(label(BOX, work={"seconds_to_create": -1}))), "boxes", "seconds_to_create '-1' must be"),
        (file(row(label(BOX)))[:-20], "boxes", "line 1: not valid JSON"),
        (file({"data_row": {}, "projects": {}}), "boxes", "has no global_key, external_id or id"),
        (
            file(row(label(BOX)) | {"projects": {at: {"labels": [label(BOX)]} for at in "ab"}}),
            "boxes",
            "of 2 projects",
        ),
    ],
)
def test_a_bad_row_is_refused_with_its_line(data, kind, says):
    assert any(says in one for one in problems(data, kind)), problems(data, kind)
