"""What a benchmark row is, and the one way to measure: side by side, alternating, medians."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


class Unmeasured(Exception):
    """A row could not be measured; the text says why."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Median seconds of both sides."""

    ours: float
    peer: float

    @property
    def ratio(self) -> float:
        """Our time over the peer's: below 1 is faster."""
        return self.ours / self.peer


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `at_most` is the ratio to reach."""

    name: str
    work: str
    peer: str
    at_most: float
    measure: Callable[[], Figure]


def side_by_side(ours: Callable[[], float], peer: Callable[[], float], *, rounds: int = 5) -> Figure:
    """Run both in turns, so that a busy moment of the machine meets both; one round before them is not counted.

    Both functions give the seconds of one run.
    """
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(rounds)]
    return Figure(ours=median(pair[0] for pair in pairs), peer=median(pair[1] for pair in pairs))
