"""Nothing but `Invalid` may come out of a reader, whatever is done to a file."""

import gzip
import io
import json
import random
import tracemalloc
import zipfile

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.formats import archives
from app.core.formats.read import FORMATS, read
from app.core.formats.written import Written
from tests.core.formats import writers
from tests.core.formats.test_round_trips import pictures, renamed

KINDS = ("labels", "boxes", "polygons", "masks", "spans", "texts")


def refused(data, kind="boxes", name="d", **more):
    with pytest.raises(Invalid) as failure:
        read(data, name, kind, **more)
    return [str(one) for one in failure.value.problems]


def attempt(data, kind, format, accept):
    """Read or refuse; every refusal says something and every success is whole."""
    problems = None
    try:
        found = read(data, "f", kind, format, accept)
    except Invalid as failure:
        problems = failure.problems
    if problems is not None:
        assert problems
        assert all(one.message for one in problems)
        return
    assert isinstance(found, Written)
    assert len(found.answer) == len(found.label) == len(found.place)
    assert all(0 <= one < len(found.answers) for one in found.answer)
    assert all(0 <= one.item < len(found.items) for one in found.answers)
    assert found.shape is None or len(found.shape) == len(found.label)
    assert all(one.keys for one in found.items)


def samples(format, kind, draw):
    items = draw(pictures(kind, people=1 if format in ("coco", "cvat", "voc", "yolo", "conll", "own") else 2))
    if format == "voc":
        return writers.voc(renamed(items))
    if format == "table":
        return (
            writers.table_jsonl(items, kind)
            if draw(st.booleans()) or kind == "polygons"
            else writers.table_csv(items, kind)
        )
    if format == "conll":
        return writers.conll(items)
    return getattr(writers, format)(items, kind)


CASES = {
    "table": ("labels", "texts", "boxes", "spans", "polygons"),
    "coco": ("boxes", "polygons", "masks"),
    "label_studio": KINDS,
    "labelbox": ("labels", "texts", "boxes", "polygons", "spans"),
    "cvat": ("labels", "boxes", "polygons", "masks"),
    "yolo": ("boxes", "polygons"),
    "voc": ("boxes",),
    "conll": ("spans",),
    "own": KINDS,
}


def test_every_format_is_attacked():
    assert set(CASES) == set(FORMATS)


@pytest.mark.parametrize(("format", "kind"), [(one, kind) for one, kinds in CASES.items() for kind in kinds])
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_damaged_bytes_are_read_or_refused(format, kind, data):
    file = bytearray(samples(format, kind, data.draw))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(file) - 1))
        file[at : at + 1] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b"-", b"9", b"9" * 400, b"\n", b'"', b"NaN"])
        )
        file = file or bytearray(b"x")
    cut = data.draw(st.just(len(file)) | st.integers(0, len(file)))
    accept = data.draw(st.booleans())
    attempt(bytes(file[:cut]), data.draw(st.just(kind) | st.sampled_from(KINDS)), None, accept)
    attempt(bytes(file[:cut]), kind, format, accept)


ODD = [
    None,
    True,
    False,
    0,
    -1,
    10**15,
    -0.5,
    1e308,
    "",
    "x",
    "-3",
    "1e999",
    "nan",
    [],
    {},
    [[]],
    [None],
    {"id": {}},
    [1, [2]],
]


@pytest.mark.parametrize(("format", "kind"), [
    (one, kind) for one in ("table", "coco", "label_studio", "labelbox", "own") for kind in CASES[one]
])  # fmt: skip
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_values_of_another_type_are_read_or_refused(format, kind, data):
    items = data.draw(pictures(kind, people=1))
    file = writers.table_jsonl(items, kind) if format == "table" else getattr(writers, format)(items, kind)
    lines = [json.loads(line) for line in file.split(b"\n")]
    dice = random.Random(data.draw(st.integers(0, 10**6)))
    swapped = [swap(line, dice, 0.03) for line in lines]
    for accept in (False, True):
        attempt(
            b"\n".join(orjson.dumps(one, option=orjson.OPT_NON_STR_KEYS) for one in swapped),
            kind,
            format,
            accept,
        )


def swap(value, dice, chance):
    if dice.random() < chance:
        return dice.choice(ODD)
    if isinstance(value, dict):
        return {key: swap(one, dice, chance) for key, one in value.items() if dice.random() > chance}
    if isinstance(value, list):
        return [swap(one, dice, chance) for one in value for _ in range(1 + (dice.random() < chance))]
    return value


