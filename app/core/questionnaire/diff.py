"""What is different between two versions of a questionnaire, question by question."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HEAD = "head"
SECTION = "section"
QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that differs; a value that is absent is None."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to the head, a section or a question.

    `kind` is added, removed or changed; a question that moved to another section differs in `section`.
    """

    subject: str
    id: str
    text: str
    kind: str
    differences: tuple[Difference, ...]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Every change from one body (plain values of a file) to another: head, sections, questions, in the new order.

    Ids hold the two together: a question with another id is another question. The version itself is no change.
    """
    found = []
    head = _differences(_head(before), _head(after))
    if head:
        found.append(Change(HEAD, "", str(after.get("title", "")), "changed", head))
    for subject, old, new in (
        (SECTION, _sections(before), _sections(after)),
        (QUESTION, _questions(before), _questions(after)),
    ):
        found += _of(subject, old, new)
    return tuple(found)


def _of(subject: str, old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> list[Change]:
    found = []
    for name, values in new.items():
        changed = _differences(old.get(name, {}), values)
        if name not in old:
            found.append(Change(subject, name, _text(values), "added", ()))
        elif changed:
            found.append(Change(subject, name, _text(values), "changed", changed))
    removed = [(name, values) for name, values in old.items() if name not in new]
    return found + [Change(subject, name, _text(values), "removed", ()) for name, values in removed]


def _text(values: Mapping[str, Any]) -> str:
    return str(values.get("text") or values.get("title") or "")


def _head(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in ("sections", "version", "format", "id")}


def _sections(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        entry["id"]: {key: value for key, value in entry.items() if key != "questions"}
        for entry in body["sections"]
    }


def _questions(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        each["id"]: {**each, "section": entry["id"]}
        for entry in body["sections"]
        for each in entry["questions"]
    }


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    keys = [*after, *(key for key in before if key not in after)]
    return tuple(
        Difference(key, before.get(key), after.get(key))
        for key in keys
        if before.get(key) != after.get(key) and key != "id"
    )
