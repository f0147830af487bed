"""What the documents say must be so: targets, settings, links."""

import re

from app.settings import Settings
from tests.meta.repo import ROOT, files, tracked

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def named_targets(text: str) -> set[str]:
    """The make targets that code spans and code blocks of a document mention."""
    spans = re.findall(r"`(make [^`]+)`|^(make .+)$", text, re.MULTILINE)
    words = [word for span in spans for word in (span[0] or span[1]).split("#")[0].split()[1:]]
    return {word for word in words if re.fullmatch("[a-z]+", word) and word not in ("vendors",)}


def test_every_make_target_that_a_document_names_exists() -> None:
    documents = files("README.md", "docs/", suffix=".md")
    named = set().union(*(named_targets(text) for text in documents.values()))
    assert {"run", "test"} <= named <= targets()
    assert named_targets("`make lint sing`\n\n    x\nmake dance  # all night\n") == {"lint", "sing", "dance"}


def test_every_target_is_described_by_help_and_phony() -> None:
    described = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))
    phony = set(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[0].split())
    assert targets() == described == phony


def test_settings_table_names_every_setting_and_no_other() -> None:
    table = set(
        re.findall(r"^\| `(ASSAY_\w+)`", (ROOT / "docs/operations.md").read_text("utf-8"), re.MULTILINE)
    )
    internal = {"ASSAY_DEMO"}  # set by `assay serve --demo`
    assert table == {f"ASSAY_{name.upper()}" for name in Settings.model_fields} - internal


def test_variables_of_the_container_files_are_settings() -> None:
    known = {f"ASSAY_{name.upper()}" for name in Settings.model_fields}
    for name in ("Dockerfile", "compose.yaml"):
        assert set(re.findall(r"ASSAY_[A-Z_]+", (ROOT / name).read_text("utf-8"))) <= known, name


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for name, text in files("README.md", "CHANGELOG.md", "docs/", suffix=".md").items():
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
            path = (ROOT / name).parent.joinpath(target).resolve()
            if not path.exists():
                broken.append(f"{name}: {target}")
    assert broken == []
    assert "README.md" in tracked()
