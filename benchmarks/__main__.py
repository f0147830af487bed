"""`python -m benchmarks [NAME…]`: a table of ratios against the peers; without names every row.

A ratio depends on the machine far less than a time does; still, nothing here passes or fails a test.
Exit 0 when all rows were measured, 2 when a name is unknown or a row could not be measured.
"""

import argparse
import sys

from rich.console import Console
from rich.table import Table

from benchmarks import start
from benchmarks.rows import Figure, Row, Unmeasured

ROWS: tuple[Row, ...] = (start.ROW,)


def main(names: list[str]) -> int:
    """Measure the named rows and print the table."""
    known = {row.name: row for row in ROWS}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known are {', '.join(known)}", file=sys.stderr)
        return 2
    table = Table("work", "Assay", "peer", "ratio", "to reach", "peer is", title="Benchmarks")
    failed = False
    for name in names or known:
        try:
            table.add_row(*cells(known[name], known[name].measure()))
        except Unmeasured as reason:
            failed = True
            print(f"{name}: {reason}", file=sys.stderr)
    Console().print(table)
    return 2 if failed else 0


def cells(row: Row, figure: Figure) -> tuple[str, ...]:
    """One line of the table; the mark says in a word whether the aim was reached."""
    mark = "reached" if figure.ratio <= row.at_most else "missed"
    seconds = (f"{figure.ours:.3f} s", f"{figure.peer:.3f} s")
    return (row.work, *seconds, f"{figure.ratio:.2f}", f"≤ {row.at_most:g}: {mark}", row.peer)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of {', '.join(row.name for row in ROWS)}"
    )
    sys.exit(main(parser.parse_args().names))
