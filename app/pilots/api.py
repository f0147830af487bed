"""Pilots for programs; files travel as multipart/form-data."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.core.errors import Conflict, NotFound
from app.core.pilots.results import Mark
from app.evaluations.models import Candidate
from app.kit import canonical
from app.kit.actors import Actor, CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.requests import RawForm, Read, Write
from app.pilots import queries, service
from app.pilots.models import Delivery, GoldVersion, Pilot, PilotOffer
from app.pilots.schemas import (
    CriteriaIn,
    DeliveryOut,
    GoldOut,
    ItemOut,
    MixIn,
    OfferIn,
    OfferOut,
    PilotIn,
    PilotOut,
    SizingIn,
    SizingOut,
)
from app.pilots.scope import Scope, Scoped, compared_in, judged
from app.pilots.service import ReceivedDelivery, ReceivedGold, design

router = APIRouter(prefix="/api/v1", tags=["pilots"])
_GOLD_FORM = {"file": {"type": "string", "format": "binary"}, "note": {"type": "string"}}
_DELIVERY_FORM = {
    "candidate_id": {"type": "string", "format": "uuid"},
    "file": {"type": "string", "format": "binary"},
    "times": {"type": "string", "format": "binary"},
    "round": {"type": "string", "enum": ["new", "replace"], "default": "new"},
    "mapping": {"type": "string", "description": "JSON: their label to ours, or null to drop it."},
    "accept": {"type": "string", "enum": ["yes"], "description": "Apply the repairs that a refusal lists."},
}


def multipart(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    """How a route that takes files is described."""
    schema = {"type": "object", "required": list(required), "properties": dict(properties)}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def gold_out(row: GoldVersion) -> GoldOut:
    """A version of the gold as the API shows it."""
    return GoldOut(**row.model_dump(include=set(GoldOut.model_fields)))


def _pilot(session: ReadSession, row: Pilot) -> PilotOut:
    session.flush()
    golds = queries.golds(session, row.id)
    values = row.model_dump(exclude={"created_at", "criteria", "iou", "sizing"})
    return PilotOut(
        **values,
        sizing=SizingOut.model_validate(row.sizing) if row.sizing else None,
        iou=row.iou / 10_000,
        criteria=list(service.criteria_of(row)),
        gold=gold_out(golds[0]) if golds else None,
    )


def _delivery(session: ReadSession, actor: Actor, row: Delivery) -> DeliveryOut:
    """Who works blind gets the code and not the id, which leads to the name."""
    found = service.open_pilot(session, actor, row.pilot_id)
    values = row.model_dump(include=set(DeliveryOut.model_fields) - {"candidate", "candidate_id"})
    return DeliveryOut(
        **values,
        candidate=session.get_one(Candidate, row.candidate_id).code,
        candidate_id=None if found.is_blind else row.candidate_id,
    )


def _offer(row: PilotOffer) -> OfferOut:
    return OfferOut(**row.model_dump(include=set(OfferOut.model_fields)))


@router.get("/evaluations/{evaluation_id}/pilots")
def list_pilots(session: Read, actor: CurrentActor, evaluation_id: UUID) -> list[PilotOut]:
    """The pilots of an evaluation, newest first."""
    found = service.pilots_of(session, actor=actor, evaluation_id=evaluation_id)
    return [_pilot(session, row) for row in found]


@router.post("/evaluations/{evaluation_id}/pilots", status_code=201, response_model=PilotOut)
def create_pilot(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: PilotIn
) -> Response:
    """Plan a pilot."""
    row = service.create_pilot(session, actor=actor, evaluation_id=evaluation_id, entry=entry)
    return created(request, _pilot(session, row), f"/api/v1/pilots/{row.id}")


@router.get("/pilots/{pilot_id}")
def get_pilot(response: Response, session: Read, actor: CurrentActor, pilot_id: UUID) -> PilotOut:
    """One pilot; its ETag goes into If-Match of a change."""
    row = service.open_pilot(session, actor, pilot_id).pilot
    response.headers["ETag"] = f'"{row.version}"'
    return _pilot(session, row)


@router.put("/pilots/{pilot_id}", response_model=PilotOut)
def edit_pilot(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: PilotIn, seen: IfMatch
) -> Response:
    """Change the plan."""
    row = service.edit_pilot(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen)
    return done(request, _pilot(session, row))


@router.put("/pilots/{pilot_id}/criteria", response_model=PilotOut)
def set_criteria(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: CriteriaIn, seen: IfMatch
) -> Response:
    """Write down what must be reached; `lock` freezes it."""
    row = service.set_criteria(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen)
    return done(request, _pilot(session, row))


@router.put("/pilots/{pilot_id}/sizing", response_model=PilotOut)
def set_sizing(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: SizingIn, seen: IfMatch
) -> Response:
    """Take the planner's number of items over into the plan, with its assumptions."""
    row = design.set_sizing(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen)
    return done(request, _pilot(session, row))


