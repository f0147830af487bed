from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from app.accounts import service
from app.accounts.models import Attempt, User
from app.accounts.schemas import UserPatch
from app.accounts.service import passwords
from app.core.errors import Invalid
from app.kit.actors import SYSTEM, Actor
from app.kit.db import Database
from tests.conftest import make_user

GOOD = "four quiet brown kettles"
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "ana@example.org",
        "Ana@Example.org ",
        "anastasia.ruiz",
        "password1234!",
        "PasswordPassword",
        "qwertyuiop12",
        "123456789012",
        "abcdefghijkl",
        "lkjihgfedcba",
        "aaaaaaaaaaaa",
        "Summer2026!!",
        "x" * 201,
    ],
)
def test_weak_password_is_refused_with_what_to_do(password: str) -> None:
    fault = passwords.weakness(password, email="ana@example.org", name="Anastasia.Ruiz")
    assert fault.startswith(("Use ", "Choose ", "This is one of the most common passwords. Choose "))


@pytest.mark.parametrize("password", [GOOD, "Xk4!pq92_mmz", "ein Haus im Wald", "パスワード パスワード 青い"])
def test_long_unrelated_words_are_accepted(password: str) -> None:
    assert passwords.weakness(password, email="ana@example.org", name="Ana") == ""


def give(db: Database, actor: Actor, password: str = GOOD, **more) -> None:
    with db.writing() as session:
        service.set_password(session, actor=actor, user_id=actor.id, password=password, **more)


def attempt(db: Database, password: str, email: str = "ana@example.org", address: str = "192.0.2.1"):
    with db.reading() as session:
        check = service.check_password(session, email=email, password=password, address=address)
    with db.writing() as session:
        return check, service.sign_in_with_password(session, check)


def test_stored_password_is_argon2id_and_not_the_text(db: Database) -> None:
    ana = make_user(db, "reader")
    give(db, ana)
    with db.reading() as session:
        stored = session.get_one(User, ana.id).password_hash
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert GOOD not in stored


def test_weak_password_is_not_stored(db: Database) -> None:
    ana = make_user(db, "reader")
    with pytest.raises(Invalid, match="at least 12 characters"):
        give(db, ana, "short")
    with db.reading() as session:
        assert session.get_one(User, ana.id).password_hash is None


def test_new_password_signs_out_other_browsers(db: Database) -> None:
    ana = make_user(db, "reader")
    with db.writing() as session:
        user = session.get_one(User, ana.id)
        here, there = service.start_session(session, user), service.start_session(session, user)
    give(db, ana, keep=here)
    with db.reading() as session:
        assert service.identify(session, here, "") is not None
        assert service.identify(session, there, "") is None


def test_unknown_wrong_inactive_and_passwordless_are_refused_alike(db: Database) -> None:
    ana, out = (
        make_user(db, "reader", email="ana@example.org"),
        make_user(db, "reader", email="out@example.org"),
    )
    make_user(db, "reader", email="link@example.org")
    give(db, ana)
    give(db, out)
    with db.writing() as session:
        service.edit_user(session, actor=SYSTEM, user_id=out.id, entry=UserPatch(active=False))
    tries = [("ana@example.org", "wrong"), ("nobody@example.org", GOOD), ("out@example.org", GOOD)]
    refusals = {
        attempt(db, password, email)[0].refusal for email, password in [*tries, ("link@example.org", "")]
    }
    assert refusals == {passwords.WRONG}


def test_unknown_account_is_hashed_too(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    real = passwords._hasher.verify
    monkeypatch.setattr(
        passwords._hasher, "verify", lambda text, known: (compared.append(known), real(text, known))[1]
    )
    attempt(db, GOOD, "nobody@example.org")
    assert len(compared) == 1
    assert compared[0].startswith("$argon2id$")


def fail(db: Database, times: int, email: str, address: str) -> None:
    """Failures as `sign_in_with_password` counts them, without the slow hashes."""
    keys = (passwords._key("account", email), passwords._key("address", address))
    for _ in range(times):
        with db.writing() as session:
            check = service.PasswordCheck(None, passwords.WRONG, limited=False, keys=keys)
            assert service.sign_in_with_password(session, check) is None


@pytest.mark.parametrize(
    ("email", "address"), [("ana@example.org", "192.0.2.99"), ("other@example.org", "192.0.2.1")]
)
def test_ten_failures_close_the_account_and_the_address_for_a_quarter_hour(
    db: Database, email: str, address: str
) -> None:
    ana = make_user(db, "reader", email="ana@example.org")
    give(db, ana)
    with time_machine.travel(NOW, tick=False):
        fail(db, 9, email, address)
        assert attempt(db, "wrong")[0].refusal == passwords.WRONG
        check, cookie = attempt(db, GOOD)
        assert (check.limited, cookie) == (True, None)
        assert "Wait 15 minutes" in check.refusal
    with time_machine.travel(NOW + timedelta(minutes=15, seconds=1), tick=False):
        assert attempt(db, GOOD)[1] is not None


def test_success_clears_the_account_and_not_the_address(db: Database) -> None:
    give(db, make_user(db, "reader", email="ana@example.org"))
    fail(db, 3, "ana@example.org", "192.0.2.1")
    assert attempt(db, GOOD)[1] is not None
    with db.reading() as session:
        assert set(session.exec(select(Attempt.key))) == {passwords._key("address", "192.0.2.1")}
