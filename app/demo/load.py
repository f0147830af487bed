"""Load the demonstration, and take it away again."""

from dataclasses import dataclass

from sqlmodel import col, select

from app.audit import service as audit
from app.demo import people, register
from app.demo.people import DemoLink
from app.evaluations.models import Evaluation
from app.kit import clock
from app.kit.actors import SYSTEM
from app.kit.db import Database, WriteSession
from app.vendors.models import Vendor


@dataclass(frozen=True, slots=True)
class Removed:
    """What went, and whose account had to stay."""

    evaluations: int
    vendors: int
    stayed: list[str]


def load(database: Database) -> list[DemoLink]:
    """Build the demonstration where it is missing, and return a fresh one-time link for each role."""
    with database.reading() as session:
        present = session.exec(select(Vendor.id).where(col(Vendor.is_demo)).limit(1)).first() is not None
    if not present:
        _build(database)
    with database.writing() as session:
        return people.links(session)


def remove(database: Database) -> Removed:
    """Delete the demonstration's evaluations, vendors and people; the audit record keeps that it was there."""
    with database.writing() as session:
        evaluations = _delete(session, Evaluation)
        session.flush()
        vendors = _delete(session, Vendor)
        return Removed(evaluations, vendors, people.remove_people(session))


def _build(database: Database) -> None:
    today = clock.now().date()
    with database.writing() as session:
        actors = people.add_people(session)
    with database.writing() as session:
        register.add_vendors(session, actors["lena"], today)


def _delete(session: WriteSession, kind: type[Evaluation] | type[Vendor]) -> int:
    rows = session.exec(select(kind).where(col(kind.is_demo))).all()
    for row in rows:
        session.delete(row)
        audit.record(session, SYSTEM, f"demo.{kind.__tablename__}.removed", (str(kind.__tablename__), row.id))
    return len(rows)
