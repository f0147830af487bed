"""Whatever stands in a library file: it is read, or refused with paths; nothing else happens."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.checklist import parse_checklist
from app.core.errors import Invalid, Problem
from app.core.plain import Node, suggest
from app.core.questionnaire import Question, parse_questionnaire, validate_answer
from app.core.taxonomy import parse_taxonomy
from app.kit import library
from app.kit.yamlfile import load_yaml

TAXONOMY = library.taxonomy()
JUNK: list[Any] = (
    [None, True, False, 0, -1, 10**400, 1e308, float("inf"), float("nan"), "", " ", "x", "no", "a.b", [], [None],
     [[]], {}, {"id": 1}, {1: 2}, {None: "x"}, {"any": [{"all": []}]}, "x" * 5000, ["a", "a"], {"not": {"not": 3}}]
)  # fmt: skip
FILES: dict[str, tuple[Any, Callable[[object], object]]] = {
    "taxonomy": (
        load_yaml((library.library_path() / "taxonomy.yaml").read_bytes(), "t"),
        parse_taxonomy,
    ),
    "questionnaire": (
        library.load("questionnaires", "discovery-call"),
        lambda value: parse_questionnaire(value, TAXONOMY),
    ),
    "checklist": (
        library.load("checklists", "onboarding"),
        lambda value: parse_checklist(value, TAXONOMY),
    ),
}


QUESTIONS = list(parse_questionnaire(FILES["questionnaire"][0], TAXONOMY).questions())


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container and key below a value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [pair for key in keys for pair in [(value, key), *places(value[key])]]


@pytest.mark.parametrize("kind", FILES)
def test_spoiled_file_is_read_or_refused_with_places(kind: str) -> None:
    value, read = FILES[kind]
    count, refused = len(places(value)), 0
    for seed in range(40):
        draw, spoiled = Random(seed), deepcopy(value)
        for _ in range(draw.randint(1, 3)):
            found = places(spoiled)
            container, key = found[draw.randrange(min(count, len(found)))]
            container[key] = deepcopy(draw.choice(JUNK))
        try:
            read(spoiled)
        except Invalid as failure:
            refused += bool(failure.problems) and all(problem.message for problem in failure.problems)
    assert refused > 25


def problems_of(question: Question, raw: object) -> Sequence[Problem]:
    try:
        validate_answer(question, raw)
    except Invalid as failure:
        return failure.problems
    return ()


@settings(deadline=None)
@given(data=st.data())
def test_any_raw_answer_gives_a_value_or_problems_at_its_question(data: st.DataObject) -> None:
    question = data.draw(st.sampled_from(QUESTIONS))
    cell = st.sampled_from(JUNK) | st.text(max_size=20) | st.integers() | st.floats()
    names = [column.id for column in question.columns] or ["amount", "currency"]
    rows = st.lists(st.dictionaries(st.sampled_from(names), cell, max_size=4), max_size=3)
    raw = data.draw(cell | st.lists(cell, max_size=3) | rows)
    assert all(problem.where.startswith(question.id) for problem in problems_of(question, raw))


def test_finish_refuses_everything_noted_and_passes_when_nothing_was() -> None:
    root = Node({"a": 1})
    root.finish("x.invalid")
    root.fields("b")
    with pytest.raises(Invalid) as caught:
        root.finish("x.invalid")
    assert [problem.where for problem in caught.value.problems] == ["a", "b"]
    assert caught.value.code == "x.invalid"


def test_file_of_nothing_but_unknown_keys_stays_readable() -> None:
    root = Node({f"k{i}": i for i in range(1000)})
    root.fields("", "weight")
    assert len(root.problems) == 21
    assert root.problems[-1].message == "has 980 more unknown keys"


def test_suggestion_is_the_nearest_word_or_the_first_ones() -> None:
    assert suggest("wieght", ["weight", "text"]) == "did you mean 'weight'?"
    assert suggest("q", [f"w{i}" for i in range(20)]).endswith("w11 and 8 more")
