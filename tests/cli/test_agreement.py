import json

import pytest

from app.cli import main

ROWS = "item,annotator,label\n" + "".join(
    f"{item},p{who},{'ab'[(item + (who == 2 and item % 5 == 0)) % 2]}\n"
    for item in range(30)
    for who in range(3)
)
GOLD = "item,label\n" + "".join(f"{item},{'ab'[item % 2]}\n" for item in range(30))


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        main(["agreement", *arguments])
    captured = capsys.readouterr()
    return end.value.code, captured.out, captured.err


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(ROWS)
    (tmp_path / "gold.csv").write_text(GOLD)
    (tmp_path / "strange.csv").write_text("item,label\nx,a\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)))
    (tmp_path / "twice.csv").write_text(ROWS + "0,p0,b\n")


def test_json_has_exactly_the_keys_of_the_contract(files, capsys):
    code, out, err = run(capsys, "rows.csv", "--json", "--gold", "gold.csv")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert set(found) == {
        "schema", "units", "annotators", "ratings", "percent_agreement", "alpha", "ac1", "fleiss_kappa",
        "consensus", "majority_accuracy", "consensus_accuracy",
    }  # fmt: skip
    assert (found["units"], found["annotators"], found["ratings"]) == (30, 3, 90)
    assert set(found["alpha"]) == {"level", "value", "low", "high"}
    assert set(found["ac1"]) == {"value", "standard_error", "low", "high"}
    assert found["majority_accuracy"] == 1.0
    assert found["consensus"]["annotator_accuracy"]["p2"] == pytest.approx(0.8, abs=0.01)


def test_the_table_shows_the_coefficients(files, capsys):
    code, out, _ = run(capsys, "rows.csv")
    assert code == 0
    for part in ("30 items, 3 annotators", "Krippendorff α (nominal)", "Gwet AC1", "Fleiss κ"):
        assert part in out


def test_one_annotator_gives_nulls_and_a_note_not_a_crash(files, tmp_path, capsys):
    (tmp_path / "one.csv").write_text("item,annotator,label\n1,x,a\n2,x,b\n")
    code, out, err = run(capsys, "one.csv", "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["alpha"]["value"], found["ac1"]["value"], found["percent_agreement"]) == (None, None, None)
    assert err.startswith("Note: Only one annotator")
    assert run(capsys, "one.csv")[0] == 0


def test_every_level_has_the_same_keys_and_leaves_nominal_figures_out(files, tmp_path, capsys):
    (tmp_path / "numbers.csv").write_text(ROWS.replace("a\n", "1\n").replace("b\n", "2\n"))
    code, out, err = run(capsys, "numbers.csv", "--level", "interval", "--json", "--gold", "gold.csv")
    found = json.loads(out)
    assert code == 0
    assert (found["ac1"], found["fleiss_kappa"], found["consensus"], found["majority_accuracy"]) == (
        None,
    ) * 4
    assert found["alpha"]["level"] == "interval"
    assert "Gold is only used at level nominal" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("twice.csv",), "line 92: item '0' by annotator 'p0' already stands on line 2"),
        (("rows.csv", "--level", "interval"), "label 'a' is not a number"),
        (("rows.csv", "--gold", "strange.csv"), "has no item in common with the ratings"),
        (("empty.csv",), "empty.csv"),
        (("binary.csv",), "binary.csv"),
        (("none.csv",), "none.csv: cannot be read"),
    ],
)
def test_bad_input_ends_with_code_2_and_an_empty_stdout(files, capsys, arguments, says):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert says in err
