"""`assay rank` and `assay scorecards check`: no database."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.core.errors import Invalid, Problem


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    commands.command()(rank)
    scorecards = typer.Typer(help="Scorecards as files.", no_args_is_help=True)
    scorecards.command("check")(check)
    # A lone subcommand would otherwise become the group itself, and `check` a file name.
    scorecards.callback()(lambda: None)
    commands.add_typer(scorecards, name="scorecards")


def rank(
    case: Annotated[Path, typer.Argument(help="A case file, YAML or JSON.", metavar="CASE.yaml")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    draws: Annotated[int, typer.Option(help="Weightings to draw for rank acceptability.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
) -> None:
    """Rank the vendors of a case file and say why, and how sure the order is."""
    from app.core.scoring import analyse, parse_case, to_json

    def library(path: str) -> Any:
        return _read(case.parent / path)

    try:
        read = parse_case(_read(case), library)
        analysis = analyse(
            read.scorecard,
            read.candidates,
            decision_date=read.decision_date,
            draws=draws,
            seed=seed,
            need=read.need,
        )
    except RecursionError:
        raise Invalid("case.too_deep", [Problem(str(case), "is nested too deeply")]) from None
    if as_json:
        print(json.dumps(to_json(analysis), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        from app.cli.rank_words import show

        show(analysis)


def check(
    paths: Annotated[list[Path], typer.Argument(help="Scorecard files or folders of them.", metavar="PATH…")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Check scorecard files; every problem is one line, exit 2 when there is any."""
    from app.core.scoring import digest, parse_scorecard

    problems: list[Problem] = []
    good = []
    for path in _files(paths, problems):
        try:
            scorecard = parse_scorecard(_read(path))
        except Invalid as failure:
            # A path inside the file says nothing when several files are checked; problems of the file itself
            # name it already.
            problems += [
                p if str(path) in p.where else Problem(f"{path}: {p.where}", p.message)
                for p in failure.problems
            ]
            continue
        good.append(
            {
                "path": str(path),
                "digest": digest(scorecard),
                "groups": len(scorecard.groups),
                "criteria": len(scorecard.criteria),
                "requirements": len(scorecard.requirements),
            }
        )
    if problems:
        raise Invalid("scorecards.invalid", problems)
    if as_json:
        print(json.dumps({"schema": "assay/scorecards-check@1", "files": good}, ensure_ascii=False, indent=2))
        return
    for found in good:
        print(
            f"{found['path']}: fine. {found['groups']} groups, {found['criteria']} criteria, "
            f"{found['requirements']} requirements. sha256 {found['digest']}"
        )


def _files(paths: list[Path], problems: list[Problem]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml", ".json"))
        if not inside:
            problems.append(Problem(str(path), "holds no .yaml, .yml or .json file"))
        found += inside
    return found


def _read(path: Path) -> Any:
    """The plain values of a file; `Invalid` with the path when it cannot be read."""
    from app.kit.yamlfile import MAX_BYTES, load_yaml

    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)  # one byte more than accepted is enough to refuse
    except FileNotFoundError:
        raise Invalid("file.missing", [Problem(str(path), "no such file; check the path")]) from None
    except IsADirectoryError:
        raise Invalid("file.folder", [Problem(str(path), "is a folder; name a file in it")]) from None
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or str(failure)
        raise Invalid("file.unreadable", [Problem(str(path), f"cannot be read: {reason}")]) from None
    return load_yaml(data, str(path))
