import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.formats.geometry import of_bits
from app.core.formats.read import read
from app.core.formats.shapes import Mask
from tests.core.formats import writers

WIDTH, HEIGHT = 64, 48
CLASSES = st.sampled_from(["cat", "dog", "großer Baum", 'a "b" & <c>'])
WORDS = st.lists(st.sampled_from(["Anna", "é", "in", "😀", "New", "York,"]), min_size=1, max_size=8)


def steps(most):
    return st.integers(0, most * 4).map(lambda one: one / 4)


@st.composite
def boxes(draw):
    x, y = draw(steps(WIDTH - 2)), draw(steps(HEIGHT - 2))
    width = draw(st.integers(1, int((WIDTH - x) * 4))) / 4
    return (x, y, width, draw(st.integers(1, int((HEIGHT - y) * 4))) / 4)


@st.composite
def polygons(draw):
    x, y, width, height = draw(boxes())
    corners = [[x, y], [x + width, y], [x + width, y + height], [x + width / 2, y + height]]
    return (np.array(corners[: draw(st.integers(3, 4))], float),)


@st.composite
def masks(draw):
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    bits = np.array(draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width)))
    bits[draw(st.integers(0, height * width - 1))] = True
    left, top = draw(st.integers(0, WIDTH - width)), draw(st.integers(0, HEIGHT - height))
    return of_bits(bits.reshape(height, width), left, top)


@st.composite
def spans(draw, text):
    starts = [0, *(at + 1 for at, one in enumerate(text) if one == " ")]
    words = text.split(" ")
    out, at = [], 0
    while at < len(words):
        length = draw(st.integers(0, 3))
        if length:
            last = min(at + length, len(words)) - 1
            out.append(
                (draw(CLASSES.map(lambda one: one.split()[0])), (starts[at], starts[last] + len(words[last])))
            )
        at += max(length, 1)
    return out


SHAPES = {"boxes": boxes(), "polygons": polygons(), "masks": masks(), "labels": st.none()}


@st.composite
def pictures(draw, kind, people=2):
    items = []
    for name in draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True)):
        text = " ".join(draw(WORDS)) if kind == "spans" else None
        answers = []
        for person in draw(
            st.lists(st.sampled_from(["7", "9"][:people]), max_size=people, min_size=1, unique=True)
        ):
            if kind == "spans":
                marks = draw(spans(text))
            elif kind == "texts":
                marks = [("", draw(st.text("ab é😀.,", max_size=9)).strip())]
            else:
                marks = draw(st.lists(st.tuples(CLASSES, SHAPES[kind]), max_size=3))
            if kind == "labels":
                marks = list(dict(marks).items())
            seconds = draw(st.none() | st.integers(1, 500).map(lambda one: one / 2))
            answers.append({"annotator": person if people > 1 else "", "seconds": seconds, "marks": marks})
        items.append(
            {"name": f"{name}.jpg", "width": WIDTH, "height": HEIGHT, "text": text, "answers": answers}
        )
    if kind in ("boxes", "polygons", "masks", "labels") and not writers.marks_of(items):
        items[0]["answers"][0]["marks"] = [("cat", draw(SHAPES[kind]))]
    return items


def plain(shape):
    if isinstance(shape, Mask):
        full = writers.whole_mask(shape, WIDTH, HEIGHT)
        return ("mask", full.tobytes())
    if isinstance(shape, tuple) and shape and isinstance(shape[0], np.ndarray):
        return tuple(tuple(np.round(ring, 6).ravel().tolist()) for ring in shape)
    if shape is None or isinstance(shape, str):
        return shape
    return tuple(round(float(one), 6) for one in shape)


def told(written):
    """Item -> annotator -> (seconds, marks), in the file's order."""
    out = {item.keys[0]: {} for item in written.items}
    held = [[] for _ in written.answers]
    for at, answer in enumerate(written.answer.tolist()):
        shape = None if written.shape is None else written.shape[at]
        held[answer].append((written.label[at], plain(shape)))
    for answer, marks in zip(written.answers, held, strict=True):
        seconds = None if np.isnan(answer.seconds) else answer.seconds
        out[written.items[answer.item].keys[0]][answer.annotator] = (seconds, marks)
    return out


