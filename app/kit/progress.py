"""How far work has come that somebody waits for: told where it is done, shown where it was asked for.

Whoever does the work calls `tell`; whoever started it says with `telling` where that goes: a job's row, the pipe of a
child process, or the `Board` that a page with an upload asks. The board is kept in the memory of this process for
as long as the request lasts: a hint for the eye, never a record.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

Sink = Callable[[int, str], None]
_MOST = 1_000
_sink: ContextVar[Sink | None] = ContextVar("progress_sink", default=None)


def tell(percent: int, note: str) -> None:
    """Say how far the present work has come (0 to 100) and what it does now; nobody may be listening."""
    if sink := _sink.get():
        sink(percent, note)


@contextmanager
def telling(sink: Sink) -> Iterator[None]:
    """Within this, what `tell` is told goes to `sink`."""
    token = _sink.set(sink)
    try:
        yield
    finally:
        _sink.reset(token)


@dataclass(frozen=True, slots=True)
class Told:
    """The last word about a request."""

    percent: int
    note: str


@dataclass(slots=True)
class Board:
    """What requests under way last told, by their keys; safe to use from many threads."""

    told: dict[str, Told] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, key: str, percent: int, note: str) -> None:
        """Keep the last word; beyond a thousand requests the oldest is forgotten."""
        with self._lock:
            self.told.pop(key, None)
            self.told[key] = Told(max(0, min(100, percent)), note)
            if len(self.told) > _MOST:
                del self.told[next(iter(self.told))]

    def get(self, key: str) -> Told | None:
        """The last word about a request, None when it is over or was never known."""
        return self.told.get(key)

    def drop(self, key: str) -> None:
        """Forget a request that is over."""
        with self._lock:
            self.told.pop(key, None)


BOARD = Board()
