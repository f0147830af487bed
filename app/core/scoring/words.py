"""Scales, sources, conditions and moments of a scorecard in words."""

from app.core.scoring.effort import is_rated
from app.core.scoring.spec import (
    AllOf,
    Answered,
    AnyOf,
    CertificateHeld,
    Condition,
    Criterion,
    DocumentHeld,
    Flag,
    Levels,
    Linear,
    Measured,
    Piecewise,
    Price,
    Requirement,
)

RELATIONS = {"at_least": "at least", "at_most": "at most", "is": "is"}


def scale_words(criterion: Criterion) -> str:
    """What earns no and all points: `0 points at 0.8, 100 at 0.98, share`."""
    unit = f", {criterion.unit}" if criterion.unit else ""
    match criterion.scale:
        case Linear(worst, best):
            return f"0 points at {worst:g}, 100 at {best:g}{unit}"
        case Piecewise(knots):
            return ", ".join(f"{y:g} points at {x:g}" for x, y in knots) + unit
        case Levels(points):
            return ", ".join(f"{label.replace('_', ' ')} {value:g}" for label, value in points.items())
        case Flag():
            return "no 0, yes 100"
        case Price() as price:
            return _price_words(price)


def _price_words(price: Price) -> str:
    figures = [
        f"{name} {value:g}{f' {price.currency}' if money and price.currency else ''}"
        for name, value, money in (
            ("target", price.target, True),
            ("cap", price.cap, True),
            ("a quality point worth", price.points_worth, True),
            ("quality at least", price.quality_minimum, False),
        )
        if value is not None
    ]
    if price.currency and not any(
        value is not None for value in (price.target, price.cap, price.points_worth)
    ):
        figures.append(f"in {price.currency}")
    return ", ".join([price.method.replace("_", " "), *figures])


def source_words(criterion: Criterion) -> str:
    """Where the value comes from: the panel, the pilot, an answer, the register, or the offer."""
    source = criterion.source
    if is_rated(criterion):
        return "rated by the panel"
    if "pilot" in source:
        times = f" times the answer to {_plain(source['times'])}" if "times" in source else ""
        return f"the pilot: {_plain(source['pilot'])}{times}"
    if source.get("with") == "vendor.capabilities":
        return "the vendor's profile against the need"
    if "questionnaire" in source:
        asked = f"answer to {_plain(source['question'])}" if "question" in source else "its score"
        return f"{_plain(source['questionnaire'])}: {asked}"
    if "cost" in source or isinstance(criterion.scale, Price):
        return "the offer, at the pilot's pace and acceptance"
    if "vendor" in source:
        return f"the register: {_plain(source['vendor'])}"
    return "typed in with its source"


def condition_words(condition: Condition) -> str:
    """What has to be the case, alternatives joined by `or`."""
    match condition:
        case CertificateHeld(name) | DocumentHeld(name):
            return name.replace("_", " ")
        case Answered(question, allowed, refused):
            said = f"is {' or '.join(allowed)}" if allowed else f"is not {' or '.join(refused)}"
            return f"the answer to {question} {said}".replace("_", " ")
        case Measured(criterion, relation, bound, decide):
            shown = ("yes" if bound else "no") if isinstance(bound, bool) else str(bound)
            how = ", decided on the middle value" if decide == "mid" else ""
            return f"{criterion} {RELATIONS[relation]} {shown}{how}".replace("_", " ")
        case AnyOf(parts):
            return " or ".join(_inner(part) for part in parts)
        case AllOf(parts):
            return " and ".join(_inner(part) for part in parts)


def _inner(condition: Condition) -> str:
    words = condition_words(condition)
    return f"({words})" if isinstance(condition, AnyOf | AllOf) else words


def moment_words(requirement: Requirement) -> str:
    """Before which step it must be met, and for which needs; empty when it always holds."""
    said = [f"before {requirement.before}"] if requirement.before else []
    said += [f"if {key} is {' or '.join(values)}" for key, values in requirement.when.items()]
    said += [f"unless {key} is {' or '.join(values)}" for key, values in requirement.except_when.items()]
    return "; ".join(said).replace("_", " ")


def _plain(name: object) -> str:
    return str(name).replace("_", " ")