def meant(items, person=True, scale=(1, 1, 1, 1)):
    return {
        item["name"]: {
            answer["annotator"] if person else "": (
                answer["seconds"] if person else None,
                [(label, plain(shape)) for label, shape in answer["marks"]],
            )
            for answer in item["answers"]
        }
        for item in items
    }


WITH_PEOPLE = [
    *((f"csv {mark}", kind) for kind in ("labels", "texts", "boxes", "spans") for mark in (",", ";", "\t")),
    *(("jsonl", kind) for kind in ("labels", "texts", "boxes", "polygons", "spans")),
    *(("label_studio", kind) for kind in ("labels", "texts", "boxes", "polygons", "masks", "spans")),
    *(("labelbox", kind) for kind in ("labels", "texts", "boxes", "polygons", "spans")),
]


@pytest.mark.parametrize(("format", "kind"), WITH_PEOPLE)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_what_a_tool_with_annotators_writes_is_read_back(format, kind, data):
    items = data.draw(pictures(kind))
    if format.startswith("csv"):
        file = writers.table_csv(items, kind, format[-1])
    elif format == "jsonl":
        file = writers.table_jsonl(items, kind)
    else:
        file = getattr(writers, format)(items, kind)
    found = read(file, "d", kind)
    assert told(found) == meant(items)
    assert found.repairs == ()
    assert not [one for one in found.warnings if "columns" not in one]


WITHOUT = [
    *(("coco", kind) for kind in ("boxes", "polygons", "masks")),
    *(("cvat", kind) for kind in ("labels", "boxes", "polygons", "masks")),
    ("voc", "boxes"),
]


@pytest.mark.parametrize(("format", "kind"), WITHOUT)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_what_a_tool_without_annotators_writes_is_read_back(format, kind, data):
    items = data.draw(pictures(kind, people=1))
    if format == "voc":
        items = renamed(items)
    file = writers.voc(items) if format == "voc" else getattr(writers, format)(items, kind)
    found = read(file, "d", kind)
    assert found.format == format
    expected = meant(items, person=False)
    if kind == "labels":  # one class twice on an image is one label
        assert {name: set(one[""][1]) for name, one in told(found).items()} == {
            name: set(one[""][1]) for name, one in expected.items()
        }
    else:
        assert told(found) == expected
        assert all((one.width, one.height) == (WIDTH, HEIGHT) for one in found.items)


def renamed(items):
    """Class names that need no escaping, which the writer of VOC leaves out."""
    for item in items:
        for answer in item["answers"]:
            answer["marks"] = [
                (label.replace("<c>", "c").replace("&", "and"), shape) for label, shape in answer["marks"]
            ]
    return items


@pytest.mark.parametrize("kind", ["boxes", "polygons"])
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_yolo_is_read_back_with_what_was_not_looked_at(kind, data):
    items = data.draw(pictures(kind, people=1))
    scale = np.array([WIDTH, HEIGHT])
    for item in items:
        for answer in item["answers"]:
            answer["marks"] = [
                (
                    label,
                    tuple(np.array(shape) / np.tile(scale, 2)) if kind == "boxes" else (shape[0] / scale,),
                )
                for label, shape in answer["marks"]
            ]
    items.append({"name": "unseen.jpg", "answers": []})
    found = read(writers.yolo(items, kind), "d.zip", kind)
    assert found.relative
    assert not found.listed
    assert told(found) == meant(items, person=False)


@pytest.mark.parametrize("scheme", ["IOB1", "IOB2", "BIOES"])
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_conll_is_read_back_in_every_scheme(scheme, data):
    items = data.draw(pictures("spans", people=1))
    found = read(writers.conll(items, scheme), "d.conll", "spans", "conll")
    assert [one.text for one in found.items] == [one["text"] for one in items]
    assert [one[""][1] for one in told(found).values()] == [
        [(label, plain(shape)) for label, shape in item["answers"][0]["marks"]] for item in items
    ]
