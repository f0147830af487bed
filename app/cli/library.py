"""`assay questionnaires check` and `assay checklists check`: library files without a database."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from app.core.errors import Invalid, Problem
from app.core.taxonomy import Taxonomy

Paths = Annotated[list[Path], typer.Argument(help="Files, or folders whose .yaml files are meant.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    questionnaires = typer.Typer(help="Questionnaire templates.", no_args_is_help=True)
    questionnaires.command("check")(check_questionnaires)
    commands.add_typer(questionnaires, name="questionnaires")
    checklists = typer.Typer(help="Onboarding checklists.", no_args_is_help=True)
    checklists.command("check")(check_checklists)
    commands.add_typer(checklists, name="checklists")
    for group in (questionnaires, checklists):
        group.callback()(_group)


def _group() -> None:
    # A group of one command would otherwise swallow the command's name.
    return None


def check_questionnaires(paths: Paths, as_json: AsJson = False) -> None:
    """Check questionnaire files; every problem is one line with file and path."""
    _check(paths, _questionnaire, as_json)


def check_checklists(paths: Paths, as_json: AsJson = False) -> None:
    """Check checklist files; every problem is one line with file and path."""
    _check(paths, _checklist, as_json)


def _questionnaire(value: object, taxonomy: Taxonomy) -> dict[str, Any]:
    from app.core.questionnaire import core_subset, parse_questionnaire

    parsed = parse_questionnaire(value, taxonomy)
    core = sum(len(section.questions) for section in core_subset(parsed).sections)
    return {
        "id": parsed.id,
        "version": parsed.version,
        "sections": len(parsed.sections),
        "questions": len(parsed.order),
        "core": core,
    }


def _checklist(value: object, taxonomy: Taxonomy) -> dict[str, Any]:
    from app.core.checklist import parse_checklist

    parsed = parse_checklist(value, taxonomy)
    core = sum(task.tier == "core" for task in parsed.tasks)
    return {"id": parsed.id, "version": parsed.version, "tasks": len(parsed.tasks), "core": core}


def _check(paths: list[Path], read: Callable[[object, Taxonomy], dict[str, Any]], as_json: bool) -> None:
    from app.kit import library

    taxonomy = library.taxonomy()
    problems: list[Problem] = []
    files = []
    for path in _files(paths, problems):
        try:
            files.append({"path": str(path), **read(_load(path), taxonomy)})
        except Invalid as failure:
            problems += [_in_file(path, problem) for problem in failure.problems]
    if problems:
        raise Invalid("library.invalid", problems)
    if as_json:
        print(json.dumps({"schema": "assay/check@1", "files": files}, indent=2))
        return
    for entry in files:
        counts = ", ".join(f"{entry[key]} {key}" for key in ("questions", "tasks", "core") if key in entry)
        print(f"{entry['path']}: {entry['id']} version {entry['version']} is sound ({counts})")


def _files(paths: list[Path], problems: list[Problem]) -> list[Path]:
    found = []
    for path in paths:
        inside = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not inside:
            problems.append(Problem(str(path), "the folder holds no .yaml file"))
        found += inside
    return found


def _load(path: Path) -> object:
    from app.kit.yamlfile import load_yaml

    try:
        data = path.read_bytes()
    except OSError as failure:
        reason = (failure.strerror or "unreadable").lower()
        raise Invalid("library.unreadable", [Problem("", f"cannot be read: {reason}")]) from None
    return load_yaml(data, str(path))


def _in_file(path: Path, problem: Problem) -> Problem:
    """The problem with the file named first; the YAML reader has named it already."""
    if problem.where.startswith(str(path)):
        return problem
    return Problem(f"{path}: {problem.where}" if problem.where else str(path), problem.message)
