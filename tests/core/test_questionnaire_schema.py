"""The JSON Schema is the one of the reader, and says the same as the reader where a schema can."""

import json
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.core.questionnaire.schema import questionnaire_schema, schema_text
from app.kit import library
from tests.core.questionnaire_samples import choice, problems_of, section, small

VALIDATOR = Draft202012Validator(questionnaire_schema())


def plain(value: Any) -> Any:
    """As JSON would hold it: the levels of a scale have text as keys."""
    return json.loads(json.dumps(value))


def test_the_file_in_the_library_is_current() -> None:
    path = library.library_path() / "schema" / "questionnaire.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text()


def test_schema_itself_is_valid() -> None:
    Draft202012Validator.check_schema(questionnaire_schema())


@pytest.mark.parametrize("name", library.ids("questionnaires"))
def test_every_shipped_questionnaire_fits_the_schema(name: str) -> None:
    faults = [error.message for error in VALIDATOR.iter_errors(plain(library.load("questionnaires", name)))]
    assert faults == []


@pytest.mark.parametrize(
    "change",
    [
        {"wieght": 1},
        {"type": "essay"},
        {"id": "Not An Id"},
        {"scored": False},
        {"when": {"answer": "q", "equals": "o0", "includes": "o1"}},
        {"feeds": ["somewhere"]},
        {"options": [{"id": "o0", "text": "Only one", "points": 1}]},
        {"options": [{"id": "o0", "text": "A", "points": 101}, {"id": "o1", "text": "B", "points": 0}]},
    ],
)
def test_what_the_schema_refuses_the_reader_refuses_too(change: dict[str, Any]) -> None:
    value = small(section("s", 1, choice("q", 1, 0, 100)))
    assert VALIDATOR.is_valid(plain(value))
    broken = deepcopy(value)
    broken["sections"][0]["questions"][0] |= change
    assert not VALIDATOR.is_valid(plain(broken))
    assert problems_of(broken)
