"""`assay rank`: no database."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.files import read_plain
from app.core.errors import Invalid, Problem


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    commands.command()(rank)


def rank(
    case: Annotated[Path, typer.Argument(help="A case file, YAML or JSON.", metavar="CASE.yaml")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    draws: Annotated[int, typer.Option(help="Weightings to draw for rank acceptability.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
) -> None:
    """Rank the vendors of a case file and say why, and how sure the order is."""
    from app.core.scoring import analyse, parse_case, to_json

    def library(path: str) -> Any:
        return read_plain(case.parent / path)

    try:
        read = parse_case(read_plain(case), library)
        analysis = analyse(
            read.scorecard,
            # By id, so that the order of the file cannot reach ties and the list of the excluded.
            sorted(read.candidates, key=lambda one: one.id),
            decision_date=read.decision_date,
            draws=draws,
            seed=seed,
            need=read.need,
        )
    except RecursionError:
        raise Invalid("case.too_deep", [Problem(str(case), "is nested too deeply")]) from None
    except Invalid as failure:
        # What is wrong with the whole file has no path inside it.
        found = [Problem(p.where or str(case), p.message) for p in failure.problems]
        raise Invalid(failure.code, found) from None
    if as_json:
        print(json.dumps(to_json(analysis), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        from app.cli.rank_words import show

        show(analysis)
