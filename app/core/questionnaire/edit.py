"""Changes to a questionnaire that is being written: plain values in, changed plain values out.

A draft may have faults meanwhile (a section without questions, a condition that names nothing yet); only what would
make a section or question impossible to find again is refused. Nothing given is changed in place.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from app.core.errors import Invalid, NotFound, Problem
from app.core.plain import IDENT

Body = dict[str, Any]
RESERVED = "new"
"""No section has this id: it is the address under which one is added."""


def blank(name: str, title: str) -> Body:
    """A questionnaire without sections: a draft to begin with."""
    return {
        "format": "assay/questionnaire@1",
        "id": name,
        "version": 1,
        "title": title,
        "audience": "vendor",
        "sections": [],
    }


def section_at(body: Mapping[str, Any], section: str) -> int:
    """Where the section stands. Raises `NotFound`."""
    for i, entry in enumerate(body["sections"]):
        if entry["id"] == section:
            return i
    raise NotFound("section.not_found", "This draft has no such section; open the draft again.")


def question_at(body: Mapping[str, Any], question: str) -> tuple[int, int]:
    """Section and place of the question. Raises `NotFound`."""
    for i, entry in enumerate(body["sections"]):
        for j, each in enumerate(entry["questions"]):
            if each["id"] == question:
                return i, j
    raise NotFound("question.not_found", "This draft has no such question; open the draft again.")


def put_section(body: Body, section: str, values: Mapping[str, Any]) -> Body:
    """The section with these values and the questions it has; `section` '' adds one at the end."""
    changed = deepcopy(body)
    _require_id(values, [RESERVED, *(entry["id"] for entry in body["sections"])], section)
    if section:
        i = section_at(body, section)
        changed["sections"][i] = {**values, "questions": changed["sections"][i]["questions"]}
    else:
        changed["sections"].append({**values, "questions": []})
    return changed


def put_question(body: Body, section: str, question: str, values: Mapping[str, Any]) -> Body:
    """The question with these values in its place; `question` '' adds it at the end of `section`."""
    changed = deepcopy(body)
    _require_id(values, [each["id"] for entry in body["sections"] for each in entry["questions"]], question)
    if question:
        i, j = question_at(body, question)
        changed["sections"][i]["questions"][j] = dict(values)
    else:
        changed["sections"][section_at(body, section)]["questions"].append(dict(values))
    return changed


def _require_id(values: Mapping[str, Any], taken: list[str], now: str) -> None:
    name = values.get("id")
    if not isinstance(name, str) or not IDENT.fullmatch(name):
        message = "Lower-case letters, digits and underscores, a letter first, such as ramp_weeks."
        raise Invalid("draft.id", [Problem("id", message)])
    if name != now and name in taken:
        raise Invalid("draft.id", [Problem("id", f"{name} is used already; choose another id.")])


def remove_section(body: Body, section: str) -> Body:
    """Without the section and its questions."""
    changed = deepcopy(body)
    del changed["sections"][section_at(body, section)]
    return changed


def remove_question(body: Body, question: str) -> Body:
    """Without the question."""
    changed = deepcopy(body)
    i, j = question_at(body, question)
    del changed["sections"][i]["questions"][j]
    return changed


def move_section(body: Body, section: str, step: int) -> Body:
    """The section one place up (-1) or down (1); at the end it stays."""
    changed, i = deepcopy(body), section_at(body, section)
    _swap(changed["sections"], i, i + step)
    return changed


def move_question(body: Body, question: str, step: int) -> Body:
    """The question one place up (-1) or down (1), over the border into the next section."""
    changed = deepcopy(body)
    i, j = question_at(body, question)
    here = changed["sections"][i]["questions"]
    if 0 <= j + step < len(here):
        _swap(here, j, j + step)
    elif 0 <= i + step < len(changed["sections"]):
        there = changed["sections"][i + step]["questions"]
        there.insert(len(there) if step < 0 else 0, here.pop(j))
    return changed


def _swap(entries: list[Any], i: int, j: int) -> None:
    if 0 <= j < len(entries):
        entries[i], entries[j] = entries[j], entries[i]
