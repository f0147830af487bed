"""Texts that one of the databases cannot hold are refused at the door: NUL characters and halves of a character."""

import json
from collections.abc import Iterator

from starlette.datastructures import FormData, UploadFile

from app.core.errors import Invalid, Problem

_MESSAGE = "This holds a character that cannot be stored (NUL, or half of one). Delete it and type it again."


def require_form(form: FormData) -> None:
    """Let a form pass, or raise `Invalid` at every field, and every file's name, that cannot be stored."""
    found = []
    for name, value in form.multi_items():
        text = value.filename or "" if isinstance(value, UploadFile) else value
        if not is_storable(name) or not is_storable(text):
            found.append(name if is_storable(name) else "")
    _refuse(found)


def require_json(body: bytes) -> None:
    """Let a JSON body pass, or raise `Invalid` at every place that cannot be stored.

    Both faults can only be written as an escape, so that other bodies are not parsed for this; one that is no
    JSON is left to the route, which says so.
    """
    if b"\\u" not in body:
        return
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    _refuse(list(_faults(value, "")))


def is_storable(text: str) -> bool:
    """Whether both databases can hold a text.

    >>> is_storable("naïve 😀"), is_storable("a\\x00b"), is_storable("\\ud800")
    (True, False, False)
    """
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _faults(value: object, place: str) -> Iterator[str]:
    if isinstance(value, str):
        if not is_storable(value):
            yield place
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _faults(item, f"{place}[{at}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            if not is_storable(name):
                yield place
            else:
                yield from _faults(item, f"{place}.{name}" if place else name)


def _refuse(places: list[str]) -> None:
    if places:
        raise Invalid("request.not_storable", [Problem(place, _MESSAGE) for place in dict.fromkeys(places)])
