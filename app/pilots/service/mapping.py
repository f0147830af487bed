"""What a vendor's labels are called here: as the fields of a form, and back.

Field `theirs_1` holds the vendor's label, `ours_1` what it means: `drop`, or `=` and a class of the gold. Programs
send one field `mapping` instead, a JSON object of their label to ours or null.
"""

import json

from starlette.datastructures import FormData

from app.core.errors import AssayError, Invalid, Problem
from app.pilots.reading import LABEL, LABELS

DROP = "drop"


class Strange(Invalid):
    """A delivery refused for labels that the gold does not know; `labels` in the order of the form's numbers."""

    def __init__(self, code: str, problems: list[Problem], labels: tuple[str, ...]) -> None:
        super().__init__(code, problems)
        self.labels = labels


def _plain(form: FormData, name: str) -> str:
    # Browsers send line breaks of a label as carriage return and line feed.
    value = form.get(name)
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def mapping_of(form: FormData | None) -> dict[str, str | None]:
    """Their label to ours, None to drop it; labels without a choice are left out.

    Raises `Invalid` at `mapping` for JSON that is no such object.
    """
    if form is None:
        return {}
    if text := _plain(form, "mapping").strip():
        return _from_json(text)
    out: dict[str, str | None] = {}
    for at in range(1, LABELS + 1):
        label, choice = _plain(form, f"theirs_{at}"), _plain(form, f"ours_{at}")
        if label and choice:
            out[label] = None if choice == DROP else choice.removeprefix("=")
    return out


def _from_json(text: str) -> dict[str, str | None]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(one is None or isinstance(one, str) for one in found.values()):
        message = 'Give a JSON object of their label to ours, or null to drop it, such as {"Car": "car"}.'
        raise Invalid("delivery.mapping", [Problem("mapping", message)])
    return found


def asked(fault: AssayError | None, form: FormData | None) -> tuple[str, ...]:
    """Labels the form must ask about: those it asked about already, then those that were refused."""
    if isinstance(fault, Strange):
        return fault.labels
    told = [_plain(form, f"theirs_{at}") for at in range(1, LABELS + 1)] if form is not None else []
    if isinstance(fault, Invalid):
        told += [one.where.removeprefix(LABEL) for one in fault.problems if one.where.startswith(LABEL)]
    return tuple(dict.fromkeys(label for label in told if label))


def numbered(fault: AssayError, form: FormData | None) -> AssayError:
    """The fault with problems at `label:NAME` moved to the field that asks about that label."""
    if not isinstance(fault, Invalid) or not any(one.where.startswith(LABEL) for one in fault.problems):
        return fault
    if form is not None and form.get("mapping"):
        return fault  # a program reads names, not the numbers of a form
    labels = asked(fault, form)
    place = {f"{LABEL}{label}": f"ours_{at}" for at, label in enumerate(labels, 1)}
    told = [Problem(place.get(one.where, one.where), one.message) for one in fault.problems]
    return Strange(fault.code, told, labels)
