from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlmodel import select

from app.accounts import service
from app.accounts.models import LinkPurpose, OneTimeLink
from app.accounts.schemas import UserPatch
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.permissions import Role
from app.kit.actors import SYSTEM
from app.kit.db import Database
from tests.conftest import make_user

EVALUATION = ("evaluation", uuid4())
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def issue(db: Database, purpose: LinkPurpose, **more) -> str:
    if purpose in (LinkPurpose.SIGN_IN, LinkPurpose.PASSWORD):
        more.setdefault("user_id", make_user(db, "reader").id)
    else:
        more = {"holder_name": "Vera", "subject": EVALUATION, **more}
    with db.writing() as session:
        return service.issue_link(session, actor=SYSTEM, purpose=purpose, **more)


@pytest.mark.parametrize(
    ("purpose", "role"),
    [
        (LinkPurpose.SIGN_IN, Role.PROCUREMENT_LEAD),
        (LinkPurpose.PASSWORD, Role.PROCUREMENT_LEAD),
        (LinkPurpose.APPROVE, Role.EVALUATOR),
        (LinkPurpose.VENDOR, Role.EVALUATOR),
    ],
)
def test_link_is_issued_only_with_the_right_for_it(db: Database, purpose: LinkPurpose, role: Role) -> None:
    actor = make_user(db, role)
    with pytest.raises(Forbidden, match="This needs one of the roles"), db.writing() as session:
        service.issue_link(session, actor=actor, purpose=purpose, user_id=actor.id)


def test_right_on_the_panel_suffices_for_a_vendor_link(db: Database) -> None:
    actor = make_user(db, "reader")
    with db.writing() as session:
        secret = service.issue_link(
            session,
            actor=actor,
            purpose=LinkPurpose.VENDOR,
            holder_name="Vera",
            subject=EVALUATION,
            panel=frozenset({Role.PROCUREMENT_LEAD}),
        )
        holder = service.actor_of_link(service.open_link(session, secret, LinkPurpose.VENDOR))
    assert (holder.kind, holder.name, holder.roles) == ("link", "Vera", {Role.VENDOR_LINK})


def test_all_faults_of_a_link_are_told_at_once(db: Database) -> None:
    with pytest.raises(Invalid) as caught, db.writing() as session:
        service.issue_link(session, actor=SYSTEM, purpose=LinkPurpose.APPROVE, roles=[Role.ADMIN])
    assert [problem.where for problem in caught.value.problems] == ["subject", "holder_name", "roles"]
    with pytest.raises(Invalid, match="Choose the person"), db.writing() as session:
        service.issue_link(session, actor=SYSTEM, purpose=LinkPurpose.SIGN_IN)


@pytest.mark.parametrize("purpose", [LinkPurpose.SIGN_IN, LinkPurpose.PASSWORD, LinkPurpose.APPROVE])
def test_single_use_link_works_once(db: Database, purpose: LinkPurpose) -> None:
    secret = issue(db, purpose)
    with db.writing() as session:
        service.open_link(session, secret, purpose)
        service.consume_link(session, secret, purpose)
    with pytest.raises(Conflict, match=r"used already.*Ask its sender"), db.writing() as session:
        service.consume_link(session, secret, purpose)


def test_vendors_link_works_until_it_expires(db: Database) -> None:
    with time_machine.travel(NOW, tick=False):
        secret = issue(db, LinkPurpose.VENDOR, hours=2)
        for _ in range(2):
            with db.writing() as session:
                service.consume_link(session, secret, LinkPurpose.VENDOR)
    with (
        time_machine.travel(NOW + timedelta(hours=2), tick=False),
        db.reading() as session,
        pytest.raises(Conflict, match=r"expired.*Ask its sender"),
    ):
        service.open_link(session, secret, LinkPurpose.VENDOR)


def test_unknown_secret_and_other_purpose_are_the_same(db: Database) -> None:
    secret = issue(db, LinkPurpose.VENDOR)
    with db.reading() as session:
        for tried, purpose in (("made-up", LinkPurpose.VENDOR), (secret, LinkPurpose.SIGN_IN)):
            with pytest.raises(NotFound, match="copied whole"):
                service.open_link(session, tried, purpose)


def test_withdrawn_link_is_closed_and_withdrawing_needs_the_right(db: Database) -> None:
    secret = issue(db, LinkPurpose.APPROVE)
    with db.reading() as session:
        link_id = service.open_link(session, secret, LinkPurpose.APPROVE).id
    reader = make_user(db, "reader")
    with pytest.raises(Forbidden), db.writing() as session:
        service.revoke_link(session, actor=reader, link_id=link_id)
    for _ in range(2):
        with db.writing() as session:
            service.revoke_link(session, actor=SYSTEM, link_id=link_id)
    with db.reading() as session, pytest.raises(Conflict, match="withdrawn"):
        service.open_link(session, secret, LinkPurpose.APPROVE)


def test_deactivated_person_gets_no_link(db: Database) -> None:
    ana = make_user(db, "reader")
    with db.writing() as session:
        service.edit_user(session, actor=SYSTEM, user_id=ana.id, entry=UserPatch(active=False))
    with pytest.raises(Conflict, match="Activate the account first"):
        issue(db, LinkPurpose.SIGN_IN, user_id=ana.id)


def test_secret_is_stored_nowhere(db: Database) -> None:
    secret = issue(db, LinkPurpose.VENDOR)
    with db.reading() as session:
        assert secret not in repr(session.exec(select(OneTimeLink)).one())
