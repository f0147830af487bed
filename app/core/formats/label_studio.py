"""Label Studio: the JSON export, JSON-MIN and CSV; tasks are items, annotations are answers."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from app.core.formats.content import parse_json
from app.core.formats.faults import refuse
from app.core.formats.marks import Sheet, Source
from app.core.formats.studio_min import csv_rows, tasks_of
from app.core.formats.studio_results import add_results
from app.core.formats.written import Written

_NAMES = ("item", "item_id", "global_key", "external_id", "file_name", "filename", "id")
_UPLOAD = re.compile(r"/data/upload/(?:\d+/)?(.+)")
_PREFIX = re.compile(r"[0-9a-f]{8}-(?=.)")
_MEDIA = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_TABLES = re.compile(r"\.(json|jsonl|csv|tsv|txt|zip)$", re.IGNORECASE)
_ACTIONS = {"accepted": "accepted", "fixed_and_accepted": "fixed", "rejected": "rejected"}


def read_label_studio(source: Source) -> Written:
    """Choices, boxes, polygons, brush masks, spans and texts of a Label Studio export.

    Percent become pixels of the original size; the end of a span is exclusive. Skipped tasks (was_cancelled) are
    skipped answers; predictions and relations are not used, and the warnings say so. An annotator is the id in
    completed_by; an email address becomes a code.
    """
    if source.data.lstrip().startswith((b"[", b"{")):
        document = parse_json(source.data, source.name)
        tasks = document if isinstance(document, list) else [document]
    else:
        tasks = csv_rows(source)
    sheet = Sheet(source, "label_studio")
    known = [(at, task) for at, task in enumerate(tasks) if _is_task(task, at, sheet)]
    if known and not any("annotations" in task or "completions" in task for _, task in known):
        known = list(enumerate(tasks_of([task for _, task in known], sheet)))
    if not known and not sheet.faults.count:
        raise refuse("file.not_label_studio", source.name, "holds no tasks; export the project again")
    uploads = Counter(str(task.get("file_upload")) for _, task in known)
    text_key = _text_key(task for _, task in known) if source.kind == "spans" else ""
    seen: set[str] = set()
    for at, task in known:
        place = f"task {str(task['id'])[:40]}" if "id" in task else f"task number {at + 1}"
        if "id" in task and place in seen:
            sheet.faults.add(place, "stands twice; every task is one item, export the project again")
        seen.add(place)
        _add_task(task, at, place, uploads, text_key, sheet)
    return sheet.written()


def _is_task(task: object, at: int, sheet: Sheet) -> bool:
    if not isinstance(task, dict):
        sheet.faults.add(f"task number {at + 1}", "must be an object with data and annotations")
        return False
    lists = (task.get(key) for key in ("annotations", "completions"))
    if not isinstance(task.get("data", {}), dict) or any(not isinstance(one, list | None) for one in lists):
        sheet.faults.add(f"task number {at + 1}", "data must be an object and annotations a list")
        return False
    return True


def _add_task(
    task: Mapping[str, Any], at: int, place: str, uploads: Mapping[str, int], text_key: str, sheet: Sheet
) -> None:
    data = task.get("data") or {}
    text = data.get(text_key)
    item = sheet.item(_keys(task, data, at, uploads), text=text if isinstance(text, str) else None)
    for kind in ("predictions", "drafts"):
        if isinstance(task.get(kind), list) and task[kind]:
            sheet.noticed[f"{kind} not used"] += len(task[kind])
    for number, one in enumerate(task.get("annotations") or task.get("completions") or (), start=1):
        if not isinstance(one, dict) or not isinstance(one.get("result", []), list):
            sheet.faults.add(f"{place}, annotation {number}", "must be an object with a list result")
            continue
        where = (
            f"{place}, annotation {str(one['id'])[:40]}" if "id" in one else f"{place}, annotation {number}"
        )
        skipped = one.get("was_cancelled") is True or one.get("skipped") is True
        seconds = sheet.seconds(one.get("lead_time"), where, "lead_time")
        answer = sheet.respond(
            item,
            where,
            annotator=_who(one.get("completed_by"), sheet),
            seconds=seconds,
            seconds_source="lead_time" if seconds > 0 else "",
            created_at=sheet.moment(one.get("created_at")),
            skipped=skipped,
            review=_review(one),
        )
        if not skipped:
            add_results(one.get("result") or [], answer, where, sheet)


def _who(value: Any, sheet: Sheet) -> str:
    if isinstance(value, dict):
        value = value.get("id") if value.get("id") is not None else value.get("email", value.get("username"))
    return sheet.person(value)


def _review(annotation: Mapping[str, Any]) -> str:
    """What the last reviewer decided: the last action, else the newest review."""
    action = annotation.get("last_action")
    if isinstance(action, str) and action in _ACTIONS:
        return _ACTIONS[action]
    reviews = annotation.get("reviews")
    given = [one for one in reviews if isinstance(one, dict)] if isinstance(reviews, list) else []
    if not given:
        return ""
    last = max(given, key=lambda one: str(one.get("created_at", "")))
    if last.get("fixed_annotation_history"):
        return "fixed"
    return {True: "accepted", False: "rejected"}.get(last.get("accepted") is True, "")


def _keys(task: Mapping[str, Any], data: Mapping[str, Any], at: int, uploads: Mapping[str, int]) -> list[str]:
    """Names of a task, most telling first: a named id, the media file, the uploaded file.

    The task's own id counts only where there is nothing else: it could name another item of the pilot.
    """
    named = [
        str(data[key]) for key in _NAMES if isinstance(data.get(key), str | int) and str(data[key]).strip()
    ]
    media = [value for value in data.values() if isinstance(value, str) and _is_path(value)]
    upload = task.get("file_upload")
    if isinstance(upload, str) and uploads[upload] == 1 and not _TABLES.search(upload):
        media.append(f"/data/upload/{upload}")
    own = str(task["id"]) if isinstance(task.get("id"), str | int) else f"task {at + 1}"
    found = [*named, *(name for value in media for name in _file_names(value))]
    return found if any(one.strip() for one in found) else [own]


def _is_path(value: str) -> bool:
    plain = value.split("?", maxsplit=1)[0]
    return len(value) < 2_000 and not re.search(r"\s", value) and ("/" in value or bool(_MEDIA.search(plain)))


def _file_names(value: str) -> Iterator[str]:
    """The name of a media file without what the tool put around it, then as it stands."""
    if "?d=" in value:
        yield unquote(value.partition("?d=")[2])
        return
    plain = unquote(value.partition("?")[0]) if "://" in value or "?" in value else value
    if upload := _UPLOAD.fullmatch(plain):
        yield _PREFIX.sub("", upload[1], count=1)
        yield upload[1]
        return
    yield plain


def _text_key(tasks: Iterator[Mapping[str, Any]] | Sequence[Mapping[str, Any]]) -> str:
    """The data field that holds the labelled text: what the regions point at, else `text`, else the only prose."""
    targets: Counter[str] = Counter()
    prose: Counter[str] = Counter()
    for task in tasks:
        data = task.get("data") or {}
        prose.update(key for key, value in data.items() if isinstance(value, str) and re.search(r"\s", value))
        for one in task.get("annotations") or task.get("completions") or ():
            results = one.get("result") if isinstance(one, dict) else None
            for result in results if isinstance(results, list) else ():
                name = result.get("to_name") if isinstance(result, dict) else None
                if isinstance(name, str) and isinstance(data.get(name), str):
                    targets[name] += 1
        if isinstance(data.get("text"), str):
            prose["text"] += 1  # twice: the usual name wins a tie
    best = targets.most_common(1) or prose.most_common(1)
    return best[0][0] if best else ""
