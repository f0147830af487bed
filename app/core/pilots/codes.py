"""Numbers under which items leave, so that no name tells that an item stands twice or what it is there for."""

import hashlib
from collections.abc import Sequence

_FIRST, _MANY = 1_000_000_000, 1_000_000_000  # ten digits, and an id of COCO that no image has by itself


def codes_of(items: Sequence[str], seal: str) -> dict[str, str]:
    """Item -> ten digits that look random and depend on the item and the secret `seal` alone.

    Should two items meet at one number, the later one in the list takes the next.
    """
    out: dict[str, str] = {}
    taken: set[int] = set()
    for item in items:
        digest = hashlib.sha256(f"{seal}|{item}".encode()).digest()
        number = int.from_bytes(digest[:8], "big") % _MANY
        while number in taken:
            number = (number + 1) % _MANY
        taken.add(number)
        out[item] = str(_FIRST + number)
    return out


def place_of(item: str, first: str, seed: str) -> float:
    """Where an item stands in an order that looks random: 0..1, by the digest of seed and name.

    A repeat (`first` is the item it shows again) stands a quarter of the way to three quarters of the way behind
    its item, in the round, so that the two never meet.
    """
    own = _share(seed, item)
    return (_share(seed, first) + 0.25 + own / 2) % 1 if first else own


def _share(seed: str, item: str) -> float:
    return int.from_bytes(hashlib.sha256(f"{seed}|{item}".encode()).digest()[:8], "big") / 2**64
