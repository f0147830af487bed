"""What a benchmark row is, and the one way to measure: side by side, alternating, medians."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from statistics import median
from typing import Any


class Unmeasured(Exception):
    """A row could not be measured; the text says why."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Median seconds of both sides; `note` says what a reader of the ratio must know."""

    ours: float
    peer: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """Our time over the peer's: below 1 is faster."""
        return self.ours / self.peer


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `at_most` is the ratio to reach, None where the peer is only shown."""

    name: str
    work: str
    peer: str
    at_most: float | None
    measure: Callable[[], Figure]

    def reached(self, figure: Figure) -> bool:
        """Whether the figure is as good as wanted; a row without a target always is."""
        return self.at_most is None or figure.ratio <= self.at_most


def side_by_side(
    ours: Callable[[], float],
    peer: Callable[[], float],
    *,
    rounds: int = 5,
    warm: bool = True,
    note: str = "",
) -> Figure:
    """Run both in turns, so that a busy moment of the machine meets both; the round before is not counted.

    Both functions give the seconds of one run. `warm` False leaves out the round before, for a slow peer.
    """
    if warm:
        ours(), peer()
    pairs = [(ours(), peer()) for _ in range(rounds)]
    return Figure(ours=median(pair[0] for pair in pairs), peer=median(pair[1] for pair in pairs), note=note)


def timed(work: Callable[[], object], *, times: float = 1) -> Callable[[], float]:
    """A function that runs `work` and gives its seconds; `times` scales a part of the work to the whole."""

    def run() -> float:
        began = time.perf_counter()
        work()
        return (time.perf_counter() - began) * times

    return run


def library(name: str) -> Any:
    """A module of a peer, which only `make bench` installs."""
    try:
        return import_module(name)
    except ImportError as failure:
        raise Unmeasured(f"{failure}; `make bench` installs the peers") from None
