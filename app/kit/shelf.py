"""What a process keeps of things that never change and take long to unpack."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Shelf(Generic[Kept]):
    """The things asked for last, as many as fit: `most` is the sum of their sizes, one of them always stays.

    Several threads may share a shelf; whoever comes at the same time makes a thing twice, and one of both stays.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, tuple[int, Kept]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable, make: Callable[[], Kept], size: Callable[[Kept], int]) -> Kept:
        """What is kept under `key`; else what `make` gives, kept from now on with its `size`."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
                return found[1]
        made = make()
        with self._lock:
            self._held[key] = (size(made), made)
            while sum(each for each, _ in self._held.values()) > self._most and len(self._held) > 1:
                self._held.popitem(last=False)
        return made
