"""Nothing grows past what one can read at a sitting."""

import ast

from tests.meta.repo import files

FILE, FUNCTION, TEMPLATE = 400, 40, 150
# "path" or "path:function" -> its size today; entries may only shrink and go.
ALLOWED: dict[str, int] = {
    "templates/ui/forms.html": 156,  # one macro per kind of field
}


def function_sizes(path: str, source: str) -> dict[str, int]:
    """Lines of each function from `def` to its end, its docstring not counted."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node) is not None:
                lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            found[f"{path}:{node.name}"] = max(lines, found.get(f"{path}:{node.name}", 0))
    return found


def too_large(sizes: dict[str, int], limit: int) -> dict[str, int]:
    """What is past its limit, or past what was allowed to it."""
    return {name: size for name, size in sizes.items() if size > ALLOWED.get(name, limit)}


def code() -> dict[str, str]:
    """The sources whose functions are bounded; in the tests a function may be one long sample."""
    return {path: source for path, source in python().items() if not path.startswith("tests/")}


def python() -> dict[str, str]:
    return files("app/", "tests/", "benchmarks/", "scripts/")


def lines(sources: dict[str, str]) -> dict[str, int]:
    return {path: len(source.splitlines()) for path, source in sources.items()}


def test_python_files_stay_within_400_lines() -> None:
    assert too_large(lines(python()), FILE) == {}


def test_functions_stay_within_40_lines() -> None:
    sizes = {
        name: size for path, source in code().items() for name, size in function_sizes(path, source).items()
    }
    assert too_large(sizes, FUNCTION) == {}


def test_templates_stay_within_150_lines() -> None:
    assert too_large(lines(files("templates/", suffix=".html")), TEMPLATE) == {}


def test_allowed_sizes_are_still_needed_and_exact() -> None:
    sizes = lines(python()) | lines(files("templates/", suffix=".html"))
    for path, source in python().items():
        sizes |= function_sizes(path, source)
    assert {name: sizes.get(name, 0) for name in ALLOWED} == ALLOWED


def test_a_long_function_is_measured_without_its_docstring() -> None:
    source = 'def long():\n    """One.\n\n    Three.\n    """\n' + "    x = 1\n" * 41
    assert function_sizes("a.py", source) == {"a.py:long": 42}
    assert too_large(function_sizes("a.py", source), FUNCTION) == {"a.py:long": 42}
