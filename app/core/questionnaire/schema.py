"""The JSON Schema of a questionnaire file, made from the same lists as the reader.

It is for editors that complete and underline while somebody types. What a schema cannot say (ids that stand twice,
conditions in a circle, points that do not fit the type) is said by `assay questionnaires check`.

`python -m app.core.questionnaire.schema > scorecards/schema/questionnaire.schema.json` renews the file.
"""

import json
import sys
from typing import Any

from app.core.plain import DOCUMENT_ID, IDENT
from app.core.questionnaire.conditions import TESTS
from app.core.questionnaire.model import COLUMN_TYPES, CONFIDENCES, QUESTION_TYPES, TOP_LEVEL
from app.core.questionnaire.parse import FORMAT, TAKES, TARGET
from app.core.taxonomy import LISTS

_Schema = dict[str, Any]
_TEXT: _Schema = {"type": "string", "minLength": 1, "maxLength": 2000}
_ID: _Schema = {"type": "string", "pattern": f"^{IDENT.pattern}$"}
_FLAG: _Schema = {"type": "boolean"}
_TARGET: _Schema = {"type": "string", "pattern": f"^{TARGET.pattern}$"}


def questionnaire_schema() -> _Schema:
    """The schema (JSON Schema 2020-12) of `format: assay/questionnaire@1`; plain values, keys in reading order."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Assay questionnaire",
        **_object(
            {
                "format": {"const": FORMAT},
                "id": {"type": "string", "pattern": f"^{DOCUMENT_ID.pattern}$"},
                "version": _whole(1, 1_000_000),
                "title": _text(200),
                "audience": {"enum": ["vendor", "internal"]},
                "minutes": _whole(1, 1000),
                "intro": _TEXT,
                "confidence_levels": _object({name: _text(80) for name in CONFIDENCES}, ()),
                "agenda": _list(_object({"minutes": _whole(1, 1000), "item": _TEXT})),
                "before_the_call": _list(_TEXT),
                "after_the_call": _list(_object({"what": _TEXT, "within_days": _whole(0, 365)})),
                "profile": _list(_object({"id": _ID, "from": _source()})),
                "sections": _list(_ref("section"), at_least=1),
            },
            ("format", "id", "version", "title", "audience", "sections"),
        ),
        "$defs": {
            "section": _section(),
            "question": _question(),
            "option": _option(),
            "column": _column(),
            "condition": _condition(),
            "feed": _feed(),
        },
    }


def _object(properties: _Schema, required: tuple[str, ...] | None = None) -> _Schema:
    """A mapping without other keys; all keys are required unless said otherwise."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


def _list(items: _Schema, *, at_least: int = 0) -> _Schema:
    return {"type": "array", "items": items} | ({"minItems": at_least} if at_least else {})


def _ref(name: str) -> _Schema:
    return {"$ref": f"#/$defs/{name}"}


def _text(longest: int) -> _Schema:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def _whole(low: int, high: int) -> _Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _number(low: float, high: float) -> _Schema:
    return {"type": "number", "minimum": low, "maximum": high}


def _source() -> _Schema:
    return {"type": "string", "pattern": r"^need\.[a-z][a-z0-9_]*$"}


def _levels() -> _Schema:
    # YAML keys are whole numbers; JSON writes them as text.
    levels = {str(level): _TEXT for level in range(TOP_LEVEL + 1)}
    return {"type": "object", "properties": levels, "additionalProperties": False}


def _section() -> _Schema:
    return _object(
        {
            "id": _ID,
            "title": _text(200),
            "weight": _number(0, 1e6),
            "minutes": _whole(0, 1000),
            "sealed": {**_FLAG, "description": "Hidden from those who score quality."},
            "when": _ref("condition"),
            "questions": _list(_ref("question"), at_least=1),
        },
        ("id", "title", "questions"),
    )


def _field() -> _Schema:
    return {
        "options": _list(_ref("option"), at_least=2),
        "options_from": {"enum": [f"taxonomy.{name}" for name in LISTS]},
        "unit": _text(40),
        "min": _number(-1e12, 1e12),
        "max": _number(-1e12, 1e12),
        "whole": _FLAG,
    }


def _question() -> _Schema:
    found = _object(
        {
            "id": _ID,
            "text": _TEXT,
            "type": {"enum": list(QUESTION_TYPES)},
            "core": {**_FLAG, "description": "Part of the short version."},
            "weight": {"type": "number", "exclusiveMinimum": 0, "maximum": 1e6},
            "scored": {"const": False},
            **_field(),
            "levels": {**_levels(), "required": [str(level) for level in range(TOP_LEVEL + 1)]},
            "reviewer_levels": {**_levels(), "required": ["0", str(TOP_LEVEL)]},
            "ask_why_at_most": _whole(0, TOP_LEVEL - 1),
            "columns": _list(_ref("column"), at_least=1),
            "evidence": {**_list(_ID), "uniqueItems": True},
            "feeds": _list(_ref("feed")),
            "controls": _list(_text(80)),
            "when": _ref("condition"),
            "not_applicable_when": _ref("condition"),
            "help": {**_TEXT, "description": "Shown to the vendor."},
            "follow_up": _TEXT,
            "why_we_ask": _TEXT,
            "listen_for": {**_TEXT, "description": "For those who read the answer."},
        },
        ("id", "text", "type"),
    )
    return {**found, "oneOf": [{"required": ["weight"]}, {"required": ["scored"]}]}


def _option() -> _Schema:
    return _object(
        {
            "id": _ID,
            "text": _text(400),
            "points": _whole(0, 100),
            "knock_out": _FLAG,
            "on_bad": {**_TEXT, "description": "What we ask back."},
            "exclusive": _FLAG,
            "ask_why": {**_FLAG, "description": "Ask for the reason and for what is done instead."},
        },
        ("id", "text"),
    )


def _column() -> _Schema:
    return _object(
        {
            "id": _ID,
            "text": _text(200),
            "type": {"enum": list(COLUMN_TYPES)},
            **_field(),
            "required": _FLAG,
        },
        ("id", "text", "type"),
    )


def _condition() -> _Schema:
    values: _Schema = {
        "is": {"enum": ["set", "empty"]},
        "at_least": _number(-1e12, 1e12),
        "at_most": _number(-1e12, 1e12),
    }
    tests = [
        _object({source: _ID, test: values.get(test, {"type": ["string", "boolean"]})})
        for source in ("profile", "answer")
        for test in TESTS
    ]
    joined = [_object({how: _list(_ref("condition"), at_least=1)}) for how in ("any", "all")]
    return {"anyOf": [*tests, *joined, _object({"not": _ref("condition")})]}


def _feed() -> _Schema:
    taken = _object({"to": _TARGET, "column": _ID, "take": {"enum": list(TAKES)}})
    return {"anyOf": [_TARGET, taken]}


def schema_text() -> str:
    """The schema as the file holds it."""
    return json.dumps(questionnaire_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