@router.put("/pilots/{pilot_id}/mix", response_model=PilotOut)
def set_mix(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: MixIn, seen: IfMatch
) -> Response:
    """Write down what strata weigh in production; everything is compared again."""
    row = design.set_mix(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen)
    return done(request, _pilot(session, row))


@router.post("/pilots/{pilot_id}/close", response_model=PilotOut)
def close_pilot(request: Request, session: Write, actor: CurrentActor, pilot_id: UUID) -> Response:
    """End the pilot."""
    return done(request, _pilot(session, service.close_pilot(session, actor=actor, pilot_id=pilot_id)))


@router.post("/pilots/{pilot_id}/reopen", response_model=PilotOut)
def reopen_pilot(request: Request, session: Write, actor: CurrentActor, pilot_id: UUID) -> Response:
    """Take a closed pilot up again."""
    return done(request, _pilot(session, service.reopen_pilot(session, actor=actor, pilot_id=pilot_id)))


@router.post("/pilots/{pilot_id}/compare", response_model=PilotOut)
def compare_again(request: Request, session: Write, actor: CurrentActor, pilot_id: UUID) -> Response:
    """Have a comparison that was given up tried once more."""
    return done(request, _pilot(session, service.compare_again(session, actor=actor, pilot_id=pilot_id)))


