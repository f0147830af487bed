"""What may stand in the repository: our own work, at home on any machine."""

import json
import re

import pytest

from tests.meta.repo import ROOT, files, tracked

THIRD_PARTY = re.compile(r"\.min\.(js|css)$|(^|/)(node_modules|vendor)/|\.(woff2?|ttf|otf|whl)$")
MACHINE = re.compile(
    r"(?<![\w.$}])/(?:root|home/[a-z]\w*|Users/\w+|opt/pypi\S*|opt/wheels|work/(?:main|wt|shared))/"
)
ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links")
TEXT = (
    ".py",
    ".md",
    ".html",
    ".css",
    ".js",
    ".yaml",
    ".yml",
    ".toml",
    ".json",
    ".lock",
    ".in",
    ".ini",
    ".txt",
    ".sh",
)


def test_nothing_made_by_others_is_tracked() -> None:
    assert [name for name in tracked() if THIRD_PARTY.search(name)] == []


@pytest.mark.parametrize(
    "name", ["app/static/vendor/htmx.js", "static/a.min.css", "fonts/Inter.woff2", "node_modules/a/b.js"]
)
def test_a_third_party_file_is_recognised(name: str) -> None:
    assert THIRD_PARTY.search(name)
    assert not THIRD_PARTY.search("app/vendors/pages.py")


def test_no_path_of_a_machine_stands_in_a_file() -> None:
    plain = [name for name in tracked() if name.endswith(TEXT) or "." not in name.rsplit("/", 1)[-1]]
    found = [
        f"{name}: {match.group()}"
        for name in plain
        for match in MACHINE.finditer((ROOT / name).read_text("utf-8"))
        if name != "tests/meta/test_tracked_files.py"
    ]
    assert found == []


@pytest.mark.parametrize("line", ["open('/root/x')", "cd /home/anna/assay", "file:///opt/pypi/simple/"])
def test_a_path_of_a_machine_is_recognised(line: str) -> None:
    assert MACHINE.search(line)
    assert not MACHINE.search("$HOME/assay, /data/assay.db, ./root/x, /srv/assay")


def conflicts(text: str) -> list[str]:
    """Marks that a merge leaves behind."""
    return re.findall(r"^(?:<{7}|>{7}) \S+", text, re.MULTILINE)


def test_no_file_holds_the_marks_of_a_merge() -> None:
    plain = [name for name in tracked() if name.endswith(TEXT)]
    assert [name for name in plain if conflicts((ROOT / name).read_text("utf-8"))] == []
    assert conflicts("a\n" + "<" * 7 + " HEAD\nb\n=======\nc\n" + ">" * 7 + " main\n")


def test_python_lock_files_have_hashes_and_no_address() -> None:
    locks = files("requirements", suffix=".lock")
    assert len(locks) == 4
    for name, text in locks.items():
        assert not ADDRESS.search(text), name
        packages = re.findall(r"^[a-z][\w.-]*(?:\[[\w,-]+\])?==", text, re.MULTILINE | re.IGNORECASE)
        blocks = re.split(r"^(?=[a-zA-Z])", text, flags=re.MULTILINE)[1:]
        assert len(packages) == len(blocks) > 0, name
        assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == [], name


def test_the_npm_lock_has_checksums_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in text
    assert not ADDRESS.search(text), "run `make lock`, which takes the addresses out"
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert packages
    assert [
        name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")
    ] == []


def test_the_stated_dependencies_are_the_locked_ones() -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"][""]
    stated = json.loads((ROOT / "package.json").read_text("utf-8"))
    for kind in ("dependencies", "devDependencies"):
        assert locked[kind] == stated[kind]
        assert all(version[0].isdigit() for version in stated[kind].values()), "npm versions are exact"
    for source in ("requirements.in", "requirements-dev.in"):
        lock = (ROOT / source.replace(".in", ".lock")).read_text("utf-8")
        names = re.findall(r"^([a-z][\w.-]*)", (ROOT / source).read_text("utf-8"), re.MULTILINE)
        assert [name for name in names if not re.search(rf"^{re.escape(name)}(\[.*\])?==", lock, re.M)] == []
