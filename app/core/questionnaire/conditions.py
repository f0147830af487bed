"""Conditions as data: read, checked, and decided with three outcomes (yes, no, not known yet)."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from app.core.plain import Node
from app.core.questionnaire.model import Combined, Condition, Question, Test

TESTS = ("is", "equals", "includes", "at_least", "at_most")
_ALLOWED = {
    "single": ("is", "equals"),
    "yes_no": ("is", "equals"),
    "multiple": ("is", "includes"),
    "scale": ("is", "at_least", "at_most"),
    "number": ("is", "at_least", "at_most"),
    "percent": ("is", "at_least", "at_most"),
}
UNDECIDED = object()
"""The value of an answer that has not been given yet."""


def read_condition(node: Node) -> Condition | None:
    """A condition: one comparison, or `any`/`all` of a list, or `not` of one; None when absent or wrong."""
    if not node.given:
        return None
    keys = set(node.value) if isinstance(node.value, dict) else set()
    for how in ("any", "all"):
        if keys == {how}:
            entries = node.fields(how)[how].items(at_least=1)
            parts = tuple(part for part in map(read_condition, entries) if part)
            return Combined(how, parts) if parts else None
    if keys == {"not"}:
        part = read_condition(node.fields("not")["not"])
        return Combined("not", (part,)) if part else None
    return _read_test(node)


def _read_test(node: Node) -> Test | None:
    f = node.fields("", "profile answer " + " ".join(TESTS))
    if not isinstance(node.value, dict):
        return None
    sources = [name for name in ("profile", "answer") if f[name].given]
    tests = [name for name in TESTS if f[name].given]
    if len(sources) != 1 or len(tests) != 1:
        node.fail(
            "a condition has one of profile or answer, and one test (is, equals, includes, at_least, "
            "at_most); or it is any, all or not"
        )
        return None
    return Test(sources[0], f[sources[0]].ident(), tests[0], _read_value(f[tests[0]], tests[0]))


def _read_value(node: Node, test: str) -> str | bool | Decimal:
    if test == "is":
        return node.choice(("set", "empty"))
    if test in {"at_least", "at_most"}:
        return node.number(-1e12, 1e12)
    return node.value if isinstance(node.value, bool) else node.text()


def tests_in(condition: Condition | None) -> Iterator[Test]:
    """Every comparison inside a condition."""
    if isinstance(condition, Test):
        yield condition
    elif condition is not None:
        for part in condition.parts:
            yield from tests_in(part)


def check_condition(
    node: Node, condition: Condition | None, profile: Mapping[str, str], questions: Mapping[str, Question]
) -> None:
    """Note what a condition names that does not exist, and tests that never fit the question's type."""
    for test in tests_in(condition):
        if test.source == "profile":
            node.among(test.name, profile, "profile entry of this file")
            continue
        node.among(test.name, questions, "question of this file")
        question = questions.get(test.name)
        if question is not None:
            _check_test(node, test, question)


def _check_test(node: Node, test: Test, question: Question) -> None:
    allowed = _ALLOWED.get(question.type, ("is",))
    if test.test not in allowed:
        node.fail(f"{test.test!r} does not fit a {question.type} question; use {' or '.join(allowed)}")
    elif test.test in {"equals", "includes"}:
        if question.type == "yes_no":
            if not isinstance(test.value, bool):
                node.fail("compare a yes_no question with true or false")
        elif not isinstance(test.value, str):
            node.fail("must be an option id; put it in quotes")
        else:
            node.among(test.value, [option.id for option in question.options], f"option of {question.id!r}")


def decide(condition: Condition, value_of: Callable[[Test], object]) -> bool | None:
    """Whether the condition holds; None while an answer it needs has not been given (Kleene's logic).

    `value_of` gives the value a test looks at: None when it is empty for good, `UNDECIDED` when open.
    """
    if isinstance(condition, Test):
        value = value_of(condition)
        return None if value is UNDECIDED else _holds(condition, value)
    parts = [decide(part, value_of) for part in condition.parts]
    if condition.how == "not":
        return None if parts[0] is None else not parts[0]
    decisive = condition.how == "any"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _holds(test: Test, value: object) -> bool:
    empty = value is None or value in ("", (), [])
    if test.test == "is":
        return empty == (test.value == "empty")
    if empty:
        return False
    if test.test == "includes":
        return (
            test.value in value if isinstance(value, list | tuple | set | frozenset) else value == test.value
        )
    if test.test == "equals":
        return value == test.value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return value >= test.value if test.test == "at_least" else value <= test.value  # type: ignore[operator]
