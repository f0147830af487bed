# mypy: disable-error-code="func-returns-value"
# `return reader.problem(…)` notes a problem and returns None in one step.
"""Plain values to requirements: a criterion, a certificate, a document, an answer, or any_of / all_of."""

from collections.abc import Mapping
from typing import Any, cast

from app.core.numbers import is_number
from app.core.scoring.reader import Reader, nearest
from app.core.scoring.spec import (
    STAGES,
    AllOf,
    Answered,
    AnyOf,
    CertificateHeld,
    Condition,
    Criterion,
    DocumentHeld,
    Flag,
    Levels,
    Measured,
    Natural,
    Requirement,
)

MAX_DEPTH = 4  # deeper alternatives cannot be explained in a sentence; also ends a value that contains itself
MAX_PARTS = 20
RELATIONS = ("at_least", "at_most", "is")
FORMS: Mapping[str, tuple[str, ...]] = {
    "any_of": (),
    "all_of": (),
    "certificate": (),
    "document": (),
    "question": ("not", "is"),
    "criterion": (*RELATIONS, "decide"),
}
REQUIREMENT_KEYS = ("before", "when", "except_when", "name", "description", "note", "who", "from", "unit")


def read_requirements(
    reader: Reader, value: Any, where: str, criteria: Mapping[str, Criterion | None], most: int
) -> tuple[Requirement, ...]:
    """The requirements of a scorecard; `criteria` may be named by a condition (None: known, but faulty)."""
    seen: set[str] = set()
    read = []
    for path, item in reader.items(value, where, most=most):
        if not isinstance(item, Mapping):
            reader.mapping(item, path)
            continue
        name = reader.identifier(item["id"], f"{path}.id", seen) if "id" in item else None
        if "id" not in item:
            reader.problem(f"{path}.id", "missing; add it")
        condition = _condition(reader, item, path, criteria, ("id", *REQUIREMENT_KEYS), MAX_DEPTH)
        before = reader.choice(item["before"], f"{path}.before", STAGES) if "before" in item else None
        when, unless = (_need(reader, item, path, key) for key in ("when", "except_when"))
        docs = {
            key: reader.notes(item[key], f"{path}.{key}")
            for key in ("name", "description", "note", "who", "from", "unit")
            if key in item
        }
        if name and condition:
            read.append(Requirement(name, condition, before, when, unless, docs))
    return tuple(read)


def _need(reader: Reader, item: Mapping[str, Any], where: str, key: str) -> dict[str, tuple[str, ...]]:
    if key not in item:
        return {}
    if not isinstance(item[key], Mapping):
        reader.problem(f"{where}.{key}", "must be a mapping such as {data_class: [phi]}")
        return {}
    return {str(k): reader.texts(v, f"{where}.{key}.{k}") for k, v in item[key].items()}


def _condition(
    reader: Reader,
    value: Any,
    where: str,
    criteria: Mapping[str, Criterion | None],
    beside: tuple[str, ...],
    depth: int,
) -> Condition | None:
    if depth == 0:
        return reader.problem(where, f"is nested more than {MAX_DEPTH} deep, or contains itself; split it")
    if not isinstance(value, Mapping):
        reader.mapping(value, where)
        return None
    return _one_form(reader, value, where, criteria, beside, depth)


def _one_form(
    reader: Reader,
    value: Mapping[str, Any],
    where: str,
    criteria: Mapping[str, Criterion | None],
    beside: tuple[str, ...],
    depth: int,
) -> Condition | None:
    forms = [form for form in FORMS if form in value]
    if len(forms) != 1:
        reader.mapping(value, where, optional=(*FORMS, *RELATIONS, "decide", "not", *beside))
        said = " and ".join(forms) if forms else "none"
        return reader.problem(where, f"must have exactly one of {', '.join(FORMS)}; found {said}")
    form = forms[0]
    reader.mapping(value, where, optional=(form, *FORMS[form], *beside))
    if form in ("any_of", "all_of"):
        items = reader.items(value[form], f"{where}.{form}", most=MAX_PARTS, least=1)
        parts = [_condition(reader, item, at, criteria, (), depth - 1) for at, item in items]
        kept = tuple(part for part in parts if part)
        return AnyOf(kept) if form == "any_of" else AllOf(kept)
    if form == "criterion":
        return _measured(reader, value, where, criteria)
    name = reader.identifier(value[form], f"{where}.{form}", set())
    if name is None or form == "question":
        return _answered(reader, value, where, name) if name else None
    return CertificateHeld(name) if form == "certificate" else DocumentHeld(name)


def _answered(reader: Reader, value: Mapping[str, Any], where: str, name: str) -> Answered | None:
    if ("is" in value) == ("not" in value):
        return reader.problem(where, "a question needs either `is` or `not` with a list of answers")
    key = "is" if "is" in value else "not"
    answers = reader.texts(value[key], f"{where}.{key}")
    if not answers:
        return reader.problem(f"{where}.{key}", "must list at least one answer")
    return Answered(name, allowed=answers) if key == "is" else Answered(name, refused=answers)


def _measured(
    reader: Reader, value: Mapping[str, Any], where: str, criteria: Mapping[str, Criterion | None]
) -> Measured | None:
    name = value["criterion"]
    relations = [relation for relation in RELATIONS if relation in value]
    if len(relations) != 1:
        reader.problem(where, f"needs exactly one of {', '.join(RELATIONS)}")
    decide = (
        reader.choice(value["decide"], f"{where}.decide", ("interval", "mid")) if "decide" in value else None
    )
    if not isinstance(name, str) or name not in criteria:
        if reader.blind:
            return None
        return reader.problem(f"{where}.criterion", f"no criterion '{name}'{nearest(str(name), criteria)}")
    criterion = criteria[name]
    if len(relations) != 1 or criterion is None:
        return None
    relation = relations[0]
    bound = _bound(reader, value[relation], f"{where}.{relation}", criterion, relation)
    if bound is None:
        return None
    return Measured(name, cast(Any, relation), bound, cast(Any, decide or "interval"))


def _bound(reader: Reader, value: Any, where: str, criterion: Criterion, relation: str) -> Natural | None:
    if isinstance(criterion.scale, Levels):
        label = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        return reader.choice(label, where, tuple(criterion.scale.points))
    if isinstance(criterion.scale, Flag):
        if relation != "is" or not isinstance(value, bool):
            return reader.problem(where, "a flag is compared with `is: true` or `is: false`")
        return value
    if not is_number(value):
        return reader.number(value, where)
    return value
