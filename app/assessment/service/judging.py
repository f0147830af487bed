"""What the panel agrees on, waives and types in."""

from typing import Any
from uuid import UUID

from app.assessment import queries
from app.assessment.models import Consensus, GateWaiver, ManualValue
from app.assessment.schemas import ConsensusIn, ValueIn, WaiverIn
from app.assessment.service.panel import panel_board
from app.assessment.service.ratings import candidate_in, checked_value
from app.assessment.service.scorecard import pin_of, scorecard_of
from app.audit import service as audit
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.permissions import Action
from app.core.scoring import (
    AllOf,
    Answered,
    AnyOf,
    Criterion,
    DocumentHeld,
    Flag,
    Levels,
    Price,
    Scorecard,
)
from app.core.scoring.effort import is_rated
from app.core.scoring.spec import Condition
from app.evaluations import service as evaluations
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession, unchanged


def set_consensus(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: ConsensusIn, seen: int | None = None
) -> Consensus:
    """Keep what the panel agreed on for a cell; the ratings stay. Without ends the value counts as exact.

    Raises `Conflict` before anybody locked a rating of the cell, `Invalid` for values the scale does not know.
    """
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.SCORECARD_PIN, changing=True)
    candidate_in(session, evaluation_id, entry.candidate_id)
    board = panel_board(session, access.evaluation, pin_of(session, evaluation_id))
    criterion = _named(board.scorecard, entry.criterion)
    if not board.may_see_others(entry.candidate_id, actor.id):
        raise Conflict("assessment.blind", "Lock your own ratings of this candidate first.")
    if not board.counted(entry.candidate_id, entry.criterion):
        raise Conflict("assessment.no_ratings", "Nobody has locked a rating of this cell yet.")
    low, mid, high = _ends(criterion, entry.low, entry.value, entry.high, middle="value")
    row = queries.consensus(session, entry.candidate_id, entry.criterion)
    before = {} if row is None else _sealed(row)
    if row is not None:
        unchanged(row, seen, {"value": entry.value, "reason": entry.reason})
    row = row or Consensus(
        evaluation_id=evaluation_id,
        candidate_id=entry.candidate_id,
        criterion=entry.criterion,
        value=mid,
        reason="",
        set_by=actor.id,
    )
    row.value, row.low, row.high, row.reason = mid, low, high, entry.reason
    row.set_by, row.set_at = actor.id, clock.now()
    session.add(row)
    after = {"candidate": row.candidate_id, "criterion": row.criterion, **_sealed(row)}
    audit.record(
        session, actor, "assessment.consensus.set", ("consensus", row.id), before=before, after=after
    )
    session.flush()
    return row


def _sealed(row: Consensus) -> dict[str, str]:
    """What the chain tells of a consensus: that it is this one, not what it is, as evaluators may still be blind."""
    told = row.model_dump(include={"value", "low", "high", "reason"})
    return {"digest": audit.sealed_digest(row.salt.encode(), told)}


def waive(session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: WaiverIn) -> GateWaiver:
    """Answer for an unmet requirement of a candidate, through a day. Raises `Conflict` when one stands."""
    evaluations.open_evaluation(session, actor, evaluation_id, Action.GATE_WAIVE, changing=True)
    candidate_in(session, evaluation_id, entry.candidate_id)
    known = [item.id for item in scorecard_of(pin_of(session, evaluation_id)).requirements]
    if entry.requirement not in known:
        message = f"The scorecard has no such must-have; it has {', '.join(known)}."
        raise Invalid("assessment.no_requirement", [Problem("requirement", message)])
    for other in queries.waivers(session, evaluation_id):
        if (other.candidate_id, other.requirement) == (entry.candidate_id, entry.requirement):
            message = "A waiver stands already; withdraw it before giving another."
            raise Conflict("assessment.waived", message, field="requirement")
    row = GateWaiver(evaluation_id=evaluation_id, waived_by=actor.id, **entry.model_dump())
    session.add(row)
    audit.record(
        session,
        actor,
        "assessment.gate.waived",
        ("gate_waiver", row.id),
        label=entry.requirement,
        after=entry.model_dump(exclude={"reason"}),
        reason=entry.reason,
    )
    session.flush()
    return row


def withdraw_waiver(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, waiver_id: UUID
) -> GateWaiver:
    """Take a waiver back; the requirement counts again."""
    evaluations.open_evaluation(session, actor, evaluation_id, Action.GATE_WAIVE, changing=True)
    row = session.get(GateWaiver, waiver_id)
    if row is None or row.evaluation_id != evaluation_id or row.withdrawn_at is not None:
        raise NotFound(
            "assessment.no_waiver", "This waiver was withdrawn or never existed; load the page again."
        )
    row.withdrawn_at = clock.now()
    audit.record(
        session, actor, "assessment.waiver.withdrawn", ("gate_waiver", row.id), label=row.requirement
    )
    session.flush()
    return row


