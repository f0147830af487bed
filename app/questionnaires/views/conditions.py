"""When a question or section is asked, as rows of a form: what is looked at, how, and the value."""

import re
from collections.abc import Mapping
from typing import Any

from app.core.questionnaire.sheets import folded

ROWS = 4
TESTS = ("is set", "is empty", "equals", "includes", "at_least", "at_most")
_JOINS = ("all", "any")
Asked = Mapping[str, Mapping[str, Any]]
"""Question id -> the plain values of the question."""


def number_of(text: str) -> Any:
    """A number as typed; other text stays text, so that the reader can say what is wrong with it.

    >>> number_of("12"), number_of("1.5"), number_of("a lot")
    (12, 1.5, 'a lot')
    """
    if re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?[0-9]{1,15}\.[0-9]{1,9}", text) else text


def condition_fields(condition: Any) -> dict[str, object] | None:
    """The fields of a condition of one level; None for one that rows cannot show (`not`, or any inside all)."""
    if condition is None:
        return {"when.how": "all"}
    how, parts = "all", [condition]
    if isinstance(condition, Mapping) and len(condition) == 1 and next(iter(condition)) in _JOINS:
        how, parts = next(iter(condition.items()))
    if not isinstance(parts, list) or len(parts) > ROWS:
        return None
    found: dict[str, object] = {"when.how": how}
    for number, part in enumerate(parts):
        row = _row(part)
        if row is None:
            return None
        found |= {f"when.{number}.{key}": value for key, value in row.items()}
    return found


def _row(part: Any) -> dict[str, str] | None:
    if not isinstance(part, Mapping) or len(part) != 2:
        return None
    source = next((name for name in ("answer", "profile") if name in part), "")
    test = next((name for name in part if name != source), "")
    if not source or test in ("any", "all", "not"):
        return None
    value = part[test]
    if test == "is":
        return {"subject": f"{source}:{part[source]}", "test": f"is {value}", "value": ""}
    shown = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return {"subject": f"{source}:{part[source]}", "test": str(test), "value": shown}


def read_condition(values: Mapping[str, tuple[str, ...]], asked: Asked) -> dict[str, Any] | None:
    """The condition that the rows say, None when they are blank. `asked` gives the values of every question."""
    parts = [part for number in range(ROWS) if (part := _read_row(values, number, asked)) is not None]
    if not parts:
        return None
    how = (values.get("when.how") or ("all",))[0]
    return parts[0] if len(parts) == 1 else {how if how in _JOINS else "all": parts}


def _read_row(values: Mapping[str, tuple[str, ...]], number: int, asked: Asked) -> dict[str, Any] | None:
    subject, test, value = (
        (values.get(f"when.{number}.{key}") or ("",))[0].strip() for key in ("subject", "test", "value")
    )
    source, _, name = subject.partition(":")
    if not name:
        return None
    if test in ("is set", "is empty"):
        return {source: name, "is": test.removeprefix("is ")}
    return {
        source: name,
        test or "equals": _value(test, value, asked.get(name, {}) if source == "answer" else {}),
    }


def _value(test: str, value: str, question: Mapping[str, Any]) -> Any:
    """A value as the file holds it; an option may be named by its text."""
    if test in ("at_least", "at_most"):
        return number_of(value)
    if question.get("type") == "yes_no" and value.lower() in ("yes", "no"):
        return value.lower() == "yes"
    texts = {folded(str(option.get("text"))): option.get("id") for option in question.get("options", ())}
    return texts.get(folded(value), value)
