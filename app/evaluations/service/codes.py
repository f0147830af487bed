"""Blind codes of candidates."""

import hashlib
from collections.abc import Set
from uuid import UUID

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which read as digits


def free_code(evaluation_id: UUID, taken: Set[str]) -> str:
    """A code such as K7 that is not taken; it says nothing about who came first.

    Made from a digest of the evaluation and the number taken, so that the same steps give the same codes.
    """
    for attempt in range(10_000):
        value = hashlib.sha256(f"{evaluation_id}:{len(taken)}:{attempt}".encode()).digest()
        digits = int.from_bytes(value[1:3], "big")
        code = f"{_LETTERS[value[0] % len(_LETTERS)]}{digits % (10 if attempt < 200 else 1000)}"
        if code not in taken:
            return code
    raise RuntimeError("no free candidate code")
