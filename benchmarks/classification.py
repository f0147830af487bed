"""The comparison of five vendors on 5,000 items with 10,000 resamples, against scikit-learn in scipy's bootstrap.

Ours starts at the bytes of six CSV files and ends with accuracy, macro F1 and figures per class, each with its
interval, paired differences with adjusted p-values, groups that cannot be told apart and the chance of being
the best. The peer gets arrays and gives the intervals of accuracy and macro F1 of each vendor.
"""

import numpy as np
from numpy.typing import NDArray

from app.core.pilots.compare import compare
from app.core.pilots.results import Comparison
from app.core.pilots.tasks import read_delivery, read_gold
from benchmarks.rows import Figure, Row, library, side_by_side, timed

VENDORS, ITEMS, CLASSES, RESAMPLES = 5, 5_000, 10, 10_000
PEER_RESAMPLES = 50
Ints = NDArray[np.int64]


def labels() -> tuple[Ints, list[Ints]]:
    """Seeded gold labels and one array per vendor, right in 80 to 90 % of the items."""
    dice = np.random.default_rng(0)
    gold = dice.integers(0, CLASSES, ITEMS)
    given = [
        np.where(dice.random(ITEMS) < 0.8 + 0.02 * v, gold, dice.integers(0, CLASSES, ITEMS))
        for v in range(VENDORS)
    ]
    return gold, given


def as_file(values: Ints) -> bytes:
    """The labels as a CSV file."""
    lines = [f"item{i:05},class{value}" for i, value in enumerate(values.tolist())]
    return "\n".join(["item,label", *lines]).encode()


def ours(gold_file: bytes, files: list[bytes]) -> Comparison:
    """All files to the comparison."""
    gold = read_gold("classification", gold_file, "gold.csv")
    deliveries = {
        f"vendor {v}": read_delivery("classification", data, f"{v}.csv", gold) for v, data in enumerate(files)
    }
    return compare("classification", gold, deliveries, resamples=RESAMPLES)


def measure() -> Figure:
    """Both on the same labels; the peer with fewer resamples, scaled up."""
    metrics, bootstrap = library("sklearn.metrics"), library("scipy.stats").bootstrap
    gold, given = labels()
    files = as_file(gold), [as_file(one) for one in given]

    def macro_f1(truth: Ints, delivered: Ints) -> float:
        return float(metrics.f1_score(truth, delivered, average="macro"))

    def peer() -> None:
        for one in given:
            for statistic in (metrics.accuracy_score, macro_f1):
                bootstrap(
                    (gold, one),
                    statistic,
                    paired=True,
                    vectorized=False,
                    n_resamples=PEER_RESAMPLES,
                    method="percentile",
                    rng=np.random.default_rng(0),
                )

    scale = RESAMPLES / PEER_RESAMPLES
    note = f"its time is that of {PEER_RESAMPLES} resamples × {scale:g}"
    return side_by_side(timed(lambda: ours(*files)), timed(peer, times=scale), rounds=3, note=note)


ROWS = (
    Row(
        "classification",
        "report on 5 vendors × 5,000 items, 10,000 resamples, parse included",
        "scikit-learn in a scipy.stats.bootstrap loop",
        1 / 10,
        measure,
    ),
)
