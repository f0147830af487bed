"""Identifiers and secrets."""

import hashlib
import secrets
import time
from uuid import UUID


def new() -> UUID:
    """A UUID version 7 (RFC 9562): sorts by the millisecond it was made in, so newest rows lie together."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return UUID(int=value | 0b10 << 62 | secrets.randbits(62))


def token() -> str:
    """An unguessable text of 256 bits for links, sessions and API tokens."""
    return secrets.token_urlsafe(32)


def token_digest(secret: str) -> str:
    """What is stored of a token: its SHA-256, since 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
