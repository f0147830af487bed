"""`assay agreement`: how far annotators agree, no database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.pilot import read_bytes

if TYPE_CHECKING:
    from app.core.agreement import Coefficient
    from app.core.pilots.agreement import Agreement

ENOUGH = 50  # items labelled twice


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    commands.command()(agreement)


def agreement(
    file: Annotated[Path, typer.Argument(help="CSV or JSONL: item, annotator, label.")],
    level: Annotated[str, typer.Option(help="nominal, ordinal, interval or ratio.")] = "nominal",
    gold: Annotated[Path | None, typer.Option(help="CSV or JSONL: item, label.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """How far annotators agree beyond chance, and the consensus of their labels."""
    from app.core.formats.ratings import read_ratings, read_truth
    from app.core.pilots.agreement import agreement as run
    from app.core.pilots.agreement import to_json

    ratings = read_ratings(read_bytes(file), file.name)
    reference = read_truth(read_bytes(gold), gold.name) if gold else None
    found = run(ratings, level, reference)
    if json:
        import sys

        import orjson

        for line in found.warnings:
            print(f"Note: {line}", file=sys.stderr)

        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        sys.stdout.write(orjson.dumps(to_json(found, reference is not None), option=options).decode())
        return
    _print(found, (*ratings.notes, *found.warnings, *_thin(found)))


def _print(found: "Agreement", notes: tuple[str, ...]) -> None:
    import rich
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    console = rich.get_console()
    title = f"Agreement: {found.units} items, {found.annotators} annotators, {found.ratings} ratings"
    table = Table("Figure", "Value", "95 % interval", title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_row("Percent agreement", _number(found.percent_agreement))
    table.add_row(f"Krippendorff α ({found.level})", *_estimate(found.alpha))
    if found.ac1:
        table.add_row("Gwet AC1", *_estimate(found.ac1))
        table.add_row("Fleiss κ", _number(found.fleiss_kappa))
    if found.majority_accuracy is not None:
        table.add_row("Majority against gold", _number(found.majority_accuracy))
        table.add_row("Consensus against gold", _number(found.consensus_accuracy))
    console.print(table)
    if found.consensus and found.consensus.method == "dawid_skene":
        people = Table("Annotator", "Accuracy against the consensus (relative)", box=SIMPLE_HEAD)
        for name, accuracy in found.consensus.annotator_accuracy.items():
            people.add_row(Text(name), _number(accuracy))
        console.print(people)
    for line in notes:
        console.print(f"Note: {line}", markup=False, highlight=False, soft_wrap=True)


def _thin(found: "Agreement") -> tuple[str, ...]:
    if not 0 < found.overlapping < ENOUGH:
        return ()
    return (f"Only {found.overlapping} items have two ratings or more; {ENOUGH} give a steadier answer.",)


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _estimate(one: "Coefficient") -> tuple[str, str]:
    interval = "" if one.low is None or one.high is None else f"{one.low:.3f} to {one.high:.3f}"
    return _number(one.value), interval
