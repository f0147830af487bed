"""Questions that no answers can bring up."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.questionnaire import Answer, applicability, never_shown
from app.kit import library
from tests.core.questionnaire_samples import choice, read, section, small

A_IS_0, A_IS_1 = {"answer": "a", "equals": "o0"}, {"answer": "a", "equals": "o1"}
FIT = {"answer": "n", "at_least": 5}


def form(when: dict[str, Any], section_more: dict[str, Any]) -> tuple[str, ...]:
    """What is never shown where question b stands under a condition, and c below b."""
    number = {"id": "n", "text": "How many?", "type": "number", "scored": False, "min": 0, "max": 10}
    pick = {
        "id": "m", "text": "Which?", "type": "multiple", "scored": False,
        "options": [
            {"id": "x", "text": "X"}, {"id": "y", "text": "Y"}, {"id": "no", "text": "None", "exclusive": True}
        ],
    }  # fmt: skip
    first = section("one", 1, choice("a", 1, 0, 50, 100), number, pick)
    below = choice("c", 1, 0, 100, when={"answer": "b", "is": "set"})
    second = section("two", 1, choice("b", 1, 0, 100, when=when), below, **section_more)
    profile = [{"id": "classes", "from": "need.data_classes"}]
    return never_shown(read(small(first, second, profile=profile)))


@pytest.mark.parametrize(
    ("when", "more", "expected"),
    [
        ({"all": [A_IS_0, A_IS_1]}, {}, ("b", "c")),
        ({"any": [A_IS_0, A_IS_1]}, {}, ()),
        ({"all": [A_IS_0, {"not": A_IS_0}]}, {}, ("b", "c")),
        ({"all": [A_IS_0, {"answer": "a", "is": "empty"}]}, {}, ("b", "c")),
        ({"answer": "a", "is": "empty"}, {}, ()),
        (A_IS_0, {"when": A_IS_1}, ("b", "c")),
        (A_IS_0, {"when": {"profile": "classes", "includes": "phi"}}, ()),
        ({"all": [FIT, {"answer": "n", "at_most": 4.5}]}, {}, ("b", "c")),
        ({"all": [FIT, {"answer": "n", "at_most": 5}]}, {}, ()),
        ({"answer": "n", "at_least": 11}, {}, ("b", "c")),
        ({"all": [{"answer": "m", "includes": "x"}, {"answer": "m", "includes": "y"}]}, {}, ()),
        ({"all": [{"answer": "m", "includes": "x"}, {"answer": "m", "includes": "no"}]}, {}, ("b", "c")),
        ({"all": [{"profile": "classes", "includes": "phi"}, {"profile": "classes", "includes": "eu"}]}, {}, ()),
        ({"all": [{"profile": "classes", "is": "set"}, {"profile": "classes", "is": "empty"}]}, {}, ("b", "c")),
    ],
)  # fmt: skip
def test_contradicting_conditions_are_named_and_all_others_are_not(
    when: dict[str, Any], more: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert form(when, more) == expected


def test_condition_of_the_question_that_is_looked_at_counts_too() -> None:
    b = choice("b", 1, 0, 100, when=A_IS_0)
    both = choice("c", 1, 0, 100, when={"all": [A_IS_1, {"answer": "b", "equals": "o1"}]})
    assert never_shown(read(small(section("one", 1, choice("a", 1, 0, 100), b, both)))) == ("c",)


@pytest.mark.parametrize("key", library.ids("questionnaires"))
def test_every_shipped_question_can_be_shown(key: str) -> None:
    assert never_shown(read(library.load("questionnaires", key))) == ()


LEAF = st.sampled_from([A_IS_0, A_IS_1, {"answer": "a", "is": "empty"}, {"answer": "a", "is": "set"}])
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(TREE)
def test_what_some_answer_shows_is_never_called_unreachable(when: dict[str, Any]) -> None:
    first = choice("a", 1, 0, 50, 100)
    found = read(small(section("one", 1, first, choice("b", 1, 0, 100, when=when))))
    answers = [{}, *({"a": Answer(f"o{i}")} for i in range(3)), {"a": Answer(not_applicable=True)}]
    seen = any(applicability(found, {}, each)["b"] for each in answers)
    assert ("b" in never_shown(found)) is not seen
