"""Rules about the Python sources that neither ruff nor mypy holds."""

import ast
from pathlib import PurePosixPath

import pytest

from tests.meta.repo import files

VERBS = {"service", "queries", "views", "pages", "api", "tasks"}
RAW_SQL = {"text", "exec_driver_sql", "TextClause"}


def is_verb(path: str) -> bool:
    """Whether a module of a feature runs in the frame's transaction: it neither commits nor writes SQL."""
    parts = PurePosixPath(path.removesuffix(".py")).parts
    return len(parts) > 2 and parts[1] not in ("kit", "core") and bool(VERBS & set(parts[2:]))


def faults(path: str, source: str) -> list[str]:
    """Calls of `commit`, and raw SQL, in one module."""
    found = []
    tree = ast.parse(source)
    sql = {
        one.asname or one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").split(".")[0] in ("sqlalchemy", "sqlmodel")
        for one in node.names
        if one.name in RAW_SQL
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        from_library = isinstance(owner, ast.Name) and owner.id in ("sa", "sqlalchemy", "sqlmodel")
        if name == "commit" and owner is not None:
            found.append(f"{path}:{node.lineno} commits; the frame does, once per request, job or command")
        elif name in sql or name == "exec_driver_sql" or (from_library and name in RAW_SQL):
            found.append(f"{path}:{node.lineno} writes raw SQL, which the audit guard does not see")
    return found


def postponed(source: str) -> bool:
    """Whether a module postpones its annotations."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and node.names[0].name == "annotations"
        for node in ast.parse(source).body
    )


def test_no_verb_commits_or_writes_raw_sql() -> None:
    verbs = {path: source for path, source in files("app/").items() if is_verb(path)}
    assert [one for path, source in verbs.items() for one in faults(path, source)] == []


@pytest.mark.parametrize(
    "source",
    [
        "def add(session): session.commit()",
        "from sqlalchemy import text\ndef add(session): session.exec(text('update vendor set name = 1'))",
        "from sqlmodel import text as t\ndef add(session): session.exec(t('delete from vendor'))",
        "import sqlalchemy as sa\ndef add(session): session.exec(sa.text('delete from vendor'))",
        "def add(session): session.connection().exec_driver_sql('delete from vendor')",
    ],
)
def test_a_commit_or_raw_sql_in_a_verb_is_found(source: str) -> None:
    assert is_verb("app/vendors/service.py")
    assert is_verb("app/vendors/queries/search.py")
    assert len(faults("app/vendors/service.py", source)) == 1


def test_words_that_only_look_like_sql_are_left_alone() -> None:
    assert not is_verb("app/kit/db.py")
    assert not is_verb("app/jobs/runner.py")
    assert faults("app/vendors/service.py", "from app.kit.ui import text\ntext('a'); note.text('b')") == []


def test_models_do_not_postpone_annotations() -> None:
    # SQLModel reads the annotations of a relationship when the class is made; postponed they are only text.
    models = {path: source for path, source in files("app/").items() if path.endswith("/models.py")}
    assert [path for path, source in models.items() if postponed(source)] == []
    assert postponed('"""Doc."""\nfrom __future__ import annotations\n')


def test_every_folder_of_modules_is_a_package_that_says_what_it_is() -> None:
    sources = files("app/")
    folders = {str(PurePosixPath(path).parent) for path in sources}
    silent = [
        folder
        for folder in sorted(folders)
        if not ast.get_docstring(ast.parse(sources.get(f"{folder}/__init__.py", "")))
    ]
    assert silent == []


def test_no_browser_test_waits_for_a_time_or_for_a_script_that_the_policy_refuses() -> None:
    """Chromium evaluates a polled script only while its first answer is yes; `expect(locator)` always waits."""
    calls = {
        f"{path}:{node.lineno}"
        for path, source in files("tests/").items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in ("wait_for_function", "wait_for_timeout")
    }
    assert calls == set()
