"""`assay pilot compare`: vendors' labels against one gold, no database."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.core.errors import Invalid, Problem

if TYPE_CHECKING:
    from rich.table import Table

    from app.core.formats.rows import Rows, Times
    from app.core.pilots.results import Comparison, Estimate, VendorResult

_HEADING = 12  # letters of a word in a heading that is not broken


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    pilot = typer.Typer(help="Pilots: vendors' labels against gold.", no_args_is_help=True)
    pilot.command("compare")(compare)
    commands.add_typer(pilot, name="pilot")


def compare(
    task: Annotated[
        str,
        typer.Option(
            help="classification, multilabel, boxes, polygons, masks, spans, transcription or translation."
        ),
    ],
    gold: Annotated[Path, typer.Option(help="The reference labels.")],
    vendor: Annotated[list[str], typer.Option(help="NAME=FILE, once per vendor.")],
    gold_format: Annotated[str | None, typer.Option(help="Instead of the detected format.")] = None,
    format: Annotated[
        list[str] | None, typer.Option(help="NAME=FORMAT, instead of the detected one.")
    ] = None,
    times: Annotated[Path | None, typer.Option(help="CSV: vendor,item_id,annotator,seconds.")] = None,
    iou: Annotated[float, typer.Option(help="Overlap from which a box is right.")] = 0.5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the resampling.")] = 0,
    resamples: Annotated[int | None, typer.Option(help="Bootstrap samples of the items.")] = None,
    mix: Annotated[
        list[str] | None, typer.Option(help="STRATUM=WEIGHT of production, once per stratum of the gold.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept-repairs", help="Apply the repairs that problems name.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    pdf: Annotated[Path | None, typer.Option(help="Write the report to this PDF file.")] = None,
) -> None:
    """Compare the labels of several vendors on the same items: quality, certainty, speed."""
    from app.core.pilots.compare import compare as run
    from app.core.pilots.tasks import read_gold, task_named

    task_named(task)
    files = {name: Path(file) for name, file in _named("--vendor", vendor).items()}
    formats = _formats(format or [], files)
    weights = _weights(mix or [])
    reference = read_gold(task, read_bytes(gold), gold.name, gold_format, accept)
    deliveries, side = _read_all(task, files, formats, reference, times, accept)
    result = run(
        task, reference, deliveries, iou=iou, seed=seed, resamples=resamples, times=side, mix=weights
    )
    _show(result, json, pdf)


def _formats(values: Sequence[str], files: dict[str, Path]) -> dict[str, str]:
    """NAME=FORMAT arguments; raises `Invalid` for vendors that are not given."""
    formats = _named("--format", values)
    if strangers := sorted(formats.keys() - files.keys()):
        raise Invalid("pilot.arguments", [Problem("--format", f"no vendor {', '.join(strangers)} is given")])
    return formats


def _weights(values: Sequence[str]) -> dict[str, float]:
    """STRATUM=WEIGHT arguments as numbers; raises `Invalid` with every one that is none."""
    out: dict[str, float] = {}
    problems = []
    for name, text in _named("--mix", values).items():
        try:
            out[name] = float(text)
        except ValueError:
            problems.append(Problem("--mix", f"{name}={text}: the weight must be a number such as 0.7"))
    if problems:
        raise Invalid("pilot.arguments", problems)
    return out


def _show(result: "Comparison", json: bool, pdf: Path | None) -> None:
    """The tables, or what was asked for instead of them."""
    if pdf is not None:
        _write_pdf(result, pdf)
    if json:
        _print_json(result)
    elif pdf is None:
        _print_tables(result)


def _write_pdf(result: "Comparison", out: Path) -> None:
    from app.kit import clock
    from app.kit.pdf import render_pdf
    from app.kit.templating import render_template
    from app.reports.views.compare import compare_document

    at = clock.now()
    html = render_template("reports/pilot_compare.html", {"page": compare_document(result, at)})
    content = render_pdf(html, title=f"Pilot comparison, {result.task}", created=at)
    try:
        out.write_bytes(content)
    except OSError as failure:
        message = f"cannot be written ({failure.strerror}); choose another place"
        raise Invalid("pilot.unwritable", [Problem(str(out), message)]) from None


def _named(option: str, values: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE arguments as a mapping; raises `Invalid` with every one that is not."""
    out: dict[str, str] = {}
    problems = []
    for value in values:
        name, equals, rest = value.partition("=")
        name = name.strip()
        if not (name and equals and rest):
            problems.append(Problem(option, f"{value!r} must be NAME=VALUE"))
        elif name in out:
            problems.append(Problem(option, f"{name!r} is given twice; names must differ"))
        out[name] = rest
    if problems:
        raise Invalid("pilot.arguments", problems)
    return out


def read_bytes(path: Path) -> bytes:
    """The bytes of a file of the command line (of one too large, enough to refuse it); or `Invalid`."""
    from app.core.formats.content import MAX_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as failure:
        message = f"cannot be read ({failure.strerror}); check the path"
        raise Invalid("pilot.unreadable", [Problem(str(path), message)]) from None


