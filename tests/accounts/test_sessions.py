from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from app.accounts import service
from app.accounts.models import ApiToken, SignIn, User
from app.accounts.schemas import TokenIn, UserPatch
from app.core.errors import Forbidden, NotFound
from app.core.permissions import Role
from app.kit.actors import SYSTEM, Actor
from app.kit.db import Database
from tests.conftest import make_user

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def start(db: Database, actor: Actor, **more) -> str:
    with db.writing() as session:
        return service.start_session(session, session.get_one(User, actor.id), **more)


def who(db: Database, cookie: str = "", bearer: str = "") -> Actor | None:
    with db.reading() as session:
        found = service.identify(session, cookie, bearer)
    return found.actor if found else None


def test_made_up_cookie_and_token_are_nobody(db: Database) -> None:
    assert who(db) is None
    assert who(db, "made-up") is None
    assert who(db, bearer="made-up") is None


def test_bad_token_beside_a_good_cookie_is_nobody(db: Database) -> None:
    cookie = start(db, make_user(db, "admin"))
    assert who(db, cookie, "made-up") is None


def test_session_ends_on_its_day(db: Database) -> None:
    ana = make_user(db, "reader")
    with time_machine.travel(NOW, tick=False):
        cookie = start(db, ana, days=2)
        assert who(db, cookie) == ana
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert who(db, cookie) is None
        start(db, ana)
        with db.reading() as session:
            assert len(session.exec(select(SignIn)).all()) == 1


def test_changed_roles_act_in_a_running_session(db: Database) -> None:
    ana = make_user(db, "reader")
    cookie = start(db, ana)
    with db.writing() as session:
        service.edit_user(session, actor=SYSTEM, user_id=ana.id, entry=UserPatch(roles=[Role.APPROVER]))
    found = who(db, cookie)
    assert found is not None
    assert found.roles == {Role.APPROVER}


def test_new_session_never_keeps_the_secret_it_was_brought(db: Database) -> None:
    ana = make_user(db, "reader")
    old = start(db, ana)
    new = start(db, ana, replaces=old)
    assert new != old
    assert (who(db, old), who(db, new)) == (None, ana)


def test_only_the_owner_ends_a_session_and_others_are_told_nothing(db: Database) -> None:
    ana, eve = make_user(db, "reader"), make_user(db, "admin")
    cookie = start(db, ana)
    with db.reading() as session:
        sign_in_id = session.exec(select(SignIn.id)).one()
    with pytest.raises(NotFound), db.writing() as session:
        service.end_session_by_id(session, actor=eve, sign_in_id=sign_in_id)
    assert who(db, cookie) == ana
    with db.writing() as session:
        service.end_session_by_id(session, actor=ana, sign_in_id=sign_in_id)
    assert who(db, cookie) is None


def test_last_seen_is_due_after_an_hour_and_written_without_an_event(db: Database) -> None:
    ana = make_user(db, "reader")
    with time_machine.travel(NOW, tick=False):
        cookie = start(db, ana)
        with db.reading() as session:
            fresh = service.identify(session, cookie, "")
            assert fresh is not None
            assert fresh.due_sign_in is None
    later = NOW + timedelta(minutes=61)
    with time_machine.travel(later, tick=False):
        with db.reading() as session:
            found = service.identify(session, cookie, "")
        assert found is not None
        with db.writing() as session:
            service.note_seen(session, found)
    with db.reading() as session:
        assert session.exec(select(SignIn.last_seen)).one() == later


def make_token(db: Database, actor: Actor, scope: str = "read", days: int = 90) -> str:
    with db.writing() as session:
        entry = TokenIn.model_validate({"name": "export", "scope": scope, "days": days})
        return service.create_token(session, actor=actor, entry=entry)[1]


def test_token_may_not_make_tokens(db: Database) -> None:
    holder = who(db, bearer=make_token(db, make_user(db, "admin"), "write"))
    assert holder is not None
    with pytest.raises(Forbidden, match="Sign in with a browser"):
        make_token(db, holder)


@pytest.mark.parametrize(
    ("scope", "method", "passes"),
    [
        ("read", "GET", True),
        ("read", "HEAD", True),
        ("read", "POST", False),
        ("read", "DELETE", False),
        ("write", "GET", True),
        ("write", "PATCH", True),
    ],
)
def test_token_without_write_only_reads(db: Database, scope: str, method: str, passes: bool) -> None:
    holder = who(db, bearer=make_token(db, make_user(db, "admin"), scope))
    assert holder is not None
    if passes:
        service.require_scope(holder, method)
        return
    with pytest.raises(Forbidden, match="Make one with the scope"):
        service.require_scope(holder, method)


def test_token_ends_on_its_day_or_when_its_owner_revokes_it(db: Database) -> None:
    ana, eve = make_user(db, "reader"), make_user(db, "admin")
    with time_machine.travel(NOW, tick=False):
        short, long = make_token(db, ana, days=1), make_token(db, ana, days=30)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert who(db, bearer=short) is None
        holder = who(db, bearer=long)
        assert holder is not None
        assert (holder.id, holder.kind, holder.scopes) == (ana.id, "token", {"read"})
        with db.reading() as session:
            token_id = next(row.id for row in session.exec(select(ApiToken)) if row.expires_at.day == 31)
        with pytest.raises(NotFound), db.writing() as session:
            service.revoke_token(session, actor=eve, token_id=token_id)
        with db.writing() as session:
            service.revoke_token(session, actor=ana, token_id=token_id)
        assert who(db, bearer=long) is None
