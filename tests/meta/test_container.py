"""The container files: what can be checked without a container engine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.meta.repo import ROOT


def check_compose(path: Path) -> subprocess.CompletedProcess[str]:
    """The published compose schema against a file; the schema ships with the checker."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_compose_file_fits_the_published_schema() -> None:
    result = check_compose(ROOT / "compose.yaml")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("service_completed_successfully", "service_done"), ("healthcheck:", "healthchek:")],
)
def test_a_wrong_compose_file_is_refused(tmp_path: Path, right: str, wrong: str) -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    assert right in text
    (tmp_path / "compose.yaml").write_text(text.replace(right, wrong))
    assert check_compose(tmp_path / "compose.yaml").returncode == 1


def test_nothing_serves_before_the_migration_has_run() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_image_runs_as_an_ordinary_user_and_says_whether_it_is_well() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    stages = re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]
    assert len(stages) >= 3
    assert re.search(r"^USER (?!root|0\b)\w+", stages[-1], re.MULTILINE)
    assert "/healthz" in stages[-1].split("HEALTHCHECK", 1)[1]
    assert all(re.match(r"\S+:\S+ AS \w+$", stage.splitlines()[0]) for stage in stages), (
        "every image has a tag"
    )


def test_image_installs_only_what_the_lock_files_hold() -> None:
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text("utf-8"))
    installs = [
        line for line in text.splitlines() if re.search(r"\bpip install\b|\bnpm (ci|install)\b", line)
    ]
    assert installs
    for line in installs:
        assert "--require-hashes" in line or "--no-deps -e" in line or "npm ci" in line, line


def test_image_context_leaves_out_data_and_what_is_installed() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert {".git", ".venv", "node_modules", "data", ".env", "app/static/vendor"} <= set(ignored)
