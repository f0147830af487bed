"""JSON Schemas of scorecard and case files, built from the tables that the parser itself reads by.

A schema cannot say everything: that ids differ, that worst is not best, that a must-have names a criterion that
exists. What a schema refuses, the parser refuses too; `assay scorecards check` says the rest.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from app.core.numbers import LARGEST
from app.core.scoring import case, parse, parse_requirement
from app.core.scoring.check import MAX_CANDIDATES
from app.core.scoring.reader import ID, MAX_LIST, MAX_NOTES, MAX_TEXT
from app.core.scoring.spec import CELL_STATUSES, PAPER_STATUSES, STAGES

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_PRINTABLE = r"^(?=[\s\S]*\S)[^\u0000-\u0008\u000b-\u001f\u007f]+$"  # not blank, no control characters
_NUMBER: Schema = {"type": "number", "minimum": -LARGEST, "maximum": LARGEST}
_POINTS: Schema = {"type": "number", "minimum": 0, "maximum": 100}
_WEIGHT: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": parse.MAX_WEIGHT}
_TEXT: Schema = {"$ref": "#/$defs/text"}
_TEXTS: Schema = {"type": "array", "items": _TEXT, "maxItems": MAX_LIST}
_ID: Schema = {"$ref": "#/$defs/id"}
_NOTES: Schema = {"$ref": "#/$defs/notes"}
_NATURAL: Schema = {"type": ["number", "string", "boolean", "null"], "minimum": -LARGEST, "maximum": LARGEST}
_DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
_NAMES: Schema = {"type": "object", "additionalProperties": {"anyOf": [_TEXT, _TEXTS]}}


def scorecard_schema() -> Schema:
    """The schema of a library file or of a tree alone, as `parse_scorecard` reads it."""
    return {
        "$schema": DIALECT,
        "title": "Assay scorecard",
        "description": "Groups, criteria with fixed anchors, weights, must-haves. Unknown keys are refused.",
        "$ref": "#/$defs/scorecard",
        "$defs": _defs(ranked=False),
    }


def case_schema() -> Schema:
    """The schema of a case file for `assay rank`, as `parse_case` reads it; prices must have their anchors."""
    required, optional = case.CASE_KEYS
    properties: Schema = dict.fromkeys(optional, True) | {
        "scorecard": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/scorecard"}]},
        "vendors": {"type": "array", "items": {"$ref": "#/$defs/vendor"}, "maxItems": MAX_CANDIDATES},
        "decision_date": _DATE,
        "need": _NAMES,
    }
    return {
        "$schema": DIALECT,
        "title": "Assay case",
        "description": "A scorecard, or the path of one, and what is known of each vendor.",
        **_object(properties, required),
        "$defs": {**_defs(ranked=True), **_vendor_defs()},
    }


def _object(properties: Mapping[str, Any], required: Iterable[str]) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": dict(properties),
        "additionalProperties": False,
    }


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _defs(*, ranked: bool) -> Schema:
    return {
        "text": {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_TEXT,
            "pattern": _PRINTABLE,
        },
        "id": {"type": "string", "pattern": "^" + ID.pattern.removesuffix(r"\Z") + "$"},
        "notes": {
            "anyOf": [
                _TEXT,
                _NUMBER,
                {"type": ["boolean", "null"]},
                {"type": "array", "items": _NOTES, "maxItems": MAX_NOTES},
                {"type": "object", "additionalProperties": _NOTES},
            ]
        },
        "source": {
            "type": "object",
            "properties": {key: _or_null(_TEXTS) for key in parse.SOURCE_LISTS},
            "additionalProperties": _NOTES,
        },
        "scorecard": {
            "if": {"type": "object", "required": ["groups"]},
            "then": {"$ref": "#/$defs/tree"},
            "else": {"$ref": "#/$defs/library"},
        },
        "library": _library(),
        "tree": _tree(),
        "group": _group(),
        "criterion": {"oneOf": [*_scales(), *_prices(ranked=ranked)]},
        "requirement": {"oneOf": _forms(outermost=True)},
        "condition": {"oneOf": _forms(outermost=False)},
    }


def _docs() -> Schema:
    special: Schema = {"from": _or_null({"$ref": "#/$defs/source"})}
    texts: Schema = {key: _or_null(_TEXT) for key in parse.DOC_TEXTS}
    return {key: special.get(key) or texts.get(key) or _NOTES for key in parse.DOCS}


def _library() -> Schema:
    required, optional = parse.SMALL_TEAM
    keep = {"type": "array", "items": _TEXT, "maxItems": parse.MAX_CRITERIA}
    team: Schema = dict.fromkeys(optional, _NOTES) | {
        "keep": keep,
        "minutes": {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST},
    }
    properties: Schema = dict.fromkeys(parse.LIBRARY, _NOTES) | {
        "format": {"const": parse.FORMAT},
        "id": _ID,
        "version": {"type": "integer", "minimum": 1, "maximum": parse.MAX_VERSION},
        "scorecard": {"$ref": "#/$defs/tree"},
        "small_team": _object(team, required),
        "swing_questions": _TEXTS,
    }
    return _object(properties, (*parse.LIBRARY[:3], "scorecard"))


def _tree() -> Schema:
    properties: Schema = _docs() | {
        "groups": _list_of("group", parse.MAX_GROUPS, least=1),
        "minimum": _or_null(_POINTS),
        "requirements": _list_of("requirement", parse.MAX_REQUIREMENTS),
    }
    return _object(properties, ("groups",))


def _group() -> Schema:
    properties: Schema = _docs() | {
        "id": _ID,
        "weight": _WEIGHT,
        "minimum": _or_null(_POINTS),
        "criteria": _list_of("criterion", parse.MAX_CRITERIA, least=1),
    }
    return _object(properties, ("id", "weight", "criteria"))


def _list_of(name: str, most: int, *, least: int = 0) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}, "minItems": least, "maxItems": most}


_SCALE: Mapping[str, Schema] = {
    "worst": _NUMBER,
    "best": _NUMBER,
    "knots": {
        "type": "array",
        "items": {"type": "array", "prefixItems": [_NUMBER, _POINTS], "minItems": 2, "maxItems": 2},
        "minItems": 2,
        "maxItems": parse.MAX_KNOTS,
    },
    "levels": {
        "type": "object",
        "additionalProperties": _POINTS,
        "minProperties": 2,
        "maxProperties": parse.MAX_LEVELS,
    },
    "level_texts": _or_null({"type": "object", "additionalProperties": _NOTES}),
    "set_with": _NOTES,
    "currency": _or_null({"type": "string", "pattern": "^[A-Z]{3}$"}),
}
_LIMITS = {"low": "minimum", "high": "maximum", "above": "exclusiveMinimum"}


def _criterion(kind: str, keys: Iterable[str], more: Mapping[str, Any]) -> Schema:
    properties: Schema = _docs() | {
        "id": _ID,
        "weight": _WEIGHT,
        "kind": {"const": kind},
        "minimum": _or_null(_POINTS),
        **more,
    }
    return _object(properties, ("id", "weight", "kind", *keys))


def _scales() -> list[Schema]:
    return [
        _criterion(kind, keys, {key: _SCALE[key] for key in (*keys, *parse.SCALE_DOCS.get(kind, ()))})
        for kind, keys in parse.SCALE_KEYS.items()
    ]


def _prices(*, ranked: bool) -> list[Schema]:
    found = []
    for method, figures in parse.METHODS.items():
        needed = figures if ranked and method in parse.PRICED_BY else ()
        limits = {key: _limited(parse.PRICE_BOUNDS[key], optional=key not in needed) for key in figures}
        beside = {key: _SCALE[key] for key in (*parse.SCALE_DOCS["price"], "currency")}
        found.append(
            _criterion("price", ("method", *needed), {"method": {"const": method}, **limits, **beside})
        )
    return found


def _limited(limits: Mapping[str, float], *, optional: bool) -> Schema:
    number = {**_NUMBER, **{_LIMITS[key]: value for key, value in limits.items()}}
    return _or_null(number) if optional else number


def _forms(*, outermost: bool) -> list[Schema]:
    """One schema for each form of a condition, so that exactly one of them fits."""
    beside: Schema = {}
    if outermost:
        texts = dict.fromkeys(parse_requirement.REQUIREMENT_KEYS, _NOTES)
        needs = {key: {"type": "object", "additionalProperties": _TEXTS} for key in ("when", "except_when")}
        beside = {"id": _ID, **texts, **needs, "before": {"enum": list(STAGES)}}
    required = ("id",) if outermost else ()
    found = []
    for form in parse_requirement.FORMS:
        for more, needed in _variants(form):
            found.append(_object({**beside, **more}, (*required, form, *needed)))
    return found


def _variants(form: str) -> list[tuple[Schema, tuple[str, ...]]]:
    if form in ("any_of", "all_of"):
        return [({form: _list_of("condition", parse_requirement.MAX_PARTS, least=1)}, ())]
    if form == "question":
        said = {**_TEXTS, "minItems": 1}
        return [({form: _ID, key: said}, (key,)) for key in parse_requirement.FORMS[form]]
    if form == "criterion":
        bound = {"type": ["number", "string", "boolean"], "minimum": -LARGEST, "maximum": LARGEST}
        decide = {"enum": ["interval", "mid"]}
        return [
            ({form: {"type": "string"}, relation: bound, "decide": decide}, (relation,))
            for relation in parse_requirement.RELATIONS
        ]
    return [({form: _ID}, ())]


def _vendor_defs() -> Schema:
    paper: Schema = {"status": {"enum": list(PAPER_STATUSES)}, "until": _or_null(_DATE)}
    papers = {"type": "object", "additionalProperties": _object(paper, case.PAPER_KEYS[0])}
    waiver: Schema = dict.fromkeys(case.WAIVER_KEYS[0], _TEXT) | {"until": _or_null(_DATE)}
    cell: Schema = dict.fromkeys(case.CELL_KEYS, _NATURAL) | {
        "status": {"enum": list(CELL_STATUSES)},
        "scale": {"enum": ["natural", "points"]},
    }
    vendor: Schema = dict.fromkeys(case.VENDOR_KEYS, True) | {
        "id": {**_TEXT, "maxLength": case.MAX_NAME},
        "certificates": papers,
        "documents": papers,
        "answers": _NAMES,
        "waivers": {
            "type": "array",
            "items": _object(waiver, case.WAIVER_KEYS[0]),
            "maxItems": case.MAX_WAIVERS,
        },
        "cells": {"type": "object", "additionalProperties": {"anyOf": [_NATURAL, _object(cell, ())]}},
    }
    return {"vendor": _object(vendor, ("id",))}
