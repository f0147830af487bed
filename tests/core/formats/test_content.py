import pytest

from app.core.errors import Invalid
from app.core.formats.content import check_bytes, detect, parse_json


def problems(call, *arguments):
    with pytest.raises(Invalid) as failure:
        call(*arguments)
    return [str(one) for one in failure.value.problems]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        ("item,label\n".encode("utf-16"), "UTF-16"),
        (b"item,label\n\x00\x01", "binary"),
        (b"item,label\n1,caf\xe9\n", "f, line 2: not UTF-8"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_text_is_refused_with_the_remedy(data, says):
    (message,) = problems(check_bytes, data, "f")
    assert message.startswith("f")
    assert says in message


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert check_bytes(b"\xef\xbb\xbfitem", "f") == b"item"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"images": [', "truncated"),
        (b'{"a": [1, 2', "truncated"),
        (b'[{"bbox": [NaN, 1, 2, 3]}]', "NaN"),
        (b"[1, 2,, 3, 4, 5, 6, 7]", "not valid JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    ],
)
def test_broken_json_names_line_and_column(data, says):
    (message,) = problems(parse_json, data, "f.json")
    assert message.startswith("f.json, line 1, column")
    assert says in message


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"info": {}, "images": []}', "coco"),
        (b'[{"image_id": 1}]', "coco"),
        (b"[]", "coco"),
        (b'{"item": "1", "label": "a"}\n{"item": "2"}', "table"),
        (b"item;label\n", "table"),
        (b'[{"id": 87, "data": {"image": "a.png"}}]', "label_studio"),
        (b'{"data_row": {"id": "x"}}', "labelbox"),
        (b"<?xml version='1.0'?><annotations></annotations>", "cvat"),
        (b"<annotation><filename>a.jpg</filename></annotation>", "voc"),
        (b"-DOCSTART- -X- -X- O\n", "conll"),
        (b"EU NNP B-ORG\nrejects VBZ O\n", "conll"),
        (b"EU\tB-ORG\n", "conll"),
        (b"0 0.5 0.5 0.1 0.1\n1 .2 .2 1e-3 .1", "yolo"),
        (b"annotation_id,annotator,created_at,id,image,label,lead_time,updated_at\n", "label_studio"),
        (b'[{"image": "a.png", "id": 1, "annotator": 1, "annotation_id": 2}]', "label_studio"),
        (b'[{"id": 1, "annotations": [{"completed_by": 1}], "data": {"image_id": 7}}]', "label_studio"),
        (b'{"id": 1, "data": {"text": "x"}, "annotations": []}', "label_studio"),
        (b'[{"data_row": {"id": "x"}}]', "labelbox"),
        (b'{"item": 1, "text": "x", "spans": []}', "table"),
        (b"<!DOCTYPE annotation><annotation verified='yes'>", "voc"),
        (b"item\n1\n", "table"),
    ],
)
def test_the_format_is_found_from_the_content(data, found):
    assert detect(data) == found
