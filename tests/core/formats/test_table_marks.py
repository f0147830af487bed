import json

import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.formats import table
from app.core.formats.read import read


def problems(text, kind="labels"):
    with pytest.raises(Invalid) as failure:
        read(text.encode(), "d.csv", kind)
    return [str(one) for one in failure.value.problems]


def lines(*rows):
    return "\n".join(map(json.dumps, rows)).encode()


@pytest.mark.parametrize(
    "text",
    [
        "item,annotator,label,seconds\n1,x,cat,2.5\n2,,dog,\n",
        "\ufeffitem_id;Annotator;LABEL;seconds\r\n1;x;cat;2,5\r\n2;;dog;\r\n",
        "item\tannotator\tlabel\tseconds\n1\tx\tcat\t2.5\n\n2\t\tdog\t\n",
        '{"item": 1, "annotator": "x", "label": "cat", "seconds": 2.5}\n{"item_id": "2", "label": ["dog"]}\n',
        '"item","annotator","label","seconds"\n"1"," x ","cat","2.5"\n"2","","dog",""\n',
    ],
)
def test_every_spelling_of_a_table_gives_the_same_answers(text):
    found = read(text.encode(), "d.csv", "labels")
    assert ([one.keys for one in found.items], found.label) == ([("1",), ("2",)], ("cat", "dog"))
    first, second = found.answers
    assert (first.annotator, first.seconds, first.seconds_source) == ("x", 2.5, "seconds")
    assert (second.annotator, np.isnan(second.seconds), second.seconds_source) == ("", True, "")


def test_all_known_columns_reach_the_answer_and_others_are_named():
    text = (
        "item,label,skipped,review,guideline,stratum,submitted_at,confidence,mood\n"
        "1,a,no,Accepted,v2,night,2026-01-02T03:04:05Z,0.9,x\n2,,yes,,v2,day,yesterday,,y\n"
    )
    found = read(text.encode(), "d.csv", "labels")
    first, second = found.answers
    assert (first.review, first.guideline, first.created_at) == ("accepted", "v2", "2026-01-02T03:04:05Z")
    assert (first.skipped, second.skipped, second.created_at) == (False, True, "")
    assert [one.stratum for one in found.items] == ["night", "day"]
    assert found.warnings == (
        "d.csv: columns not used: mood, confidence.",
        "d.csv: 1 dates that are not ISO 8601 left out.",
    )


def test_several_labels_of_a_cell_are_several_marks_and_none_is_an_answer():
    found = read(b"item,label\n1,a|b\n2,\n3,a| a |c\n", "d.csv", "labels")
    assert (found.label, found.answer.tolist(), len(found.answers)) == (("a", "b", "a", "c"), [0, 0, 2, 2], 3)
    assert found.repairs == ("d.csv: 1 labels that stand twice in one answer counted once",)


def test_only_the_last_attempt_counts():
    text = "item,annotator,label,attempt\n1,x,a,1\n1,x,b,2\n1,y,c,1\n2,x,d,\n"
    found = read(text.encode(), "d.csv", "labels")
    assert (found.label, [one.place for one in found.answers]) == (
        ("b", "c", "d"),
        ["line 3", "line 4", "line 5"],
    )
    assert found.answer.tolist() == [0, 1, 2]
    assert found.warnings == ("d.csv: 1 rows of earlier attempts left out.",)


def test_an_email_address_never_stays():
    found = read(b"item,label,annotator\n1,a,ann@example.org\n", "d.csv", "labels")
    assert "@" not in repr(found)
    assert found.repairs == ("d.csv: 1 email addresses of annotators replaced by codes",)


def test_rows_of_one_item_and_annotator_are_one_answer_where_a_row_is_a_mark():
    text = "item,annotator,label,x,y,width,height,seconds\n1,x,a,1,2,3,4,9\n1,x,b,5,6,7,8,9\n1,y,,,,,,4\n"
    found = read(text.encode(), "d.csv", "boxes")
    assert (found.shape.tolist(), found.answer.tolist()) == ([[1, 2, 3, 4], [5, 6, 7, 8]], [0, 0])
    assert [(one.annotator, one.seconds) for one in found.answers] == [("x", 9), ("y", 4)]
    assert "give the item's time" in problems(text.replace("7,8,9", "7,8,5"), "boxes")[0]


