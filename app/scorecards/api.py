"""The library of scorecards for programs."""

from fastapi import APIRouter, Request, Response

from app.core.scoring import canonical
from app.core.scoring.effort import rated_criteria
from app.kit.actors import CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.paging import Listing
from app.kit.requests import Read, Write
from app.scorecards import service
from app.scorecards.schemas import ForkIn, ScorecardOut, TextIn

router = APIRouter(prefix="/api/v1/scorecards", tags=["scorecards"])


def _out(view: service.ScorecardView) -> ScorecardOut:
    return ScorecardOut(
        id=view.row.id if view.row else None,
        version=view.row.version if view.row else None,
        key=view.key,
        number=view.number,
        name=view.name,
        source="own" if view.is_own else "shipped",
        state="draft" if view.is_draft else "published",
        digest=view.digest,
        groups=len(view.scorecard.groups),
        criteria=len(view.scorecard.criteria),
        requirements=len(view.scorecard.requirements),
        ratings_per_candidate=len(rated_criteria(view.scorecard)),
        body=canonical(view.scorecard),
    )


def _stored(session: ReadSession, actor: CurrentActor, key: str) -> ScorecardOut:
    session.flush()
    return _out(service.scorecard_of(session, actor=actor, key=key))


@router.get("")
def list_scorecards(session: Read, actor: CurrentActor) -> Listing[ScorecardOut]:
    """Shipped scorecards, then the newest version of each own one."""
    return Listing(items=[_out(view) for view in service.list_scorecards(session, actor=actor)])


@router.get("/{key}")
def get_scorecard(session: Read, actor: CurrentActor, key: str, number: int | None = None) -> ScorecardOut:
    """One scorecard; of an own one the newest version, or the one with this number."""
    return _out(service.scorecard_of(session, actor=actor, key=key, number=number))


@router.get("/{key}/text", response_class=Response)
def get_text(session: Read, actor: CurrentActor, key: str) -> Response:
    """The scorecard as YAML."""
    view = service.scorecard_of(session, actor=actor, key=key)
    return Response(service.yaml_of(view), media_type="application/yaml")


@router.post("/{key}/fork", status_code=201, response_model=ScorecardOut)
def fork(request: Request, session: Write, actor: CurrentActor, key: str, entry: ForkIn) -> Response:
    """Start an own copy as a draft."""
    row = service.fork(session, actor=actor, key=key, entry=entry)
    return created(request, _stored(session, actor, row.key), f"/api/v1/scorecards/{row.key}")


@router.put("/{key}", response_model=ScorecardOut)
def edit_draft(
    request: Request, session: Write, actor: CurrentActor, key: str, entry: TextIn, seen: IfMatch
) -> Response:
    """Replace a draft's text; every problem of it is answered with its path."""
    service.edit_draft(session, actor=actor, key=key, entry=entry, seen=seen)
    return done(request, _stored(session, actor, key))


@router.post("/{key}/publish", response_model=ScorecardOut)
def publish(request: Request, session: Write, actor: CurrentActor, key: str) -> Response:
    """Freeze the draft."""
    service.publish(session, actor=actor, key=key)
    return done(request, _stored(session, actor, key))


@router.post("/{key}/new-version", status_code=201, response_model=ScorecardOut)
def new_version(request: Request, session: Write, actor: CurrentActor, key: str) -> Response:
    """Start the next version as a draft."""
    service.new_version(session, actor=actor, key=key)
    return created(request, _stored(session, actor, key), f"/api/v1/scorecards/{key}")
