"""Speed: seconds per item of one vendor, the ratio between two, and rows far from the rest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.core.formats.shapes import Floats, Ints
from app.core.resampling import t_quantile

FAR = 3.5  # |z| of Iglewicz and Hoaglin beyond which a time is looked at
_MIN_ROWS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Who worked how long on what: positions of item and annotator (-1 unknown), seconds (NaN unknown).

    `answer` is the position of the answer that the row tells of (-1 unknown), `start` and `end` are moments in
    seconds since 1970 (NaN unknown).
    """

    item: Ints
    annotator: Ints
    annotators: tuple[str, ...]
    seconds: Floats
    answer: Ints
    start: Floats
    end: Floats


@dataclass(frozen=True, slots=True)
class Seconds:
    """Seconds per row of work: the mean pays the bill, median and geometric mean describe the pace."""

    mean: float
    median: float
    geometric_mean: float
    rows: int
    total: float


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something to look at before anybody is blamed, with the `items` behind it (at most twenty).

    `kind` fast or slow is one time far from the vendor's others: its `item` and `seconds`, `tail` is the kind
    again, `z` the robust score of its logarithm. The other kinds are those of `suspicion` and speak of an
    annotator: how many `rows`, a `value` and the `limit` it broke; item, seconds, tail and z are then None.
    """

    kind: str
    annotator: str | None
    items: tuple[str, ...]
    rows: int
    value: float
    limit: float
    item: str | None = None
    seconds: float | None = None
    tail: str | None = None
    z: float | None = None


@dataclass(frozen=True, slots=True)
class TimeRatio:
    """How many times as long b takes as a on the same items: geometric mean ratio with a 95 % t interval."""

    value: float
    low: float
    high: float
    items: int

    def turned(self) -> "TimeRatio":
        """How many times as long a takes as b."""
        return TimeRatio(1 / self.value, 1 / self.high, 1 / self.low, self.items)


def summarise(seconds: Floats) -> Seconds | None:
    """Mean, median and geometric mean of the known seconds; None where none is known."""
    known = seconds[np.isfinite(seconds)]
    if not len(known):
        return None
    return Seconds(
        mean=float(known.mean()),
        median=float(np.median(known)),
        geometric_mean=float(np.exp(np.log(known).mean())),
        rows=len(known),
        total=float(known.sum()),
    )


def anomalies(work: Work, items: Sequence[str]) -> tuple[Anomaly, ...]:
    """Rows whose log seconds have a robust z (0.6745 (x - median) / MAD) beyond 3.5, at both tails.

    Sorted by distance. Fewer than ten known times, or no spread at all, give none.
    """
    known = np.nonzero(np.isfinite(work.seconds))[0]
    if len(known) < _MIN_ROWS:
        return ()
    logs = np.log(work.seconds[known])
    away = logs - np.median(logs)
    spread = float(np.median(np.abs(away)))
    if spread < 1e-12:
        return ()
    z = 0.6745 * away / spread
    far = np.abs(z) > FAR
    found = [
        (-abs(score), items[work.item[row]], _person(work, row), float(work.seconds[row]), score)
        for row, score in zip(known[far].tolist(), z[far].tolist(), strict=True)
    ]
    return tuple(
        _far(item, person or None, seconds, score) for _, item, person, seconds, score in sorted(found)
    )


def _person(work: Work, row: int) -> str:
    return work.annotators[work.annotator[row]] if work.annotator[row] >= 0 else ""


def _far(item: str, annotator: str | None, seconds: float, z: float) -> Anomaly:
    tail = "fast" if z < 0 else "slow"
    return Anomaly(tail, annotator, (item,), 1, z, FAR, item=item, seconds=seconds, tail=tail, z=z)


def item_logs(work: Work, items: int) -> Floats:
    """Mean log seconds per item; NaN where unknown."""
    known = np.isfinite(work.seconds)
    count = np.bincount(work.item[known], minlength=items)
    total = np.bincount(work.item[known], np.log(work.seconds[known]), minlength=items)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def time_ratio(a: Floats, b: Floats) -> TimeRatio | None:
    """The ratio b / a from log seconds per item; None with fewer than two common items."""
    both = np.isfinite(a) & np.isfinite(b)
    count = int(both.sum())
    if count < 2:
        return None
    difference = b[both] - a[both]
    mean = float(difference.mean())
    half = t_quantile(count - 1) * float(difference.std(ddof=1)) / math.sqrt(count)
    return TimeRatio(math.exp(mean), math.exp(mean - half), math.exp(mean + half), count)
