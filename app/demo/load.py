"""Load the demonstration: whole, or not at all. One that was left half built is removed and built anew."""

from sqlmodel import col, select

from app import wiring
from app.audit import service as audit
from app.audit.models import AuditEvent
from app.demo import people, register, stories
from app.demo.build import Opened, Stage
from app.demo.people import DemoLink
from app.demo.removal import remove
from app.evaluations.models import Evaluation
from app.kit import clock
from app.kit.actors import SYSTEM
from app.kit.db import Database, ReadSession
from app.settings import Settings
from app.vendors.models import Vendor

IMAGES, TICKETS = 150, 400
BUILT = "demo.evaluation.built"


def load(
    database: Database, settings: Settings, *, images: int = IMAGES, tickets: int = TICKETS
) -> list[DemoLink]:
    """Build the demonstration where it is missing, and return a fresh one-time link for each role.

    `images` and `tickets` are the sizes of the two pilots. Twice in a row changes nothing but the links; one
    that was interrupted half-way is removed and built again.
    """
    with database.reading() as session:
        complete, begun = _is_complete(session), _is_begun(session)
    if not complete:
        if begun:
            remove(database)
        _build(database, settings, images, tickets)
    with database.writing() as session:
        return people.links(session)


def _is_begun(session: ReadSession) -> bool:
    rows = (
        select(Vendor.id).where(col(Vendor.is_demo)),
        select(Evaluation.id).where(col(Evaluation.is_demo)),
    )
    return any(session.exec(row.limit(1)).first() is not None for row in rows)


def _is_complete(session: ReadSession) -> bool:
    """Whether every evaluation of the demonstration was built to its end: the last write of each says so."""
    there = {str(key) for key in session.exec(select(Evaluation.id).where(col(Evaluation.is_demo)))}
    built = set(session.exec(select(AuditEvent.subject_id).where(AuditEvent.action == BUILT)))
    return len(there) == len(_STORIES) and there <= built


_STORIES = (stories.play_shelf, stories.play_tickets)


def _build(database: Database, settings: Settings, images: int, tickets: int) -> None:
    settings.prepare()
    wiring.subjects()  # answers with files are attached to what only a served application knows otherwise
    today = clock.now().date()
    with database.writing() as session:
        actors = people.add_people(session)
    with database.writing() as session:
        vendors = register.add_vendors(session, actors["lena"], today)
    stage = Stage(database, settings, actors, vendors, today)
    for play, size in zip(_STORIES, (images, tickets), strict=True):
        _finish(database, play(stage, size))
    stage.work()


def _finish(database: Database, opened: Opened) -> None:
    with database.writing() as session:
        audit.record(session, SYSTEM, BUILT, ("evaluation", opened.id))
