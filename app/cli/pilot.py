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

_TITLES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "f1": "F1",
    "precision": "Precision",
    "recall": "Recall",
    "mean_iou": "Mean IoU",
}


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    pilot = typer.Typer(help="Pilots: vendors' labels against gold.", no_args_is_help=True)
    pilot.command("compare")(compare)
    commands.add_typer(pilot, name="pilot")


def compare(
    task: Annotated[str, typer.Option(help="classification or boxes.")],
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
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Compare the labels of several vendors on the same items: quality, certainty, speed."""
    from app.core.pilots.compare import compare as run
    from app.core.pilots.tasks import read_gold, task_named

    task_named(task)
    files = {name: Path(file) for name, file in _named("--vendor", vendor).items()}
    formats = _named("--format", format or [])
    if strangers := sorted(formats.keys() - files.keys()):
        raise Invalid("pilot.arguments", [Problem("--format", f"no vendor {', '.join(strangers)} is given")])
    reference = read_gold(task, read_bytes(gold), gold.name, gold_format)
    deliveries, side = _read_all(task, files, formats, reference, times)
    result = run(task, reference, deliveries, iou=iou, seed=seed, resamples=resamples, times=side)
    if json:
        _print_json(result)
    else:
        _print_tables(result)


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
    task: str, files: dict[str, Path], formats: dict[str, str], gold: "Rows", times: Path | None
) -> tuple[dict[str, "Rows"], "Times | None"]:
    """Every delivery and the times; raises `Invalid` with the problems of all files together."""
    from app.core.formats.table import read_times
    from app.core.pilots.tasks import read_delivery

    deliveries: dict[str, Rows] = {}
    problems: list[Problem] = []
    side = None
    for name, path in files.items():
        try:
            deliveries[name] = read_delivery(task, read_bytes(path), path.name, gold, formats.get(name))
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
    overlap = f", a box is right from IoU {result.iou:g}" if result.iou is not None else ""
    console.print(f"Pilot comparison: {result.task}, {len(result.items)} items{overlap}", style="bold")
    console.print(_quality(result))
    console.print(_errors(result))
    if len(result.vendors) > 1:
        console.print(_pairs(result))
    if any(one.seconds for one in result.vendors):
        console.print(_speed(result))
    for line in _sentences(result):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _table(title: str, *columns: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for at, column in enumerate(columns):
        table.add_column(column, justify="right" if at else "left", overflow="fold")
    return table


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)


def _quality(result: "Comparison") -> "Table":
    names = list(result.vendors[0].metrics)
    table = _table("Quality, 95 % interval over items", "Vendor", *(_TITLES[one] for one in names), "Missing")
    general = any(one.metrics[result.metric].low_general is not None for one in result.vendors)
    if general:
        table.add_column("In general", justify="right")
    ranked = sorted(result.vendors, key=lambda one: -(one.metrics[result.metric].value or 0.0))
    for one in ranked:
        cells = [_estimate(one.metrics[name]) for name in names]
        if general:
            cells.append(_general(one.metrics[result.metric]))
        cells.insert(len(names), str(one.missing))
        table.add_row(_plain(one.name), *cells)
    return table


def _estimate(one: "Estimate") -> str:
    if one.value is None or one.low is None or one.high is None:
        return "unknown"
    return f"{one.value:.3f}\n{one.low:.3f}…{one.high:.3f}"


def _general(one: "Estimate") -> str:
    if one.low_general is None or one.high_general is None:
        return "unknown"
    return f"{one.low_general:.3f}…{one.high_general:.3f}"


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
    title = f"Differences in {_TITLES[result.metric]}, 95 % over all pairs together"
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
        table.add_row(
            _plain(one.name), *_pace(one), str(one.annotators or "unknown"), str(len(one.anomalies))
        )
    return table


def _pace(one: "VendorResult") -> list[str]:
    if one.seconds is None:
        return ["unknown"] * 3
    return [f"{value:.1f}" for value in (one.seconds.mean, one.seconds.median, one.seconds.geometric_mean)]


def _sentences(result: "Comparison") -> list[str]:
    """What the tables mean, the repairs and the warnings, one sentence a line."""
    out = []
    if len(result.vendors) > 1:
        groups = "; ".join(" and ".join(group) for group in result.groups if len(group) > 1)
        out.append(f"Cannot be told apart: {groups}." if groups else "All vendors can be told apart.")
        best = sorted(result.probability_best.items(), key=lambda one: (-one[1], one[0]))
        out.append("Chance of being best: " + ", ".join(f"{name} {share:.0%}" for name, share in best) + ".")
        least = result.minimum_detectable_difference
        title = _TITLES[result.metric]
        out.append(
            f"With {len(result.items)} items, a difference in {title} shows reliably (4 times in 5) "
            f"from {least:.3f}; below that it may be noise."
            if least is not None
            else f"With {len(result.items)} items, no difference in {title} can be shown reliably."
        )
    for pair in result.pairs:
        if ratio := pair.time_ratio:
            out.append(
                f"{pair.b} takes {ratio.value:.2f} times as long as {pair.a} on the same items "
                f"({ratio.low:.2f} to {ratio.high:.2f})."
            )
    out += [f"Repaired: {line}." for line in result.repairs]
    out += [f"Note: {line}" for line in result.warnings]
    return out
