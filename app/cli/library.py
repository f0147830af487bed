"""`assay scorecards`, `questionnaires` and `checklists`: library files without a database."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.files import files_in, in_file, read_plain
from app.core.errors import Invalid, Problem
from app.core.taxonomy import Taxonomy

Paths = Annotated[
    list[Path], typer.Argument(help="Files, or folders of .yaml, .yml and .json files.", metavar="PATH…")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    for name, about, checked in (
        ("scorecards", "Scorecards as files.", check_scorecards),
        ("questionnaires", "Questionnaire templates.", check_questionnaires),
        ("checklists", "Onboarding checklists.", check_checklists),
    ):
        group = typer.Typer(help=about, no_args_is_help=True)
        group.command("check")(checked)
        # A group of one command would otherwise swallow the command's name.
        group.callback()(lambda: None)
        if name == "scorecards":
            group.command("schema")(write_schemas)
        commands.add_typer(group, name=name)


def check_scorecards(paths: Paths, as_json: AsJson = False) -> None:
    """Check scorecard files; every problem is one line with file and path, exit 2 when there is any.

    In a folder, files that declare another format are passed over and named.
    """
    good, skipped = _checked(paths, "scorecard", _scorecard)
    if as_json:
        found = {"schema": "assay/scorecards-check@1", "files": good, "skipped": skipped}
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for one in good:
        print(
            f"{one['path']}: fine. {one['groups']} groups, {one['criteria']} criteria, "
            f"{one['requirements']} requirements, {one['ratings']} ratings per candidate and evaluator. "
            f"sha256 {one['digest']}"
        )
    _print_skipped(skipped, "scorecard")


def _checked(
    paths: list[Path], kind: str, read: Callable[[object], dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """What `read` says of every file, and the files of folders that declare another format.

    Raises `Invalid` with the problems of all files together, and when nothing of the kind was found.
    """
    problems: list[Problem] = []
    good: list[dict[str, Any]] = []
    skipped: list[str] = []
    for path, in_folder in files_in(paths, problems):
        try:
            value = read_plain(path)
            if in_folder and _is_other(value, kind):
                skipped.append(str(path))
            else:
                good.append({"path": str(path), **read(value)})
        except Invalid as failure:
            problems += [in_file(path, problem) for problem in failure.problems]
    if not problems and not good:
        problems = [Problem(str(path), f"holds no {kind}") for path in paths]
    if problems:
        raise Invalid("library.invalid", problems)
    return good, skipped


def _print_skipped(names: list[str], kind: str) -> None:
    for name in names:
        print(f"{name}: skipped, it is no {kind}")


def write_schemas(
    folder: Annotated[Path, typer.Argument(help="Where to write them; made when it is not there.")],
) -> None:
    """Write scorecard.schema.json and case.schema.json, built from the parser's own tables."""
    from app.core.scoring.schema import case_schema, scorecard_schema

    schemas = {"scorecard": scorecard_schema(), "case": case_schema()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in schemas.items():
            path = folder / f"{name}.schema.json"
            path.write_text(json.dumps(schema, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            print(path)
    except OSError as failure:
        reason = (failure.strerror or "not writable").lower()
        raise Invalid("schema.unwritable", [Problem(str(folder), f"cannot be written: {reason}")]) from None


def check_questionnaires(paths: Paths, as_json: AsJson = False) -> None:
    """Check questionnaire files; every problem is one line with file and path, exit 2 when there is any.

    In a folder, files that declare another format are passed over and named.
    """
    _check(paths, "questionnaire", _questionnaire, as_json)


def check_checklists(paths: Paths, as_json: AsJson = False) -> None:
    """Check checklist files; every problem is one line with file and path, exit 2 when there is any.

    In a folder, files that declare another format are passed over and named.
    """
    _check(paths, "checklist", _checklist, as_json)


def _is_other(value: object, kind: str) -> bool:
    """Whether a file says of itself that it is another library file than `kind`, or a JSON Schema."""
    if not isinstance(value, dict) or "$schema" in value:
        return isinstance(value, dict)
    said = value.get("format")
    return isinstance(said, str) and said.startswith("assay/") and said.split("@")[0] != f"assay/{kind}"


def _scorecard(value: object) -> dict[str, Any]:
    from app.core.scoring import digest, parse_scorecard

    if isinstance(value, dict) and "vendors" in value:
        message = "is a case file, not a scorecard; run `assay rank` on it"
        raise Invalid("scorecards.case", [Problem("", message)])
    from app.core.scoring.effort import rated_criteria

    scorecard = parse_scorecard(value)
    return {
        "digest": digest(scorecard),
        "groups": len(scorecard.groups),
        "criteria": len(scorecard.criteria),
        "requirements": len(scorecard.requirements),
        "ratings": len(rated_criteria(scorecard)),
    }


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


def _check(
    paths: list[Path], kind: str, read: Callable[[object, Taxonomy], dict[str, Any]], as_json: bool
) -> None:
    from app.kit import library

    taxonomy = library.taxonomy()
    files, skipped = _checked(paths, kind, lambda value: read(value, taxonomy))
    if as_json:
        found = {"schema": "assay/check@1", "files": files, "skipped": skipped}
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for entry in files:
        counts = ", ".join(f"{entry[key]} {key}" for key in ("questions", "tasks", "core") if key in entry)
        print(f"{entry['path']}: {entry['id']} version {entry['version']} is sound ({counts})")
    _print_skipped(skipped, kind)
