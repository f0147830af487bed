"""Labelbox export v2: one data row per line, with the labels of every project and labeler."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from app.core.formats.content import parse_json
from app.core.formats.geometry import add_box, add_polygon, add_span, pairs
from app.core.formats.marks import Sheet, Source, number, whole
from app.core.formats.written import Written

_MASK = "its mask is a link behind a login, which is never fetched; export COCO with run-length masks instead"
_VIDEO = "labels frames of a video, which is not read; export single frames, or CVAT XML"


def read_labelbox(source: Source) -> Written:
    """Boxes, polygons, text entities, radio and checklist answers and texts of a Labelbox export.

    Every label of a row is an answer. Seconds are `seconds_to_create` less `seconds_to_review`, because creating
    includes reviewing there. The end of a text entity is its last character. Masks are links and are refused.
    """
    sheet = Sheet(source, "labelbox")
    rows = _rows(source, sheet)
    projects = {
        str(key)
        for _, row in rows
        for key, project in _mapping(row.get("projects")).items()
        if isinstance(project, dict) and project.get("labels")
    }
    if len(projects) > 1:
        sheet.faults.add("", f"holds labels of {len(projects)} projects; export the one that is compared")
    for place, row in rows:
        _add_row(row, place, sheet)
    return sheet.written()


def _rows(source: Source, sheet: Sheet) -> list[tuple[str, Mapping[str, Any]]]:
    """Data rows with their places, from NDJSON or a JSON list."""
    if source.data.lstrip().startswith(b"["):
        document = parse_json(source.data, source.name)
        given = [(f"row {at}", one) for at, one in enumerate(document, start=1)]
    else:
        given = []
        for at, line in enumerate(source.data.split(b"\n"), start=1):
            if not line.strip():
                continue
            try:
                given.append((f"line {at}", orjson.loads(line)))
            except orjson.JSONDecodeError as failure:
                message = f"not valid JSON ({failure.msg}); the file may be cut off, export it again"
                sheet.faults.add(f"line {at}", message)
    out: list[tuple[str, Mapping[str, Any]]] = []
    for place, row in given:
        if isinstance(row, dict) and isinstance(row.get("data_row"), dict):
            out.append((place, row))
        else:
            sheet.faults.add(place, "must be an object with data_row, media_attributes and projects")
    return out


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _add_row(row: Mapping[str, Any], place: str, sheet: Sheet) -> None:
    data, media = row["data_row"], _mapping(row.get("media_attributes"))
    names = [
        str(data[key]) for key in ("global_key", "external_id", "id") if isinstance(data.get(key), str | int)
    ]
    width, height = number(media.get("width")), number(media.get("height"))
    known = width > 0 and height > 0
    content = data.get("row_data")
    text = (
        content if isinstance(content, str) and sheet.kind == "spans" and "://" not in content[:12] else None
    )
    before = len(sheet.items)
    item = sheet.item(names, width=width if known else None, height=height if known else None, text=text)
    if item < 0:
        sheet.faults.add(
            place, "the data row has no global_key, external_id or id; export it with data row details"
        )
        return
    if item < before:
        sheet.faults.add(place, f"data row {names[0]!r} stands twice; every row is one item")
    for project in _mapping(row.get("projects")).values():
        for at, label in enumerate(_list(_mapping(project).get("labels")), start=1):
            _add_label(label, item, f"{place}, label {str(label.get('id') or at)[:40]}", sheet)


def _add_label(label: Mapping[str, Any], item: int, place: str, sheet: Sheet) -> None:
    details, work = _mapping(label.get("label_details")), _mapping(label.get("performance_details"))
    skipped = work.get("skipped") is True or str(label.get("label_kind", "")).casefold() == "skipped"
    seconds, source = _seconds(work, place, sheet)
    answer = sheet.respond(
        item,
        place,
        annotator=sheet.person(details.get("created_by")),
        seconds=seconds,
        seconds_source=source,
        created_at=sheet.moment(details.get("created_at")),
        skipped=skipped,
        review=_review(details),
    )
    annotations = _mapping(label.get("annotations"))
    if skipped:
        return
    if annotations.get("frames") or annotations.get("segments"):
        sheet.faults.add(place, _VIDEO)
    for at, one in enumerate(_list(annotations.get("objects")), start=1):
        _add_object(one, answer, f"{place}, object {str(one.get('feature_id') or at)[:40]}", sheet)
    _add_answers(_list(annotations.get("classifications")), answer, place, sheet)


def _seconds(work: Mapping[str, Any], place: str, sheet: Sheet) -> tuple[float, str]:
    """Labeling time and the fields it comes from; NaN where it is not told."""
    created = sheet.seconds(work.get("seconds_to_create"), place, "seconds_to_create")
    reviewed = number(work.get("seconds_to_review"))
    if math.isnan(created) or not reviewed > 0:
        return created, "" if math.isnan(created) else "seconds_to_create"
    if reviewed >= created:
        sheet.noticed["times not longer than their review taken as unknown"] += 1
        return math.nan, ""
    return created - reviewed, "seconds_to_create - seconds_to_review"


def _review(details: Mapping[str, Any]) -> str:
    """What the last review said: approved, or rejected."""
    reviews = _list(details.get("reviews"))
    if not reviews:
        return ""
    last = max(reviews, key=lambda one: str(one.get("created_at", "")))
    told = next(
        (last[key] for key in ("approved", "score", "rating", "status") if last.get(key) is not None), None
    )
    if isinstance(told, str):
        words = {"approve": "accepted", "approved": "accepted", "reject": "rejected", "rejected": "rejected"}
        return words.get(told.casefold(), "")
    if told is None:
        return ""
    return "accepted" if number(int(told) if isinstance(told, bool) else told) > 0 else "rejected"


def _add_object(one: Mapping[str, Any], answer: int, place: str, sheet: Sheet) -> None:
    label = str(one.get("name") or one.get("value") or "").strip()
    if one.get("classifications"):
        sheet.noticed["answers about single objects not used"] += 1
    kind = next(
        (kind for key, kind in _OBJECTS.items() if one.get(key) is not None), "objects of other kinds"
    )
    if kind != sheet.kind:
        sheet.other(kind)
    elif not label:
        sheet.faults.add(place, "the object has no name; export the ontology's names")
    elif kind == "masks":
        sheet.faults.add(place, _MASK)
    else:
        _ADD[kind](one, answer, label, place, sheet)


def _box(one: Mapping[str, Any], answer: int, label: str, place: str, sheet: Sheet) -> None:
    box = _mapping(one.get("bounding_box"))
    xywh = [number(box.get(key)) for key in ("left", "top", "width", "height")]
    add_box(sheet, answer, label, xywh, place)


def _polygon(one: Mapping[str, Any], answer: int, label: str, place: str, sheet: Sheet) -> None:
    points = [[number(point.get("x")), number(point.get("y"))] for point in _list(one.get("polygon"))]
    add_polygon(sheet, answer, label, [pairs(points)], place)


def _span(one: Mapping[str, Any], answer: int, label: str, place: str, sheet: Sheet) -> None:
    location = _mapping(one.get("location") or one.get("text_entity"))
    start, end = whole(location.get("start")), whole(location.get("end"))
    add_span(sheet, answer, label, start, None if end is None else end + 1, place)


_OBJECTS = {
    "bounding_box": "boxes",
    "polygon": "polygons",
    "mask": "masks",
    "composite_mask": "masks",
    "location": "spans",
    "text_entity": "spans",
    "line": "lines",
    "point": "points",
}
_ADD = {"boxes": _box, "polygons": _polygon, "spans": _span}


def _add_answers(answers: Sequence[Mapping[str, Any]], answer: int, place: str, sheet: Sheet) -> None:
    """Radio and checklist answers are labels, text answers texts; what hangs below an answer is not used."""
    labels: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    for at, one in enumerate(answers):
        question = str(one.get("name") or at)
        written = _mapping(one.get("text_answer")).get("content")
        if isinstance(written, str):
            texts[question] = written
        elif chosen := _chosen(one):
            labels[question] = [str(each.get("name") or each.get("value") or "").strip() for each in chosen]
            below = sum(bool(each.get("classifications")) for each in chosen)
            sheet.noticed["answers below other answers not used"] += below
    if sheet.kind == "labels":
        if len(labels) > 1:
            names = ", ".join(labels)
            sheet.noticed[f"labels with answers to several questions ({names}) taken together"] += 1
        sheet.choose(answer, [one for names in labels.values() for one in names if one], place)
    elif labels:
        sheet.other("labels")
    if sheet.kind == "texts":
        _add_text(texts, answer, place, sheet)
    elif texts:
        sheet.other("texts")


def _chosen(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if one.get("radio_answer") is not None:
        return _list([one["radio_answer"]])
    return _list(one.get("checklist_answers", one.get("checklist_answer")))


def _add_text(texts: Mapping[str, str], answer: int, place: str, sheet: Sheet) -> None:
    if len(texts) > 1:
        sheet.faults.add(place, f"has several text answers ({', '.join(texts)}); export the one to compare")
        return
    for written in texts.values():
        sheet.mark(answer, "", written, place)