@pytest.mark.parametrize(("format", "kind"), [(one, kind) for one in ("cvat", "voc") for kind in CASES[one]])
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_foreign_attributes_and_texts_are_read_or_refused(format, kind, data):
    items = renamed(data.draw(pictures(kind, people=1)))
    if format == "voc":
        with zipfile.ZipFile(io.BytesIO(writers.voc(items))) as archive:
            file = archive.read(archive.namelist()[-1]).decode()
    else:
        file = writers.cvat(items, kind).decode()
    parts = file.split('"') if format == "cvat" else file.replace(">", ">\0").replace("<", "\0<").split("\0")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(parts) - 1))
        parts[at] = data.draw(
            st.sampled_from(["", "-1", "1e999", "nan", "9" * 400, "a,b;c", "0", "1.5", "<x>", "é"])
        )
    attempt(('"' if format == "cvat" else "").join(parts).encode(), kind, format, data.draw(st.booleans()))


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300), st.sampled_from(KINDS), st.sampled_from([None, *FORMATS]), st.booleans())
def test_any_bytes_are_read_or_refused(data, kind, format, accept):
    attempt(data, kind, format, accept)


@settings(deadline=None, max_examples=150)
@given(
    st.text(st.sampled_from('{}[]":,0123456789.-eE\n\t<>/=|; OBI-annotationsimageboxlabel'), max_size=200),
    st.sampled_from(KINDS),
    st.sampled_from([None, *FORMATS]),
)
def test_any_text_is_read_or_refused(text, kind, format):
    attempt(text.encode(), kind, format, False)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE annotations [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><annotations><image name="&b;"/></annotations>"""


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "d: the file is empty"),
        (b"\xef\xbb\xbf  \n", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        ('{"images": []}'.encode("utf-16"), "UTF-16"),
        (b'item,label\n1,caf\xe9,"x"\n', "in Windows-1252 it would read 'caf\xe9'; save the file as UTF-8"),
        (b'{"images": [{"id": 1, "file_na', "truncated"),
        (b'{"images":' + b"[" * 5000 + b"]" * 5000 + b"}", "nested too deeply"),
        (b"<annotations>" + b"<a>" * 500, "nested too deeply"),
        (b"<annotations><image name='a'", "not valid XML"),
        (BOMB, "declares entities"),
        (BOMB.replace(b"annotations", b"annotation"), "declares entities"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><annotations/>", "never read"),
        (b"<!DOCTYPE annotations><annotations/>", "the file names no items"),
        (b'[{"image_id": 1, "category_id": 1, "bbox": [NaN, 1, 2, 3]}]', "NaN and Infinity"),
        (b'[{"image_id": 1, "category_id": 1, "bbox": [1e400, 1, 2, 3]}]', "not valid JSON"),
        (b'[{"image_id": 1, "category_id": 1, "bbox": [1, 1, 1e200, 3]}]', "entry 1: box"),
        (
            b'[{"image_id": 1, "category_id": 1, "bbox": [1, 1, -2, 3]}]',
            "entry 1: box [1.0, 1.0, -2.0, 3.0] has a negative size",
        ),
        (b"0 0.5 0.5 0.1 0.1\n1 0.2 0.2 0.1 0.1\n", "send the zip of the whole export"),
        (b"PK\x03\x04 not a zip", "damaged or cut off zip archive"),
        (b"\x1f\x8b\x08 not gzip", "damaged gzip file"),
        (gzip.compress(b"item,label\n1,a\n", mtime=0)[:-9], "ends in the middle"),
        (
            gzip.compress(gzip.compress(b"item,label\n1,a\n", mtime=0), mtime=0),
            "gzip-compressed; unpack it first",
        ),
    ],
)
def test_a_bad_file_is_refused_with_the_remedy(data, says):
    found = refused(data)
    assert any(says in one for one in found), found


def test_a_thousand_problems_show_fifty_and_count_the_rest():
    rows = b"\n".join(
        b'{"item": "%d", "boxes": [{"label": "a", "bbox": [0, 0, -1, 1]}]}' % at for at in range(1000)
    )
    found = refused(rows)
    assert len(found) == 51
    assert found[0].startswith("d, line 1, boxes 1: box")
    assert found[-1] == "d: and 950 more problems of these kinds"


def test_text_in_windows_1252_is_read_when_repairs_are_accepted():
    found = read("item,label\n1,Bär\n".encode("cp1252"), "d", "labels", accept=True)
    assert found.label == ("Bär",)
    assert found.repairs == ("d: text in Windows-1252 turned into UTF-8",)


def test_gzip_is_unpacked_and_a_gzip_bomb_is_not():
    assert read(gzip.compress(b"item,label\n1,a\n") + gzip.compress(b"2,b\n"), "d.gz", "labels").label == (
        "a",
        "b",
    )
    assert "suspiciously much" in refused(gzip.compress(b"0" * 50_000_000))[0]


def test_a_gzip_bomb_is_never_unpacked_beyond_its_bound():
    bomb = gzip.compress(b"0" * 100_000_000)
    tracemalloc.start()
    refused(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000


def archive(files, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = more.get("method", zipfile.ZIP_DEFLATED)
            info.external_attr = more.get("mode", 0o100644) << 16
            made.writestr(info, data)
    return out.getvalue()


TABLE = b"item,label\n1,a\n"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (archive([("../x.csv", TABLE)]), "'../x.csv': a path that leads out"),
        (archive([("/etc/x.csv", TABLE)]), "a path that leads out"),
        (archive([("C:\\x.csv", TABLE)]), "a path that leads out"),
        (archive([("a\\..\\..\\x.csv", TABLE)]), "a path that leads out"),
        (archive([("x.csv", TABLE)], mode=0o120777), "'x.csv': a link"),
        (archive([("x.zip", archive([("x.csv", TABLE)]))]), "an archive inside"),
        (archive([("x.csv", archive([("x.csv", TABLE)]))]), "x.csv: this is a zip archive"),
        (archive([("x.csv", TABLE)], method=zipfile.ZIP_BZIP2), "use ordinary zip"),
        (archive([("x.csv", b"0" * 50_000_000)]), "unpacks to 50 MB"),
        (archive([("a.jpg", b"x"), (".DS_Store", b"x"), ("README.md", b"x")]), "holds no file of labels"),
        (archive([("[Content_Types].xml", b"<a/>")]), "spreadsheet"),
        (archive([("a.csv", TABLE), ("b.json", b'{"images": []}')]), "'a.csv' (table), 'b.json' (coco)"),
        (archive([("a.csv", b"item,label\n1,\xff"), ("b.csv", b"")]), "b.csv: the file is empty"),
        (archive([("x.csv", TABLE)])[:-30], "damaged or cut off"),
    ],
)
def test_a_bad_archive_is_refused_with_the_remedy(data, says):
    found = refused(data, "labels")
    assert any(says in one for one in found), found


def test_an_encrypted_member_is_refused():
    data = bytearray(archive([("x.csv", TABLE)]))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(data), "labels") == ["d, 'x.csv': encrypted; pack without a password"]


def test_a_member_that_holds_more_than_it_declares_is_refused():
    data = bytearray(archive([("x.csv", TABLE)]))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (3).to_bytes(4, "little")
    assert "damaged in the archive" in refused(bytes(data), "labels")[0]


def test_more_members_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    assert "more than 3 files" in refused(archive([(f"{at}.csv", TABLE) for at in range(4)]), "labels")[0]


def test_many_files_of_one_format_are_one_delivery():
    parts = [
        ("out/a.csv", b"item,label,annotator\n1,a,x\n2,b,x\n"),
        ("out/b.csv", b"item,label,annotator\n2,c,y\n"),
    ]
    found = read(
        archive([*parts, ("__MACOSX/out/._a.csv", b"\x00"), ("img/1.jpg", b"\xff")]), "d.zip", "labels"
    )
    assert [one.keys for one in found.items] == [("1",), ("2",)]
    assert [(found.answers[at].item, label) for at, label in zip(found.answer, found.label, strict=True)] == [
        (0, "a"), (1, "b"), (1, "c"),
    ]  # fmt: skip
    assert found.place == ("out/a.csv, line 2", "out/a.csv, line 3", "out/b.csv, line 2")
    assert (found.source, found.format) == ("d.zip", "table")


def test_the_problems_of_all_files_of_an_archive_come_at_once():
    found = refused(archive([("a.csv", b"item,label\n,x\n"), ("b.csv", b"item,labels\n1,x\n")]), "labels")
    assert [one.split(":")[0] for one in found] == ["d, a.csv, line 2", "d, b.csv, line 1"]


def test_a_name_of_megabytes_is_refused_and_never_printed_whole():
    name = b"x" * 3_000_000
    one = b"<image name='" + name + b"'/>"
    (told,) = refused(b"<annotations>" + one + b"</annotations>")
    assert "at most 2000 characters" in told
    told = refused(b"<annotations>" + one * 2 + b"</annotations>")
    assert "stands twice" in told[0]
    assert all(len(line) < 1000 for line in told)


def test_an_unknown_format_is_refused_by_name():
    assert "format 'xls' is not known; use one of coco, conll" in refused(b"x", format="xls")[0]
    assert read(TABLE, "d", "labels", "CSV").format == "table"


def test_a_format_that_cannot_hold_the_kind_says_so():
    assert "a table cannot hold masks" in refused(b"item,label\n1,a\n", "masks")[0]
    assert "COCO holds boxes, polygons and masks" in refused(b'{"images": []}', "labels")[0]
    assert "CoNLL holds spans" in refused(b"a B-X\nb O\n", "boxes")[0]
    assert "YOLO holds boxes and polygons" in refused(writers.yolo([], "boxes"), "masks")[0]