def test_shapes_are_lists_or_single_marks_in_json_lines():
    boxes = lines(
        {
            "item": 1,
            "boxes": [
                {"label": "a", "bbox": [1, 2, 3, 4]},
                {"label": "b", "x": 1, "y": 2, "width": 3, "height": 4},
            ],
        },
        {"item": 2, "label": "a", "bbox": [0, 0, 5, 5]},
        {"item": 3, "boxes": []},
    )
    found = read(boxes, "d", "boxes")
    assert (found.shape.tolist(), len(found.answers)) == ([[1, 2, 3, 4], [1, 2, 3, 4], [0, 0, 5, 5]], 3)
    outlines = lines(
        {"item": 1, "label": "a", "points": [[0, 0], [4, 0], [4, 4]]},
        {"item": 2, "label": "a", "points": [0, 0, 4, 0, 4, 4]},
        {"item": 3, "label": "a", "points": [[0, 0, 4, 0, 4, 4], [9, 9, 12, 9, 12, 12]]},
    )
    assert [len(one) for one in read(outlines, "d", "polygons").shape] == [1, 1, 2]
    spans = lines(
        {"item": 1, "text": "Anna rief", "label": [[0, 4, "P"]]},
        {"item": 2, "text": "Bo", "spans": [{"start": 0, "end": 2, "label": "P"}]},
        {"item": 3, "text": "Bo", "start": 0, "end": 1, "label": "P"},
    )
    assert read(spans, "d", "spans").shape.tolist() == [[0, 4], [0, 2], [0, 1]]


def test_a_text_is_kept_as_it_is_and_may_be_empty():
    found = read(b'{"item": 1, "text": "a|b [c]"}\n{"item": 2, "text": ""}', "d", "texts")
    assert found.shape == ("a|b [c]", "")
    assert read(b"item,label\n1,hello\n", "d", "texts").shape == ("hello",)


def test_impossible_times_are_refused_or_counted_as_unknown():
    text = "item,label,seconds\n1,a,-2\n2,b,90000\n3,c,nan\n"
    assert len(problems(text)) == 3
    found = read(text.encode(), "d.csv", "labels", accept=True)
    assert np.isnan([one.seconds for one in found.answers]).all()
    assert found.repairs == ("d.csv: 3 impossible times counted as unknown",)


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("item,label\n,a\n", "labels", "line 2: the item is empty"),
        ("item,label,skipped\n1,a,maybe\n", "labels", "line 2: skipped 'maybe' must be true or false"),
        ("item,label,review\n1,a,good\n", "labels", "review 'good' must be accepted, fixed or rejected"),
        ("item,label,attempt\n1,a,0\n", "labels", "attempt '0' must be a whole number from 1"),
        ("item,label,attempt\n1,a,1e99\n", "labels", "attempt '1e99' must be"),
        (
            '{"item": 1, "label": ["a", 5, null]}',
            "labels",
            "line 1: label must be one text, or a list of texts",
        ),
        ("item,label\n1,a\n", "boxes", "name what holds them x, y, width and height, or bbox, or boxes"),
        (
            "item,x,y,width,height,label\n1,1,2,-3,4,a\n",
            "boxes",
            "line 2: box [1.0, 2.0, -3.0, 4.0] has a negative",
        ),
        ("item,x,y,width,height,label\n1,1,2,3,,a\n", "boxes", "is not four numbers of an image"),
        ("item,x,y,width,height,label\n1,1,2,3,4,\n", "boxes", "the label is empty"),
        ('{"item": 1, "boxes": {"a": 1}}', "boxes", "boxes must be a list of objects"),
        ('{"item": 1, "boxes": [5]}', "boxes", "line 1, boxes 1: must be an object"),
        ('{"item": 1, "label": "a", "points": [[1, 2], [3]]}', "polygons", "three points or more"),
        ('{"item": 1, "label": "a", "points": "x"}', "polygons", "not made of pairs of numbers"),
        ("item,start,end,label\n1,5,2,a\n", "spans", "span 5–2 is empty or reversed"),
        ("item,start,end,label\n1,1.5,2,a\n", "spans", "start and end must be whole numbers"),
        ("item,start,end,label,text\n1,0,9,a,abc\n", "spans", "lies outside its text of 3 characters"),
        (
            "item,start,end,label,text\n1,0,1,a,abc\n1,0,1,a,abd\n",
            "spans",
            "has another text than on an earlier row",
        ),
    ],
)
def test_a_bad_row_is_refused_with_its_line(text, kind, says):
    assert any(says in one for one in problems(text, kind)), problems(text, kind)


@pytest.mark.parametrize("text", ["item,label\n1,a\n2,b\n3,c\n", '{"item": 1, "label": "a"}\n' * 3])
def test_more_rows_than_can_be_held_are_refused(text, monkeypatch):
    monkeypatch.setattr(table, "MAX_ROWS", 2)
    assert any("more than" in one for one in problems(text)), problems(text)
