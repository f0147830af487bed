from contextlib import suppress
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.audit import service as audit
from app.audit.guard import MissingAudit
from app.audit.models import ActorName, AuditEvent
from app.kit import ids
from app.kit.actors import SYSTEM
from app.kit.db import Database, WriteSession


def write(db: Database, count: int = 1) -> None:
    for number in range(count):
        with db.writing() as session:
            audit.record(session, SYSTEM, "test.thing.made", ("thing", ids.new()), after={"number": number})


def test_events_of_several_commits_form_one_chain(db: Database) -> None:
    write(db, 3)
    with db.reading() as session:
        check = audit.verify(session)
        assert (check.events, check.fault) == (3, "")
        assert check.head == audit.head(session)


def test_rows_without_an_event_are_refused(db: Database) -> None:
    with pytest.raises(MissingAudit, match="without an audit event"), db.writing() as session:
        session.info.setdefault("audit_touched", set()).add(("thing", "1"))


def test_rolled_back_verb_leaves_no_event(db: Database) -> None:
    with suppress(ZeroDivisionError), db.writing() as session:
        audit.record(session, SYSTEM, "test.thing.made", ("thing", ids.new()))
        session.flush()
        raise ZeroDivisionError
    with db.reading() as session:
        assert audit.verify(session).events == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET body = '{}'",
        "DELETE FROM audit_event",
        "INSERT OR REPLACE INTO audit_event SELECT seq, prev, hash, at, actor_id, 'x', subject_kind, subject_id, body, "
        "request_id FROM audit_event",
        "TRUNCATE audit_event",
    ],
)
def test_stored_event_cannot_be_changed(db: Database, statement: str) -> None:
    dialect_only = {"INSERT OR": "sqlite", "TRUNCATE ": "postgresql"}.get(statement[:9])
    if dialect_only and dialect_only != db.engine.dialect.name:
        pytest.skip("the other database's syntax")
    write(db)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), db.write.begin() as connection:
        connection.exec_driver_sql(statement)


def test_cut_tail_is_found_by_the_printed_head(db: Database) -> None:
    write(db, 2)
    with db.reading() as session:
        assert audit.verify(session, expected_head=audit.head(session)).fault == ""
        assert "tail was cut" in audit.verify(session, expected_head="3:" + "a" * 64).fault


def test_name_can_be_erased_and_the_chain_stays_whole(db: Database) -> None:
    write(db)
    with db.writing() as session:
        session.delete(session.get_one(ActorName, UUID(int=0)))
    with db.reading() as session:
        assert audit.verify(session).fault == ""
        assert "Assay" not in session.exec(select(AuditEvent)).one().body


def test_reader_cannot_write(db: Database) -> None:
    with pytest.raises(sa.exc.DatabaseError), db.read.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_actor")


def test_failed_savepoint_leaves_the_verb_watched(db: Database) -> None:
    def add(session: WriteSession) -> None:
        session.info["audit_touched"] = {("thing", "1")}
        with suppress(ZeroDivisionError), session.begin_nested():
            raise ZeroDivisionError

    with pytest.raises(MissingAudit, match="thing"), db.writing() as session:
        add(session)
