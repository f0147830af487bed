"""What a reader may do that the next one must not notice."""

import json
import os
import signal

from app.kit import progress

SEEN: list[str] = []


def note(word: str) -> bytes:
    """What was noted in this process, this word included."""
    SEEN.append(word)
    return json.dumps(SEEN).encode()


def environment() -> bytes:
    """What this process knows of its surroundings."""
    return json.dumps(sorted(os.environ)).encode()


def crash() -> bytes:
    """End as a fault in a library does."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def stumble() -> bytes:
    """Fail as a fault of ours does."""
    raise KeyError("stumbled here")


def large(size: int) -> bytes:
    """An answer of so many bytes."""
    return b"x" * size


def step(names: list[str]) -> bytes:
    """Tell of every step."""
    for at, name in enumerate(names):
        progress.tell(at * 100 // len(names), name)
    return b"done"
