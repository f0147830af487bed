"""Small files in the forms that pilots read, to start from."""

import csv
import io
import json
from collections.abc import Mapping


def _table(*rows: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _lines(*rows: Mapping[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def _coco(mark: Mapping[str, object]) -> str:
    document = {
        "images": [{"id": 1, "file_name": "img-001.jpg", "width": 640, "height": 480}],
        "categories": [{"id": 1, "name": "bottle"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0, **mark}],
    }
    return json.dumps(document, indent=1)


def _results(mark: Mapping[str, object]) -> str:
    return json.dumps([{"image_id": 1, "category_id": 1, **mark}], indent=1)


_HEAD = ("item", "label", "annotator", "seconds")
_BOX = {"bbox": [120, 80, 64, 48]}
_OUTLINE = {"bbox": [120, 80, 64, 48], "segmentation": [[120, 80, 184, 80, 184, 128, 120, 128]]}
_PIXELS = {"bbox": [1, 1, 2, 2], "segmentation": {"size": [480, 640], "counts": [481, 2, 478, 2, 306237]}}
_TEXT = "Ada Lovelace lived in London."
_SPANS = [{"start": 0, "end": 12, "label": "person"}, {"start": 22, "end": 28, "label": "place"}]
_TIMES = _table(("item_id", "annotator", "seconds"), ("img-001.jpg", "p01", 31.5))
_TEXT_TIMES = _table(("item_id", "annotator", "seconds"), ("clip-001", "p01", 41.0))
# "<task>/<file>" -> its text; the pilot's page and every pilot pack hand them out.
SAMPLES = {
    "classification/gold.csv": _table(
        ("item", "label", "stratum"), ("img-001.jpg", "bottle", "day"), ("img-002.jpg", "can", "night")
    ),
    "classification/delivery.csv": _table(
        _HEAD, ("img-001.jpg", "bottle", "p01", 6.4), ("img-002.jpg", "bottle", "p02", 5.1)
    ),
    "multilabel/gold.csv": _table(("item", "label"), ("img-001.jpg", "dog|outdoors"), ("img-002.jpg", "cat")),
    "multilabel/delivery.csv": _table(
        _HEAD, ("img-001.jpg", "dog", "p01", 6.4), ("img-002.jpg", "cat|dog", "p02", 9.0)
    ),
    "boxes/gold.json": _coco(_BOX),
    "boxes/delivery.json": _results(_BOX),
    "polygons/gold.json": _coco(_OUTLINE),
    "polygons/delivery.json": _results(_OUTLINE),
    "masks/gold.json": _coco(_PIXELS),
    "masks/delivery.json": _results(_PIXELS),
    "spans/gold.jsonl": _lines({"item": "clip-001", "text": _TEXT, "spans": _SPANS}),
    "spans/delivery.jsonl": _lines(
        {"item": "clip-001", "annotator": "p01", "text": _TEXT, "spans": _SPANS[:1]}
    ),
    "transcription/gold.csv": _table(("item", "text"), ("clip-001", _TEXT)),
    "transcription/delivery.csv": _table(
        ("item", "text", "annotator", "seconds"), ("clip-001", "Ada Lovelace lifted in London.", "p01", 30)
    ),
    "translation/gold.csv": _table(("item", "text"), ("clip-001", _TEXT)),
    "translation/delivery.csv": _table(
        ("item", "text", "annotator", "seconds"), ("clip-001", "Ada Lovelace lived at London.", "p01", 50)
    ),
    "review_only/items.csv": _table(("item", "stratum"), ("track-001", "day"), ("track-002", "night")),
    "review_only/manifest.csv": _table(
        ("item", "file", "link", "text", "annotator", "seconds"),
        ("track-001", "tracks/001.json", "", "", "p01", 310),
        ("track-002", "", "https://viewer.example.org/track-002", "", "p02", 275),
    ),
    **{
        f"{task}/times.csv": _TIMES for task in ("classification", "multilabel", "boxes", "polygons", "masks")
    },
    **{f"{task}/times.csv": _TEXT_TIMES for task in ("spans", "transcription", "translation")},
}
