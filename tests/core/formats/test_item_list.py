"""The item list: what is read from it, and everything that is refused at once."""

import gzip
import json

import pytest

from app.core.errors import Invalid
from app.core.formats.item_list import Role, read_items


def refused(data: bytes) -> list[str]:
    with pytest.raises(Invalid) as failure:
        read_items(data, "items.csv")
    return [str(one).removeprefix("items.csv, ") for one in failure.value.problems]


def test_roles_are_read_in_words_and_an_empty_one_follows_from_the_other_columns() -> None:
    found = read_items(
        b"item_id;role;repeat_of;question;stratum;text;image;width;height;prelabel\n"
        b"a;;;;day;Hello;shots/a.png;640;480;cat\nb;Calibration;;;;;;;;\nc;;a;;;;;;;\n"
        b"d;planted;;Is a toy a dog?;;;;;;\ne;surge;;;;;;;;",
        "items.csv",
    )
    assert [one.role for one in found.items] == [
        Role.SCORED,
        Role.PRACTICE,
        Role.REPEAT,
        Role.PLANTED,
        Role.SURGE,
    ]
    first, repeat = found.items[0], found.items[2]
    assert (first.width, first.height, first.image, first.prelabel) == (640, 480, "shots/a.png", "cat")
    assert (repeat.repeat_of, repeat.text, repeat.image, repeat.stratum) == (
        "a",
        "Hello",
        "shots/a.png",
        "day",
    )
    assert [one.item for one in found.of(Role.PLANTED, Role.SURGE)] == ["d", "e"]


@pytest.mark.parametrize(
    "data",
    [
        b'{"item": "a"}\n{"item": "b", "role": "practice"}',
        b'[{"item": "a"}, {"item_id": "b", "role": "practice"}]',
        b'{\n "items": [{"item": "a"}, {"item": "b", "role": "practice"}]\n}',
        gzip.compress(b"item\trole\na\t\nb\tpractice", mtime=0),
    ],
)
def test_every_form_of_the_list_is_read(data: bytes) -> None:
    assert [(one.item, one.role) for one in read_items(data, "l").items] == [
        ("a", Role.SCORED),
        ("b", Role.PRACTICE),
    ]


def test_everything_wrong_is_told_at_once_with_line_and_remedy() -> None:
    told = refused(
        b"item,role,repeat_of,question,image,width,height\n"
        b"a,,,,,640,\n"  # 2: half a size
        b"a,,,,,,\n"  # 3: twice
        b",,,,,,\n"  # 4: no id
        b"b,repet,,,,,\n"  # 5: unknown role
        b"c,repeat,a,,,,\n"
        b"d,repeat,c,,,,\n"  # 7: chain
        b"e,repeat,e,,,,\n"  # 8: itself
        b"f,repeat,zz,,,,\n"  # 9: unknown item
        b"g,repeat,,,,,\n"  # 10: of nothing
        b"h,practice,,,,,\n"
        b"i,repeat,h,,,,\n"  # 12: of practice
        b"j,planted,,,,,\n"  # 13: no question
        b"k,surge,,why?,,,\n"  # 14: question without a plant
        b"l,,,,../../etc/passwd,,\n"  # 15: path
    )
    assert {line.partition(":")[0] for line in told} == {
        f"line {at}" for at in (2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 15)
    }
    assert any("did you mean 'repeat'?" in one for one in told)
    assert any("already stands on line 2" in one for one in told)
    assert any("name the first item of the chain" in one for one in told)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"item,role\na,practice", "no item counts"),
        (b"name,role\na,", "column missing: item (or item_id)"),
        (b"[]", "must be a list of items"),
        (b'{"items": 5}', "must be a list of items"),
        (b'[{"item": "a"}, 7]', "entry 2: must be an object"),
        (b'[{"item": {"x": 1}}]', "entry 1: item must be one text"),
        (json.dumps([{"item": "a", "text": "one"}, {"item": "b", "repeat_of": "a", "text": "two"}]).encode(),
         "has another text than 'a'"),
        (b"item,image,file_name\na,x.png,y.png", "differ; keep one column"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_is_refused(data: bytes, says: str) -> None:
    assert any(says in one for one in refused(data))


def test_two_items_of_one_image_are_told_and_a_column_that_is_not_used_too() -> None:
    found = read_items(b"item,image,note\na,x.png,\nb,x.png,\nc,y.png,", "items.csv")
    assert len(found.warnings) == 2
    assert "columns not used: note" in found.warnings[0]
    assert "1 items show an image" in found.warnings[1]
