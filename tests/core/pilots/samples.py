"""Small pilots written down as files."""

import json
from collections.abc import Sequence

from app.core.formats.rows import Boxes, Labels, Times
from app.core.formats.table import read_times
from app.core.pilots.tasks import read_delivery, read_gold

CLASSES = ("car", "person", "dog")
Row = tuple[int, str, Sequence[float]]


def labels(rows: str, gold: Labels | None = None) -> Labels:
    header, kind = rows.strip().split("\n")[0], "delivery.csv" if gold else "gold.csv"
    assert "item" in header
    data = rows.strip().encode()
    found = (
        read_delivery("classification", data, kind, gold) if gold else read_gold("classification", data, kind)
    )
    assert isinstance(found, Labels)
    return found


def coco(
    rows: Sequence[Row], images: int = 3, crowd: Sequence[int] = ()
) -> dict[str, list[dict[str, object]]]:
    return {
        "images": [
            {"id": at, "file_name": f"{at}.jpg", "width": 200, "height": 200} for at in range(1, images + 1)
        ],
        "categories": [{"id": at, "name": one} for at, one in enumerate(CLASSES, start=1)],
        "annotations": [
            {
                "id": at,
                "image_id": image,
                "category_id": CLASSES.index(label) + 1,
                "bbox": list(box),
                "iscrowd": int(at in crowd),
            }
            for at, (image, label, box) in enumerate(rows)
        ],
    }


def gold_boxes(rows: Sequence[Row], images: int = 3, crowd: Sequence[int] = ()) -> Boxes:
    found = read_gold("boxes", json.dumps(coco(rows, images, crowd)).encode(), "gold.json")
    assert isinstance(found, Boxes)
    return found


def boxes(rows: Sequence[Row], gold: Boxes) -> Boxes:
    data = json.dumps(coco(rows, len(gold.items))).encode()
    found = read_delivery("boxes", data, "delivery.json", gold)
    assert isinstance(found, Boxes)
    return found


def times(rows: str) -> Times:
    return read_times(f"vendor,item_id,annotator,seconds\n{rows}".encode(), "times.csv")
