import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli import main

GOLDEN = Path(__file__).parent / "golden"
SHIPPED = Path(__file__).parents[2] / "scorecards" / "scorecards"
CASE = (GOLDEN / "case.yaml").read_text()
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def assay(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: exit code, stdout, stderr."""

    def run(*args: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main([str(arg) for arg in args])
        out, err = capsys.readouterr()
        return int(stopped.value.code or 0), out, err

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "case.yaml"
        path.write_text(text)
        return path

    return write


def test_golden_case_gives_the_golden_document(assay: Run) -> None:
    code, out, err = assay("rank", GOLDEN / "case.yaml", "--json", "--draws", 2000, "--seed", 7)
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads((GOLDEN / "rank.json").read_text())


def test_golden_totals_are_those_worked_by_hand() -> None:
    # a: f1 (0.94 − 0.6)/0.4 = 85, support 60, ramp and team unknown (50), price (120 − 100)/80 = 25
    lines = {v["id"]: v for v in json.loads((GOLDEN / "rank.json").read_text())["vendors"]}
    assert lines["a"]["total"] == pytest.approx(0.42 * 85 + 0.14 * 60 + 0.07 * 50 + 0.07 * 50 + 0.3 * 25)
    assert lines["b"]["total"] == pytest.approx(0.42 * 77.5 + 0.14 * 100 + 0.07 * 90 + 0.07 * 100 + 0.3 * 75)
    assert [lines[name]["status"] for name in "abcd"] == ["ranked", "conditional", "excluded", "conditional"]
    assert lines["a"]["coverage"] == pytest.approx(0.86)


def test_table_says_the_verdict_in_a_sentence_and_lists_everybody(assay: Run) -> None:
    code, out, err = assay("rank", GOLDEN / "case.yaml", "--draws", 500)
    assert (code, err) == (0, "")
    assert out.startswith("b leads a by 23.8 points (cost +15.0, quality +8.8), but waits:")
    assert "conditional (the order alone: robust)" in out
    assert "c, excluded: f1: 0.85, must be at least 0.9" in out


def test_readable_answer_explains_itself_section_by_section(assay: Run) -> None:
    _, out, _ = assay("rank", GOLDEN / "case.yaml", "--draws", 500)
    sections = (
        "First in how many of the weightings",
        "What would have to be true",
        "What would change the leader",
        "What moves the lead most",
        "Ask next",
        "Second opinion",
        "Price",
    )
    lines = out.splitlines()
    at = [next(i for i, line in enumerate(lines) if line.strip() == heading) for heading in sections]
    assert at == sorted(at)
    assert "  b: 100 × (120 − 60) ÷ (120 − 40), kept in 0 to 100 = 75.0000." in lines
    assert any(
        "no single one is enough" in line and "price 50.521 USD instead of 100 USD" in line for line in lines
    )
    assert "It rests on price +15.0 (against it: f1 -3.1). b costs 40 USD per label less than a;" in lines[0]


def test_vendor_names_are_never_markup(assay: Run, write: Callable[[str], Path]) -> None:
    code, out, _ = assay("rank", write(CASE.replace("- id: b\n", "- id: '[red]b[/nope]'\n")), "--draws", 10)
    assert code == 0
    assert out.startswith("[red]b[/nope] leads a")
    assert out.count("[red]b[/nope]") > 5


def test_every_problem_is_one_line_and_nothing_is_on_stdout(assay: Run, write: Callable[[str], Path]) -> None:
    broken = CASE.replace("weight: 70", "weight: 0").replace("worst: 0.6, best: 1.0", "worst: 1.0, best: 1.0")
    broken = broken.replace("support: office_hours", "support: office_hour").replace(
        "decision_date: 2026", "decision_dat: 2026"
    )
    code, out, err = assay("rank", write(broken), "--json")
    assert (code, out) == (2, "")
    assert [line.split(": ")[0] for line in err.splitlines()] == [
        "decision_dat",
        "decision_date",
        "scorecard.groups[0].weight",
        "scorecard.groups[0].criteria[0].worst",
        "vendors[0].cells.support",
    ]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("f1: 0.85", "f2: 0.85", "vendors[2].cells.f2"),
        ("f1: 0.85", "f1: .nan", "vendors[2].cells.f1"),
        ("f1: 0.85", "f1: .inf", "vendors[2].cells.f1"),
        ("f1: 0.85", "f1: {low: 0.9, high: 0.8}", "vendors[2].cells.f1.low"),
        ("price: 40}", "price: -1}", "vendors[2].cells.price"),
        ("support: office_hours", "support: sometimes", "vendors[0].cells.support"),
        ("dedicated_team: yes", "dedicated_team: sure", "vendors[1].cells.dedicated_team"),
        ("requirement: security, by", "requirement: safety, by", "vendors[0].waivers[0].requirement"),
        ("- id: d", "- id: c", "vendors[3].id"),
        ("- id: d", "- idd: d", "vendors[3].idd"),
        ("until: 2027-03-31", "until: someday", "vendors[0].certificates.soc2_type2.until"),
        ("status: claimed", "status: perhaps", "vendors[1].certificates.iso27001.status"),
        ("target: 40", "target: null", "scorecard.groups[1].criteria[0].target"),
        ("decision_date: 2026-12-01", "decision_date: 2026-13-01", "decision_date"),
        ("decision_date:", "need: {x: y}\ndecision_date:", "need.x"),
    ],
)
def test_faulty_case_names_the_place(
    assay: Run, write: Callable[[str], Path], old: str, new: str, where: str
) -> None:
    assert old in CASE
    code, out, err = assay("rank", write(CASE.replace(old, new)))
    assert (code, out) == (2, "")
    assert where in [line.split(": ")[0] for line in err.splitlines()]
    assert len(err.splitlines()) <= 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x00\xff\x00", "not UTF-8"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\n", "aliases"),
        (b"just text", "must be a mapping"),
        (b"", "must be a mapping"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b'{"a": ' * 50 + b"1" + b"}" * 50, "deeply nested"),
        (b"a: [", "line"),
        (b"x: " + b"[" * 100 + b"]" * 100, "deeply nested"),
        (b"#" * 10_000_001, "larger than 10 MB"),
        (b"x: 1" + b"0" * 5000, "thousands of digits"),
    ],
)
def test_unreadable_file_is_refused_in_one_line(
    assay: Run, tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(content)
    for command in (("rank",), ("scorecards", "check")):
        code, out, err = assay(*command, path)
        assert (code, out) == (2, "")
        assert says in err.splitlines()[0]
        assert str(path) in err.splitlines()[0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("weight: 70", "weight: '70'", "it is text, remove the quotes"),
        ("none: 0", "no: 0", "which YAML reads as False; put it in quotes"),
        ("f1: 0.85", "f1: 1e400", "must be a finite number, not inf"),
        ("f1: 0.85", "f1: 1e300", "must be a finite number, not 1e+300"),
    ],
)
def test_value_that_yaml_reads_otherwise_is_explained(
    assay: Run, write: Callable[[str], Path], old: str, new: str, says: str
) -> None:
    assert old in CASE
    code, out, err = assay("rank", write(CASE.replace(old, new)))
    assert (code, out) == (2, "")
    assert says in err


def test_number_with_an_exponent_is_a_number_in_yaml_and_json(assay: Run, tmp_path: Path) -> None:
    criterion = {"id": "error", "weight": 1, "kind": "linear", "worst": 1e-4, "best": 0}
    case = {
        "scorecard": {"groups": [{"id": "g", "weight": 1, "criteria": [criterion]}]},
        "vendors": [{"id": "a", "cells": {"error": 1e-5}}],
        "decision_date": "2026-12-01",
    }
    text = json.dumps(case)
    assert "1e-05" in text
    for name, content in (("case.json", text), ("case.yaml", f"# YAML\n{text}")):
        (tmp_path / name).write_text(content)
        code, out, err = assay("rank", tmp_path / name, "--json", "--draws", 10)
        assert (code, err) == (0, "")
        assert json.loads(out)["vendors"][0]["total"] == 90.0


def test_case_file_in_the_place_of_a_scorecard_is_named(assay: Run, write: Callable[[str], Path]) -> None:
    itself = write("scorecard: case.yaml\nvendors: []\ndecision_date: 2026-12-01\n")
    assert assay("rank", itself)[::2] == (
        2,
        "scorecard: 'case.yaml' is a case file; name a scorecard, or write it here\n",
    )
    code, out, err = assay("scorecards", "check", itself)
    assert (code, out) == (2, "")
    assert err == f"{itself}: is a case file, not a scorecard; run `assay rank` on it\n"


def test_problems_of_a_named_scorecard_carry_its_name(assay: Run, tmp_path: Path) -> None:
    library = (SHIPPED / "image-labeling.yaml").read_text().replace("weight: 16", "weight: -1")
    (tmp_path / "own.yaml").write_text(library)
    case = tmp_path / "case.yaml"
    case.write_text("scorecard: own.yaml\ndecision_date: 2026-12-01\nvendors: [{id: a, waivers: [3]}]\n")
    _, _, err = assay("rank", case)
    places = [line.split(": must")[0] for line in err.splitlines()]
    assert "own.yaml: scorecard.groups[0].weight" in places
    assert "vendors[0].waivers[0]" in places


def test_missing_file_and_folder_are_refused(assay: Run, tmp_path: Path) -> None:
    assert assay("rank", tmp_path / "no.yaml")[::2] == (
        2,
        f"{tmp_path}/no.yaml: no such file; check the path\n",
    )
    assert "is a folder" in assay("rank", tmp_path)[2]
    assert "holds no .yaml" in assay("scorecards", "check", tmp_path)[2]


@pytest.mark.parametrize(
    "options", [("--draws", "-1"), ("--seed", "-1"), ("--draws", "many"), ("--drawz", "1")]
)
def test_faulty_option_is_refused(assay: Run, options: tuple[str, str]) -> None:
    code, out, err = assay("rank", GOLDEN / "case.yaml", *options)
    assert (code, out) == (2, "")
    assert err


def test_no_vendors_and_one_vendor_are_answered(assay: Run, write: Callable[[str], Path]) -> None:
    head, tail = CASE.split("vendors:\n")
    code, out, _ = assay("rank", write(head + "vendors: []\ndecision_date: 2026-12-01\n"), "--json")
    assert (code, json.loads(out)["winner"]) == (0, None)
    one = tail.split("  - id: b")[0]
    code, out, _ = assay("rank", write(head + "vendors:\n" + one + "decision_date: 2026-12-01\n"), "--json")
    assert (code, json.loads(out)["verdict"]) == (0, "certain")


def test_scorecard_may_be_the_path_of_a_library_file(assay: Run, tmp_path: Path) -> None:
    library = (SHIPPED / "image-labeling.yaml").read_text()
    (tmp_path / "own.yaml").write_text(library.replace("target: null, cap: null", "target: 0.06, cap: 0.2"))
    case = tmp_path / "case.yaml"
    case.write_text(
        "scorecard: own.yaml\nneed: {data_class: public}\ndecision_date: 2026-12-01\n"
        "vendors: [{id: a, cells: {f1: 0.95, cost_per_accepted: 0.1}}, {id: b, cells: {f1: 0.85}}]\n"
    )
    code, out, err = assay("rank", case, "--json", "--draws", 100)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert [v["status"] for v in found["vendors"]] == ["conditional", "excluded"]
    assert "security" not in [gate["id"] for gate in found["vendors"][0]["gates"]]
    case.write_text("scorecard: absent.yaml\ndecision_date: 2026-12-01\nvendors: [{id: 3}]\n")
    code, _, err = assay("rank", case)
    assert code == 2
    assert [line.split(": ")[0].split("/")[-1] for line in err.splitlines()] == [
        "absent.yaml",
        "vendors[0].id",
    ]


def test_shipped_scorecards_pass_the_check(assay: Run) -> None:
    code, out, err = assay("scorecards", "check", SHIPPED)
    assert (code, err) == (0, "")
    assert "image-labeling.yaml: fine. 7 groups, 29 criteria" in out
    code, out, _ = assay("scorecards", "check", SHIPPED, "--json")
    found = {Path(each["path"]).stem: each["criteria"] for each in json.loads(out)["files"]}
    assert found["image-labeling"] == 29


def test_check_names_file_and_path_of_every_problem(assay: Run, tmp_path: Path) -> None:
    good = (SHIPPED / "image-labeling.yaml").read_text()
    (tmp_path / "a.yaml").write_text(good.replace("weight: 16", "weight: -1"))
    (tmp_path / "b.yaml").write_text(good.replace("keep: [techniques_covered", "keep: [technique_covered"))
    code, out, err = assay("scorecards", "check", tmp_path)
    assert (code, out) == (2, "")
    assert [line.removeprefix(f"{tmp_path}/").split(": ")[:2] for line in err.splitlines()] == [
        ["a.yaml", "scorecard.groups[0].weight"],
        ["b.yaml", "small_team.keep[0]"],
    ]


def test_the_order_of_the_vendors_in_the_file_reaches_nothing(
    assay: Run, write: Callable[[str], Path]
) -> None:
    groups = """scorecard:
  groups:
    - {id: q, weight: 1, criteria: [{id: x, weight: 1, kind: linear, worst: 0, best: 10, minimum: 20}]}
    - {id: r, weight: 1, criteria: [{id: y, weight: 1, kind: linear, worst: 0, best: 10}]}
"""
    lines = [
        f"  - {{id: {n}, cells: {{x: {x}, y: {y}}}}}" for n, x, y in zip("abcd", (8, 4, 1, 0), (4, 8, 9, 9), strict=True)
    ]
    outputs = []
    for order in (lines, lines[::-1]):
        case = write(groups + "\n".join(["vendors:", *order, "decision_date: 2026-12-01", ""]))
        outputs.append([assay("rank", case), assay("rank", case, "--json")])
    assert outputs[0] == outputs[1]
    assert json.loads(outputs[0][1][1])["winner"] is None


def test_nobody_ranked_shows_no_empty_table(assay: Run, write: Callable[[str], Path]) -> None:
    case = write(
        """scorecard:
  minimum: 90
  groups: [{id: q, weight: 1, criteria: [{id: x, weight: 1, kind: linear, worst: 0, best: 10}]}]
vendors: [{id: a, cells: {x: 5}}, {id: b, cells: {x: 4}}]
decision_date: 2026-12-01
"""
    )
    code, out, _ = assay("rank", case)
    assert (code, "Nobody can be ranked." in out, "First in how many" in out) == (0, True, False)


def test_large_case_is_ranked(assay: Run, tmp_path: Path) -> None:
    criteria = [
        [{"id": f"c{g}_{k}", "weight": k + 1, "kind": "linear", "worst": 0, "best": 1} for k in range(50)]
        for g in range(10)
    ]
    groups: list[dict[str, Any]] = [
        {"id": f"g{g}", "weight": g + 1, "criteria": c} for g, c in enumerate(criteria)
    ]
    names = [c["id"] for group in criteria for c in group]
    vendors = [
        {"id": f"v{i}", "cells": {n: (i * 37 + k * 11) % 100 / 100 for k, n in enumerate(names)}}
        for i in range(200)
    ]
    path = tmp_path / "big.json"
    path.write_text(
        json.dumps({"scorecard": {"groups": groups}, "vendors": vendors, "decision_date": "2026-12-01"})
    )
    code, out, err = assay("rank", path, "--json", "--draws", 100)
    assert (code, err) == (0, "")
    assert len(json.loads(out)["vendors"]) == 200


def test_program_starts_without_database_web_and_numpy_for_a_check() -> None:
    code = (
        "import sys\nfrom app.cli import main\n"
        f"try:\n    main(['scorecards', 'check', {str(SHIPPED)!r}])\n"
        "except SystemExit as stop:\n    assert not stop.code\n"
        "print([m for m in ('sqlalchemy', 'fastapi', 'numpy', 'scipy', 'weasyprint') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
