import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.formats.rows import Labels, Times
from app.core.formats.table import read_delivered_labels, read_gold_labels, read_times

GOLD = read_gold_labels(b"item,label\n1,cat\n2,dog\n3,cow\n", "gold.csv")


def problems(data, read=read_delivered_labels, *more):
    with pytest.raises(Invalid) as failure:
        read(data.encode(), "d.csv", *((GOLD,) if read is read_delivered_labels else more))
    return [str(one) for one in failure.value.problems]


def rows(found):
    return [
        (
            found.items[item],
            found.classes[label],
            found.annotators[person] if person >= 0 else None,
            None if np.isnan(time) else time,
        )
        for item, label, person, time in zip(
            found.item, found.label, found.annotator, found.seconds, strict=True
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "item,annotator,label,seconds\n1,x,cat,2.5\n2,,dog,\n",
        "\ufeffitem_id;Annotator;LABEL;seconds\r\n1;x;cat;2,5\r\n2;;dog;\r\n",
        "item\tannotator\tlabel\tseconds\n1\tx\tcat\t2.5\n\n2\t\tdog\t\n",
        '{"item": 1, "annotator": "x", "label": "cat", "seconds": 2.5}\n{"item_id": "2", "label": "dog"}\n',
        '"item","annotator","label","seconds"\n"1"," x ","cat","2.5"\n"2","","dog",""\n',
    ],
)
def test_every_spelling_of_a_table_gives_the_same_rows(text):
    found = read_delivered_labels(text.encode(), "d.csv", GOLD)
    assert rows(found) == [("1", "cat", "x", 2.5), ("2", "dog", None, None)]


def test_repairs_say_what_was_changed_and_warnings_what_was_not_used():
    found = read_delivered_labels(b"item;label;seconds;mood\n1; cat;2,5;good\n", "d.csv", GOLD)
    assert found.repairs == (
        "d.csv: spaces around 1 values removed",
        "d.csv: 1 seconds with a decimal comma read as a decimal point",
    )
    assert found.warnings == ("d.csv: columns not used: mood.",)


def test_all_problems_come_at_once_with_line_and_remedy():
    text = "item,label,annotator,seconds\n1,cat,x,-2\n9,cat,x,1\n2,dgo,x,1\n,cat,y,1\n3,,y,1\n1,dog,x,nan\n"
    found = problems(text)
    for part in (
        "d.csv, line 2: seconds '-2' must be a number above 0",
        "d.csv, line 3: item '9' is not in the gold (gold.csv)",
        "d.csv, line 4: label 'dgo' is not a class of the gold; did you mean 'dog'?",
        "d.csv, line 5: the item is empty",
        "d.csv, line 6: the label is empty",
        "d.csv, line 7: item '1' by annotator 'x' already stands on line 2",
        "d.csv, line 7: seconds 'nan'",
    ):
        assert any(part in one for one in found), part
    assert len(found) == 7


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("item,label\n", "no rows"),
        ("id,label\n1,cat\n", "column missing: item (or item_id)"),
        ("item,label,label\n1,cat,cat\n", "column 'label' stands 2 times"),
        ("item,label\n1,cat,extra\n", "line 2: 3 values under 2 columns"),
        ('item,label\n1,"cat\n', "check the quotes"),
        ('{"item": 1, "label": "cat"}\n{"item": 2,\n', "line 2: not valid JSON"),
        ('{"item": 1, "label": ["cat"]}\n', "line 1: label must be one text"),
        ('{"item": 1, "label": "cat"}\n[1]\n', "line 2: must be an object"),
        ("item,label\n1,cat\n1,dog\n", "line 3: item '1' already stands on line 2"),
        ("item,label,seconds\n1,cat,90000\n", "at most 86400"),
    ],
)
def test_a_broken_table_is_refused_where_it_breaks(text, says):
    assert any(says in one for one in problems(text)), problems(text)


def test_one_item_may_have_labels_of_two_annotators():
    assert len(rows(read_delivered_labels(b"item,label,annotator\n1,cat,x\n1,dog,y\n", "d.csv", GOLD))) == 2


def test_a_gold_with_two_labels_for_an_item_is_refused():
    assert problems("item,label\n1,a\n2,b\n1,a\n", read_gold_labels) == [
        "d.csv, line 4: item '1' already stands on line 2; the gold has one label per item"
    ]


def test_a_gold_of_free_text_is_refused():
    found = problems("item,label\n" + "".join(f"{at},text {at}\n" for at in range(2001)), read_gold_labels)
    assert found == ["d.csv: 2001 different labels, at most 2000 can be compared; is it the right column?"]


def test_a_thousand_problems_show_fifty_and_count_the_rest():
    found = problems("item,label\n" + "".join(f"x{at},cat\n" for at in range(1000)))
    assert len(found) == 51
    assert found[-1] == "d.csv: and 950 more problems of these kinds"


def test_times_are_refused_with_empty_values_and_repeated_rows():
    text = "vendor,item_id,annotator,seconds\na,1,x,5\na,1,x,6\n,1,x,5\na,2,x,\na,2,y,0\n"
    found = problems(text, read_times)
    assert [one.split(":")[0] for one in found] == ["d.csv, line 6"] + [
        f"d.csv, line {at}" for at in (3, 4, 5)
    ]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_but_never_fails(text):
    for read in (read_gold_labels, read_times):
        try:
            found = read(text.encode("utf-8", "surrogatepass"), "f")
        except Invalid as refused:
            found = [one.message for one in refused.problems]
        assert isinstance(found, Labels | Times) or (found and all(found))  # read, or refused in words
