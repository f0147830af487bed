"""What is told about a running pilot, for programs: progress, contests, good examples, status mails."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.kit.actors import Actor, CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.requests import Read, Write
from app.pilots import service as pilots
from app.runs import service
from app.runs.link_schemas import ContestOut
from app.runs.models import PilotExample
from app.runs.progress_schemas import ForecastIn, ProgressOut
from app.runs.schemas import ExampleOut, PublishExampleIn, SentOut, StatusMailIn, StatusMailOut
from app.runs.views.examples import labels_of
from app.runs.views.progress import progress_out

router = APIRouter(prefix="/api/v1", tags=["pilots"])


def _example(row: PilotExample) -> ExampleOut:
    kept = row.model_dump(include={"item", "note", "gold_number", "created_at"})
    return ExampleOut(**kept, labels=labels_of(row))


@router.get("/pilots/{pilot_id}/examples")
def list_examples(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[ExampleOut]:
    """The good examples that every vendor reads, oldest first."""
    pilots.open_pilot(session, actor, pilot_id)
    return [_example(row) for row in service.examples_of(session, pilot_id)]


@router.post("/pilots/{pilot_id}/examples", status_code=201, response_model=ExampleOut)
def publish_example(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: PublishExampleIn
) -> Response:
    """Publish an item with our labels to every vendor; a new gold version leaves it out of the scoring."""
    row = service.publish_example(session, actor=actor, pilot_id=pilot_id, entry=entry)
    return created(request, _example(row), f"/api/v1/pilots/{pilot_id}/examples")


def _status(session: ReadSession, actor: Actor, pilot_id: UUID) -> StatusMailOut:
    session.flush()
    found = service.status_of(session, actor=actor, pilot_id=pilot_id)
    mail = found.mail
    return StatusMailOut(
        version=mail.version if mail else 0,
        recipients=[one.address for one in found.recipients if one.gets_it],
        stopped=[one.address for one in found.recipients if one.row.stopped_at],
        note=mail.note if mail else "",
        next_on=mail.next_on if mail else None,
        subject=found.letter.title,
        text=found.letter.plain(),
        sent=[
            SentOut(to=one.to, at=one.sent_at or one.created_at, state=one.state, error=one.error)
            for one in found.sent
        ],
    )


@router.get("/pilots/{pilot_id}/status-mail")
def get_status(session: Read, actor: CurrentActor, pilot_id: UUID) -> StatusMailOut:
    """Who gets the pilot's status, how it reads now, and what became of what was sent."""
    return _status(session, actor, pilot_id)


@router.put("/pilots/{pilot_id}/status-mail", response_model=StatusMailOut)
def set_status(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: StatusMailIn, seen: IfMatch
) -> Response:
    """Choose who gets the status, and whether every week."""
    service.set_status_mail(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen)
    return done(request, _status(session, actor, pilot_id))


@router.post("/pilots/{pilot_id}/status-mail/send", response_model=StatusMailOut)
def send_status(request: Request, session: Write, actor: CurrentActor, pilot_id: UUID) -> Response:
    """Mail the status now to everybody on the list."""
    base = request.app.state.settings.public_url
    service.send_status(session, actor=actor, pilot_id=pilot_id, base_url=base)
    return done(request, _status(session, actor, pilot_id))


@router.get("/pilots/{pilot_id}/contests")
def list_contests(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[ContestOut]:
    """What vendors contest after the close, by item; a decision on the gold answers it."""
    rows = service.contests_of(session, actor=actor, pilot_id=pilot_id)
    return [ContestOut.of(row) for row in rows]


@router.get("/pilots/{pilot_id}/progress")
def get_progress(
    session: Read, actor: CurrentActor, pilot_id: UUID, entry: Annotated[ForecastIn, Query()]
) -> ProgressOut:
    """Volume per day, and when each candidate would have done the need: an extrapolation."""
    found = pilots.open_pilot(session, actor, pilot_id)
    pilots.require_look(session, actor, found)
    return progress_out(service.progress_of(session, found, entry))
