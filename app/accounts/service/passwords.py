"""Passwords: argon2id, a few plain rules, and a limit on guessing."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from threading import BoundedSemaphore
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import col, delete, func, select

from app.accounts.models import Attempt, User
from app.accounts.queries import user_by_email, user_by_id
from app.accounts.service.sessions import SESSION_DAYS, actor_of_user, end_sessions_of, start_session
from app.audit import service as audit
from app.core.errors import Invalid, Problem
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession

SHORTEST, LONGEST = 12, 200
MOST_FAILURES = 10
WINDOW = timedelta(minutes=15)
WRONG = "E-mail or password is wrong. Check both, or ask an admin for a one-time link."
LIMITED = "Too many failed sign-ins. Wait 15 minutes, or ask an admin for a one-time link."
_COMMON_WORDS = (
    "password passwort passwd pass letmein welcome admin administrator root login qwerty qwertz azerty qwertyuiop "
    "asdfghjkl zxcvbnm abc abcdef abcdefgh iloveyou monkey dragon sunshine princess football baseball superman "
    "batman master shadow michael jordan trustno changeme secret assay test testing guest user hello freedom "
    "whatever starwars pokemon computer internet summer winter spring autumn default temp temporary company "
    "labeling annotation vendor procurement"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
)
_hasher = PasswordHash((Argon2Hasher(),))
_at_once = BoundedSemaphore(4)  # each hash takes 64 MiB


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Outcome of comparing a password: the person when it was right, else why not and what to do."""

    user_id: UUID | None
    refusal: str
    limited: bool
    keys: tuple[str, ...]


def weakness(password: str, *, email: str, name: str) -> str:
    """What is wrong with a new password and what to do about it; '' for a good one.

    >>> weakness("password1234!", email="ana@example.org", name="Ana")
    'This is one of the most common passwords. Choose several unrelated words.'
    >>> weakness("a quiet brown kettle", email="ana@example.org", name="Ana")
    ''
    """
    plain = password.strip().lower()
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters; several unrelated words are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if plain in (email.lower(), email.lower().partition("@")[0], name.strip().lower()):
        return "Choose a password that is not your name or e-mail address."
    letters = re.sub(r"[\W\d_]+", "", plain)
    repeated = letters[: len(letters) // 2] if letters[: len(letters) // 2] * 2 == letters else letters
    row = any(plain in text * 2 or plain[::-1] in text * 2 for text in _ROWS)
    if letters in _COMMON or repeated in _COMMON or len(set(plain)) < 5 or row:
        return "This is one of the most common passwords. Choose several unrelated words."
    return ""


def set_password(
    session: WriteSession,
    *,
    actor: Actor,
    user_id: UUID,
    password: str,
    field: str = "password",
    keep: str = "",
) -> None:
    """Give a person a password and end their sessions elsewhere; `keep` is the cookie of the one that stays.

    The caller has made sure that the actor is this person. Raises `Invalid` at `field` for a weak one.
    """
    user = user_by_id(session, user_id)
    fault = weakness(password, email=user.email, name=user.name)
    if fault:
        raise Invalid("password.weak", [Problem(field, fault)])
    user.password_hash = _hash(password)
    session.add(user)
    end_sessions_of(session, user.id, keep=keep)
    audit.record(session, actor, "account.password.set", ("user", user.id))
    session.flush()


def check_password(session: ReadSession, *, email: str, password: str, address: str) -> PasswordCheck:
    """Compare a password; takes as long for an unknown address as for a known one, and writes nothing.

    Slow by design (a tenth of a second), so it runs on a reading session before the write begins. `address` is
    where the request came from. Refused without a look after 10 failures in 15 minutes per account or address.
    """
    keys = (_key("account", email.strip().lower()), _key("address", address))
    if _failures(session, keys) >= MOST_FAILURES:
        return PasswordCheck(None, LIMITED, limited=True, keys=keys)
    user = user_by_email(session, email)
    known = user.password_hash if user is not None and user.active else None
    right = _verify(password, known or _dummy())
    if user is None or known is None or not right:
        return PasswordCheck(None, WRONG, limited=False, keys=keys)
    return PasswordCheck(user.id, "", limited=False, keys=keys)


def sign_in_with_password(
    session: WriteSession,
    check: PasswordCheck,
    *,
    user_agent: str = "",
    days: int = SESSION_DAYS,
    replaces: str = "",
) -> str | None:
    """Act on a comparison: the secret of a new session, or None after counting the failure."""
    if not note_check(session, check) or check.user_id is None:
        return None
    user = user_by_id(session, check.user_id)
    audit.record(session, actor_of_user(user), "account.user.signed_in", ("user", user.id))
    return start_session(session, user, user_agent=user_agent, days=days, replaces=replaces)


def note_check(session: WriteSession, check: PasswordCheck) -> bool:
    """Count a failed comparison, or clear the account's failures after a right one; tells which it was."""
    session.exec(delete(Attempt).where(col(Attempt.created_at) < clock.now() - WINDOW))
    if check.user_id is not None:
        session.exec(delete(Attempt).where(col(Attempt.key) == check.keys[0]))
        return True
    if not check.limited:
        session.add_all(Attempt(key=key) for key in check.keys)
    return False


def has_password(user: User) -> bool:
    """Whether the person can sign in with a password."""
    return user.password_hash is not None


def _failures(session: ReadSession, keys: tuple[str, ...]) -> int:
    since = clock.now() - WINDOW
    counted = (
        select(func.count())
        .select_from(Attempt)
        .where(col(Attempt.key).in_(keys), col(Attempt.created_at) >= since)
        .group_by(col(Attempt.key))
    )
    return max(session.exec(counted).all(), default=0)


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}|{value}".encode()).hexdigest()


def _hash(password: str) -> str:
    with _at_once:
        return _hasher.hash(password)


def _verify(password: str, known: str) -> bool:
    with _at_once:
        return _hasher.verify(password[: LONGEST + 1], known)


@cache
def _dummy() -> str:
    return _hash("nobody has this password")
