import json
from pathlib import Path

import pytest

from app.cli import main
from app.kit.library import library_path

CALL = library_path() / "questionnaires" / "discovery-call.yaml"
ONBOARDING = library_path() / "checklists" / "onboarding.yaml"


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in argv])
    printed = capsys.readouterr()
    assert isinstance(stopped.value.code, int)
    return stopped.value.code, printed.out, printed.err


@pytest.mark.parametrize(
    ("command", "path", "says"),
    [
        ("questionnaires", CALL, "discovery-call version 1 is sound (39 questions, 18 core)"),
        ("questionnaires", CALL.parent, "discovery-call version 1 is sound"),
        ("checklists", ONBOARDING, "onboarding version 1 is sound (42 tasks, 20 core)"),
    ],
)
def test_shipped_files_are_sound(
    capsys: pytest.CaptureFixture[str], command: str, path: Path, says: str
) -> None:
    code, out, err = run(capsys, command, "check", path)
    assert (code, err) == (0, "")
    assert says in out


def test_json_is_one_document_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "questionnaires", "check", CALL, "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["schema"] == "assay/check@1"
    assert document["files"] == [
        {
            "path": str(CALL),
            "id": "discovery-call",
            "version": 1,
            "sections": 8,
            "questions": 39,
            "core": 18,
        }
    ]


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_each_problem_of_every_file_is_one_line_on_stderr(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, flags: list[str]
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        CALL.read_text().replace("points: 100}", "points: 101}", 1).replace("  core: true", "  cor: 1", 1)
    )
    torn = tmp_path / "torn.yaml"
    torn.write_text("a: [1\n")
    code, out, err = run(
        capsys, "questionnaires", "check", broken, CALL, torn, tmp_path / "none.yaml", *flags
    )
    lines = err.splitlines()
    assert (code, out) == (2, "")
    assert len(lines) == 4
    assert lines[0] == f"{broken}: sections[0].questions[0].cor: unknown key; did you mean 'core'?"
    assert lines[1] == f"{broken}: sections[0].questions[1].options[0].points: must be from 0 to 100"
    assert lines[2].startswith(f"{torn}, line ")
    assert lines[3] == f"{tmp_path / 'none.yaml'}: no such file; check the path"


def test_file_of_another_kind_gets_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "checklists", "check", CALL)
    assert (code, out) == (2, "")
    assert err == (
        f"{CALL}: format: is 'assay/questionnaire@1', but 'assay/checklist@1' is read here; "
        "check it as what it is\n"
    )


@pytest.mark.parametrize("argv", [["questionnaires", "check"], ["checklists", "check", "--jsn", "x"]])
def test_wrong_usage_ends_with_2(capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    code, out, err = run(capsys, *argv)
    assert (code, out) == (2, "")
    assert err


def test_empty_folder_is_a_problem(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "checklists", "check", tmp_path)
    assert (code, err) == (2, f"{tmp_path}: holds no .yaml, .yml or .json file\n")


def test_other_files_of_a_folder_are_passed_over_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    for command, kind, sound in (
        ("questionnaires", "questionnaire", CALL),
        ("checklists", "checklist", ONBOARDING),
    ):
        code, out, err = run(capsys, command, "check", library_path())
        assert (code, err) == (0, "")
        assert f"{sound}: {sound.stem} version 1 is sound" in out
        assert f"{library_path() / 'taxonomy.yaml'}: skipped, it is no {kind}" in out
        code, out, err = run(capsys, command, "check", library_path() / "scorecards")
        assert (code, out, err) == (2, "", f"{library_path() / 'scorecards'}: holds no {kind}\n")