def _read_all(
    task: str,
    files: dict[str, Path],
    formats: dict[str, str],
    gold: "Rows",
    times: Path | None,
    accept: bool,
) -> tuple[dict[str, "Rows"], "Times | None"]:
    """Every delivery and the times; raises `Invalid` with the problems of all files together."""
    from app.core.formats.table import read_times
    from app.core.pilots.tasks import read_delivery

    deliveries: dict[str, Rows] = {}
    problems: list[Problem] = []
    side = None
    for name, path in files.items():
        try:
            deliveries[name] = read_delivery(
                task, read_bytes(path), path.name, gold, formats.get(name), accept
            )
        except Invalid as failure:
            problems += [Problem(f"{name}: {one.where}", one.message) for one in failure.problems]
    try:
        side = read_times(read_bytes(times), times.name) if times else None
    except Invalid as failure:
        problems += failure.problems
    if problems:
        raise Invalid("pilot.broken", problems)
    return deliveries, side


def _print_json(result: "Comparison") -> None:
    import sys

    import orjson

    from app.core.pilots.report import to_json

    document = orjson.dumps(to_json(result), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    sys.stdout.write(document.decode())


def _print_tables(result: "Comparison") -> None:
    import rich
    from rich.console import Console

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
    for line in _sentences(result):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _table(title: str, *columns: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for at, column in enumerate(columns):
        table.add_column(column, justify="right" if at else "left", overflow="fold")
    return table


def _keep_figures_whole(table: "Table") -> None:
    """Where room is short names are broken over lines, never a number."""
    for column in table.columns:
        figures = [line for cell in column.cells if isinstance(cell, str) for line in cell.splitlines()]
        heading = [word for word in str(column.header).split() if len(word) <= _HEADING]
        column.min_width = max(map(len, (*figures, *heading)), default=None)


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)


def _quality(result: "Comparison") -> "Table":
    from rich.markup import escape

    from app.core.pilots.words import figure_name, figure_text

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


def _estimate(name: str, one: "Estimate") -> str:
    from app.core.pilots.words import figure_text

    if one.value is None or one.low is None or one.high is None:
        return figure_text(name, one.value)
    return f"{figure_text(name, one.value)}\n{figure_text(name, one.low)}…{figure_text(name, one.high)}"


def _general(name: str, one: "Estimate") -> str:
    from app.core.pilots.words import figure_text

    if one.low_general is None or one.high_general is None:
        return "unknown"
    return f"{figure_text(name, one.low_general)}…{figure_text(name, one.high_general)}"


def _strata(result: "Comparison") -> "Table":
    from app.core.pilots.words import figure_name, figure_text

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


def _errors(result: "Comparison") -> "Table":
    from app.core.pilots.findings import top_confusions

    kinds = [kind for kind in result.vendors[0].errors if any(one.errors[kind] for one in result.vendors)]
    table = _table("Findings", "Vendor", *(kind.replace("_", " ") for kind in kinds), "Most confused")
    for one in result.vendors:
        top = ", ".join(
            f"{cell.gold} → {cell.delivered} {cell.count:g}" for cell in top_confusions(one.confusion, 3)
        )
        table.add_row(_plain(one.name), *(f"{one.errors[kind]:g}" for kind in kinds), _plain(top or "none"))
    return table


def _pairs(result: "Comparison") -> "Table":
    from app.core.pilots.words import figure_name

    title = f"Differences in {figure_name(result.metric)}, 95 % over all pairs together"
    table = _table(title, "Pair", "Difference", "p adjusted", "")
    for one in result.pairs:
        verdict = "different" if one.distinguishable else "not distinguishable"
        difference = f"{one.value:+.3f}  {one.low:+.3f} to {one.high:+.3f}"
        table.add_row(_plain(f"{one.a} − {one.b}"), difference, f"{one.p_adjusted:.4f}", verdict)
    return table


def _speed(result: "Comparison") -> "Table":
    table = _table(
        "Seconds per item", "Vendor", "Mean", "Median", "Geometric mean", "Annotators", "Anomalies"
    )
    for one in result.vendors:
        unusual = str(len(one.anomalies)) if one.seconds else "unknown"
        table.add_row(_plain(one.name), *_pace(one), str(one.annotators or "unknown"), unusual)
    return table


def _pace(one: "VendorResult") -> list[str]:
    if one.seconds is None:
        return ["unknown"] * 3
    return [f"{value:.1f}" for value in (one.seconds.mean, one.seconds.median, one.seconds.geometric_mean)]


def _sentences(result: "Comparison") -> list[str]:
    """What the tables mean, the repairs and the warnings, one sentence a line."""
    from app.core.pilots.words import sentences

    out = sentences(result)
    out += [f"Repaired: {line}." for line in result.repairs]
    out += [f"Note: {line}" for line in result.warnings]
    return out
