"""One-to-one matching of the largest total worth (Kuhn 1955, Munkres 1957), for many small tangles."""

from collections.abc import Sequence

import numpy as np

from app.core.formats.shapes import Floats, Ints

_SMALL = 12  # beyond this the compiled solver wins back its import


def match(left: Ints, right: Ints, worth: Floats) -> Ints:
    """Positions of the pairs (left[i], right[i]) of a one-to-one matching with the largest total worth.

    A pair whose two ends stand in no other pair is taken at once; the rest falls into connected tangles that
    are solved one by one. Worths are above 0; no pair stands twice.
    """
    if not len(left):
        return np.zeros(0, np.int64)
    alone = (np.bincount(left)[left] == 1) & (np.bincount(right)[right] == 1)
    chosen = np.nonzero(alone)[0].tolist()
    for tangle in _tangles(left, right, np.nonzero(~alone)[0].tolist()):
        chosen += _solve(tangle, left, right, worth)
    return np.array(chosen, np.int64)


def _tangles(left: Ints, right: Ints, pairs: Sequence[int]) -> list[list[int]]:
    """The pairs grouped so that groups share no end (union-find)."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = parent.setdefault(above, above)
            node = above
        return node

    # Right ends are numbered below zero, so that both sides share one dictionary.
    ends = [(int(left[at]), -int(right[at]) - 1) for at in pairs]
    for one, other in ends:
        parent[root(one)] = root(other)
    groups: dict[int, list[int]] = {}
    for at, (one, _) in zip(pairs, ends, strict=True):
        groups.setdefault(root(one), []).append(at)
    return list(groups.values())


def _solve(pairs: Sequence[int], left: Ints, right: Ints, worth: Floats) -> list[int]:
    rows = {end: at for at, end in enumerate(sorted({int(left[one]) for one in pairs}))}
    columns = {end: at for at, end in enumerate(sorted({int(right[one]) for one in pairs}))}
    place = {(rows[int(left[one])], columns[int(right[one])]): one for one in pairs}
    turned = len(rows) > len(columns)
    table = np.zeros((len(rows), len(columns)))
    for (row, column), one in place.items():
        table[row, column] = worth[one]
    assigned = _assign(table.T if turned else table)
    found = [place.get((column, row) if turned else (row, column)) for row, column in assigned]
    return [one for one in found if one is not None]


def _assign(table: Floats) -> list[tuple[int, int]]:
    """Row and column of each row's place in the best assignment; no more rows than columns."""
    if len(table) > _SMALL:
        from scipy.optimize import linear_sum_assignment  # over a second to import

        rows, columns = linear_sum_assignment(table, maximize=True)
        return list(zip(rows.tolist(), columns.tolist(), strict=True))
    return _augment((-table).tolist(), table.shape[1])


def _augment(cost: list[list[float]], width: int) -> list[tuple[int, int]]:
    """Shortest augmenting paths with potentials, row by row; column `width` is where each path starts."""
    owner = [-1] * (width + 1)
    of_row, of_column = [0.0] * len(cost), [0.0] * (width + 1)
    for row in range(len(cost)):
        owner[width] = row
        column = width
        least, before = [float("inf")] * width, [width] * width
        done = [False] * (width + 1)
        while owner[column] >= 0:
            done[column] = True
            here = owner[column]
            for other in range(width):
                if not done[other]:
                    reduced = cost[here][other] - of_row[here] - of_column[other]
                    if reduced < least[other]:
                        least[other], before[other] = reduced, column
            nearest = min((at for at in range(width) if not done[at]), key=least.__getitem__)
            step = least[nearest]
            for other in range(width + 1):
                if done[other]:
                    of_row[owner[other]] += step
                    of_column[other] -= step
                elif other < width:
                    least[other] -= step
            column = nearest
        while column != width:
            owner[column], column = owner[before[column]], before[column]
    return [(row, column) for column, row in enumerate(owner[:width]) if row >= 0]
