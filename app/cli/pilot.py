"""`assay pilot compare`: vendors' labels against one gold, no database."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.core.errors import Invalid, Problem

if TYPE_CHECKING:
    from app.core.formats.rows import Rows, Times
    from app.core.pilots.results import Comparison


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
    from app.cli.pilot_tables import print_tables

    if pdf is not None:
        _write_pdf(result, pdf)
    if json:
        _print_json(result)
    elif pdf is None:
        print_tables(result)


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
