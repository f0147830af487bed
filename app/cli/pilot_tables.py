"""The tables and sentences that `assay pilot compare` prints."""

from collections.abc import Sequence
from typing import Any

import rich
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from app.core.pilots.findings import top_confusions
from app.core.pilots.results import Comparison, Estimate, VendorResult
from app.core.pilots.told import between, facts_of, flags_of
from app.core.pilots.words import figure_name, figure_text, sentences

_HEADING = 12  # letters of a word in a heading that is not broken


def print_tables(result: Comparison) -> None:
    """All tables and sentences of a comparison on standard output."""
    console: Console = rich.get_console()
    overlap = f", right from IoU {result.iou:g}" if result.iou is not None else ""
    console.print(f"Pilot comparison: {result.task}, {len(result.items)} items{overlap}", style="bold")
    tables = [_quality(result), _errors(result)]
    if any(one.strata or one.sizes for one in result.vendors):
        tables.append(_strata(result))
    if len(result.vendors) > 1:
        tables.append(_pairs(result))
    if any(one.seconds for one in result.vendors):
        tables.append(_speed(result))
    for table in tables:
        _keep_figures_whole(table)
        console.print(table, crop=False)
    _print_labelers(console, result)
    for line in _sentences(result):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_labelers(console: Console, result: Comparison) -> None:
    """What is known of each vendor's labelers, and what deserves a second look."""
    rows = [
        (one.name, term, text)
        for one in result.vendors
        for term, text in facts_of(one.conduct, result.accord.likely.get(one.name))
    ]
    if rows:
        console.print(_worded("Labelers", ("Vendor", "", ""), rows))
    flags = [
        (one.name, flag.annotator, flag.text, _first_items(flag.items))
        for one in result.vendors
        for flag in flags_of(one.anomalies)
    ]
    if flags:
        console.print(_worded("Worth a second look", ("Vendor", "Annotator", "Why", "Items"), flags))


def _first_items(items: Sequence[str]) -> str:
    return ", ".join(items[:3]) + (f", and {len(items) - 3} more" if len(items) > 3 else "")


def _worded(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table of words: everything to the left, a vendor's name once."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    last = ""
    for name, *cells in rows:
        table.add_row(_plain("" if name == last else name), *map(_plain, cells))
        last = name
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for at, column in enumerate(columns):
        table.add_column(column, justify="right" if at else "left", overflow="fold")
    return table


def _keep_figures_whole(table: Table) -> None:
    """Where room is short names are broken over lines, never a number."""
    for column in table.columns:
        figures = [line for cell in column.cells if isinstance(cell, str) for line in cell.splitlines()]
        heading = [word for word in str(column.header).split() if len(word) <= _HEADING]
        column.min_width = max(map(len, (*figures, *heading)), default=None)


def _plain(text: str) -> Any:
    return Text(text)


def _quality(result: Comparison) -> Table:
    title = "Quality, 95 % interval over items" + (
        f"; a lower {figure_name(result.metric)} is better" if result.lower_is_better else ""
    )
    metric = result.metric
    lines: dict[str, list[str]] = {
        figure_name(name): [_estimate(name, one.metrics[name]) for one in result.ranked]
        for name in result.vendors[0].metrics
    }
    lines["Missing"] = [str(one.missing) for one in result.ranked]
    if any(one.missing for one in result.vendors):
        lines["Delivered only"] = [
            figure_text(metric, one.delivered_only[metric].value) for one in result.ranked
        ]
    if result.mix:
        lines["At production mix"] = [
            _estimate(metric, one.standardised) if one.standardised else "unknown" for one in result.ranked
        ]
    if any(one.metrics[metric].low_general is not None for one in result.vendors):
        lines["In general"] = [_general(metric, one.metrics[metric]) for one in result.ranked]
    vendors = [one.name for one in result.ranked]
    if len(vendors) > len(lines):
        # The longer side goes down the page.
        table = _table(title, "Vendor", *lines)
        for name, *cells in zip(vendors, *lines.values(), strict=True):
            table.add_row(_plain(name), *cells)
        return table
    table = _table(title, "", *map(escape, vendors))
    for name, row in lines.items():
        table.add_row(name, *row)
    return table


def _estimate(name: str, one: Estimate) -> str:
    if one.value is None or one.low is None or one.high is None:
        return figure_text(name, one.value)
    return f"{figure_text(name, one.value)}\n{figure_text(name, one.low)}…{figure_text(name, one.high)}"


def _general(name: str, one: Estimate) -> str:
    if one.low_general is None or one.high_general is None:
        return "unknown"
    return f"{figure_text(name, one.low_general)}…{figure_text(name, one.high_general)}"


def _strata(result: Comparison) -> Table:
    parts = {one.name: dict(one.strata) | dict(one.sizes) for one in result.vendors}
    names = list(dict.fromkeys(name for part in parts.values() for name in part))
    metrics = {name: part[name].metric for part in parts.values() for name in part}
    table = _table(
        "By stratum and size, objects of the gold below",
        "Vendor",
        *(f"{name}, {figure_name(metrics[name])}" for name in names),
    )
    for vendor, part in parts.items():
        cells = [
            f"{figure_text(one.metric, one.value)}\n{one.count:g}" if (one := part.get(name)) else "unknown"
            for name in names
        ]
        table.add_row(_plain(vendor), *cells)
    return table


def _errors(result: Comparison) -> Table:
    kinds = [kind for kind in result.vendors[0].errors if any(one.errors[kind] for one in result.vendors)]
    table = _table("Findings", "Vendor", *(kind.replace("_", " ") for kind in kinds), "Most confused")
    for one in result.vendors:
        top = ", ".join(
            f"{cell.gold} → {cell.delivered} {cell.count:g}" for cell in top_confusions(one.confusion, 3)
        )
        table.add_row(_plain(one.name), *(f"{one.errors[kind]:g}" for kind in kinds), _plain(top or "none"))
    return table


def _pairs(result: Comparison) -> Table:
    title = f"Differences in {figure_name(result.metric)}, 95 % over all pairs together"
    table = _table(title, "Pair", "Difference", "p adjusted", "")
    for one in result.pairs:
        verdict = "different" if one.distinguishable else "not distinguishable"
        difference = f"{one.value:+.3f}  {one.low:+.3f} to {one.high:+.3f}"
        table.add_row(_plain(f"{one.a} − {one.b}"), difference, _p(one.p_adjusted), verdict)
    return table


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if value >= 0.0001 else "< 0.0001"


def _speed(result: Comparison) -> Table:
    table = _table(
        "Seconds per item", "Vendor", "Mean", "Median", "Geometric mean", "Annotators", "Far times"
    )
    for one in result.vendors:
        table.add_row(
            _plain(one.name),
            *_pace(one),
            str(one.annotators or "unknown"),
            str(_far(one)) if one.seconds else "unknown",
        )
    return table


def _far(one: VendorResult) -> int:
    return sum(each.seconds is not None for each in one.anomalies)


def _pace(one: VendorResult) -> list[str]:
    if one.seconds is None:
        return ["unknown"] * 3
    return [f"{value:.1f}" for value in (one.seconds.mean, one.seconds.median, one.seconds.geometric_mean)]


def _sentences(result: Comparison) -> list[str]:
    """What the tables mean, the repairs and the warnings, one sentence a line."""
    out = sentences(result)
    out += [f"{term}: {text}." for term, text in between(result.accord)]
    out += [f"Repaired: {line}." for line in result.repairs]
    out += [f"Note: {line}" for line in result.warnings]
    return out
