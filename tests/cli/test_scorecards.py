import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.core.scoring.schema import case_schema, scorecard_schema
from app.kit import library

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def assay(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*argv: Any) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main([str(part) for part in argv])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


def test_example_of_the_readme_passes_the_check(assay: Run, tmp_path: Path) -> None:
    readme = (library.library_path() / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"(?s)```yaml\n(.*?)```", readme)
    path = tmp_path / "my-first-card.yaml"
    path.write_text(examples[0], encoding="utf-8")
    code, out, err = assay("scorecards", "check", path)
    assert (code, err) == (0, "")
    assert "2 groups, 3 criteria, 2 requirements, 1 ratings per candidate and evaluator" in out


def test_folder_of_the_whole_library_is_checked_and_other_files_are_named(assay: Run) -> None:
    code, out, err = assay("scorecards", "check", library.library_path(), "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["schema"] == "assay/scorecards-check@1"
    ratings = {Path(each["path"]).stem: each["ratings"] for each in found["files"]}
    assert ratings["image-labeling"] == 12
    assert set(ratings) == set(library.ids("scorecards"))
    assert {"discovery-call", "taxonomy", "case.schema"} <= {Path(name).stem for name in found["skipped"]}


def test_file_of_another_format_is_refused_when_it_is_named(assay: Run) -> None:
    code, out, err = assay("scorecards", "check", library.library_path() / "taxonomy.yaml")
    assert (code, out) == (2, "")
    assert "format" in err


def test_folder_without_a_scorecard_is_refused(assay: Run) -> None:
    folder = library.library_path() / "questionnaires"
    code, out, err = assay("scorecards", "check", folder)
    assert (code, out, err) == (2, "", f"{folder}: holds no scorecard\n")


def test_misspelt_format_in_a_folder_is_a_problem_and_not_passed_over(assay: Run, tmp_path: Path) -> None:
    text = (library.library_path() / "scorecards" / "geospatial.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "b.yaml").write_text(text.replace("assay/scorecard@1", "assay/scorecard@9"))
    code, out, err = assay("scorecards", "check", tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith(f"{tmp_path}/b.yaml: format: ")


def test_schemas_are_written_and_a_folder_that_cannot_be_made_is_refused(assay: Run, tmp_path: Path) -> None:
    code, out, err = assay("scorecards", "schema", tmp_path / "new" / "schema")
    assert (code, err, len(out.splitlines())) == (0, "", 2)
    for name, schema in (("scorecard", scorecard_schema()), ("case", case_schema())):
        assert json.loads((tmp_path / "new" / "schema" / f"{name}.schema.json").read_text()) == schema
    (tmp_path / "file").write_text("")
    code, out, err = assay("scorecards", "schema", tmp_path / "file" / "schema")
    assert (code, out) == (2, "")
    assert "cannot be written" in err
