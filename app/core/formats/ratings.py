"""Ratings of several annotators and the truth beside them, read from plain tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.core.formats.faults import Faults
from app.core.formats.shapes import Ints
from app.core.formats.table import Table, read_table


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """One label per row: positions of item, annotator and label in the sorted names beside them."""

    source: str
    items: tuple[str, ...]
    annotators: tuple[str, ...]
    classes: tuple[str, ...]
    item: Ints
    annotator: Ints
    label: Ints
    notes: tuple[str, ...] = ()


def read_ratings(data: bytes, name: str) -> Ratings:
    """Ratings from a CSV or JSONL table with the columns item, annotator, label.

    Raises `Invalid` with every empty value and every second label of one annotator on one item.
    """
    table = read_table(data, name, ("item", "annotator", "label"), ())
    faults = Faults("ratings.broken", name)
    _refuse_empty(table, ("item", "annotator", "label"), faults)
    seen: dict[tuple[str, str], int] = {}
    rows = zip(table.columns["item"], table.columns["annotator"], strict=True)
    for (item, person), line in zip(rows, table.line, strict=True):
        if item and person and (before := seen.setdefault((item, person), line)) != line:
            said = f"item {item!r} by annotator {person!r} already stands on line {before}"
            faults.add(f"line {line}", f"{said}; keep one of the two rows")
    faults.stop()
    names = {key: tuple(sorted(set(values))) for key, values in table.columns.items()}
    code = {key: {one: at for at, one in enumerate(values)} for key, values in names.items()}
    column = {key: np.array([code[key][one] for one in table.columns[key]], np.int64) for key in names}
    # Sums of fractions depend on their order in the last digit; the order of the rows must not.
    order = np.lexsort((column["annotator"], column["item"]))
    return Ratings(
        source=name,
        items=names["item"],
        annotators=names["annotator"],
        classes=names["label"],
        item=column["item"][order],
        annotator=column["annotator"][order],
        label=column["label"][order],
        notes=(*table.repairs, *_ignored(table)),
    )


def read_truth(data: bytes, name: str) -> Mapping[str, str]:
    """The true label of each item from a CSV or JSONL table with the columns item, label.

    Raises `Invalid` with every empty value and every item that stands twice.
    """
    table = read_table(data, name, ("item", "label"), ())
    faults = Faults("gold.broken", name)
    _refuse_empty(table, ("item", "label"), faults)
    seen: dict[str, int] = {}
    for item, line in zip(table.columns["item"], table.line, strict=True):
        if item and (before := seen.setdefault(item, line)) != line:
            faults.add(f"line {line}", f"item {item!r} already stands on line {before}; gold has one label")
    faults.stop()
    return dict(zip(table.columns["item"], table.columns["label"], strict=True))


def _refuse_empty(table: Table, columns: tuple[str, ...], faults: Faults) -> None:
    remedy = {
        "item": "the item is empty; give the id of the item",
        "annotator": "the annotator is empty; give a code for who labelled",
        "label": "the label is empty; leave the row out when the item was not labelled",
    }
    for column in columns:
        for value, line in zip(table.columns[column], table.line, strict=True):
            if not value:
                faults.add(f"line {line}", remedy[column])


def _ignored(table: Table) -> tuple[str, ...]:
    if not table.ignored:
        return ()
    return (f"{table.name}: columns not used: {', '.join(table.ignored)}.",)
