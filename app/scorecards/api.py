"""The library of scorecards for programs."""

from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from app.core.errors import NotFound
from app.core.scoring import canonical
from app.core.scoring.effort import rated_criteria
from app.kit.actors import CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.paging import Listing
from app.kit.requests import Read, Write
from app.scorecards import service
from app.scorecards.models import ScorecardVersion
from app.scorecards.schemas import (
    ChangeOut,
    ComparisonOut,
    ForkIn,
    ImportIn,
    ScorecardOut,
    TextIn,
    VersionOut,
)
from app.scorecards.service import Reference
from app.scorecards.views.listing import Filters, narrowed

router = APIRouter(prefix="/api/v1/scorecards", tags=["scorecards"])


def _out(view: service.ScorecardView) -> ScorecardOut:
    return ScorecardOut(
        id=view.row.id if view.row else None,
        version=view.row.version if view.row else None,
        key=view.key,
        number=view.number,
        name=view.name,
        source="own" if view.is_own else "shipped",
        state=view.state,
        digest=view.digest,
        data_types=list(view.data_types),
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
def list_scorecards(
    session: Read, actor: CurrentActor, q: str = "", data: str = "", state: str = "", sort: str = "name"
) -> Listing[ScorecardOut]:
    """Shipped scorecards and the newest version of each own one.

    `data` is a data type of the taxonomy, `state` shipped, own, draft or retired, `sort` name, criteria,
    must_haves or ratings, with `-` in front for the other way round.
    """
    every = service.list_scorecards(session, actor=actor, retired=state == "retired")
    return Listing(items=[_out(view) for view in narrowed(every, Filters(q, data, state, sort))])


@router.get("/compare")
def compare(session: Read, actor: CurrentActor, old: str, new: str) -> ComparisonOut:
    """What changed from one scorecard to another; each is a key, or `key@3` for a version."""
    before, after, changes = service.compare(
        session, actor=actor, old=Reference.read(old), new=Reference.read(new)
    )
    return ComparisonOut(
        old=before.label,
        new=after.label,
        old_digest=before.digest,
        new_digest=after.digest,
        changes=[ChangeOut(**asdict(change), sentence=change.sentence) for change in changes],
    )


@router.post("/import", status_code=201, response_model=ScorecardOut)
def import_scorecard(request: Request, session: Write, actor: CurrentActor, entry: ImportIn) -> Response:
    """Take a scorecard file in as a draft; every problem of it is answered with its path."""
    row = service.import_scorecard(session, actor=actor, entry=entry)
    return created(request, _stored(session, actor, row.key), f"/api/v1/scorecards/{row.key}")


@router.get("/{key}")
def get_scorecard(session: Read, actor: CurrentActor, key: str, number: int | None = None) -> ScorecardOut:
    """One scorecard; of an own one the newest version, or the one with this number."""
    return _out(service.scorecard_of(session, actor=actor, key=key, number=number))


@router.get("/{key}/versions")
def list_versions(session: Read, actor: CurrentActor, key: str) -> Listing[VersionOut]:
    """The versions of a scorecard, newest first, retired ones too."""
    versions = service.versions_of(session, actor=actor, key=key)
    if not versions:
        raise NotFound("scorecard.not_found", f"There is no scorecard {key!r}; list them first.")
    return Listing(items=[_version(view) for view in versions])


@router.get("/{key}/text", response_class=Response)
def get_text(session: Read, actor: CurrentActor, key: str, number: int | None = None) -> Response:
    """The scorecard as YAML; imported elsewhere it has the same digest."""
    view = service.scorecard_of(session, actor=actor, key=key, number=number)
    return Response(service.yaml_of(view), media_type="application/yaml")


@router.post("/{key}/fork", status_code=201, response_model=ScorecardOut)
def fork(
    request: Request, session: Write, actor: CurrentActor, key: str, entry: ForkIn, number: int | None = None
) -> Response:
    """Start an own copy as a draft, of the newest version or of the one with this number."""
    row = service.fork(session, actor=actor, key=key, entry=entry, number=number)
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


@router.post("/{key}/versions/{number}/retire", response_model=VersionOut)
def retire(request: Request, session: Write, actor: CurrentActor, key: str, number: int) -> Response:
    """Take a version out of the library, or discard a draft; it can be restored."""
    row = service.retire(session, actor=actor, key=key, number=number)
    return done(request, _one_version(session, actor, row))


@router.post("/{key}/versions/{number}/restore", response_model=VersionOut)
def restore(request: Request, session: Write, actor: CurrentActor, key: str, number: int) -> Response:
    """Undo retire."""
    row = service.restore(session, actor=actor, key=key, number=number)
    return done(request, _one_version(session, actor, row))


def _one_version(session: ReadSession, actor: CurrentActor, row: ScorecardVersion) -> VersionOut:
    return _version(service.scorecard_of(session, actor=actor, key=row.key, number=row.number))


def _version(view: service.ScorecardView) -> VersionOut:
    return VersionOut(
        number=view.number,
        name=view.name,
        state=view.state,
        digest=view.digest,
        based_on=view.row.based_on if view.row else "",
        published_at=view.row.published_at if view.row else None,
    )
