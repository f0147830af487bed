"""Scoring for programs: every verb the pages offer."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.assessment import service
from app.assessment.models import PinnedScorecard
from app.assessment.schemas import (
    ChangedOut,
    ConflictIn,
    ConsensusIn,
    LockIn,
    PinIn,
    PinOut,
    PriceIn,
    RatingIn,
    RatingOut,
    ValueIn,
    WaiverIn,
    WeightsIn,
)
from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.core.scoring import to_json, weights_of
from app.evaluations import service as evaluations
from app.evaluations.schemas import MoveIn
from app.kit.actors import CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.paging import Listing
from app.kit.requests import Read, Write

router = APIRouter(prefix="/api/v1/evaluations/{evaluation_id}", tags=["assessment"])


def _pin(session: ReadSession, pin: PinnedScorecard) -> PinOut:
    scorecard = service.scorecard_of(pin)
    weights = weights_of(scorecard)
    found = pin.model_dump(
        include={"version", "evaluation_id", "key", "number", "name", "digest", "left_out"}
    )
    return PinOut(
        **found,
        weights={item.id: weights.share(at) for at, item in enumerate(scorecard.criteria)},
        group_weights={g.id: weights.of_group(at) / weights.whole for at, g in enumerate(scorecard.groups)},
        weights_method=pin.weights_method,
        price=pin.price,
        pinned_at=pin.pinned_at,
        weights_locked_at=service.locked_at(session, pin),
        body=pin.body,
    )


def _at(evaluation_id: UUID, rest: str) -> str:
    return f"/api/v1/evaluations/{evaluation_id}/{rest}"


@router.get("/scorecard")
def get_scorecard(session: Read, actor: CurrentActor, evaluation_id: UUID) -> PinOut:
    """The scorecard as it counts here."""
    evaluations.open_evaluation(session, actor, evaluation_id)
    return _pin(session, service.pin_of(session, evaluation_id))


@router.post("/scorecard", status_code=201, response_model=PinOut)
def pin_scorecard(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: PinIn
) -> Response:
    """Freeze a scorecard of the library for this evaluation."""
    pin = service.pin_scorecard(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return created(request, _pin(session, pin), _at(evaluation_id, "scorecard"))


@router.put("/scorecard/weights", response_model=PinOut)
def set_weights(
    request: Request,
    session: Write,
    actor: CurrentActor,
    evaluation_id: UUID,
    entry: WeightsIn,
    seen: IfMatch,
) -> Response:
    """Weigh groups and criteria."""
    pin = service.set_weights(session, actor=actor, evaluation_id=evaluation_id, entry=entry, seen=seen)
    return done(request, _pin(session, pin))


@router.put("/scorecard/price", response_model=PinOut)
def set_price(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: PriceIn, seen: IfMatch
) -> Response:
    """Set target and cap of the price."""
    pin = service.set_price(session, actor=actor, evaluation_id=evaluation_id, entry=entry, seen=seen)
    return done(request, _pin(session, pin))


@router.post("/scorecard/lock", response_model=PinOut)
def lock_weights(request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Fix weights and price anchors for good."""
    return done(
        request, _pin(session, service.lock_weights(session, actor=actor, evaluation_id=evaluation_id))
    )


@router.get("/ratings")
def list_ratings(session: Read, actor: CurrentActor, evaluation_id: UUID) -> Listing[RatingOut]:
    """One's own ratings, and the locked ones of others on candidates one has locked."""
    rows = service.visible_ratings(session, actor=actor, evaluation_id=evaluation_id)
    return Listing(
        items=[
            RatingOut(
                **row.model_dump(
                    include={"id", "version", "candidate_id", "criterion", "user_id", "value", "note"}
                ),
                state="locked" if row.locked_at else "draft",
            )
            for row in rows
        ]
    )


