import json

import pytest

from app.cli import main
from tests.core.pilots.samples import coco

GOLD = "item,label\n" + "".join(f"{at},{'ab'[at % 2]}\n" for at in range(60))
RIGHT = "item,annotator,label,seconds\n" + "".join(
    f"{at},p{at % 4},{'ab'[at % 2]},{10 + at % 7}\n" for at in range(60)
)
POOR = "item;label\n" + "".join(f"{at};{'ab'[at % 2 if at % 3 else 1 - at % 2]}\n" for at in range(58))


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs the command in a folder of files; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments, **files):
        for name, text in files.items():
            (tmp_path / name).write_text(text, "utf-8")
        with pytest.raises(SystemExit) as end:
            main(["pilot", "compare", *arguments])
        captured = capsys.readouterr()
        return end.value.code, captured.out, captured.err

    return call


def classification(*more):
    return (
        "--task",
        "classification",
        "--gold",
        "gold",
        "--vendor",
        "K7=right",
        "--vendor",
        "M4=poor",
        *more,
    )


def test_json_is_one_document_and_nothing_else(run):
    code, out, err = run(*classification("--json"), gold=GOLD, right=RIGHT, poor=POOR)
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert [one["name"] for one in found["vendors"]] == ["K7", "M4"]
    assert [one["accuracy"]["value"] for one in found["vendors"]] == pytest.approx([1.0, 38 / 60])
    assert found["vendors"][0]["annotators"] == 4
    assert found["vendors"][1]["missing"] == 2
    assert found["groups"] == [["K7"], ["M4"]]


def test_the_same_seed_gives_the_same_bytes(run):
    first = run(*classification("--json", "--seed", "3"), gold=GOLD, right=RIGHT, poor=POOR)
    assert run(*classification("--json", "--seed", "3")) == first
    assert json.loads(first[1])["settings"]["seed"] == 3


def test_the_table_shows_quality_pairs_speed_and_warnings(run):
    code, out, _ = run(*classification(), gold=GOLD, right=RIGHT, poor=POOR)
    assert code == 0
    for part in (
        "classification, 60 items",
        "Accuracy",
        "0.633",
        "K7 − M4",
        "different",
        "All vendors can be told apart.",
        "a difference in Accuracy shows reliably",
        "Seconds per item",
        "Note: M4: 2 of 60 items missing; they count as wrong.",
    ):
        assert part in out


def test_without_times_nobody_says_how_many_are_unusual(run):
    _, out, _ = run(*classification(), gold=GOLD, right=RIGHT, poor=POOR)
    speed = out[out.index("Seconds per item") :]
    assert next(line for line in speed.splitlines() if " M4 " in line).split() == ["M4", *["unknown"] * 5]


def test_boxes_with_times_and_threshold(run):
    gold = json.dumps(coco([(1, "car", (0, 0, 20, 20)), (2, "dog", (5, 5, 20, 20))]))
    loose = json.dumps(coco([(1, "car", (0, 0, 20, 12)), (2, "dog", (5, 5, 20, 20))]))
    times = "vendor,item_id,annotator,seconds\nx,1.jpg,p,10\nx,2.jpg,p,40\n"
    arguments = ("--task", "boxes", "--gold", "gold", "--vendor", "x=loose", "--times", "times", "--json")
    _, out, _ = run(*arguments, "--iou", "0.5", gold=gold, loose=loose, times=times)
    assert json.loads(out)["vendors"][0]["f1"]["value"] == 1
    assert json.loads(out)["vendors"][0]["seconds"]["geometric_mean"] == pytest.approx(20)
    _, out, _ = run(*arguments, "--iou", "0.75")
    assert json.loads(out)["vendors"][0]["errors"]["loose"] == 1


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_problems_of_all_files_go_to_stderr_and_stdout_stays_empty(run, more):
    bad = "item,label\n0,zebra\n99,a\n"
    code, out, err = run(
        *classification(*more, "--times", "times"), gold=GOLD, right=bad, poor="", times="vendor,item_id\n"
    )
    assert (code, out) == (2, "")
    for part in (
        "K7: right, line 2: label 'zebra' is not a class of the gold",
        "K7: right, line 3: item '99' is not in the gold",
        "M4: poor: the file is empty; export it again",
        "times, line 1: column missing: annotator, seconds",
    ):
        assert part in err
    assert len(err.strip().split("\n")) == 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--task", "spans", "--gold", "gold", "--vendor", "a=gold"), "must be whole numbers of characters"),
        (("--task", "cats", "--gold", "gold", "--vendor", "a=gold"), "task 'cats': is not a task"),
        (("--task", "boxes", "--gold", "gold", "--vendor", "a=gold"), "no column holds boxes"),
        (("--task", "classification", "--gold", "none", "--vendor", "a=gold"), "none: cannot be read"),
        (("--task", "classification", "--gold", ".", "--vendor", "a=gold"), "cannot be read"),
        (("--task", "classification", "--gold", "gold", "--vendor", "a"), "'a' must be NAME=VALUE"),
        (
            ("--task", "classification", "--gold", "gold", "--vendor", "a=gold", "--vendor", "a=x"),
            "given twice",
        ),
        (
            ("--task", "classification", "--gold", "gold", "--vendor", "a=gold", "--format", "b=coco"),
            "no vendor b",
        ),
        (
            ("--task", "classification", "--gold", "gold", "--vendor", "a=gold", "--format", "a=cvat"),
            "not",
        ),
        (
            ("--task", "classification", "--gold", "gold", "--vendor", "a=gold", "--iou", "7"),
            "iou: must be above 0",
        ),
        (("--task", "classification", "--gold", "gold"), "--vendor"),
    ],
)
def test_bad_arguments_are_refused_with_code_2(run, arguments, says):
    code, out, err = run(*arguments, gold=GOLD)
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err