@router.get("/pilots/{pilot_id}/gold")
def list_gold(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[GoldOut]:
    """All versions of the gold, newest first."""
    service.open_pilot(session, actor, pilot_id)
    return [gold_out(row) for row in queries.golds(session, pilot_id)]


@router.post(
    "/pilots/{pilot_id}/gold",
    status_code=201,
    response_model=GoldOut,
    openapi_extra=multipart(_GOLD_FORM, "file"),
)
def upload_gold(
    pending: ReceivedGold,
    request: Request,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    pilot_id: UUID,
) -> Response:
    """Upload the gold as a new version; everything is compared again."""
    note = str(form.get("note") or "")
    row = service.upload_gold(session, actor=actor, pilot_id=pilot_id, checked=pending.take(), note=note)
    return created(request, gold_out(row), f"/api/v1/pilots/{pilot_id}/gold")


@router.get("/pilots/{pilot_id}/deliveries")
def list_deliveries(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[DeliveryOut]:
    """All deliveries, newest first, replaced ones among them."""
    service.open_pilot(session, actor, pilot_id)
    return [_delivery(session, actor, row) for row in queries.all_deliveries(session, pilot_id)]


@router.post(
    "/pilots/{pilot_id}/deliveries",
    status_code=201,
    response_model=DeliveryOut,
    openapi_extra=multipart(_DELIVERY_FORM, "candidate_id", "file"),
)
def upload_delivery(
    pending: ReceivedDelivery,
    request: Request,
    session: Write,
    actor: CurrentActor,
    form: RawForm,
    pilot_id: UUID,
) -> Response:
    """Upload a candidate's labels, with the times beside them where the labels carry none."""
    row = service.upload_delivery(
        session,
        actor=actor,
        pilot_id=pilot_id,
        checked=pending.take(),
        replaces=form.get("round") == "replace",
    )
    return created(request, _delivery(session, actor, row), f"/api/v1/pilots/{pilot_id}/deliveries")


@router.delete("/deliveries/{delivery_id}", response_model=DeliveryOut)
def remove_delivery(request: Request, session: Write, actor: CurrentActor, delivery_id: UUID) -> Response:
    """Take a delivery out of the comparison; its file stays."""
    row = service.remove_delivery(session, actor=actor, delivery_id=delivery_id)
    session.flush()
    return done(request, _delivery(session, actor, row))


@router.post("/deliveries/{delivery_id}/restore", response_model=DeliveryOut)
def restore_delivery(request: Request, session: Write, actor: CurrentActor, delivery_id: UUID) -> Response:
    """Let a delivery count again."""
    row = service.restore_delivery(session, actor=actor, delivery_id=delivery_id)
    return done(request, _delivery(session, actor, row))


@router.get("/pilots/{pilot_id}/offers/{candidate_id}")
def get_offer(
    response: Response, session: Read, actor: CurrentActor, pilot_id: UUID, candidate_id: UUID
) -> OfferOut:
    """What a candidate charges, for who may read prices."""
    row = service.offer_of(session, actor=actor, pilot_id=pilot_id, candidate_id=candidate_id)
    if row is None:
        raise NotFound("offer.not_found", "There is no offer of this candidate yet.")
    response.headers["ETag"] = f'"{row.version}"'
    return _offer(row)


@router.put("/pilots/{pilot_id}/offers/{candidate_id}", response_model=OfferOut)
def set_offer(
    request: Request,
    session: Write,
    actor: CurrentActor,
    pilot_id: UUID,
    candidate_id: UUID,
    entry: OfferIn,
    seen: IfMatch,
) -> Response:
    """Write down what a candidate charges."""
    row = service.set_offer(
        session, actor=actor, pilot_id=pilot_id, candidate_id=candidate_id, entry=entry, seen=seen
    )
    return done(request, _offer(row))


_SCOPE: dict[str, Any] = {
    "parameters": [
        {"in": "query", "name": name, "schema": {"type": kind}, "description": told}
        for name, kind, told in (
            ("gold", "integer", "A gold version; without it the newest."),
            ("round", "integer", "Leave later rounds out."),
            ("class", "string", "Only items on which the gold holds the class."),
            ("stratum", "string", "Only items of the stratum."),
            ("who", "string", "Only items that an annotator answered: candidate's code, colon, annotator."),
        )
    ]
}


@router.get("/pilots/{pilot_id}/results", openapi_extra=_SCOPE)
def get_results(
    response: Response, session: Read, actor: CurrentActor, pilot_id: UUID, scope: Scoped
) -> dict[str, Any]:
    """The comparison as `assay pilot compare --json` prints it, candidates by their codes, and the promises: each
    with its figure, interval and verdict, and `source`: the comparison, or the blind review for first-pass acceptance.

    409 while it is being computed or was never asked for (`/results/ask`); in a formal evaluation also until one
    has looked at random items.
    """
    found = _compared(session, actor, pilot_id, scope, whole=False)
    promises = service.told_promises(
        judged(session, actor, service.open_pilot(session, actor, pilot_id), found)
    )
    # a review changes the promises without a new comparison
    response.headers["ETag"] = f'"{canonical.digest({"result": found.digest, "promises": promises})}"'
    return {**found.document, "promises": promises}


@router.post("/pilots/{pilot_id}/results/ask", response_model=PilotOut, openapi_extra=_SCOPE)
def ask_results(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, scope: Scoped
) -> Response:
    """Have the figures of another gold, of earlier rounds or of some items alone computed."""
    row = service.ask_comparison(
        session, actor=actor, pilot_id=pilot_id, gold=scope.gold, up_to=scope.up_to, subset=scope.subset
    )
    return done(request, _pilot(session, row))


def _compared(
    session: ReadSession, actor: Actor, pilot_id: UUID, scope: Scope, *, whole: bool
) -> service.PilotComparison:
    service.require_look(session, actor, service.open_pilot(session, actor, pilot_id))
    found = compared_in(session, pilot_id, scope, whole=whole)
    if found is None:
        raise Conflict(
            "pilot.no_result",
            "The comparison is not computed yet. Ask for it (POST …/results/ask) and look again in a moment.",
        )
    return found


@router.get("/pilots/{pilot_id}/results/items/{at}", openapi_extra=_SCOPE)
def get_item(session: Read, actor: CurrentActor, pilot_id: UUID, at: int, scope: Scoped) -> ItemOut:
    """One item, counted from 0, with every candidate's score and findings."""
    found = _compared(session, actor, pilot_id, scope, whole=True)
    outcomes = service.outcomes_of(session, found.result_id)
    line = outcomes.line(at)
    marks = {code: [_mark(one) for one in outcomes.marks(code, at)] for code in line.scores}
    return ItemOut(at=at, items=found.items, item=line.name, scores=dict(line.scores), findings=marks)


def _mark(one: Mark) -> dict[str, Any]:
    return asdict(one)
