"""Must-haves on a date: pass, fail, unknown or waived, each with a reason that can be printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.core.scoring.spec import (
    AllOf,
    Answered,
    AnyOf,
    Candidate,
    Cell,
    CertificateHeld,
    Condition,
    Criterion,
    DocumentHeld,
    Flag,
    Levels,
    Measured,
    Natural,
    Need,
    Paper,
    Requirement,
    Scorecard,
    Waiver,
)
from app.core.scoring.values import natural_ends

GateState = Literal["pass", "fail", "unknown", "waived"]
Answer = tuple[Literal["pass", "fail", "unknown"], str]


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """State of one requirement for one candidate; `waiver` is set when it made the difference."""

    id: str
    name: str
    state: GateState
    reason: str
    waiver: Waiver | None = None


def applies(requirement: Requirement, need: Need) -> bool:
    """Whether the requirement holds under this need.

    Every key of `when` must share a value with the need; one shared value in `except_when` lifts it. A key
    the need does not name keeps the requirement: leaving out a must-have takes a statement, not a silence.
    """
    for key, values in requirement.when.items():
        if key in need and not set(values) & set(need[key]):
            return False
    return not any(set(values) & set(need.get(key, ())) for key, values in requirement.except_when.items())


def decide_gates(
    scorecard: Scorecard, candidate: Candidate, *, decision_date: date, need: Need | None = None
) -> tuple[GateOutcome, ...]:
    """The outcome of every requirement that applies, in the scorecard's order.

    Certificates and documents must be verified and valid through the decision date; claimed is unknown. A
    measured bound reads natural units: `interval` passes when the whole interval does, fails when none of it
    does, else unknown; `mid` reads the mid. A claim can fail a bound (the vendor itself says so) and never
    pass it. A waiver turns fail and unknown into waived; an expired one counts as none.
    """
    criteria = {criterion.id: criterion for criterion in scorecard.criteria}
    return tuple(
        _decide(requirement, candidate, criteria, decision_date)
        for requirement in scorecard.requirements
        if applies(requirement, need or {})
    )


def _decide(
    requirement: Requirement, candidate: Candidate, criteria: Mapping[str, Criterion], on: date
) -> GateOutcome:
    state, reason = _answer(requirement.condition, candidate, criteria, on)
    if state == "pass":
        return GateOutcome(requirement.id, requirement.name, "pass", reason)
    expired = ""
    for waiver in candidate.waivers:
        if waiver.requirement != requirement.id:
            continue
        if waiver.until is None or waiver.until >= on:
            until = f" until {waiver.until}" if waiver.until else ""
            text = f"waived by {waiver.by}{until}: {waiver.reason} ({reason})"
            return GateOutcome(requirement.id, requirement.name, "waived", text, waiver)
        expired = f"; the waiver by {waiver.by} ended on {waiver.until}"
    return GateOutcome(requirement.id, requirement.name, state, reason + expired)


def _answer(
    condition: Condition, candidate: Candidate, criteria: Mapping[str, Criterion], on: date
) -> Answer:
    match condition:
        case CertificateHeld(name):
            return _paper(candidate.names.get(name, name), candidate.certificates.get(name), on)
        case DocumentHeld(name):
            return _paper(candidate.names.get(name, name), candidate.documents.get(name), on)
        case Answered():
            return _answered(condition, candidate)
        case Measured(name):
            return _measured(condition, criteria[name], candidate.cells.get(name))
        case AnyOf(parts):
            return _any([_answer(part, candidate, criteria, on) for part in parts])
        case AllOf(parts):
            return _all([_answer(part, candidate, criteria, on) for part in parts])


def _any(answers: list[Answer]) -> Answer:
    for state in ("pass", "unknown"):
        reasons = [reason for found, reason in answers if found == state]
        if reasons:
            return state, reasons[0] if state == "pass" else " or ".join(reasons)
    return "fail", " and ".join(reason for _, reason in answers)


def _all(answers: list[Answer]) -> Answer:
    for state in ("fail", "unknown"):
        reasons = [reason for found, reason in answers if found == state]
        if reasons:
            return state, " and ".join(reasons)
    return "pass", " and ".join(reason for _, reason in answers)


def _paper(name: str, paper: Paper | None, on: date) -> Answer:
    if paper is None or paper.status in ("open", "conflict"):
        open_ = (paper.note if paper else "") or "no evidence yet"
        why = "the evidence conflicts" if paper and paper.status == "conflict" else open_
        return "unknown", f"{name}: {why}"
    if paper.status in ("none", "closed_unanswered"):
        why = "the vendor does not have it" if paper.status == "none" else "asked and not answered"
        return "fail", f"{name}: {why}"
    if paper.until is not None and paper.until < on:
        return "fail", f"{name}: expired on {paper.until}"
    until = f" until {paper.until}" if paper.until else ""
    if paper.status == "claimed":
        return "unknown", f"{name}: claimed{until}, not verified"
    return "pass", f"{name}: verified{until}"


def _answered(condition: Answered, candidate: Candidate) -> Answer:
    name = candidate.names.get(condition.question, condition.question)
    answers = candidate.answers.get(condition.question)
    if not answers:
        return "unknown", f"{name}: not answered yet"
    said = ", ".join(answers).replace("_", " ")
    bad = set(answers) & set(condition.refused)
    missing = bool(condition.allowed) and not set(answers) & set(condition.allowed)
    if bad or missing:
        return "fail", f"{name}: answered {said}"
    return "pass", f"{name}: answered {said}"


def _measured(condition: Measured, criterion: Criterion, cell: Cell | None) -> Answer:
    name = criterion.name
    if cell is None or cell.status == "open":
        return "unknown", f"{name}: not known yet"
    if cell.status == "conflict":
        return "unknown", f"{name}: the evidence conflicts"
    if cell.status == "closed_unanswered":
        return "fail", f"{name}: asked and not answered"
    low, mid, high = (_comparable(criterion, cell, end) for end in natural_ends(cell))
    assert low is not None  # noqa: S101  (checked before)
    assert high is not None  # noqa: S101  (checked before)
    if mid is None:
        mid = (low + high) / 2
    bound = _comparable(criterion, None, condition.bound)
    assert bound is not None  # noqa: S101  (a bound is always given)
    ends = (low, high) if condition.decide == "interval" else (mid, mid)
    state = _compare(condition.relation, ends, bound)
    relation = condition.relation.replace("_", " ")
    text = f"{name}: {_shown(cell, condition.decide)}, must be {relation} {_word(condition.bound)}"
    if cell.status == "claimed" and state == "pass":
        return "unknown", f"{text}; claimed, not verified"
    return state, text


def _compare(relation: str, ends: tuple[float, float], bound: float) -> Literal["pass", "fail", "unknown"]:
    low, high = ends
    passing = {
        "at_least": (low >= bound, high < bound),
        "at_most": (high <= bound, low > bound),
        "is": (low == high == bound, not low <= bound <= high),
    }[relation]
    if passing[0]:
        return "pass"
    return "fail" if passing[1] else "unknown"


def _comparable(criterion: Criterion, cell: Cell | None, value: Natural | None) -> float | None:
    """Numbers as they are; labels by their points; no and yes as 0 and 1."""
    if value is None:
        return None
    if isinstance(criterion.scale, Levels) and not (cell and cell.in_points):
        return float(criterion.scale.points[str(value)])
    if isinstance(criterion.scale, Flag):
        return float(bool(value))
    return float(value)


def _word(value: Natural) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.5g}" if isinstance(value, int | float) else value


def _shown(cell: Cell, decide: str) -> str:
    low, mid, high = natural_ends(cell)
    points = " points" if cell.in_points else ""
    if low is not None and high is not None and low != high and (decide == "interval" or mid is None):
        return f"{_word(low)} to {_word(high)}{points}"
    return f"{_word(mid if mid is not None else low or 0)}{points}"
