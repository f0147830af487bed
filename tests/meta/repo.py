"""The repository as the meta tests see it: its tracked files and its parsed modules."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked() -> tuple[str, ...]:
    """Paths, relative to the root, of every file that git knows or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(sorted(name for name in set(listed.split("\0")) if name and (ROOT / name).is_file()))


def files(*starts: str, suffix: str = ".py") -> dict[str, str]:
    """The text of the tracked files below `starts`, by path."""
    wanted = [name for name in tracked() if name.endswith(suffix) and name.startswith(starts)]
    return {name: (ROOT / name).read_text("utf-8") for name in wanted}


def module_name(path: str) -> str:
    """`app/vendors/pages.py` as `app.vendors.pages`; a package by its own name."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(path: str, source: str) -> list[tuple[int, str]]:
    """(line, dotted name) of every import, relative ones resolved; `from a import b` gives `a.b`."""
    package = module_name(path).split(".")
    if not path.endswith("__init__.py"):
        package = package[:-1]
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, one.name) for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *(node.module or "").split(".")]).strip(".")
            found += [(node.lineno, f"{base}.{one.name}") for one in node.names]
    return found
