from pathlib import Path

import pytest

from app.core.errors import NotFound, Unavailable
from app.kit import library


def test_shipped_kinds_have_their_files_and_each_names_itself() -> None:
    assert "discovery-call" in library.ids("questionnaires")
    assert "onboarding" in library.ids("checklists")
    for kind in ("questionnaires", "checklists", "plans", "reviews"):
        assert library.ids(kind)
        for name in library.ids(kind):
            value = library.load(kind, name)
            assert value["id"] == name
            assert value["version"] >= 1
            assert value["format"].startswith("assay/")


def test_loaded_values_may_be_changed_without_harm() -> None:
    library.load("plans", "pilot-plan").clear()
    assert library.load("plans", "pilot-plan")["id"] == "pilot-plan"


@pytest.mark.parametrize("name", ["nothing", "../taxonomy", "/etc/passwd", "", "Discovery-Call", "a\x00b"])
def test_name_that_is_not_in_the_library_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        library.load("questionnaires", name)


def test_environment_names_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "mine.yaml").write_text("id: mine\n")
    monkeypatch.setenv("ASSAY_LIBRARY_DIR", str(tmp_path))
    assert library.library_path() == tmp_path
    assert library.ids("plans") == ("mine",)
    assert library.ids("reviews") == ()
    assert library.load("plans", "mine") == {"id": "mine"}
    with pytest.raises(Unavailable) as caught:
        library.taxonomy()
    assert "ASSAY_LIBRARY_DIR" in str(caught.value)


def test_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no kind"):
        library.ids("secrets")
