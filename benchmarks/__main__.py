"""`python -m benchmarks [NAME…]`: a table of ratios against the peers; without names every row.

A ratio depends on the machine far less than a time does; still, nothing here passes or fails a test.
Exit 0 when every target was reached, 1 when one was missed, 2 when a name is unknown or a row could not be
measured.
"""

import argparse
import sys
from itertools import chain

from rich.console import Console
from rich.table import Table

from benchmarks import classification, detection, memo, raters, register, scoring, start, texts
from benchmarks.rows import Figure, Row, Unmeasured

MODULES = (scoring, detection, raters, classification, texts, memo, register, start)
ROWS: tuple[Row, ...] = tuple(chain.from_iterable(module.ROWS for module in MODULES))


def main(names: list[str]) -> int:
    """Measure the named rows and print the table."""
    known = {row.name: row for row in ROWS}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known are {', '.join(known)}", file=sys.stderr)
        return 2
    table = Table("work", "Assay", "peer", "ratio", "to reach", "peer is", title="Benchmarks")
    outcomes = [measured(known[name], table) for name in names or known]
    Console().print(table)
    return max(outcomes)


def measured(row: Row, table: Table) -> int:
    """Measure a row and add its line; the exit code it asks for."""
    print(f"{row.name} …", file=sys.stderr, flush=True)
    try:
        figure = row.measure()
    except Unmeasured as reason:
        print(f"{row.name}: {reason}", file=sys.stderr)
        table.add_row(row.work, "", "", "", "not measured", row.peer)
        return 2
    table.add_row(*cells(row, figure))
    return 0 if row.reached(figure) else 1


def cells(row: Row, figure: Figure) -> tuple[str, ...]:
    """One line of the table; the mark says in a word whether the aim was reached."""
    mark = "reached" if row.reached(figure) else "missed"
    aim = "shown" if row.at_most is None else f"≤ {row.at_most:g}: {mark}"
    seconds = (f"{figure.ours:.4f} s", f"{figure.peer:.4f} s")
    peer = f"{row.peer}; {figure.note}" if figure.note else row.peer
    return (row.work, *seconds, f"{figure.ratio:.3f}", aim, peer)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of {', '.join(row.name for row in ROWS)}"
    )
    sys.exit(main(parser.parse_args().names))
