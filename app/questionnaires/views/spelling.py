"""Conditions and plain values as people read them."""

from typing import Any

from app.core.questionnaire import Questionnaire
from app.core.questionnaire.model import Combined, Condition, Test
from app.questionnaires.service.own import as_yaml

_TESTS = {"includes": "includes", "equals": "is", "at_least": "is at least", "at_most": "is at most"}


def spell_condition(read: Questionnaire, condition: Condition | None) -> str:
    """When something is asked, in words; '' for always."""
    if condition is None:
        return ""
    if isinstance(condition, Combined):
        parts = [spell_condition(read, part) for part in condition.parts]
        if condition.how == "not":
            return f"not ({parts[0]})"
        joined = (" and " if condition.how == "all" else " or ").join(parts)
        return f"({joined})" if len(parts) > 1 else joined
    return _spell_test(read, condition)


def _spell_test(read: Questionnaire, test: Test) -> str:
    if test.source == "profile":
        subject = f"the need’s {test.name.replace('_', ' ')}"
        said = str(test.value).replace("_", " ")
    else:
        question = read.question(test.name)
        subject = f"‘{question.text}’"
        value = ("yes" if test.value else "no") if isinstance(test.value, bool) else str(test.value)
        option = question.option(value)
        said = f"‘{option.text}’" if option else value
    if test.test == "is":
        return f"{subject} {'has an answer' if test.value == 'set' else 'is empty'}"
    return f"{subject} {_TESTS[test.test]} {said}"


def spell_plain(value: Any) -> str:
    """A plain value of a file, to compare two of them: text as it is, the rest as YAML; '' for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    return as_yaml(value).strip()
