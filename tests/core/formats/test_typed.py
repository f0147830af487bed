"""Answers as people type them: read, written, and refused with their line."""

import pytest

from app.core.errors import Invalid
from app.core.formats.typed import settled, spoken, typed

TEXT = "Ada met Ada in Rome"


@pytest.mark.parametrize(
    ("kind", "text", "marks"),
    [
        ("boxes", "shop, closed, 1, 2.5, 3, 4\n\nbus,0,0,1,1", [
            {"label": "shop, closed", "box": [1.0, 2.5, 3.0, 4.0]}, {"label": "bus", "box": [0.0, 0.0, 1.0, 1.0]}]),
        ("polygons", "lake: 0 0, 4 0, 4 4; 9 9, 8 8, 9 8",
         [{"label": "lake", "rings": [[[0, 0], [4, 0], [4, 4]], [[9, 9], [8, 8], [9, 8]]]}]),
        ("spans", "place: Rome\nperson, 8, 11",
         [{"label": "place", "span": [15, 19]}, {"label": "person", "span": [8, 11]}]),
        ("texts", "  one \n two ", [{"text": "one two"}]),
        ("labels", "cat\ndog", [{"label": "cat"}, {"label": "dog"}]),
    ],
)  # fmt: skip
def test_what_is_typed_is_read_and_reads_the_same_when_written(kind, text, marks):
    assert typed(kind, text, TEXT) == marks
    assert typed(kind, spoken(kind, marks), TEXT) == marks


def test_every_line_that_cannot_be_read_is_told():
    with pytest.raises(Invalid) as failure:
        typed("spans", "person: Ada\nplace: Paris\nperson, 5\nx, 0, 3", TEXT)
    assert [(one.where, one.message.partition(";")[0]) for one in failure.value.problems] == [
        ("marks", "Line 1: 'Ada' stands in the text several times"),
        ("marks", "Line 2: 'Paris' does not stand in the text"),
        ("marks", "Line 3: a span is class: its words, or class, start, end"),
    ]
    for kind, text in (("boxes", "cat, 1, 2, nan, 4"), ("polygons", "lake 0 0"), ("masks", "x")):
        with pytest.raises(Invalid, match="Line 1"):
            typed(kind, text)


def test_an_answer_must_fit_the_item():
    assert settled("boxes", "a", [{"label": "x", "box": [0, 0, 5, 5]}], ["x"], size=(9, 9)) == [
        {"label": "x", "box": [0.0, 0.0, 5.0, 5.0]}
    ]
    with pytest.raises(Invalid) as failure:
        settled("boxes", "a", [{"label": "y", "box": [20, 0, 5, 5]}], ["x"], size=(9, 9))
    assert {one.where for one in failure.value.problems} == {"marks"}
    assert len(failure.value.problems) == 2
    with pytest.raises(Invalid, match="has no label"):
        settled("classification", "a", [], ["x"])
    assert settled("spans", "a", [], ["x"], text="word") == []
