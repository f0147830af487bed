"""Our own form: the same gold gives the same bytes, and the bytes give the same gold, whatever the task."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.formats.own import answers_of, written_own
from app.core.formats.shapes import Mask
from app.core.pilots.tasks import read_gold
from tests.core.formats import writers
from tests.core.formats.test_round_trips import pictures

TASKS = {"boxes": "boxes", "polygons": "polygons", "masks": "masks", "spans": "spans", "labels": "multilabel"}
HEAD = b'{"schema":"assay/gold@1","task":"%s","classes":[%s]}\n'


@pytest.mark.parametrize("kind", TASKS)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_gold_of_any_task_comes_back_as_it_was(kind, data):
    items = data.draw(pictures(kind, people=1))
    first = read_gold(TASKS[kind], writers.own(items, kind), "g")
    content = written_own(first)
    again = read_gold(TASKS[kind], content, "g")
    assert written_own(again) == content
    assert (again.items, again.ids, again.classes, again.texts) == (
        first.items,
        first.ids,
        first.classes,
        first.texts,
    )
    assert np.array_equal(again.sizes, first.sizes, equal_nan=True)
    assert answers_of(again) == answers_of(first)


def test_what_the_file_says_about_items_and_classes_is_kept():
    table = b"item,label,stratum,repeat_of\nb,cat,night,a\na,cat,day,"
    gold = read_gold("classification", table, "g.csv")
    again = read_gold("classification", written_own(gold), "g")
    assert (again.stratum, again.repeat_of) == (("day", "night"), ("", "a"))
    declared = HEAD % (b"classification", b'"cat","owl"') + b'{"item":"a","marks":[{"label":"cat"}]}'
    assert read_gold("classification", declared, "g").classes == ("cat", "owl")


def test_a_mask_is_kept_to_the_pixel():
    mask = b'{"left":2,"top":1,"width":3,"height":2,"runs":[1,2,1,2]}'
    line = b'{"item":"a","width":9,"height":9,"marks":[{"label":"x","mask":%s}]}' % mask
    gold = read_gold("masks", HEAD % (b"masks", b"") + line, "g")
    (found,) = gold.shape
    assert isinstance(found, Mask)
    assert found.bits().tolist() == [[False, True, True], [False, True, True]]
    assert read_gold("masks", written_own(gold), "g").shape[0].runs.tolist() == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("task", "line", "says"),
    [
        ("boxes", b'{"item":"a","marks":[{"label":"x","box":[0,0,5]}]}', "line 2, mark 1: box"),
        ("boxes", b'{"item":"a","marks":[{"label":"","box":[0,0,5,5]}]}', "the label is empty"),
        (
            "boxes",
            b'{"item":"a","width":0,"height":5,"marks":[]}',
            "width and height must be numbers above 0",
        ),
        (
            "boxes",
            b'{"item":"a","width":9,"height":9,"marks":[{"label":"x","box":[20,0,5,5]}]}',
            "lies outside its image",
        ),
        ("spans", b'{"item":"a","text":"word","marks":[{"label":"x","span":[0,9]}]}', "outside its text"),
        (
            "masks",
            b'{"item":"a","marks":[{"label":"x","mask":{"left":0,"top":0,"width":2,"height":2,"runs":[1,2]}}]}',
            "add up to its pixels",
        ),
        ("classification", b'{"item":"a","marks":[{"label":"x"},{"label":"y"}]}', "several labels"),
        ("classification", b'{"item":"a","marks":[]}', "has no label"),
        ("transcription", b'{"item":"a","marks":[{"label":"x"}]}', "must have a text"),
        ("classification", b'{"item":"a","marks":[{"label":"x"}]}\n{"item":"a","marks":[]}', "stands twice"),
        ("classification", b"[1]", "must be an item with its marks"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_place(task, line, says):
    with pytest.raises(Invalid) as failure:
        read_gold(task, HEAD % (task.encode(), b"") + line, "g")
    assert says in str(failure.value)


def test_gold_of_another_task_is_refused():
    with pytest.raises(Invalid, match="is gold of the task 'spans', and boxes are asked for"):
        read_gold("boxes", HEAD % (b"spans", b"") + b'{"item":"a","marks":[]}', "g")
