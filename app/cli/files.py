"""Files that commands read, without a database."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from app.core.errors import Invalid, Problem

PLAIN = (".yaml", ".yml", ".json")


def read_plain(path: Path) -> Any:
    """The plain values of a YAML or JSON file. Raises `Invalid` with the path when it cannot be read."""
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


def files_in(paths: Collection[Path], problems: list[Problem]) -> list[tuple[Path, bool]]:
    """Every file meant by `paths`, and whether it was found in a folder; an empty folder joins the problems."""
    found: list[tuple[Path, bool]] = []
    for path in paths:
        if not path.is_dir():
            found.append((path, False))
            continue
        inside = sorted(each for each in path.rglob("*") if each.suffix in PLAIN)
        if not inside:
            problems.append(Problem(str(path), "holds no .yaml, .yml or .json file"))
        found += [(each, True) for each in inside]
    return found


def in_file(path: Path, problem: Problem) -> Problem:
    """The problem with the file named first; the YAML reader has named it already."""
    if problem.where.startswith(str(path)):
        return problem
    return Problem(f"{path}: {problem.where}" if problem.where else str(path), problem.message)
