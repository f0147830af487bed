"""The floors: import-linter keeps them, and an AST check keeps a feature's private modules private."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.meta.repo import ROOT, files, imports, module_name

PRIVATE = {"queries", "views", "api", "pages", "tasks"}
COMPOSITION = (
    "app.main",
    "app.wiring",
    "app.cli",
)  # they put features together, or are a way in as pages are
BELOW_THE_FEATURES = {"core", "charts", "kit", "cli", "demo", "backup", "static"}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter's own command on the configuration in `folder`."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def private_imports(path: str, source: str) -> list[str]:
    """Imports, in one module, of what another feature keeps to itself."""
    here = module_name(path)
    found = []
    for line, name in imports(path, source):
        parts = name.split(".")
        if len(parts) < 3 or parts[0] != "app" or parts[2] not in PRIVATE or parts[1] in BELOW_THE_FEATURES:
            continue
        owner = ".".join(parts[:2])
        if not f"{here}.".startswith(tuple(f"{one}." for one in (*COMPOSITION, owner))):
            found.append(f"{path}:{line} imports {name}, which is private to {owner}")
    return found


def test_every_contract_of_the_floors_is_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_an_import_upwards_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "sample"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "high.py").write_text("")
    (package / "low.py").write_text("from sample import high\n")
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_package = sample\n"
        "[importlinter:contract:1]\nname = floors\ntype = layers\nlayers =\n    sample.high\n    sample.low\n"
    )
    result = lint_imports(tmp_path)
    assert result.returncode == 1
    assert "sample.low -> sample.high" in result.stdout


def test_the_order_inside_a_feature_is_checked_for_every_feature() -> None:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        contracts = tomllib.load(stream)["tool"]["importlinter"]["contracts"]
    checked = next(one["containers"] for one in contracts if one["name"] == "inside a feature")
    packages = {path.split("/")[1] for path in files("app/") if path.count("/") > 1}
    assert set(checked) == {f"app.{name}" for name in packages - BELOW_THE_FEATURES}


def test_private_modules_of_a_feature_are_imported_by_itself_only() -> None:
    assert [one for path, source in files("app/").items() for one in private_imports(path, source)] == []


@pytest.mark.parametrize(
    "source",
    [
        "from app.vendors.queries import find",
        "from app.vendors import pages",
        "import app.vendors.views",
        "from ..vendors.api import router",
        "def late():\n    from app.vendors.tasks import expire",
    ],
)
def test_a_private_import_from_elsewhere_is_found(source: str) -> None:
    assert private_imports("app/decisions/service.py", source)
    assert not private_imports("app/vendors/service.py", source.replace("..vendors", "app.vendors"))
    assert not private_imports("app/wiring.py", source.replace("..vendors", "app.vendors"))


@pytest.mark.parametrize(
    "source", ["from app.vendors import service", "from app.vendors.models import Vendor"]
)
def test_models_and_services_may_be_imported(source: str) -> None:
    assert private_imports("app/decisions/service.py", source) == []


def test_no_name_of_a_service_is_also_a_module_of_it() -> None:
    """Importing `service.offers` anywhere puts the module in the place of a function `offers` in `service`."""
    for path, source in files("app/").items():
        if path.endswith("/service/__init__.py"):
            modules = {one.stem for one in (ROOT / path).parent.glob("*.py")}
            taken = [name.split(".")[-2:] for _, name in imports(path, source)]
            assert {name for owner, name in taken if name != owner} & modules == set(), path
