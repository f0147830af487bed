"""The committed schemas are current, and whatever they refuse the parser refuses too."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.core.errors import Invalid
from app.core.scoring import parse_case, parse_scorecard
from app.core.scoring.schema import case_schema, scorecard_schema
from app.kit.yamlfile import load_yaml

LIBRARY = Path(__file__).parents[3] / "scorecards"
SHIPPED = sorted((LIBRARY / "scorecards").glob("*.yaml"))
SCORECARD = Draft202012Validator(scorecard_schema())
CASE = Draft202012Validator(case_schema())

TREE: dict[str, Any] = {
    "minimum": 60,
    "groups": [
        {
            "id": "quality",
            "weight": 70,
            "minimum": 50,
            "criteria": [
                {"id": "f1", "weight": 60, "kind": "linear", "worst": 0.6, "best": 1.0, "from": {"pilot": "f1"}},
                {"id": "support", "weight": 20, "kind": "levels", "levels": {"none": 0, "office": 60, "all": 100},
                 "level_texts": {"none": "Nobody."}, "from": {"rating": True, "see": ["hours"]}},
                {"id": "ramp", "weight": 10, "kind": "piecewise", "knots": [[1, 0], [1.5, 80], [2.5, 100]]},
                {"id": "team", "weight": 10, "kind": "flag", "minimum": 10},
            ],
        },
        {
            "id": "cost",
            "weight": 30,
            "criteria": [
                {"id": "price", "weight": 100, "kind": "price", "method": "absolute_linear", "target": 40,
                 "cap": 120, "currency": "USD", "set_with": {"target": "60 %"}}
            ],
        },
    ],
    "requirements": [
        {"id": "security", "any_of": [{"certificate": "soc2_type2"}, {"all_of": [{"document": "dpa"}]}]},
        {"id": "floor", "criterion": "f1", "at_least": 0.9, "decide": "interval", "before": "award"},
        {"id": "use", "question": "data_use", "not": ["always"], "when": {"data_class": ["phi"]}},
        {"id": "kind", "criterion": "team", "is": True, "except_when": {"data_class": ["public"]}},
    ],
}  # fmt: skip
FILE: dict[str, Any] = {
    "format": "assay/scorecard@1",
    "id": "own",
    "version": 3,
    "name": "Own",
    "fits": {"data_types": ["image"]},
    "scorecard": TREE,
    "small_team": {"keep": ["f1", "price"], "minutes": 20},
    "swing_questions": ["Which first?"],
}
RANKED: dict[str, Any] = {
    "scorecard": TREE,
    "need": {"data_class": "phi"},
    "vendors": [
        {
            "id": "a",
            "name": "A",
            "certificates": {"soc2_type2": {"status": "verified", "until": "2027-03-31"}},
            "documents": {"dpa": {"status": "none"}},
            "answers": {"data_use": ["never"]},
            "waivers": [{"requirement": "security", "by": "me", "reason": "bridge", "until": "2027-06-30"}],
            "cells": {
                "f1": {"low": 0.92, "mid": 0.94, "high": 0.95},
                "support": "office",
                "price": 100,
                "team": None,
                "ramp": {"value": 2, "status": "claimed"},
            },
        }
    ],
    "decision_date": "2026-12-01",
}


def refused_by_parser(value: Any) -> bool:
    try:
        parse_scorecard(value)
    except Invalid:
        return True
    return False


def refused_case(value: Any) -> bool:
    try:
        parse_case(value, lambda _name: deepcopy(TREE))  # where it names a scorecard, that one
    except Invalid:
        return True
    return False


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from places(item, (*path, i))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def changed(whole: Any, path: tuple[Any, ...], new: Any) -> Any:
    copy = deepcopy(whole)
    if not path:
        return new
    at(copy, path[:-1])[path[-1]] = new
    return copy


def without(whole: Any, path: tuple[Any, ...]) -> Any:
    copy = deepcopy(whole)
    del at(copy, path[:-1])[path[-1]]
    return copy


WRONG = (None, True, -1, 0, 1.5, 1e18, "", " ", "word", "a\x00b", [], ["x", 5], {}, {"wurst": 1}, [[1, 2]])


def mutants(whole: Any) -> Iterator[Any]:
    for path in places(whole):
        for wrong in WRONG:
            yield changed(whole, path, wrong)
        if path:
            yield without(whole, path)
        if isinstance(at(whole, path), dict):
            yield changed(whole, (*path, "wurst"), 1)


def test_committed_schemas_are_current() -> None:
    for name, schema in (("scorecard", scorecard_schema()), ("case", case_schema())):
        committed = json.loads((LIBRARY / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
        assert committed == schema, "run: assay scorecards schema scorecards/schema"
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scorecard_fits_the_schema(path: Path) -> None:
    value = load_yaml(path.read_bytes(), path.name)
    assert [error.message for error in SCORECARD.iter_errors(value)] == []


def test_sound_tree_file_and_case_fit() -> None:
    for value in (TREE, FILE):
        assert SCORECARD.is_valid(value)
        assert not refused_by_parser(value)
    assert CASE.is_valid(RANKED)
    assert not refused_case(RANKED)
    assert CASE.is_valid({**RANKED, "scorecard": "library/own.yaml"})


@pytest.mark.parametrize("whole", [TREE, FILE], ids=["tree", "file"])
def test_what_the_schema_refuses_the_parser_refuses(whole: Any) -> None:
    """Asked the other way round, which is the same and quicker: whatever the parser takes fits the schema."""
    taken = [value for value in mutants(whole) if not refused_by_parser(value)]
    assert 30 < len(taken) < len(list(mutants(whole))) - 500
    assert [value for value in taken if not SCORECARD.is_valid(value)] == []


def test_what_the_case_schema_refuses_the_parser_refuses() -> None:
    taken = [value for value in mutants(RANKED) if not refused_case(value)]
    assert 30 < len(taken) < len(list(mutants(RANKED))) - 700
    assert [value for value in taken if not CASE.is_valid(value)] == []


BAD = {
    "unknown key of the file": (("wurst",), 1),
    "unknown key of the tree": (("scorecard", "wurst"), 1),
    "unknown key of a group": (("scorecard", "groups", 0, "wurst"), 1),
    "unknown key of a criterion": (("scorecard", "groups", 0, "criteria", 0, "wurst"), 1),
    "key of another kind": (("scorecard", "groups", 0, "criteria", 0, "knots"), [[0, 0], [1, 100]]),
    "key of another price method": (("scorecard", "groups", 1, "criteria", 0, "points_worth"), 5),
    "unknown key of a must-have": (("scorecard", "requirements", 0, "wurst"), 1),
    "unknown key inside an alternative": (("scorecard", "requirements", 0, "any_of", 0, "wurst"), 1),
    "two forms at once": (("scorecard", "requirements", 0, "certificate"), "soc2_type2"),
    "two bounds at once": (("scorecard", "requirements", 1, "at_most"), 1),
    "is and not at once": (("scorecard", "requirements", 2, "is"), ["never"]),
    "unknown kind": (("scorecard", "groups", 0, "criteria", 0, "kind"), "cubic"),
    "unknown method": (("scorecard", "groups", 1, "criteria", 0, "method"), "cheapest"),
    "unknown stage": (("scorecard", "requirements", 1, "before"), "lunch"),
    "weight zero": (("scorecard", "groups", 0, "weight"), 0),
    "weight negative": (("scorecard", "groups", 0, "weight"), -5),
    "weight infinite": (("scorecard", "groups", 0, "weight"), float("inf")),
    "weight as text": (("scorecard", "groups", 0, "weight"), "70"),
    "points above 100": (("scorecard", "groups", 0, "criteria", 1, "levels", "all"), 101),
    "one level": (("scorecard", "groups", 0, "criteria", 1, "levels"), {"all": 100}),
    "one knot": (("scorecard", "groups", 0, "criteria", 2, "knots"), [[0, 0]]),
    "knot of three": (("scorecard", "groups", 0, "criteria", 2, "knots"), [[0, 0, 1], [1, 100]]),
    "minimum above 100": (("scorecard", "minimum"), 101),
    "no groups": (("scorecard", "groups"), []),
    "no criteria": (("scorecard", "groups", 0, "criteria"), []),
    "id with a space": (("id",), "my card"),
    "other format": (("format",), "assay/scorecard@2"),
    "version zero": (("version",), 0),
    "price in lower case": (("scorecard", "groups", 1, "criteria", 0, "currency"), "usd"),
    "source as text": (("scorecard", "groups", 0, "criteria", 0, "from"), "pilot"),
    "see as a number": (("scorecard", "groups", 0, "criteria", 1, "from", "see"), 5),
    "condition as text": (("scorecard", "requirements", 0, "any_of", 0), "soc2_type2"),
    "empty alternatives": (("scorecard", "requirements", 0, "any_of"), []),
    "when as a list": (("scorecard", "requirements", 2, "when"), ["phi"]),
    "control character": (("name",), "a\x07b"),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD.keys())
def test_bad_file_is_refused_by_schema_and_parser_alike(change: tuple[tuple[Any, ...], Any]) -> None:
    bad = changed(FILE, *change)
    assert not SCORECARD.is_valid(bad)
    assert refused_by_parser(bad)


REQUIRED = [
    ("format",), ("id",), ("version",), ("scorecard",), ("scorecard", "groups"), ("scorecard", "groups", 0, "id"),
    ("scorecard", "groups", 0, "weight"), ("scorecard", "groups", 0, "criteria"),
    ("scorecard", "groups", 0, "criteria", 0, "worst"), ("scorecard", "groups", 0, "criteria", 0, "kind"),
    ("scorecard", "groups", 1, "criteria", 0, "method"), ("scorecard", "requirements", 0, "id"),
    ("scorecard", "requirements", 0, "any_of"), ("scorecard", "requirements", 1, "at_least"),
    ("small_team", "keep"),
]  # fmt: skip


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: ".".join(map(str, path)))
def test_missing_key_is_refused_by_schema_and_parser_alike(path: tuple[Any, ...]) -> None:
    bad = without(FILE, path)
    assert not SCORECARD.is_valid(bad)
    assert refused_by_parser(bad)


def test_price_without_anchors_fits_a_library_file_but_not_a_case() -> None:
    price = ("groups", 1, "criteria", 0, "cap")
    assert SCORECARD.is_valid(changed(TREE, price, None))
    assert not CASE.is_valid(changed(RANKED, ("scorecard", *price), None))
    assert refused_case(changed(RANKED, ("scorecard", *price), None))