@router.put("/ratings", response_model=ChangedOut)
def rate(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: RatingIn
) -> Response:
    """Keep one's rating of a cell as a draft; without a value it is taken back."""
    row = service.rate(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return done(
        request, ChangedOut(id=row.id, version=row.version) if row else ChangedOut(id=entry.candidate_id)
    )


@router.post("/ratings/lock", status_code=201, response_model=ChangedOut)
def lock_ratings(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: LockIn
) -> Response:
    """Finish one's ratings of a candidate."""
    row = service.lock_ratings(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return created(request, ChangedOut(id=row.id), _at(evaluation_id, "ratings"))


@router.post("/conflicts", status_code=201, response_model=ChangedOut)
def declare_conflict(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: ConflictIn
) -> Response:
    """Take a person off a candidate."""
    row = service.declare_conflict(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return created(request, ChangedOut(id=row.id), _at(evaluation_id, f"conflicts/{row.id}"))


@router.delete("/conflicts/{conflict_id}", response_model=ChangedOut)
def withdraw_conflict(
    request: Request,
    session: Write,
    actor: CurrentActor,
    evaluation_id: UUID,
    conflict_id: UUID,
    reason: Annotated[str, Query(min_length=3, max_length=1000)],
) -> Response:
    """Undo a declaration that was wrong."""
    service.withdraw_conflict(
        session, actor=actor, evaluation_id=evaluation_id, conflict_id=conflict_id, reason=reason
    )
    return done(request, ChangedOut(id=conflict_id))


@router.put("/consensus", response_model=ChangedOut)
def set_consensus(
    request: Request,
    session: Write,
    actor: CurrentActor,
    evaluation_id: UUID,
    entry: ConsensusIn,
    seen: IfMatch,
) -> Response:
    """Keep what the panel agreed on for a cell."""
    row = service.set_consensus(session, actor=actor, evaluation_id=evaluation_id, entry=entry, seen=seen)
    return done(request, ChangedOut(id=row.id, version=row.version))


@router.post("/waivers", status_code=201, response_model=ChangedOut)
def waive(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: WaiverIn
) -> Response:
    """Answer for an unmet must-have."""
    row = service.waive(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return created(
        request, ChangedOut(id=row.id, version=row.version), _at(evaluation_id, f"waivers/{row.id}")
    )


@router.delete("/waivers/{waiver_id}", response_model=ChangedOut)
def withdraw_waiver(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, waiver_id: UUID
) -> Response:
    """Take a waiver back."""
    row = service.withdraw_waiver(session, actor=actor, evaluation_id=evaluation_id, waiver_id=waiver_id)
    return done(request, ChangedOut(id=row.id, version=row.version))


@router.put("/values", response_model=ChangedOut)
def set_value(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: ValueIn, seen: IfMatch
) -> Response:
    """Type in a figure, a document or an answer, with its source."""
    row = service.set_value(session, actor=actor, evaluation_id=evaluation_id, entry=entry, seen=seen)
    return done(request, ChangedOut(id=row.id, version=row.version))


@router.delete("/values/{value_id}", response_model=ChangedOut)
def remove_value(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, value_id: UUID
) -> Response:
    """Take a typed-in figure away."""
    service.remove_value(session, actor=actor, evaluation_id=evaluation_id, value_id=value_id)
    return done(request, ChangedOut(id=value_id))


@router.get("/shortlist")
def get_shortlist(session: Read, actor: CurrentActor, evaluation_id: UUID) -> dict[str, Any]:
    """Must-haves of every candidate on the decision day, with a proposal."""
    found = service.shortlist_of(session, actor=actor, evaluation_id=evaluation_id)
    return {
        "day": found.day.isoformat(),
        "candidates": [
            {
                "id": line.view.candidate.id,
                "name": line.view.name,
                "stage": line.view.candidate.stage,
                "proposal": "keep" if line.keep else "drop",
                "reason": line.reason,
                "gates": [{"id": g.id, "state": g.state, "reason": g.reason} for g in line.gates],
            }
            for line in found.lines
        ],
    }


@router.post("/shortlist/{candidate_id}/move", response_model=ChangedOut)
def move_candidate(
    request: Request,
    session: Write,
    actor: CurrentActor,
    evaluation_id: UUID,
    candidate_id: UUID,
    entry: MoveIn,
) -> Response:
    """Move a candidate; the move keeps the gates its mover was shown."""
    row = service.move_on_gates(
        session, actor=actor, evaluation_id=evaluation_id, candidate_id=candidate_id, entry=entry
    )
    return done(request, ChangedOut(id=row.id, version=row.version))


@router.get("/result")
def get_result(session: Read, actor: CurrentActor, evaluation_id: UUID) -> dict[str, Any]:
    """The result: the document of `assay rank` with ids of candidates, names, scorecard, panel and input digest."""
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    found = service.result_of(session, actor=actor, evaluation_id=evaluation_id)
    return {
        **to_json(found.analysis),
        "evaluation": {
            "id": evaluation_id,
            "number": access.evaluation.label,
            "name": access.evaluation.name,
        },
        "candidates": [
            {"id": line.id, "vendor": line.name, "vendor_id": line.vendor_id} for line in found.candidates
        ],
        "decision_date": found.day.isoformat(),
        "scorecard": {"key": found.pin.key, "number": found.pin.number, "digest": found.pin.digest},
        "panel": _panel(found),
        "input_digest": found.input_digest,
    }


def _panel(found: service.EvaluationAnalysis) -> dict[str, Any]:
    """Ratings in, agreement with 95 % intervals, severity (shown, never corrected), the leader without each rater."""
    agreement = service.agreement_of(found)
    icc = agreement.complete if agreement else None
    return {
        "rated": found.panel.rated,
        "asked": found.panel.asked,
        "icc": asdict(icc) if icc else None,
        "ordinal_alpha": asdict(agreement.alpha) if agreement else None,
        "severity": [
            {"user_id": one.evaluator, "points": one.points, "cells": one.cells}
            for one in (agreement.severity if agreement else ())
        ],
        "without_one": [
            {"user_id": one.user_id, "leader": one.leader, "lead": one.lead, "changes": one.changes}
            for one in found.panel.without_one
        ],
    }


@router.get("/result/trial")
def get_trial(
    session: Read,
    actor: CurrentActor,
    evaluation_id: UUID,
    weight: Annotated[
        list[str],
        Query(
            description="group:weight, as quality:40; a group left out keeps its share of 100.",
            max_length=200,
        ),
    ],
) -> dict[str, Any]:
    """What the ranking would be under other group weights. Nothing is stored; the weights that count stay."""
    found = service.result_of(session, actor=actor, evaluation_id=evaluation_id)
    stated = {name: share * 100 for name, share in found.analysis.group_weights.items()}
    return to_json(service.what_if(found, stated | _trial_weights(weight, stated)))


def _trial_weights(given: list[str], stated: Mapping[str, float]) -> dict[str, float]:
    read: dict[str, float] = {}
    problems = []
    for at, text in enumerate(given):
        name, _, amount = text.partition(":")
        try:
            read[name] = float(amount)
        except ValueError:
            problems.append(Problem(f"weight[{at}]", f"must be group:number, as quality:40, not {text!r}"))
            continue
        if name not in stated:
            problems.append(Problem(f"weight[{at}]", f"no group {name!r}; there are {', '.join(stated)}"))
    if problems:
        raise Invalid("assessment.trial", problems)
    return read


@router.get("/case")
def get_case(session: Read, actor: CurrentActor, evaluation_id: UUID) -> dict[str, Any]:
    """The inputs as a case file that `assay rank` computes to the same result."""
    return service.case_of(service.result_of(session, actor=actor, evaluation_id=evaluation_id))
