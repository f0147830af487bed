"""`assay rank` and `assay scorecards check`: no database."""

import typer


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    commands.command()(rank)


def rank(case: str) -> None:
    """Rank the vendors of a case file."""
    print(case)
