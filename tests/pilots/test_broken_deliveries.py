"""Broken deliveries of every format, read as a vendor would read the answer: the file, the place, the remedy."""

import copy
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping

import pytest

from app.core.errors import Invalid
from app.evaluations.models import Governance
from app.pilots.schemas import PilotIn
from tests.pilots.samples import Lab, boxes_gold, delivery_csv, gold_csv

REMEDY = re.compile(
    r"; |must|\bgive\b"
)  # what is to be done stands after the fault, or is the fault's other side
COCO = json.loads(boxes_gold())
SPANS = "\n".join(
    json.dumps(
        {"item": f"d{at}", "text": "Ada lived in Rome.", "spans": [{"start": 0, "end": 3, "label": "who"}]}
    )
    for at in range(6)
)


def packed(files: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def coco(**first: object) -> bytes:
    """The gold as a delivery whose first annotation is changed; without a value the key goes."""
    document = copy.deepcopy(COCO)
    for key, value in first.items():
        if value is None:
            del document["annotations"][0][key]
        else:
            document["annotations"][0][key] = value
    return json.dumps(document).encode()


TABLES = {
    "latin.csv": ("line 2", "item,label\ni000,k\xe4tzchen".encode("latin-1")),
    "nohead.csv": ("line 1", b"i000,cat\ni001,dog"),
    "twice.csv": ("line 122", gold_csv() + b"\ni000,dog"),
    "unknown.csv": ("line 122", gold_csv() + b"\nzzz,dog"),
    "ragged.csv": ("line 3", b"item,label\ni000,cat\ni001\n"),
    "quote.csv": ("line 3", b'item,label\n"i000,cat\ni001,dog'),
    "seconds.csv": ("line 2", b"item,label,seconds\ni000,cat,soon\ni001,dog,-5"),
    "keys.jsonl": ("keys.jsonl", b'{"id_x": "i000", "klass": "cat"}'),
    "cut.jsonl": ("line 2", b'{"item": "i000", "label": "cat"}\n{"item": "i001", "la'),
    "list.json": ("list.json", b"[]"),
    "cut.zip": ("cut.zip", packed({"labels.csv": gold_csv()})[:-40]),
    "nothing.zip": ("nothing.zip", packed({})),
    "inner.zip": ("'inner.zip'", packed({"inner.zip": packed({"labels.csv": gold_csv()})})),
    "slip.zip": ("'../labels.csv'", packed({"../labels.csv": gold_csv()})),
}
BOXES = {
    "nobox.json": ("annotation 1", coco(bbox=None)),
    "three.json": ("annotation id 0", coco(bbox=[1, 2, 3])),
    "class.json": ("category_id 99", coco(category_id=99)),
    "image.json": ("image_id 99", coco(image_id=99)),
    "far.json": ("annotation id 0", coco(bbox=[900, 10, 5, 5])),
    "cut.json": ("line 1", boxes_gold()[:-40]),
    "results.json": ("another pilot", json.dumps([{"image_id": 77, "category_id": 1, "bbox": [1, 1, 2, 2]}]).encode()),
    "cvat.xml": ("line 1", b"<annotations><image name='shelf-1.jpg'><box xtl='1'/></image></annotations>"),
    "cut.xml": ("line 1", b"<annotations><image name='shelf-1.jpg'"),
    "voc.zip": ("shelf-1.xml", packed({"shelf-1.xml": "<annotation><file"})),
    "yolo.zip": ("shelf-1.txt, line 1", packed({"classes.txt": "bottle", "labels/shelf-1.txt": "7 .5 .5 .1 .1"})),
    "columns.csv": ("line 1", b"item,label\nshelf-1.jpg,bottle"),
    "studio.json": ("task 1", json.dumps([{"id": 1, "data": {"image": "shelf-1.jpg"}, "annotations": [{"result": [
        {"type": "rectanglelabels", "value": {"x": 1, "y": 2, "width": "a", "height": 3,
                                              "rectanglelabels": ["bottle"]}}]}]}]).encode()),
    "box.ndjson": ("line 2", b'{"data_row": {"external_id": "shelf-1.jpg"}, "projects": {}}\n{"data'),
}  # fmt: skip
TEXTS = {
    "far.jsonl": ("line 1", SPANS.replace('"end": 3', '"end": 999', 1).encode()),
    "nolabel.jsonl": ("line 1", SPANS.replace(', "label": "who"', "", 1).encode()),
    "token.conll": ("line 4", b"Ada B-who\nlived O\nin O\nRome\n. O\n"),
}


@pytest.mark.one_store
@pytest.mark.parametrize(
    ("task", "gold", "broken"),
    [
        ("classification", gold_csv(), TABLES),
        ("boxes", boxes_gold(), BOXES),
        ("spans", SPANS.encode(), TEXTS),
    ],
)
def test_every_message_names_the_file_the_place_and_what_to_do(
    lab_of: Callable[..., Lab], task: str, gold: bytes, broken: Mapping[str, tuple[str, bytes]]
) -> None:
    lab = lab_of(Governance.TEAM, PilotIn(task=task))
    lab.gold(gold, "gold.json" if task == "boxes" else "gold.jsonl" if task == "spans" else "gold.csv")
    for name, (place, data) in broken.items():
        with pytest.raises(Invalid) as failure:
            lab.deliver("Harbor", data, name)
        told = [one.message for one in failure.value.problems if one.where == "file"]
        assert told, name
        assert place in told[0], (name, told)
        for message in told:
            assert message.startswith(name), message
            assert REMEDY.search(message.partition(": ")[2]), message


def test_a_table_with_many_faults_names_all_of_them_at_once(lab: Lab) -> None:
    lab.gold(gold_csv())
    with pytest.raises(Invalid) as failure:
        lab.deliver("Harbor", b"item,label,seconds\ni000,cat,x\ni001\ni002,dog,-1\nzzz,owl,3", "l.csv")
    assert "line 3" in str(failure.value)
    with pytest.raises(Invalid) as failure:
        lab.deliver("Harbor", b"item,label,seconds\ni000,cat,x\ni002,dog,-1\ni003,owl,3\n,cat,1", "l.csv")
    assert [re.search(r"line \d+", one.message)[0] for one in failure.value.problems] == [  # type: ignore[index]
        "line 2",
        "line 3",
        "line 5",
    ]


def test_a_file_of_times_of_several_vendors_is_refused(lab: Lab) -> None:
    lab.gold(gold_csv())
    times = b"vendor,item_id,annotator,seconds\nHarbor,i000,p1,3\nMosaic,i001,p1,4"
    with pytest.raises(Invalid, match="send the times of one delivery alone"):
        lab.deliver("Harbor", delivery_csv(7), times=times)
