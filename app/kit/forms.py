"""A form's way: raw values in, a validated entry or the same form back with errors and values kept."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from app.core.errors import Conflict, Invalid, Problem
from app.kit.requests import NONCE
from app.kit.ui import FieldError

if TYPE_CHECKING:
    from app.kit.templating import Page

VERSION = "_version"
MAX_TEXT = 5_000_000  # bytes of an uploaded table that is read inside a request
Entry = TypeVar("Entry", bound=BaseModel)


class FormRejected(Exception):
    """The form comes back: raised so that the transaction rolls back, answered with the rendered page."""

    def __init__(self, html: str, status: int = 422) -> None:
        super().__init__("form rejected")
        self.html = html
        self.status = status


@dataclass(frozen=True, slots=True)
class FormState:
    """What a form shows: values by field name, errors, the nonce against double sending, the seen version."""

    raw: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    version: str = ""

    def value(self, name: str) -> str:
        """The (first) value of a field, '' when there is none."""
        found = self.raw.get(name, ())
        return found[0] if found else ""

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a field that may be chosen several times."""
        return self.raw.get(name, ())

    def error(self, name: str) -> str:
        """The first fault of a field, '' when there is none."""
        return next((item.message for item in self.errors if item.field == name), "")


def blank(values: Mapping[str, object] | None = None, *, version: int | None = None) -> FormState:
    """A form as first shown: empty, or with the values of the row being edited and its version."""
    raw = {name: _texts(value) for name, value in (values or {}).items()}
    return FormState(raw=raw, version="" if version is None else str(version))


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(str(getattr(item, "value", item)) for item in value)
    if isinstance(value, bool):
        return ("yes",) if value else ()
    return (str(getattr(value, "value", value)),)


def text_values(form: FormData) -> dict[str, tuple[str, ...]]:
    """All text fields of a raw form, trimmed, in order; files and the frame's own fields are left out."""
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and name not in (NONCE, VERSION):
            found.setdefault(name, []).append(value.strip())
    return {name: tuple(values) for name, values in found.items()}


def parse(schema: type[Entry], form: FormData) -> Entry:
    """The validated entry of a raw form.

    Fields that the schema declares as a list or tuple take all values; empty texts are left out, so that the
    schema's defaults hold. Raises `ValidationError` with every fault at once.
    """
    values: dict[str, Any] = {}
    raw = text_values(form)
    for name, info in schema.model_fields.items():
        given = [item for item in raw.get(name, ()) if item != ""]
        if not given:
            continue
        values[name] = given if _takes_many(info.annotation) else given[0]
    return schema.model_validate(values)


def _takes_many(annotation: Any) -> bool:
    return get_origin(annotation) in (list, tuple, set, frozenset)


def seen_version(form: FormData) -> int | None:
    """The version of the row the form was made from; None when it carries none, 0 (no row's) when it is garbled."""
    value = form.get(VERSION)
    if not isinstance(value, str) or not value:
        return None
    return version_number(value) or 0


def version_number(text: str) -> int | None:
    """A row's version as typed; None when it is no whole number of at most nine digits.

    >>> version_number("12"), version_number("²"), version_number("9" * 5000)
    (12, None, None)
    """
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def upload(form: FormData, name: str) -> UploadFile | None:
    """The file sent in a field, None when nothing was chosen."""
    value = form.get(name)
    return value if isinstance(value, UploadFile) and value.filename else None


def text_of(form: FormData, file_name: str, text_name: str) -> str:
    """The text of an uploaded file, else of a text field. Raises `Invalid` at the file when it is no text."""
    chosen = upload(form, file_name)
    if chosen is None:
        value = form.get(text_name)
        return value if isinstance(value, str) else ""
    content = chosen.file.read(MAX_TEXT + 1)
    if len(content) > MAX_TEXT:
        message = f"This is larger than {MAX_TEXT // 1_000_000} MB; split the table."
        raise Invalid("form.too_large", [Problem(file_name, message)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = (
            "This is not a text file in UTF-8. In the spreadsheet program choose 'CSV UTF-8' when saving."
        )
        raise Invalid("form.not_text", [Problem(file_name, message)]) from None


def uploads(form: FormData, name: str) -> list[UploadFile]:
    """All files sent in a field that takes several."""
    return [item for item in form.getlist(name) if isinstance(item, UploadFile) and item.filename]


@contextmanager
def rejecting(request: Request, form: FormData, page: "Callable[[FormState], Page]") -> Iterator[None]:
    """Turn a bad input into the same form with errors and values kept.

    `page` builds the page from the form's state; it is called while the session still lives. A `Conflict` that
    names a field is shown there too (a name that is taken); one without is left to the error page.
    """
    from app.kit.templating import render_page  # templating imports forms for its types

    try:
        yield
    except (ValidationError, Invalid, Conflict) as failure:
        if isinstance(failure, Conflict) and not failure.field:
            raise
        version = form.get(VERSION)
        state = FormState(
            raw=text_values(form),
            errors=tuple(
                FieldError(item.where.partition("[")[0], item.message) for item in problems(failure)
            ),
            version=version if isinstance(version, str) else "",
        )
        status = 409 if isinstance(failure, Conflict) else 422
        raise FormRejected(render_page(request, page(state)), status) from None


def problems(failure: ValidationError | Invalid | Conflict) -> tuple[Problem, ...]:
    """Every fault as (field, message), in words that name the remedy."""
    if isinstance(failure, Conflict):
        return (Problem(failure.field, failure.message),)
    if isinstance(failure, Invalid):
        return failure.problems
    return tuple(Problem(where(item["loc"]), wording(item)) for item in failure.errors(include_url=False))


def where(location: tuple[int | str, ...]) -> str:
    """A place inside an input as people write it: `prices[0].unit`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


_WORDS = {
    "missing": "Fill this in.",
    "string_too_short": "Fill this in.",
    "int_parsing": "Type a whole number, such as 1200.",
    "int_from_float": "Type a whole number, such as 1200.",
    "float_parsing": "Type a number, such as 12.5.",
    "decimal_parsing": "Type a number, such as 12.50.",
    "date_from_datetime_parsing": "Type a date as year-month-day, such as 2026-12-31.",
    "date_parsing": "Type a date as year-month-day, such as 2026-12-31.",
    "datetime_from_date_parsing": "Type a date as year-month-day, such as 2026-12-31.",
    "url_parsing": "Type an address that starts with https://.",
    "extra_forbidden": "This field is not known here; remove it.",
    "bool_parsing": "Choose yes or no.",
    "uuid_parsing": "This does not name an existing entry; choose one from the list.",
}


def wording(item: Mapping[str, Any]) -> str:
    """A validation fault of pydantic in words that name the remedy."""
    kind, context = item["type"], item.get("ctx", {})
    if kind in _WORDS:
        return _WORDS[kind]
    match kind:
        case "string_too_long":
            return f"Shorten this to {context['max_length']} characters."
        case "greater_than_equal" | "greater_than":
            return f"Must be {'at least' if kind.endswith('equal') else 'more than'} {next(iter(context.values()))}."
        case "less_than_equal" | "less_than":
            return f"Must be {'at most' if kind.endswith('equal') else 'less than'} {next(iter(context.values()))}."
        case "enum" | "literal_error":
            return f"Choose one of: {context.get('expected', '')}."
        case "value_error":
            return str(context["error"])
    return str(item["msg"])
