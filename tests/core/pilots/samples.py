"""Small pilots written down as files."""

import json
from collections.abc import Sequence

from app.core.formats.rows import Rows, Times
from app.core.formats.table import read_times
from app.core.pilots.tasks import read_delivery, read_gold

CLASSES = ("car", "person", "dog")
Row = tuple[int, str, Sequence[float]]


def labels(rows: str, gold: Rows | None = None, task: str = "classification") -> Rows:
    """A table as gold, or as a delivery against `gold`."""
    header, name = rows.strip().split("\n")[0], "delivery.csv" if gold else "gold.csv"
    assert "item" in header
    data = rows.strip().encode()
    return read_delivery(task, data, name, gold) if gold else read_gold(task, data, name)


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


def gold_boxes(rows: Sequence[Row], images: int = 3, crowd: Sequence[int] = ()) -> Rows:
    return read_gold("boxes", json.dumps(coco(rows, images, crowd)).encode(), "gold.json")


def boxes(rows: Sequence[Row], gold: Rows) -> Rows:
    data = json.dumps(coco(rows, len(gold.items))).encode()
    return read_delivery("boxes", data, "delivery.json", gold)


def times(rows: str) -> Times:
    return read_times(f"vendor,item_id,annotator,seconds\n{rows}".encode(), "times.csv")
