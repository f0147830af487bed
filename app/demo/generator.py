"""Pilot files from a seeded generator: gold, deliveries and times that look like labeling and say they are not.

Each vendor has a skill: how often it misses, invents, loosens or mislabels a box, and how many seconds it takes.
The same seed gives the same bytes on every machine.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

SAYS = "generated for the Assay demonstration; no real image or person stands behind it"
SHELF = ("bottle", "can", "carton", "jar", "pouch", "price tag", "gap", "promo sign")
WIDTH, HEIGHT = 1280, 960


@dataclass(frozen=True, slots=True)
class Skill:
    """How a vendor works: shares of boxes missed, invented, loosened, mislabelled; seconds per box; people."""

    missed: float
    extra: float
    loose: float
    wrong: float
    seconds: float
    annotators: int


def generator_of(seed: int, *salt: int) -> np.random.Generator:
    """Randomness of its own for each use, the same on every machine."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, *salt))))


def shelf_gold(images: int, seed: int) -> bytes:
    """A COCO object of `images` shelf photographs with rows of products, 5 to 12 boxes each."""
    random = generator_of(seed)
    annotations: list[dict[str, object]] = []
    for image in range(1, images + 1):
        for column in range(int(random.integers(5, 13))):
            left = 40 + column * 98 + random.uniform(-6, 6)
            top = 120 + random.uniform(0, 420)
            box = [left, top, random.uniform(52, 84), random.uniform(90, 200)]
            category = int(random.choice(len(SHELF), p=shares(len(SHELF)))) + 1
            annotations.append(_annotation(len(annotations) + 1, image, category, box))
    return _coco(images, annotations)


def shelf_delivery(gold: bytes, skill: Skill, seed: int) -> bytes:
    """One vendor's boxes for the same images, wrong as often as its skill says."""
    document = json.loads(gold)
    random = generator_of(seed, 1)
    kept: list[dict[str, object]] = []
    for made in document["annotations"]:
        if random.random() < skill.missed:
            continue
        box, category = list(made["bbox"]), made["category_id"]
        spread = 0.16 if random.random() < skill.loose else 0.025
        box = [
            value + random.normal(0, spread) * size
            for value, size in zip(box, [*box[2:], *box[2:]], strict=True)
        ]
        if random.random() < skill.wrong:
            category = category % len(SHELF) + 1
        kept.append(_annotation(len(kept) + 1, made["image_id"], category, _inside(box)))
        if random.random() < skill.extra:
            spot = [random.uniform(0, WIDTH - 90), random.uniform(600, 800), 70.0, 90.0]
            kept.append(
                _annotation(len(kept) + 1, made["image_id"], int(random.integers(1, len(SHELF) + 1)), spot)
            )
    return _coco(len(document["images"]), kept)


def shelf_times(deliveries: Mapping[str, tuple[bytes, Skill]], seed: int) -> dict[str, bytes]:
    """Vendor -> times CSV: who labelled which image in how many seconds, faster towards the end."""
    found = {}
    for place, (vendor, (data, skill)) in enumerate(deliveries.items()):
        random = generator_of(seed, 2, place)
        document = json.loads(data)
        boxes: dict[int, int] = {}
        for made in document["annotations"]:
            boxes[made["image_id"]] = boxes.get(made["image_id"], 0) + 1
        lines = ["vendor,item_id,annotator,seconds"]
        names = {image["id"]: image["file_name"] for image in document["images"]}
        for at, (image, count) in enumerate(sorted(boxes.items())):
            learned = 0.75 + 0.5 * 0.985**at
            seconds = count * skill.seconds * learned * float(random.lognormal(0, 0.22))
            person = f"{chr(65 + place)}{int(random.integers(1, skill.annotators + 1)):02d}"
            lines.append(f"{vendor},{names[image]},{person},{seconds:.1f}")
        found[vendor] = ("\n".join(lines) + "\n").encode()
    return found


def shares(count: int) -> np.ndarray:
    """Shares of that many classes, falling from the first to the last."""
    weights = 1 / np.arange(1.0, count + 1) ** 0.7
    out: np.ndarray = weights / weights.sum()
    return out


def _annotation(identifier: int, image: int, category: int, box: Sequence[float]) -> dict[str, object]:
    rounded = [round(float(value), 1) for value in box]
    area = round(rounded[2] * rounded[3], 1)
    return {
        "id": identifier, "image_id": image, "category_id": category, "bbox": rounded, "area": area, "iscrowd": 0,
    }  # fmt: skip


def _inside(box: Sequence[float]) -> list[float]:
    left, top = max(0.0, box[0]), max(0.0, box[1])
    return [left, top, max(4.0, min(box[2], WIDTH - left - 1)), max(4.0, min(box[3], HEIGHT - top - 1))]


def _coco(images: int, annotations: list[dict[str, object]]) -> bytes:
    document = {
        "info": {"description": SAYS},
        "images": [
            {"id": number, "file_name": f"shelf-{number:04d}.jpg", "width": WIDTH, "height": HEIGHT}
            for number in range(1, images + 1)
        ],
        "categories": [{"id": number, "name": name} for number, name in enumerate(SHELF, 1)],
        "annotations": annotations,
    }
    return json.dumps(document, separators=(",", ":")).encode()