def set_value(
    session: WriteSession, *, actor: Actor, evaluation_id: UUID, entry: ValueIn, seen: int | None = None
) -> ManualValue:
    """Type in a figure, a document or an answer that no source of ours holds, with where it comes from.

    Rated criteria are refused: people judge those. Raises `Invalid` at every faulty field at once.
    """
    evaluations.open_evaluation(session, actor, evaluation_id, Action.ANSWER_WRITE, changing=True)
    candidate_in(session, evaluation_id, entry.candidate_id)
    scorecard = scorecard_of(pin_of(session, evaluation_id))
    low, mid, high = _subject_value(scorecard, entry)
    row = queries.value(session, entry.candidate_id, entry.subject)
    if row is not None:
        unchanged(row, seen, {"mid": entry.mid, "source": entry.source})
    row = row or ManualValue(
        evaluation_id=evaluation_id,
        candidate_id=entry.candidate_id,
        subject=entry.subject,
        status="",
        source="",
        set_by=actor.id,
    )
    row.low, row.mid, row.high = low, mid, high
    row.status, row.source, row.until, row.file_id = entry.status, entry.source, entry.until, entry.file_id
    row.set_by = actor.id
    session.add(row)
    sealed = scorecard.price is not None and entry.subject == scorecard.price.id
    told = {"candidate": entry.candidate_id, "subject": entry.subject, "status": entry.status}
    figures = {} if sealed else {"low": low, "mid": mid, "high": high}
    audit.record(session, actor, "assessment.value.set", ("manual_value", row.id), after={**told, **figures})
    session.flush()
    return row


def remove_value(session: WriteSession, *, actor: Actor, evaluation_id: UUID, value_id: UUID) -> None:
    """Take a typed-in figure away; the cell is what its source says again."""
    evaluations.open_evaluation(session, actor, evaluation_id, Action.ANSWER_WRITE, changing=True)
    row = session.get(ManualValue, value_id)
    if row is None or row.evaluation_id != evaluation_id:
        raise NotFound(
            "assessment.no_value", "This figure was removed or never existed; load the page again."
        )
    told = {"candidate": row.candidate_id, "subject": row.subject}
    audit.record(session, actor, "assessment.value.removed", ("manual_value", row.id), before=told)
    session.delete(row)
    session.flush()


def subjects_of(scorecard: Scorecard) -> list[str]:
    """What can be typed in: measured criteria, then documents and answers that must-haves read."""
    found = [criterion.id for criterion in scorecard.criteria if not is_rated(criterion)]
    for requirement in scorecard.requirements:
        found += [name for name in _asked_by(requirement.condition) if name not in found]
    return found


def _asked_by(condition: Condition) -> list[str]:
    match condition:
        case AnyOf(parts) | AllOf(parts):
            return [name for part in parts for name in _asked_by(part)]
        case DocumentHeld(name):
            return [f"document:{name}"]
        case Answered(question):
            return [f"question:{question}"]
    return []


def _subject_value(scorecard: Scorecard, entry: ValueIn) -> tuple[Any, Any, Any]:
    known = subjects_of(scorecard)
    if entry.subject not in known:
        message = "People rate this criterion." if ":" not in entry.subject else "No must-have asks for this."
        raise Invalid(
            "assessment.subject", [Problem("subject", f"{message} Choose one of {', '.join(known)}.")]
        )
    if entry.subject.startswith("document:"):
        return None, entry.mid not in (False, "no", "false"), None
    if entry.subject.startswith("question:"):
        if entry.mid in (None, ""):
            raise Invalid("assessment.value", [Problem("mid", "Type what was answered.")])
        return None, entry.mid, None
    criterion = _named(scorecard, entry.subject)
    return _ends(criterion, entry.low, entry.mid, entry.high, middle="mid")


def _ends(
    criterion: Criterion, low: object, mid: object, high: object, *, middle: str
) -> tuple[Any, Any, Any]:
    given = {"low": low, middle: mid, "high": high}
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for where, value in given.items():
        if value in (None, ""):
            continue
        try:
            found[where] = checked_value(criterion, value, where)
        except Invalid as failure:
            problems += failure.problems
    if not problems:
        problems = _order_problems(criterion, found, middle)
    if problems:
        raise Invalid("assessment.value", problems)
    return found.get("low"), found.get(middle), found.get("high")


def _order_problems(criterion: Criterion, found: dict[str, Any], middle: str) -> list[Problem]:
    if not found:
        return [Problem(middle, "Type a value, or both ends of what is possible.")]
    if middle not in found and len(found) == 1:
        return [Problem(middle, "Type the value, or the other end too.")]
    if isinstance(criterion.scale, Price) and any(value < 0 for value in found.values()):
        return [Problem(middle, "A price cannot be negative.")]
    if isinstance(criterion.scale, Flag):
        return []
    points = criterion.scale.points if isinstance(criterion.scale, Levels) else None
    keys = [key for key in ("low", middle, "high") if key in found]
    size = [points[found[key]] if points else found[key] for key in keys]
    return [
        Problem(keys[i], f"{found[keys[i]]} is above {found[keys[i + 1]]}; swap them or correct one.")
        for i in range(len(keys) - 1)
        if size[i] > size[i + 1]
    ]


def _named(scorecard: Scorecard, name: str) -> Criterion:
    for criterion in scorecard.criteria:
        if criterion.id == name:
            return criterion
    raise NotFound("assessment.no_criterion", f"The scorecard has no criterion {name!r}.")


def waivers_of(session: ReadSession, evaluation_id: UUID) -> list[GateWaiver]:
    """The waivers that stand, oldest first; whether one counts on a day is decided with the gates."""
    return list(queries.waivers(session, evaluation_id))
