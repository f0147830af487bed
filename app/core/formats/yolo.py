"""YOLO: a zip with one text file per image, class names in obj.names, data.yaml or classes.txt; fractions."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import yaml

from app.core.errors import Invalid
from app.core.formats.archives import Pack
from app.core.formats.content import check_bytes
from app.core.formats.faults import Faults
from app.core.formats.geometry import add_box, add_polygon
from app.core.formats.marks import Sheet, Source, parse_number
from app.core.formats.shapes import Kind
from app.core.formats.written import Written

_LINE = re.compile(r"\d+(\s+[-+.\deE]+){4,}")
_IMAGE = re.compile(r"\.(jpe?g|png|gif|webp|bmp|tiff?)$", re.IGNORECASE)
_NAMES = re.compile(r"(^|/)(classes\.txt|[^/]*\.names)$", re.IGNORECASE)
_YAML = re.compile(r"\.ya?ml$", re.IGNORECASE)
_OTHER = re.compile(r"\.(data|cfg|cache|py|md)$|(^|/)notes\.json$", re.IGNORECASE)
_MOST = 1.5  # a fraction of an image; a little over 1 is for the check against the image's size
_MAX_YAML = 1_000_000


def is_yolo(pack: Pack) -> bool:
    """Whether an archive is a YOLO export: class names beside text files, or text files of nothing but YOLO lines."""
    texts = [path for path in pack.files if path.endswith(".txt") and not _NAMES.search(path)]
    rest = [one for one in pack.files if one not in texts and not _OTHER.search(one)]
    named = [path for path in rest if _NAMES.search(path) or _YAML.search(path)]
    if len(named) < len(rest) or not (texts or named):
        return False
    lines = [
        line for path in texts[:200] for line in pack.files[path][:4096].decode("utf-8", "ignore").splitlines()[:-1] or
        [pack.files[path][:4096].decode("utf-8", "ignore")]
    ]  # fmt: skip
    written = [line.strip() for line in lines if line.strip()]
    return bool(named) or (
        bool(written) and all(_LINE.fullmatch(one) or _IMAGE.search(one) for one in written)
    )


def read_yolo(pack: Pack, name: str, kind: Kind, accept: bool) -> Written:
    """Boxes, or polygons of the segmentation variant, as fractions of their image.

    An empty text file says: looked at, nothing there. An image of the list (train.txt, or images in the archive)
    without a text file is unanswered. Without list and without empty files, images with nothing in them cannot be
    named (`listed`). It knows neither annotators nor times.
    """
    sheet = Sheet(Source(b"", name, kind, accept), "yolo")
    if kind not in ("boxes", "polygons"):
        sheet.faults.add(
            "", f"YOLO holds boxes and polygons, and this task needs {kind}; send another export"
        )
        sheet.faults.stop()
    texts = _texts(pack, sheet.faults)
    classes = _classes(texts, sheet.faults)
    labels, images = _roles(texts, pack)
    answers = _items(labels, images, sheet)
    sheet.faults.stop()
    for path, answer in answers.items():
        for number, line in enumerate(labels[path].splitlines(), start=1):
            if line.strip():
                _add(line.split(), answer, classes, f"{path}, line {number}", sheet)
    empty = any(not labels[path].strip() for path in answers)
    return sheet.written(
        classes=[one for one in classes if one],
        class_ids=[at for at, one in enumerate(classes) if one],
        relative=True,
        listed=not images and not empty,
    )


def _texts(pack: Pack, faults: Faults) -> dict[str, str]:
    """The files as text; an empty label file is a statement, so only here may files be empty."""
    out: dict[str, str] = {}
    for path, data in pack.files.items():
        if _OTHER.search(path):
            continue
        try:
            out[path] = check_bytes(data, path).decode() if data.removeprefix(b"\xef\xbb\xbf").strip() else ""
        except Invalid as failure:
            for problem in failure.problems:
                faults.add(problem.where, problem.message)
    return out


def _classes(texts: Mapping[str, str], faults: Faults) -> list[str]:
    """The class names by their number, "" where a number has none."""
    for path, text in texts.items():
        if _NAMES.search(path):
            names = [line.strip() for line in text.rstrip().splitlines()]
            break
        if _YAML.search(path) and (found := _yaml_names(path, text, faults)):
            names = found
            break
    else:
        faults.add("", "names no classes; add obj.names, classes.txt or data.yaml to the archive")
        return []
    for one, count in Counter(names).items():
        if one and count > 1:
            faults.add(path, f"class {one!r} stands {count} times; every number needs a name of its own")
    return names


def _yaml_names(path: str, text: str, faults: Faults) -> list[str]:
    try:
        document = yaml.safe_load(text) if len(text) < _MAX_YAML else None
    except (yaml.YAMLError, ValueError):
        faults.add(path, "not valid YAML; write names as a list")
        return []
    names = document.get("names") if isinstance(document, dict) else None
    if isinstance(names, dict):
        numbers = [one for one in names if isinstance(one, int) and 0 <= one < 100_000]
        names = [names.get(at, "") for at in range(max(numbers, default=-1) + 1)]
    if not isinstance(names, list):
        return []
    return [str(one).strip() if isinstance(one, str | int | float) else "" for one in names]


def _roles(texts: Mapping[str, str], pack: Pack) -> tuple[dict[str, str], list[str]]:
    """Label files by path, and the images that are named: in lists such as train.txt, or lying in the archive."""
    labels: dict[str, str] = {}
    images: dict[str, None] = {}
    for path, text in texts.items():
        if not path.endswith(".txt") or _NAMES.search(path):
            continue
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if lines and all(_IMAGE.search(line) for line in lines):
            images |= dict.fromkeys(line.replace("\\", "/") for line in lines)
        else:
            labels[path] = text
    found = images or dict.fromkeys(one for one in pack.media if _IMAGE.search(one))
    return labels, list(found)


def _items(labels: Mapping[str, str], images: Sequence[str], sheet: Sheet) -> dict[str, int]:
    """Label file -> its answer; images without a file are items without an answer."""
    answers: dict[str, int] = {}
    by_path = {_trunk(path): path for path in labels}
    stems = Counter(PurePosixPath(path).stem for path in labels)
    by_stem = {PurePosixPath(path).stem: path for path in labels if stems[PurePosixPath(path).stem] == 1}
    bases = Counter(PurePosixPath(one).name for one in images)
    for image in images:
        base = PurePosixPath(image).name
        item = sheet.item((base, image) if bases[base] == 1 else (image,))
        path = by_path.get(_trunk(image)) or by_stem.get(PurePosixPath(image).stem)
        if path is not None and path not in answers:
            answers[path] = sheet.respond(item, path)
    alone = [path for path in labels if path not in answers]
    for path in alone:
        stem = PurePosixPath(path).stem
        if images:
            sheet.noticed["label files of images that the list does not name"] += 1
        item = sheet.item((stem if stems[stem] == 1 else _trunk(path),))
        answers[path] = sheet.respond(item, path)
    return answers


def _trunk(path: str) -> str:
    """A path without its suffix and without the folders in which tools keep images and labels apart."""
    parts = PurePosixPath(path).with_suffix("").parts
    return "/".join(
        one for one in parts if one not in (".", "/", "data", "images", "labels", "obj_train_data")
    )


def _add(row: Sequence[str], answer: int, classes: Sequence[str], place: str, sheet: Sheet) -> None:
    """One line: class cx cy w h [confidence], or class x y x y x y … of an outline."""
    numbers = [parse_number(one) for one in row]
    which = int(numbers[0]) if row[0].isdecimal() and len(row[0]) < 7 else -1
    if not 0 <= which < len(classes) or not classes[which]:
        sheet.faults.add(
            place,
            f"class {row[0][:20]!r} has no name among the {len(classes)} classes of the archive; "
            "name it in classes.txt, obj.names or data.yaml, or correct the number",
        )
    elif any(not abs(one) <= _MOST for one in numbers[1:]):
        sheet.faults.add(
            place, "coordinates must be numbers from 0 to 1, fractions of the image; export YOLO again"
        )
    elif len(row) in (5, 6):
        if len(row) == 6:
            sheet.noticed["confidences ignored; labels by people carry none"] += 1
        _box(numbers, answer, classes[which], place, sheet)
    elif len(row) >= 7 and len(row) % 2:
        _outline(numbers, answer, classes[which], place, sheet)
    else:
        sheet.faults.add(
            place, f"{len(row)} values; a box has 5, an outline a class and pairs of coordinates"
        )


def _box(numbers: Sequence[float], answer: int, label: str, place: str, sheet: Sheet) -> None:
    if sheet.kind != "boxes":
        sheet.other("boxes")
        return
    x, y, width, height = numbers[1:5]
    add_box(sheet, answer, label, (x - width / 2, y - height / 2, width, height), place)


def _outline(numbers: Sequence[float], answer: int, label: str, place: str, sheet: Sheet) -> None:
    if sheet.kind != "polygons":
        sheet.other("polygons")
        return
    ring: Any = np.array(numbers[1:], np.float64).reshape(-1, 2)
    add_polygon(sheet, answer, label, [ring], place)
