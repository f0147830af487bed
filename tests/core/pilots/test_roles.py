"""What items are there for, laid over the gold, and what that does to the figures."""

import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.formats.item_list import read_items
from app.core.pilots.compare import compare
from app.core.pilots.roles import names_in, unscored, with_items
from app.core.pilots.tasks import read_delivery, read_gold
from tests.core.pilots.samples import times

GOLD = b"item,label\n1.jpg,cat\n2.jpg,dog\n3.jpg,cat\n4.jpg,dog\n9.jpg,cat"
LIST = b"""item,role,repeat_of,stratum
1,,,day
2,,,night
3,surge,,
4,surge,,
7,,,
p,practice,,
r,repeat,1,
"""


def test_the_list_goes_over_the_gold_by_any_of_the_names() -> None:
    gold = read_gold("classification", GOLD, "g.csv")
    listed = read_items(LIST, "l").items
    assert names_in(gold, listed) == ("1.jpg", "2.jpg", "3.jpg", "4.jpg", "7", "p", "r")
    rows, told = with_items(gold, listed)
    assert rows.items == ("1.jpg", "2.jpg", "3.jpg", "4.jpg", "7", "9.jpg", "p", "r")
    assert rows.role == ("scored", "scored", "surge", "surge", "", "", "practice", "repeat")
    assert rows.repeat_of[-1] == "1.jpg"
    assert rows.stratum == ("day", "night", "", "", "", "", "", "day")
    assert unscored(rows) == {"7", "9.jpg", "p", "r"}
    assert told == (
        "1 item of the gold is not in the item list and do not count: 9.jpg.",
        "1 listed item has no gold yet and do not count: 7.",
    )
    assert with_items(gold, ()) == (gold, ())


def test_practice_repeats_and_items_without_gold_never_count() -> None:
    gold, _ = with_items(read_gold("classification", GOLD, "g.csv"), read_items(LIST, "l").items)
    rows = b"item,label,annotator\n1,cat,a\n2,dog,a\n3,cat,a\n4,cat,a\n7,dog,a\np,cow,a\nr,dog,a\n9,dog,a"
    delivery = read_delivery("classification", rows.replace(b"cow", b"dog"), "d.csv", gold)
    found = compare(
        "classification",
        gold,
        {"A": delivery},
        resamples=100,
        times=times("A,p,a,900\nA,1.jpg,a,5\nA,2.jpg,a,5"),
    )
    one = found.vendors[0]
    assert found.items == ("1.jpg", "2.jpg", "3.jpg", "4.jpg")
    assert one.metrics["accuracy"].value == 0.75
    assert one.missing == 0
    assert one.seconds is not None
    assert one.seconds.mean == 5  # practice takes no part in the pace
    whole, person = one.conduct.repeats
    assert (whole.repeats, whole.same, person.annotator) == (1, 0, "a")
    assert one.conduct.consistency["accuracy"].value == 0.0


def test_the_surge_day_shows_what_it_cost() -> None:
    count = 40
    gold_rows = "item,label\n" + "".join(f"{at},{'ab'[at % 2]}\n" for at in range(count))
    listed = read_items(
        ("item,role\n" + "".join(f"{at},{'surge' if at >= 20 else ''}\n" for at in range(count))).encode(),
        "l",
    )
    gold, told = with_items(read_gold("classification", gold_rows.encode(), "g"), listed.items)
    assert told == ()
    # 20 of 20 right on ordinary days in 10 s each, 15 of 20 on the surge day in 5 s each.
    rows = "item,label,annotator,seconds\n" + "".join(
        f"{at},{'ab'[at % 2] if at < 35 else 'ba'[at % 2]},p,{10 if at < 20 else 5}\n" for at in range(count)
    )
    delivery = read_delivery("classification", rows.encode(), "d", gold)
    surge = compare("classification", gold, {"A": delivery}, resamples=100).vendors[0].conduct.surge
    assert surge is not None
    assert surge.items == 20
    assert surge.drop["accuracy"].value == pytest.approx(0.25)
    assert surge.drop["accuracy"].low > 0
    assert surge.time is not None
    assert surge.time.value == pytest.approx(0.5)


def test_boxes_drawn_again_are_held_against_the_first_ones() -> None:
    table = "item,label,x,y,width,height,annotator\n"
    gold = read_gold(
        "boxes", (table.replace(",annotator", "") + "a,cat,0,0,10,10\nb,cat,0,0,10,10").encode(), "g"
    )
    gold, _ = with_items(gold, read_items(b"item,repeat_of\na,\nb,\nra,a\nrb,b", "l").items)
    rows = table + "a,cat,0,0,10,10,p\nb,cat,0,0,10,10,p\nra,cat,1,0,10,10,p\nrb,cat,8,0,10,10,p\n"
    one = compare(
        "boxes", gold, {"A": read_delivery("boxes", rows.encode(), "d", gold)}, resamples=100
    ).vendors[0]
    assert (one.conduct.repeats[0].same, one.conduct.repeats[0].repeats) == (1, 2)
    # IoU of the first pair 90/110, of the second 20/180, which is a loose pair.
    assert one.conduct.consistency["mean_iou"].value == pytest.approx((90 / 110 + 20 / 180) / 2)
    assert one.metrics["f1"].value == 1.0


def test_new_items_get_numbers_after_the_golds_own_and_sizes_of_the_list() -> None:
    coco = b'{"images": [{"id": 7, "file_name": "a.jpg", "width": 50, "height": 40}], "annotations": \
[{"id": 1, "image_id": 7, "category_id": 1, "bbox": [0, 0, 5, 5]}], "categories": [{"id": 1, "name": "x"}]}'
    listed = read_items(
        b"item,image,width,height,repeat_of\na1,a.jpg,50,40,\nb,b.jpg,30,20,\nr,,,,a1", "l"
    ).items
    rows, _ = with_items(read_gold("boxes", coco, "g"), listed)
    assert rows.items == ("a.jpg", "b", "r")
    assert rows.ids == ("7", "8", "9")
    assert rows.sizes.tolist() == [[50, 40], [30, 20], [50, 40]]
    box = b'{"image_id": %d, "category_id": 1, "bbox": [0, 0, 5, 5]}'
    results = b"[%s, %s]" % (box % 7, box % 9)
    delivery = read_delivery("boxes", results, "d", rows)
    assert delivery.answered.tolist() == [True, False, True]


def test_texts_of_spans_come_from_the_list_where_the_gold_has_none() -> None:
    gold = read_gold(
        "spans", b'{"item": "a", "text": "Ada", "spans": [{"start": 0, "end": 3, "label": "person"}]}', "g"
    )
    rows, _ = with_items(gold, read_items(b"item,text,repeat_of\na,,\nb,Bob,\nr,,a", "l").items)
    assert rows.texts == ("Ada", "Bob", "Ada")


def test_a_pilot_in_which_nothing_counts_is_refused() -> None:
    gold = read_gold("classification", b"item,label\na,x\nb,y", "g")
    rows, _ = with_items(gold, read_items(b"item,role\na,practice\nz,", "l").items)
    delivery = read_delivery("classification", b"item,label\na,x", "d", rows)
    with pytest.raises(Invalid, match="no item of the gold counts"):
        compare("classification", rows, {"A": delivery})
    assert np.array_equal(rows.answered, [True, True, False])
