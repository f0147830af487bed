"""One form and one digest of a scorecard, so that a version can be pinned and recognised again."""

import hashlib
import json
from typing import Any

from app.core.scoring.spec import (
    KIND,
    AllOf,
    Answered,
    AnyOf,
    CertificateHeld,
    Condition,
    Criterion,
    DocumentHeld,
    Flag,
    Group,
    Levels,
    Linear,
    Measured,
    Number,
    Piecewise,
    Price,
    Requirement,
    Scale,
    Scorecard,
)


def canonical(scorecard: Scorecard) -> dict[str, Any]:
    """The scorecard as plain values that `parse_scorecard` reads back to an equal one.

    Whole numbers are ints (60.0 becomes 60), absent keys stay absent; a library file keeps its outer keys.
    """
    tree: dict[str, Any] = {
        **_plain(scorecard.docs),
        **_minimum(scorecard.minimum),
        "groups": [_group(group) for group in scorecard.groups],
    }
    if scorecard.requirements:
        tree["requirements"] = [_requirement(requirement) for requirement in scorecard.requirements]
    return {**_plain(scorecard.library), "scorecard": tree} if scorecard.library else tree


def digest(scorecard: Scorecard) -> str:
    """SHA-256, in hex, of the canonical form as JSON with sorted keys and no spaces, in UTF-8.

    Key order and number spelling do not change it; the order of groups, criteria and levels does: it is what
    people see. Level order is kept by digesting levels as pairs.
    """
    text = json.dumps(
        _ordered_levels(canonical(scorecard)), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _ordered_levels(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: list(item.items()) if key == "levels" and isinstance(item, dict) else _ordered_levels(item)
            for key, item in value.items()
        }
    return [_ordered_levels(item) for item in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _minimum(minimum: Number | None) -> dict[str, Any]:
    return {} if minimum is None else {"minimum": _plain(minimum)}


def _group(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "weight": _plain(group.weight),
        **_plain(group.docs),
        **_minimum(group.minimum),
        "criteria": [_criterion(criterion) for criterion in group.criteria],
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "weight": _plain(criterion.weight),
        "kind": KIND[type(criterion.scale)],
        **_scale(criterion.scale),
        **_minimum(criterion.minimum),
        **_plain(criterion.docs),
    }


def _scale(scale: Scale) -> dict[str, Any]:
    match scale:
        case Linear(worst, best):
            return {"worst": _plain(worst), "best": _plain(best)}
        case Piecewise(knots):
            return {"knots": _plain(knots)}
        case Levels(points):
            return {"levels": _plain(dict(points))}
        case Flag():
            return {}
        case Price():
            keys = ("target", "cap", "currency", "points_worth", "quality_minimum")
            given = {key: _plain(getattr(scale, key)) for key in keys if getattr(scale, key) is not None}
            return {"method": scale.method, **given}


def _requirement(requirement: Requirement) -> dict[str, Any]:
    return {
        "id": requirement.id,
        **_condition(requirement.condition),
        **({"before": requirement.before} if requirement.before else {}),
        **({"when": _plain(dict(requirement.when))} if requirement.when else {}),
        **({"except_when": _plain(dict(requirement.except_when))} if requirement.except_when else {}),
        **_plain(requirement.docs),
    }


def _condition(condition: Condition) -> dict[str, Any]:
    match condition:
        case CertificateHeld(name):
            return {"certificate": name}
        case DocumentHeld(name):
            return {"document": name}
        case Answered(question, allowed, refused):
            return {"question": question, **({"is": list(allowed)} if allowed else {"not": list(refused)})}
        case Measured(criterion, relation, bound, decide):
            return {"criterion": criterion, relation: _plain(bound), "decide": decide}
        case AnyOf(parts):
            return {"any_of": [_condition(part) for part in parts]}
        case AllOf(parts):
            return {"all_of": [_condition(part) for part in parts]}
